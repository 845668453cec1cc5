//! The removal of repositories and of builds, in one step each. What they have outside of the database is noted as
//! [`leftovers`].

use crate::store::image_tags::ImagePath;
use crate::store::leftovers;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};

/// Removes a repository with its tag configs, all builds of its name, their logs and their tags. Returns the ids of
/// the builds that run; `None` if there is no such repository.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn remove_repository(
    connection: &mut Connection,
    id: i64,
) -> Result<Option<Vec<String>>> {
    let transaction = connection.transaction()?;
    let text = |row: &Row| row.get::<_, String>(0);
    let found = transaction
        .query_row(
            "SELECT namespace, repo_name, deploy_key FROM repositories WHERE id = ?1",
            [id],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            },
        )
        .optional()?;
    let Some((namespace, repo_name, deploy_key)) = found else {
        return Ok(None);
    };
    let path = ImagePath {
        namespace: &namespace,
        repo_name: &repo_name,
    };
    let select = |sql: &str| -> Result<Vec<String>> {
        transaction
            .prepare(sql)?
            .query_map([path.namespace, path.repo_name], text)?
            .collect()
    };
    let running = select(
        "SELECT build_id FROM builds WHERE namespace = ?1 AND repo_name = ?2 AND status = 'I'",
    )?;
    for tag in select("SELECT tag FROM image_tags WHERE namespace = ?1 AND repo_name = ?2")? {
        leftovers::add_name(&transaction, path, &tag)?;
    }
    let images = "SELECT DISTINCT image_id FROM builds
        WHERE namespace = ?1 AND repo_name = ?2 AND image_id IS NOT NULL";
    for image in select(images)? {
        leftovers::add_image(&transaction, path.namespace, &image)?;
    }
    if let Some(key) = deploy_key {
        leftovers::add_key(&transaction, &key)?;
    }
    for table in ["builds", "image_tags", "repositories"] {
        transaction.execute(
            &format!("DELETE FROM {table} WHERE namespace = ?1 AND repo_name = ?2"),
            [path.namespace, path.repo_name],
        )?;
    }
    transaction.commit()?;
    Ok(Some(running))
}

/// Removes builds that have ended, by their numbers, with their logs and version tags.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn remove_builds(connection: &mut Connection, numbers: &[i64]) -> Result<()> {
    let transaction = connection.transaction()?;
    for number in numbers {
        let found = transaction
            .prepare_cached(
                "SELECT namespace, repo_name, build_id, image_id FROM builds WHERE number = ?1",
            )?
            .query_row([number], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            })
            .optional()?;
        let Some((namespace, repo_name, build_id, image)) = found else {
            continue;
        };
        let path = ImagePath {
            namespace: &namespace,
            repo_name: &repo_name,
        };
        let tags: Vec<String> = transaction
            .prepare_cached("SELECT tag FROM image_tags WHERE build_id = ?1")?
            .query_map([&build_id], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for tag in tags {
            leftovers::add_name(&transaction, path, &tag)?;
        }
        if let Some(image) = image {
            leftovers::add_image(&transaction, &namespace, &image)?;
        }
        transaction
            .prepare_cached("DELETE FROM builds WHERE number = ?1")?
            .execute(params![number])?;
    }
    transaction.commit()
}

/// Gives free pages back to the disk, at most `pages` of 4 KiB. Returns true if there may be more. A database of an
/// earlier version keeps them for what comes next.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn shrink(connection: &Connection, pages: u32) -> Result<bool> {
    let free = || connection.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0));
    let before = free()?;
    if before == 0 {
        return Ok(false);
    }
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    // Each step frees a page.
    while rows.next()?.is_some() {}
    drop(rows);
    let after = free()?;
    Ok(0 < after && after < before)
}
