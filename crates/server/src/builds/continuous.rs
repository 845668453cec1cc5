//! Continuous builds. The sources of active tag configs are polled for their head commit, and a new
//! one starts a build.

use crate::builds::planning::{BuildRequest, plan_build};
use crate::builds::queue::Queue;
use crate::sources::git::Git;
use crate::store::repositories::ActiveTagConfig;
use crate::store::{Store, builds, repositories};
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How many sources are polled at the same time.
const MAX_CONCURRENT_POLLS: usize = 8;

/// Polls the sources of all active tag configs.
pub(crate) struct SourcePoller {
    /// Holds the tag configs, their last seen heads and the builds.
    pub(crate) store: Store,
    /// Reads the heads of the sources.
    pub(crate) git: Arc<Git>,
    /// Runs the builds that are started.
    pub(crate) queue: Arc<Queue>,
    /// The time between two polls.
    pub(crate) interval: Duration,
    /// Starts the next poll at once.
    pub(crate) poll_now: Arc<Notify>,
}

impl SourcePoller {
    /// Polls until the task is dropped.
    pub(crate) async fn run(self) {
        loop {
            self.poll_all().await;
            // It does not matter which of the two ended the wait.
            let _ = tokio::time::timeout(self.interval, self.poll_now.notified()).await;
        }
    }

    async fn poll_all(&self) {
        let active = match self.store.run(|c| repositories::active(c)).await {
            Ok(active) => active,
            Err(error) => {
                tracing::error!("the active tag configs could not be read: {error}");
                return;
            }
        };
        stream::iter(active)
            .for_each_concurrent(MAX_CONCURRENT_POLLS, |active| async move {
                let id = active.repository_id;
                if let Err(error) = self.poll_source(active).await {
                    tracing::warn!("the source of repository {id} could not be polled: {error}");
                }
            })
            .await;
    }

    /// Reads the head of one source, records it, and starts a build if it is new.
    async fn poll_source(&self, active: ActiveTagConfig) -> Result<(), String> {
        let failed = |error: rusqlite::Error| error.to_string();
        let id = active.repository_id;
        let stored = self.store.run(move |c| repositories::by_id(c, id)).await;
        let Some(stored) = stored.map_err(failed)? else {
            return Ok(());
        };
        let planned = plan_build(
            self.git.sources(),
            &BuildRequest {
                stored: &stored,
                tag_config: &active.tag_config,
                commit: None,
                created_by: &stored.repository.created_by,
                auto_created: true,
            },
        );
        let Some(planned) = planned else {
            return Ok(());
        };
        let head = self
            .git
            .head(
                &planned.plan.clone_urls,
                planned.plan.deploy_key.as_deref(),
                &active.tag_config.code_repo_type,
                &active.tag_config.code_repo_type_value,
            )
            .await?;
        let Some(head) = head.filter(|head| active.head.as_ref() != Some(head)) else {
            return Ok(());
        };
        let is_first = active.head.is_none();
        let started = self
            .store
            .run(move |connection| {
                let transaction = connection.transaction()?;
                let recorded = repositories::record_head(&transaction, &active, &head)?;
                let starts_build = recorded && !is_first;
                if starts_build {
                    builds::insert(&transaction, id, &planned)?;
                }
                transaction.commit()?;
                Ok(starts_build)
            })
            .await
            .map_err(failed)?;
        if started {
            self.queue.wake();
        }
        Ok(())
    }
}
