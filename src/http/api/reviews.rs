//! `/v1/reviews`: pictures that wait for a person, grouped by why, and what was decided. Knows no check.

use std::collections::HashMap;

use actix_web::{HttpResponse, get, post, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::entity::review::Decision;
use crate::entity::{self, page, result, review};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::{Auth, Sent};
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::jobs::decide::{self, MOST, Said, Which};
use crate::tenancy::Right;

/// Longest reason, in characters.
const REASON: usize = 1_000;

/// Pictures that are held for the same cause.
#[derive(Serialize, ToSchema)]
pub(crate) struct HeldGroup {
    /// `review_group`.
    object: &'static str,
    /// The checks that did not pass, as `matte+tilt`.
    #[schema(example = "matte")]
    cause: String,
    /// How many wait.
    count: i64,
    /// One of them, to look at.
    example: String,
}

/// Which groups.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Of {
    /// Only pictures of this generation.
    generation: Option<String>,
}

/// What is decided, about which.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// `approve`: they are delivered; `reject`: never.
    #[schema(example = "approve")]
    decision: String,
    /// Ids of results, at most 500. Either these or `cause`.
    results: Option<Vec<String>>,
    /// All that are held for exactly this, the oldest 500 at once.
    cause: Option<String>,
    /// With `cause`: only pictures of this generation.
    generation: Option<String>,
    /// Why; kept with the decision.
    #[serde(default)]
    reason: String,
}

/// What came of a decision.
#[derive(Serialize, ToSchema)]
pub(crate) struct Decided {
    /// About these it was decided. Approved ones are `passed` as soon as their files are made.
    results: Vec<String>,
    /// These were named and do not wait for a person.
    skipped: Vec<String>,
    /// Whether more of the same cause wait: send it again.
    more: bool,
}

/// One decision about one picture.
#[derive(Serialize, ToSchema)]
pub(crate) struct Review {
    /// `review`.
    object: &'static str,
    id: String,
    result: String,
    /// `approve` or `reject`.
    decision: &'static str,
    /// Why the picture was held.
    cause: String,
    reason: String,
    /// A user's or key's id.
    decided_by: String,
    /// Seconds since 1970.
    created_at: i64,
}

fn show(row: review::Model) -> Review {
    Review {
        object: "review",
        id: row.id,
        result: row.result_id,
        decision: match row.decision {
            Decision::Approve => "approve",
            Decision::Reject => "reject",
        },
        cause: row.cause,
        reason: row.reason,
        decided_by: row.decided_by,
        created_at: seconds(row.created_at),
    }
}

/// What waits for a person
///
/// Grouped by why it is held, most first, so that a thousand alike are one decision. `GET /v1/results?status=review&cause=…` lists a group.
#[utoipa::path(tag = "reviews", params(Of), responses(
    (status = 200, body = List<HeldGroup>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/reviews/waiting")]
pub(crate) async fn waiting(
    service: web::Data<Service>,
    caller: Auth,
    of: web::Query<Of>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let groups = result::held_by_cause(&tx, scope, of.generation.as_deref()).await?;
    let shown = groups.into_iter().map(|(cause, count, example)| HeldGroup {
        object: "review_group",
        cause: cause.unwrap_or_default(),
        count,
        example,
    });
    Ok(HttpResponse::Ok().json(List::whole(shown.collect())))
}

/// Decide
///
/// Needs the right to review. Who, when, why and what the picture was held for are kept; an approval is a person's word, not a pass of the gate: the report stays as it is.
#[utoipa::path(tag = "reviews", request_body = NewDecision, responses(
    (status = 200, body = Decided), (status = "4XX", body = ErrorBody)))]
#[post("/v1/reviews")]
pub(crate) async fn create(
    service: web::Data<Service>,
    sent: Sent<NewDecision>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Review)?;
    let invalid = |item: &str, message: &str| ApiError::new(Code::RequestInvalid, item, message);
    let decision = match body.decision.as_str() {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        _ => return Err(invalid("decision", "it is `approve` or `reject`")),
    };
    if body.reason.chars().count() > REASON || body.reason.contains('\0') {
        return Err(invalid("reason", "it may have 1,000 characters"));
    }
    let which = match (body.results, body.cause) {
        (Some(ids), None) if (1..=MOST).contains(&ids.len()) => Which::Ids(ids),
        (Some(_), None) => return Err(invalid("results", "1 to 500 can be named")),
        (None, Some(cause)) => Which::Cause { cause, generation: body.generation },
        _ => return Err(invalid("results", "name either results or a cause")),
    };
    let said = Said { decision, reason: body.reason, by: caller.actor.id().to_owned() };
    let decide::Decided { results, skipped, more } =
        decide::decide(&service.db, &service.queue, scope, (&which, &said)).await?;
    Ok(HttpResponse::Ok().json(Decided { results, skipped, more }))
}

/// List decisions
#[utoipa::path(tag = "reviews", params(Cursor), responses(
    (status = 200, body = List<Review>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/reviews")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, review::of(scope), review::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show)))
}

/// A decision with what the gate had measured: an example that policies and checks can be held against.
#[derive(Serialize, ToSchema)]
pub(crate) struct Example {
    /// `example`.
    object: &'static str,
    /// Of the decision.
    id: String,
    /// The picture; its files stand in `GET /v1/results/{id}`.
    result: String,
    /// `usable` or `unusable`, as a person saw it.
    #[schema(example = "usable")]
    label: &'static str,
    /// Why the picture was held.
    cause: String,
    /// In the person's words.
    reason: String,
    /// From which photo.
    photo: Option<String>,
    /// Every check with its value and limits; nothing if the picture was taken back since.
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// Seconds since 1970.
    created_at: i64,
}

/// List labelled examples
///
/// Each decision with the report of its picture, newest first.
#[utoipa::path(tag = "reviews", params(Cursor), responses(
    (status = 200, body = List<Example>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/reviews/examples")]
pub(crate) async fn examples(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, review::of(scope), review::Column::Id, &cursor.page()?).await?;
    let pictures = listed.rows.iter().map(|row| row.result_id.as_str());
    let results = result::among(&tx, scope, pictures).await?;
    let results: HashMap<String, result::Model> =
        results.into_iter().map(|row| (row.id.clone(), row)).collect();
    let shown = |row: review::Model| {
        // One picture may be decided about twice; the report is the same.
        let picture = results.get(&row.result_id);
        let (photo, report) =
            picture.map_or((None, None), |row| (Some(row.photo_id.clone()), row.report.clone()));
        Example {
            object: "example",
            id: row.id,
            result: row.result_id,
            label: match row.decision {
                Decision::Approve => "usable",
                Decision::Reject => "unusable",
            },
            cause: row.cause,
            reason: row.reason,
            photo,
            report,
            created_at: seconds(row.created_at),
        }
    };
    Ok(HttpResponse::Ok().json(List::of(listed, shown)))
}
