//! Builds (reference, calls 2 to 4), and their end by hand.

use crate::app::App;
use crate::builds::planning::{BuildRequest, NotCreated, create_build};
use crate::error::{Error, json_response};
use crate::http::auth::require_write;
use crate::http::extract::{JsonBody, PathParams, QueryParams, StrictParams};
use crate::http::paging::{origin, page, page_number};
use crate::http::requests;
use crate::http::revalidation::{Known, Stamps};
use crate::rules;
use crate::store::build_lists::{BuildFilter, BuildList};
use crate::store::cancellation::Cancellation;
use crate::store::{Caller, builds, repositories};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use slipway_api::{Build, Status};
use std::sync::Arc;

/// Call 2: returns a page of builds, newest first.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    parameters: QueryParams,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let number = page_number(parameters.get("page"))?;
    let filter = BuildFilter {
        namespace: parameters.get("namespace").map(str::to_owned),
        repo_name: parameters.get("repo_name").map(str::to_owned),
    };
    let query: Vec<_> = ["namespace", "repo_name"]
        .into_iter()
        .filter_map(|name| Some((name, parameters.get(name)?)))
        .collect();
    let origin = origin(&headers, app.listen);
    let stamps = Stamps::new(&app.process, &caller, &origin, &uri);
    let known = Known::of(&headers);
    let known_before = known.clone();
    let read = app
        .store
        .read(move |connection| {
            let list = BuildList::new(connection, &caller, &filter)?;
            let stamp = stamps.of(list.version(connection)?);
            if let Some(unchanged) = known_before.unchanged(&stamp) {
                return Ok(Err(unchanged));
            }
            Ok(Ok((list.page(connection, number)?, stamp)))
        })
        .await?;
    let (mut listing, stamp) = match read {
        Ok(read) => read,
        Err(unchanged) => return Ok(unchanged),
    };
    let rows = listing.rows.into_iter();
    listing.rows = rows.map(|build| row(with_push(&app, build))).collect();
    let page = page(listing, number, &origin, &["builds"], &query)?;
    known.answer(Some(stamp), &page)
}

/// Call 3: starts a build.
pub(crate) async fn trigger(
    State(app): State<Arc<App>>,
    caller: Caller,
    JsonBody(body): JsonBody,
) -> Result<Response, Error> {
    let request = requests::trigger_build(&body).map_err(Error::Invalid)?;
    require_write(&caller, &request.namespace)?;
    let created_by = caller.name(&request.namespace);
    let trigger = caller.clone();
    let sources = app.git.clone();
    let waiting_limit = app.queue.waiting_limit();
    // One transaction, so that the repository can't be removed in between.
    let planned = app
        .store
        .run(move |connection| {
            let transaction = connection.transaction()?;
            let found = repositories::find(
                &transaction,
                &caller,
                &request.namespace,
                &request.repo_name,
            )?;
            let Some(stored) = found else {
                let message = "This namespace has no repository with this name.";
                return Ok(Err(Error::field("repo_name", message)));
            };
            let config = stored.repository.build_config.as_ref();
            let tag_config = config.and_then(|config| {
                let mut rows = config.tag_configs.iter();
                rows.find(|row| row.docker_repo_tag == request.tag)
            });
            let created = match tag_config {
                Some(tag_config) => create_build(
                    &transaction,
                    sources.sources(),
                    &BuildRequest {
                        stored: &stored,
                        tag_config,
                        commit: request.code_commit_id.as_deref(),
                        created_by: &created_by,
                        auto_created: false,
                        waiting_limit,
                    },
                )?,
                None => Err(NotCreated::NoConfig),
            };
            let planned = match created {
                Ok(planned) => planned,
                Err(NotCreated::NoConfig) => {
                    let message = "No tag config of this repository has this tag.";
                    return Ok(Err(Error::field("tag", message)));
                }
                Err(NotCreated::VersionTag) => {
                    return Ok(Err(Error::field("tag", rules::IS_VERSION_TAG)));
                }
                Err(NotCreated::QueueFull) => return Ok(Err(Error::QueueFull(waiting_limit))),
            };
            transaction.commit()?;
            Ok(Ok(planned))
        })
        .await??;
    app.queue.wake();
    let build = single(planned.build, &trigger);
    Ok(json_response(StatusCode::CREATED, &build))
}

/// Call 4: returns one build.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(build_id): PathParams<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let reader = caller.clone();
    let build = app
        .store
        .read(move |connection| builds::find(connection, &reader, &build_id))
        .await?
        .ok_or(Error::NotFound)?;
    let build = single(with_push(&app, build), &caller);
    Known::of(&headers).answer(None, &build)
}

/// Cancels a build that waits or runs, or removes one that has ended, with its log. The parameter `status` is the one
/// that the caller has seen: a build that was under way then, and has ended since, is not removed, and one that had
/// ended is not cancelled.
pub(crate) async fn remove(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(build_id): PathParams<String>,
    parameters: StrictParams,
) -> Result<Response, Error> {
    let seen = parameters.only("status")?.map(seen_status).transpose()?;
    let unwanted = app
        .queue
        .cancel_or_remove(caller.clone(), build_id, seen)
        .await?;
    match unwanted {
        Cancellation::Missing => Err(Error::NotFound),
        Cancellation::Denied => Err(Error::PermissionDenied),
        Cancellation::Ended => Err(Error::BuildEnded),
        Cancellation::NotEnded => Err(Error::BuildNotEnded),
        Cancellation::Cancelled(build) => {
            Ok(json_response(StatusCode::OK, &single(build, &caller)))
        }
        // It ends within some seconds.
        Cancellation::Running(build, _) => {
            Ok(json_response(StatusCode::ACCEPTED, &single(build, &caller)))
        }
        Cancellation::Removed => {
            app.clean_now.notify_one();
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

/// Reads the status that a caller has seen.
fn seen_status(text: &str) -> Result<Status, Error> {
    match Status::from(text) {
        Status::Other(_) => Err(Error::field(
            "status",
            "This status is none of W, I, S and F.",
        )),
        status => Ok(status),
    }
}

/// Says of an image that is not in the registry that it was not pushed. Without a registry, nothing is said.
fn with_push(app: &App, mut build: Build) -> Build {
    match app.queue.registry() {
        Some(_) if build.has_image() => {
            build.image_digest.get_or_insert_default();
        }
        Some(_) => {}
        None => {
            build.image_digest = None;
            build.image_size = None;
            build.pushed_at = None;
        }
    }
    build
}

/// Removes the fields that call 2 does not return.
fn row(build: Build) -> Build {
    Build {
        step_at: None,
        build_node: None,
        builder: None,
        build_context_path: None,
        is_removable: None,
        ..build
    }
}

/// Removes the fields that calls 3 and 4 do not return. Whoever may write in the namespace may cancel or remove its
/// builds.
fn single(build: Build, caller: &Caller) -> Build {
    let namespace = build.docker_repo_path.split('/').next().unwrap_or_default();
    Build {
        detail: None,
        is_removable: Some(caller.may_write(namespace)),
        ..build
    }
}
