//! The router of everything that the server answers: the API, the site, CORS, compression and
//! security headers.

use crate::app::App;
use crate::error::Error;
use crate::http::{routes, site};
use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::from_fn;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;

/// How long a browser may cache the answer to a preflight request.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// Returns the router of the API and, where `site` is a folder, of the built console. `namespace`
/// is the one that the console shows first.
pub(crate) fn router(app: &Arc<App>, site: Option<&Path>, namespace: Option<&str>) -> Router {
    let router = routes::api(app);
    let mut router = match site {
        Some(folder) => router.merge(site::site(folder, namespace)),
        None => router.fallback(async || Error::NotFound),
    };
    router = router
        .layer(CompressionLayer::new())
        .layer(from_fn(site::tag_encodings));
    if !app.allow_origins.is_empty() {
        router = router.layer(cors(&app.allow_origins));
    }
    router
        .layer(from_fn(site::security_headers))
        .with_state(app.clone())
}

fn cors(origins: &[String]) -> CorsLayer {
    let origins: Vec<_> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
        ])
        .allow_headers([header::AUTHORIZATION, header::CONTENT_TYPE])
        // The console reads these two for its clock and for how long to wait.
        .expose_headers([header::DATE, header::RETRY_AFTER])
        .max_age(PREFLIGHT_MAX_AGE)
}
