//! The progress of a build, read from the output of its builder without keeping the lines.

use crate::ansi::Painted;
use crate::steps::{At, StepKind, Steps, visible};
use crate::text::{classes, has_special};

/// A step that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// The line that announces it; see [`Step::header`](crate::Step::header).
    pub header: String,
    /// The number of steps that have begun and the number of steps, over all stages; see [`Steps::progress`].
    /// `None` if the builder does not say how many there are.
    pub progress: Option<(u64, u64)>,
}

/// Reads the output of a builder, line by line.
///
/// # Examples
///
/// ```
/// use slipway_log::Progress;
///
/// let mut progress = Progress::default();
/// let first = progress.read("STEP 1/2: FROM alpine").unwrap();
/// assert_eq!((first.header.as_str(), first.progress), ("STEP 1/2: FROM alpine", Some((1, 2))));
/// assert_eq!(progress.read("Step 1/3: of what a program does"), None);
/// ```
#[derive(Debug, Default)]
pub struct Progress {
    steps: Steps,
    lines: usize,
    painted: Painted,
}

impl Progress {
    /// The step that failed, if the builder has said so: the line that announces it.
    pub fn failed(&self) -> Option<&str> {
        let step = self.steps.list().get(self.steps.failing()?)?;
        Some(&step.header)
    }

    /// Reads the next line. Returns the step that it begins, if any.
    pub fn read(&mut self, line: &str) -> Option<Begun> {
        let before = self.steps.list().len();
        let at = At {
            line: self.lines,
            store: None,
        };
        self.lines += 1;
        let text = visible(
            line,
            !has_special(line.as_bytes(), classes(line.as_bytes())),
            &mut self.painted,
        )?;
        self.steps.read(at, text);
        let step = self.steps.list().get(before)?;
        (step.kind == StepKind::Instruction).then(|| Begun {
            header: step.header.clone(),
            progress: self.steps.progress(),
        })
    }
}
