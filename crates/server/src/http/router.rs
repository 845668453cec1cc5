//! The router of everything that the server answers: the API, the site, CORS, compression and
//! security headers.

use crate::app::App;
use crate::error::Error;
use crate::http::site_config::SiteConfig;
use crate::http::site_files::SiteFiles;
use crate::http::{routes, site, watching};
use axum::Router;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{from_fn, from_fn_with_state};
use std::sync::Arc;
use std::time::Duration;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::cors::CorsLayer;

/// How long a browser may cache the answer to a preflight request.
const PREFLIGHT_MAX_AGE: Duration = Duration::from_secs(600);

/// Returns the router of the API, of what watches the server, and of the built console, if there are files of it.
/// `config` is what the console is told.
pub(crate) fn router(app: &Arc<App>, files: Option<SiteFiles>, config: SiteConfig) -> Router {
    // An answer of the API is made for one request, so that the cheapest compression is the best.
    let router = routes::api(app)
        .merge(watching::routes(app))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    let mut router = match files {
        Some(files) => {
            // Brotli makes the site smaller than zstd does.
            let site = site::site(files, config).layer(CompressionLayer::new().no_zstd());
            router.merge(site)
        }
        None => router.fallback(async || Error::NotFound),
    };
    router = router
        .layer(from_fn(site::tag_encodings))
        .layer(from_fn_with_state(app.clone(), watching::count_requests));
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
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
        ])
        // The console reads these for its clock, for how long to wait, and to ask only for what has changed.
        .expose_headers([header::DATE, header::RETRY_AFTER, header::ETAG])
        .max_age(PREFLIGHT_MAX_AGE)
}
