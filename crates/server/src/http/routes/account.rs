//! The optional calls about tokens.

use crate::error::{Error, json_response};
use crate::http::extract::Segments;
use crate::store::Caller;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

/// Whether the token fits a namespace.
pub async fn profile(caller: Caller, Segments(namespace): Segments<String>) -> Response {
    let profile = json!({
        "namespace": namespace,
        "username": caller.name(&namespace),
        "is_available": caller.may_write(&namespace),
    });
    json_response(StatusCode::OK, &profile)
}

/// There are no passwords here, so no token can be had for one.
pub async fn generate_api_token() -> Error {
    Error::NotOffered(
        "This server knows no passwords: tokens are given with --token when it is started.",
    )
}
