//! `/v1/usage`: what was used, by day or month. Knows no price.

use actix_web::{HttpResponse, get, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::calendar;
use crate::entity::{self, used_day};
use crate::error::Code;
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::List;
use crate::tenancy::Right;

/// Days that can be asked for at once.
const MOST_DAYS: i32 = 1_100;
/// Days that are told if nothing else is said.
const USUAL_DAYS: i32 = 30;

/// Which days, and how they are added up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `day` or `month`; `day` if it is not said.
    by: Option<String>,
    /// The first day, as in 2026-11-01; 30 days ago if it is not said.
    from: Option<String>,
    /// The last day; today if it is not said.
    to: Option<String>,
}

/// What was used on a day or in a month.
#[derive(Serialize, ToSchema)]
pub(crate) struct Usage {
    /// `usage`.
    object: &'static str,
    /// As in `2026-11-28` or `2026-11`, UTC.
    #[schema(example = "2026-11-28")]
    period: String,
    /// Photos that were worked on, with success or not.
    photos: i64,
    /// Photos that were cut out.
    cutouts: i64,
    /// Attempts at pictures, those included that the gate rejected.
    candidates: i64,
    /// Pictures and films that have files: passed by the gate, or approved by a person.
    delivered: i64,
    /// Pictures and films that were held for a person.
    review: i64,
    /// Pictures and films that a person rejected.
    rejected: i64,
    /// Pictures and films that could not be made.
    failed: i64,
    /// Bytes that were written: photos, cutouts, masters, receipts, files. What is taken back is not subtracted.
    bytes_stored: i64,
    /// Seconds of one processor.
    seconds: i64,
    /// Seconds of films that passed, or were approved by a person.
    film_seconds: f64,
}

fn show(period: String, used: &used_day::Model) -> Usage {
    Usage {
        object: "usage",
        period,
        photos: used.photos,
        cutouts: used.cutouts,
        candidates: used.candidates,
        delivered: used.delivered,
        review: used.review,
        rejected: used.rejected,
        failed: used.failed,
        bytes_stored: used.bytes,
        seconds: (used.spent_ms + 500) / 1000,
        film_seconds: used.film_ms as f64 / 1e3,
    }
}

/// Read what was used
///
/// Oldest first; days on which nothing was used are left out. It stays when photos and pictures are taken back.
#[utoipa::path(tag = "accounts", params(Wanted), responses(
    (status = 200, body = List<Usage>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/usage")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let today = calendar::day_of(service.queue.now(&service.readers).await?);
    let day = |name: &str, text: &Option<String>, usual: i32| match text {
        None => Ok(usual),
        Some(text) => calendar::read(text).ok_or_else(|| {
            ApiError::new(Code::RequestInvalid, name, "it is no day; one is written 2026-11-28")
        }),
    };
    let last = day("to", &wanted.to, today)?;
    let first = day("from", &wanted.from, last - USUAL_DAYS)?;
    if first > last || last - first > MOST_DAYS {
        return Err(ApiError::new(
            Code::RequestInvalid,
            "from",
            "it must lie before `to`, three years at most",
        ));
    }
    // `2026-11-28`, of which a month is the beginning.
    let length = match wanted.by.as_deref() {
        None | Some("day") => 10,
        Some("month") => 7,
        Some(_) => return Err(ApiError::new(Code::RequestInvalid, "by", "it is day or month")),
    };
    let tx = entity::read(&service.readers, scope).await?;
    let mut periods: Vec<(String, used_day::Model)> = Vec::new();
    for used in used_day::between(&tx, scope, (first, last)).await? {
        let period = calendar::written(used.day).chars().take(length).collect();
        match periods.last_mut() {
            Some((known, sum)) if *known == period => *sum = sum.clone().with(&used),
            _ => periods.push((period, used)),
        }
    }
    let shown = periods.into_iter().map(|(period, used)| show(period, &used)).collect();
    Ok(HttpResponse::Ok().json(List::<Usage>::whole(shown)))
}
