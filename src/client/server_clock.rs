//! The API's clock, read from the `Date` of its answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// What a clock may be off before that is taken for a fact, in milliseconds: `Date` has whole seconds,
/// and an answer takes its time.
pub(crate) const TOLERANCE_MILLIS: i64 = 2_000;

/// How far the API's clock is ahead of this machine's, by the `Date` of its answers. A copy is the same
/// clock.
#[derive(Clone, Default)]
pub struct ServerClock(Arc<AtomicI64>);

/// Two clients are the same wherever their clocks are kept.
impl PartialEq for ServerClock {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ServerClock {
    /// Milliseconds to add to this machine's time; 0 while the two agree to within two seconds, or where
    /// no answer has said.
    pub fn ahead(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes the `Date` of an answer to a request that was sent and answered at these times, all in Unix
    /// milliseconds, the last two by this machine's clock.
    pub fn observe(&self, date: i64, sent: i64, answered: i64) {
        // The second had half passed, and the answer was half-way, as likely as not.
        let ahead = date + 500 - (sent + answered) / 2;
        let ahead = if ahead.abs() < TOLERANCE_MILLIS {
            0
        } else {
            ahead
        };
        // A clock that is off stays off by the same: the readings alone vary.
        if (ahead - self.ahead()).abs() >= TOLERANCE_MILLIS {
            self.0.store(ahead, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ServerClock;

    #[test]
    fn a_clock_that_is_minutes_off_is_noticed_and_a_slow_answer_is_not_taken_for_one() {
        let clock = ServerClock::default();
        clock.observe(1_000_000, 1_000_100, 1_000_300);
        assert_eq!(clock.ahead(), 0);
        // Three minutes behind the API.
        clock.observe(1_180_000, 1_000_000, 1_000_200);
        assert_eq!(clock.ahead(), 180_400);
        // The next answers differ by what a second hides: the clock on the page must not jump.
        clock.observe(1_181_000, 1_000_300, 1_000_500);
        assert_eq!(clock.ahead(), 180_400);
        // Set right meanwhile.
        clock.observe(1_190_000, 1_190_100, 1_190_200);
        assert_eq!(clock.ahead(), 0);
    }
}
