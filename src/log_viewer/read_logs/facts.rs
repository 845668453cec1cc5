//! Facts that stay of a log after its text is dropped: why the build failed, and its steps with their times. Pure.

use crate::api::{Build, Status};
use crate::log::{Explanation, FailureKind, Log, Outcome, Step, StepKind, StepState};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// The most logs whose facts are kept.
const MAX_LOGS: usize = 2_000;

/// The most steps of one log.
const MAX_STEPS: usize = 200;

/// The most characters of a step's title and of a cause.
const MAX_CHARS: usize = 200;

/// A step of a build whose log was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StepFact {
    /// Its command, such as `RUN make`; at most 200 characters.
    pub(crate) title: Arc<str>,
    pub(crate) kind: StepKind,
    pub(crate) state: StepState,
    /// Its duration, in tenths of a second; `None` if the log has no times.
    pub(crate) tenths: Option<u32>,
}

/// The cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CauseFact {
    /// The line, counted from 0.
    pub(crate) line: usize,
    /// Its visible text, at most 200 characters.
    pub(crate) text: String,
    pub(crate) kind: FailureKind,
}

/// The facts about a log that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogFacts {
    /// The image of the build, such as `team/app:latest`.
    pub(crate) image: Arc<str>,
    pub(crate) outcome: Outcome,
    /// The number of lines.
    pub(crate) lines: usize,
    /// `None` if the build succeeded, or if no line tells why it failed.
    pub(crate) cause: Option<CauseFact>,
    /// The title of the step that failed.
    pub(crate) failing: Option<Arc<str>>,
    /// In the order in which they began; at most 200.
    pub(crate) steps: Vec<StepFact>,
}

/// The facts of all logs that were read, by the build's id. Those that were read last are kept.
#[derive(Debug, Default)]
pub(crate) struct FactsStore {
    by_build: HashMap<String, Arc<LogFacts>>,
    /// The ids in the order in which the logs were read.
    order: VecDeque<String>,
    /// Each title and image once: the builds of a repository have the same ones.
    texts: HashSet<Arc<str>>,
}

impl FactsStore {
    /// Adds what a log tells.
    pub(crate) fn add(&mut self, build: &Build, log: &Log, explanation: &Explanation) {
        let steps = log.steps().list().iter();
        let steps = steps.skip(log.steps().first_of_attempt()).take(MAX_STEPS);
        let steps: Vec<StepFact> = steps.map(|step| self.step(step)).collect();
        let failing = explanation.failing_step;
        let failing = failing.and_then(|index| log.steps().list().get(index));
        let facts = LogFacts {
            image: self.text(&build.image_reference()),
            outcome: outcome_of(build),
            lines: log.len(),
            cause: explanation.cause.as_ref().map(|cause| CauseFact {
                line: cause.line,
                text: log
                    .plain(cause.line)
                    .trim()
                    .chars()
                    .take(MAX_CHARS)
                    .collect(),
                kind: cause.kind,
            }),
            failing: failing.map(|step| self.text(&step.title)),
            steps,
        };
        let id = &build.build_id;
        if self.by_build.insert(id.clone(), Arc::new(facts)).is_none() {
            self.order.push_back(id.clone());
        }
        while self.order.len() > MAX_LOGS {
            if let Some(oldest) = self.order.pop_front() {
                self.by_build.remove(&oldest);
            }
        }
    }

    /// The facts about a build's log.
    pub(crate) fn get(&self, build_id: &str) -> Option<Arc<LogFacts>> {
        self.by_build.get(build_id).cloned()
    }

    /// The facts about the logs of an image's builds, in no order.
    pub(crate) fn of_image(&self, image: &str) -> Vec<Arc<LogFacts>> {
        let all = self.by_build.values();
        all.filter(|facts| &*facts.image == image)
            .cloned()
            .collect()
    }

    fn step(&mut self, step: &Step) -> StepFact {
        StepFact {
            title: self.text(&step.title),
            kind: step.kind,
            state: step.state,
            tenths: step_tenths(step),
        }
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        let short = short_title(text);
        if let Some(known) = self.texts.get(short.as_str()) {
            return known.clone();
        }
        let text: Arc<str> = short.into();
        self.texts.insert(text.clone());
        text
    }
}

/// A title as facts have it: at most 200 characters.
pub(crate) fn short_title(title: &str) -> String {
    title.chars().take(MAX_CHARS).collect()
}

/// The outcome of a build, as its log needs to know it.
pub(crate) fn outcome_of(build: &Build) -> Outcome {
    match build.status {
        Status::Failed | Status::Canceled => Outcome::Failed,
        _ if build.is_finished() => Outcome::Succeeded,
        _ => Outcome::Running,
    }
}

/// The duration of a step, in tenths of a second: as the builder says, or else by the times of its lines.
fn step_tenths(step: &Step) -> Option<u32> {
    let by_times = || u32::try_from(step.duration()?.checked_mul(10)?).ok();
    step.tenths.or_else(by_times)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;
    use crate::log::explain;

    fn log(text: &str, outcome: Outcome) -> Log {
        let mut log = Log::new();
        log.begin(None);
        log.feed(text.as_bytes());
        log.end();
        log.set_outcome(outcome);
        log
    }

    fn build(id: &str, status: Status) -> Build {
        Build {
            build_id: id.to_owned(),
            docker_repo_path: "team/app".to_owned(),
            docker_repo_tag: "latest".to_owned(),
            status,
            ended_at: Timestamp::from_millis(1),
            ..Build::default()
        }
    }

    const LOG: &str = r#"[{"message": "STEP 1/2: FROM alpine", "time": 10},
        {"message": "STEP 2/2: RUN make", "time": 12}, {"message": "make: done", "time": 19}]"#;

    #[test]
    fn steps_and_their_times_stay() {
        let mut store = FactsStore::default();
        let log = log(LOG, Outcome::Failed);
        let explanation = explain(&log, Outcome::Failed);
        store.add(&build("1", Status::Failed), &log, &explanation);
        store.add(&build("2", Status::Failed), &log, &explanation);
        let facts = store.get("1").expect("is there");
        assert_eq!((facts.lines, facts.steps.len()), (3, 2));
        assert_eq!(facts.failing.as_deref(), Some("RUN make"));
        assert_eq!(facts.steps[1].tenths, Some(70));
        assert_eq!(facts.steps[0].state, StepState::Done);
        let other = store.get("2").expect("is there");
        assert!(Arc::ptr_eq(&facts.steps[0].title, &other.steps[0].title));
        assert_eq!(store.of_image("team/app:latest").len(), 2);
        assert!(store.of_image("team/app:other").is_empty());
    }

    #[test]
    fn the_oldest_facts_are_dropped() {
        let mut store = FactsStore::default();
        let log = log(LOG, Outcome::Succeeded);
        for id in 0..=MAX_LOGS {
            let build = build(&id.to_string(), Status::Succeeded);
            store.add(&build, &log, &Explanation::default());
        }
        assert!(store.get("0").is_none() && store.get("1").is_some());
        assert_eq!(store.by_build.len(), MAX_LOGS);
    }
}
