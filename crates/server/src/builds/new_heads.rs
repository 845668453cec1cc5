//! Builds the new heads of branches and tags, for the poller and for webhooks.

use crate::builds::planning::{BuildRequest, NotCreated, create_build, has_room};
use crate::builds::queue::Queue;
use crate::builds::source::Source;
use crate::hooks::skip_marks::has_skip_mark;
use crate::rules;
use crate::sources::git::{Git, RefName};
use crate::store::deliveries::SkipMarks;
use crate::store::repositories::{self, ActiveTagConfig, StoredRepository};
use crate::store::{Store, cancellation};
use rusqlite::Connection;
use slipway_api::{Build, PushResult};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// How many commits are remembered with what their messages say.
const MAX_REMEMBERED: usize = 500;

/// Builds new heads.
pub(crate) struct NewHeads {
    /// Holds the tag configs, their last seen heads and the builds.
    pub(crate) store: Store,
    /// Reads the sources.
    pub(crate) git: Arc<Git>,
    /// Runs the builds that are started.
    pub(crate) queue: Arc<Queue>,
    /// The folder for what is fetched of a source.
    pub(crate) work_folder: PathBuf,
    /// The commits whose messages were read.
    pub(crate) marks: Mutex<SkipMarks>,
}

/// A tag config with the head of its branch or tag.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// The tag config.
    pub(crate) row: ActiveTagConfig,
    /// The full id of the commit.
    pub(crate) head: String,
}

/// The outcome of a new head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is recorded as the first one, and not built.
    First,
    /// A build was started, with this id.
    Started(String),
    /// No build was started: why.
    Not(PushResult),
}

impl NewHeads {
    /// Reads the heads of the branches and tags of rows; `None` for each that the source does not have.
    ///
    /// # Errors
    ///
    /// A sentence about why the source can't be read.
    pub(crate) async fn read(
        &self,
        source: &Source,
        rows: &[ActiveTagConfig],
    ) -> Result<Vec<Option<String>>, String> {
        let refs: Vec<RefName> = rows.iter().map(ref_name).collect();
        self.git
            .heads(&source.clone_urls, source.deploy_key.as_deref(), &refs)
            .await
    }

    /// Records heads that are new, and starts their builds. A row whose first head this is gets one only with
    /// `builds_first`. `and_then` runs in the same transaction, with what came of each.
    ///
    /// # Errors
    ///
    /// A sentence about why it could not be stored.
    pub(crate) async fn build<F>(
        &self,
        source: &Source,
        found: Vec<Found>,
        builds_first: bool,
        and_then: F,
    ) -> Result<Vec<(Found, Outcome)>, String>
    where
        F: FnOnce(&Connection, &[(Found, Outcome)]) -> rusqlite::Result<()> + Send + 'static,
    {
        let mut skipped = Vec::new();
        for found in &found {
            let builds = builds_first || found.row.head.is_some();
            skipped.push(builds && self.is_to_skip(source, found).await);
        }
        let (git, waiting_limit) = (self.git.clone(), self.queue.waiting_limit());
        let (outcomes, cancelled) = self
            .store
            .run(move |connection| {
                let transaction = connection.transaction()?;
                let (mut outcomes, mut cancelled) = (Vec::new(), Vec::new());
                for (found, is_skipped) in found.into_iter().zip(skipped) {
                    let is_first = found.row.head.is_none() && !builds_first;
                    let taking = Taking {
                        git: &git,
                        waiting_limit,
                        is_first,
                        is_skipped,
                    };
                    let outcome = taking.take(&transaction, &found, &mut cancelled)?;
                    outcomes.push((found, outcome));
                }
                and_then(&transaction, &outcomes)?;
                transaction.commit()?;
                Ok((outcomes, cancelled))
            })
            .await
            .map_err(|error| error.to_string())?;
        for build in &cancelled {
            self.queue.metrics().count_build(build, true);
        }
        if outcomes
            .iter()
            .any(|(_, outcome)| matches!(outcome, Outcome::Started(_)))
        {
            self.queue.wake();
        }
        Ok(outcomes)
    }

