//! The optional calls about tokens.

use crate::app::App;
use crate::error::{Error, json_response};
use crate::http::extract::PathParams;
use crate::store::Caller;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// Returns whether the caller's token gives write access to a namespace, and whether mail about its builds is sent.
pub(crate) async fn profile(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(namespace): PathParams<String>,
) -> Response {
    let profile = json!({
        "namespace": namespace,
        "username": caller.name(&namespace),
        "is_available": caller.may_write(&namespace),
        "is_email_available": app.mail_namespaces.contains(&namespace),
    });
    json_response(StatusCode::OK, &profile)
}

/// Always fails, since the server has no passwords to exchange for tokens.
pub(crate) async fn generate_api_token() -> Error {
    Error::NotImplemented(
        "This server does not support passwords. Set its tokens with --token-file when you start it.",
    )
}
