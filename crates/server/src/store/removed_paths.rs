//! The builds of repositories that were removed: they are hidden at once, and go a few at a time, so that other writes
//! need not wait for thousands of logs to be freed. A stopped server goes on with it when it starts again.
//!
//! Hidden are the builds of an image's path up to a number. A repository that is created with the same name meanwhile has
//! higher ones.

use crate::store::image_tags::ImagePath;
use rusqlite::{Connection, OptionalExtension, Result, params};

/// The condition for a build that is not hidden, in a query of `builds`.
pub(crate) const IS_SHOWN: &str = "NOT EXISTS (SELECT 1 FROM removed_paths AS removed
    WHERE removed.namespace = builds.namespace AND removed.repo_name = builds.repo_name AND removed.last >= builds.number)";

/// Returns true if there are hidden builds.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn any(connection: &Connection) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM removed_paths")?
        .exists([])
}

/// Returns true if a build is hidden.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn is_hidden(connection: &Connection, path: ImagePath, number: i64) -> Result<bool> {
    connection
        .prepare_cached(
            "SELECT 1 FROM removed_paths WHERE namespace = ?1 AND repo_name = ?2 AND last >= ?3",
        )?
        .exists(params![path.namespace, path.repo_name, number])
}

/// Hides all builds of a path, if there are any: takes them from the counts of all lists. `connection` is in a
/// transaction.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn hide(connection: &Connection, path: ImagePath) -> Result<()> {
    let last: Option<i64> = connection.query_row(
        "SELECT max(number) FROM builds WHERE namespace = ?1 AND repo_name = ?2",
        [path.namespace, path.repo_name],
        |row| row.get(0),
    )?;
    let Some(last) = last else {
        return Ok(());
    };
    connection.execute(
        "INSERT OR REPLACE INTO removed_paths (namespace, repo_name, last) VALUES (?1, ?2, ?3)",
        params![path.namespace, path.repo_name, last],
    )?;
    let of_path = format!("p/{}/{}", path.namespace, path.repo_name);
    for scope in [
        String::new(),
        format!("n/{}", path.namespace),
        format!("m/{}", path.repo_name),
    ] {
        connection.execute(
            "UPDATE build_counts SET builds = build_counts.builds - hidden.builds
             FROM build_counts AS hidden
             WHERE build_counts.scope = ?1 AND hidden.scope = ?2 AND hidden.block = build_counts.block",
            [&scope, &of_path],
        )?;
        connection.execute(
            "DELETE FROM build_counts WHERE scope = ?1 AND builds = 0",
            [&scope],
        )?;
    }
    connection.execute("DELETE FROM build_counts WHERE scope = ?1", [&of_path])?;
    for scope in ["", &format!("n/{}", path.namespace), &of_path] {
        connection.execute(
            "INSERT INTO versions (scope, version) VALUES (?1, 1)
             ON CONFLICT (scope) DO UPDATE SET version = version + 1",
            [scope],
        )?;
    }
    Ok(())
}

/// Returns the numbers of some hidden builds, at most `limit`; `None` once there are none. A path without hidden builds is
/// forgotten.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn next(connection: &mut Connection, limit: usize) -> Result<Option<Vec<i64>>> {
    let transaction = connection.transaction()?;
    let mut found = None;
    while found.is_none() {
        let path = transaction
            .query_row(
                "SELECT namespace, repo_name, last FROM removed_paths LIMIT 1",
                [],
                |row| {
                    let (namespace, repo_name): (String, String) = (row.get(0)?, row.get(1)?);
                    Ok((namespace, repo_name, row.get::<_, i64>(2)?))
                },
            )
            .optional()?;
        let Some((namespace, repo_name, last)) = path else {
            break;
        };
        let numbers: Vec<i64> = transaction
            .prepare_cached(
                "SELECT number FROM builds WHERE namespace = ?1 AND repo_name = ?2 AND number <= ?3
                 ORDER BY number LIMIT ?4",
            )?
            .query_map(params![namespace, repo_name, last, limit as i64], |row| {
                row.get(0)
            })?
            .collect::<Result<_>>()?;
        match numbers.is_empty() {
            true => {
                transaction.execute(
                    "DELETE FROM removed_paths WHERE namespace = ?1 AND repo_name = ?2",
                    [namespace, repo_name],
                )?;
            }
            false => found = Some(numbers),
        }
    }
    transaction.commit()?;
    Ok(found)
}
