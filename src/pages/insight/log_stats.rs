//! Statistics of the logs that were read: why builds failed, which steps are slow, and how much came from the cache.
//! Pure.

use crate::components::builds::spread::Spread;
use crate::log::{FailureKind, Outcome, StepKind, StepState};
use crate::log_viewer::read_logs::facts::{LogFacts, StepFact};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most steps in the table of slow ones.
const MAX_STEPS: usize = 10;

/// The builds that failed in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KindCount {
    /// `None`: no line of the log tells why.
    pub(crate) kind: Option<FailureKind>,
    pub(crate) builds: usize,
    /// The id of the newest of them.
    pub(crate) newest: String,
}

/// A step of several builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepStats {
    pub(crate) title: Arc<str>,
    /// The number of times it ran to its end, and did not come from the cache.
    pub(crate) runs: usize,
    /// The number of times it came from the cache.
    pub(crate) cached: usize,
    /// Its durations when it ran, in tenths of a second.
    pub(crate) tenths: Spread,
}

/// Statistics of the logs of some builds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct LogStats {
    /// The number of logs.
    pub(crate) logs: usize,
    /// The number of failed builds among them.
    pub(crate) failed: usize,
    /// The most frequent kind first.
    pub(crate) kinds: Vec<KindCount>,
    /// The slowest first, at most 10.
    pub(crate) steps: Vec<StepStats>,
    /// The instructions that came from the cache, and all that ended, in all builds.
    pub(crate) cached: (usize, usize),
}

impl LogStats {
    /// Summarizes logs with the ids of their builds, given newest first.
    pub(crate) fn of(logs: &[(String, Arc<LogFacts>)]) -> Self {
        let failed = logs
            .iter()
            .filter(|(_, facts)| facts.outcome == Outcome::Failed);
        let mut stats = Self {
            logs: logs.len(),
            failed: failed.clone().count(),
            ..Self::default()
        };
        for (id, facts) in failed {
            stats.count_kind(facts.cause.as_ref().map(|cause| cause.kind), id);
        }
        // The order of those that are equal is that of their newest builds.
        stats.kinds.sort_by_key(|kind| usize::MAX - kind.builds);
        let steps = logs.iter().flat_map(|(_, facts)| &facts.steps);
        for step in steps
            .clone()
            .filter(|step| step.kind == StepKind::Instruction)
        {
            let is_cached = step.state == StepState::Cached;
            let ran = matches!(step.state, StepState::Done | StepState::Failed);
            stats.cached.0 += usize::from(is_cached);
            stats.cached.1 += usize::from(is_cached || ran);
        }
        stats.steps = slowest(steps);
        stats
    }

    fn count_kind(&mut self, kind: Option<FailureKind>, id: &str) {
        match self.kinds.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.builds += 1,
            None => self.kinds.push(KindCount {
                kind,
                builds: 1,
                newest: id.to_owned(),
            }),
        }
    }

    /// The percentage of instructions that came from the cache; `None` if none has ended.
    pub(crate) fn cached_percent(&self) -> Option<usize> {
        let (cached, all) = self.cached;
        (cached * 100).checked_div(all)
    }
}

/// The steps that take longest, by the median of the runs that ended well.
fn slowest<'a>(steps: impl Iterator<Item = &'a StepFact>) -> Vec<StepStats> {
    let mut by_title: BTreeMap<&Arc<str>, (Vec<i64>, usize)> = BTreeMap::new();
    for step in steps {
        let (tenths, cached) = by_title.entry(&step.title).or_default();
        match step.state {
            StepState::Done => tenths.extend(step.tenths.map(i64::from)),
            StepState::Cached => *cached += 1,
            _ => {}
        }
    }
    let stats = by_title
        .into_iter()
        .filter_map(|(title, (tenths, cached))| {
            Some(StepStats {
                title: title.clone(),
                runs: tenths.len(),
                cached,
                tenths: Spread::of(tenths)?,
            })
        });
    let mut stats: Vec<StepStats> = stats.filter(|step| step.tenths.median > 0).collect();
    stats.sort_by_key(|step| -step.tenths.median);
    stats.truncate(MAX_STEPS);
    stats
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log_viewer::read_logs::facts::CauseFact;

    fn step(title: &str, state: StepState, tenths: Option<u32>) -> StepFact {
        StepFact {
            title: title.into(),
            kind: StepKind::Instruction,
            state,
            tenths,
        }
    }

    fn log(id: &str, kind: Option<FailureKind>, steps: Vec<StepFact>) -> (String, Arc<LogFacts>) {
        let facts = LogFacts {
            image: "team/app:latest".into(),
            outcome: match id.starts_with('f') {
                true => Outcome::Failed,
                false => Outcome::Succeeded,
            },
            lines: 1,
            cause: kind.map(|kind| CauseFact {
                line: 0,
                text: "error".to_owned(),
                kind,
            }),
            failing: None,
            steps,
        };
        (id.to_owned(), Arc::new(facts))
    }

    #[test]
    fn kinds_of_failure_are_counted() {
        let stats = LogStats::of(&[
            log("f9", None, Vec::new()),
            log("f8", Some(FailureKind::Network), Vec::new()),
            log("s7", None, Vec::new()),
            log("f6", Some(FailureKind::Compile), Vec::new()),
            log("f5", Some(FailureKind::Network), Vec::new()),
        ]);
        let kinds: Vec<_> = stats
            .kinds
            .iter()
            .map(|kind| (kind.kind, kind.builds, kind.newest.as_str()))
            .collect();
        assert_eq!(
            kinds,
            [
                (Some(FailureKind::Network), 2, "f8"),
                (None, 1, "f9"),
                (Some(FailureKind::Compile), 1, "f6")
            ]
        );
        assert_eq!((stats.logs, stats.failed), (5, 4));
        assert_eq!(stats.cached_percent(), None);
    }

    #[test]
    fn a_step_is_as_slow_as_its_runs_outside_the_cache() {
        let internal = StepFact {
            kind: StepKind::Internal,
            ..step("exporting", StepState::Done, Some(99))
        };
        let stats = LogStats::of(&[
            log(
                "s3",
                None,
                vec![
                    step("RUN make", StepState::Done, Some(300)),
                    step("COPY . .", StepState::Done, Some(0)),
                    internal,
                ],
            ),
            log(
                "s2",
                None,
                vec![
                    step("RUN make", StepState::Cached, Some(0)),
                    step("COPY . .", StepState::Cached, None),
                ],
            ),
            log(
                "f1",
                None,
                vec![
                    step("RUN make", StepState::Done, Some(100)),
                    step("COPY . .", StepState::Failed, Some(5_000)),
                ],
            ),
            log(
                "I0",
                None,
                vec![step("RUN make", StepState::Running, Some(1))],
            ),
        ]);
        let steps: Vec<_> = stats
            .steps
            .iter()
            .map(|step| (&*step.title, step.runs, step.cached, step.tenths.median))
            .collect();
        assert_eq!(steps, [("RUN make", 2, 1, 100), ("exporting", 1, 0, 99)]);
        assert_eq!((stats.cached, stats.cached_percent()), ((2, 6), Some(33)));
    }
}
