//! The tags that a repository's images have. A tag is either an image tag, which moves on with each build of
//! its tag config, or a version tag, which names the image of one build for good. One table holds both, so
//! that no tag is ever both.
//!
//! The tags belong to the image's path, not to the repository: a repository that was removed leaves its
//! images behind, and the next one with its name must not rename them.

use rusqlite::{Connection, OptionalExtension, Result, params};
use slipway_api::Timestamp;

/// The length of a version tag made from a commit, in hex digits, where no other image has it.
const COMMIT_TAG_DIGITS: usize = 12;

/// A repository's place among the images: `namespace/repo_name`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImagePath<'a> {
    /// The namespace.
    pub(crate) namespace: &'a str,
    /// The name of the repository.
    pub(crate) repo_name: &'a str,
}

/// Records that a tag is used as an image tag. Returns false if it is a version tag already: the image that
/// it names must keep it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn reserve(connection: &Connection, path: ImagePath, tag: &str) -> Result<bool> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag) VALUES (?1, ?2, ?3)",
        )?
        .execute([path.namespace, path.repo_name, tag])?;
    Ok(!is_version_tag(connection, path, tag)?)
}

/// Returns true if a tag names the image of one build for good.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn is_version_tag(connection: &Connection, path: ImagePath, tag: &str) -> Result<bool> {
    let owner = connection
        .prepare_cached(
            "SELECT build_id FROM image_tags WHERE namespace = ?1 AND repo_name = ?2 AND tag = ?3",
        )?
        .query_row([path.namespace, path.repo_name, tag], |row| {
            row.get::<_, Option<String>>(0)
        })
        .optional()?;
    Ok(owner.flatten().is_some())
}

/// Makes a tag the version tag of a build. Returns false if the tag is taken.
fn claim(connection: &Connection, path: ImagePath, tag: &str, build_id: &str) -> Result<bool> {
    let added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag, build_id)
             VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute([path.namespace, path.repo_name, tag, build_id])?;
    Ok(added > 0)
}

/// Claims the version tag that stands for a time: the first free one, from `earliest` on. Returns the time
/// that it stands for, which is `earliest` itself, or the beginning of a later second.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn claim_time(
    connection: &Connection,
    path: ImagePath,
    build_id: &str,
    earliest: Timestamp,
) -> Result<Timestamp> {
    let mut time = earliest;
    while !claim(connection, path, &time.version_tag(), build_id)? {
        let next = time.seconds().saturating_add(1).saturating_mul(1000);
        time = Timestamp::from_millis(next)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(0, next))?;
    }
    Ok(time)
}

/// Claims a version tag that is an abbreviation of a commit's id: 12 digits, or as many more as no other
/// image has. Returns `None` if the part of the id that is known has no free abbreviation.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn claim_abbreviation(
    connection: &Connection,
    path: ImagePath,
    build_id: &str,
    commit: &str,
) -> Result<Option<String>> {
    for digits in COMMIT_TAG_DIGITS..=commit.len() {
        let Some(tag) = commit.get(..digits) else {
            continue;
        };
        if claim(connection, path, tag, build_id)? {
            return Ok(Some(tag.to_owned()));
        }
    }
    Ok(None)
}

/// Claims a version tag for a commit of which the whole id is known: an abbreviation, or once all of them
/// are taken, the id with a number.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn claim_commit(
    connection: &Connection,
    path: ImagePath,
    build_id: &str,
    commit: &str,
) -> Result<String> {
    if let Some(tag) = claim_abbreviation(connection, path, build_id, commit)? {
        return Ok(tag);
    }
    let mut number: u64 = 2;
    loop {
        let tag = format!("{commit}-{number}");
        if claim(connection, path, &tag, build_id)? {
            return Ok(tag);
        }
        number = number.saturating_add(1);
    }
}

/// Gives up the version tag of a build that made no image, so that a later build can have it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn release(connection: &Connection, build_id: &str) -> Result<()> {
    connection.execute(
        "DELETE FROM image_tags WHERE build_id = ?1",
        params![build_id],
    )?;
    Ok(())
}
