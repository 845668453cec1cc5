//! Continuous builds. The sources of active tag configs are polled for their head commits, and a new
//! one starts a build.

use crate::builds::planning::{
    BuildRequest, NotCreated, create_build, has_room, repository_source,
};
use crate::builds::poll_schedule::{Host, PollSchedule};
use crate::builds::queue::Queue;
use crate::rules;
use crate::sources::git::{Git, RefName};
use crate::store::repositories::{self, ActiveTagConfig, StoredRepository};
use crate::store::{Store, cancellation};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// The time until the tag configs are read again after the database failed.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// A source of tag configs: one read answers for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Source {
    /// The clone URLs, in the order in which to try them.
    clone_urls: Vec<String>,
    /// The file name of the deploy key, if a URL has a use for one.
    deploy_key: Option<String>,
}

impl Source {
    /// Returns the source of a repository. A key that no URL uses is left out, so that repositories with the same source
    /// and keys of their own are answered by one read.
    fn new(clone_urls: Vec<String>, deploy_key: Option<String>) -> Self {
        let uses_key = |url: &String| {
            let scheme = url.split_once("://").map(|(scheme, _)| scheme);
            rules::local_path(url).is_none() && !matches!(scheme, Some("http" | "https" | "git"))
        };
        Self {
            deploy_key: deploy_key.filter(|_| clone_urls.iter().any(uses_key)),
            clone_urls,
        }
    }

    /// The host that is asked first.
    fn host(&self) -> Host {
        let url = self.clone_urls.first().map_or("", String::as_str);
        if rules::local_path(url).is_some() {
            return Host::Local;
        }
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        Host::Remote(name.to_ascii_lowercase())
    }
}

/// Polls the sources of all active tag configs.
pub(crate) struct SourcePoller {
    /// Holds the tag configs, their last seen heads and the builds.
    pub(crate) store: Store,
    /// Reads the heads of the sources.
    pub(crate) git: Arc<Git>,
    /// Runs the builds that are started.
    pub(crate) queue: Arc<Queue>,
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
        let sources: BTreeMap<Source, Vec<ActiveTagConfig>> = self
            .store
            .run(move |connection| {
                let mut sources: BTreeMap<Source, Vec<_>> = BTreeMap::new();
                let mut stored = None;
                for row in repositories::active(connection)? {
                    let id = row.repository_id;
                    if stored.as_ref().is_none_or(|(of, _)| *of != id) {
                        stored = Some((id, repositories::by_id(connection, id)?));
                    }
                    let Some((_, Some(repository))) = &stored else {
                        continue;
                    };
                    let Some(source) = repository_source(repository) else {
                        continue;
                    };
                    let clone_urls = git.sources().clone_urls(&source);
                    let source = Source::new(clone_urls, repository.deploy_key.clone());
                    sources.entry(source).or_default().push(row);
                }
                Ok(sources)
            })
            .await?;
        let scheduled = sources.iter().map(|(source, rows)| {
            let waits = first_at_once && rows.iter().any(|row| row.head.is_none());
            (source.clone(), source.host(), waits)
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
        let refs: Vec<RefName> = rows
            .iter()
            .map(|row| RefName {
                kind: &row.tag_config.code_repo_type,
                value: &row.tag_config.code_repo_type_value,
            })
            .collect();
        let heads = self
            .git
            .heads(&source.clone_urls, source.deploy_key.as_deref(), &refs)
            .await?;
        let new: Vec<(ActiveTagConfig, String)> = rows
            .into_iter()
            .zip(heads)
            .filter_map(|(row, head)| {
                let head = head.filter(|head| row.head.as_ref() != Some(head))?;
                Some((row, head))
            })
            .collect();
        if new.is_empty() {
            return Ok(false);
        }
        let git = self.git.clone();
        let waiting_limit = self.queue.waiting_limit();
        let (started, recorded, cancelled) = self
            .store
            .run(move |connection| {
                let transaction = connection.transaction()?;
                let (mut started, mut recorded) = (false, false);
                let mut cancelled = Vec::new();
                for (row, head) in &new {
                    let Some(stored) = repositories::by_id(&transaction, row.repository_id)? else {
                        continue;
                    };
                    let is_first = row.head.is_none();
                    let namespace = &stored.repository.namespace;
                    let replaced = cancellation::replaced(
                        &transaction,
                        namespace,
                        stored.id,
                        &row.tag_config,
                    )?;
                    let has_room = is_first
                        || !replaced.is_empty()
                        || has_room(&transaction, &stored, waiting_limit)?;
                    // A head that the queue has no room for stays new, for a later poll.
                    if !has_room || !repositories::record_head(&transaction, row, head)? {
                        continue;
                    }
                    recorded = true;
                    if !is_first {
                        cancelled.extend(cancellation::cancel_replaced(&transaction, replaced)?);
                        started |= start_build(&transaction, &git, row, &stored, waiting_limit)?;
                    }
                }
                transaction.commit()?;
                Ok((started, recorded, cancelled))
            })
            .await
            .map_err(|error| error.to_string())?;
        for build in &cancelled {
            self.queue.metrics().count_build(build, true);
        }
        if started {
            self.queue.wake();
        }
        Ok(recorded)
    }
}

/// Adds a build of a tag config's new head. Returns false if it can't be built.
fn start_build(
    connection: &rusqlite::Connection,
    git: &Git,
    row: &ActiveTagConfig,
    stored: &StoredRepository,
    waiting_limit: u64,
) -> rusqlite::Result<bool> {
    let request = BuildRequest {
        stored,
        tag_config: &row.tag_config,
        commit: None,
        created_by: &stored.repository.created_by,
        auto_created: true,
        waiting_limit,
    };
    let created = create_build(connection, git.sources(), &request)?;
    if created.as_ref().err() == Some(&NotCreated::VersionTag) {
        tracing::warn!(
            "a new commit is not built as {}:{}. {}",
            stored.repository.repo_path,
            row.tag_config.docker_repo_tag,
            rules::IS_VERSION_TAG
        );
    }
    Ok(created.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_asked_once_for_all_keys_that_it_does_not_use() {
        let source = |url: &str, key: &str| Source::new(vec![url.to_owned()], Some(key.to_owned()));
        for url in ["https://git.example/a", "git://git.example/a", "/srv/a"] {
            assert_eq!(source(url, "one"), source(url, "two"), "{url}");
        }
        for url in ["ssh://git@git.example/a", "git@git.example:a"] {
            assert_ne!(source(url, "one"), source(url, "two"), "{url}");
        }
    }

    #[test]
    fn the_host_of_a_source_is_that_of_its_first_url() {
        for (url, expected) in [
            ("/srv/git/app", Host::Local),
            ("file:///srv/git/app", Host::Local),
            (
                "https://Git.example:8443/a/b.git",
                Host::Remote("git.example".to_owned()),
            ),
            (
                "ssh://git@git.example:22/a",
                Host::Remote("git.example".to_owned()),
            ),
            (
                "git@git.example:a/b.git",
                Host::Remote("git.example".to_owned()),
            ),
        ] {
            let source = Source {
                clone_urls: vec![url.to_owned()],
                deploy_key: None,
            };
            assert_eq!(source.host(), expected, "{url}");
        }
    }
}
