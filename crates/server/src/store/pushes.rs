//! The last push of each repository, as the API shows it.

use rusqlite::{Connection, Result};
use slipway_api::Build;

/// Records the push of a build's image, if it was pushed, as the last one of its repository.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn record(connection: &Connection, build: &Build) -> Result<()> {
    let Some(at) = build.pushed_at else {
        return Ok(());
    };
    // As it is written in JSON, the order of the texts is that of the times.
    let at = at.to_string();
    connection
        .prepare_cached(
            "UPDATE repositories SET repository = json_set(repository, '$.pushed_at', ?2)
             WHERE id = (SELECT repository_id FROM builds WHERE build_id = ?1)
             AND coalesce(repository ->> '$.pushed_at', '') < ?2",
        )?
        .execute([&build.build_id, &at])?;
    Ok(())
}
