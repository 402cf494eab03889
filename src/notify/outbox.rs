//! Events and their deliveries as rows, written in the transaction in which something happens. Knows no client and no queue: whoever records
//! deliveries enqueues them in the same transaction.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};

use super::{Message, Told, delay_after};
use crate::domain::{EventKind, TenantScope};
use crate::entity::{delivery, derived_id, event, webhook_endpoint};
use delivery::Status;

/// How long events are kept.
const KEPT_MICROS: i64 = 30 * 24 * 3600 * 1_000_000;
/// That an endpoint is told everything.
pub const ALL_KINDS: &str = "*";

/// An event as it is listed and told.
pub fn shown(row: &event::Model) -> Value {
    json!({
        "object": "event",
        "id": row.id,
        "type": row.kind,
        "data": row.data,
        "created_at": row.created_at.div_euclid(1_000_000),
    })
}

/// Writes down that `kind` happened at `now`, for every enabled endpoint that is told such things. Returns the deliveries' ids, which the caller
/// enqueues. `subject` is the id of what it happened to.
pub async fn record(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    kind: EventKind,
    (subject, data): (&str, Value),
    now: i64,
) -> Result<Vec<String>, DbErr> {
    let event = put_event(tx, scope, kind, (subject, data), now).await?;
    let mut ids = Vec::new();
    for endpoint in webhook_endpoint::enabled(scope).all(tx).await? {
        if wants(&endpoint, kind) {
            ids.push(put_delivery(tx, scope, (&event.id, &endpoint.id), 0, now).await?);
        }
    }
    Ok(ids)
}

/// As [`record`], but only for `endpoint`, whatever it wants to be told.
pub async fn record_for(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    endpoint: &webhook_endpoint::Model,
    kind: EventKind,
    now: i64,
) -> Result<(event::Model, String), DbErr> {
    let data = json!({"webhook_endpoint": endpoint.id});
    let event = put_event(tx, scope, kind, (&endpoint.id, data), now).await?;
    let id = put_delivery(tx, scope, (&event.id, &endpoint.id), 0, now).await?;
    Ok((event, id))
}

/// One more delivery of an event to every endpoint that is told such things now.
pub async fn record_again(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    event: &event::Model,
    now: i64,
) -> Result<Vec<String>, DbErr> {
    let mut ids = Vec::new();
    for endpoint in webhook_endpoint::enabled(scope).all(tx).await? {
        let before =
            delivery::of_event(scope, &event.id).filter(delivery::Column::EndpointId.eq(&endpoint.id));
        let before = before.order_by_desc(delivery::Column::Round).one(tx).await?;
        let wanted = EventKind::parse(&event.kind).is_some_and(|kind| wants(&endpoint, kind));
        if wanted || before.is_some() {
            let round = before.map_or(0, |row| row.round + 1);
            ids.push(put_delivery(tx, scope, (&event.id, &endpoint.id), round, now).await?);
        }
    }
    Ok(ids)
}

fn wants(endpoint: &webhook_endpoint::Model, kind: EventKind) -> bool {
    let named = endpoint.kinds.as_array().into_iter().flatten();
    named.filter_map(Value::as_str).any(|name| name == ALL_KINDS || name == kind.as_str())
}

async fn put_event(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    kind: EventKind,
    (subject, data): (&str, Value),
    now: i64,
) -> Result<event::Model, DbErr> {
    let organization = scope.organization().as_str();
    let row = event::Model {
        id: derived_id("evt", now, &[organization, kind.as_str(), subject, &now.to_string()]).to_string(),
        organization_id: organization.to_owned(),
        kind: kind.as_str().to_owned(),
        data,
        created_at: now,
    };
    event::Entity::insert(event::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    Ok(row)
}

async fn put_delivery(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    (event, endpoint): (&str, &str),
    round: i32,
    now: i64,
) -> Result<String, DbErr> {
    let row = delivery::Model {
        id: derived_id("dlv", now, &[event, endpoint, &round.to_string()]).to_string(),
        organization_id: scope.organization().to_string(),
        event_id: event.to_owned(),
        endpoint_id: endpoint.to_owned(),
        round,
        status: Status::Pending,
        attempts: 0,
        answer: None,
        trouble: None,
        next_at: Some(now),
        created_at: now,
        updated_at: now,
    };
    let id = row.id.clone();
    delivery::Entity::insert(delivery::ActiveModel::from(row)).exec_without_returning(tx).await?;
    Ok(id)
}

/// The message of a delivery that is still to be made; none if nobody wants it any more. At `now` a former secret may have run out.
pub async fn message(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    delivery_id: &str,
    now: i64,
) -> Result<Option<Message>, DbErr> {
    let pending = delivery::by_id(scope, delivery_id).filter(delivery::Column::Status.eq(Status::Pending));
    let Some(row) = pending.one(tx).await? else { return Ok(None) };
    let enabled = webhook_endpoint::enabled(scope).filter(webhook_endpoint::Column::Id.eq(&row.endpoint_id));
    let endpoint = enabled.one(tx).await?;
    let event = event::by_id(scope, &row.event_id).one(tx).await?;
    let (Some(endpoint), Some(event)) = (endpoint, event) else { return Ok(None) };
    let former = endpoint.former_secret.filter(|_| endpoint.former_until.is_some_and(|until| until > now));
    Ok(Some(Message {
        address: endpoint.address,
        body: shown(&event).to_string(),
        id: event.id,
        secrets: std::iter::once(endpoint.secret).chain(former).collect(),
    }))
}

/// What follows an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing.
    Nothing,
    /// The `attempt`-th attempt, after a while.
    Again {
        /// Which attempt, from 1.
        attempt: i32,
        /// How long to wait.
        delay: std::time::Duration,
    },
}

