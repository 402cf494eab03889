//! Signing keys in the database, for servers that share no folder. Knows no token.

use sea_orm::{ActiveValue::Set, DatabaseConnection, EntityTrait, QueryOrder};

use super::secret::{hex, random};
use super::signing::SigningKeys;
use crate::domain::SystemScope;
use crate::entity::{self, signing_key};
use crate::error::{Code, Problem};

/// Name of the key that the first server makes.
const FIRST: &str = "0001";

/// The keys in the database; the first one is made there at `now` (microseconds since 1970). To rotate, insert one with a later name; remove
/// the old one once its tokens have ended.
pub async fn open(db: &DatabaseConnection, now: i64) -> Result<SigningKeys, Problem> {
    let failed = |error: entity::DbErr| {
        Problem::new(entity::code_of(&error), "signing_key", format!("the signing keys: {error}"))
    };
    let scope = SystemScope::established("signing keys are the installation's");
    let tx = entity::write(db, &scope).await.map_err(failed)?;
    let all = || signing_key::Entity::find().order_by_desc(signing_key::Column::Name).all(&tx);
    let mut rows = all().await.map_err(failed)?;
    if rows.is_empty() {
        let seed = random::<32>().map_err(|error| error.problem())?;
        let row = signing_key::ActiveModel {
            name: Set(FIRST.to_owned()),
            seed: Set(hex(&seed)),
            created_at: Set(now),
        };
        // Several servers may start at once: all of them take the key of the first.
        signing_key::Entity::insert(row)
            .on_conflict_do_nothing_on([signing_key::Column::Name])
            .exec_without_returning(&tx)
            .await
            .map_err(failed)?;
        rows = all().await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)?;
    let unusable = |name: &str| Problem::new(Code::DatabaseFailed, name, "it is no signing key");
    SigningKeys::of(rows.iter().map(|row| (row.name.as_str(), row.seed.as_str())), unusable)
}
