//! The builders: an optional call, which the reference does not have.

use crate::app::App;
use crate::error::{Error, json_response};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use slipway_api::{BuilderInfo, Page};
use std::sync::Arc;

/// Returns all builders, on one page: their names, nodes, states, slots and disks, and not where they are.
pub(crate) async fn list(State(app): State<Arc<App>>) -> Result<Response, Error> {
    let builders: Vec<BuilderInfo> = app.pool.shown();
    let page = Page {
        count: builders.len() as u64,
        next: None,
        previous: None,
        results: builders.into(),
    };
    Ok(json_response(StatusCode::OK, &page))
}
