//! The API's reachability, seen from the results of all calls.

use crate::client::error::Error;
use leptos::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// True while the last answer is one that `src/offline.js` had kept: the API itself could not be reached.
static IS_KEPT: AtomicBool = AtomicBool::new(false);

/// Becomes false when a call ends without an answer of the API, and true with the next answer. Copies share it.
#[derive(Clone, Copy, Default)]
pub struct Reachability(Option<RwSignal<bool>>);

/// A reachability does not count when two clients are compared.
impl PartialEq for Reachability {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Reachability {
    /// A reachability that can be read. The default one forgets what it observes.
    pub fn observed() -> Self {
        Self(Some(RwSignal::new(true)))
    }

    /// Returns false after a call without an answer of the API. Tracked.
    pub fn is_reachable(self) -> bool {
        self.0.is_none_or(|signal| signal.get())
    }

    /// Forgets the failures so far: the network is back, and the next call will tell.
    pub fn reset(self) {
        note_answer(false);
        self.observe(&Ok(()));
    }

    /// Records the result of a call, after its retries. An error of the API is an answer too, a kept answer is none.
    pub(crate) fn observe<T>(self, result: &Result<T, Error>) {
        let answered =
            !is_kept() && !matches!(result, Err(Error::Unreachable | Error::TimedOut { .. }));
        if let Some(signal) = self.0
            && signal
                .try_get_untracked()
                .is_some_and(|before| before != answered)
        {
            signal.set(answered);
        }
    }
}

/// Records that a call is answered, by the API or with what was kept.
pub(crate) fn note_answer(kept: bool) {
    IS_KEPT.store(kept, Ordering::Relaxed);
}

/// Returns true if the last answer was a kept one.
pub(crate) fn is_kept() -> bool {
    IS_KEPT.load(Ordering::Relaxed)
}
