//! Continuous builds. The sources of active tag configs are polled for their head commits, and a new
//! one starts a build.

use crate::builds::new_heads::{Found, NewHeads, Outcome};
use crate::builds::poll_schedule::{PollSchedule, Scheduled};
use crate::builds::source::Source;
use crate::sources::git::Git;
use crate::store::Store;
use crate::store::deliveries::{self, SkipMarks};
use crate::store::repositories::{self, ActiveTagConfig};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use rusqlite::Connection;
use slipway_api::{Delivery, DeliveryState, PushResult, PushVia, PushedRef, TagResult, Timestamp};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The time until the tag configs are read again after the database failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Polls the sources of all active tag configs.
pub(crate) struct SourcePoller {
    /// Holds the tag configs, their last seen heads and the builds.
    pub(crate) store: Store,
    /// Knows the clone URLs of the sources.
    pub(crate) git: Arc<Git>,
    /// Reads the heads of the sources, and starts the builds.
    pub(crate) heads: Arc<NewHeads>,
    /// The time between two polls of a source on another host.
    pub(crate) interval: Duration,
    /// Tells that tag configs have changed.
    pub(crate) poll_now: Arc<Notify>,
}

/// The result of a poll.
struct Polled {
    source: Source,
    succeeded: bool,
    /// True if a head was recorded, so that the tag configs have to be read again.
    changed: bool,
}

impl SourcePoller {
    /// Polls until the task is dropped.
    pub(crate) async fn run(self) {
        let mut schedule = PollSchedule::new(self.interval);
        let mut active = HashMap::new();
        let mut polls = FuturesUnordered::new();
        let mut is_first_read = true;
        let mut read_at = Some(Instant::now());
        loop {
            if read_at.is_some_and(|at| at <= Instant::now()) {
                read_at = match self.read_sources(&mut schedule, is_first_read).await {
                    Ok(sources) => {
                        active = sources;
                        None
                    }
                    Err(error) => {
                        tracing::error!("the active tag configs could not be read: {error}");
                        Some(Instant::now() + RETRY_INTERVAL)
                    }
                };
                is_first_read = false;
            }
            let now = Instant::now();
            for source in schedule.take_due(now) {
                let rows = active.get(&source).cloned().unwrap_or_default();
                polls.push(self.poll(source, rows));
            }
            let wake_at = schedule.next_due(now).into_iter().chain(read_at).min();
            tokio::select! {
                () = self.poll_now.notified() => {
                    is_first_read = true;
                    read_at = Some(Instant::now());
                }
                Some(polled) = polls.next() => {
                    let chance = f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 255.0;
                    schedule.record(&polled.source, Instant::now(), polled.succeeded, chance);
                    if polled.changed {
                        read_at = Some(Instant::now());
                    }
                }
                () = sleep_until(wake_at.unwrap_or_else(Instant::now)), if wake_at.is_some() => {}
            }
        }
    }

    /// Reads the active tag configs, by source, into the schedule. With `first_at_once`, sources of tag
    /// configs without a head are due at once.
    async fn read_sources(
        &self,
        schedule: &mut PollSchedule<Source>,
        first_at_once: bool,
    ) -> rusqlite::Result<HashMap<Source, Vec<ActiveTagConfig>>> {
        let git = self.git.clone();
        let (sources, is_told): (BTreeMap<Source, Vec<ActiveTagConfig>>, HashMap<i64, bool>) = self
            .store
            .run(move |connection| {
                let mut sources: BTreeMap<Source, Vec<_>> = BTreeMap::new();
                let mut is_told = HashMap::new();
                let mut stored = None;
                for row in repositories::active(connection)? {
                    let id = row.repository_id;
                    if stored.as_ref().is_none_or(|(of, _)| *of != id) {
                        stored = Some((id, repositories::by_id(connection, id)?));
                        is_told.insert(id, deliveries::is_delivering(connection, id)?);
                    }
                    let Some((_, Some(repository))) = &stored else {
                        continue;
                    };
                    let Some(source) = Source::of(repository, git.sources()) else {
                        continue;
                    };
                    sources.entry(source).or_default().push(row);
                }
                Ok((sources, is_told))
            })
            .await?;
        let is_told = |row: &ActiveTagConfig| is_told.get(&row.repository_id) == Some(&true);
        let scheduled = sources.iter().map(|(source, rows)| Scheduled {
            key: source.clone(),
            host: source.host(),
            waits: first_at_once && rows.iter().any(|row| row.head.is_none()),
            is_told: rows.iter().all(is_told),
        });
        schedule.replace(Instant::now(), scheduled.collect());
        Ok(sources.into_iter().collect())
    }

