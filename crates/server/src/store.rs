//! The SQLite database. The API's objects are stored as their JSON, next to the columns that queries
//! need.

pub(crate) mod builds;
pub(crate) mod image_tags;
pub(crate) mod logs;
pub(crate) mod repositories;

use rusqlite::{Connection, Result, ffi};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The migrations of the tables. SQLite's `user_version` is the number of those that have run.
const MIGRATIONS: [&str; 3] = [CREATE_TABLES, ADD_CLONE_URL, CREATE_IMAGE_TAGS];

const CREATE_TABLES: &str = "
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        is_public INTEGER NOT NULL,
        repository TEXT NOT NULL,
        deploy_key TEXT,
        UNIQUE (namespace, repo_name)
    );
    CREATE TABLE tag_configs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        tag_config TEXT NOT NULL,
        head TEXT
    );
    CREATE INDEX tag_configs_of ON tag_configs (repository_id, position);
    CREATE TABLE builds (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        build_id TEXT NOT NULL UNIQUE,
        repository_id INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        status TEXT NOT NULL,
        build TEXT NOT NULL,
        plan TEXT NOT NULL
    );
    CREATE INDEX builds_of ON builds (namespace, repo_name, number);
    CREATE INDEX builds_in ON builds (status, number);
    CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        build_id TEXT NOT NULL,
        part INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        entries TEXT NOT NULL,
        UNIQUE (build_id, part)
    );
";

/// The API's objects have the secrets of a clone URL masked, so that it has a column of its own.
const ADD_CLONE_URL: &str = "
    ALTER TABLE repositories ADD COLUMN clone_url TEXT;
    UPDATE repositories SET clone_url = repository ->> '$.build_config.code_repo_clone_url';
";

/// The tags of all images: see [`image_tags`]. Of builds that share a version tag, the newest that
/// succeeded has it, since its image does. A waiting build that has lost its tag gets none.
const CREATE_IMAGE_TAGS: &str = "
    CREATE TABLE image_tags (
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        tag TEXT NOT NULL,
        build_id TEXT,
        PRIMARY KEY (namespace, repo_name, tag)
    ) WITHOUT ROWID;
    CREATE INDEX image_tags_of ON image_tags (build_id);
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag, build_id)
        SELECT namespace, repo_name, build ->> 'docker_repo_version_tag', build_id FROM builds
        WHERE coalesce(build ->> 'docker_repo_version_tag', '') <> ''
        ORDER BY status = 'S' DESC, number DESC;
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag)
        SELECT namespace, repo_name, build ->> 'docker_repo_tag' FROM builds;
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag)
        SELECT namespace, repo_name, tag_config ->> 'docker_repo_tag'
        FROM tag_configs JOIN repositories ON repositories.id = repository_id;
    UPDATE builds SET build = json_set(build, '$.docker_repo_version_tag', '')
        WHERE status = 'W' AND build_id NOT IN
            (SELECT build_id FROM image_tags WHERE build_id IS NOT NULL);
";

/// The database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// Opens the database file, creates it if it is missing, and runs the migrations.
    ///
    /// # Errors
    ///
    /// When the file can't be opened or a migration fails.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let applied: usize =
            connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
        for (index, migration) in MIGRATIONS.iter().enumerate().skip(applied) {
            let transaction = connection.transaction()?;
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", index as i64 + 1)?;
            transaction.commit()?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` on the database, outside of the async threads.
    ///
    /// # Errors
    ///
    /// When `work` fails or panics.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let connection = self.0.clone();
        let task = tokio::task::spawn_blocking(move || {
            // A panic rolls back its transaction, so the data of a poisoned lock is consistent.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        task.await.unwrap_or_else(|error| {
            Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_ABORT),
                Some(error.to_string()),
            ))
        })
    }
}

/// Parses the JSON of a column.
fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// Writes a value as the JSON of a column.
fn encode(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// The caller of the API, by what it may read and write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    /// The server has no tokens, so every caller may do everything.
    Anyone,
    /// The caller may write in these namespaces, the ones of its token.
    Namespaces(Vec<String>),
}

impl Caller {
    /// Returns true if the caller may write in a namespace.
    pub(crate) fn may_write(&self, namespace: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Namespaces(namespaces) => namespaces.iter().any(|own| own == namespace),
        }
    }

    /// The user name for `created_by`.
    pub(crate) fn name(&self, namespace: &str) -> String {
        match self {
            Self::Anyone => "local".to_owned(),
            Self::Namespaces(_) => namespace.to_owned(),
        }
    }

    /// The namespaces as a JSON array for SQL; `None` if the caller may read everything.
    fn as_json(&self) -> Result<Option<String>> {
        match self {
            Self::Anyone => Ok(None),
            Self::Namespaces(namespaces) => encode(namespaces).map(Some),
        }
    }
}

/// One page of a list.
pub(crate) struct Listing<T> {
    /// The number of rows on all pages.
    pub(crate) count: u64,
    /// The rows of this page.
    pub(crate) rows: Vec<T>,
}

/// Returns the SQL `OFFSET` of a page. Pages are numbered from 1.
fn offset(page: u64) -> i64 {
    let rows_before = page
        .saturating_sub(1)
        .saturating_mul(slipway_api::page::PAGE_SIZE);
    i64::try_from(rows_before).unwrap_or(i64::MAX)
}
