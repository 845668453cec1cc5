//! For what watches the server: `GET /healthz` tells that it works, `GET /metrics` has its figures.

use crate::app::App;
use crate::error::{Error, json_response};
use crate::http::auth::authenticate;
use crate::metrics::Now;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use std::sync::Arc;
use std::time::Instant;

/// The format of the figures.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Returns both routes. The figures take a token where the API does; that the server works is for everybody.
pub(crate) fn routes(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/metrics", get(metrics))
        .route_layer(from_fn_with_state(app.clone(), authenticate))
        .route("/healthz", get(health))
}

/// Answers 200 if the database can be read, and 503 if not.
async fn health(State(app): State<Arc<App>>) -> Response {
    let read = app
        .store
        .read(|connection| connection.query_row("SELECT 1", [], |row| row.get::<_, i64>(0)))
        .await;
    let (status, word) = match read {
        Ok(_) => (StatusCode::OK, "ok"),
        Err(error) => {
            tracing::error!("the database can't be read: {error}");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database can't be read",
            )
        }
    };
    json_response(status, &json!({ "status": word }))
}

async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Error> {
    let now = app
        .store
        .read(|connection| {
            let number = |sql: &str| {
                let mut statement = connection.prepare_cached(sql)?;
                statement.query_row([], |row| row.get::<_, i64>(0))
            };
            Ok(Now {
                waiting: number("SELECT count(*) FROM builds WHERE status = 'W'")?,
                running: number("SELECT count(*) FROM builds WHERE status = 'I'")?,
                database: number(
                    "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                )?,
            })
        })
        .await?;
    let text = app.metrics.text(now).map_err(std::io::Error::other)?;
    Ok(([(header::CONTENT_TYPE, OPEN_METRICS)], text).into_response())
}

/// Counts each request with its answer.
pub(crate) async fn count_requests(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let (method, started) = (request.method().clone(), Instant::now());
    let response = next.run(request).await;
    app.metrics
        .count_request(&method, response.status(), started.elapsed());
    response
}
