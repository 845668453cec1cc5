//! Statistics of a repository's builds: how many succeed, how long they wait and take. Pure.

use crate::api::{Build, Status};
use crate::components::builds::spread::Spread;
use std::collections::BTreeMap;

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
    /// The commits of which a build succeeded or failed.
    pub(crate) commits: usize,
    /// Those of them of which one build succeeded and another failed: the source was the same.
    pub(crate) flaky: usize,
}

impl TagStats {
    /// The percentage of commits with two outcomes.
    pub(crate) fn flakiness(&self) -> f64 {
        self.flaky as f64 * 100.0 / self.commits.max(1) as f64
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
            let outcomes = outcomes(&builds);
            TagStats {
                tag: tag.to_owned(),
                commits: outcomes.len(),
                flaky: outcomes
                    .values()
                    .filter(|both| **both == (true, true))
                    .count(),
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

    /// The tag with the largest share of commits with two outcomes; `None` when no commit has two.
    pub(crate) fn flakiest(&self) -> Option<&TagStats> {
        let flaky = self.tags.iter().filter(|tag| tag.flaky > 0);
        flaky.max_by(|a, b| a.flakiness().total_cmp(&b.flakiness()))
    }
}

/// For each commit, true if a build of it succeeded, and true if one failed. A build whose commit is not known says
/// nothing about flakiness.
fn outcomes<'a>(builds: &[&'a Build]) -> BTreeMap<&'a str, (bool, bool)> {
    let mut outcomes = BTreeMap::new();
    for build in builds {
        let commit = build.code_head_commit.as_deref().unwrap_or_default();
        let (succeeded, failed) = match build.status {
            Status::Succeeded => (true, false),
            Status::Failed => (false, true),
            _ => continue,
        };
        if !commit.is_empty() {
            let known = outcomes.entry(commit).or_insert((false, false));
            *known = (known.0 || succeeded, known.1 || failed);
        }
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

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
        assert!(summary.flakiest().is_none(), "no commit is known");
        assert_eq!(summary.continuous, Stats::default());
    }

    #[test]
    fn no_builds_have_no_statistics() {
        let summary = BuildSummary::of(&[]);
        assert_eq!(summary.all.success_rate(), None);
        assert!(summary.slowest().is_none() && summary.flakiest().is_none());
    }

    #[test]
    fn flaky_is_two_outcomes_for_one_commit() {
        let built = |tag: &str, commit: Option<&str>, status: Status| Build {
            code_head_commit: commit.map(str::to_owned),
            ..build(tag, status, [None; 3])
        };
        let builds = [
            // Each commit has one outcome: it broke, and it was fixed.
            built("fixed", Some("3"), Status::Succeeded),
            built("fixed", Some("2"), Status::Failed),
            built("fixed", Some("1"), Status::Succeeded),
            // Built again without a change.
            built("flaky", Some("2"), Status::Succeeded),
            built("flaky", Some("2"), Status::Failed),
            built("flaky", Some("1"), Status::Failed),
            built("flaky", Some("1"), Status::Failed),
            built("flaky", Some("1"), Status::InProgress),
            // Nobody knows of which commit.
            built("unknown", None, Status::Succeeded),
            built("unknown", Some(""), Status::Failed),
            // Another tag of the same commit is another build.
            built("fixed", Some("4"), Status::Failed),
            built("other", Some("4"), Status::Succeeded),
        ];
        let summary = BuildSummary::of(&builds);
        let counts: Vec<_> = summary
            .tags
            .iter()
            .map(|tag| (tag.tag.as_str(), tag.flaky, tag.commits))
            .collect();
        assert_eq!(
            counts,
            [
                ("fixed", 0, 4),
                ("flaky", 1, 2),
                ("other", 0, 1),
                ("unknown", 0, 0)
            ]
        );
        let flakiest = summary.flakiest().expect("one is flaky");
        assert_eq!(
            (flakiest.tag.as_str(), flakiest.flakiness()),
            ("flaky", 50.0)
        );
    }
}
