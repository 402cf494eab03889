//! `/v1/products`: what photos were uploaded of. Knows no photo.

use actix_web::{HttpResponse, delete, get, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::entity::{self, page, product};
use crate::http::Service;
use crate::http::auth::Auth;
use crate::http::errors::{ApiError, ErrorBody};
use crate::http::lists::{Cursor, List, seconds};
use crate::jobs::remove;
use crate::tenancy::Right;

/// A product.
#[derive(Serialize, ToSchema)]
pub(crate) struct Product {
    /// `product`.
    object: &'static str,
    id: String,
    sku: String,
    title: String,
    category: String,
    width_cm: Option<f64>,
    /// As it shall be read, with its currency.
    price: Option<String>,
    /// What speaks for it, in order.
    features: Vec<String>,
    /// Seconds since 1970.
    created_at: i64,
    updated_at: i64,
}

fn show(row: product::Model) -> Product {
    Product {
        object: "product",
        id: row.id,
        sku: row.sku,
        title: row.title,
        category: row.category,
        // Kept as a 32-bit float; a hundredth of a millimeter is more than it holds.
        width_cm: row.width_m.map(|width| (width * 1e5).round() / 1e3),
        price: row.price,
        features: row.features.and_then(|json| serde_json::from_value(json).ok()).unwrap_or_default(),
        created_at: seconds(row.created_at),
        updated_at: seconds(row.updated_at),
    }
}

/// Take a product back
///
/// With its photos and every picture made of them; see `DELETE /v1/photos/{id}`.
#[utoipa::path(tag = "products", responses((status = 204, description = "It is gone."), (status = "4XX", body = ErrorBody)))]
#[delete("/v1/products/{id}")]
pub(crate) async fn take_back(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Write)?;
    remove::product(&service.db, &service.queue, scope, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// List products
#[utoipa::path(tag = "products", params(Cursor), responses(
    (status = 200, body = List<Product>), (status = "4XX", body = ErrorBody)))]
#[get("/v1/products")]
pub(crate) async fn list(
    service: web::Data<Service>,
    caller: Auth,
    cursor: web::Query<Cursor>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let listed = page::list(&tx, product::of(scope), product::Column::Id, &cursor.page()?).await?;
    Ok(HttpResponse::Ok().json(List::of(listed, show)))
}

/// Read a product
#[utoipa::path(tag = "products", responses((status = 200, body = Product), (status = "4XX", body = ErrorBody)))]
#[get("/v1/products/{id}")]
pub(crate) async fn read(
    service: web::Data<Service>,
    caller: Auth,
    id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let scope = caller.0.may(Right::Read)?;
    let tx = entity::read(&service.readers, scope).await?;
    let row = product::by_id(scope, &id).one(&tx).await?;
    Ok(HttpResponse::Ok().json(show(row.ok_or_else(|| ApiError::not_found("product"))?)))
}
