//! The API's clock, read from the `Date` header of its answers.

use crate::platform::timer::timer_millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// The difference between two clocks that is ignored: `Date` counts whole seconds, and an answer takes time.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(2);

/// The difference between the API's clock and this machine's. Copies share it.
#[derive(Clone, Default)]
pub struct ServerClock(Arc<AtomicI64>);

/// A clock does not count when two clients are compared.
impl PartialEq for ServerClock {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ServerClock {
    /// The milliseconds to add to this machine's time. 0 while the clocks differ by less than two seconds, or
    /// before the first answer.
    pub fn ahead(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Records the `Date` of an answer. `sent` and `answered` are the times of its request and of the answer by
    /// this machine's clock. All are Unix milliseconds.
    pub fn observe(&self, date: i64, sent: i64, answered: i64) {
        // On average, half of the second has passed, and the answer was made half-way.
        let tolerance = i64::from(timer_millis(CLOCK_TOLERANCE));
        let ahead = date + 500 - (sent + answered) / 2;
        let ahead = if ahead.abs() < tolerance { 0 } else { ahead };
        // The difference is constant: a small change is only an inexact reading.
        if (ahead - self.ahead()).abs() >= tolerance {
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
        // The clock was corrected in between.
        clock.observe(1_190_000, 1_190_100, 1_190_200);
        assert_eq!(clock.ahead(), 0);
    }
}
