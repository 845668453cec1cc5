//! Which logs of a list of builds were read, are being read, and come next. Pure.

use crate::api::Build;
use crate::client::Error;
use std::collections::HashSet;

#[derive(Debug, Clone, PartialEq)]
enum Progress {
    Waiting,
    Reading,
    Read,
    Failed(Error),
}

/// The builds whose logs are wanted, in the order in which they are read.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    wanted: Vec<(Build, Progress)>,
}

/// The number of logs that are wanted, and what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct PlanCounts {
    pub(crate) wanted: usize,
    pub(crate) read: usize,
    pub(crate) failed: usize,
}

impl PlanCounts {
    /// The number of logs that are still to be read.
    pub(crate) fn left(self) -> usize {
        self.wanted - self.read - self.failed
    }
}

impl Plan {
    /// Wants the logs of these builds, in this order, and no others. What became of those that were wanted before stays.
    pub(crate) fn want(&mut self, builds: &[Build]) {
        let mut before = std::mem::take(&mut self.wanted);
        let mut seen = HashSet::new();
        for build in builds.iter().filter(|build| seen.insert(&build.build_id)) {
            let known = before
                .iter()
                .position(|(known, _)| known.build_id == build.build_id);
            let progress = known.map(|at| before.swap_remove(at).1);
            self.wanted
                .push((build.clone(), progress.unwrap_or(Progress::Waiting)));
        }
    }

    /// The next build whose log is to be read, which is being read from now on.
    pub(crate) fn next(&mut self) -> Option<Build> {
        let waiting = |(_, progress): &&mut (Build, Progress)| *progress == Progress::Waiting;
        let (build, progress) = self.wanted.iter_mut().find(waiting)?;
        *progress = Progress::Reading;
        Some(build.clone())
    }

    /// Records what became of a read.
    pub(crate) fn finish(&mut self, build_id: &str, result: Result<(), Error>) {
        self.set(
            build_id,
            match result {
                Ok(()) => Progress::Read,
                Err(error) => Progress::Failed(error),
            },
        );
    }

    /// Reads this log again later: its read was not made to the end.
    pub(crate) fn put_back(&mut self, build_id: &str) {
        self.set(build_id, Progress::Waiting);
    }

    fn set(&mut self, build_id: &str, to: Progress) {
        let mut wanted = self.wanted.iter_mut();
        if let Some((_, progress)) = wanted.find(|(build, _)| build.build_id == build_id) {
            *progress = to;
        }
    }

    /// Puts back all that are being read: the reads were aborted.
    pub(crate) fn stop(&mut self) {
        for (_, progress) in &mut self.wanted {
            if *progress == Progress::Reading {
                *progress = Progress::Waiting;
            }
        }
    }

    /// Wants the logs again that could not be read.
    pub(crate) fn retry(&mut self) {
        for (_, progress) in &mut self.wanted {
            if matches!(progress, Progress::Failed(_)) {
                *progress = Progress::Waiting;
            }
        }
    }

    /// The numbers of logs that are wanted, read and failed.
    pub(crate) fn counts(&self) -> PlanCounts {
        let count = |is: fn(&Progress) -> bool| {
            self.wanted
                .iter()
                .filter(|(_, progress)| is(progress))
                .count()
        };
        PlanCounts {
            wanted: self.wanted.len(),
            read: count(|progress| *progress == Progress::Read),
            failed: count(|progress| matches!(progress, Progress::Failed(_))),
        }
    }

    /// The builds whose logs could not be read, with the reason.
    pub(crate) fn failures(&self) -> Vec<(Build, Error)> {
        let failed = self
            .wanted
            .iter()
            .filter_map(|(build, progress)| match progress {
                Progress::Failed(error) => Some((build.clone(), error.clone())),
                _ => None,
            });
        failed.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builds(ids: &str) -> Vec<Build> {
        let build = |id: char| Build {
            build_id: id.to_string(),
            ..Build::default()
        };
        ids.chars().map(build).collect()
    }

    fn next(plan: &mut Plan) -> Option<String> {
        plan.next().map(|build| build.build_id)
    }

    fn counts(plan: &Plan) -> (usize, usize, usize, usize) {
        let counts = plan.counts();
        (counts.wanted, counts.read, counts.failed, counts.left())
    }

    #[test]
    fn logs_are_read_in_order_and_once() {
        let mut plan = Plan::default();
        plan.want(&builds("aba"));
        assert_eq!(next(&mut plan).as_deref(), Some("a"));
        // More of the list has arrived.
        plan.want(&builds("abc"));
        assert_eq!(next(&mut plan).as_deref(), Some("b"));
        plan.finish("a", Ok(()));
        plan.finish("b", Err(Error::CUT_OFF));
        assert_eq!(counts(&plan), (3, 1, 1, 1));
        assert_eq!(next(&mut plan).as_deref(), Some("c"));
        assert_eq!((next(&mut plan), counts(&plan).3), (None, 1));
        plan.stop();
        assert_eq!(next(&mut plan).as_deref(), Some("c"));
        plan.finish("c", Ok(()));
        assert_eq!(plan.failures().len(), 1);
        plan.retry();
        assert_eq!(counts(&plan), (3, 2, 0, 1));
        assert_eq!(next(&mut plan).as_deref(), Some("b"));
        plan.put_back("b");
        assert_eq!(next(&mut plan).as_deref(), Some("b"));
        // A build that is not wanted any more counts no more.
        plan.want(&builds("ac"));
        plan.finish("b", Ok(()));
        assert_eq!(counts(&plan), (2, 2, 0, 0));
    }
}
