//! The connections that read, beside the one that writes. In WAL mode neither waits for the other.

use rusqlite::{Connection, OpenFlags, Result, ffi};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::JoinError;

/// The most connections that read at the same time.
const MAX_READERS: usize = 8;

/// How many statements a connection keeps compiled.
pub(crate) const CACHED_STATEMENTS: usize = 64;

/// A pool of connections. They are opened when they are needed.
pub(crate) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Creates a pool for a database file that another connection has opened to write.
    pub(crate) fn new(path: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            path,
            permits: Arc::new(Semaphore::new((2 * cores).clamp(2, MAX_READERS))),
            idle: Mutex::default(),
        }
    }

    /// Runs `work` on one state of the database, outside of the async threads.
    ///
    /// # Errors
    ///
    /// When `work` fails or panics.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await;
        let readers = self.clone();
        let task = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            // In a transaction, so that all that it reads is of one moment.
            let result = connection
                .unchecked_transaction()
                .and_then(|transaction| work(&transaction));
            readers.give_back(connection);
            drop(permit);
            result
        });
        finished(task.await)
    }

    fn take(&self) -> Result<Connection> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(connection) => Ok(connection),
            None => self.open(),
        }
    }

    fn open(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(connection);
    }
}

/// Returns the result of a task on a connection. A panic has rolled back its transaction.
///
/// # Errors
///
/// When the work failed or panicked.
pub(crate) fn finished<T>(task: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    task.unwrap_or_else(|error| {
        Err(rusqlite::Error::SqliteFailure(
            ffi::Error::new(ffi::SQLITE_ABORT),
            Some(error.to_string()),
        ))
    })
}
