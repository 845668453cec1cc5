//! Extractors: path segments, query parameters, JSON bodies.

use crate::error::Error;
use crate::http::connections::BodyTimeout;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header;
use axum::http::request::Parts;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// The largest body of a request, in bytes.
const MAX_BODY_BYTES: usize = 2 << 20;

/// How much of a body that is too large is read and discarded, in bytes. A client that is still
/// sending would not read the response otherwise.
const MAX_DRAINED_BYTES: u64 = 64 << 20;

/// The message of a 400 about a query parameter.
const UNKNOWN_PARAMETER: &str = "This call has no such parameter.";
const REPEATED_PARAMETER: &str = "This parameter may be there once only.";

/// The decoded parameters of the path. Rejects with 404 if one of them is not UTF-8.
pub(crate) struct PathParams<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for PathParams<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(values)) => Ok(Self(values)),
            Err(_) => Err(Error::NotFound),
        }
    }
}

/// The query parameters, by name.
pub(crate) struct QueryParams(pub(crate) HashMap<String, String>);

impl QueryParams {
    /// Returns a parameter that is present and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.0.get(name)?;
        (!value.is_empty()).then_some(value)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryParams {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::<HashMap<String, String>>::from_request_parts(parts, state).await {
            Ok(Query(values)) => Ok(Self(values)),
            Err(error) => Err(Error::field("non_field_errors", error.body_text())),
        }
    }
}

/// The query parameters of a call that must not overlook one, in their order.
pub(crate) struct StrictParams(Vec<(String, String)>);

impl StrictParams {
    /// Returns the value of the only parameter that the call takes, if it is there.
    ///
    /// # Errors
    ///
    /// A 400 that names a parameter that the call does not take, or that is there more than once.
    pub(crate) fn only(&self, name: &str) -> Result<Option<&str>, Error> {
        if let Some((unknown, _)) = self.0.iter().find(|(given, _)| given != name) {
            return Err(Error::field(unknown, UNKNOWN_PARAMETER));
        }
        match &self.0[..] {
            [] => Ok(None),
            [(_, value)] => Ok(Some(value)),
            _ => Err(Error::field(name, REPEATED_PARAMETER)),
        }
    }

    /// Checks that there is no parameter.
    ///
    /// # Errors
    ///
    /// A 400 that names one.
    pub(crate) fn none(&self) -> Result<(), Error> {
        match self.0.first() {
            Some((unknown, _)) => Err(Error::field(unknown, UNKNOWN_PARAMETER)),
            None => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for StrictParams {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(values)) => Ok(Self(values)),
            Err(error) => Err(Error::field("non_field_errors", error.body_text())),
        }
    }
}

/// The body as JSON.
pub(crate) struct JsonBody(pub(crate) Value);

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
        let body = read_body(request, MAX_BODY_BYTES).await?;
        let value = serde_json::from_slice(&body);
        value
            .map(Self)
            .map_err(|error| Error::InvalidJson(error.to_string()))
    }
}

/// Reads a body of at most so many bytes.
///
/// # Errors
///
/// When it is larger, or does not arrive in time.
pub(crate) async fn read_body(request: Request, limit: usize) -> Result<Vec<u8>, Error> {
    let content_length = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if content_length.is_some_and(|length| length > MAX_DRAINED_BYTES) {
        return Err(Error::PayloadTooLarge);
    }
    let mut body = Vec::new();
    let mut total = 0;
    let mut chunks = request.into_body().into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk: Bytes = chunk.map_err(|error| match BodyTimeout::caused(&error) {
            true => Error::RequestTimeout,
            false => Error::InvalidJson(error.to_string()),
        })?;
        total += chunk.len() as u64;
        if total > MAX_DRAINED_BYTES {
            break;
        }
        if total <= limit as u64 {
            body.extend_from_slice(&chunk);
        }
    }
    match total <= limit as u64 {
        true => Ok(body),
        false => Err(Error::PayloadTooLarge),
    }
}
