//! The regions in which services run. A published client of the API lists them before it does anything else.

use crate::error::json_response;
use crate::store::Caller;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

/// Returns no regions, since this server runs no services.
pub(crate) async fn list(_caller: Caller) -> Response {
    json_response(StatusCode::OK, &json!([]))
}
