//! The steps of a Dockerfile, as the image builders print them, found while the lines come.

use crate::ansi;
use crate::ansi::Painted;
use crate::column::Column;
use crate::levels::LevelKind;
use crate::step_markers::{self, BuildStep, Mark, Vertex};
use crate::store::Store;
use std::collections::HashMap;

/// The most steps that are told apart; no Dockerfile has more.
const MOST: usize = 2000;

/// The longest title that is kept, in characters.
const TITLE: usize = 500;

/// Lines of no section, in the list of which lines belong to which.
const NONE: u32 = u32::MAX;

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
    /// The last line so far. Where BuildKit runs several at once, lines of others may lie between; see
    /// [`Sections::section_of`].
    pub last: usize,
    /// What it does, such as `RUN make`.
    pub title: String,
    /// Its number, as the builder counts, and of how many where it says so. Stages count by themselves.
    pub number: u32,
    pub total: Option<u32>,
    /// Unix seconds when it began and ended; the latter is that of its last line while it runs.
    pub start_time: Option<i64>,
    pub end_time: Option<i64>,
    pub state: SectionState,
}

impl Section {
    /// Seconds that it took so far; whole ones, as the times of a log are.
    pub fn duration(&self) -> Option<i64> {
        Some(self.end_time?.saturating_sub(self.start_time?).max(0))
    }
}

/// The steps of a log, in the order in which they began.
#[derive(Debug, Default)]
pub struct Sections {
    list: Vec<Section>,
    /// Which have ended, by what the log says.
    ended: Vec<bool>,
    /// From which line on lines belong to which section.
    runs: Column<(u32, u32)>,
    /// BuildKit's numbers of its steps.
    vertices: HashMap<u32, usize>,
    /// The section to which lines belong that say nothing.
    current: Option<usize>,
    /// The section that the log says has failed, and that of the last line with the level of an error.
    failed: Option<usize>,
    suspect: Option<usize>,
    outcome: Outcome,
    seen: usize,
    painted: Painted,
}

impl Sections {
    /// All of them.
    pub fn list(&self) -> &[Section] {
        &self.list
    }

    /// The section in which a line lies; `None` before the first, and for lines that belong to none.
    pub fn section_of(&self, line: usize) -> Option<usize> {
        if line >= self.seen {
            return None;
        }
        let run = self
            .runs
            .partition_point(|(first, _)| first as usize <= line);
        let (_, section) = self.runs.get(run.checked_sub(1)?)?;
        (section != NONE).then_some(section as usize)
    }

    /// The step that failed: while the build runs, only if the log says so. If the build failed and
    /// the log names no step, the one with the last error, else the last one.
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
            self.settle();
        }
    }

    /// Takes in the lines that came since. `notable` are those of them that may say something of a
    /// step, and those with the level of an error.
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
            if let Some(mark) = step_markers::read(text) {
                self.take(store, line, mark);
            }
            let level = store.levels().get(usize::from(store.level_number(line)));
            if level.is_some_and(|level| level.kind == LevelKind::Error) {
                self.suspect = self.current.or(self.suspect);
            }
        }
        self.painted = painted;
        self.seen = store.len();
        self.reach(store, self.seen);
        self.settle();
    }

    /// The lines before `end` that say nothing belong to the current section.
    fn reach(&mut self, store: &Store, end: usize) {
        let current = self.current.and_then(|current| self.list.get_mut(current));
        if let (Some(section), Some(last)) = (current, end.checked_sub(1))
            && last >= section.last
        {
            section.last = last;
            section.end_time = store.near_time(last);
        }
    }

    fn take(&mut self, store: &Store, line: usize, mark: Mark<'_>) {
        match mark {
            Mark::BuildStep(step) => {
                self.reach(store, line);
                if let Some(current) = self.current {
                    self.end(current);
                }
                if let Some(section) = self.begin(store, line, step) {
                    // A step may be silent to its end, which is when the next begins.
                    let start = self
                        .list
                        .get(section)
                        .and_then(|section| section.start_time);
                    let before = self.current.and_then(|before| self.list.get_mut(before));
                    if let Some(before) = before {
                        before.end_time = start.or(before.end_time);
                    }
                    self.enter(line, Some(section));
                }
            }
            Mark::Vertex(number, says) => {
                self.reach(store, line);
                if let Vertex::Named(step) = says
                    && !self.vertices.contains_key(&number)
                    && let Some(section) = self.begin(store, line, step)
                {
                    self.vertices.insert(number, section);
                }
                let section = self.vertices.get(&number).copied();
                self.enter(line, section);
                match (section, says) {
                    (Some(section), Vertex::Done) => self.end(section),
                    (Some(section), Vertex::Failed) => {
                        self.failed = self.failed.or(Some(section));
                    }
                    _ => {}
                }
            }
            Mark::Failed(command) => {
                let named = command.and_then(|command| {
                    self.list
                        .iter()
                        .rposition(|section| section.title == command.trim())
                });
                self.failed = self.failed.or(named).or(self.current);
            }
        }
    }

    /// A new section; none where there are too many.
    fn begin(&mut self, store: &Store, line: usize, step: BuildStep<'_>) -> Option<usize> {
        if self.list.len() >= MOST {
            return None;
        }
        let time = store.near_time(line);
        self.list.push(Section {
            first: line,
            last: line,
            title: step.title.chars().take(TITLE).collect(),
            number: step.number,
            total: step.total,
            start_time: time,
            end_time: time,
            state: SectionState::Running,
        });
        self.ended.push(false);
        Some(self.list.len() - 1)
    }

    fn end(&mut self, section: usize) {
        if let Some(ended) = self.ended.get_mut(section) {
            *ended = true;
        }
    }

    /// From this line on, lines belong to this section.
    fn enter(&mut self, line: usize, section: Option<usize>) {
        if self.current != section {
            self.current = section;
            let number = section.map_or(NONE, |section| section as u32);
            self.runs.push((line as u32, number));
        }
    }

    /// Says of all sections how they stand.
    fn settle(&mut self) {
        let failing = self.failing();
        for (index, (section, ended)) in self.list.iter_mut().zip(&self.ended).enumerate() {
            section.state = if failing == Some(index) {
                SectionState::Failed
            } else if *ended || self.outcome != Outcome::Running {
                SectionState::Done
            } else {
                SectionState::Running
            };
        }
    }
}
