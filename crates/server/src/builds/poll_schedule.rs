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

/// The most polls of this machine's sources at the same time.
const MAX_LOCAL_POLLS: usize = 8;

/// The most polls of other hosts at the same time.
const MAX_REMOTE_POLLS: usize = 48;

/// The claim of a source to be waited for, by its last poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It failed.
    Failed,
    /// There was none.
    New,
    /// It succeeded.
    Answered,
}

impl Standing {
    /// Returns how many polls of sources of this standing and lower ones may run, of all that may. So sources that hang
    /// never hold up new ones for long, and neither hold up those that answer.
    fn share(self, limit: usize) -> usize {
        match self {
            Self::Failed => limit.div_ceil(3),
            Self::New => (2 * limit / 3).max(1),
            Self::Answered => limit,
        }
    }
}

/// The shortest time between two polls of a source whose webhook tells of each push: they are a net below it.
const NET_INTERVAL: Duration = Duration::from_secs(300);

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

/// A source that is to be polled.
#[derive(Debug, Clone)]
pub(crate) struct Scheduled<K> {
    /// Its key.
    pub(crate) key: K,
    /// Where it is.
    pub(crate) host: Host,
    /// True if it waits for its first poll.
    pub(crate) waits: bool,
    /// True if a webhook tells of its pushes.
    pub(crate) is_told: bool,
}

#[derive(Debug)]
struct Polled {
    host: Host,
    is_told: bool,
    due: Instant,
    /// Failures since the last answer.
    failures: u32,
    standing: Standing,
    is_running: bool,
    /// True if the source is to be polled again once the running poll ends.
    again: bool,
}

/// The standings of the sources whose polls run, of one host or of all.
#[derive(Debug, Default)]
struct Running(Vec<Standing>);

impl Running {
    /// Returns true if a poll of a source of this standing may begin, by this limit.
    fn has_room(&self, standing: Standing, limit: usize) -> bool {
        let shared = [Standing::Failed, Standing::New, Standing::Answered];
        let mut shared = shared.into_iter().filter(|highest| *highest >= standing);
        shared.all(|highest| {
            let up_to = self.0.iter().filter(|other| **other <= highest).count();
            up_to < highest.share(limit)
        })
    }
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

