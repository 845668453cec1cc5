//! Waiting builds that no builder can take, since those that could do not answer. Each says so in its log, once.

use crate::log_level::EntryLevel;
use crate::store::builds::build;
use crate::store::logs;
use rusqlite::{Connection, Result, params};
use slipway_api::{Build, Timestamp};

/// How many builds are told in one transaction, so that other writes need not wait long.
const AT_ONCE: i64 = 200;

/// Writes to the logs of waiting builds for a node, or of all with `None`, why they wait, and makes it their `detail`.
/// Builds that say so already are left. Returns true if there may be more of them.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn note(connection: &mut Connection, node: Option<&str>, reason: &str) -> Result<bool> {
    let transaction = connection.transaction()?;
    let builds: Vec<Build> = transaction
        .prepare_cached(
            "SELECT build FROM builds WHERE status = 'W' AND (?1 IS NULL OR build ->> '$.build_node' = ?1)
             AND NOT coalesce(plan ->> '$.is_held_up', 0) ORDER BY number LIMIT ?2",
        )?
        .query_map(params![node, AT_ONCE], build)?
        .collect::<Result<_>>()?;
    let now = Timestamp::from(chrono::Utc::now()).seconds();
    for build in &builds {
        logs::append_line(
            &transaction,
            &build.build_id,
            now,
            EntryLevel::Warning,
            reason,
        )?;
        transaction
            .prepare_cached(
                "UPDATE builds SET build = json_set(build, '$.detail', ?2),
                 plan = json_set(plan, '$.is_held_up', json('true')) WHERE build_id = ?1",
            )?
            .execute([&build.build_id, &format!("{reason}\n")])?;
    }
    transaction.commit()?;
    Ok(builds.len() as i64 == AT_ONCE)
}
