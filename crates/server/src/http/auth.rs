//! Who may call: the guard before every call of the API, and the extractors that handlers read
//! requests by.

use crate::app::App;
use crate::error::Error;
use crate::store::Caller;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// The most bytes of a request's body.
pub(crate) const BODY: usize = 2 << 20;

/// The most bytes of a too large body that are read and thrown away, so that the client gets to
/// read the answer.
pub(crate) const DRAINED: u64 = 64 << 20;

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
