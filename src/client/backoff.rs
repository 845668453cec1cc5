//! Backoff: delays between attempts, with jitter so that many consoles do not return at the same moment.

use std::time::Duration;

/// A table of delays.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    /// The delay after the first failure, the second, and so on; the last one repeats. Not empty.
    delays: &'static [Duration],
    /// The largest part of a delay that chance takes away, from 0 to 1.
    jitter: f64,
}

/// A single read: two retries.
pub const READ: Backoff = Backoff {
    delays: &[Duration::from_millis(600), Duration::from_secs(2)],
    jitter: 0.5,
};

/// Data that a page polls.
pub const POLL: Backoff = Backoff {
    delays: &[
        Duration::from_secs(2),
        Duration::from_secs(5),
        Duration::from_secs(15),
    ],
    jitter: 0.25,
};

/// The log of a running build.
pub const LOG: Backoff = Backoff {
    delays: &[
        Duration::from_secs(1),
        Duration::from_secs(2),
        Duration::from_secs(5),
        Duration::from_secs(15),
    ],
    jitter: 0.25,
};

/// The longest jitter that is added to a delay that the API asked for.
const MAX_ADDED_JITTER: Duration = Duration::from_millis(3_750);

impl Backoff {
    /// The number of delays before the last one repeats.
    pub(crate) fn steps(&self) -> usize {
        self.delays.len()
    }

    /// Returns the delay after this many earlier failures. `chance` is a random number from 0 to 1.
    pub fn delay(&self, failures: usize, chance: f64) -> Duration {
        scale(
            self.full_delay(failures),
            1.0 - self.jitter * (1.0 - chance),
        )
    }

    /// Returns the delay after this many earlier failures, at least `least` (the `Retry-After` header). Jitter
    /// makes it longer, never shorter.
    pub fn delay_at_least(&self, least: Duration, failures: usize, chance: f64) -> Duration {
        let delay = least.max(self.full_delay(failures));
        let jitter = scale(delay, self.jitter * chance);
        delay.saturating_add(jitter.min(scale(MAX_ADDED_JITTER, chance)))
    }

    /// Returns the delay after this many earlier failures. `asked` is how long the API asked to wait, if it did.
    pub(crate) fn delay_after(
        &self,
        asked: Option<Duration>,
        failures: usize,
        chance: f64,
    ) -> Duration {
        match asked {
            Some(least) => self.delay_at_least(least, failures, chance),
            None => self.delay(failures, chance),
        }
    }

    fn full_delay(&self, failures: usize) -> Duration {
        let index = failures.min(self.delays.len() - 1);
        self.delays[index]
    }
}

/// A part of a delay, to the millisecond. `Duration`'s own way can panic, and brings the texts for that into
/// the site.
fn scale(delay: Duration, part: f64) -> Duration {
    let millis = delay.as_secs() as f64 * 1_000.0 + f64::from(delay.subsec_millis());
    Duration::from_millis((millis * part) as u64)
}

/// Returns a random number from 0 to 1, for [`Backoff::delay`].
pub fn chance() -> f64 {
    js_sys::Math::random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_the_last_one_repeats() {
        let delays: Vec<u128> = (0..4).map(|n| POLL.delay(n, 1.0).as_millis()).collect();
        assert_eq!(delays, [2_000, 5_000, 15_000, 15_000]);
    }

    #[test]
    fn chance_only_shortens_a_delay_of_our_own() {
        assert_eq!(READ.delay(0, 0.0), Duration::from_millis(300));
        assert_eq!(READ.delay(0, 1.0), Duration::from_millis(600));
    }

    #[test]
    fn a_delay_that_the_api_asked_for_is_never_shortened() {
        let asked = Duration::from_secs(60);
        assert_eq!(POLL.delay_at_least(asked, 0, 0.0), asked);
        assert_eq!(
            POLL.delay_at_least(asked, 0, 1.0),
            asked + Duration::from_millis(3_750)
        );
        // Shorter than the table's own delay.
        let short = Duration::from_secs(1);
        assert_eq!(POLL.delay_at_least(short, 2, 0.0), Duration::from_secs(15));
    }
}
