//! Statistics of a repository's builds: how many succeed, how long they wait and take. Pure.

use crate::api::{Build, Status};
use std::collections::BTreeMap;

/// The median and the 95th percentile of some durations, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spread {
    /// Half of the values are at most this.
    pub(crate) median: i64,
    /// 95 % of the values are at most this.
    pub(crate) p95: i64,
}

impl Spread {
    /// Returns both by the nearest-rank method; `None` for no values.
    pub(crate) fn of(mut values: Vec<i64>) -> Option<Self> {
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

/// Statistics of some builds.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Stats {
    pub(crate) builds: usize,
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    /// The time from queued to started.
    pub(crate) wait: Option<Spread>,
    /// The time from started to ended.
    pub(crate) duration: Option<Spread>,
    /// The sum of all durations, in milliseconds.
    pub(crate) total: i64,
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

    /// The percentage of successes among the builds that succeeded or failed; `None` without such builds.
    pub(crate) fn success_rate(&self) -> Option<f64> {
        let ended = self.succeeded + self.failed;
        (ended > 0).then(|| self.succeeded as f64 * 100.0 / ended as f64)
    }
}

/// The time that a build waited, in milliseconds; 0 when it started before it was created.
fn wait(build: &Build) -> Option<i64> {
    let wait = build.started_at?.since(build.created_at?);
    Some(wait.num_milliseconds())
}

/// The duration of a build in milliseconds; `None` until it is finished.
pub(crate) fn duration(build: &Build) -> Option<i64> {
    let duration = build.ended_at?.since(build.started_at?);
    build.is_finished().then(|| duration.num_milliseconds())
}

/// Statistics of the builds of one tag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TagStats {
    pub(crate) tag: String,
    pub(crate) stats: Stats,
    /// How often a build's result differed from the result of the build before it.
    pub(crate) flips: usize,
}

impl TagStats {
    /// The percentage of flips among the pairs of successive results.
    pub(crate) fn flakiness(&self) -> f64 {
        let pairs = (self.stats.succeeded + self.stats.failed).saturating_sub(1);
        self.flips as f64 * 100.0 / pairs.max(1) as f64
    }
}

/// Statistics of all builds, of those started by pushes, and of each tag.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct BuildSummary {
    pub(crate) all: Stats,
    /// The builds that a push started.
    pub(crate) continuous: Stats,
    /// In alphabetical order.
    pub(crate) tags: Vec<TagStats>,
}

impl BuildSummary {
    /// Summarizes builds, given newest first.
    pub(crate) fn of(builds: &[Build]) -> Self {
        let mut by_tag: BTreeMap<&str, Vec<&Build>> = BTreeMap::new();
        for build in builds {
            by_tag
                .entry(&build.docker_repo_tag)
                .or_default()
                .push(build);
        }
        let tags = by_tag.into_iter().map(|(tag, builds)| {
            let results: Vec<bool> = builds
                .iter()
                .filter_map(|build| match build.status {
                    Status::Succeeded => Some(true),
                    Status::Failed => Some(false),
                    _ => None,
                })
                .collect();
            TagStats {
                tag: tag.to_owned(),
                flips: results.windows(2).filter(|pair| pair[0] != pair[1]).count(),
                stats: Stats::of(builds.iter().copied()),
            }
        });
        Self {
            all: Stats::of(builds.iter()),
            continuous: Stats::of(builds.iter().filter(|build| build.auto_created)),
            tags: tags.collect(),
        }
    }

    /// The tag with the longest median duration; `None` with fewer than two tags to compare.
    pub(crate) fn slowest(&self) -> Option<&TagStats> {
        let timed = self.tags.iter().filter(|tag| tag.stats.duration.is_some());
        if timed.clone().count() < 2 {
            return None;
        }
        timed.max_by_key(|tag| tag.stats.duration.map(|spread| spread.median))
    }

    /// The tag whose result changes most often; `None` when none does.
    pub(crate) fn flakiest(&self) -> Option<&TagStats> {
        let flips = self.tags.iter().filter(|tag| tag.flips > 0);
        flips.max_by(|a, b| a.flakiness().total_cmp(&b.flakiness()))
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
        let summary = BuildSummary::of(&builds);
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
    fn no_builds_have_no_statistics() {
        let summary = BuildSummary::of(&[]);
        assert_eq!(summary.all.success_rate(), None);
        assert!(summary.slowest().is_none() && summary.flakiest().is_none());
    }

    proptest! {
        #[test]
        fn median_and_p95_are_the_nearest_ranks(values in prop::collection::vec(0i64..50, 1..60)) {
            let spread = Spread::of(values.clone()).expect("values");
            let at_most = |limit: i64| values.iter().filter(|value| **value <= limit).count();
            for (limit, percent) in [(spread.median, 50), (spread.p95, 95)] {
                prop_assert!(at_most(limit) * 100 >= values.len() * percent);
                prop_assert!(at_most(limit - 1) * 100 < values.len() * percent);
            }
        }
    }
}
