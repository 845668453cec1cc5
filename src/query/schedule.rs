//! When the next poll is due: soon while the data changes, later while it does not, with backoff after a
//! failure, never while the page is hidden. Pure: the caller passes the time.

use crate::client::backoff::POLL;
use std::time::Duration;

/// How often data is polled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Never: the data cannot change by itself.
    Never,
    /// After this interval, always.
    Steady(Duration),
    /// After the first interval while each read brings a change. Each read without a change makes the
    /// interval longer by half, up to the second interval.
    Between(Duration, Duration),
}

/// When the next read is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// No read is due.
    Never,
    /// When the page becomes visible.
    WhenVisible,
    /// After this delay. Zero: now.
    In(Duration),
}

/// The schedule of one query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Schedule {
    /// The delay after the last answer or failure, counted from `since`. `None`: never.
    delay: Option<Duration>,
    /// The time of that answer or failure, in milliseconds of the caller's clock.
    since: i64,
    /// Failures since the last answer.
    failures: usize,
    /// The interval that [`Pace::Between`] has reached.
    slowed: Option<Duration>,
}

impl Schedule {
    /// Records an answer at `now` (milliseconds, always of the same clock). `pace` is the pace of its data.
    /// `changed`: the data differs from before.
    pub(crate) fn record_success(&mut self, now: i64, pace: Pace, changed: bool) {
        self.failures = 0;
        self.since = now;
        self.slowed = match (pace, self.slowed) {
            (Pace::Between(_, longest), Some(before)) if !changed => {
                Some((before + before / 2).min(longest))
            }
            (Pace::Between(first, _), _) => Some(first),
            _ => None,
        };
        self.delay = match pace {
            Pace::Never => None,
            Pace::Steady(interval) => Some(interval),
            Pace::Between(first, _) => Some(self.slowed.unwrap_or(first)),
        };
    }

    /// Records a failure at `now`. `may_pass`: the same read may succeed later. `retry_after`: the delay that
    /// the API asked for. `chance`: a random number from 0 to 1, for the jitter.
    pub(crate) fn record_failure(
        &mut self,
        now: i64,
        may_pass: bool,
        retry_after: Option<Duration>,
        chance: f64,
    ) {
        self.since = now;
        self.delay = may_pass.then(|| {
            let failures = self.failures;
            self.failures += 1;
            POLL.delay_after(retry_after, failures, chance)
        });
    }

    /// The delay between the last read and the next one, in seconds and at least one; 0: no read is due.
    pub(crate) fn delay_seconds(&self) -> u32 {
        self.delay
            .map_or(0, |delay| (delay.as_secs() as u32).max(1))
    }

