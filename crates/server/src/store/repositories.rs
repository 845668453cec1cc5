//! The build repositories and their tag configs in the database.

use crate::store::image_tags::{self, ImagePath};
use crate::store::{Caller, Listing, decode, encode, offset, webhook_codes};
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params};
use slipway_api::page::PAGE_SIZE;
use slipway_api::{Repository, TagConfig, Timestamp};

/// A repository with the data that the API does not show.
pub(crate) struct StoredRepository {
    /// The id of the repository and of its build config.
    pub(crate) id: i64,
    /// The repository as the API returns it, with its tag configs.
    pub(crate) repository: Repository,
    /// The clone URL of a `Simple` source, with its secrets; the repository's own has them masked.
    pub(crate) clone_url: Option<String>,
    /// The file name of the deploy key.
    pub(crate) deploy_key: Option<String>,
}

/// The data of a repository that the API does not show.
pub(crate) struct PrivateData {
    /// The clone URL of a `Simple` source, with its secrets.
    pub(crate) clone_url: Option<String>,
    /// The file name of the deploy key.
    pub(crate) deploy_key: Option<String>,
}

/// A tag config that is built on every new commit.
#[derive(Debug, Clone)]
pub(crate) struct ActiveTagConfig {
    /// The id of the tag config's repository.
    pub(crate) repository_id: i64,
    /// The tag config.
    pub(crate) tag_config: TagConfig,
    /// The head commit of the last poll; `None` before the first poll.
    pub(crate) head: Option<String>,
}

/// Adds a repository; `None` if the namespace has a repository with this name.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn insert(
    connection: &mut Connection,
    mut repository: Repository,
    private: &PrivateData,
) -> Result<Option<StoredRepository>> {
    let transaction = connection.transaction()?;
    let tag_configs = repository
        .build_config
        .as_mut()
        .map(|config| std::mem::take(&mut config.tag_configs))
        .unwrap_or_default();
    let added = transaction.execute(
        "INSERT OR IGNORE INTO repositories
             (namespace, repo_name, is_public, repository, deploy_key, clone_url)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            repository.namespace,
            repository.repo_name,
            repository.is_public,
            encode(&repository)?,
            private.deploy_key,
            private.clone_url,
        ],
    )?;
    if added == 0 {
        return Ok(None);
    }
    let id = transaction.last_insert_rowid();
    webhook_codes::create(&transaction, id)?;
    reserve_tags(&transaction, &repository, &tag_configs)?;
    for (position, tag_config) in tag_configs.into_iter().enumerate() {
        insert_tag_config(&transaction, id, position, tag_config)?;
    }
    transaction.commit()?;
    by_id(connection, id)
}

/// Returns which of the tags are the version tags of images that were built under this name: they are no
/// image tags.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn version_tags(
    connection: &Connection,
    namespace: &str,
    repo_name: &str,
    tag_configs: &[TagConfig],
) -> Result<Vec<bool>> {
    let path = ImagePath {
        namespace,
        repo_name,
    };
    tag_configs
        .iter()
        .map(|row| image_tags::is_version_tag(connection, path, &row.docker_repo_tag))
        .collect()
}

/// Keeps the tags of the tag configs from becoming version tags.
fn reserve_tags(
    connection: &Connection,
    repository: &Repository,
    tag_configs: &[TagConfig],
) -> Result<()> {
    let path = ImagePath {
        namespace: &repository.namespace,
        repo_name: &repository.repo_name,
    };
    for row in tag_configs {
        image_tags::reserve(connection, path, &row.docker_repo_tag)?;
    }
    Ok(())
}

fn insert_tag_config(
    connection: &Connection,
    repository_id: i64,
    position: usize,
    mut tag_config: TagConfig,
) -> Result<()> {
    tag_config.id = None;
    tag_config.docker_build_config_id = Some(repository_id);
    connection.execute(
        "INSERT INTO tag_configs (repository_id, position, tag_config) VALUES (?1, ?2, ?3)",
        params![repository_id, position as i64, encode(&tag_config)?],
    )?;
    Ok(())
}

