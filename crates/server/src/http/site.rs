//! Serves the built console as static files. Every path that is not a file is a page of the console
//! and returns index.html.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::get;
use serde_json::json;
use std::path::Path;
use tower_http::services::{ServeDir, ServeFile};

/// Returns the routes of a site. With `namespace`, a generated `config.json` replaces the one in the
/// folder, so that the console shows this namespace first.
pub(crate) fn site<S: Clone + Send + Sync + 'static>(
    folder: &Path,
    namespace: Option<&str>,
) -> Router<S> {
    let index = ServeFile::new(folder.join("index.html"));
    let router = match namespace {
        Some(namespace) => {
            let config = json!({ "api": "", "namespace": namespace }).to_string();
            let json = [(header::CONTENT_TYPE, "application/json")];
            Router::new().route("/config.json", get(async move || (json, config)))
        }
        None => Router::new(),
    };
    router
        .fallback_service(ServeDir::new(folder).fallback(index))
        .layer(from_fn(cache_control))
}

/// Adds `Cache-Control`. Files with a hash in their name never change; browsers revalidate all others.
async fn cache_control(request: Request, next: Next) -> Response {
    let is_hashed = is_hashed(request.uri().path());
    let mut response = next.run(request).await;
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let value = match is_hashed && !is_page && response.status().is_success() {
        true => "public, max-age=31536000, immutable",
        false => "no-cache",
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static(value));
    response
}

/// Returns true if a file name contains a hash of the file's content: 12 or more hex digits between
/// `-`, `_` and `.`, at least one of them a decimal digit.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.split(['-', '_', '.']).any(|word| {
        word.len() >= 12
            && word.bytes().all(|byte| byte.is_ascii_hexdigit())
            && word.bytes().any(|byte| byte.is_ascii_digit())
    })
}

/// Adds the security headers to every response, and `no-store` to those of the API.
pub(crate) async fn security_headers(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_api {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_hashed;

    #[test]
    fn a_hash_in_the_name_is_found() {
        for path in [
            "/slipway-console-5b1f8a90c2d3e4f5.js",
            "/slipway-console-5b1f8a90c2d3e4f5_bg.wasm",
            "/assets/style-0123456789abcdef.css",
        ] {
            assert!(is_hashed(path), "{path}");
        }
        for path in [
            "/",
            "/config.json",
            "/icon-512.png",
            "/builds/5709f780-e8fb-4b52",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
