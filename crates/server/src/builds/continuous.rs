//! Continuous build: the sources of active tag configs are asked for their head every so often, and
//! a new one starts a build.

use crate::builds::planning::{BuildRequest, plan};
use crate::builds::queue::Queue;
use crate::sources::git::Git;
use crate::store::repositories::Active;
use crate::store::{Store, builds, repositories};
use futures_util::{StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How many sources are asked at one time.
const AT_ONCE: usize = 8;

/// What a look needs.
pub struct SourcePoller {
    /// Where configs, heads and builds are.
    pub store: Store,
    /// Asks the sources.
    pub git: Arc<Git>,
    /// Runs what is started.
    pub queue: Arc<Queue>,
    /// From one look to the next.
    pub interval: Duration,
    /// Brings the next look forward.
    pub now: Arc<Notify>,
}

impl SourcePoller {
    /// Looks until the task is dropped.
    pub async fn run(self) {
        loop {
            self.look().await;
            // An early look, or the usual one: the wait's outcome says which, and nobody asks.
            let _ = tokio::time::timeout(self.interval, self.now.notified()).await;
        }
    }

    async fn look(&self) {
        let active = match self.store.run(|c| repositories::active(c)).await {
            Ok(active) => active,
            Err(error) => {
                tracing::error!("active tag configs could not be read: {error}");
                return;
            }
        };
        stream::iter(active)
            .for_each_concurrent(AT_ONCE, |active| async move {
                let id = active.repository_id;
                if let Err(why) = self.look_at(active).await {
                    tracing::warn!("the source of repository {id} could not be asked: {why}");
                }
            })
            .await;
    }

    async fn look_at(&self, active: Active) -> Result<(), String> {
        let failed = |error: rusqlite::Error| error.to_string();
        let id = active.repository_id;
        let stored = self.store.run(move |c| repositories::by_id(c, id)).await;
        let Some(stored) = stored.map_err(failed)? else {
            return Ok(());
        };
        let planned = plan(
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
                let starts = recorded && !is_first;
                if starts {
                    builds::insert(&transaction, id, &planned)?;
                }
                transaction.commit()?;
                Ok(starts)
            })
            .await
            .map_err(failed)?;
        if started {
            self.queue.wake();
        }
        Ok(())
    }
}
