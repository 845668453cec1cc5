//! Build repositories (reference, calls 1 and 6, and the optional reads and removal).

use crate::app::App;
use crate::error::{Error, json_response};
use crate::http::auth::require_write;
use crate::http::extract::{JsonBody, PathParams, QueryParams, StrictParams};
use crate::http::paging::{origin, page, page_number};
use crate::http::requests;
use crate::http::revalidation::Known;
use crate::repositories::create as create_repository;
use crate::rules;
use crate::store::repositories::{ConfigChange, StoredRepository};
use crate::store::{Caller, repositories};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use std::collections::HashSet;
use std::sync::Arc;

/// Call 1: creates a build repository.
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(namespace): PathParams<String>,
    JsonBody(body): JsonBody,
) -> Result<Response, Error> {
    require_write(&caller, &namespace)?;
    rules::namespace(&namespace).map_err(|message| Error::field("namespace", message))?;
    let request = requests::create_repository(&body, app.git.sources()).map_err(Error::Invalid)?;
    let created_by = caller.name(&namespace);
    let stored = create_repository(&app, &namespace, &created_by, request).await?;
    Ok(json_response(StatusCode::CREATED, &stored.repository))
}

/// The optional list: returns a page of a namespace's repositories, sorted by name.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(namespace): PathParams<String>,
    parameters: QueryParams,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let number = page_number(parameters.get("page"))?;
    let name = namespace.clone();
    let listing = app
        .store
        .read(move |connection| repositories::list(connection, &caller, &name, number))
        .await?;
    let segments = ["repositories", &namespace];
    let page = page(
        listing,
        number,
        &origin(&headers, app.listen),
        &segments,
        &[],
    )?;
    Known::of(&headers).answer(None, &page)
}

async fn find(
    app: &App,
    caller: Caller,
    namespace: String,
    repo_name: String,
) -> Result<StoredRepository, Error> {
    app.store
        .read(move |connection| repositories::find(connection, &caller, &namespace, &repo_name))
        .await?
        .ok_or(Error::NotFound)
}

/// The optional read: returns one repository.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams((namespace, repo_name)): PathParams<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let stored = find(&app, caller, namespace, repo_name).await?;
    Known::of(&headers).answer(None, &stored.repository)
}

/// The optional removal: removes a repository with its builds, their logs and images, and its deploy key. Those of
/// its builds that run are stopped.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams((namespace, repo_name)): PathParams<(String, String)>,
    parameters: StrictParams,
) -> Result<Response, Error> {
    parameters.none()?;
    require_write(&caller, &namespace)?;
    let stored = find(&app, caller, namespace, repo_name).await?;
    let is_removed = app.queue.remove_repository(stored.id).await?;
    app.poll_now.notify_one();
    app.clean_now.notify_one();
    match is_removed {
        true => Ok(StatusCode::NO_CONTENT.into_response()),
        false => Err(Error::NotFound),
    }
}

/// Call 6: replaces the build node and the tag configs. Returns the new build config.
pub(crate) async fn update_build_config(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams((namespace, repo_name)): PathParams<(String, String)>,
    JsonBody(body): JsonBody,
) -> Result<Response, Error> {
    require_write(&caller, &namespace)?;
    // Read, validated and changed in one go, so that no other change comes in between.
    let config = app
        .store
        .run(move |connection| {
            let found = repositories::find(connection, &caller, &namespace, &repo_name)?;
            let Some(stored) = found else {
                return Ok(Err(Error::NotFound));
            };
            let config = stored.repository.build_config;
            let rows: HashSet<i64> = config
                .iter()
                .flat_map(|config| &config.tag_configs)
                .filter_map(|row| row.id)
                .collect();
            let request = match requests::update_build_config(&body, stored.id, &rows) {
                Ok(request) => request,
                Err(errors) => return Ok(Err(Error::Invalid(errors))),
            };
            let flags = repositories::version_tags(
                connection,
                &namespace,
                &repo_name,
                &request.tag_configs,
            )?;
            if let Some(errors) = requests::version_tag_errors(&flags) {
                return Ok(Err(Error::Invalid(errors)));
            }
            let change = ConfigChange {
                build_node: request.build_node,
                tag_configs: request.tag_configs,
            };
            let changed = repositories::replace(connection, stored.id, change)?;
            Ok(changed
                .and_then(|changed| changed.repository.build_config)
                .ok_or(Error::NotFound))
        })
        .await??;
    app.poll_now.notify_one();
    Ok(json_response(StatusCode::OK, &config))
}
