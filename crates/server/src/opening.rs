//! Opens the database at the start. On a full disk it is opened to be read, and to be written once there is room.

use crate::data_folder::DataFolder;
use crate::store::full_disk;
use crate::store::migrations::OpenError;
use crate::store::{Store, builds};
use std::path::PathBuf;
use std::time::Duration;

/// The log line of a build that was running when the server crashed.
const ABANDONED: &str = "the server stopped while this build was running";

/// How often a database that can only be read is opened again.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// The database, and what has to be done for it.
pub(crate) struct Opened {
    pub(crate) store: Store,
    /// The file of a database that can only be read.
    read_only: Option<PathBuf>,
}

/// Opens the database and fails the builds that were running when the server crashed.
///
/// # Errors
///
/// A sentence about why it can't be opened.
pub(crate) async fn open(data: &DataFolder) -> Result<Opened, String> {
    let path = data.database()?;
    let failed =
        |error: &OpenError| format!("the database {} can't be opened: {error}", path.display());
    match open_to_write(&path).await {
        Ok(store) => Ok(Opened {
            store,
            read_only: None,
        }),
        Err(OpenError::Database(error)) if full_disk::is_cause(&error, &data.path) => {
            let store = Store::open_to_read(&path).map_err(|error| failed(&error))?;
            tracing::error!(
                "the disk of {} is full: the server only reads until there is room",
                data.path.display()
            );
            Ok(Opened {
                store,
                read_only: Some(path),
            })
        }
        Err(error) => Err(failed(&error)),
    }
}

async fn open_to_write(path: &std::path::Path) -> Result<Store, OpenError> {
    let store = Store::open(path)?;
    let abandoned = store
        .run(|connection| builds::fail_abandoned(connection, ABANDONED))
        .await?;
    report(abandoned);
    Ok(store)
}

/// Tells how many builds were running when the server crashed.
fn report(abandoned: usize) {
    match abandoned {
        0 => {}
        1 => tracing::warn!("1 build was running when the server last stopped"),
        count => tracing::warn!("{count} builds were running when the server last stopped"),
    }
}

impl Opened {
    /// Waits until there is room for a database that can only be read, and opens it to be written then.
    pub(crate) async fn make_writable(self) {
        let Some(path) = self.read_only else { return };
        loop {
            tokio::time::sleep(RETRY_INTERVAL).await;
            if !full_disk::has_room(&path) {
                continue;
            }
            let prepare = |connection: &mut _| builds::fail_abandoned(connection, ABANDONED);
            match self.store.open_to_write(&path, prepare).await {
                Ok(abandoned) => {
                    report(abandoned);
                    tracing::info!("there is room again: the server reads and writes");
                    return;
                }
                Err(error) => tracing::error!("the database still can't be written: {error}"),
            }
        }
    }
}
