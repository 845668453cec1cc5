//! Every path of the API, in one place.

mod account;
mod builds;
mod logs;
mod repositories;

use crate::App;
use crate::auth::guard;
use crate::error::Error;
pub use crate::routes::repositories::add as add_repository;
use crate::store::Listing;
use axum::Router;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post, put};
use slipway_api::Page;
use slipway_api::page::PAGE_SIZE;
use slipway_api::url::join_url;
use std::net::SocketAddr;
use std::sync::Arc;

/// The API, guard included.
pub fn api(app: &Arc<App>) -> Router<Arc<App>> {
    let paths: [(&str, MethodRouter<Arc<App>>); 8] = [
        ("/v1/builds", get(builds::list).post(builds::trigger)),
        ("/v1/builds/{build_id}", get(builds::read)),
        ("/v1/builds/{build_id}/logs", get(logs::read)),
        (
            "/v1/repositories/{namespace}",
            get(repositories::list).post(repositories::create),
        ),
        (
            "/v1/repositories/{namespace}/{repo_name}",
            get(repositories::read).delete(repositories::remove),
        ),
        (
            "/v1/repositories/{namespace}/{repo_name}/build-config",
            put(repositories::update_build_config),
        ),
        ("/v1/generate-api-token", post(account::generate_api_token)),
        ("/v1/auth/{namespace}/profile", get(account::profile)),
    ];
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router
            .route(path, methods.clone())
            .route(&format!("{path}/"), methods);
    }
    for path in ["/v1", "/v1/", "/v1/{*rest}"] {
        router = router.route(path, any(async || Error::NotFound));
    }
    router
        .method_not_allowed_fallback(async |method: Method| {
            Error::MethodNotAllowed(method.to_string())
        })
        .route_layer(from_fn_with_state(app.clone(), guard))
}

/// Which page a list is asked for: from 1 on, without a parameter the first.
fn page_number(page: Option<&str>) -> Result<u64, Error> {
    match page {
        None => Ok(1),
        Some(text) => text
            .parse()
            .ok()
            .filter(|page| *page > 0)
            .ok_or(Error::InvalidPage),
    }
}

/// A page of a list as the API answers it. `segments` and `query` name the list; `next` and
/// `previous` are absolute, at the host that the request names.
fn page<T>(
    listing: Listing<T>,
    number: u64,
    origin: &str,
    segments: &[&str],
    query: &[(&str, &str)],
) -> Result<Page<T>, Error> {
    let last = listing.count.div_ceil(PAGE_SIZE).max(1);
    if number > last {
        return Err(Error::InvalidPage);
    }
    let link = |number: u64| {
        let number = number.to_string();
        let query: Vec<_> = query
            .iter()
            .copied()
            .chain([("page", number.as_str())])
            .collect();
        join_url(origin, segments, &query)
    };
    Ok(Page {
        count: listing.count,
        next: (number < last).then(|| link(number + 1)),
        previous: (number > 1).then(|| link(number - 1)),
        results: listing.rows.into(),
    })
}

/// The origin that a request was sent to, as far as its headers tell.
fn origin(headers: &HeaderMap, listen: SocketAddr) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let scheme = match text("x-forwarded-proto") {
        Some("https") => "https",
        _ => "http",
    };
    match text(header::HOST.as_str()) {
        Some(host) => format!("{scheme}://{host}"),
        None => format!("{scheme}://{listen}"),
    }
}
