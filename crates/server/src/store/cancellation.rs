//! Builds that somebody does not want any more: waiting ones are cancelled here, running ones have to be stopped, and
//! ended ones are removed.

use crate::store::{Caller, builds, removal};
use rusqlite::{Connection, Result};
use slipway_api::{Build, Status, TagConfig};

/// The last line of a build that a newer one of its tag config has replaced in the queue.
const BY_NEWER_PUSH: &str = "the build was cancelled by a newer push";

/// The result of a request to cancel or remove a build.
#[derive(Debug)]
pub(crate) enum Cancellation {
    /// There is no such build that the caller may read.
    Missing,
    /// The caller may read it and nothing else.
    Denied,
    /// It has ended since the caller saw it, or not as the caller says. Nothing was changed.
    Ended,
    /// It has not ended, as the caller says it has. Nothing was changed.
    NotEnded,
    /// It was waiting, and has failed now.
    Cancelled(Build),
    /// It runs, and has to be stopped, because of this user.
    Running(Build, String),
    /// It had ended, and is gone with its log.
    Removed,
}

/// Cancels a waiting build, or removes one that has ended. `seen` is the status that the caller saw: a build that was
/// under way then is not removed, and one that had ended is not cancelled.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn cancel_or_remove(
    connection: &mut Connection,
    caller: &Caller,
    build_id: &str,
    seen: Option<&Status>,
) -> Result<Cancellation> {
    let transaction = connection.transaction()?;
    let Some(number) = builds::find_number(&transaction, caller, build_id)? else {
        return Ok(Cancellation::Missing);
    };
    let Some(build) = builds::find(&transaction, caller, build_id)? else {
        return Ok(Cancellation::Missing);
    };
    let namespace = build.docker_repo_path.split('/').next().unwrap_or_default();
    if !caller.may_write(namespace) {
        return Ok(Cancellation::Denied);
    }
    let by = caller.name(namespace);
    let saw_end = seen.map(|seen| matches!(seen, Status::Succeeded | Status::Failed));
    match &build.status {
        Status::Waiting | Status::InProgress if saw_end == Some(true) => Ok(Cancellation::NotEnded),
        Status::Waiting => {
            let reason = format!("the build was cancelled by {by}");
            let cancelled = builds::fail_waiting(&transaction, build, &reason)?;
            transaction.commit()?;
            Ok(Cancellation::Cancelled(cancelled))
        }
        Status::InProgress => Ok(Cancellation::Running(build, by)),
        status if seen.is_some_and(|seen| seen != status) => Ok(Cancellation::Ended),
        _ => {
            transaction.commit()?;
            removal::remove_builds(connection, &[number])?;
            Ok(Cancellation::Removed)
        }
    }
}

/// Returns the waiting builds that earlier pushes of a tag config have started, which a newer one replaces. Those that
/// somebody asked for are none of them.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn replaced(
    connection: &Connection,
    namespace: &str,
    repository_id: i64,
    tag_config: &TagConfig,
) -> Result<Vec<Build>> {
    let mut waiting = builds::waiting_of(connection, namespace, repository_id)?;
    waiting.retain(|build| {
        build.auto_created
            && build.docker_repo_tag == tag_config.docker_repo_tag
            && build.code_repo_type == tag_config.code_repo_type
            && build.code_repo_type_value == tag_config.code_repo_type_value
    });
    Ok(waiting)
}

/// Cancels builds that a newer push replaces, and returns them as they are then. `connection` is in a transaction.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn cancel_replaced(connection: &Connection, replaced: Vec<Build>) -> Result<Vec<Build>> {
    let cancel = |build| builds::fail_waiting(connection, build, BY_NEWER_PUSH);
    replaced.into_iter().map(cancel).collect()
}
