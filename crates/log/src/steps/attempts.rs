//! The attempts of a build whose builder was lost: its server gives it to a builder once more, and the log goes on with
//! the steps of another attempt.

/// How many lines the reason may take that a builder does not answer, before the line that the build is tried again.
const MAX_REASON_LINES: usize = 20;

/// An attempt that ended because its builder was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostAttempt {
    /// The name of the builder.
    pub builder: String,
    /// The number of the line that says that the build goes back to the queue.
    pub line: usize,
    /// The number of all steps that had begun until then. Later ones are of another attempt.
    pub steps_end: usize,
}

/// The attempts so far that came to nothing.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    lost: Vec<LostAttempt>,
    /// The line that says that a builder does not answer, and the builder's name.
    silent: Option<(usize, String)>,
}

impl Attempts {
    pub(super) fn lost(&self) -> &[LostAttempt] {
        &self.lost
    }

    /// The index of the first step of the attempt that goes on, or will.
    pub(super) fn first_step(&self) -> usize {
        self.lost.last().map_or(0, |lost| lost.steps_end)
    }

    /// Reads a line of the server. Returns true if it ends an attempt in which, with those before, this many steps have
    /// begun.
    pub(super) fn read(&mut self, line: usize, text: &str, steps: usize) -> bool {
        if !text.starts_with("the b") {
            return false;
        }
        if let Some(name) = silent_builder(text) {
            self.silent = Some((line, name.to_owned()));
            return false;
        }
        if !text.starts_with("the build goes back to the queue") {
            return false;
        }
        let near = |silent: &(usize, String)| line.saturating_sub(silent.0) <= MAX_REASON_LINES;
        let Some((_, builder)) = self.silent.take().filter(near) else {
            return false;
        };
        self.lost.push(LostAttempt {
            builder,
            line,
            steps_end: steps,
        });
        true
    }
}

/// The name in `the builder NAME doesn't answer: …`.
fn silent_builder(text: &str) -> Option<&str> {
    let (name, _) = text
        .strip_prefix("the builder ")?
        .split_once(" doesn't answer: ")?;
    (!name.is_empty() && !name.contains(' ')).then_some(name)
}
