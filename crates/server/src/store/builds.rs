//! The builds in the database: the waiting ones of the queue, the running ones and the history.

use crate::builds::turns::Waiting;
use crate::log_level::EntryLevel;
use crate::store::image_tags::{self, ImagePath};
use crate::store::{Caller, decode, encode, leftovers, logs, removed_paths};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use serde::{Deserialize, Serialize};
use slipway_api::{Build, Status, Timestamp, VersionTagging};
use std::time::Duration;

/// The data of a build that a worker needs and the API does not show. It is fixed when the build is
/// requested; later changes of the config have no effect on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct BuildPlan {
    /// The clone URLs, in the order in which to try them.
    pub(crate) clone_urls: Vec<String>,
    /// The file name of the deploy key.
    pub(crate) deploy_key: Option<String>,
    /// The requested commit in hex, short or full.
    pub(crate) commit: Option<String>,
    /// True if the version tag is derived from the commit once the commit is known.
    pub(crate) tag_by_commit: bool,
    /// The builder that stopped answering while it ran the build, which is then in the queue once more.
    #[serde(default)]
    pub(crate) lost_builder: Option<String>,
    /// True if the build starts without the layers of earlier ones.
    #[serde(default)]
    pub(crate) without_cache: bool,
    /// True if the build's log says that it waits for a builder that answers: see [`crate::store::held_up`].
    #[serde(default)]
    pub(crate) is_held_up: bool,
}

/// A build with its plan.
#[derive(Debug, Clone)]
pub(crate) struct PlannedBuild {
    /// The build with all fields: those that only lists have and those that only single builds have.
    pub(crate) build: Build,
    /// The data for the worker.
    pub(crate) plan: BuildPlan,
}

/// The most that the newest build of a repository may be ahead of the clock for the next one to come after it.
/// A larger distance means that the clock was set back.
const MAX_AHEAD: Duration = Duration::from_secs(600);

/// Adds a waiting build and gives it its version tag, as far as that is known. Returns false, and adds
/// nothing, if its image tag names the image of one build for good.
///
/// A version tag is made of `created_at` to the second. Where another image of the repository has it
/// already, `created_at` moves on to the next free second. So that the order of the builds is also that of
/// `created_at`, a build is always created after the one before it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn insert(
    connection: &Connection,
    repository_id: i64,
    planned: &mut PlannedBuild,
    tagging: &VersionTagging,
) -> Result<bool> {
    let build = &mut planned.build;
    let docker_repo_path = build.docker_repo_path.clone();
    let path = image_path(&docker_repo_path);
    if !image_tags::reserve(connection, path, &build.docker_repo_tag)? {
        return Ok(false);
    }
    let mut created_at = created_after(connection, path, Timestamp::from(chrono::Utc::now()))?;
    let version_tag = match (tagging, planned.plan.commit.as_deref()) {
        (VersionTagging::Time, _) => {
            created_at = image_tags::claim_time(connection, path, &build.build_id, created_at)?;
            Some(created_at.version_tag())
        }
        (VersionTagging::Commit, Some(commit)) => {
            image_tags::claim_abbreviation(connection, path, &build.build_id, commit)?
        }
        _ => None,
    };
    build.created_at = Some(created_at);
    build.docker_repo_version_tag = Some(version_tag.unwrap_or_default());
    connection.execute(
        "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            build.build_id,
            repository_id,
            path.namespace,
            path.repo_name,
            build.status.as_str(),
            encode(build)?,
            encode(&planned.plan)?
        ],
    )?;
    Ok(true)
}

/// Splits `docker_repo_path`.
fn image_path(docker_repo_path: &str) -> ImagePath<'_> {
    let (namespace, repo_name) = docker_repo_path.split_once('/').unwrap_or_default();
    ImagePath {
        namespace,
        repo_name,
    }
}

/// Returns `now`, or the first millisecond after the repository's newest build.
fn created_after(connection: &Connection, path: ImagePath, now: Timestamp) -> Result<Timestamp> {
    let newest = connection
        .prepare_cached(
            "SELECT build FROM builds WHERE namespace = ?1 AND repo_name = ?2
             ORDER BY number DESC LIMIT 1",
        )?
        .query_row([path.namespace, path.repo_name], build)
        .optional()?;
    let after = newest
        .and_then(|newest| newest.created_at)
        .and_then(|time| Timestamp::from_millis(time.millis().saturating_add(1)))
        .filter(|after| {
            after
                .since(now)
                .to_std()
                .is_ok_and(|ahead| ahead < MAX_AHEAD)
        });
    Ok(after.map_or(now, |after| after.max(now)))
}

