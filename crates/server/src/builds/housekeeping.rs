//! Cleans up: removes the builds that are kept no longer, and what removed builds and repositories have left behind.

use crate::builds::image_removal::Unwanted;
use crate::builds::pool::Pool;
use crate::builds::retention_options::RetentionOptions;
use crate::sources::git::Git;
use crate::store::leftovers::{self, Leftover};
use crate::store::{Store, removal, removed_paths, retention};
use rusqlite::Connection;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// The time between two cleanings.
const INTERVAL: Duration = Duration::from_secs(60);

/// How many builds are removed in one transaction, so that other writes need not wait long.
const BUILDS_AT_ONCE: usize = 100;

/// How many pages are given back to the disk in one go, of 4 KiB each.
const PAGES_AT_ONCE: u32 = 1000;

/// Cleans up once a minute, and when it is asked to.
pub(crate) struct Housekeeper {
    /// Holds the builds, and notes what is left.
    pub(crate) store: Store,
    /// Holds the deploy keys.
    pub(crate) git: Arc<Git>,
    /// Removes images.
    pub(crate) pool: Arc<Pool>,
    /// How long builds are kept.
    pub(crate) retention: RetentionOptions,
    /// Tells that something was removed.
    pub(crate) clean_now: Arc<Notify>,
}

impl Housekeeper {
    /// Cleans up until the task is dropped.
    pub(crate) async fn run(self) {
        loop {
            if let Err(error) = self.clean().await {
                tracing::error!("old builds could not be cleared away: {error}");
            }
            let _ = tokio::time::timeout(INTERVAL, self.clean_now.notified()).await;
        }
    }

    async fn clean(&self) -> rusqlite::Result<()> {
        self.remove_hidden().await?;
        self.remove_expired().await?;
        self.clear_leftovers().await?;
        while self
            .store
            .run_unsynced(|connection| removal::shrink(connection, PAGES_AT_ONCE))
            .await?
        {}
        Ok(())
    }

    /// Removes the builds of removed repositories.
    async fn remove_hidden(&self) -> rusqlite::Result<()> {
        let next = |connection: &mut Connection| removed_paths::next(connection, BUILDS_AT_ONCE);
        while let Some(numbers) = self.store.run_unsynced(next).await? {
            self.store
                .run_unsynced(move |connection| removal::remove_builds(connection, &numbers))
                .await?;
        }
        Ok(())
    }

    /// Removes the builds that are kept no longer.
    async fn remove_expired(&self) -> rusqlite::Result<()> {
        let Some(keep) = self.retention.keep(chrono::Utc::now()) else {
            return Ok(());
        };
        let tags = self
            .store
            .read(move |connection| retention::tags(connection, &keep))
            .await?;
        let mut removed = 0;
        for tag in tags {
            let expired = self
                .store
                .read(move |connection| retention::expired(connection, &tag, &keep))
                .await?;
            for numbers in expired.chunks(BUILDS_AT_ONCE) {
                let numbers = numbers.to_vec();
                removed += numbers.len();
                self.store
                    .run(move |connection| removal::remove_builds(connection, &numbers))
                    .await?;
            }
        }
        if removed > 0 {
            tracing::info!("removed {removed} old builds, by --keep-builds and --keep-days");
        }
        Ok(())
    }

    /// Returns true if something has it again.
    async fn is_used(&self, leftover: &Leftover) -> rusqlite::Result<bool> {
        let leftover = leftover.clone();
        self.store
            .read(move |connection| leftovers::is_used(connection, &leftover))
            .await
    }

    /// Removes an image that nothing has again from all builders that answer. Returns false while a build of its
    /// namespace runs, which may be about to have it, or while there is no builder.
    async fn remove_image(
        &self,
        leftover: &Leftover,
        namespace: &str,
        image: Unwanted<'_>,
    ) -> rusqlite::Result<bool> {
        let workshops = self.pool.workshops().await;
        let idle = workshops.iter().map(|workshop| workshop.idle(namespace));
        let Some(idle) = idle.collect::<Option<Vec<_>>>() else {
            return Ok(false);
        };
        if workshops.is_empty() {
            return Ok(false);
        }
        if !self.is_used(leftover).await? {
            for (workshop, idle) in workshops.iter().zip(&idle) {
                workshop.remove_image(idle, image).await;
            }
        }
        Ok(true)
    }

    /// Clears away the deploy keys and images that are left.
    async fn clear_leftovers(&self) -> rusqlite::Result<()> {
        for leftover in self.store.read(leftovers::list).await? {
            let is_clear = match &leftover {
                Leftover::Key(name) => {
                    if !self.is_used(&leftover).await? {
                        self.git.remove_key(name);
                    }
                    true
                }
                Leftover::ImageName { namespace, name } => {
                    self.remove_image(&leftover, namespace, Unwanted::Name(name))
                        .await?
                }
                Leftover::Image { namespace, id } => {
                    self.remove_image(&leftover, namespace, Unwanted::Id(id))
                        .await?
                }
            };
            if !is_clear {
                continue;
            }
            self.store
                .run_unsynced(move |connection| leftovers::forget(connection, &leftover))
                .await?;
        }
        Ok(())
    }
}
