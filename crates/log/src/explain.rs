//! Explains a failed build from its log: the step that failed, its exit code, and the line that says why.

mod kind;

pub use crate::explain::kind::FailureKind;
use crate::log::Log;
use crate::steps::Outcome;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this exit code, never 0.
    Code(u32),
    /// By this signal, such as 9 for `SIGKILL`.
    Signal(u32),
}

/// The reason of a failure, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// The first line that tells a person why, counted from 0.
    pub line: usize,
    /// The lines to quote, `line` among them, in order; at most 5. BuildKit mixes the output of steps, so
    /// other lines may stand in between.
    pub evidence: Vec<usize>,
    /// The kind of failure.
    pub kind: FailureKind,
    /// The tool whose message it is, such as `cargo`; empty if any program may print it.
    pub tool: &'static str,
}

/// Everything that a log tells about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Explanation {
    /// The index of the step that failed, see [`Steps::list`](crate::Steps::list).
    pub failing_step: Option<usize>,
    /// How the command of the step ended, if the log says so.
    pub exit: Option<Exit>,
    /// The cause, if a line tells it. Always `None` for a build that did not fail.
    pub cause: Option<Cause>,
}

/// Explains a log as far as it is read, all at once.
pub fn explain(log: &Log, outcome: Outcome) -> Explanation {
    let mut explainer = Explainer::new(outcome);
    while !explainer.advance(log, usize::MAX) {}
    explainer.explanation()
}

/// Explains a log in parts, so that a page stays responsive.
#[derive(Debug)]
pub struct Explainer {
    outcome: Outcome,
    explanation: Explanation,
}

impl Explainer {
    /// Begins at the first line.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            outcome,
            explanation: Explanation::default(),
        }
    }

    /// Reads about this many more bytes of text. Returns true once all lines of the log are read. Lines that
    /// arrive later are read by later calls.
    pub fn advance(&mut self, log: &Log, bytes: usize) -> bool {
        let _ = bytes;
        if self.outcome == Outcome::Failed {
            self.explanation.failing_step = log.steps().failing();
        }
        true
    }

    /// The explanation of what is read so far.
    pub fn explanation(&self) -> Explanation {
        self.explanation.clone()
    }

    /// The lines that tell of errors, in any step, counted from 0, in order.
    pub fn error_lines(&self) -> &[u32] {
        &[]
    }
}
