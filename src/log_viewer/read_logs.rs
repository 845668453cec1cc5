//! Reads whole logs of several builds, and keeps them while the console is open: for the comparison of two builds, for
//! the search through the logs of a repository, and for its statistics.
//!
//! A log that was read stays in memory up to [`limit_bytes`], the one used last the longest. What is small about a log,
//! its [`LogFacts`], stays after the log itself is dropped. Both belong to one API and one token.
//!
//! | file | behavior |
//! | --- | --- |
//! | `shelf` | what is kept within the limit, and what is dropped first. Pure |
//! | `facts` | what stays of a log: its failure, its steps and their times. Pure |
//! | `receiving` | one log from its first byte to its last, with retries |
//! | `plan`, `batch` | many logs, four at a time, in order, with stop, resume and retry |
//! | `batch_view` | how far that is |
//!
//! It belongs to the log viewer's floor, not to `state/`: it needs `crates/log`, which must stay out of the first view,
//! and only pages that are loaded on demand may use this floor.

pub(crate) mod batch;
pub(crate) mod batch_view;
pub(crate) mod facts;
mod plan;
mod receiving;
mod shelf;

use crate::api::Build;
use crate::client::{Client, Error};
use crate::log::{Explainer, Explanation, Log};
use crate::log_viewer::read_logs::facts::{FactsStore, LogFacts, outcome_of};
use crate::log_viewer::read_logs::receiving::receive_log;
use crate::log_viewer::read_logs::shelf::Shelf;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::page;
use crate::state::connection::{Connection, use_connection};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared, WeakShared};
use leptos::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The most bytes of text to keep on a computer. A page of the browser can have 4 GB; the viewer's own log may be large
/// too, and four more are read at a time.
const MAX_BYTES: usize = 256_000_000;

/// The most bytes of text to keep on a phone, where the browser ends pages that take much more.
const MAX_BYTES_SMALL: usize = 64_000_000;

/// A device with less memory than this is small.
const SMALL_GIGABYTES: f64 = 4.0;

/// The bytes that a line takes besides its text: where it begins, its time and its flags.
const BYTES_PER_LINE: usize = 10;

/// The bytes of text that are explained between two checks of the clock.
const EXPLAIN_BYTES: usize = 512 << 10;

/// A read of a log, which all who want this log wait for. It is aborted when the last of them is dropped.
type Reading = LocalBoxFuture<'static, Result<Rc<Log>, Error>>;

/// Everything that was read from one API with one token.
struct Kept {
    client: Option<Client>,
    shelf: Shelf<Rc<Log>>,
    facts: FactsStore,
    reading: HashMap<String, WeakShared<Reading>>,
}

thread_local! {
    static KEPT: RefCell<Kept> = RefCell::new(Kept {
        client: None,
        shelf: Shelf::new(limit_bytes()),
        facts: FactsStore::default(),
        reading: HashMap::new(),
    });
    /// Counts the changes of what is kept.
    static VERSION: ArcRwSignal<u32> = ArcRwSignal::new(0);
}

/// The number of bytes that the logs of this session may take in memory.
pub(crate) fn limit_bytes() -> usize {
    match page::memory_gigabytes() {
        Some(gigabytes) if gigabytes >= SMALL_GIGABYTES => MAX_BYTES,
        Some(_) => MAX_BYTES_SMALL,
        None if page::is_touch_only() => MAX_BYTES_SMALL,
        None => MAX_BYTES,
    }
}

/// The number of logs that are kept, and their size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct KeptSize {
    pub(crate) logs: usize,
    pub(crate) bytes: usize,
}

/// The logs of this session. Copies share them.
#[derive(Clone, Copy)]
pub(crate) struct ReadLogs {
    connection: Connection,
}

/// The logs of this session. Call it while a component is being built.
pub(crate) fn use_read_logs() -> ReadLogs {
    ReadLogs {
        connection: use_connection(),
    }
}