    /// Returns when the next read is due, seen from `now`. No read is due while the page is hidden.
    pub(crate) fn due(&self, now: i64, hidden: bool) -> Due {
        match self.delay {
            None => Due::Never,
            Some(_) if hidden => Due::WhenVisible,
            Some(delay) => {
                let passed = u64::try_from(now.saturating_sub(self.since)).unwrap_or(0);
                Due::In(delay.saturating_sub(Duration::from_millis(passed)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const LIVE: Pace = Pace::Between(seconds(2), seconds(15));
    const IDLE: Pace = Pace::Steady(seconds(15));
    const TEN_MINUTES: i64 = 600_000;

    /// A page in simulated time: when it is hidden, and how each read ends.
    struct Simulation<'a> {
        hidden: &'a dyn Fn(i64) -> bool,
        read: &'a dyn Fn(i64, &mut Schedule),
    }

    /// The times of all reads within ten minutes. A read takes 100 ms. When the page becomes visible, a
    /// read that is due starts at once.
    fn reads(simulation: &Simulation) -> Vec<i64> {
        let mut schedule = Schedule::default();
        let (mut now, mut times) = (0, Vec::new());
        while now < TEN_MINUTES {
            times.push(now);
            now += 100;
            (simulation.read)(now, &mut schedule);
            loop {
                match schedule.due(now, (simulation.hidden)(now)) {
                    Due::Never => return times,
                    Due::In(Duration::ZERO) => break,
                    Due::In(wait) => {
                        // As in the console, a page that is hidden meanwhile counts at the end of the wait.
                        now += wait.as_millis() as i64;
                    }
                    Due::WhenVisible => {
                        now += 100;
                        if now >= TEN_MINUTES {
                            return times;
                        }
                        if !(simulation.hidden)(now) {
                            break;
                        }
                    }
                }
            }
        }
        times
    }

    fn visible(read: &dyn Fn(i64, &mut Schedule)) -> Vec<i64> {
        reads(&Simulation {
            hidden: &|_| false,
            read,
        })
    }

    #[test]
    fn a_build_that_changes_all_the_time_is_read_every_two_seconds() {
        let times = visible(&|now, schedule| schedule.record_success(now, LIVE, true));
        assert_eq!(times.len(), 286); // one each 2.1 s
    }

    #[test]
    fn a_build_that_does_not_change_is_read_ever_slower_down_to_every_fifteen_seconds() {
        let times = visible(&|now, schedule| schedule.record_success(now, LIVE, false));
        let waits: Vec<i64> = times.windows(2).map(|two| two[1] - two[0] - 100).collect();
        assert_eq!(
            waits[..7],
            [2_000, 3_000, 4_500, 6_750, 10_125, 15_000, 15_000]
        );
        assert_eq!(times.len(), 43);
    }

    #[test]
    fn a_change_makes_it_quick_again() {
        let mut schedule = Schedule::default();
        for changed in [true, false, false, false] {
            schedule.record_success(0, LIVE, changed);
        }
        assert_eq!(
            schedule.due(0, false),
            Due::In(Duration::from_millis(6_750))
        );
        schedule.record_success(0, LIVE, true);
        assert_eq!(schedule.due(0, false), Due::In(seconds(2)));
    }

    #[test]
    fn a_steady_pace_stays() {
        let times = visible(&|now, schedule| schedule.record_success(now, IDLE, false));
        assert_eq!(times.len(), 40);
    }

    #[test]
    fn a_finished_build_is_read_once() {
        let times = visible(&|now, schedule| schedule.record_success(now, Pace::Never, true));
        assert_eq!(times, [0]);
    }

    #[test]
    fn nothing_is_read_while_the_page_is_hidden_and_at_once_when_it_is_seen() {
        let hidden = |now: i64| (60_000..540_000).contains(&now);
        let times = reads(&Simulation {
            hidden: &hidden,
            read: &|now, schedule| schedule.record_success(now, LIVE, true),
        });
        assert!(!times.iter().any(|time| hidden(*time)), "{times:?}");
        assert!(times.contains(&540_000) || times.iter().any(|t| (540_000..540_200).contains(t)));
        assert_eq!(times.len(), 29 + 29);
    }

    #[test]
    fn failures_are_read_again_later_and_later() {
        let times = visible(&|now, schedule| schedule.record_failure(now, true, None, 1.0));
        let waits: Vec<i64> = times.windows(2).map(|two| two[1] - two[0] - 100).collect();
        assert_eq!(waits[..4], [2_000, 5_000, 15_000, 15_000]);
        assert_eq!(times.len(), 42);
        let final_failure =
            visible(&|now, schedule| schedule.record_failure(now, false, None, 0.5));
        assert_eq!(final_failure, [0]);
    }

    #[test]
    fn an_api_that_asks_for_a_wait_gets_it() {
        let times =
            visible(&|now, schedule| schedule.record_failure(now, true, Some(seconds(60)), 0.0));
        assert_eq!(times.len(), 10);
        let mut schedule = Schedule::default();
        let longest = Duration::from_secs(u64::from(u32::MAX));
        schedule.record_failure(0, true, Some(longest), 0.0);
        assert_eq!(schedule.due(0, false), Due::In(longest));
    }

    #[test]
    fn a_clock_that_goes_back_waits_no_longer_than_was_meant() {
        let mut schedule = Schedule::default();
        schedule.record_success(1_000_000, IDLE, true);
        assert_eq!(schedule.due(0, false), Due::In(seconds(15)));
    }
}
