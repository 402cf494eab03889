//! Who may: people, their sessions and roles, API keys, the audit, and the default Organization of the command line. Knows no imagery, no queue
//! and no web framework.

mod accounts;
pub mod api_keys;
mod audit;
mod caller;
pub mod closing;
mod credentials;
pub mod endpoints;
mod errors;
pub mod replies;
pub mod rights;
mod secret;
pub mod sessions;
pub mod shared_keys;
mod signing;
pub mod storyboards;

use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

use crate::domain::{DEFAULT_ORGANIZATION, Id, TenantScope};
use crate::entity::organization;
use crate::error::Code;

pub use accounts::{Account, Application, Signup, invite, sign_up};
pub use audit::Origin;
pub use caller::{Actor, Caller, recognize, touch};
pub use credentials::verify as verify_password;
pub use errors::TenancyError;
pub use rights::Right;
pub use secret::new_id;
pub use sessions::Tokens;
pub use signing::{Claims, SigningKeys};

/// What people call the Organization of the command line.
const DEFAULT_NAME: &str = "Default";

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

/// The one answer to whatever does not prove who it comes from.
pub(crate) fn unauthenticated() -> TenancyError {
    TenancyError::refused(
        Code::Unauthenticated,
        "authorization",
        "the request does not say who it comes from",
    )
}
