//! When a source is polled: at once when it is new, then at an interval that its host can bear, with backoff
//! while it can't be read. Pure: the caller passes the time and the chance.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::time::Duration;
use tokio::time::Instant;

/// The longest interval of a local source: reading it costs a few milliseconds.
const LOCAL_INTERVAL: Duration = Duration::from_secs(1);

/// The time between two polls of this machine's sources, on average.
const LOCAL_SPACING: Duration = Duration::from_millis(50);

/// The time between two polls of one host, on average: with many sources, each is polled less often.
const HOST_SPACING: Duration = Duration::from_secs(1);

/// The most polls of one host at the same time, so that a host that hangs holds up only its own
/// sources.
const MAX_POLLS_OF_HOST: usize = 2;

/// The most polls at the same time.
const MAX_POLLS: usize = 32;

/// The longest time until a source that can't be read is tried again.
const MAX_BACKOFF: Duration = Duration::from_secs(300);

/// By how much an interval is made shorter or longer, so that the polls of many sources spread out.
const JITTER: f64 = 0.1;

/// Where a source is, as far as it matters how often it may be polled.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Host {
    /// This machine.
    Local,
    /// Another host, by name.
    Remote(String),
}

#[derive(Debug)]
struct Polled {
    host: Host,
    due: Instant,
    /// Failures since the last answer.
    failures: u32,
    is_running: bool,
    /// True if the source is to be polled again once the running poll ends.
    again: bool,
}

/// The schedule of all sources, by a key.
#[derive(Debug)]
pub(crate) struct PollSchedule<K> {
    interval: Duration,
    sources: HashMap<K, Polled>,
}

