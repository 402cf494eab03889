//! Who calls: the extractor that every route but the public ones has. Knows no route.

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;

use super::Service;
use super::errors::ApiError;
use crate::error::Code;
use crate::tenancy::{self, Caller};

/// A caller who was recognized and has not asked too often.
pub(super) struct Auth(pub(super) Caller);

/// Who called, for the log.
#[derive(Clone, Debug)]
pub(super) struct Recognized {
    pub(super) organization: String,
    pub(super) actor: String,
}

impl FromRequest for Auth {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { recognize(&request).await.map(Auth) })
    }
}

/// A caller as [`Auth`] has them, and a JSON body. It is only read for somebody who may send one.
pub(super) struct Sent<T>(pub(super) Caller, pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let caller = recognize(&request).await?;
            let body = web::Json::<T>::from_request(&request, &mut payload).await?;
            Ok(Sent(caller, body.into_inner()))
        })
    }
}

/// Whether what somebody showed once is still good. It is not counted as a request.
pub(super) async fn again(service: &Service, bearer: &str) -> Result<Caller, ApiError> {
    let now = service.queue.now(&service.readers).await?;
    Ok(tenancy::recognize(&service.readers, &service.keys, bearer, now).await?)
}

async fn recognize(request: &HttpRequest) -> Result<Caller, ApiError> {
    let service = request
        .app_data::<web::Data<Service>>()
        .ok_or_else(|| ApiError::new(Code::Internal, "server", "the service is not there"))?;
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    // The scheme's name is written in any case.
    let bearer =
        header.and_then(|text| text.split_once(' ')).filter(|(s, _)| s.eq_ignore_ascii_case("bearer"));
    let (_, bearer) = bearer.ok_or_else(|| ApiError::from(tenancy::unauthenticated()))?;
    let now = service.queue.now(&service.readers).await?;
    let caller = tenancy::recognize(&service.readers, &service.keys, bearer.trim(), now).await?;
    let known =
        Recognized { organization: caller.organization().to_string(), actor: caller.actor.id().to_owned() };
    request.extensions_mut().insert(known);
    let standing = service.limiter.caller(caller.actor.id())?;
    request.extensions_mut().insert(standing);
    tenancy::touch(&service.db, &caller, now).await?;
    Ok(caller)
}
