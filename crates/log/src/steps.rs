//! Finds the steps of the Dockerfile in the output of image builders, while lines arrive.

mod attempts;
mod counts;
mod failing;
mod lines;
mod sequence;
mod step;
mod vertices;

use crate::ansi;
use crate::ansi::Painted;
use crate::grammar::{self, Chosen, Says};
use crate::screen::Written;
use crate::steps::attempts::Attempts;
pub use crate::steps::attempts::LostAttempt;
use crate::steps::counts::Counts;
use crate::steps::lines::Lines;
pub(crate) use crate::steps::step::At;
use crate::steps::step::End;
pub use crate::steps::step::{NotRun, Outcome, Step, StepKind, StepState};
use crate::store::{Notable, Store};
use std::collections::HashMap;

/// The maximum number of steps. Further ones are ignored.
const MAX_STEPS: usize = 2000;

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
    /// For each step, what the log says of it.
    marks: Vec<Mark>,
    lines: Lines,
    grammar: Chosen,
    counts: Counts,
    /// The index of a step by BuildKit's number of it.
    vertices: HashMap<u32, usize>,
    /// The step that failed, according to the log.
    failed: Option<usize>,
    /// True if buildah runs several stages at once.
    is_parallel: bool,
    /// The number of images that buildah has made of steps.
    images: usize,
    /// A line that is a step if the builder says that it fails: see [`Says::Unknown`].
    candidate: Option<Candidate>,
    outcome: Outcome,
    attempts: Attempts,
    /// A reused buffer.
    painted: Painted,
}

/// The facts that the log tells about a step.
#[derive(Debug, Clone, Copy)]
struct Mark {
    end: End,
    /// The index of its count, see [`Counts`]; [`NO_COUNT`] for work of the builder.
    count: usize,
}

/// In [`Mark::count`].
const NO_COUNT: usize = usize::MAX;

/// A line that may be a step.
#[derive(Debug)]
struct Candidate {
    line: usize,
    header: String,
    title: String,
    number: u32,
    total: Option<u32>,
    count: usize,
}

impl Steps {
    /// All steps. A step's index in this list is its number everywhere in this crate.
    pub fn list(&self) -> &[Step] {
        &self.list
    }

    /// The attempts that ended because their builders were lost, in order. Their steps are the first ones of
    /// [`Steps::list`], and none of them runs any more.
    pub fn lost_attempts(&self) -> &[LostAttempt] {
        self.attempts.lost()
    }

    /// The index of the first step of the attempt that goes on, or will: 0 unless a builder was lost.
    pub fn first_of_attempt(&self) -> usize {
        self.attempts.first_step()
    }

    /// Returns the index of the step that a line belongs to; `None` for a line before the first step, a
    /// line of no step, and past the end.
    pub fn step_of_line(&self, line: usize) -> Option<usize> {
        self.lines.step_of(line)
    }

    /// The steps that have not begun, as far as the builder says how many there are, in order of the stages. Empty
    /// if the build succeeded.
    pub fn not_run(&self) -> Vec<NotRun> {
        match self.outcome {
            Outcome::Succeeded => Vec::new(),
            _ => self.counts.not_run(),
        }
    }

    /// The part of the steps that has begun, over all stages: how many, and of how many. Stages that have not
    /// begun count as far as the builder says how many there are. `None` if it does not say how many steps
    /// there are.
    pub fn progress(&self) -> Option<(u64, u64)> {
        self.counts.progress()
    }

    pub(crate) fn set_outcome(&mut self, outcome: Outcome) {
        if self.outcome != outcome {
            self.outcome = outcome;
            self.update_states();
        }
    }