impl<K: Clone + Eq + Hash> PollSchedule<K> {
    /// Creates an empty schedule. `interval` is the shortest time between two polls of a remote source.
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            sources: HashMap::new(),
        }
    }

    /// Takes the sources that are to be polled from now on, each with its host, and with true if it waits for
    /// its first poll. New ones are due at once, others when they were.
    pub(crate) fn replace(&mut self, now: Instant, sources: Vec<(K, Host, bool)>) {
        let mut kept = HashMap::new();
        for (key, host, waits) in sources {
            let mut polled = self.sources.remove(&key).unwrap_or(Polled {
                host: Host::Local,
                due: now,
                failures: 0,
                is_running: false,
                again: false,
            });
            polled.host = host;
            if waits {
                polled.due = polled.due.min(now);
                polled.again = polled.is_running;
            }
            kept.insert(key, polled);
        }
        // A poll that runs still counts for its host.
        kept.extend(self.sources.drain().filter(|(_, polled)| polled.is_running));
        self.sources = kept;
    }

    /// Returns the sources to poll now, the longest overdue first. Each of them is expected at
    /// [`PollSchedule::record`].
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<K> {
        let mut running: HashMap<Host, usize> = HashMap::new();
        let mut total = 0;
        for polled in self.sources.values().filter(|polled| polled.is_running) {
            *running.entry(polled.host.clone()).or_default() += 1;
            total += 1;
        }
        let mut due: Vec<(&K, &mut Polled)> = self
            .sources
            .iter_mut()
            .filter(|(_, polled)| !polled.is_running && polled.due <= now)
            .collect();
        due.sort_by_key(|(_, polled)| polled.due);
        let mut taken = Vec::new();
        for (key, polled) in due {
            let of_host = running.entry(polled.host.clone()).or_default();
            if total < MAX_POLLS && *of_host < MAX_POLLS_OF_HOST {
                *of_host += 1;
                total += 1;
                polled.is_running = true;
                taken.push(key.clone());
            }
        }
        taken
    }

    /// Records how a poll ended. `chance` is a random number from 0 to 1, for the jitter.
    pub(crate) fn record(&mut self, key: &K, now: Instant, succeeded: bool, chance: f64) {
        let Entry::Occupied(mut entry) = self.sources.entry(key.clone()) else {
            return;
        };
        let polled = entry.get_mut();
        polled.is_running = false;
        polled.failures = match succeeded {
            true => 0,
            false => polled.failures.saturating_add(1),
        };
        let (host, failures) = (polled.host.clone(), polled.failures);
        let due = match std::mem::take(&mut polled.again) {
            true => now,
            false => now + self.delay(&host, failures, chance),
        };
        if let Some(polled) = self.sources.get_mut(key) {
            polled.due = due;
        }
    }

    /// Returns when the next poll is due, if that does not depend on the end of a running one.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let waiting = self.sources.values().filter(|polled| !polled.is_running);
        waiting.map(|polled| polled.due).min()
    }

    fn delay(&self, host: &Host, failures: u32, chance: f64) -> Duration {
        let (interval, spacing) = match host {
            Host::Local => (self.interval.min(LOCAL_INTERVAL), LOCAL_SPACING),
            Host::Remote(_) => (self.interval, HOST_SPACING),
        };
        let of_host = self.sources.values().filter(|polled| polled.host == *host);
        let count = u32::try_from(of_host.count()).unwrap_or(u32::MAX);
        let interval = match count {
            0 | 1 => interval,
            count => interval.max(spacing.saturating_mul(count)),
        };
        let factor = 2_u32.saturating_pow(failures);
        let delay = interval
            .saturating_mul(factor)
            .min(MAX_BACKOFF.max(interval));
        delay.mul_f64(1.0 + JITTER * (2.0 * chance - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);

    fn remote(name: &str) -> Host {
        Host::Remote(name.to_owned())
    }

    fn schedule(now: Instant, sources: &[(&'static str, Host)]) -> PollSchedule<&'static str> {
        let mut schedule = PollSchedule::new(INTERVAL);
        let sources = sources.iter().cloned();
        schedule.replace(now, sources.map(|(key, host)| (key, host, true)).collect());
        schedule
    }

    /// Polls for a time; each poll takes 100 ms. Returns when each poll began.
    fn run(
        schedule: &mut PollSchedule<&'static str>,
        start: Instant,
        time: Duration,
        succeeds: bool,
    ) -> Vec<(&'static str, Duration)> {
        let (mut now, mut polls) = (start, Vec::new());
        let mut running: Vec<(&str, Instant)> = Vec::new();
        while now < start + time {
            for key in schedule.take_due(now) {
                polls.push((key, now - start));
                running.push((key, now + Duration::from_millis(100)));
            }
            running.retain(|(key, end)| {
                if *end <= now {
                    schedule.record(key, now, succeeds, 0.5);
                }
                *end > now
            });
            now += Duration::from_millis(10);
        }
        polls
    }

    #[test]
    fn a_local_source_is_polled_each_second_and_a_remote_one_at_the_interval() {
        let now = Instant::now();
        let mut schedule = schedule(now, &[("local", Host::Local), ("a", remote("a.example"))]);
        let polls = run(&mut schedule, now, Duration::from_secs(60), true);
        let of = |wanted: &str| polls.iter().filter(|(key, _)| *key == wanted).count();
        assert!((50..=60).contains(&of("local")), "{}", of("local"));
        assert_eq!(of("a"), 6);
        assert_eq!(polls[0].1.max(polls[1].1), Duration::ZERO, "at once");
    }

    #[test]
    fn a_host_is_asked_about_once_a_second_by_many_sources() {
        let now = Instant::now();
        let names: Vec<&'static str> = (0..40)
            .map(|number| &*Box::leak(format!("source-{number}").into_boxed_str()))
            .collect();
        let all: Vec<_> = names
            .iter()
            .map(|name| (*name, remote("a.example")))
            .collect();
        let mut schedule = schedule(now, &all);
        let polls = run(&mut schedule, now, Duration::from_secs(200), true);
        assert!((190..=240).contains(&polls.len()), "{}", polls.len());
        for name in names {
            assert!(polls.iter().any(|(key, _)| *key == name), "{name}");
        }
    }

    #[test]
    fn a_host_that_hangs_holds_up_only_its_own_sources() {
        let now = Instant::now();
        let hanging = ["a", "b", "c", "d"].map(|key| (key, remote("hangs.example")));
        let other = [("local", Host::Local), ("other", remote("b.example"))];
        let mut schedule = schedule(now, &[&hanging[..], &other[..]].concat());
        let mut taken = schedule.take_due(now);
        taken.sort_unstable();
        assert_eq!(taken.len(), 4);
        assert!(taken.contains(&"local") && taken.contains(&"other"));
        assert!(schedule.take_due(now).is_empty());
        schedule.record(&"local", now, true, 0.5);
        assert_eq!(schedule.take_due(now + LOCAL_INTERVAL), ["local"]);
    }

    #[test]
    fn a_source_that_fails_is_polled_less_and_less_and_at_once_after_a_change() {
        let now = Instant::now();
        let mut schedule = schedule(now, &[("a", remote("a.example"))]);
        let polls = run(&mut schedule, now, Duration::from_secs(3_600), false);
        let waits: Vec<u64> = polls
            .windows(2)
            .map(|two| (two[1].1 - two[0].1).as_secs())
            .collect();
        assert_eq!(waits[..6], [20, 40, 80, 160, 300, 300]);
        let later = now + Duration::from_secs(3_600);
        schedule.replace(later, vec![("a", remote("a.example"), false)]);
        assert!(schedule.take_due(later).is_empty());
        schedule.replace(later, vec![("a", remote("a.example"), true)]);
        assert_eq!(schedule.take_due(later), ["a"]);
        // A change during the poll is seen by another one.
        schedule.replace(later, vec![("a", remote("a.example"), true)]);
        schedule.record(&"a", later, true, 0.5);
        assert_eq!(schedule.take_due(later), ["a"]);
        schedule.replace(later, Vec::new());
        schedule.record(&"a", later, true, 0.5);
        schedule.replace(later, Vec::new());
        assert_eq!(schedule.next_due(), None);
    }

    #[test]
    fn polls_spread_out() {
        let now = Instant::now();
        let due = |chance| {
            let mut schedule = schedule(now, &[("a", remote("a.example"))]);
            schedule.take_due(now);
            schedule.record(&"a", now, true, chance);
            schedule.next_due().unwrap() - now
        };
        assert_eq!(due(0.0), Duration::from_secs(9));
        assert_eq!(due(1.0), Duration::from_secs(11));
    }
}
