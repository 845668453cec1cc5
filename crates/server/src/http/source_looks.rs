//! The looks into sources that callers ask for: how many there may be at the same time, and where their files are.

use crate::error::Error;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// How many looks there may be at the same time: each is a process of git or two.
const MAX_LOOKS: usize = 4;

/// How long a look waits for others to end.
const MAX_WAIT: Duration = Duration::from_secs(15);

/// The looks into sources.
pub(crate) struct SourceLooks {
    places: Semaphore,
    folder: PathBuf,
}

/// A look into a source: its folder is there, and it counts, until this is dropped.
pub(crate) struct SourceLook<'a> {
    /// An empty folder.
    pub(crate) folder: TempDir,
    _place: SemaphorePermit<'a>,
}

impl SourceLooks {
    /// Keeps the files of looks in a folder that is emptied when the server starts.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self {
            places: Semaphore::new(MAX_LOOKS),
            folder,
        }
    }

    /// Begins a look, once there is a place for it.
    ///
    /// # Errors
    ///
    /// When no place gets free in time, or the folder can't be made.
    pub(crate) async fn begin(&self) -> Result<SourceLook<'_>, Error> {
        let place = timeout(MAX_WAIT, self.places.acquire()).await;
        let Ok(Ok(place)) = place else {
            return Err(Error::TooManyLooks);
        };
        let folder = tempfile::Builder::new()
            .prefix("look-")
            .tempdir_in(&self.folder)?;
        Ok(SourceLook {
            folder,
            _place: place,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    #[tokio::test]
    async fn a_look_waits_for_a_place_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let looks = SourceLooks::new(folder.path().to_owned());
        let mut open = Vec::new();
        for _ in 0..MAX_LOOKS {
            open.push(looks.begin().await.unwrap());
        }
        assert!(looks.begin().now_or_never().is_none());
        open.pop();
        open.push(looks.begin().await.unwrap());
        drop(open);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
