//! Who may call: the guard before every call of the API, and the extractors that handlers read
//! requests by.

use crate::App;
use crate::error::Error;
use crate::store::Caller;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, header, request::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// The most bytes of a request's body.
const BODY: usize = 2 << 20;

/// The most bytes of a too large body that are read and thrown away, so that the client gets to
/// read the answer.
const DRAINED: u64 = 64 << 20;

/// Lets a request pass, with its `Caller` for the handlers, or refuses it.
pub async fn guard(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    match admit(&app, request.method(), request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

fn admit(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller, Error> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if app.tokens.is_empty() {
        let host = text(header::HOST);
        // A page elsewhere must not reach this server through a name that leads here, nor by a form.
        if app.is_loopback && host.is_some_and(|host| !is_own_host(app, host)) {
            return Err(Error::Foreign(
                "This server answers only to the names of this machine. Start it with --token to \
                 serve others.",
            ));
        }
        let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
        if let (false, Some(origin)) = (is_read, text(header::ORIGIN)) {
            let origin = origin.to_ascii_lowercase();
            let is_same = origin
                .split_once("://")
                .is_some_and(|(_, from)| host.is_some_and(|host| host.eq_ignore_ascii_case(from)));
            if !is_same && !app.allow_origins.contains(&origin) {
                return Err(Error::Foreign(
                    "This page may not change anything here. Its origin can be named with \
                     --allow-origin.",
                ));
            }
        }
        return Ok(Caller::Anyone);
    }
    let token = text(header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("token"))
        .map(|(_, token)| token.trim())
        .ok_or(Error::NotAuthenticated)?;
    let namespaces: Vec<_> = app
        .tokens
        .iter()
        .filter(|access| access.fits(token))
        .map(|access| access.namespace.clone())
        .collect();
    match namespaces.is_empty() {
        true => Err(Error::NotAuthenticated),
        false => Ok(Caller::Namespaces(namespaces)),
    }
}

/// Whether a `Host` header names this machine: by a loopback name or address, or by the address
/// that the server listens on.
fn is_own_host(app: &App, host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    if name == "localhost" || name.ends_with(".localhost") {
        return true;
    }
    let address: Option<IpAddr> = name
        .parse()
        .ok()
        .or_else(|| name.parse::<Ipv6Addr>().ok().map(IpAddr::V6));
    address.is_some_and(|address| address.is_loopback() || address == app.listen.ip())
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts
            .extensions
            .get::<Caller>()
            .cloned()
            .ok_or(Error::NotAuthenticated)
    }
}

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

async fn read(request: Request) -> Result<Vec<u8>, Error> {
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
