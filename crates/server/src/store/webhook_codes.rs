//! The codes of webhooks. A code begins with the number of its repository, so that looking it up takes the same time for
//! all wrong ones.

use rusqlite::{Connection, OptionalExtension, Result, params};
use subtle::ConstantTimeEq;

/// Gives a new repository a code.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn create(connection: &Connection, repository_id: i64) -> Result<()> {
    let secret = uuid::Uuid::new_v4().simple();
    connection.execute(
        "UPDATE repositories SET webhook_code = ?2 WHERE id = ?1",
        params![repository_id, format!("{repository_id}-{secret}")],
    )?;
    Ok(())
}

/// Returns the id of the repository that a code belongs to.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn find(connection: &Connection, code: &str) -> Result<Option<i64>> {
    let number = code.split_once('-').map_or("", |(number, _)| number);
    let Ok(id) = number.parse::<i64>() else {
        return Ok(None);
    };
    let expected: Option<String> = connection
        .prepare_cached("SELECT webhook_code FROM repositories WHERE id = ?1")?
        .query_row([id], |row| row.get(0))
        .optional()?
        .flatten();
    let is_right = expected.is_some_and(|expected| {
        !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(code.as_bytes()))
    });
    Ok(is_right.then_some(id))
}