    async fn poll(&self, source: Source, rows: Vec<ActiveTagConfig>) -> Polled {
        let ids: Vec<i64> = rows.iter().map(|row| row.repository_id).collect();
        let result = self.poll_source(&source, rows).await;
        if let Err(error) = &result {
            tracing::warn!("the source of repository {ids:?} could not be polled: {error}");
        }
        Polled {
            source,
            succeeded: result.is_ok(),
            changed: result.unwrap_or_default(),
        }
    }

    /// Reads the heads of one source, records those that are new, and starts the builds of their tag
    /// configs. Returns true if there is a new head.
    async fn poll_source(
        &self,
        source: &Source,
        rows: Vec<ActiveTagConfig>,
    ) -> Result<bool, String> {
        let heads = self.heads.read(source, &rows).await?;
        let new: Vec<Found> = rows
            .into_iter()
            .zip(heads)
            .filter_map(|(row, head)| {
                let head = head.filter(|head| row.head.as_ref() != Some(head))?;
                Some(Found { row, head })
            })
            .collect();
        if new.is_empty() {
            return Ok(false);
        }
        let outcomes = self.heads.build(source, new, false, note_found).await?;
        // What has changed meanwhile, or was found by a webhook, has to be read again.
        Ok(outcomes
            .iter()
            .any(|(_, outcome)| *outcome != Outcome::Not(PushResult::QueueFull)))
    }
}

/// Notes at each repository what a poll has found, as if it were delivered. Its webhook, if it had one, did not tell.
fn note_found(connection: &Connection, outcomes: &[(Found, Outcome)]) -> rusqlite::Result<()> {
    let mut of_repository: BTreeMap<i64, Vec<PushedRef>> = BTreeMap::new();
    for (found, outcome) in outcomes {
        let (result, build_id) = match outcome {
            Outcome::First => continue,
            Outcome::Started(id) => (PushResult::Started, Some(id.clone())),
            Outcome::Not(PushResult::QueueFull | PushResult::Changed) => continue,
            Outcome::Not(result) => (result.clone(), None),
        };
        let row = &found.row.tag_config;
        let refs = of_repository.entry(found.row.repository_id).or_default();
        let result = TagResult {
            docker_repo_tag: row.docker_repo_tag.clone(),
            result,
            build_id,
        };
        let same = refs.iter_mut().find(|pushed| {
            pushed.code_repo_type == row.code_repo_type
                && pushed.code_repo_type_value == row.code_repo_type_value
        });
        match same {
            Some(pushed) => pushed.results.push(result),
            None => refs.push(PushedRef {
                code_repo_type: row.code_repo_type.clone(),
                code_repo_type_value: row.code_repo_type_value.clone(),
                commit: Some(found.head.clone()),
                is_removed: false,
                results: vec![result],
            }),
        }
    }
    for (id, refs) in of_repository {
        let delivery = Delivery {
            received_at: Some(Timestamp::from(chrono::Utc::now())),
            via: PushVia::Poll,
            state: DeliveryState::Done,
            refs,
            ..Delivery::default()
        };
        deliveries::add(connection, id, &delivery, &SkipMarks::new())?;
        deliveries::set_delivering(connection, id, false)?;
    }
    Ok(())
}
