//! Finds the steps of the Dockerfile in the output of image builders, while lines arrive.

use crate::ansi;
use crate::ansi::Painted;
use crate::column::Column;
use crate::levels::LevelKind;
use crate::step_markers::{self, BuildStep, StepMarker, Vertex};
use crate::store::Store;
use std::collections::HashMap;

/// The maximum number of steps. Further ones are ignored.
const MAX_STEPS: usize = 2000;

/// The maximum length of a title, in characters; the rest is cut.
const MAX_TITLE_CHARS: usize = 500;

/// In `Steps::runs`: the lines belong to no step.
const NO_STEP: u32 = u32::MAX;

/// The state of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    /// Waiting or in progress.
    #[default]
    Running,
    /// Succeeded.
    Succeeded,
    /// Failed.
    Failed,
}

/// The state of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// In progress.
    Running,
    /// Succeeded, or ended because the build did.
    Done,
    /// Done without running: its result came from the builder's cache.
    Cached,
    /// Failed; see [`Steps::failing`].
    Failed,
    /// Stopped by the builder because another step failed.
    Canceled,
}

/// The kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StepKind {
    /// An instruction of the Dockerfile.
    #[default]
    Instruction,
    /// Work of the builder itself, such as BuildKit's `[internal] load build definition` or `exporting to image`.
    Internal,
}

/// A step of the build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The number of its first line, which names the step.
    pub first: usize,
    /// The number of its last line so far. BuildKit runs several steps at once, so lines of other steps
    /// may be in between; see [`Steps::step_of_line`].
    pub last: usize,
    /// Its command, such as `RUN make`; at most 500 characters.
    pub title: String,
    /// The line that announces it, without escapes and BuildKit's `#8 `; at most 500 characters.
    pub header: String,
    /// The name or number of its stage, if the builder prints it.
    pub stage: Option<String>,
    /// The platform it runs for, such as `linux/arm64`, if the builder prints it.
    pub platform: Option<String>,
    /// An instruction or work of the builder.
    pub kind: StepKind,
    /// The builder's number of the step. Each stage counts its own steps.
    pub number: u32,
    /// The number of steps of its stage, if the builder prints it.
    pub total: Option<u32>,
    /// When it began: Unix seconds, UTC; `None` if the log has no times.
    pub start_time: Option<i64>,
    /// When it ended, or the time of its last line so far: Unix seconds, UTC.
    pub end_time: Option<i64>,
    /// The seconds that the builder itself printed, in tenths.
    pub tenths: Option<u32>,
    /// Running, done, cached, failed or canceled.
    pub state: StepState,
}

impl Step {
    /// The time from its start to its end or its last line so far, in whole seconds; `None` if the log
    /// has no times.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end_time?.saturating_sub(self.start_time?).max(0))
    }
}

/// The steps of a log, in the order in which they began. [`Log::feed`](crate::Log::feed) keeps them up
/// to date.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Outcome, StepState};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "STEP 1/2: FROM alpine"}, {"message": "Pulling"},
///     {"message": "STEP 2/2: RUN make"}, {"message": "make: not found"}]"#);
/// log.end();
/// log.set_outcome(Outcome::Failed);
///
/// let steps = log.steps();
/// assert_eq!(steps.list()[1].title, "RUN make");
/// assert_eq!(steps.list()[0].state, StepState::Done);
/// assert_eq!(steps.failing(), Some(1));
/// assert_eq!(steps.step_of_line(1), Some(0));
/// ```
#[derive(Debug, Default)]
pub struct Steps {
    list: Vec<Step>,
    /// For each step, true if the log says that it has ended.
    ended: Vec<bool>,
    /// The first line of each run of lines that belong to one step, and the step's index or [`NO_STEP`].
    runs: Column<(u32, u32)>,
    /// The index of a step by BuildKit's number of it.
    vertices: HashMap<u32, usize>,
    /// The step that lines without a marker belong to.
    current: Option<usize>,
    /// The step that failed, according to the log.
    failed: Option<usize>,
    /// The step of the last line with the level of an error.
    suspect: Option<usize>,
    outcome: Outcome,
    /// The number of lines read so far.
    seen: usize,
    /// A reused buffer.
    painted: Painted,
}

impl Steps {
    /// All steps. A step's index in this list is its number everywhere in this crate.
    pub fn list(&self) -> &[Step] {
        &self.list
    }

    /// Returns the index of the step that a line belongs to; `None` for a line before the first step, a
    /// line of no step, and past the end.
    pub fn step_of_line(&self, line: usize) -> Option<usize> {
        if line >= self.seen {
            return None;
        }
        let run = self
            .runs
            .partition_point(|(first, _)| first as usize <= line);
        let (_, step) = self.runs.get(run.checked_sub(1)?)?;
        (step != NO_STEP).then_some(step as usize)
    }

    /// Returns the index of the step that failed. While the build runs, only if the log says so. If the
    /// build failed and the log names no step: the step with the last error, otherwise the last step.
    pub fn failing(&self) -> Option<usize> {
        match self.outcome {
            Outcome::Running => self.failed,
            Outcome::Succeeded => None,
            Outcome::Failed => {
                let last = self.list.len().checked_sub(1);
                self.failed.or(self.suspect).or(last)
            }
        }
    }