    /// Reads the lines that are new since the last call. `notable` has at least those of them that may say
    /// something about steps.
    pub(crate) fn observe(&mut self, store: &Store, notable: &[Notable]) {
        if self.lines.seen() == store.len() && notable.is_empty() {
            return;
        }
        let mut painted = std::mem::take(&mut self.painted);
        for notable in notable {
            match notable {
                Notable::Came(line) => {
                    let line = *line as usize;
                    let (bytes, is_plain) = store.raw_bytes(line);
                    let text = std::str::from_utf8(bytes).unwrap_or_default();
                    if let Some(text) = visible(text, is_plain, &mut painted) {
                        let at = At {
                            line,
                            store: Some(store),
                        };
                        self.read(at, text);
                    }
                }
                Notable::Over(Written { line, len, text }, time) => {
                    let at = At {
                        line: *line,
                        store: Some(store),
                    };
                    if let Some(text) = text {
                        self.read(at, text);
                    }
                    self.lines.touch(at, *len, *time, &mut self.list);
                }
            }
        }
        self.painted = painted;
        self.lines.see(store, &mut self.list);
        let end = At {
            line: store.len().saturating_sub(1),
            store: Some(store),
        };
        self.extend_open(end);
        self.update_states();
    }

    /// Reads a line that may say something about steps, without escapes.
    pub(crate) fn read(&mut self, at: At<'_>, text: &str) {
        if self.attempts.read(at.line, text, self.list.len()) {
            return self.forget_attempt(at);
        }
        let Some(says) = self.grammar.read(text) else {
            return;
        };
        if !matches!(says, Says::Fails(_)) {
            self.candidate = None;
        }
        match says {
            Says::Step(header) => self.begin_counted(at, &header),
            Says::Unknown(header) => self.note_candidate(at, &header),
            Says::Vertex(number, vertex) => self.vertex(at, number, vertex),
            Says::Cached => self.end_current(at, End::Cached),
            Says::Runs => self.run_current(),
            Says::Ended => self.end_current(at, End::Done),
            Says::Finished => self.finish(at),
            Says::Left => self.enter(at, None),
            Says::FailedVertex(header) => self.failed_vertex(at, header),
            Says::Fails(blame) => self.fail(at, blame),
        }
    }

    /// Begins with another attempt, maybe of another builder.
    fn forget_attempt(&mut self, at: At<'_>) {
        self.extend_open(at);
        self.forget_build();
        self.vertices.clear();
        self.candidate = None;
        self.grammar = Chosen::default();
        self.enter(at, None);
    }

    /// Adds a step, and returns its index; `None` if there are too many.
    fn add(&mut self, at: At<'_>, count: usize, step: Step) -> Option<usize> {
        if self.list.len() >= MAX_STEPS {
            return None;
        }
        let time = at.time();
        self.list.push(Step {
            first: at.line,
            last: at.line,
            start_time: time,
            end_time: time,
            ..step
        });
        self.marks.push(Mark {
            end: End::Open,
            count,
        });
        Some(self.list.len() - 1)
    }

    /// Makes lines from this one on belong to a step, or to none.
    fn enter(&mut self, at: At<'_>, step: Option<usize>) {
        self.lines.enter(at, step, &mut self.list);
    }

    fn end_of(&self, step: usize) -> End {
        self.marks.get(step).map_or(End::Done, |mark| mark.end)
    }

    fn set_end(&mut self, step: usize, end: End) {
        if let Some(mark) = self.marks.get_mut(step) {
            mark.end = end;
        }
    }
}

/// The visible text of a line, if it may say something about steps.
pub(crate) fn visible<'a>(
    text: &'a str,
    is_plain: bool,
    painted: &'a mut Painted,
) -> Option<&'a str> {
    if is_plain {
        return Some(text);
    }
    let text = ansi::after_colors(text);
    let bytes = text.as_bytes();
    if let [b'#', digit, ..] = bytes
        && digit.is_ascii_digit()
    {
        // A program that returns to the start of the line covers the number of the step, so the text before counts.
        let first = memchr::memchr(b'\r', bytes)
            .and_then(|end| text.get(..end))
            .unwrap_or(text);
        ansi::plain_into(first, painted);
        return Some(&painted.text);
    }
    let moves = memchr::memchr2(b'\r', 8, bytes).is_some();
    if !moves && !grammar::may_be_marker(bytes) {
        return None;
    }
    ansi::plain_into(text, painted);
    Some(&painted.text)
}
