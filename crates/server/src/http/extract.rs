//! Extractors: path segments, query parameters, JSON bodies.

use crate::error::Error;
use crate::http::auth::{BODY, DRAINED};
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// The path's parts, decoded. A part that is no text names nothing: 404.
pub struct Segments<T>(pub T);

impl<S, T> FromRequestParts<S> for Segments<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// The query's values by name.
pub struct Parameters(pub HashMap<String, String>);

impl Parameters {
    /// A value that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        (!value.is_empty()).then_some(value)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::<HashMap<String, String>>::from_request_parts(parts, state).await {
            Ok(Query(values)) => Ok(Self(values)),
            Err(error) => Err(Error::field("non_field_errors", error.body_text())),
        }
    }
}

/// The body's JSON.
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let kind = request
            .headers()
            .get(header::CONTENT_TYPE)
            .map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned())
            .unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Error::UnsupportedMediaType(kind));
        }
        let body = read(request).await?;
        let value = serde_json::from_slice(&body);
        value
            .map(Self)
            .map_err(|error| Error::Unparsable(error.to_string()))
    }
}

pub(crate) async fn read(request: Request) -> Result<Vec<u8>, Error> {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > DRAINED) {
        return Err(Error::TooLarge);
    }
    let mut body = Vec::new();
    let mut total = 0;
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk.map_err(|error| Error::Unparsable(error.to_string()))?;
        total += chunk.len() as u64;
        if total > DRAINED {
            break;
        }
        if total <= BODY as u64 {
            body.extend_from_slice(&chunk);
        }
    }
    match total <= BODY as u64 {
        true => Ok(body),
        false => Err(Error::TooLarge),
    }
}