    /// Takes the sources that are to be polled from now on. New ones are due at once, others when they were, but sooner
    /// once no webhook tells of their pushes any more.
    pub(crate) fn replace(&mut self, now: Instant, sources: Vec<Scheduled<K>>) {
        let mut kept = HashMap::new();
        for scheduled in sources {
            let Scheduled {
                key, host, waits, ..
            } = scheduled;
            let mut polled = self.sources.remove(&key).unwrap_or(Polled {
                host: Host::Local,
                is_told: scheduled.is_told,
                due: now,
                failures: 0,
                standing: Standing::New,
                is_running: false,
                again: false,
            });
            polled.host = host;
            match (polled.is_told, scheduled.is_told) {
                (true, false) => polled.due = polled.due.min(now + self.interval),
                // It was told just now.
                (false, true) => polled.due = polled.due.max(now + NET_INTERVAL),
                _ => {}
            }
            polled.is_told = scheduled.is_told;
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

    /// Returns the sources to poll now: those with the fewest failures first, and of those the longest overdue. Each of
    /// them is expected at [`PollSchedule::record`].
    pub(crate) fn take_due(&mut self, now: Instant) -> Vec<K> {
        let mut running: HashMap<Host, Running> = HashMap::new();
        let mut remote = Running::default();
        for polled in self.sources.values().filter(|polled| polled.is_running) {
            let of_host = running.entry(polled.host.clone()).or_default();
            of_host.0.push(polled.standing);
            if polled.host != Host::Local {
                remote.0.push(polled.standing);
            }
        }
        let mut due: Vec<(&K, &mut Polled)> = self
            .sources
            .iter_mut()
            .filter(|(_, polled)| !polled.is_running && polled.due <= now)
            .collect();
        due.sort_by_key(|(_, polled)| (polled.failures, polled.due));
        let mut taken = Vec::new();
        for (key, polled) in due {
            let of_host = running.entry(polled.host.clone()).or_default();
            let standing = polled.standing;
            let (is_local, limit) = match polled.host {
                Host::Local => (true, MAX_LOCAL_POLLS),
                Host::Remote(_) => (false, MAX_POLLS_OF_HOST),
            };
            let has_room = is_local || remote.has_room(standing, MAX_REMOTE_POLLS);
            if has_room && of_host.has_room(standing, limit) {
                of_host.0.push(standing);
                if !is_local {
                    remote.0.push(standing);
                }
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
        (polled.standing, polled.failures) = match succeeded {
            true => (Standing::Answered, 0),
            false => (Standing::Failed, polled.failures.saturating_add(1)),
        };
        let (host, failures, is_told) = (polled.host.clone(), polled.failures, polled.is_told);
        let due = match std::mem::take(&mut polled.again) {
            true => now,
            false => now + self.delay(&host, failures, is_told, chance),
        };
        if let Some(polled) = self.sources.get_mut(key) {
            polled.due = due;
        }
    }

    /// Returns when the next poll is due after [`PollSchedule::take_due`] was called at `now`. What is due already waits for
    /// the end of a running poll.
    pub(crate) fn next_due(&self, now: Instant) -> Option<Instant> {
        let waiting = self.sources.values().filter(|polled| !polled.is_running);
        waiting
            .map(|polled| polled.due)
            .filter(|due| *due > now)
            .min()
    }

    fn delay(&self, host: &Host, failures: u32, is_told: bool, chance: f64) -> Duration {
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
        let interval = match is_told {
            true => interval.max(NET_INTERVAL),
            false => interval,
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
        schedule.replace(
            now,
            sources.map(|(key, host)| entry(key, host, true)).collect(),
        );
        schedule
    }

    fn entry(key: &'static str, host: Host, waits: bool) -> Scheduled<&'static str> {
        Scheduled {
            key,
            host,
            waits,
            is_told: false,
        }
    }

    #[test]
    fn a_source_whose_webhook_tells_is_polled_rarely_and_as_before_once_it_does_not() {
        let now = Instant::now();
        for host in [Host::Local, remote("a.example")] {
            let told = |is_told| {
                let entry = entry("a", host.clone(), false);
                vec![Scheduled { is_told, ..entry }]
            };
            let mut schedule = PollSchedule::new(INTERVAL);
            schedule.replace(now, told(false));
            assert_eq!(schedule.take_due(now), ["a"]);
            schedule.record(&"a", now, true, 0.5);
            assert!(schedule.next_due(now) <= Some(now + INTERVAL));
            schedule.replace(now, told(true));
            assert_eq!(schedule.next_due(now), Some(now + NET_INTERVAL));
            assert_eq!(schedule.take_due(now + NET_INTERVAL), ["a"]);
            schedule.record(&"a", now, true, 0.5);
            schedule.replace(now, told(true));
            assert_eq!(schedule.next_due(now), Some(now + NET_INTERVAL));
            schedule.replace(now, told(false));
            assert_eq!(schedule.next_due(now), Some(now + INTERVAL));
            assert_eq!(schedule.take_due(now + INTERVAL), ["a"]);
            schedule.record(&"a", now, true, 0.5);
            assert!(schedule.next_due(now) <= Some(now + INTERVAL));
        }
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
        assert_eq!(taken.len(), 3);
        assert!(taken.contains(&"local") && taken.contains(&"other"));
        assert!(schedule.take_due(now).is_empty());
        assert_eq!(schedule.next_due(now), None, "the rest waits for its host");
        schedule.record(&"local", now, true, 0.5);
        assert_eq!(schedule.next_due(now), Some(now + LOCAL_INTERVAL));
        assert_eq!(schedule.take_due(now + LOCAL_INTERVAL), ["local"]);
    }

    /// Each hangs for half a minute, and then fails.
    #[test]
    fn any_number_of_sources_that_hang_hold_up_none_that_answers() {
        let now = Instant::now();
        let hanging = (0..400).map(|number| {
            let name = &*Box::leak(format!("hangs-{number}").into_boxed_str());
            (name, remote(name))
        });
        let answering = [("local", Host::Local), ("a", remote("a.example"))];
        let mut schedule = schedule(now, &answering);
        for name in ["local", "a"] {
            assert!(schedule.take_due(now).contains(&name) || name == "a");
            schedule.record(&name, now, true, 0.5);
        }
        let all: Vec<_> = answering.iter().cloned().chain(hanging).collect();
        schedule.replace(
            now,
            all.iter()
                .map(|(key, host)| entry(key, host.clone(), key.starts_with("hangs")))
                .collect(),
        );
        let mut running: Vec<(&str, Instant)> = Vec::new();
        let mut polls: HashMap<&str, Vec<Duration>> = HashMap::new();
        for tenth in 0..6_000 {
            let time = Duration::from_millis(100) * tenth;
            if tenth == 5_000 {
                let known = all
                    .iter()
                    .map(|(key, host)| entry(key, host.clone(), false));
                let new = entry("new", remote("new.example"), true);
                schedule.replace(now + time, known.chain([new]).collect());
            }
            for key in schedule.take_due(now + time) {
                polls.entry(key).or_default().push(time);
                let takes = if key.starts_with("hangs") { 30_000 } else { 50 };
                running.push((key, now + time + Duration::from_millis(takes)));
            }
            running.retain(|(key, end)| {
                let has_ended = *end <= now + time;
                if has_ended {
                    schedule.record(key, now + time, !key.starts_with("hangs"), 0.5);
                }
                !has_ended
            });
        }
        for (name, interval) in [("local", 2), ("a", 11)] {
            let longest = polls[name].windows(2).map(|two| two[1] - two[0]).max();
            assert!(longest.unwrap() <= Duration::from_secs(interval), "{name}");
        }
        assert_eq!(polls["new"][0], Duration::from_secs(500));
        // Those that hang have each had a turn, though only so many hang at once.
        assert_eq!(polls.len(), 403);
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
        schedule.replace(later, vec![entry("a", remote("a.example"), false)]);
        assert!(schedule.take_due(later).is_empty());
        schedule.replace(later, vec![entry("a", remote("a.example"), true)]);
        assert_eq!(schedule.take_due(later), ["a"]);
        // A change during the poll is seen by another one.
        schedule.replace(later, vec![entry("a", remote("a.example"), true)]);
        schedule.record(&"a", later, true, 0.5);
        assert_eq!(schedule.take_due(later), ["a"]);
        schedule.replace(later, Vec::new());
        schedule.record(&"a", later, true, 0.5);
        schedule.replace(later, Vec::new());
        assert_eq!(schedule.next_due(later), None);
    }

    #[test]
    fn polls_spread_out() {
        let now = Instant::now();
        let due = |chance| {
            let mut schedule = schedule(now, &[("a", remote("a.example"))]);
            schedule.take_due(now);
            schedule.record(&"a", now, true, chance);
            schedule.next_due(now).unwrap() - now
        };
        assert_eq!(due(0.0), Duration::from_secs(9));
        assert_eq!(due(1.0), Duration::from_secs(11));
    }
}
