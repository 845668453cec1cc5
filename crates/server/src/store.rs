//! The SQLite database. The API's objects are stored as their JSON, next to the columns that queries
//! need.

pub(crate) mod build_lists;
pub(crate) mod builds;
pub(crate) mod image_tags;
pub(crate) mod leftovers;
pub(crate) mod logs;
pub(crate) mod migrations;
mod readers;
pub(crate) mod removal;
pub(crate) mod repositories;
pub(crate) mod retention;

use crate::store::migrations::{OpenError, migrate, schema};
use crate::store::readers::{CACHED_STATEMENTS, Readers, finished};
use rusqlite::{Connection, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::Mutex;

/// The database. Cheap to clone. One connection writes, others read beside it.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Readers>,
}

impl Store {
    /// Opens the database file, creates it if it is missing, and runs the migrations.
    ///
    /// # Errors
    ///
    /// When the file can't be opened, a migration fails, or a newer version of the program has made the database.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path)?;
        // Has an effect on a new file only: what a removal frees goes back to the disk.
        connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        schema(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        migrate(&mut connection)?;
        Ok(Self {
            writer: Arc::new(Mutex::new(connection)),
            readers: Arc::new(Readers::new(path.to_path_buf())),
        })
    }

    /// Runs `work`, which can write, outside of the async threads. What it has committed is on the disk when
    /// this returns.
    ///
    /// # Errors
    ///
    /// When `work` fails or panics.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.write("FULL", work).await
    }

    /// Runs `work`, which can write, without waiting for the disk: what it has committed outlives a crash of the
    /// server, but the machine's only once something else was written with [`Store::run`].
    ///
    /// # Errors
    ///
    /// When `work` fails or panics.
    pub(crate) async fn run_unsynced<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        self.write("NORMAL", work).await
    }

    async fn write<T, F>(&self, synchronous: &'static str, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let mut connection = self.writer.clone().lock_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            connection.pragma_update(None, "synchronous", synchronous)?;
            work(&mut connection)
        });
        finished(task.await)
    }

    /// Runs `work`, which only reads, outside of the async threads and beside what is written. All that it reads
    /// is of one moment.
    ///
    /// # Errors
    ///
    /// When `work` fails or panics.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        self.readers.run(work).await
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
