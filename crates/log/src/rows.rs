//! Filters lines: which lines are shown, and in which row.

use crate::search::Search;
use crate::steps::Steps;
use crate::store::Store;
use std::collections::BTreeSet;

/// Which lines of a log are shown.
///
/// # Examples
///
/// ```
/// use slipway_log::{Filter, Log, VisibleRows};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a", "level": "DEBUG"}, {"message": "b", "level": "INFO"}]"#);
/// let debug = log.line(0).unwrap().level_number;
///
/// let filter = Filter { hidden_levels: [debug].into(), ..Filter::default() };
/// let mut rows = VisibleRows::new();
/// rows.extend(&log, log.steps(), None, &filter, usize::MAX);
/// assert_eq!((rows.len(), rows.line(0)), (1, Some(1)));
/// assert_eq!((rows.row(0), rows.row(1)), (Err(0), Ok(0)));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The numbers of hidden levels, see [`Store::levels`].
    pub hidden_levels: BTreeSet<u8>,
    /// With a search: shows only matches, and this many lines before and after each. `None` shows all
    /// lines.
    pub context: Option<usize>,
    /// The indexes of folded steps, see [`Steps::list`]. Only the first line of a folded step is shown.
    pub folded: BTreeSet<usize>,
}

impl Filter {
    /// Returns true if lines are left out because of what they are, rather than folded away.
    pub fn leaves_out(&self) -> bool {
        !self.hidden_levels.is_empty() || self.context.is_some()
    }

    /// Returns true if every line is shown.
    pub fn is_open(&self) -> bool {
        self.hidden_levels.is_empty() && self.context.is_none() && self.folded.is_empty()
    }
}

/// Consecutive rows that show consecutive lines: the first row and its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    row: u32,
    line: u32,
}

/// The rows of the log with a filter applied, counted from 0. Each run of consecutive lines takes eight
/// bytes, so an unfiltered log takes eight bytes in all. See [`Filter`] for an example.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisibleRows {
    runs: Vec<Run>,
    len: usize,
    /// The number of lines processed so far.
    seen: usize,
    /// The line after the context of the last match processed.
    context_end: usize,
    /// The number of matches processed so far.
    matches: usize,
}

impl VisibleRows {
    /// No rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns true if there is no row.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The number of lines that [`VisibleRows::extend`] has processed so far.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// Returns the line that a row shows; `None` past the end.
    pub fn line(&self, row: usize) -> Option<usize> {
        if row >= self.len {
            return None;
        }
        let after = self.runs.partition_point(|run| run.row as usize <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        Some(run.line as usize + (row - run.row as usize))
    }

    /// Returns the row that shows a line.
    ///
    /// # Errors
    ///
    /// If the line is hidden or not processed yet, returns the row of the next line that is shown; the
    /// number of rows if there is none.
    pub fn row(&self, line: usize) -> Result<usize, usize> {
        let after = self.runs.partition_point(|run| run.line as usize <= line);
        let end = self
            .runs
            .get(after)
            .map_or(self.len, |run| run.row as usize);
        let Some(run) = after.checked_sub(1).and_then(|at| self.runs.get(at)) else {
            return Err(end);
        };
        let row = run.row as usize + (line - run.line as usize);
        if row < end { Ok(row) } else { Err(end) }
    }

    /// Appends the rows of `count` lines, starting at `line`, which follow all lines appended so far.
    fn push(&mut self, line: usize, count: usize) {
        let next = self.runs.last();
        let next = next.map(|run| run.line as usize + (self.len - run.row as usize));
        if next != Some(line) && count > 0 {
            self.runs.push(Run {
                row: self.len as u32,
                line: line as u32,
            });
        }
        self.len += count;
    }

    /// Processes up to `budget` lines that are new since the last call, and appends the ones that the
    /// filter shows. Returns true once all lines are processed. If the filter has a context, processes
    /// only lines that `search` has already searched. Rows are only ever appended. After a change of
    /// the filter or the query, start with new rows.
    pub fn extend(
        &mut self,
        store: &Store,
        steps: &Steps,
        search: Option<&Search>,
        filter: &Filter,
        budget: usize,
    ) -> bool {
        if filter.is_open() {
            self.push(self.seen, store.len() - self.seen);
            self.seen = store.len();
            return true;
        }
        let context = filter.context.zip(search);
        let end = context.map_or(store.len(), |(_, search)| search.seen());
        let passes = |line: usize| {
            !filter.hidden_levels.contains(&store.level_number(line))
                && !is_folded(steps, filter, line)
        };
        if let Some((context, search)) = context {
            self.reach_back(context, search, passes);
        }
        let stop = end.min(self.seen.saturating_add(budget));
        while self.seen < stop {
            let line = self.seen;
            if self.in_context(line, context) && passes(line) {
                self.push(line, 1);
            }
            self.seen += 1;
        }
        self.seen >= end
    }

    /// Appends processed lines that turn out to be in the context before a new match. None of these
    /// lines, nor any after them, is shown yet.
    fn reach_back(&mut self, context: usize, search: &Search, passes: impl Fn(usize) -> bool) {
        while let Some(found) = search.lines().get(self.matches) {
            let found = found as usize;
            let first = found.saturating_sub(context);
            if first >= self.seen {
                return;
            }
            let end = found + context + 1;
            for line in first.max(self.context_end)..end.min(self.seen) {
                if passes(line) {
                    self.push(line, 1);
                }
            }
            self.context_end = end;
            self.matches += 1;
        }
    }

    /// Returns true if a line is a match or in the context of one. Must be called for lines in order.
    fn in_context(&mut self, line: usize, context: Option<(usize, &Search)>) -> bool {
        let Some((context, search)) = context else {
            return true;
        };
        while let Some(found) = search.lines().get(self.matches) {
            let found = found as usize;
            if found > line + context {
                break;
            }
            self.context_end = found + context + 1;
            self.matches += 1;
        }
        line < self.context_end
    }
}

/// Returns true if a line is in a folded step, and is not its first line.
fn is_folded(steps: &Steps, filter: &Filter, line: usize) -> bool {
    if filter.folded.is_empty() {
        return false;
    }
    let Some(step) = steps.step_of_line(line) else {
        return false;
    };
    let first = steps.list().get(step).map(|step| step.first);
    first != Some(line) && filter.folded.contains(&step)
}
