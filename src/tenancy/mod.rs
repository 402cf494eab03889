//! Who may. For now: the one Organization in which the command line works, and the scope for it. Knows no imagery and no queue.

use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};

use crate::domain::{DEFAULT_ORGANIZATION, Id, TenantScope};
use crate::entity::{self, organization};
use crate::error::Code;

/// What people call the Organization of the command line.
const DEFAULT_NAME: &str = "Default";

/// Why a right could not be established.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The database failed.
    #[error("the organizations cannot be read: {0}")]
    Database(#[from] DbErr),
    /// What should be an organization's id is none.
    #[error(transparent)]
    Id(#[from] crate::domain::IdError),
}

impl TenancyError {
    /// The public code.
    pub fn code(&self) -> Code {
        match self {
            TenancyError::Database(error) => entity::code_of(error),
            TenancyError::Id(_) => Code::Internal,
        }
    }
}

/// The right to the default Organization, which is made at `now` (microseconds since 1970) if it is not there. For the command line: whoever
/// can open the data folder owns it.
pub async fn default_scope<C: ConnectionTrait>(db: &C, now: i64) -> Result<TenantScope, TenancyError> {
    let id = Id::parse("org", DEFAULT_ORGANIZATION)?;
    let row = organization::ActiveModel {
        id: Set(id.as_str().to_owned()),
        name: Set(DEFAULT_NAME.to_owned()),
        created_at: Set(now),
    };
    organization::Entity::insert(row)
        .on_conflict_do_nothing_on([organization::Column::Id])
        .exec_without_returning(db)
        .await?;
    Ok(TenantScope::established(id))
}
