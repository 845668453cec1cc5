//! The log of a build (reference, call 5). It is streamed, so that a long log is never in memory as a
//! whole.

use crate::app::App;
use crate::error::Error;
use crate::http::extract::{PathParams, QueryParams};
use crate::http::log_body::{Encoding, log_body};
use crate::store::logs::{LogRange, TimeWindow};
use crate::store::{Caller, builds, logs};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, json};
use std::sync::Arc;

/// Call 5: returns the entries between `start_time` and `end_time`, both optional and inclusive, in Unix
/// seconds, UTC.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(build_id): PathParams<String>,
    parameters: QueryParams,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let window = window(&parameters)?;
    let range = app
        .store
        .read(move |connection| {
            let Some(build) = builds::find_number(connection, &caller, &build_id)? else {
                return Ok(None);
            };
            Ok(Some(LogRange {
                build,
                window,
                from: 0,
                until: logs::size(connection, build)?,
            }))
        })
        .await?
        .ok_or(Error::NotFound)?;
    let encoding = Encoding::of(&headers);
    let mut response = log_body(app.store.clone(), range, encoding).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(name) = encoding.name() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
    }
    Ok(response)
}

fn window(parameters: &QueryParams) -> Result<TimeWindow, Error> {
    let mut errors = Map::new();
    let mut bound = |name: &str, default: i64| {
        let Some(text) = parameters.get(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            errors.insert(name.to_owned(), json!(["A valid integer is required."]));
            default
        })
    };
    let window = TimeWindow {
        start: bound("start_time", i64::MIN),
        end: bound("end_time", i64::MAX),
    };
    match errors.is_empty() {
        true => Ok(window),
        false => Err(Error::Invalid(errors)),
    }
}