impl ReadLogs {
    /// Works with what is kept for this API and token; what another one has said is dropped first.
    fn with_kept<T>(self, work: impl FnOnce(&mut Kept) -> T) -> T {
        let client = untrack(move || self.connection.client());
        KEPT.with_borrow_mut(|kept| {
            if kept.client != client {
                *kept = Kept {
                    client,
                    shelf: Shelf::new(limit_bytes()),
                    facts: FactsStore::default(),
                    reading: HashMap::new(),
                };
            }
            work(kept)
        })
    }

    /// Reads the whole log of a build, unless it is kept. Several reads of one log are one. A read that fails is
    /// retried with backoff, and waits while the page is hidden. Dropping the future aborts it. The log of a build that
    /// is not finished is as long as it is now, and is not kept.
    ///
    /// # Errors
    /// Any [`Error`], after the retries.
    pub(crate) async fn read(self, build: &Build) -> Result<Rc<Log>, Error> {
        self.reading(build).await
    }

    fn reading(self, build: &Build) -> Shared<Reading> {
        self.with_kept(|kept| {
            let id = &build.build_id;
            if let Some(log) = kept.shelf.get(id) {
                let log = log.clone();
                let kept: Reading = Box::pin(async move { Ok(log) });
                return kept.shared();
            }
            if let Some(reading) = kept.reading.get(id).and_then(WeakShared::upgrade) {
                return reading;
            }
            let read: Reading = Box::pin(self.read_anew(kept.client.clone(), build.clone()));
            let read = read.shared();
            kept.reading
                .retain(|_, reading| reading.upgrade().is_some());
            kept.reading
                .extend(read.downgrade().map(|weak| (id.clone(), weak)));
            read
        })
    }

    async fn read_anew(self, client: Option<Client>, build: Build) -> Result<Rc<Log>, Error> {
        // The address is not known yet.
        let client = client.ok_or(Error::CUT_OFF)?;
        let mut log = receive_log(&client, &build.build_id).await?;
        let outcome = outcome_of(&build);
        log.set_outcome(outcome);
        let mut explainer = Explainer::new(outcome);
        let mut slice = TimeSlice::background();
        while !explainer.advance(&log, EXPLAIN_BYTES) {
            slice.next().await;
        }
        let log = Rc::new(log);
        // Another API or user may be asked by now.
        if untrack(move || self.connection.client()) == Some(client) {
            self.record(&build, &log, &explainer.explanation(&log));
            if build.is_finished() {
                self.keep(&build, &log);
            }
        }
        Ok(log)
    }

    fn keep(self, build: &Build, log: &Rc<Log>) {
        let bytes = log.text_bytes() + log.len() * BYTES_PER_LINE;
        self.with_kept(|kept| kept.shelf.put(&build.build_id, log.clone(), bytes));
        VERSION.with(|version| version.update(|version| *version += 1));
    }

    /// Remembers what is small about a log that is known as a whole.
    pub(crate) fn record(self, build: &Build, log: &Log, explanation: &Explanation) {
        if !build.is_finished() {
            return;
        }
        self.with_kept(|kept| kept.facts.add(build, log, explanation));
        VERSION.with(|version| version.update(|version| *version += 1));
    }

    /// The facts about a build's log, if it was read since the console was opened. Tracked.
    pub(crate) fn facts(self, build_id: &str) -> Option<Arc<LogFacts>> {
        VERSION.with(ArcRwSignal::track);
        self.with_kept(|kept| kept.facts.get(build_id))
    }

    /// The facts about the logs of an image's builds, such as `team/app:latest`. Tracked.
    pub(crate) fn facts_of_image(self, image: &str) -> Vec<Arc<LogFacts>> {
        VERSION.with(ArcRwSignal::track);
        self.with_kept(|kept| kept.facts.of_image(image))
    }

    /// The number of logs that are kept, and their size. Tracked.
    pub(crate) fn kept(self) -> KeptSize {
        VERSION.with(ArcRwSignal::track);
        self.with_kept(|kept| KeptSize {
            logs: kept.shelf.len(),
            bytes: kept.shelf.bytes(),
        })
    }
}
