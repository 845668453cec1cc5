//! When data is read again: often while it changes, less often while it does not, later after a failure,
//! never while the page is hidden. Pure: the times come from outside.

use crate::client::backoff::POLL;
use std::time::Duration;

/// How often to read again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Never: the data cannot change by itself.
    Never,
    /// Always after this interval.
    Steady(Duration),
    /// After the first interval while each read brings a change. Each read without one makes the interval
    /// half as long again, up to the second.
    Between(Duration, Duration),
}

/// When the next read is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Not by itself.
    Never,
    /// Once the page is visible again.
    WhenVisible,
    /// After this delay; zero is now.
    In(Duration),
}

/// The state of one thing that is read again and again.
#[derive(Debug, Clone, Default)]
pub struct Schedule {
    /// The delay that the last answer or failure asked for, counted from `since`; `None` is never.
    delay: Option<Duration>,
    /// When that answer or failure came, in milliseconds of any clock.
    since: i64,
    failures: usize,
    /// The interval that [`Pace::Between`] has reached.
    slowed: Option<Duration>,
}

impl Schedule {
    /// Records an answer that came at `now` (milliseconds, always of the same clock), with the pace that
    /// fits it and whether it brought a change.
    pub fn answered(&mut self, now: i64, pace: Pace, changed: bool) {
        self.failures = 0;
        self.since = now;
        self.slowed = match (pace, self.slowed) {
            (Pace::Between(_, most), Some(before)) if !changed => {
                Some((before + before / 2).min(most))
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

    /// Records a failure at `now`. `may_pass`: the same read may succeed later. `retry_after`: how long the
    /// API asked to wait. `chance`: a random number from 0 to 1 that spreads many consoles.
    pub fn failed(&mut self, now: i64, may_pass: bool, retry_after: Option<Duration>, chance: f64) {
        self.since = now;
        self.delay = may_pass.then(|| {
            let failures = self.failures;
            self.failures += 1;
            match retry_after {
                Some(least) => POLL.delay_at_least(least, failures, chance),
                None => POLL.delay(failures, chance),
            }
        });
    }

    /// When the next read is due, at `now`. Nothing is due while the page is hidden.
    pub fn due(&self, now: i64, hidden: bool) -> Due {
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

    /// What a reader meets in a simulated time: whether the page is hidden, and how a read ends.
    struct World<'a> {
        hidden: &'a dyn Fn(i64) -> bool,
        read: &'a dyn Fn(i64, &mut Schedule),
    }

    /// The times of all reads within ten minutes. A read takes 100 ms. A page that is seen again is
    /// read at once when a read had been due.
    fn reads(world: &World) -> Vec<i64> {
        let mut schedule = Schedule::default();
        let (mut now, mut times) = (0, Vec::new());
        while now < TEN_MINUTES {
            times.push(now);
            now += 100;
            (world.read)(now, &mut schedule);
            loop {
                match schedule.due(now, (world.hidden)(now)) {
                    Due::Never => return times,
                    Due::In(Duration::ZERO) => break,
                    Due::In(wait) => {
                        // Whether anybody looks is asked when the wait is over, as the console does.
                        now += wait.as_millis() as i64;
                    }
                    Due::WhenVisible => {
                        now += 100;
                        if now >= TEN_MINUTES {
                            return times;
                        }
                        if !(world.hidden)(now) {
                            break;
                        }
                    }
                }
            }
        }
        times
    }

    fn visible(read: &dyn Fn(i64, &mut Schedule)) -> Vec<i64> {
        reads(&World {
            hidden: &|_| false,
            read,
        })
    }

    #[test]
    fn a_build_that_changes_all_the_time_is_read_every_two_seconds() {
        let times = visible(&|now, schedule| schedule.answered(now, LIVE, true));
        assert_eq!(times.len(), 286); // one each 2.1 s
    }

    #[test]
    fn a_build_that_does_not_change_is_read_ever_slower_down_to_every_fifteen_seconds() {
        let times = visible(&|now, schedule| schedule.answered(now, LIVE, false));
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
            schedule.answered(0, LIVE, changed);
        }
        assert_eq!(
            schedule.due(0, false),
            Due::In(Duration::from_millis(6_750))
        );
        schedule.answered(0, LIVE, true);
        assert_eq!(schedule.due(0, false), Due::In(seconds(2)));
    }

    #[test]
    fn a_list_without_a_build_under_way_is_read_four_times_a_minute() {
        let times = visible(&|now, schedule| schedule.answered(now, IDLE, false));
        assert_eq!(times.len(), 40);
    }

    #[test]
    fn a_finished_build_is_read_once() {
        let times = visible(&|now, schedule| schedule.answered(now, Pace::Never, true));
        assert_eq!(times, [0]);
    }

    #[test]
    fn nothing_is_read_while_the_page_is_hidden_and_at_once_when_it_is_seen() {
        let hidden = |now: i64| (60_000..540_000).contains(&now);
        let times = reads(&World {
            hidden: &hidden,
            read: &|now, schedule| schedule.answered(now, LIVE, true),
        });
        assert!(!times.iter().any(|time| hidden(*time)), "{times:?}");
        assert!(times.contains(&540_000) || times.iter().any(|t| (540_000..540_200).contains(t)));
        assert_eq!(times.len(), 29 + 29);
    }

    #[test]
    fn failures_are_read_again_later_and_later() {
        let times = visible(&|now, schedule| schedule.failed(now, true, None, 1.0));
        let waits: Vec<i64> = times.windows(2).map(|two| two[1] - two[0] - 100).collect();
        assert_eq!(waits[..4], [2_000, 5_000, 15_000, 15_000]);
        assert_eq!(times.len(), 42);
        let final_failure = visible(&|now, schedule| schedule.failed(now, false, None, 0.5));
        assert_eq!(final_failure, [0]);
    }

    #[test]
    fn an_api_that_asks_for_a_wait_gets_it() {
        let times = visible(&|now, schedule| schedule.failed(now, true, Some(seconds(60)), 0.0));
        assert_eq!(times.len(), 10);
        let mut schedule = Schedule::default();
        let longest = Duration::from_secs(u64::from(u32::MAX));
        schedule.failed(0, true, Some(longest), 0.0);
        assert_eq!(schedule.due(0, false), Due::In(longest));
    }

    #[test]
    fn a_clock_that_goes_back_waits_no_longer_than_was_meant() {
        let mut schedule = Schedule::default();
        schedule.answered(1_000_000, IDLE, true);
        assert_eq!(schedule.due(0, false), Due::In(seconds(15)));
    }
}