    /// Remembers what a sender says about the messages of commits.
    pub(crate) fn remember(&self, marks: &SkipMarks) {
        let mut known = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() + marks.len() > MAX_REMEMBERED {
            known.clear();
        }
        known.extend(marks.iter().map(|(commit, mark)| (commit.clone(), *mark)));
    }

    fn known_mark(&self, commit: &str) -> Option<bool> {
        let known = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(commit).copied()
    }

    /// Returns true if the message of a head says that it is not to be built. One that can't be read says nothing.
    async fn is_to_skip(&self, source: &Source, found: &Found) -> bool {
        if let Some(known) = self.known_mark(&found.head) {
            return known;
        }
        let name = ref_name(&found.row);
        let (urls, key) = (&source.clone_urls, source.deploy_key.as_deref());
        let read = self
            .git
            .commit_message(urls, key, name, &self.work_folder)
            .await;
        match read {
            Ok(read) => {
                let mark = has_skip_mark(&read.message);
                self.remember(&BTreeMap::from([(read.commit, mark)]));
                mark
            }
            Err(reason) => {
                let head = &found.head;
                tracing::warn!(
                    "the message of commit {head} could not be read, so it is built: {reason}"
                );
                false
            }
        }
    }
}

fn ref_name(row: &ActiveTagConfig) -> RefName<'_> {
    RefName {
        kind: &row.tag_config.code_repo_type,
        value: &row.tag_config.code_repo_type_value,
    }
}

/// How a new head is taken.
struct Taking<'a> {
    git: &'a Git,
    waiting_limit: u64,
    /// True if it is recorded without a build.
    is_first: bool,
    /// True if its message says that it is not to be built.
    is_skipped: bool,
}

impl Taking<'_> {
    /// Takes a new head. The waiting builds that it replaces are added to `cancelled`.
    fn take(
        &self,
        connection: &Connection,
        found: &Found,
        cancelled: &mut Vec<Build>,
    ) -> rusqlite::Result<Outcome> {
        let Some(stored) = repositories::by_id(connection, found.row.repository_id)? else {
            return Ok(Outcome::Not(PushResult::Changed));
        };
        let builds = !self.is_first && !self.is_skipped;
        let (namespace, row) = (&stored.repository.namespace, &found.row.tag_config);
        let replaced = match builds {
            true => cancellation::replaced(connection, namespace, stored.id, row)?,
            false => Vec::new(),
        };
        // A head that the queue has no room for stays new, for a later poll.
        if builds && replaced.is_empty() && !has_room(connection, &stored, self.waiting_limit)? {
            return Ok(Outcome::Not(PushResult::QueueFull));
        }
        if !repositories::record_head(connection, &found.row, &found.head)? {
            return Ok(Outcome::Not(PushResult::Changed));
        }
        if self.is_first {
            return Ok(Outcome::First);
        }
        if self.is_skipped {
            tracing::info!(
                "commit {} of {} is not built: its message says so",
                found.head,
                stored.repository.repo_path
            );
            return Ok(Outcome::Not(PushResult::Skipped));
        }
        cancelled.extend(cancellation::cancel_replaced(connection, replaced)?);
        self.start_build(connection, found, &stored)
    }

    /// Adds a build of a tag config's new head: of this very commit, since one that is not to be built may follow while
    /// the build waits.
    fn start_build(
        &self,
        connection: &Connection,
        found: &Found,
        stored: &StoredRepository,
    ) -> rusqlite::Result<Outcome> {
        let row = &found.row;
        let request = BuildRequest {
            stored,
            tag_config: &row.tag_config,
            commit: Some(&found.head),
            created_by: &stored.repository.created_by,
            auto_created: true,
            waiting_limit: self.waiting_limit,
        };
        let created = create_build(connection, self.git.sources(), &request)?;
        Ok(match created {
            Ok(planned) => Outcome::Started(planned.build.build_id),
            Err(NotCreated::VersionTag) => {
                tracing::warn!(
                    "a new commit is not built as {}:{}. {}",
                    stored.repository.repo_path,
                    row.tag_config.docker_repo_tag,
                    rules::IS_VERSION_TAG
                );
                Outcome::Not(PushResult::VersionTag)
            }
            Err(NotCreated::QueueFull) => Outcome::Not(PushResult::QueueFull),
            Err(NotCreated::NoConfig) => Outcome::Not(PushResult::Changed),
        })
    }
}
