//! Looks at what deliveries tell of: reads the source, and builds what is new. A delivery is answered before that; it
//! waits in the database.

use crate::builds::new_heads::{Found, NewHeads, Outcome};
use crate::builds::source::Source;
use crate::sources::git::Git;
use crate::store::Store;
use crate::store::deliveries::{self, Waiting};
use crate::store::repositories::{self, ActiveTagConfig};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use slipway_api::{Delivery, DeliveryState, PushResult, PushedRef, TagResult};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// How many repositories are looked at at the same time.
const MAX_AT_ONCE: usize = 8;

/// How often a source is read again that does not have the pushed commit yet: a host may tell of a push before all of
/// its machines know it.
const MAX_RETRIES: u32 = 3;

/// The time before it is read again.
const RETRY_INTERVAL: Duration = Duration::from_secs(2);

/// The time until the deliveries are read again after the database failed.
const DATABASE_RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Looks at deliveries.
pub(crate) struct HookReceiver {
    /// Holds the deliveries.
    pub(crate) store: Store,
    /// Knows the clone URLs of the sources.
    pub(crate) git: Arc<Git>,
    /// Reads the heads of the sources, and starts the builds.
    pub(crate) heads: Arc<NewHeads>,
    /// Tells that a delivery has come.
    pub(crate) arrived: Arc<Notify>,
    /// Tells the poller what has changed.
    pub(crate) poll_now: Arc<Notify>,
}

/// A repository that was delivered to.
struct Target {
    source: Source,
    rows: Vec<ActiveTagConfig>,
}

