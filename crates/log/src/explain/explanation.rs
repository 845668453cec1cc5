//! The types of an explanation.

use crate::explain::kind::FailureKind;

/// The end of a command.
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
    /// The end of the step's command, if the log says so.
    pub exit: Option<Exit>,
    /// The cause, if a line tells it. Always `None` for a build that did not fail.
    pub cause: Option<Cause>,
}
