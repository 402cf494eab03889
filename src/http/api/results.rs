//! `/v1/results`: each wanted picture with its verdict, why, and where its files are. Knows no gate.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::{assets, notices_in, problem_in};
use crate::domain::{FidelityReport, Verdict};
use crate::entity::result::Status;
use crate::entity::{self, generation, page, result};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{List, page as page_of, seconds};
use crate::jobs::records::ResultAssets;
use crate::tenancy::Right;

/// Where its files can be downloaded.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Files {
    /// Lossless PNG. Of a picture that did not pass, it is there to be looked at, not to be published.
    master: Option<String>,
    /// Everything needed to make the same master again, JSON.
    receipt: Option<String>,
    /// One file for each channel, only after a pass.
    channels: BTreeMap<String, String>,
}

/// One wanted picture.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ResultItem {
    /// `result`.
    object: &'static str,
    id: String,
    generation: String,
    product: String,
    photo: String,
    template: Option<String>,
    /// Which of the generation's pictures of this photo, from 0.
    index: i32,
    /// `queued`, `passed`, `review`, `approved` (by a person; its files are being made), `rejected` (by a person) or `failed`; of a batch `paused` or `cancelled`, too.
    status: &'static str,
    /// `pass`, `review` or `reject`; none before it was judged.
    #[schema(value_type = Option<String>)]
    verdict: Option<Verdict>,
    /// The checks for which it is held, as `matte+tilt`; see `GET /v1/reviews/waiting`.
    cause: Option<String>,
    /// One sentence for each check that did not pass, worst first.
    reasons: Vec<String>,
    files: Files,
    /// Why it could not be made, if it could not.
    #[schema(value_type = Option<Object>)]
    problem: Option<Value>,
    #[schema(value_type = Vec<Object>)]
    notices: Vec<Value>,
    /// Every check with its value and limits, when one result is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    report: Option<Value>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

/// A row as the API writes it; `template` is its generation's.
pub(super) fn show(row: result::Model, template: Option<&str>) -> ResultItem {
    let report: Option<FidelityReport> = row.report.and_then(|json| serde_json::from_value(json).ok());
    let stored: ResultAssets = serde_json::from_value(row.assets).unwrap_or_default();
    ResultItem {
        object: "result",
        id: row.id,
        generation: row.generation_id,
        product: row.product_id,
        photo: row.photo_id,
        template: row.template.or_else(|| template.map(str::to_owned)),
        index: row.result_index,
        status: match row.status {
            Status::Queued | Status::Running => "queued",
            Status::Approved => "approved",
            Status::Passed => "passed",
            Status::Review => "review",
            Status::Rejected => "rejected",
            Status::Failed => "failed",
            Status::Paused => "paused",
            Status::Cancelled => "cancelled",
        },
        verdict: report.as_ref().map(|report| report.verdict),
        cause: row.cause,
        reasons: report.iter().flat_map(|r| r.reasons()).map(|check| check.message.clone()).collect(),
        files: Files {
            master: stored.master.as_ref().map(assets::url),
            receipt: stored.receipt.as_ref().map(assets::url),
            channels: stored.renditions.iter().map(|(name, key)| (name.clone(), assets::url(key))).collect(),
        },
        problem: problem_in(row.problem.as_ref()),
        notices: notices_in(&row.notices),
        report: None,
        created_at: seconds(row.created_at),
        updated_at: seconds(row.updated_at),
    }
}

/// Which results.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// Only those of this generation.
    generation: Option<String>,
    /// Only `queued`, `passed`, `review`, `approved`, `rejected`, `failed`, `paused` or `cancelled` ones.
    status: Option<String>,
    /// Only those held for exactly this, as `matte+tilt`.
    cause: Option<String>,
    /// 1 to 100; 20 if it is not said.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
    /// The id of the last item of the page before.
    starting_after: Option<String>,
}

/// The rows' statuses that the API calls `name`.
fn statuses(name: &str) -> Result<&'static [Status], ApiError> {
    match name {
        "queued" => Ok(&[Status::Queued, Status::Running]),
        "approved" => Ok(&[Status::Approved]),
        "passed" => Ok(&[Status::Passed]),
        "review" => Ok(&[Status::Review]),
        "rejected" => Ok(&[Status::Rejected]),
        "failed" => Ok(&[Status::Failed]),
        "paused" => Ok(&[Status::Paused]),
        "cancelled" => Ok(&[Status::Cancelled]),
        _ => Err(ApiError::new(Code::RequestInvalid, "status", format!("there is no status `{name}`"))),
    }
}

/// List results
#[utoipa::path(tag = "results", params(Wanted), responses(
    (status = 200, body = List<ResultItem>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/results")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let rows = match &wanted.generation {
        Some(id) => result::of_generation(scope, id),
        None => result::of(scope),
    };
    let rows = match &wanted.status {
        Some(name) => result::at(rows, statuses(name)?),
        None => rows,
    };
    let rows = match &wanted.cause {
        Some(cause) => result::held_for(rows, cause),
        None => rows,
    };
    let page = page_of(wanted.limit, wanted.starting_after.clone())?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, rows, result::Column::Id, &page).await?;
    let mut ids: Vec<String> = listed.rows.iter().map(|row| row.generation_id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let templates: BTreeMap<String, Option<String>> = generation::of_ids(scope, &ids)
        .all(&tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row.template))
        .collect();
    Ok(HttpResponse::Ok().json(List::of(listed, |row| {
        let template = templates.get(&row.generation_id).cloned().flatten();
        show(row, template.as_deref())
    })))
}

/// Read a result
///
/// With the report of every check.
#[utoipa::path(tag = "results", responses((status = 200, body = ResultItem), (status = "4XX", body = ErrorBody)))]
#[get("/v1/results/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = result::by_id(scope, &id).one(&tx).await?;
    let row = row.ok_or_else(|| ApiError::not_found("result"))?;
    let asked = generation::by_id(scope, &row.generation_id).one(&tx).await?;
    let report = row.report.clone();
    let template = asked.and_then(|asked| asked.template);
    Ok(HttpResponse::Ok().json(ResultItem { report, ..show(row, template.as_deref()) }))
}
