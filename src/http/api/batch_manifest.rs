//! `/v1/batches/{id}/manifest`: what became of each picture of a batch, as a table, page by page from the database to the wire. Knows no gate.

use std::collections::HashMap;

use actix_web::http::header::ACCEPT;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, get, web};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::IntoParams;

use super::results::{self, ResultItem};
use crate::domain::TenantScope;
use crate::entity::{self, batch, product, result};
use crate::error::Code;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::{Service, cells};
use crate::jobs::batches::Plan;
use crate::tenancy::Right;

/// Rows that are read at a time.
const PAGE: u64 = 500;
/// Columns before those of the channels.
const COLUMNS: [&str; 11] = [
    "sku", "title", "category", "template", "status", "verdict", "reasons", "problem", "result", "master",
    "receipt",
];

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Wanted {
    /// `csv` or `ndjson`; by `Accept` if it is not said, and CSV if that does not say either.
    format: Option<String>,
}

/// A picture with its product.
#[derive(Serialize)]
struct Picture {
    sku: String,
    title: String,
    category: String,
    #[serde(flatten)]
    result: ResultItem,
}

/// Where the table is being read.
struct Reading {
    service: web::Data<Service>,
    scope: TenantScope,
    batch_id: String,
    /// The channels that have a column, in a CSV.
    channels: Option<Vec<String>>,
    after: Option<String>,
}

/// Download a batch's manifest
///
/// A row for each picture, oldest first. Links are addresses of this API; the last part of each is the file's SHA-256. No cell of a CSV is a formula: an
/// apostrophe goes before what would be one.
#[utoipa::path(tag = "batches", params(Wanted), responses(
    (status = 200, description = "The table.", content_type = "text/csv", body = String), (status = "4XX", body = ErrorBody)))]
#[get("/v1/batches/{id}/manifest")]
pub(crate) async fn read(
    service: web::Data<Service>,
    request: HttpRequest,
    caller: Auth,
    id: web::Path<String>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let accept = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let csv = match wanted.format.as_deref() {
        Some("csv") => true,
        Some("ndjson") => false,
        Some(_) => return Err(ApiError::new(Code::RequestInvalid, "format", "it is csv or ndjson")),
        None => !accept.contains("application/x-ndjson"),
    };
    let tx = entity::read(&service.readers, scope).await?;
    let row = batch::by_id(scope, &id).one(&tx).await?.ok_or_else(|| ApiError::not_found("batch"))?;
    drop(tx);
    let mut channels: Vec<String> =
        Plan::of(&row)?.recipe.into_iter().flat_map(|line| line.channels).collect();
    channels.sort_unstable();
    channels.dedup();
    let head = match csv {
        true => cells::line(COLUMNS.into_iter().chain(channels.iter().map(String::as_str))),
        false => String::new(),
    };
    let reading = Reading {
        service: service.clone(),
        scope: scope.clone(),
        batch_id: row.id.clone(),
        channels: csv.then_some(channels),
        after: Some(String::new()),
    };
    let rows = stream::try_unfold((head, reading), |(head, mut reading)| async move {
        let Some(page) = reading.next().await? else { return Ok::<_, ApiError>(None) };
        Ok(Some((Bytes::from(head + &page), (String::new(), reading))))
    });
    let (kind, ending) =
        if csv { ("text/csv; charset=utf-8", "csv") } else { ("application/x-ndjson", "ndjson") };
    let name = format!("attachment; filename=\"{}.{ending}\"", row.id);
    Ok(HttpResponse::Ok().content_type(kind).insert_header(("Content-Disposition", name)).streaming(rows))
}

impl Reading {
    /// The next rows as text; the first time there are some, if only none.
    async fn next(&mut self) -> Result<Option<String>, ApiError> {
        let Some(after) = self.after.take() else { return Ok(None) };
        let tx = entity::read(&self.service.readers, &self.scope).await?;
        let rows = result::of_batch(&tx, &self.scope, &self.batch_id, &after, PAGE).await?;
        let ids: Vec<String> = rows.iter().map(|row| row.product_id.clone()).collect();
        let products = product::of_ids(&self.scope, &ids).all(&tx).await?;
        drop(tx);
        if rows.len() as u64 == PAGE {
            self.after = rows.last().map(|row| row.id.clone());
        }
        let products: HashMap<String, product::Model> =
            products.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut text = String::new();
        for row in rows {
            let Some(item) = products.get(&row.product_id) else { continue };
            let (sku, title, category) = (item.sku.clone(), item.title.clone(), item.category.clone());
            let picture = Picture { sku, title, category, result: results::show(row, None) };
            let json = serde_json::to_value(&picture)
                .map_err(|error| ApiError::new(Code::Internal, "manifest", error.to_string()))?;
            text += &match &self.channels {
                Some(channels) => cells(&json, channels),
                None => json.to_string() + "\n",
            };
        }
        Ok(Some(text))
    }
}

/// A picture as a line of the CSV.
fn cells(picture: &Value, channels: &[String]) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let reasons: Vec<String> = picture["reasons"].as_array().into_iter().flatten().map(text).collect();
    let mut row = vec![
        text(&picture["sku"]),
        text(&picture["title"]),
        text(&picture["category"]),
        text(&picture["template"]),
        text(&picture["status"]),
        text(&picture["verdict"]),
        reasons.join(" | "),
        text(&picture["problem"]["code"]),
        text(&picture["id"]),
        text(&picture["files"]["master"]),
        text(&picture["files"]["receipt"]),
    ];
    row.extend(channels.iter().map(|channel| text(&picture["files"]["channels"][channel])));
    cells::line(row.iter().map(String::as_str))
}