impl HookReceiver {
    /// Looks at deliveries until the task is dropped: at one of each repository at a time, in their order.
    pub(crate) async fn run(self) {
        let mut busy = HashSet::new();
        let mut running = FuturesUnordered::new();
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            // Enabled before the store is read, so that one that comes between the two is not lost.
            arrived.as_mut().enable();
            let waiting = self.store.read(deliveries::waiting).await;
            let failed = waiting.is_err();
            if let Err(error) = &waiting {
                tracing::error!("the deliveries of webhooks could not be read: {error}");
            }
            for waiting in waiting.unwrap_or_default() {
                if running.len() < MAX_AT_ONCE && busy.insert(waiting.repository_id) {
                    running.push(self.look_at(waiting));
                }
            }
            tokio::select! {
                () = arrived => {}
                Some(id) = running.next() => {
                    busy.remove(&id);
                }
                () = tokio::time::sleep(DATABASE_RETRY_INTERVAL), if failed => {}
            }
        }
    }

    /// Looks at a delivery, and stores what came of it. Returns the id of the repository.
    async fn look_at(&self, waiting: Waiting) -> i64 {
        let id = waiting.repository_id;
        let delivery = match self.try_look_at(&waiting).await {
            Ok(delivery) => delivery,
            Err(reason) => {
                tracing::warn!("a push to repository {id} could not be looked at: {reason}");
                Delivery {
                    state: DeliveryState::Failed,
                    reason,
                    ..waiting.delivery
                }
            }
        };
        match self.finish(waiting.id, id, delivery).await {
            // The source is to be asked more rarely from now on.
            Ok(true) => self.poll_now.notify_one(),
            Ok(false) => {}
            Err(error) => {
                tracing::error!("what came of a push could not be stored: {error}");
                tokio::time::sleep(DATABASE_RETRY_INTERVAL).await;
            }
        }
        id
    }

    /// Stores what came of a delivery. Returns true if it is the first one that shows that the webhook works.
    async fn finish(&self, number: i64, id: i64, delivery: Delivery) -> rusqlite::Result<bool> {
        let has_worked = delivery.state == DeliveryState::Done;
        self.store
            .run(move |connection| {
                let transaction = connection.transaction()?;
                deliveries::finish(&transaction, number, &delivery)?;
                let changed = has_worked && deliveries::set_delivering(&transaction, id, true)?;
                transaction.commit()?;
                Ok(changed)
            })
            .await
    }

    async fn try_look_at(&self, waiting: &Waiting) -> Result<Delivery, String> {
        self.heads.remember(&waiting.marks);
        let mut delivery = waiting.delivery.clone();
        delivery.state = DeliveryState::Done;
        set_unknown(&mut delivery.refs, PushResult::Missing, |pushed| {
            pushed.is_removed
        });
        let Some(target) = self.target(waiting.repository_id, &delivery.refs).await? else {
            return Ok(delivery);
        };
        let heads = self.read(&target, &delivery.refs).await?;
        let mut results = Vec::new();
        let mut new = Vec::new();
        for (row, head) in target.rows.into_iter().zip(heads) {
            match head {
                None => results.push((row, None, PushResult::Missing, None)),
                Some(head) if row.head.as_ref() == Some(&head) => {
                    results.push((row, Some(head), PushResult::Known, None));
                }
                Some(head) => new.push(Found { row, head }),
            }
        }
        let has_new = !new.is_empty();
        let outcomes = self
            .heads
            .build(&target.source, new, true, |_, _| Ok(()))
            .await?;
        for (found, outcome) in outcomes {
            let (result, build_id) = match outcome {
                Outcome::First => (PushResult::Known, None),
                Outcome::Started(id) => (PushResult::Started, Some(id)),
                // A poll was faster.
                Outcome::Not(PushResult::Changed) => {
                    match self.earlier_build(&found.row, &found.head).await {
                        Some(id) => (PushResult::Known, Some(id)),
                        None => (PushResult::Changed, None),
                    }
                }
                Outcome::Not(result) => (result, None),
            };
            results.push((found.row, Some(found.head), result, build_id));
        }
        for (row, head, result, build_id) in results {
            let build_id = match (&result, &head, build_id) {
                (PushResult::Known, Some(head), None) => self.earlier_build(&row, head).await,
                (_, _, build_id) => build_id,
            };
            put(&mut delivery.refs, &row, head, (result, build_id));
        }
        set_unknown(&mut delivery.refs, PushResult::Changed, |_| true);
        if has_new {
            self.poll_now.notify_one();
        }
        Ok(delivery)
    }

    /// Returns the source of a repository and those of its rows that are to be looked at; `None` if there are none.
    async fn target(&self, id: i64, refs: &[PushedRef]) -> Result<Option<Target>, String> {
        let git = self.git.clone();
        let read = self.store.read(move |connection| {
            let Some(stored) = repositories::by_id(connection, id)? else {
                return Ok(None);
            };
            let source = Source::of(&stored, git.sources());
            let rows = repositories::active_of(connection, id)?;
            Ok(source.map(|source| Target { source, rows }))
        });
        let target = read.await.map_err(|error| error.to_string())?;
        Ok(target.and_then(|mut target| {
            let is_pushed = |row: &ActiveTagConfig| {
                refs.iter()
                    .any(|pushed| !pushed.is_removed && is_of(pushed, row))
            };
            target.rows.retain(is_pushed);
            (!target.rows.is_empty()).then_some(target)
        }))
    }

    /// Reads the heads of rows, and again while the source does not have what was pushed.
    async fn read(
        &self,
        target: &Target,
        refs: &[PushedRef],
    ) -> Result<Vec<Option<String>>, String> {
        let mut tries = 0;
        loop {
            let heads = self.heads.read(&target.source, &target.rows).await;
            let is_behind = match &heads {
                Ok(heads) => target.rows.iter().zip(heads).any(|(row, head)| {
                    let pushed = refs.iter().find(|pushed| is_of(pushed, row));
                    let told = pushed.and_then(|pushed| pushed.commit.as_ref());
                    let is_old = head.is_none() || *head == row.head;
                    told.is_some() && told != head.as_ref() && is_old
                }),
                Err(_) => false,
            };
            if !is_behind || tries >= MAX_RETRIES {
                return heads;
            }
            tries += 1;
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
    }

    /// Returns the build of a commit that was found before it was delivered.
    async fn earlier_build(&self, row: &ActiveTagConfig, head: &str) -> Option<String> {
        let (row, head) = (row.clone(), head.to_owned());
        let found = self.store.read(move |connection| {
            let config = &row.tag_config;
            let name = (&config.code_repo_type, config.code_repo_type_value.as_str());
            let tag = &config.docker_repo_tag;
            deliveries::build_of(connection, row.repository_id, name, tag, &head)
        });
        found.await.ok().flatten()
    }
}

/// Sets the results of some refs that are not known yet.
fn set_unknown(refs: &mut [PushedRef], result: PushResult, of: impl Fn(&PushedRef) -> bool) {
    let results = refs.iter_mut().filter(|pushed| of(pushed));
    for row in results.flat_map(|pushed| &mut pushed.results) {
        if row.result == PushResult::default() {
            row.result = result.clone();
        }
    }
}

fn is_of(pushed: &PushedRef, row: &ActiveTagConfig) -> bool {
    pushed.code_repo_type == row.tag_config.code_repo_type
        && pushed.code_repo_type_value == row.tag_config.code_repo_type_value
}

/// Puts what came of a push for a row in its place.
fn put(
    refs: &mut [PushedRef],
    row: &ActiveTagConfig,
    head: Option<String>,
    (result, build_id): (PushResult, Option<String>),
) {
    let Some(pushed) = refs.iter_mut().find(|pushed| is_of(pushed, row)) else {
        return;
    };
    // Of an annotated tag, a host tells the id of the tag.
    if head.is_some() {
        pushed.commit = head;
    }
    let tag = &row.tag_config.docker_repo_tag;
    let found = pushed
        .results
        .iter_mut()
        .find(|result| result.docker_repo_tag == *tag);
    match found {
        Some(found) => (found.result, found.build_id) = (result, build_id),
        None => pushed.results.push(TagResult {
            docker_repo_tag: tag.clone(),
            result,
            build_id,
        }),
    }
}