/// Gives a build whose commit is known now the version tag that is made from it, unless it has one.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn tag_with_commit(
    connection: &mut Connection,
    build: &Build,
    commit: &str,
) -> Result<String> {
    let transaction = connection.transaction()?;
    let tag = match build.version_tag() {
        Some(tag) if commit.starts_with(tag) => tag.to_owned(),
        _ => {
            image_tags::release(&transaction, &build.build_id)?;
            let path = image_path(&build.docker_repo_path);
            image_tags::claim_commit(&transaction, path, &build.build_id, commit)?
        }
    };
    transaction.commit()?;
    Ok(tag)
}

/// Stores a build that failed without an image, and gives up its version tag.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn save_without_tag(connection: &mut Connection, mut build: Build) -> Result<()> {
    let transaction = connection.transaction()?;
    image_tags::release(&transaction, &build.build_id)?;
    build.docker_repo_version_tag = Some(String::new());
    save(&transaction, &build)?;
    transaction.commit()
}

/// Reads the column `build`.
///
/// # Errors
///
/// When it is no build.
pub(crate) fn build(row: &Row) -> Result<Build> {
    decode(row.get_ref("build")?.as_str()?)
}

/// Returns a build if it exists and the caller may read it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn find(
    connection: &Connection,
    caller: &Caller,
    build_id: &str,
) -> Result<Option<Build>> {
    let Some(number) = find_number(connection, caller, build_id)? else {
        return Ok(None);
    };
    connection
        .prepare_cached("SELECT build FROM builds WHERE number = ?1")?
        .query_row([number], build)
        .optional()
}

/// Returns the number of a build if it exists and the caller may read it: the namespace is the caller's, or the
/// repository is public.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn find_number(
    connection: &Connection,
    caller: &Caller,
    build_id: &str,
) -> Result<Option<i64>> {
    let found = connection
        .prepare_cached(
            "SELECT number, namespace, repository_id, repo_name FROM builds WHERE build_id = ?1",
        )?
        .query_row([build_id], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, i64>(2)?,
                row.get::<_, String>(3)?,
            ))
        })
        .optional()?;
    let Some((number, namespace, repository_id, repo_name)) = found else {
        return Ok(None);
    };
    let path = ImagePath {
        namespace: &namespace,
        repo_name: &repo_name,
    };
    if removed_paths::is_hidden(connection, path, number)? {
        return Ok(None);
    }
    let is_visible = caller.may_write(&namespace)
        || connection
            .prepare_cached("SELECT 1 FROM repositories WHERE id = ?1 AND is_public")?
            .exists([repository_id])?;
    Ok(is_visible.then_some(number))
}

/// The condition for a waiting build that none of the nodes in a JSON list, `?1`, holds up.
const IS_OPEN: &str = "(?1 = '[]' OR coalesce(build ->> '$.build_node', '') NOT IN (SELECT value FROM json_each(?1)))";

/// Returns the namespaces that have waiting builds, other than those for the nodes whose builders are all busy.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn waiting(connection: &Connection, blocked_nodes: &[String]) -> Result<Vec<Waiting>> {
    connection
        .prepare_cached(&format!(
            "SELECT namespace, min(number) FROM builds WHERE status = 'W' AND {IS_OPEN} GROUP BY namespace"
        ))?
        .query_map([encode(&blocked_nodes)?], |row| {
            Ok(Waiting {
                namespace: row.get(0)?,
                oldest: row.get(1)?,
            })
        })?
        .collect()
}

/// Returns how many builds of a repository wait.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn count_waiting(
    connection: &Connection,
    namespace: &str,
    repository_id: i64,
) -> Result<u64> {
    connection
        .prepare_cached(
            "SELECT count(*) FROM builds
             WHERE status = 'W' AND namespace = ?1 AND repository_id = ?2",
        )?
        .query_row(params![namespace, repository_id], |row| {
            row.get::<_, i64>(0)
        })
        .map(i64::unsigned_abs)
}

/// Takes the oldest waiting build of a namespace, other than those for the nodes whose builders are all busy, and marks
/// it as in progress.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn claim(
    connection: &mut Connection,
    namespace: &str,
    blocked_nodes: &[String],
) -> Result<Option<PlannedBuild>> {
    let transaction = connection.transaction()?;
    let oldest = transaction
        .query_row(
            &format!(
                "SELECT build, plan FROM builds WHERE status = 'W' AND namespace = ?2 AND {IS_OPEN}
                 ORDER BY number LIMIT 1"
            ),
            params![encode(&blocked_nodes)?, namespace],
            |row| {
                Ok(PlannedBuild {
                    build: build(row)?,
                    plan: decode(row.get_ref("plan")?.as_str()?)?,
                })
            },
        )
        .optional()?;
    let Some(mut planned) = oldest else {
        return Ok(None);
    };
    planned.build.status = Status::InProgress;
    planned.build.started_at = Some(Timestamp::from(chrono::Utc::now()));
    save(&transaction, &planned.build)?;
    transaction.commit()?;
    Ok(Some(planned))
}

