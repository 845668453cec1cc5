//! Authentication: decides who calls, and what the caller may do.

use crate::app::App;
use crate::error::Error;
use crate::http::connections::Peer;
use crate::http::wrong_tokens::Slowing;
use crate::store::Caller;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use tokio::time::{Instant, sleep};

/// The message to a page of another origin.
const OTHER_ORIGIN: &str = "Pages of this origin are not allowed to make changes. Start the server with \
     --allow-origin to allow them.";

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
        Err(Error::WrongToken) => refuse_slowly(&app, request.extensions().get())
            .await
            .into_response(),
        Err(error) => error.into_response(),
    }
}

/// Returns the error of a request with a wrong token, after the delay that its address has earned.
pub(crate) async fn refuse_slowly(app: &App, peer: Option<&Peer>) -> Error {
    let Some(Peer(address)) = peer else {
        return Error::NotAuthenticated;
    };
    match app.wrong_tokens.record(*address, Instant::now()) {
        Slowing::Wait(delay, _waiting) => {
            sleep(delay).await;
            Error::NotAuthenticated
        }
        Slowing::Refuse(pause) => Error::WrongTokens(pause),
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
        .filter(|token| !token.is_empty())
        .ok_or(Error::NotAuthenticated)?;
    let namespaces: Vec<_> = app
        .tokens
        .iter()
        .filter(|access| access.matches(token))
        .map(|access| access.namespace.clone())
        .collect();
    match namespaces.is_empty() {
        true => Err(Error::WrongToken),
        false => Ok(Caller::Namespaces(namespaces)),
    }
}

/// Rejects requests that a page of another origin makes in the browser of a user who can reach the server, either
/// through a host name that resolves to the server or with a form.
fn check_origin(app: &App, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
    let host = header_text(headers, header::HOST);
    if host.is_some_and(|host| !app.hosts.is_own(host)) {
        return Err(Error::CrossOrigin(
            "This server only accepts requests to the names of this machine. Start it with \
             --allow-host to accept another name, or with --token-file to accept any.",
        ));
    }
    let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if let (false, Some(origin)) = (is_read, header_text(headers, header::ORIGIN)) {
        let origin = origin.to_ascii_lowercase();
        let is_same = origin.split_once("://").is_some_and(|(_, authority)| {
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        });
        if !is_same && !app.allow_origins.contains(&origin) {
            return Err(Error::CrossOrigin(OTHER_ORIGIN));
        }
    }
    Ok(())
}

/// Checks that no page of another site makes the browser of a user send a request that costs the server work although
/// it changes nothing.
///
/// # Errors
///
/// `CrossOrigin` when one does, unless its origin is allowed.
pub(crate) fn require_own_page(app: &App, headers: &HeaderMap) -> Result<(), Error> {
    let site = header_text(headers, HeaderName::from_static("sec-fetch-site"));
    // No page of another site knows a token.
    let is_own = !app.tokens.is_empty() || matches!(site, None | Some("same-origin" | "none"));
    let origin = header_text(headers, header::ORIGIN).unwrap_or_default();
    let origin = origin.to_ascii_lowercase();
    match is_own || app.allow_origins.contains(&origin) {
        true => Ok(()),
        false => Err(Error::CrossOrigin(OTHER_ORIGIN)),
    }
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