/// Writes down how an attempt at a delivery ended, and says what follows. An endpoint that is gone is told nothing more.
pub async fn settle(
    tx: &DatabaseTransaction,
    scope: &TenantScope,
    delivery_id: &str,
    told: &Told,
    now: i64,
) -> Result<Next, DbErr> {
    let Some(row) = delivery::by_id(scope, delivery_id).one(tx).await? else { return Ok(Next::Nothing) };
    let attempts = row.attempts + 1;
    let delay = told.trouble.as_ref().filter(|_| !told.is_gone()).and_then(|_| delay_after(attempts));
    let status = match (&told.trouble, delay) {
        (None, _) => Status::Delivered,
        (Some(_), Some(_)) => Status::Pending,
        (Some(_), None) => Status::Exhausted,
    };
    let wait =
        |delay: std::time::Duration| now.saturating_add(i64::try_from(delay.as_micros()).unwrap_or(i64::MAX));
    delivery::Entity::update(delivery::ActiveModel {
        id: Set(row.id),
        status: Set(status),
        attempts: Set(attempts),
        answer: Set(told.answer.map(i32::from)),
        trouble: Set(told.trouble.clone()),
        next_at: Set(delay.map(wait)),
        updated_at: Set(now),
        ..Default::default()
    })
    .exec(tx)
    .await?;
    if told.is_gone() {
        webhook_endpoint::Entity::update_many()
            .filter(webhook_endpoint::Column::OrganizationId.eq(scope.organization().as_str()))
            .filter(webhook_endpoint::Column::Id.eq(row.endpoint_id))
            .col_expr(webhook_endpoint::Column::Status, Expr::value(webhook_endpoint::Status::Disabled))
            .col_expr(webhook_endpoint::Column::UpdatedAt, Expr::value(now))
            .exec(tx)
            .await?;
    }
    Ok(delay.map_or(Next::Nothing, |delay| Next::Again { attempt: attempts + 1, delay }))
}

/// Ends a delivery that nobody will try any more.
pub async fn exhaust(
    tx: &DatabaseTransaction,
    delivery_id: &str,
    trouble: &str,
    now: i64,
) -> Result<(), DbErr> {
    let end = delivery::ActiveModel {
        id: Set(delivery_id.to_owned()),
        status: Set(Status::Exhausted),
        trouble: Set(Some(trouble.to_owned())),
        next_at: Set(None),
        updated_at: Set(now),
        ..Default::default()
    };
    delivery::Entity::update(end).exec(tx).await.map(drop)
}

/// Forgets a few of the scope's events that are older than they are kept, with their deliveries.
pub async fn forget_old(tx: &DatabaseTransaction, scope: &TenantScope, now: i64) -> Result<(), DbErr> {
    /// Enough that more go than come, few enough that nobody waits for it.
    const AT_ONCE: u64 = 20;
    use sea_orm::QuerySelect;
    let old = event::of(scope).filter(event::Column::CreatedAt.lt(now.saturating_sub(KEPT_MICROS)));
    let old: Vec<String> = old
        .order_by_asc(event::Column::CreatedAt)
        .limit(AT_ONCE)
        .select_only()
        .column(event::Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    if old.is_empty() {
        return Ok(());
    }
    delivery::Entity::delete_many().filter(delivery::Column::EventId.is_in(&old)).exec(tx).await?;
    event::Entity::delete_many().filter(event::Column::Id.is_in(&old)).exec(tx).await?;
    Ok(())
}