fn stored(connection: &Connection, row: &Row) -> Result<StoredRepository> {
    let id: i64 = row.get("id")?;
    let mut repository: Repository = decode(row.get_ref("repository")?.as_str()?)?;
    // Earlier versions have stored a zero, though nobody counts them.
    (repository.download, repository.upload) = (None, None);
    if let Some(config) = repository.build_config.as_mut() {
        config.id = Some(id);
        config.code_repo_webhook_code = row.get("webhook_code")?;
        config.tag_configs = tag_configs(connection, id)?;
    }
    Ok(StoredRepository {
        id,
        repository,
        clone_url: row.get("clone_url")?,
        deploy_key: row.get("deploy_key")?,
    })
}

fn tag_configs(connection: &Connection, repository_id: i64) -> Result<Vec<TagConfig>> {
    connection
        .prepare_cached(
            "SELECT id, tag_config FROM tag_configs WHERE repository_id = ?1 ORDER BY position, id",
        )?
        .query_map([repository_id], tag_config)?
        .collect()
}

fn tag_config(row: &Row) -> Result<TagConfig> {
    let mut tag_config: TagConfig = decode(row.get_ref("tag_config")?.as_str()?)?;
    tag_config.id = Some(row.get("id")?);
    // Each answer has it, also of a row that was stored without.
    tag_config.build_cache_enabled.get_or_insert(true);
    Ok(tag_config)
}

/// Returns the repository with an id.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn by_id(connection: &Connection, id: i64) -> Result<Option<StoredRepository>> {
    connection
        .query_row("SELECT * FROM repositories WHERE id = ?1", [id], |row| {
            stored(connection, row)
        })
        .optional()
}

/// Returns the repository with a name if it exists and the caller may read it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn find(
    connection: &Connection,
    caller: &Caller,
    namespace: &str,
    repo_name: &str,
) -> Result<Option<StoredRepository>> {
    let found = connection
        .query_row(
            "SELECT * FROM repositories WHERE namespace = ?1 AND repo_name = ?2",
            [namespace, repo_name],
            |row| stored(connection, row),
        )
        .optional()?;
    let may_write = caller.may_write(namespace);
    let found = found.filter(|found| found.repository.is_public || may_write);
    Ok(found.map(|mut found| {
        if !may_write {
            hide_webhook(&mut found.repository);
        }
        found
    }))
}

/// Leaves out the code of the webhook: whoever may only read must not start builds by it.
fn hide_webhook(repository: &mut Repository) {
    if let Some(config) = repository.build_config.as_mut() {
        config.code_repo_webhook_code = None;
    }
}

/// Returns a page of a namespace's repositories, sorted by name.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn list(
    connection: &Connection,
    caller: &Caller,
    namespace: &str,
    page: u64,
) -> Result<Listing<Repository>> {
    let all = caller.may_write(namespace);
    let count = connection.query_row(
        "SELECT count(*) FROM repositories WHERE namespace = ?1 AND (?2 OR is_public)",
        params![namespace, all],
        |row| row.get::<_, i64>(0),
    )?;
    let rows = connection
        .prepare(
            "SELECT * FROM repositories WHERE namespace = :namespace AND (:all OR is_public)
             ORDER BY repo_name LIMIT :limit OFFSET :offset",
        )?
        .query_map(
            named_params! {
                ":namespace": namespace,
                ":all": all,
                ":limit": PAGE_SIZE as i64,
                ":offset": offset(page),
            },
            |row| {
                let mut repository = stored(connection, row)?.repository;
                if !all {
                    hide_webhook(&mut repository);
                }
                Ok(repository)
            },
        )?
        .collect::<Result<_>>()?;
    Ok(Listing {
        count: count.unsigned_abs(),
        rows,
    })
}

/// The new values for `replace`.
pub(crate) struct ConfigChange {
    /// The new build node; `None` keeps the old one.
    pub(crate) build_node: Option<String>,
    /// All tag configs. Those with an id replace the existing one, which must belong to the repository;
    /// the others are added; existing ones that are missing here are removed.
    pub(crate) tag_configs: Vec<TagConfig>,
}

