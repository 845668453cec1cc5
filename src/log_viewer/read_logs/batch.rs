//! Reads the logs of many builds, four at a time and in order. It can be stopped and resumed.

use crate::api::Build;
use crate::client::Error;
use crate::log::Log;
use crate::log_viewer::read_logs::plan::{Plan, PlanCounts};
use crate::log_viewer::read_logs::{ReadLogs, use_read_logs};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable, join};
use leptos::ev;
use leptos::prelude::*;
use std::rc::Rc;

/// Work on a log that was read, which ends before the next log is read.
pub(crate) type OnRead = Rc<dyn Fn(Build, Rc<Log>) -> LocalBoxFuture<'static, ()>>;

/// A read of many logs. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct LogBatch {
    logs: ReadLogs,
    plan: StoredValue<Plan>,
    on_read: StoredValue<OnRead, LocalStorage>,
    abort: StoredValue<Option<AbortHandle>>,
    /// The numbers of logs that are wanted, read and failed.
    pub(crate) counts: RwSignal<PlanCounts>,
    /// The builds whose logs could not be read, with the reason.
    pub(crate) failures: RwSignal<Vec<(Build, Error)>>,
    /// Why no log can be read: reading waits for the user or the network.
    pub(crate) error: RwSignal<Option<Error>>,
    /// True while logs are read.
    pub(crate) is_reading: RwSignal<bool>,
    /// True after the user stopped reading, until it goes on.
    pub(crate) is_stopped: RwSignal<bool>,
}

impl LogBatch {
    /// Wants no log at first. It stops when the component that is being built is removed.
    pub(crate) fn new(on_read: OnRead) -> Self {
        let batch = Self {
            logs: use_read_logs(),
            plan: StoredValue::new(Plan::default()),
            on_read: StoredValue::new_local(on_read),
            abort: StoredValue::new(None),
            counts: RwSignal::new(PlanCounts::default()),
            failures: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
            is_reading: RwSignal::new(false),
            is_stopped: RwSignal::new(false),
        };
        let online = window_event_listener(ev::online, move |_| {
            if batch.error.with_untracked(Option::is_some) {
                batch.resume();
            }
        });
        on_cleanup(move || {
            online.remove();
            batch.abort();
        });
        batch
    }

    /// Wants the logs of these builds, in this order, and no others. Reads those that were not read yet, unless the
    /// user has stopped it.
    pub(crate) fn want(self, builds: &[Build]) {
        self.plan.update_value(|plan| plan.want(builds));
        self.publish();
        let may_read =
            !self.is_stopped.get_untracked() && self.error.with_untracked(Option::is_none);
        if may_read && !self.is_reading.get_untracked() {
            self.start();
        }
    }

    /// Forgets what was read, for other work on the same logs.
    pub(crate) fn forget(self) {
        self.abort();
        self.plan.set_value(Plan::default());
        self.error.set(None);
        self.is_stopped.set(false);
        self.publish();
    }

    /// Stops reading until [`Self::resume`].
    pub(crate) fn stop(self) {
        self.is_stopped.set(true);
        self.abort();
    }

    /// Reads what was not read yet.
    pub(crate) fn resume(self) {
        self.error.set(None);
        self.is_stopped.set(false);
        self.start();
    }

    /// Reads the logs again that could not be read.
    pub(crate) fn retry(self) {
        self.plan.update_value(Plan::retry);
        self.publish();
        self.resume();
    }

    fn publish(self) {
        let now = self
            .plan
            .try_with_value(|plan| (plan.counts(), plan.failures()));
        let Some((counts, failures)) = now else {
            return;
        };
        if self.counts.get_untracked() != counts {
            self.counts.set(counts);
        }
        if self.failures.with_untracked(|before| *before != failures) {
            self.failures.set(failures);
        }
    }

    fn abort(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
        self.plan.try_update_value(Plan::stop);
        let _ = self.is_reading.try_set(false);
    }

    fn start(self) {
        self.abort();
        if self.counts.get_untracked().left() == 0 {
            return;
        }
        self.is_reading.set(true);
        let two = move || join(self.read_on(), self.read_on());
        let (run, handle) = abortable(join(two(), two()));
        self.abort.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // An error means that it was aborted, and then another read may have begun.
            if run.await.is_ok() {
                let _ = self.is_reading.try_set(false);
                // More may have been wanted in the last moment.
                let is_left = self.plan.try_with_value(|plan| plan.counts().left() > 0);
                if is_left == Some(true) && self.error.with_untracked(Option::is_none) {
                    self.start();
                }
            }
        });
    }

    /// Reads one log after the other until none is left.
    async fn read_on(self) {
        while self.error.try_with_untracked(Option::is_none) == Some(true) {
            let Some(Some(build)) = self.plan.try_update_value(Plan::next) else {
                return;
            };
            let read = self.logs.read(&build).await;
            self.add(build, read).await;
        }
    }

    async fn add(self, build: Build, read: Result<Rc<Log>, Error>) {
        let id = build.build_id.clone();
        let result = match read {
            Ok(log) => {
                let work = self.on_read.try_with_value(|on_read| on_read(build, log));
                if let Some(work) = work {
                    work.await;
                }
                Ok(())
            }
            // The next log could not be read either.
            Err(error) if concerns_all(&error) => {
                self.plan.try_update_value(|plan| plan.put_back(&id));
                let _ = self.error.try_set(Some(error));
                return;
            }
            Err(error) => Err(error),
        };
        self.plan.try_update_value(|plan| plan.finish(&id, result));
        self.publish();
    }
}

/// Returns true if the failure is not that of one log: no network, no valid token, or too many requests.
fn concerns_all(error: &Error) -> bool {
    matches!(error, Error::Unreachable { .. }) || matches!(error.status(), Some(401 | 429))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Refusal;

    #[test]
    fn a_missing_log_stops_nothing_and_a_missing_network_everything() {
        let refused = |status| {
            Error::Refused(Refusal {
                status,
                ..Refusal::default()
            })
        };
        assert!(concerns_all(&Error::CUT_OFF));
        assert!(concerns_all(&refused(401)) && concerns_all(&refused(429)));
        assert!(!concerns_all(&refused(404)) && !concerns_all(&refused(500)));
    }
}
