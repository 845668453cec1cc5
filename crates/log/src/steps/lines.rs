//! The lines of each step.

use crate::column::Column;
use crate::steps::step::{At, Step};
use crate::store::Store;

/// In `Lines::runs`: the lines belong to no step.
const NO_STEP: u32 = u32::MAX;

/// Which step each line belongs to.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The first line of each run of lines that belong to one step, and the step's index or [`NO_STEP`].
    runs: Column<(u32, u32)>,
    /// The step that lines which say nothing belong to.
    current: Option<usize>,
    /// The line that ended the current step. An empty line after it still belongs to the step, others do not.
    ended_at: Option<usize>,
    /// The number of lines read so far.
    seen: usize,
}

impl Lines {
    pub(super) fn step_of(&self, line: usize) -> Option<usize> {
        if line >= self.seen {
            return None;
        }
        let run = self
            .runs
            .partition_point(|(first, _)| first as usize <= line);
        let (_, step) = self.runs.get(run.checked_sub(1)?)?;
        (step != NO_STEP).then_some(step as usize)
    }

    /// Returns true if a line belongs to this step. The line may be one that is not seen yet.
    pub(super) fn is_of(&self, line: usize, step: usize) -> bool {
        let run = self
            .runs
            .partition_point(|(first, _)| first as usize <= line);
        let run = run.checked_sub(1).and_then(|run| self.runs.get(run));
        run.is_some_and(|(_, of)| of as usize == step)
    }

    /// The current step, unless it has ended.
    pub(super) fn current(&self) -> Option<usize> {
        self.current.filter(|_| self.ended_at.is_none())
    }

    pub(super) fn seen(&self) -> usize {
        self.seen
    }

    /// Makes lines from this one on belong to a step, or to none.
    pub(super) fn enter(&mut self, at: At<'_>, step: Option<usize>, steps: &mut [Step]) {
        self.reach(at, steps);
        self.set(at.line, step);
    }

    /// Ends the current step with this line.
    pub(super) fn leave(&mut self, at: At<'_>, steps: &mut [Step]) {
        let next = At {
            line: at.line + 1,
            ..at
        };
        self.reach(next, steps);
        if self.current.is_some() {
            self.ended_at = Some(at.line);
        }
    }

    /// Takes note of all lines that the log has.
    pub(super) fn see(&mut self, store: &Store, steps: &mut [Step]) {
        let at = At {
            line: store.len(),
            store: Some(store),
        };
        self.reach(at, steps);
        self.seen = store.len();
    }

    /// Makes the lines before this one belong to the current step, unless it has ended.
    pub(super) fn reach(&mut self, at: At<'_>, steps: &mut [Step]) {
        let mut end = at.line;
        if let Some(ended_at) = self.ended_at {
            let next = ended_at + 1;
            if at.line <= next {
                return self.extend(At { line: next, ..at }, steps);
            }
            let is_empty = |store: &Store| store.raw_bytes(next).0.is_empty();
            end = next + usize::from(at.store.is_none_or(is_empty));
        }
        self.extend(At { line: end, ..at }, steps);
        if self.ended_at.take().is_some() {
            self.set(end, None);
        }
    }

    fn extend(&mut self, end: At<'_>, steps: &mut [Step]) {
        let current = self.current.and_then(|current| steps.get_mut(current));
        if let (Some(step), Some(last)) = (current, end.line.checked_sub(1))
            && last > step.last
        {
            step.last = last;
            // The empty line after its end comes when the next step begins.
            if self.ended_at.is_none_or(|ended_at| last <= ended_at) {
                let last = At { line: last, ..end };
                step.end_time = last.time();
            }
        }
    }

    /// Takes note that a program wrote over a line, at this time, when the log had `len` lines.
    pub(super) fn touch(&mut self, at: At<'_>, len: usize, time: Option<i64>, steps: &mut [Step]) {
        self.reach(At { line: len, ..at }, steps);
        let run = self
            .runs
            .partition_point(|(first, _)| first as usize <= at.line);
        let run = run.checked_sub(1).and_then(|run| self.runs.get(run));
        if let Some(step) = run.and_then(|(_, step)| steps.get_mut(step as usize)) {
            step.end_time = time.or(step.end_time);
        }
    }

    /// Takes the lines from this one on back from the current step, and with them its end.
    pub(super) fn take_back(&mut self, at: At<'_>, steps: &mut [Step]) {
        let current = self.current.and_then(|current| steps.get_mut(current));
        if let Some(step) = current.filter(|step| step.first < at.line && at.line <= step.last) {
            step.last = at.line - 1;
            let last = At {
                line: step.last,
                ..at
            };
            step.end_time = last.time();
        }
    }

    /// Moves the lines from an earlier one on, which were taken back, to a step. No other step may have begun since.
    pub(super) fn take_over(&mut self, line: usize, step: usize, at: At<'_>, steps: &mut [Step]) {
        self.reach(At { line, ..at }, steps);
        self.ended_at = None;
        self.set(line, Some(step));
        self.reach(at, steps);
    }

    fn set(&mut self, line: usize, step: Option<usize>) {
        self.ended_at = None;
        if self.current != step {
            self.current = step;
            let number = step.map_or(NO_STEP, |step| step as u32);
            self.runs.push((line as u32, number));
        }
    }
}
