//! Builds: the queue's rows, and the history.

use crate::log_level::Level;
use crate::store::{Caller, Listing, decode, encode, logs, offset};
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params};
use serde::{Deserialize, Serialize};
use slipway_api::page::PAGE_SIZE;
use slipway_api::{Build, Status, Timestamp};

/// What a worker must know of a build beyond what the API shows. Fixed when it is asked for: a
/// later change of the config does not change it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Where to clone from, in the order in which to try.
    pub clone_urls: Vec<String>,
    /// The name of the deploy key's file.
    pub deploy_key: Option<String>,
    /// The commit that was asked for, in hex, short or whole.
    pub commit: Option<String>,
    /// Whether the version tag is made of the commit once that is known.
    pub tag_by_commit: bool,
}

/// A build with its plan.
#[derive(Debug, Clone)]
pub struct Planned {
    /// As the API shows it; has `detail` and the fields of single builds both.
    pub build: Build,
    /// What the worker must know.
    pub plan: Plan,
}

/// Adds a build that waits.
pub fn insert(connection: &Connection, repository_id: i64, planned: &Planned) -> Result<()> {
    let build = &planned.build;
    let (namespace, repo_name) = build.repository().unwrap_or_default();
    connection.execute(
        "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            build.build_id,
            repository_id,
            namespace,
            repo_name,
            build.status.as_str(),
            encode(build)?,
            encode(&planned.plan)?
        ],
    )?;
    Ok(())
}

fn build(row: &Row) -> Result<Build> {
    decode(row.get_ref("build")?.as_str()?)
}

/// One build, where the caller may see it.
pub fn find(connection: &Connection, caller: &Caller, build_id: &str) -> Result<Option<Build>> {
    connection
        .query_row(
            "SELECT build FROM builds WHERE build_id = :build_id
             AND (:own IS NULL OR namespace IN (SELECT value FROM json_each(:own))
                  OR repository_id IN (SELECT id FROM repositories WHERE is_public))",
            named_params! { ":build_id": build_id, ":own": caller.as_json()? },
            build,
        )
        .optional()
}

/// Which builds a list holds.
pub struct Filter {
    /// One namespace; `None` for the caller's own.
    pub namespace: Option<String>,
    /// One repository name.
    pub repo_name: Option<String>,
}

/// A page of builds, newest first.
pub fn list(
    connection: &Connection,
    caller: &Caller,
    filter: &Filter,
    page: u64,
) -> Result<Listing<Build>> {
    const WHERE: &str = "FROM builds
        WHERE (:namespace IS NULL OR namespace = :namespace)
        AND (:repo_name IS NULL OR repo_name = :repo_name)
        AND (:own IS NULL OR namespace IN (SELECT value FROM json_each(:own))
             OR (:namespace IS NOT NULL
                 AND repository_id IN (SELECT id FROM repositories WHERE is_public)))";
    let own = caller.as_json()?;
    let count = connection.query_row(
        &format!("SELECT count(*) {WHERE}"),
        named_params! {
            ":namespace": filter.namespace,
            ":repo_name": filter.repo_name,
            ":own": own,
        },
        |row| row.get::<_, i64>(0),
    )?;
    let rows = connection
        .prepare(&format!(
            "SELECT build {WHERE} ORDER BY number DESC LIMIT :limit OFFSET :offset"
        ))?
        .query_map(
            named_params! {
                ":namespace": filter.namespace,
                ":repo_name": filter.repo_name,
                ":own": own,
                ":limit": PAGE_SIZE as i64,
                ":offset": offset(page),
            },
            build,
        )?
        .collect::<Result<_>>()?;
    Ok(Listing {
        count: count.unsigned_abs(),
        rows,
    })
}

/// Takes the oldest waiting build and marks it as in progress.
pub fn claim(connection: &mut Connection) -> Result<Option<Planned>> {
    let transaction = connection.transaction()?;
    let taken = transaction
        .query_row(
            "SELECT build, plan FROM builds WHERE status = 'W' ORDER BY number LIMIT 1",
            [],
            |row| {
                Ok(Planned {
                    build: build(row)?,
                    plan: decode(row.get_ref("plan")?.as_str()?)?,
                })
            },
        )
        .optional()?;
    let Some(mut planned) = taken else {
        return Ok(None);
    };
    planned.build.status = Status::InProgress;
    planned.build.started_at = Some(Timestamp::from(chrono::Utc::now()));
    planned.build.is_removable = Some(false);
    save(&transaction, &planned.build)?;
    transaction.commit()?;
    Ok(Some(planned))
}

/// Writes a build as it is now.
pub fn save(connection: &Connection, build: &Build) -> Result<()> {
    connection.execute(
        "UPDATE builds SET status = ?2, build = ?3 WHERE build_id = ?1",
        params![build.build_id, build.status.as_str(), encode(build)?],
    )?;
    Ok(())
}

/// Writes how far a build has come.
pub fn record_step(connection: &Connection, build_id: &str, step: i64) -> Result<()> {
    connection.execute(
        "UPDATE builds SET build = json_set(build, '$.step_at', ?2) WHERE build_id = ?1",
        params![build_id, step],
    )?;
    Ok(())
}

/// Marks builds as failed, with one more line in each log: those in progress after a crash, or
/// those of a removed repository that still wait.
fn fail_where(
    connection: &Connection,
    condition: &str,
    parameters: impl rusqlite::Params,
    reason: &str,
) -> Result<usize> {
    let builds: Vec<Build> = connection
        .prepare(&format!("SELECT build FROM builds WHERE {condition}"))?
        .query_map(parameters, build)?
        .collect::<Result<_>>()?;
    for mut build in builds.iter().cloned() {
        let now = Timestamp::from(chrono::Utc::now());
        logs::append_line(
            connection,
            &build.build_id,
            now.seconds(),
            Level::Error,
            reason,
        )?;
        build.status = Status::Failed;
        build.started_at = build.started_at.or(Some(now));
        build.ended_at = Some(now);
        build.detail = Some(format!("{reason}\n"));
        build.is_removable = Some(false);
        save(connection, &build)?;
    }
    Ok(builds.len())
}

/// Marks what was in progress when the server ended without a word as failed; how many.
pub fn fail_abandoned(connection: &mut Connection, reason: &str) -> Result<usize> {
    let transaction = connection.transaction()?;
    let failed = fail_where(&transaction, "status = 'I'", [], reason)?;
    transaction.commit()?;
    Ok(failed)
}

/// Fails the waiting builds of a repository, and answers the ids of those in progress.
pub fn cancel_all(
    connection: &Connection,
    repository_id: i64,
    reason: &str,
) -> Result<Vec<String>> {
    fail_where(
        connection,
        "status = 'W' AND repository_id = ?1",
        [repository_id],
        reason,
    )?;
    connection
        .prepare("SELECT build_id FROM builds WHERE status = 'I' AND repository_id = ?1")?
        .query_map([repository_id], |row| row.get(0))?
        .collect()
}
