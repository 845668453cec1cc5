//! Everything that lasts, in one SQLite file. What the API answers is stored in the wire's own
//! JSON, beside the columns that are asked for.

pub mod builds;
pub mod logs;
pub mod repositories;

use rusqlite::{Connection, Result, ffi};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The tables, one step a version: `user_version` says how many were taken.
const STEPS: [&str; 1] = ["
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
"];

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Mutex<Connection>>);

impl Store {
    /// Opens the file, makes it when it is missing, and brings its tables up to date.
    pub fn open(path: &Path) -> Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let taken: usize =
            connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))? as usize;
        for (index, step) in STEPS.iter().enumerate().skip(taken) {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", index as i64 + 1)?;
            transaction.commit()?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Runs `work` on the database, away from the threads that serve requests.
    pub async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let connection = self.0.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A panic inside a transaction rolls it back, so what a poisoned lock holds is sound.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            work(&mut connection)
        });
        done.await.unwrap_or_else(|error| {
            Err(rusqlite::Error::SqliteFailure(
                ffi::Error::new(ffi::SQLITE_ABORT),
                Some(error.to_string()),
            ))
        })
    }
}

/// A column's JSON as its type.
fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// A value as a column's JSON.
fn encode(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Who asks: what a call may see and do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// There are no tokens here: everyone may do everything.
    Anyone,
    /// The namespaces of the token.
    Namespaces(Vec<String>),
}

impl Caller {
    /// Whether it may write in a namespace.
    pub fn may_write(&self, namespace: &str) -> bool {
        match self {
            Self::Anyone => true,
            Self::Namespaces(namespaces) => namespaces.iter().any(|own| own == namespace),
        }
    }

    /// The user that `created_by` names.
    pub fn name(&self, namespace: &str) -> String {
        match self {
            Self::Anyone => "local".to_owned(),
            Self::Namespaces(_) => namespace.to_owned(),
        }
    }

    /// The namespaces as a JSON array for SQL; `None` where all may be seen.
    fn as_json(&self) -> Result<Option<String>> {
        match self {
            Self::Anyone => Ok(None),
            Self::Namespaces(namespaces) => encode(namespaces).map(Some),
        }
    }
}

/// One page of a list: its rows, and how many there are on all pages.
pub struct Listing<T> {
    /// All pages' rows.
    pub count: u64,
    /// This page's rows.
    pub rows: Vec<T>,
}

/// The SQL `OFFSET` of a page that counts from 1.
fn offset(page: u64) -> i64 {
    let before = page
        .saturating_sub(1)
        .saturating_mul(slipway_api::page::PAGE_SIZE);
    i64::try_from(before).unwrap_or(i64::MAX)
}
