//! The API's reachability, seen from the results of all calls.

use crate::client::error::Error;
use leptos::prelude::*;
use std::sync::atomic::{AtomicI64, Ordering};

/// When `src/offline.js` kept the last answer, Unix milliseconds; 0 if the API itself has given it.
static KEPT_AT: AtomicI64 = AtomicI64::new(0);

/// When the API itself last gave an answer that the console has, by this machine's clock; 0 before the first.
static HEARD_AT: AtomicI64 = AtomicI64::new(0);

/// The contact with the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Contact {
    /// It answers.
    #[default]
    Good,
    /// It does not answer.
    Lost {
        /// When it last did, Unix milliseconds by this machine's clock; `None` if that is not known.
        heard_at: Option<i64>,
    },
}

/// The number that stands for [`Contact::Good`]. A signal of numbers is there anyhow, and has no code of its own.
const GOOD: i64 = i64::MAX;

/// Becomes [`Contact::Lost`] when a call ends without an answer of the API, and good with the next answer. Copies share
/// it. Holds when the API last answered, 0 if that is not known, or [`GOOD`].
#[derive(Clone, Copy, Default)]
pub struct Reachability(Option<RwSignal<i64>>);

/// A reachability does not count when two clients are compared.
impl PartialEq for Reachability {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Reachability {
    /// A reachability that can be read. The default one forgets what it observes.
    pub fn observed() -> Self {
        Self(Some(RwSignal::new(GOOD)))
    }

    /// The contact at the last call. Tracked.
    pub fn contact(self) -> Contact {
        match self.0.map_or(GOOD, |signal| signal.get()) {
            GOOD => Contact::Good,
            heard_at => Contact::Lost {
                heard_at: (heard_at > 0).then_some(heard_at),
            },
        }
    }

    /// Forgets the failures so far: the network is back, and the next call will tell.
    pub fn reset(self) {
        self.set(GOOD);
    }

    /// Forgets when the API answered: from now on, another one is asked.
    pub(crate) fn forget(self) {
        HEARD_AT.store(0, Ordering::Relaxed);
        self.reset();
    }

    /// Records the result of a call, after its retries. An error of the API is an answer too, a kept answer is none.
    pub(crate) fn observe<T>(self, result: &Result<T, Error>) {
        let is_lost = is_kept()
            || matches!(
                result,
                Err(Error::Unreachable { .. } | Error::TimedOut { .. })
            );
        self.set(match is_lost {
            true => HEARD_AT.load(Ordering::Relaxed),
            false => GOOD,
        });
    }

    /// Records that a call is answered `now`: by the API, or with what was kept at a time. Both are Unix milliseconds.
    pub(crate) fn note_answer(self, kept_at: Option<i64>, now: i64) {
        // Others than the API are not observed.
        if self.0.is_some() {
            KEPT_AT.store(kept_at.unwrap_or(0), Ordering::Relaxed);
            HEARD_AT.fetch_max(kept_at.unwrap_or(now), Ordering::Relaxed);
        }
    }

    fn set(self, contact: i64) {
        if let Some(signal) = self.0
            && signal
                .try_get_untracked()
                .is_some_and(|before| before != contact)
        {
            signal.set(contact);
        }
    }
}

/// Returns true if the last answer was a kept one.
pub(crate) fn is_kept() -> bool {
    kept_at().is_some()
}

/// When the last answer was kept, Unix milliseconds; `None` if the API itself has given it.
pub(crate) fn kept_at() -> Option<i64> {
    let kept_at = KEPT_AT.load(Ordering::Relaxed);
    (kept_at > 0).then_some(kept_at)
}
