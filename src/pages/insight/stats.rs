//! What a repository's builds say together: how many succeed, how long they wait and take. Pure.

use crate::api::{Build, Status};
use std::collections::BTreeMap;

/// Two of the values in the middle of many, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// Half of the values are no larger.
    pub median: i64,
    /// 95 of 100 are no larger.
    pub p95: i64,
}

impl Spread {
    /// Of these values, by the nearest rank; `None` of none.
    pub fn of(mut values: Vec<i64>) -> Option<Self> {
        values.sort_unstable();
        let rank = |percent: usize| {
            let rank = (values.len() * percent).div_ceil(100);
            values.get(rank.saturating_sub(1)).copied()
        };
        Some(Self {
            median: rank(50)?,
            p95: rank(95)?,
        })
    }
}

/// What some builds say together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stats {
    pub builds: usize,
    pub succeeded: usize,
    pub failed: usize,
    /// From queued to started.
    pub wait: Option<Spread>,
    /// From started to ended.
    pub duration: Option<Spread>,
    /// All durations together, in milliseconds.
    pub total: i64,
}

impl Stats {
    fn of<'a>(builds: impl Iterator<Item = &'a Build> + Clone) -> Self {
        let count = |status: Status| {
            builds
                .clone()
                .filter(|build| build.status == status)
                .count()
        };
        let durations: Vec<i64> = builds.clone().filter_map(duration).collect();
        Self {
            builds: builds.clone().count(),
            succeeded: count(Status::Succeeded),
            failed: count(Status::Failed),
            wait: Spread::of(builds.clone().filter_map(wait).collect()),
            total: durations.iter().sum(),
            duration: Spread::of(durations),
        }
    }

    /// Successes of 100 builds that succeeded or failed; `None` where there is none.
    pub fn success_rate(&self) -> Option<f64> {
        let ended = self.succeeded + self.failed;
        (ended > 0).then(|| self.succeeded as f64 * 100.0 / ended as f64)
    }
}

/// How long it waited, in milliseconds; 0 where the API has it started before it was created.
fn wait(build: &Build) -> Option<i64> {
    let wait = build.started_at?.since(build.created_at?);
    Some(wait.num_milliseconds())
}

/// How long it took, in milliseconds; `None` until it has ended.
pub fn duration(build: &Build) -> Option<i64> {
    let length = build.ended_at?.since(build.started_at?);
    build.is_finished().then(|| length.num_milliseconds())
}

/// What the builds of one tag say together.
#[derive(Debug, Clone, PartialEq)]
pub struct TagStats {
    pub tag: String,
    pub stats: Stats,
    /// How often a build's outcome differed from that of the one before it.
    pub flips: usize,
}

impl TagStats {
    /// Flips of 100 chances for one.
    pub fn flakiness(&self) -> f64 {
        let chances = (self.stats.succeeded + self.stats.failed).saturating_sub(1);
        self.flips as f64 * 100.0 / chances.max(1) as f64
    }
}

/// What all builds say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    pub all: Stats,
    /// Those that a push started.
    pub continuous: Stats,
    /// In the alphabet's order.
    pub tags: Vec<TagStats>,
}

impl Summary {
    /// Of these builds, newest first.
    pub fn of(builds: &[Build]) -> Self {
        let mut by_tag: BTreeMap<&str, Vec<&Build>> = BTreeMap::new();
        for build in builds {
            by_tag
                .entry(&build.docker_repo_tag)
                .or_default()
                .push(build);
        }
        let tags = by_tag.into_iter().map(|(tag, builds)| {
            let outcomes: Vec<bool> = builds
                .iter()
                .filter_map(|build| match build.status {
                    Status::Succeeded => Some(true),
                    Status::Failed => Some(false),
                    _ => None,
                })
                .collect();
            TagStats {
                tag: tag.to_owned(),
                flips: outcomes.windows(2).filter(|two| two[0] != two[1]).count(),
                stats: Stats::of(builds.iter().copied()),
            }
        });
        Self {
            all: Stats::of(builds.iter()),
            continuous: Stats::of(builds.iter().filter(|build| build.auto_created)),
            tags: tags.collect(),
        }
    }

    /// The tag whose builds take longest, by their median; `None` where there is nothing to compare.
    pub fn slowest(&self) -> Option<&TagStats> {
        let timed = self.tags.iter().filter(|tag| tag.stats.duration.is_some());
        if timed.clone().count() < 2 {
            return None;
        }
        timed.max_by_key(|tag| tag.stats.duration.map(|spread| spread.median))
    }

    /// The tag whose outcome changes most often; `None` where none does.
    pub fn flakiest(&self) -> Option<&TagStats> {
        let flips = self.tags.iter().filter(|tag| tag.flips > 0);
        flips.max_by(|one, two| one.flakiness().total_cmp(&two.flakiness()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use proptest::prelude::*;

    fn build(tag: &str, status: Status, times: [Option<i64>; 3]) -> Build {
        let at = |seconds: Option<i64>| Timestamp::from_millis(seconds? * 1_000);
        Build {
            docker_repo_tag: tag.to_owned(),
            status,
            created_at: at(times[0]),
            started_at: at(times[1]),
            ended_at: at(times[2]),
            ..Build::default()
        }
    }

    #[test]
    fn a_summary_of_odd_builds_is_right() {
        let builds = [
            build("a", Status::InProgress, [Some(50), Some(60), None]),
            build("a", Status::Succeeded, [Some(10), Some(12), Some(20)]),
            // Created after it had started.
            build("a", Status::Failed, [Some(9), Some(5), Some(9)]),
            build("a", Status::Succeeded, [None, None, None]),
            build("b", Status::Failed, [Some(0), Some(4), Some(104)]),
            build("b", Status::Other("X".to_owned()), [Some(0), None, None]),
        ];
        let summary = Summary::of(&builds);
        assert_eq!(summary.all.builds, 6);
        assert_eq!(summary.all.success_rate(), Some(50.0));
        let wait = summary.all.wait.expect("waits");
        assert_eq!((wait.median, wait.p95), (2_000, 10_000));
        let length = summary.all.duration.expect("durations");
        assert_eq!((length.median, length.p95), (8_000, 100_000));
        assert_eq!(summary.all.total, 112_000);
        assert_eq!(summary.slowest().map(|tag| tag.tag.as_str()), Some("b"));
        let flakiest = summary.flakiest().expect("one flips");
        assert_eq!((flakiest.tag.as_str(), flakiest.flips), ("a", 2));
        assert_eq!(flakiest.flakiness(), 100.0);
        assert_eq!(summary.continuous, Stats::default());
    }

    #[test]
    fn nothing_says_nothing() {
        let summary = Summary::of(&[]);
        assert_eq!(summary.all.success_rate(), None);
        assert!(summary.slowest().is_none() && summary.flakiest().is_none());
    }

    proptest! {
        #[test]
        fn the_middle_values_are_those_of_a_count(values in prop::collection::vec(0i64..50, 1..60)) {
            let spread = Spread::of(values.clone()).expect("values");
            let at_most = |limit: i64| values.iter().filter(|value| **value <= limit).count();
            for (limit, percent) in [(spread.median, 50), (spread.p95, 95)] {
                prop_assert!(at_most(limit) * 100 >= values.len() * percent);
                prop_assert!(at_most(limit - 1) * 100 < values.len() * percent);
            }
        }
    }
}