    pub(crate) fn set_outcome(&mut self, outcome: Outcome) {
        if self.outcome != outcome {
            self.outcome = outcome;
            self.update_states();
        }
    }

    /// Reads the lines that are new since the last call. `notable` has at least those of them that may
    /// be step markers or have the level of an error.
    pub(crate) fn observe(&mut self, store: &Store, notable: &[u32]) {
        if self.seen == store.len() {
            return;
        }
        let mut painted = std::mem::take(&mut self.painted);
        for line in notable.iter().map(|line| *line as usize) {
            let text = std::str::from_utf8(store.bytes(line)).unwrap_or_default();
            let text = match store.is_plain(line) {
                true => text,
                false => {
                    ansi::plain_into(text, &mut painted);
                    &painted.text
                }
            };
            if let Some(marker) = step_markers::read(text) {
                self.apply(store, line, marker);
            }
            let level = store.levels().get(usize::from(store.level_number(line)));
            if level.is_some_and(|level| level.kind == LevelKind::Error) {
                self.suspect = self.current.or(self.suspect);
            }
        }
        self.painted = painted;
        self.seen = store.len();
        self.extend_current(store, self.seen);
        self.update_states();
    }

    /// Extends the current step to the line before `end`.
    fn extend_current(&mut self, store: &Store, end: usize) {
        let current = self.current.and_then(|current| self.list.get_mut(current));
        if let (Some(step), Some(last)) = (current, end.checked_sub(1))
            && last >= step.last
        {
            step.last = last;
            step.end_time = store.near_time(last);
        }
    }

    /// Applies a step marker.
    fn apply(&mut self, store: &Store, line: usize, marker: StepMarker<'_>) {
        match marker {
            StepMarker::BuildStep(header) => {
                self.extend_current(store, line);
                if let Some(current) = self.current {
                    self.end(current);
                }
                if let Some(step) = self.begin(store, line, header) {
                    // A step may print nothing at its end, so it ends when the next one begins.
                    let start = self.list.get(step).and_then(|step| step.start_time);
                    let before = self.current.and_then(|before| self.list.get_mut(before));
                    if let Some(before) = before {
                        before.end_time = start.or(before.end_time);
                    }
                    self.enter(line, Some(step));
                }
            }
            StepMarker::Vertex(number, event) => {
                self.extend_current(store, line);
                if let Vertex::Named(header) = event
                    && !self.vertices.contains_key(&number)
                    && let Some(step) = self.begin(store, line, header)
                {
                    self.vertices.insert(number, step);
                }
                let step = self.vertices.get(&number).copied();
                self.enter(line, step);
                match (step, event) {
                    (Some(step), Vertex::Done) => self.end(step),
                    (Some(step), Vertex::Cached) => {
                        self.set_cached(Some(step));
                        self.end(step);
                    }
                    (Some(step), Vertex::Failed) => {
                        self.failed = self.failed.or(Some(step));
                    }
                    _ => {}
                }
            }
            StepMarker::Cached => self.set_cached(self.current),
            StepMarker::Failed(command) => {
                let named = command.and_then(|command| {
                    self.list
                        .iter()
                        .rposition(|step| step.title == command.trim())
                });
                self.failed = self.failed.or(named).or(self.current);
            }
        }
    }

    /// Starts a step, and returns its index; `None` if there are too many.
    fn begin(&mut self, store: &Store, line: usize, header: BuildStep<'_>) -> Option<usize> {
        if self.list.len() >= MAX_STEPS {
            return None;
        }
        let time = store.near_time(line);
        self.list.push(Step {
            first: line,
            last: line,
            title: header.title.chars().take(MAX_TITLE_CHARS).collect(),
            header: header.title.chars().take(MAX_TITLE_CHARS).collect(),
            stage: None,
            platform: None,
            kind: StepKind::Instruction,
            number: header.number,
            total: header.total,
            start_time: time,
            end_time: time,
            tenths: None,
            state: StepState::Running,
        });
        self.ended.push(false);
        Some(self.list.len() - 1)
    }

    fn set_cached(&mut self, step: Option<usize>) {
        if let Some(step) = step.and_then(|step| self.list.get_mut(step)) {
            step.state = StepState::Cached;
        }
    }

    fn end(&mut self, step: usize) {
        if let Some(ended) = self.ended.get_mut(step) {
            *ended = true;
        }
    }

    /// Makes lines from `line` on belong to a step, or to none.
    fn enter(&mut self, line: usize, step: Option<usize>) {
        if self.current != step {
            self.current = step;
            let number = step.map_or(NO_STEP, |step| step as u32);
            self.runs.push((line as u32, number));
        }
    }

    /// Sets the state of all steps.
    fn update_states(&mut self) {
        let failing = self.failing();
        for (index, (step, ended)) in self.list.iter_mut().zip(&self.ended).enumerate() {
            step.state = if failing == Some(index) {
                StepState::Failed
            } else if step.state == StepState::Cached {
                StepState::Cached
            } else if *ended || self.outcome != Outcome::Running {
                StepState::Done
            } else {
                StepState::Running
            };
        }
    }
}
