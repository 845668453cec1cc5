//! What removed builds and repositories leave outside of the database: the files of deploy keys, and images. They
//! are noted in the transaction that removes, so that a crash can't forget them, and cleared away after it.

use crate::store::image_tags::ImagePath;
use rusqlite::{Connection, Result};

/// Something to clear away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// The file name of a deploy key.
    Key(String),
    /// A name of an image, `namespace/repo_name:tag`.
    ImageName {
        /// The namespace of its repository.
        namespace: String,
        /// The name with its tag.
        name: String,
    },
    /// An image that may have no name.
    Image {
        /// The namespace of its repository.
        namespace: String,
        /// Its short id in hex.
        id: String,
    },
}

impl Leftover {
    /// The columns: the kind, the namespace and the name.
    fn columns(&self) -> (&'static str, &str, &str) {
        match self {
            Self::Key(name) => ("key", "", name),
            Self::ImageName { namespace, name } => ("name", namespace, name),
            Self::Image { namespace, id } => ("image", namespace, id),
        }
    }
}

/// Notes the file of a deploy key.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn add_key(connection: &Connection, name: &str) -> Result<()> {
    add(connection, &Leftover::Key(name.to_owned()))
}

/// Notes an image by one of its names.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn add_name(connection: &Connection, path: ImagePath, tag: &str) -> Result<()> {
    let leftover = Leftover::ImageName {
        namespace: path.namespace.to_owned(),
        name: format!("{}/{}:{tag}", path.namespace, path.repo_name),
    };
    add(connection, &leftover)
}

/// Notes an image by its short id.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn add_image(connection: &Connection, namespace: &str, id: &str) -> Result<()> {
    let leftover = Leftover::Image {
        namespace: namespace.to_owned(),
        id: id.to_owned(),
    };
    add(connection, &leftover)
}

fn add(connection: &Connection, leftover: &Leftover) -> Result<()> {
    let (kind, namespace, name) = leftover.columns();
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO leftovers (kind, namespace, name) VALUES (?1, ?2, ?3)",
        )?
        .execute([kind, namespace, name])?;
    Ok(())
}

/// Returns what is to be cleared away, and then forgotten with [`forget`]: in the order in which it was noted.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn list(connection: &Connection) -> Result<Vec<Leftover>> {
    connection
        .prepare_cached("SELECT kind, namespace, name FROM leftovers ORDER BY id")?
        .query_map([], |row| {
            let (namespace, name) = (row.get(1)?, row.get(2)?);
            Ok(match row.get_ref(0)?.as_str()? {
                "key" => Leftover::Key(name),
                "name" => Leftover::ImageName { namespace, name },
                _ => Leftover::Image {
                    namespace,
                    id: name,
                },
            })
        })?
        .collect()
}

/// Returns true if something has the name, the image or the key again, so that it must stay.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn is_used(connection: &Connection, leftover: &Leftover) -> Result<bool> {
    let exists = |sql: &str, values: &[&str]| {
        connection
            .prepare_cached(sql)?
            .exists(rusqlite::params_from_iter(values))
    };
    match leftover {
        Leftover::Key(name) => exists("SELECT 1 FROM repositories WHERE deploy_key = ?1", &[name]),
        Leftover::ImageName { namespace, name } => {
            let (path, tag) = name.rsplit_once(':').unwrap_or((name, ""));
            let repo_name = path
                .split_once('/')
                .map_or(path, |(_, repo_name)| repo_name);
            exists(
                "SELECT 1 FROM image_tags WHERE namespace = ?1 AND repo_name = ?2 AND tag = ?3",
                &[namespace, repo_name, tag],
            )
        }
        Leftover::Image { namespace, id } => exists(
            "SELECT 1 FROM builds WHERE namespace = ?1 AND image_id = ?2",
            &[namespace, id],
        ),
    }
}

/// Forgets what was cleared away.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn forget(connection: &Connection, leftover: &Leftover) -> Result<()> {
    let (kind, namespace, name) = leftover.columns();
    connection
        .prepare_cached("DELETE FROM leftovers WHERE kind = ?1 AND namespace = ?2 AND name = ?3")?
        .execute([kind, namespace, name])?;
    Ok(())
}
