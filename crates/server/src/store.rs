//! The SQLite database. The API's objects are stored as their JSON, next to the columns that queries
//! need.

pub(crate) mod build_lists;
pub(crate) mod builds;
pub(crate) mod cancellation;
pub(crate) mod deliveries;
pub(crate) mod full_disk;
pub(crate) mod held_up;
pub(crate) mod image_tags;
pub(crate) mod leftovers;
pub(crate) mod logs;
pub(crate) mod mails;
pub(crate) mod migrations;
pub(crate) mod pushes;
mod read_only;
mod readers;
pub(crate) mod removal;
pub(crate) mod removed_paths;
pub(crate) mod repositories;
pub(crate) mod retention;
pub(crate) mod webhook_codes;

use crate::store::migrations::{OpenError, migrate, schema};
use crate::store::readers::{CACHED_STATEMENTS, Readers, finished};
use rusqlite::{Connection, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Mutex;

/// The database. Cheap to clone. One connection writes, others read beside it.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Arc<Mutex<Connection>>,
    readers: Arc<Readers>,
    /// True while the database can only be read, with `writer`, since the disk is full.
    is_read_only: Arc<AtomicBool>,
}

impl Store {
    /// Opens the database file, creates it if it is missing, and runs the migrations.
    ///
    /// # Errors
    ///
    /// When the file can't be opened, a migration fails, or a newer version of the program has made the database.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            writer: Arc::new(Mutex::new(connect(path)?)),
            readers: Arc::new(Readers::new(path.to_path_buf())),
            is_read_only: Arc::default(),
        })
    }

    /// Opens the file of an existing database on a full disk, to be read. What is to be written fails as on any full
    /// disk.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or a migration would have to run.
    pub(crate) fn open_to_read(path: &Path) -> Result<Self, OpenError> {
        Ok(Self {
            writer: Arc::new(Mutex::new(read_only::open(path)?)),
            readers: Arc::new(Readers::new(path.to_path_buf())),
            is_read_only: Arc::new(AtomicBool::new(true)),
        })
    }

    /// Opens the file of a database that could only be read, as [`Store::open`] does. `prepare` is run before anything
    /// else writes.
    ///
    /// # Errors
    ///
    /// When that fails. The database can be read as before then.
    pub(crate) async fn open_to_write<T, F>(&self, path: &Path, prepare: F) -> Result<T, OpenError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let mut writer = self.writer.clone().lock_owned().await;
        let (path, is_read_only) = (path.to_path_buf(), self.is_read_only.clone());
        let task = tokio::task::spawn_blocking(move || {
            // Nobody else can open the file before its only connection is closed.
            *writer = Connection::open_in_memory()?;
            let opened = connect(&path).and_then(|mut connection| {
                let prepared = prepare(&mut connection)?;
                Ok((connection, prepared))
            });
            match opened {
                Ok((connection, prepared)) => {
                    *writer = connection;
                    is_read_only.store(false, Ordering::Release);
                    Ok(prepared)
                }
                Err(error) => {
                    *writer = read_only::open(&path)?;
                    Err(error)
                }
            }
        });
        finished(task.await.map(Ok))?
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
        if self.is_read_only.load(Ordering::Acquire) {
            return Err(full_disk::error());
        }
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
        if !self.is_read_only.load(Ordering::Acquire) {
            return self.readers.run(work).await;
        }
        let connection = self.writer.clone().lock_owned().await;
        let task = tokio::task::spawn_blocking(move || {
            let transaction = connection.unchecked_transaction()?;
            work(&transaction)
        });
        finished(task.await)
    }
}

/// Opens the connection that writes, creates the file if it is missing, and runs the migrations.
fn connect(path: &Path) -> Result<Connection, OpenError> {
    let mut connection = Connection::open(path)?;
    // Has an effect on a new file only: what a removal frees goes back to the disk.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    schema(&connection)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    migrate(&mut connection)?;
    Ok(connection)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_database_without_room_is_read_and_written_again_once_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("slipway.db");
        let insert =
            |connection: &mut Connection| connection.execute("INSERT INTO notes VALUES (1)", []);
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM notes", [], |row| row.get::<_, i64>(0))
        };
        let store = Store::open(&path).unwrap();
        let created = store
            .run(|connection| connection.execute_batch("CREATE TABLE notes (a)"))
            .await;
        created.unwrap();
        store.run(insert).await.unwrap();
        drop(store);

        let store = Store::open_to_read(&path).unwrap();
        assert_eq!(store.read(count).await, Ok(1));
        assert!(full_disk::is_full(&store.run(insert).await.unwrap_err()));
        // What has to be done first fails: reading goes on.
        let failed = store
            .open_to_write(&path, |_| Err::<(), _>(full_disk::error()))
            .await;
        assert!(failed.is_err());
        assert_eq!(store.read(count).await, Ok(1));
        assert!(store.run(insert).await.is_err());
        assert_eq!(store.open_to_write(&path, insert).await.unwrap(), 1);
        store.run(insert).await.unwrap();
        assert_eq!(store.read(count).await, Ok(3));
    }

    fn mode(connection: &Connection) -> Result<i64> {
        connection.query_row("PRAGMA synchronous", [], |row| row.get(0))
    }

    #[tokio::test]
    async fn what_is_acknowledged_is_synced_and_logs_need_not_be() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("db")).unwrap();
        let (normal, full) = (1, 2);
        assert_eq!(store.run(|connection| mode(connection)).await, Ok(full));
        assert_eq!(
            store.run_unsynced(|connection| mode(connection)).await,
            Ok(normal)
        );
        assert_eq!(store.run(|connection| mode(connection)).await, Ok(full));
    }

    #[tokio::test]
    async fn a_read_sees_one_moment_and_does_not_wait_for_a_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("db")).unwrap();
        let count = |connection: &Connection| {
            connection.query_row("SELECT count(*) FROM leftovers", [], |row| {
                row.get::<_, i64>(0)
            })
        };
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (written, has_written) = std::sync::mpsc::channel();
        let reader = store.clone();
        let read = tokio::spawn(async move {
            reader
                .read(move |connection| {
                    let before = count(connection)?;
                    begun.send(()).unwrap();
                    has_written.recv().unwrap();
                    Ok((before, count(connection)?))
                })
                .await
        });
        tokio::task::spawn_blocking(move || has_begun.recv())
            .await
            .unwrap()
            .unwrap();
        store
            .run(|connection| {
                connection.execute(
                    "INSERT INTO leftovers (kind, namespace, name) VALUES ('', '', '')",
                    [],
                )
            })
            .await
            .unwrap();
        written.send(()).unwrap();
        assert_eq!(read.await.unwrap(), Ok((0, 0)));
        assert_eq!(store.read(count).await, Ok(1));
        // A reader can't write, and one that panics does no harm.
        let refused = store
            .read(|connection| connection.execute("DELETE FROM leftovers", []))
            .await;
        assert!(refused.is_err());
        let panicked: Result<()> = store.read(|_| panic!("as a test")).await;
        assert!(panicked.is_err());
        let panicked: Result<()> = store
            .run(|connection| {
                let transaction = connection.transaction()?;
                transaction.execute("DELETE FROM leftovers", [])?;
                panic!("as a test")
            })
            .await;
        assert!(panicked.is_err());
        assert_eq!(store.read(count).await, Ok(1));
        assert_eq!(store.run(move |connection| count(connection)).await, Ok(1));
    }
}
