//! Authentication: decides who calls, and what the caller may do.

use crate::app::App;
use crate::error::Error;
use crate::store::Caller;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// Middleware that rejects a request, or passes it on with its `Caller`.
pub(crate) async fn authenticate(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&app, request.method(), request.headers()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

/// Returns a header as text; `?` if it is not ASCII.
fn header_text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

/// Returns the caller by its token. Without tokens, it is anyone who passes `check_origin`.
fn caller(app: &App, method: &Method, headers: &HeaderMap) -> Result<Caller, Error> {
    if app.tokens.is_empty() {
        check_origin(app, method, headers)?;
        return Ok(Caller::Anyone);
    }
    let token = header_text(headers, header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("token"))
        .map(|(_, token)| token.trim())
        .ok_or(Error::NotAuthenticated)?;
    let namespaces: Vec<_> = app
        .tokens
        .iter()
        .filter(|access| access.matches(token))
        .map(|access| access.namespace.clone())
        .collect();
    match namespaces.is_empty() {
        true => Err(Error::NotAuthenticated),
        false => Ok(Caller::Namespaces(namespaces)),
    }
}

/// Rejects requests that a page of another origin makes in the browser of a local user, either
/// through a host name that resolves to this machine or with a form.
fn check_origin(app: &App, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let host = header_text(headers, header::HOST);
    if app.is_loopback && host.is_some_and(|host| !is_own_host(app, host)) {
        return Err(Error::CrossOrigin(
            "This server only accepts requests to the names of this machine. Start it with \
             --token to accept others.",
        ));
    }
    let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if let (false, Some(origin)) = (is_read, header_text(headers, header::ORIGIN)) {
        let origin = origin.to_ascii_lowercase();
        let is_same = origin.split_once("://").is_some_and(|(_, authority)| {
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        });
        if !is_same && !app.allow_origins.contains(&origin) {
            return Err(Error::CrossOrigin(
                "Pages of this origin are not allowed to make changes. Start the server with \
                 --allow-origin to allow them.",
            ));
        }
    }
    Ok(())
}

/// Returns true if a `Host` header names this machine: with a loopback name or address, or with the
/// address that the server listens on.
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

/// Checks that the caller may write in a namespace.
///
/// # Errors
///
/// `PermissionDenied` when it may not.
pub(crate) fn require_write(caller: &Caller, namespace: &str) -> Result<(), Error> {
    match caller.may_write(namespace) {
        true => Ok(()),
        false => Err(Error::PermissionDenied),
    }
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
