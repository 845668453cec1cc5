//! The routes of the API.

mod account;
mod builders;
mod builds;
mod hooks;
mod logs;
mod regions;
mod repositories;
mod sources;

use crate::app::App;
use crate::error::Error;
use crate::http::auth::authenticate;
use axum::Router;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, any, get, post, put};
use std::sync::Arc;

/// Returns the routes of the API, with authentication.
pub(crate) fn api(app: &Arc<App>) -> Router<Arc<App>> {
    let paths: [(&str, MethodRouter<Arc<App>>); 12] = [
        ("/v1/builds", get(builds::list).post(builds::trigger)),
        (
            "/v1/builds/{build_id}",
            get(builds::read).delete(builds::remove),
        ),
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
        ("/v1/builders", get(builders::list)),
        ("/v1/sources", get(sources::look)),
        ("/v1/regions/{namespace}", get(regions::list)),
        (
            "/v1/repositories/{namespace}/{repo_name}/webhook",
            get(hooks::read),
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
    // The code in the path is what lets in, not a token.
    let hooks = ["/v1/hooks/{code}", "/v1/hooks/{code}/"];
    let hooks = hooks.into_iter().fold(Router::new(), |router, path| {
        router.route(path, post(hooks::receive))
    });
    router
        .method_not_allowed_fallback(async |method: Method| {
            Error::MethodNotAllowed(method.to_string())
        })
        .route_layer(from_fn_with_state(app.clone(), authenticate))
        .merge(hooks.method_not_allowed_fallback(async |method: Method| {
            Error::MethodNotAllowed(method.to_string())
        }))
}
