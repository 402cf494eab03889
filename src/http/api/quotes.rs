//! `/v1/quotes`: what a batch would come to, before it is started. Keeps nothing. Knows no price.

use actix_web::{HttpResponse, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::batches::{BatchForm, understand};
use crate::entity;
use crate::http::Service;
use crate::http::auth::Sent;
use crate::http::errors::{ApiError, ErrorBody};
use crate::jobs::batches;
use crate::tenancy::Right;

/// What a batch would come to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Quote {
    /// `quote`.
    object: &'static str,
    /// Products that are meant.
    products: u64,
    /// Those of them that would be passed over because they have no photo.
    without_photo: u64,
    /// Pictures that would be asked for, within the budget.
    pictures: u64,
    /// Pictures of yours that wait already; the batch comes behind them.
    ahead: u64,
    /// Pictures a minute while your last 200 were made, pauses left out; none until there are a dozen.
    pictures_per_minute: Option<f64>,
    /// How long those ahead and these take at that speed.
    minutes: Option<f64>,
}

/// Ask what a batch would come to
///
/// Takes what `POST /v1/batches` takes and starts nothing. An import that is still under way is counted as far as it is.
#[utoipa::path(tag = "batches", request_body = BatchForm, responses(
    (status = 200, body = Quote), (status = "4XX", body = ErrorBody)))]
#[post("/v1/quotes")]
pub(crate) async fn create(
    service: web::Data<Service>,
    sent: Sent<BatchForm>,
) -> Result<HttpResponse, ApiError> {
    let Sent(caller, body) = sent;
    let scope = caller.may(Right::Write)?;
    let new = understand(&service, body)?;
    let tx = entity::read(&service.readers, scope).await?;
    let quote = batches::quote(&tx, scope, &new.plan, new.budget).await?;
    let tenths = |number: f64| (number * 10.0).round() / 10.0;
    Ok(HttpResponse::Ok().json(Quote {
        object: "quote",
        products: quote.products,
        without_photo: quote.without_photo,
        pictures: quote.pictures,
        ahead: quote.ahead,
        pictures_per_minute: quote.per_minute.map(tenths),
        minutes: quote.minutes().map(tenths),
    }))
}
