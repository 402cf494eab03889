//! Storyboards that an organization keeps: made, changed, removed. Knows no route and no scene: whoever calls has checked that they can be filmed.

use sea_orm::{
    ActiveModelTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait, PaginatorTrait,
};
use serde_json::json;

use super::{Caller, Right, TenancyError};
use crate::domain::{Storyboard, TenantScope};
use crate::entity::{self, derived_id, storyboard};
use crate::error::Code;
use storyboard::Model;

/// Storyboards of an organization, at most.
const MOST: u64 = 500;
/// Longest name, in characters.
const NAME: usize = 200;

/// Keeps a storyboard under its own name.
///
/// # Errors
/// [`Code::RequestInvalid`] about `name` if it is none or taken, and if there are too many.
pub async fn create(
    db: &DatabaseConnection,
    caller: &Caller,
    content: &Storyboard,
    now: i64,
) -> Result<Model, TenancyError> {
    let scope = caller.may(Right::Write)?;
    named(&content.name)?;
    let tx = entity::write(db, scope).await?;
    if storyboard::of(scope).count(&tx).await? >= MOST {
        let message = format!("an organization may have {MOST} storyboards");
        return Err(TenancyError::refused(Code::RequestInvalid, "name", message));
    }
    if storyboard::by_name(scope, &content.name).one(&tx).await?.is_some() {
        return Err(taken());
    }
    let row = Model {
        id: derived_id("sto", now, &[scope.organization().as_str(), &content.name]).to_string(),
        organization_id: scope.organization().to_string(),
        name: content.name.clone(),
        content: json!(content),
        created_at: now,
        updated_at: now,
    };
    let insert = storyboard::Entity::insert(storyboard::ActiveModel::from(row.clone()));
    insert.exec_without_returning(&tx).await.map_err(known)?;
    tx.commit().await?;
    Ok(row)
}

/// Puts `content` in the place of what the storyboard `id` was; it may have another name.
///
/// # Errors
/// As [`create`], and [`Code::NotFound`].
pub async fn update(
    db: &DatabaseConnection,
    caller: &Caller,
    (id, content): (&str, &Storyboard),
    now: i64,
) -> Result<Model, TenancyError> {
    let scope = caller.may(Right::Write)?;
    let tx = entity::write(db, scope).await?;
    let mut row = found(&tx, scope, id).await?;
    named(&content.name)?;
    let namesake = storyboard::by_name(scope, &content.name).one(&tx).await?;
    if namesake.is_some_and(|other| other.id != row.id) {
        return Err(taken());
    }
    row.name.clone_from(&content.name);
    row.content = json!(content);
    row.updated_at = now;
    let change = storyboard::ActiveModel::from(row.clone()).reset_all();
    storyboard::Entity::update(change).exec(&tx).await.map_err(known)?;
    tx.commit().await?;
    Ok(row)
}

/// Removes the storyboard `id`. Films that were made by it keep theirs.
///
/// # Errors
/// [`Code::NotFound`].
pub async fn remove(db: &DatabaseConnection, caller: &Caller, id: &str) -> Result<(), TenancyError> {
    let scope = caller.may(Right::Write)?;
    let tx = entity::write(db, scope).await?;
    let row = found(&tx, scope, id).await?;
    storyboard::Entity::delete_by_id(&row.id).exec(&tx).await?;
    Ok(tx.commit().await?)
}

/// Refuses a name that no file could have.
fn named(name: &str) -> Result<(), TenancyError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=NAME).contains(&name.len()) && name.chars().all(plain) {
        return Ok(());
    }
    let message = format!("it must have 1 to {NAME} characters of a-z, 0-9 and -");
    Err(TenancyError::refused(Code::RequestInvalid, "name", message))
}

fn taken() -> TenancyError {
    TenancyError::refused(Code::RequestInvalid, "name", "there is a storyboard of this name already")
}

/// Somebody else may have taken the name meanwhile.
fn known(error: DbErr) -> TenancyError {
    if entity::is_taken(&error) { taken() } else { error.into() }
}

async fn found(tx: &DatabaseTransaction, scope: &TenantScope, id: &str) -> Result<Model, TenancyError> {
    let found = storyboard::by_id(scope, id).one(tx).await?;
    found.ok_or_else(|| TenancyError::refused(Code::NotFound, "id", "there is no such storyboard"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_files_have() {
        for name in ["a", "four-scenes", "2026", &"x".repeat(NAME)] {
            assert!(named(name).is_ok(), "{name}");
        }
        for name in ["", "Big", "a b", "../x", "a/b", "a.toml", "é", "a\0", &"x".repeat(NAME + 1)] {
            assert_eq!(named(name).unwrap_err().problem().item, "name", "{name}");
        }
    }
}
