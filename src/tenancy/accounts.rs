//! Signing up: a person with an organization of their own, or one who was invited into another's. Knows no route.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
};
use serde::Deserialize;

use super::audit::{self, Origin};
use super::{Caller, Right, TenancyError, credentials, secret};
use crate::domain::{Id, SystemScope, TenantScope};
use crate::entity::membership::{self, Role};
use crate::entity::{self, invite, organization, user};
use crate::error::Code;

/// How long an invitation is good.
const INVITE_MICROS: i64 = 7 * 24 * 3600 * 1_000_000;
/// How invitations begin.
const INVITE: &str = "inv_";
/// Longest name of an organization, in characters.
const NAME: usize = 100;

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signup {
    /// Everybody.
    Open,
    /// Who was invited.
    Invite,
    /// Nobody.
    Closed,
}

/// What somebody who signs up says.
#[derive(Clone)]
pub struct Application {
    /// Normalized.
    email: String,
    /// As they want it.
    password: String,
    /// What their organization is called; empty if they were invited.
    organization: String,
    /// The invitation's secret.
    invite: Option<String>,
}

impl Application {
    /// Checks what was said; changes nothing and asks no database.
    pub fn new(
        email: &str,
        password: String,
        organization: &str,
        invite: Option<String>,
    ) -> Result<Self, TenancyError> {
        let email = credentials::normalize(email)?;
        credentials::check(&password, &email)?;
        let organization = organization.trim().to_owned();
        let length = organization.chars().count();
        if invite.is_none() && !(1..=NAME).contains(&length) || organization.chars().any(char::is_control) {
            let message = "it must have 1 to 100 characters";
            return Err(TenancyError::refused(Code::RequestInvalid, "organization", message));
        }
        Ok(Application { email, password, organization, invite })
    }

    /// What will be kept of the password; it takes tens of milliseconds and 46 MiB, so not on the async executor.
    pub fn hash(&self) -> Result<String, TenancyError> {
        credentials::hash(&self.password)
    }
}

/// Somebody who has just signed up.
#[derive(Clone, Debug)]
pub struct Account {
    /// Who.
    pub user: user::Model,
    /// Where.
    pub organization: organization::Model,
    /// As what.
    pub role: Role,
}

/// Makes the account that `application` asks for, if the installation lets people in.
pub async fn sign_up(
    db: &DatabaseConnection,
    policy: Signup,
    application: &Application,
    password_hash: String,
    origin: &Origin,
    now: i64,
) -> Result<Account, TenancyError> {
    let closed = |message| Err(TenancyError::refused(Code::SignupClosed, "signup", message));
    match (policy, &application.invite) {
        (Signup::Closed, _) => return closed("nobody can sign up here"),
        (Signup::Invite, None) => return closed("an invitation is needed to sign up here"),
        _ => {}
    }
    let system = SystemScope::established("whoever signs up has no organization yet");
    let tx = entity::write(db, &system).await?;
    if user::by_email(&application.email).one(&tx).await?.is_some() {
        return Err(taken());
    }
    let (organization, role) = match &application.invite {
        Some(secret) => accept(&tx, secret, now).await?,
        None => (found(&tx, &application.organization, now).await?, Role::Owner),
    };
    let user = user::Model {
        id: secret::new_id("usr", now)?.to_string(),
        email: application.email.clone(),
        password_hash,
        created_at: now,
        updated_at: now,
    };
    let insert = user::Entity::insert(user::ActiveModel::from(user.clone()));
    // Somebody else may have taken the address since we looked.
    insert.exec_without_returning(&tx).await.map_err(|error| match entity::is_taken(&error) {
        true => taken(),
        false => error.into(),
    })?;
    let member = membership::ActiveModel {
        id: Set(secret::new_id("mbr", now)?.to_string()),
        organization_id: Set(organization.id.clone()),
        user_id: Set(user.id.clone()),
        role: Set(role),
        created_at: Set(now),
    };
    membership::Entity::insert(member).exec_without_returning(&tx).await?;
    let scope = TenantScope::established(Id::parse("org", &organization.id)?);
    entity::enter(&tx, &scope).await?;
    audit::record(&tx, &scope, origin, [&user.id, "account.create", &organization.id], now).await?;
    tx.commit().await?;
    Ok(Account { user, organization, role })
}

fn taken() -> TenancyError {
    TenancyError::refused(Code::EmailTaken, "email", "there is an account with this address")
}

/// A new organization.
async fn found(tx: &DatabaseTransaction, name: &str, now: i64) -> Result<organization::Model, TenancyError> {
    let row = organization::Model {
        id: secret::new_id("org", now)?.to_string(),
        name: name.to_owned(),
        created_at: now,
    };
    let insert = organization::Entity::insert(organization::ActiveModel::from(row.clone()));
    insert.exec_without_returning(tx).await?;
    Ok(row)
}

/// Uses an invitation up. A wrong, an old and a used one are refused alike.
async fn accept(
    tx: &DatabaseTransaction,
    text: &str,
    now: i64,
) -> Result<(organization::Model, Role), TenancyError> {
    let refused = || TenancyError::refused(Code::InviteInvalid, "invite", "this invitation is not good");
    let system = SystemScope::established("the secret of an invitation is what establishes its scope");
    let row = invite::by_hash(&system, &secret::hash(text)).one(tx).await?;
    let row = row.filter(|row| row.accepted_at.is_none() && row.expires_at > now).ok_or_else(refused)?;
    let used = invite::Entity::update_many()
        .filter(invite::Column::Id.eq(&row.id))
        .filter(invite::Column::AcceptedAt.is_null())
        .col_expr(invite::Column::AcceptedAt, Expr::value(now))
        .exec(tx)
        .await?;
    // Of two who use it at once, the second comes too late.
    if used.rows_affected != 1 {
        return Err(refused());
    }
    let organization = organization::Entity::find_by_id(&row.organization_id).one(tx).await?;
    Ok((organization.ok_or_else(refused)?, row.role))
}

/// Invites somebody into the caller's organization. Returns the row and the secret that they sign up with. Only owners make owners.
pub async fn invite(
    db: &DatabaseConnection,
    caller: &Caller,
    origin: &Origin,
    role: Role,
    now: i64,
) -> Result<(invite::Model, String), TenancyError> {
    let scope = caller.may(Right::Members)?;
    if role == Role::Owner && caller.role != Some(Role::Owner) {
        return Err(TenancyError::refused(Code::Forbidden, "role", "only an owner makes another owner"));
    }
    let made = secret::new(INVITE)?;
    let row = invite::Model {
        id: secret::new_id("ivt", now)?.to_string(),
        organization_id: scope.organization().to_string(),
        role,
        secret_hash: made.hash,
        created_by: caller.actor.id().to_owned(),
        expires_at: now.saturating_add(INVITE_MICROS),
        accepted_at: None,
        created_at: now,
    };
    let tx = entity::write(db, scope).await?;
    invite::Entity::insert(invite::ActiveModel::from(row.clone())).exec_without_returning(&tx).await?;
    audit::record(&tx, scope, origin, [caller.actor.id(), "invite.create", &row.id], now).await?;
    tx.commit().await?;
    Ok((row, made.text))
}
