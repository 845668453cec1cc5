//! The steps of a Dockerfile, as the image builders print them.

use crate::store::Store;

/// How the build stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Outcome {
    #[default]
    Running,
    Succeeded,
    Failed,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SectionState {
    Running,
    Done,
    Failed,
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// The first line, which names the step.
    pub first: usize,
    /// The last line so far; lines of other steps may lie between.
    pub last: usize,
    /// What it does, such as `RUN make`.
    pub title: String,
    /// Its number, as the builder counts, and of how many.
    pub number: u32,
    pub total: u32,
    /// Unix seconds of its first and last line.
    pub start_time: Option<i64>,
    pub end_time: Option<i64>,
    pub state: SectionState,
}

impl Section {
    /// Seconds from its first line to its last.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end_time?.saturating_sub(self.start_time?).max(0))
    }
}

/// The steps of a log, in the order in which they began.
#[derive(Debug, Default)]
pub struct Sections {
    list: Vec<Section>,
    outcome: Outcome,
}

impl Sections {
    /// All of them.
    pub fn list(&self) -> &[Section] {
        &self.list
    }

    /// The section in which a line lies; `None` before the first, and for lines of none.
    pub fn section_of(&self, _line: usize) -> Option<usize> {
        None
    }

    /// The step that failed, if the build did.
    pub fn failing(&self) -> Option<usize> {
        self.list
            .iter()
            .position(|section| section.state == SectionState::Failed)
    }

    pub(crate) fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    /// Takes in a line, in order.
    pub(crate) fn observe(&mut self, _store: &Store, _line: usize) {}
}