/// Replaces the build node and the tag configs in one transaction. A changed tag config keeps the head
/// of the last poll only while its branch or tag stays the same.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn replace(
    connection: &mut Connection,
    id: i64,
    change: ConfigChange,
) -> Result<Option<StoredRepository>> {
    let transaction = connection.transaction()?;
    let Some(mut old) = by_id(&transaction, id)? else {
        return Ok(None);
    };
    reserve_tags(&transaction, &old.repository, &change.tag_configs)?;
    let mut kept = Vec::new();
    for (position, mut row) in change.tag_configs.into_iter().enumerate() {
        let before = row.id.and_then(|row_id| {
            let config = old.repository.build_config.as_ref()?;
            config.tag_configs.iter().find(|old| old.id == Some(row_id))
        });
        match (before, row.id) {
            (Some(before), Some(row_id)) => {
                let same_head = before.is_active
                    && row.is_active
                    && before.code_repo_type == row.code_repo_type
                    && before.code_repo_type_value == row.code_repo_type_value;
                row.docker_build_config_id = Some(id);
                row.build_cache_enabled = row.build_cache_enabled.or(before.build_cache_enabled);
                transaction.execute(
                    "UPDATE tag_configs SET position = ?2, tag_config = ?3,
                     head = iif(?4, head, NULL) WHERE id = ?1",
                    params![row_id, position as i64, encode(&row)?, same_head],
                )?;
                kept.push(row_id);
            }
            _ => {
                insert_tag_config(&transaction, id, position, row)?;
                kept.push(transaction.last_insert_rowid());
            }
        }
    }
    transaction.execute(
        "DELETE FROM tag_configs WHERE repository_id = ?1
         AND id NOT IN (SELECT value FROM json_each(?2))",
        params![id, encode(&kept)?],
    )?;
    old.repository.updated_at = Some(Timestamp::from(chrono::Utc::now()));
    if let Some(config) = old.repository.build_config.as_mut() {
        config.tag_configs = Vec::new();
        // It has a column of its own.
        config.code_repo_webhook_code = None;
        if change.build_node.is_some() {
            config.build_node = change.build_node;
        }
    }
    transaction.execute(
        "UPDATE repositories SET repository = ?2 WHERE id = ?1",
        params![id, encode(&old.repository)?],
    )?;
    transaction.commit()?;
    by_id(connection, id)
}

/// Returns true if there has never been a repository.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn is_unused(connection: &Connection) -> Result<bool> {
    connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'repositories')",
        [],
        |row| row.get(0),
    )
}

/// Returns all tag configs that are built on every push.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn active(connection: &Connection) -> Result<Vec<ActiveTagConfig>> {
    connection
        .prepare("SELECT * FROM tag_configs WHERE tag_config ->> 'is_active' ORDER BY id")?
        .query_map([], active_tag_config)?
        .collect()
}

/// Returns the tag configs of a repository that are built on every push.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn active_of(
    connection: &Connection,
    repository_id: i64,
) -> Result<Vec<ActiveTagConfig>> {
    connection
        .prepare(
            "SELECT * FROM tag_configs WHERE repository_id = ?1 AND tag_config ->> 'is_active'
             ORDER BY position, id",
        )?
        .query_map([repository_id], active_tag_config)?
        .collect()
}

fn active_tag_config(row: &Row) -> Result<ActiveTagConfig> {
    Ok(ActiveTagConfig {
        repository_id: row.get("repository_id")?,
        tag_config: tag_config(row)?,
        head: row.get("head")?,
    })
}

/// Stores the head of a poll and returns true, unless the tag config has changed since the poll began. A
/// changed tag config starts with a new first poll.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn record_head(
    connection: &Connection,
    seen: &ActiveTagConfig,
    head: &str,
) -> Result<bool> {
    let Some(id) = seen.tag_config.id else {
        return Ok(false);
    };
    let current = connection
        .query_row("SELECT * FROM tag_configs WHERE id = ?1", [id], |row| {
            Ok((tag_config(row)?, row.get::<_, Option<String>>("head")?))
        })
        .optional()?;
    if current != Some((seen.tag_config.clone(), seen.head.clone())) {
        return Ok(false);
    }
    connection.execute(
        "UPDATE tag_configs SET head = ?2 WHERE id = ?1",
        params![id, head],
    )?;
    Ok(true)
}