/// Puts a running build back into the queue, at its old place.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn put_back(connection: &Connection, planned: &PlannedBuild) -> Result<()> {
    let build = Build {
        status: Status::Waiting,
        started_at: None,
        step_at: Some(1),
        builder: None,
        is_removable: Some(true),
        ..planned.build.clone()
    };
    connection.execute(
        "UPDATE builds SET status = ?2, build = ?3, plan = ?4 WHERE build_id = ?1",
        params![
            build.build_id,
            build.status.as_str(),
            encode(&build)?,
            encode(&planned.plan)?
        ],
    )?;
    Ok(())
}

/// Stores the current state of a build. Of one that was removed meanwhile, the image is left to clear away.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn save(connection: &Connection, build: &Build) -> Result<()> {
    let updated = connection
        .prepare_cached("UPDATE builds SET status = ?2, build = ?3 WHERE build_id = ?1")?
        .execute(params![
            build.build_id,
            build.status.as_str(),
            encode(build)?
        ])?;
    if updated == 0 && build.is_finished() {
        image_tags::release(connection, &build.build_id)?;
        let path = image_path(&build.docker_repo_path);
        for tag in build
            .version_tag()
            .into_iter()
            .chain([build.docker_repo_tag.as_str()])
        {
            leftovers::add_name(connection, path, tag)?;
        }
        if let Some(image) = &build.image_id {
            leftovers::add_image(connection, path.namespace, image)?;
        }
    }
    Ok(())
}

/// Records the progress of a running build: its `step_at`, and the step that it is at as its `detail`.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn record_progress(
    connection: &Connection,
    build_id: &str,
    step_at: i64,
    detail: Option<&str>,
) -> Result<()> {
    connection.execute(
        "UPDATE builds
         SET build = json_set(build, '$.step_at', ?2, '$.detail', coalesce(?3, json_extract(build, '$.detail')))
         WHERE build_id = ?1",
        params![build_id, step_at, detail],
    )?;
    Ok(())
}

/// Marks the builds that were running when the server crashed as failed and adds the reason to their logs. Returns
/// how many there were.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn fail_abandoned(connection: &mut Connection, reason: &str) -> Result<usize> {
    let transaction = connection.transaction()?;
    let builds: Vec<Build> = transaction
        .prepare("SELECT build FROM builds WHERE status = 'I'")?
        .query_map([], build)?
        .collect::<Result<_>>()?;
    let failed = builds.len();
    for build in builds {
        fail(&transaction, build, EntryLevel::Error, reason)?;
    }
    transaction.commit()?;
    Ok(failed)
}

/// Returns the builds of a repository that wait, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn waiting_of(
    connection: &Connection,
    namespace: &str,
    repository_id: i64,
) -> Result<Vec<Build>> {
    connection
        .prepare_cached(
            "SELECT build FROM builds
             WHERE status = 'W' AND namespace = ?1 AND repository_id = ?2 ORDER BY number",
        )?
        .query_map(params![namespace, repository_id], build)?
        .collect()
}

/// Marks a waiting build as failed, adds the reason to its log, and gives up its version tag. `connection` is in a
/// transaction.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn fail_waiting(
    connection: &Connection,
    mut build: Build,
    reason: &str,
) -> Result<Build> {
    image_tags::release(connection, &build.build_id)?;
    build.docker_repo_version_tag = Some(String::new());
    // Somebody, or a newer push, wanted it to end: that is no error.
    fail(connection, build, EntryLevel::Info, reason)
}

/// Marks a build as failed and adds the reason to its log.
fn fail(
    connection: &Connection,
    mut build: Build,
    level: EntryLevel,
    reason: &str,
) -> Result<Build> {
    let now = Timestamp::from(chrono::Utc::now());
    logs::append_line(connection, &build.build_id, now.seconds(), level, reason)?;
    build.status = Status::Failed;
    build.started_at = build.started_at.or(Some(now));
    build.ended_at = Some(now);
    build.detail = Some(format!("{reason}\n"));
    save(connection, &build)?;
    Ok(build)
}

/// Marks a running build as failed. Returns it; `None` if it does not run.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn fail_running(
    connection: &mut Connection,
    build_id: &str,
    reason: &str,
) -> Result<Option<Build>> {
    let transaction = connection.transaction()?;
    let running = transaction
        .query_row(
            "SELECT build FROM builds WHERE status = 'I' AND build_id = ?1",
            [build_id],
            build,
        )
        .optional()?;
    let failed = running
        .map(|running| fail(&transaction, running, EntryLevel::Error, reason))
        .transpose()?;
    transaction.commit()?;
    Ok(failed)
}
