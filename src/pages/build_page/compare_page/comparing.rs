//! Reads the logs of two builds and compares them, in slices.

use crate::api::Build;
use crate::client::Error;
use crate::log::{Comparison, Log, StepState};
use crate::log_viewer::read_logs::{ReadLogs, use_read_logs};
use crate::log_viewer::yielding::TimeSlice;
use crate::query::Query;
use crate::reactive::{effect, memo};
use futures_util::future::try_join;
use leptos::prelude::*;
use std::rc::Rc;

/// The work between two checks of the clock, in bytes.
const CHUNK_BYTES: usize = 256 * 1024;

/// Two logs and their comparison.
pub(crate) struct Compared {
    /// The builds' ids, for links.
    pub(crate) old_id: String,
    pub(crate) new_id: String,
    pub(crate) old: Rc<Log>,
    pub(crate) new: Rc<Log>,
    pub(crate) comparison: Comparison,
}

impl Compared {
    /// The number of steps that the other build took from the cache, and this one ran.
    pub(crate) fn steps_cached_only_before(&self) -> usize {
        let is_cached = |log: &Log, step: Option<usize>| {
            let step = step.and_then(|step| log.steps().list().get(step));
            step.map(|step| step.state == StepState::Cached)
        };
        let steps = self.comparison.steps().iter();
        let cached = steps.filter(|pair| {
            is_cached(&self.old, pair.old) == Some(true)
                && is_cached(&self.new, pair.new) == Some(false)
        });
        cached.count()
    }
}

/// A comparison that begins anew when one of the builds is another one, or has finished. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Comparing {
    pub(crate) result: RwSignal<Option<Rc<Compared>>, LocalStorage>,
    /// The number of logs that are read, of two.
    pub(crate) read: RwSignal<usize>,
    /// Why a log could not be read.
    pub(crate) error: RwSignal<Option<Error>>,
    /// Counts the runs: an older one ends at its next step.
    run: StoredValue<u32>,
    attempt: RwSignal<u32>,
    read_logs: ReadLogs,
}

impl Comparing {
    /// Compares two builds as soon as both are known.
    pub(crate) fn new(old: Query<Build>, new: Query<Build>) -> Self {
        let comparing = Self {
            result: RwSignal::new_local(None),
            read: RwSignal::new(0),
            error: RwSignal::new(None),
            run: StoredValue::new(0),
            attempt: RwSignal::new(0),
            read_logs: use_read_logs(),
        };
        let state = |build: Query<Build>| {
            let build = build.data()?;
            Some((build.build_id.clone(), build.is_finished()))
        };
        let builds = memo(move || Some((state(old)?, state(new)?)));
        effect(move || {
            comparing.attempt.track();
            if builds.get().is_none() {
                return;
            }
            let builds = untrack(move || old.data().zip(new.data()));
            if let Some((old, new)) = builds {
                comparing.start((*old).clone(), (*new).clone());
            }
        });
        comparing
    }

    /// Begins again, after an error.
    pub(crate) fn retry(self) {
        self.attempt.update(|attempt| *attempt += 1);
    }

    fn start(self, old: Build, new: Build) {
        let run = self.run.get_value() + 1;
        self.run.set_value(run);
        self.result.set(None);
        self.read.set(0);
        self.error.set(None);
        leptos::task::spawn_local(async move {
            let compared = self.compare(run, old, new).await;
            if !self.is_current(run) {
                return;
            }
            match compared {
                Ok(compared) => {
                    self.result.try_set(compared.map(Rc::new));
                }
                Err(error) => {
                    self.error.try_set(Some(error));
                }
            }
        });
    }

    /// False also once the page is gone.
    fn is_current(self, run: u32) -> bool {
        self.run.try_get_value() == Some(run)
    }

    /// `None` if another comparison has begun.
    async fn compare(self, run: u32, old: Build, new: Build) -> Result<Option<Compared>, Error> {
        let read = |build: Build| async move {
            let log = self.read_logs.read(&build).await?;
            if self.is_current(run) {
                let _ = self.read.try_update(|read| *read += 1);
            }
            Ok((build.build_id, log))
        };
        let ((old_id, old), (new_id, new)) = try_join(read(old), read(new)).await?;
        let mut comparison = Comparison::new();
        let mut slice = TimeSlice::foreground();
        while !comparison.advance(&old, &new, CHUNK_BYTES) {
            slice.next().await;
            if !self.is_current(run) {
                return Ok(None);
            }
        }
        Ok(Some(Compared {
            old_id,
            new_id,
            old,
            new,
            comparison,
        }))
    }
}
