//! A step of a build, and what the log says of it.

use crate::grammar::Header;
use crate::store::Store;

/// The maximum length of a title, in characters; the rest is cut.
pub(super) const MAX_TITLE_CHARS: usize = 500;

/// The maximum length of the name of a stage or a platform, in characters; the rest is cut.
const MAX_NAME_CHARS: usize = 100;

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
    /// Failed. BuildKit goes on after some failures, so a build can have several; see [`Steps::failing`].
    Failed,
    /// Stopped because another step failed or the build was stopped.
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
    /// Its instruction, such as `RUN make`, or the name of the builder's work; at most 500 characters.
    pub title: String,
    /// The line that announces it, without escapes and BuildKit's `#8 `; at most 500 characters.
    pub header: String,
    /// The name of its stage, or its number if it has no name and there are several; at most 100 characters.
    pub stage: Option<String>,
    /// The platform it runs for, such as `linux/arm64`, if the builder prints it; at most 100 characters.
    pub platform: Option<String>,
    /// An instruction or work of the builder.
    pub kind: StepKind,
    /// The builder's number of the step; 0 for work of the builder. Each stage counts its own steps, except
    /// with Docker's classic builder, which counts through all.
    pub number: u32,
    /// The number of steps of its stage, if the builder prints it. BuildKit leaves out the steps that the base
    /// image brings, so that a number can be higher.
    pub total: Option<u32>,
    /// When it began: Unix seconds, UTC; `None` if the log has no times.
    pub start_time: Option<i64>,
    /// When it ended, or the time of its last line so far: Unix seconds, UTC.
    pub end_time: Option<i64>,
    /// The time it took or, if it did not come to its end, the time of its last output, in tenths of a second;
    /// `None` if the builder does not print it.
    pub tenths: Option<u32>,
    /// Running, done, cached, failed or canceled.
    pub state: StepState,
}

impl Step {
    /// The time from its start to its end or its last line so far, in whole seconds; `None` if the log
    /// has no times. If there are [`Step::tenths`], they are more exact.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end_time?.saturating_sub(self.start_time?).max(0))
    }
}

/// The steps of a stage that the builder counts but that the log does not show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRun {
    /// See [`Step::stage`].
    pub stage: Option<String>,
    /// See [`Step::platform`].
    pub platform: Option<String>,
    /// The number of the first one.
    pub from: u32,
    /// The number of the last one, which is also the number of steps of the stage.
    pub to: u32,
}

/// The end of a step, according to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Open,
    Done,
    Cached,
    Failed,
    Canceled,
}

/// A line and the log it is of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) line: usize,
    /// `None` if only the texts of the lines matter.
    pub(crate) store: Option<&'a Store>,
}

impl At<'_> {
    pub(super) fn time(self) -> Option<i64> {
        self.store?.near_time(self.line)
    }
}

/// The first characters of a text.
pub(super) fn short(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_owned(),
        None => text.to_owned(),
    }
}

/// A name, if there is one.
pub(super) fn name(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| short(text, MAX_NAME_CHARS))
}

/// Returns true if a header is that of this step.
pub(super) fn is_header(step: &Step, header: &str) -> bool {
    step.header == header
        || (header.len() > step.header.len() && step.header == short(header, MAX_TITLE_CHARS))
}

/// A step as its header says it; its lines and times are still to be set.
pub(super) fn step(header: &Header<'_>) -> Step {
    Step {
        first: 0,
        last: 0,
        title: short(header.title, MAX_TITLE_CHARS),
        header: short(header.line, MAX_TITLE_CHARS),
        stage: name(header.name),
        platform: name(header.platform),
        kind: StepKind::Instruction,
        number: header.number,
        total: header.total,
        start_time: None,
        end_time: None,
        tenths: None,
        state: StepState::Running,
    }
}
