//! Build repositories and their tag configs.

use crate::store::{Caller, Listing, decode, encode, offset};
use rusqlite::{Connection, OptionalExtension, Result, Row, named_params, params};
use slipway_api::page::PAGE_SIZE;
use slipway_api::{Repository, TagConfig, Timestamp};

/// A repository with what the API does not show.
pub struct Stored {
    /// The id of the repository, and of its build config.
    pub id: i64,
    /// As the API answers it, tag configs included.
    pub repository: Repository,
    /// The name of its deploy key's file.
    pub deploy_key: Option<String>,
}

/// A tag config that is built on every push.
pub struct Active {
    /// The id of its repository.
    pub repository_id: i64,
    /// The row.
    pub tag_config: TagConfig,
    /// The head that was seen last; `None` before the first look.
    pub head: Option<String>,
}

/// Adds a repository; `None` when the namespace has one of that name.
pub fn insert(
    connection: &mut Connection,
    mut repository: Repository,
    deploy_key: Option<&str>,
) -> Result<Option<Stored>> {
    let transaction = connection.transaction()?;
    let tag_configs = repository
        .build_config
        .as_mut()
        .map(|config| std::mem::take(&mut config.tag_configs))
        .unwrap_or_default();
    let added = transaction.execute(
        "INSERT OR IGNORE INTO repositories (namespace, repo_name, is_public, repository, deploy_key)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            repository.namespace,
            repository.repo_name,
            repository.is_public,
            encode(&repository)?,
            deploy_key
        ],
    )?;
    if added == 0 {
        return Ok(None);
    }
    let id = transaction.last_insert_rowid();
    for (position, tag_config) in tag_configs.into_iter().enumerate() {
        insert_tag_config(&transaction, id, position, tag_config)?;
    }
    transaction.commit()?;
    by_id(connection, id)
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

fn stored(connection: &Connection, row: &Row) -> Result<Stored> {
    let id: i64 = row.get("id")?;
    let mut repository: Repository = decode(row.get_ref("repository")?.as_str()?)?;
    if let Some(config) = repository.build_config.as_mut() {
        config.id = Some(id);
        config.tag_configs = tag_configs(connection, id)?;
    }
    Ok(Stored {
        id,
        repository,
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
    Ok(tag_config)
}

/// The repository of an id.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<Stored>> {
    connection
        .query_row("SELECT * FROM repositories WHERE id = ?1", [id], |row| {
            stored(connection, row)
        })
        .optional()
}

/// The repository of a name, where the caller may see it.
pub fn find(
    connection: &Connection,
    caller: &Caller,
    namespace: &str,
    repo_name: &str,
) -> Result<Option<Stored>> {
    let found = connection
        .query_row(
            "SELECT * FROM repositories WHERE namespace = ?1 AND repo_name = ?2",
            [namespace, repo_name],
            |row| stored(connection, row),
        )
        .optional()?;
    Ok(found.filter(|found| found.repository.is_public || caller.may_write(namespace)))
}

/// A page of a namespace's repositories, by name.
pub fn list(
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
            |row| stored(connection, row).map(|stored| stored.repository),
        )?
        .collect::<Result<_>>()?;
    Ok(Listing {
        count: count.unsigned_abs(),
        rows,
    })
}

/// What `replace` changes.
pub struct Change {
    /// The new build node; `None` keeps the old one.
    pub build_node: Option<String>,
    /// All rows; those with an id are changed, the others added, what is left out is gone. The ids
    /// are ones that the repository has.
    pub tag_configs: Vec<TagConfig>,
}

/// Replaces the build node and the tag configs, all or nothing. A changed row keeps the head that
/// was seen last only while it looks at the same branch.
pub fn replace(connection: &mut Connection, id: i64, change: Change) -> Result<Option<Stored>> {
    let transaction = connection.transaction()?;
    let Some(mut old) = by_id(&transaction, id)? else {
        return Ok(None);
    };
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

/// Removes a repository and its tag configs. Its builds and their logs stay.
pub fn remove(connection: &Connection, id: i64) -> Result<()> {
    connection.execute("DELETE FROM repositories WHERE id = ?1", [id])?;
    Ok(())
}

/// Whether there is any repository or build at all.
pub fn is_empty(connection: &Connection) -> Result<bool> {
    connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM repositories) AND NOT EXISTS (SELECT 1 FROM builds)",
        [],
        |row| row.get(0),
    )
}

/// All tag configs that are built on every push.
pub fn active(connection: &Connection) -> Result<Vec<Active>> {
    connection
        .prepare("SELECT * FROM tag_configs WHERE tag_config ->> 'is_active' ORDER BY id")?
        .query_map([], |row| {
            Ok(Active {
                repository_id: row.get("repository_id")?,
                tag_config: tag_config(row)?,
                head: row.get("head")?,
            })
        })?
        .collect()
}

/// Records a head, but only if the row is as it was when it was looked at: a config that changed
/// meanwhile starts afresh. Answers whether it was recorded.
pub fn record_head(connection: &Connection, seen: &Active, head: &str) -> Result<bool> {
    let Some(id) = seen.tag_config.id else {
        return Ok(false);
    };
    let now = connection
        .query_row("SELECT * FROM tag_configs WHERE id = ?1", [id], |row| {
            Ok((tag_config(row)?, row.get::<_, Option<String>>("head")?))
        })
        .optional()?;
    if now != Some((seen.tag_config.clone(), seen.head.clone())) {
        return Ok(false);
    }
    connection.execute(
        "UPDATE tag_configs SET head = ?2 WHERE id = ?1",
        params![id, head],
    )?;
    Ok(true)
}
