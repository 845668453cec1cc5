//! Which lines are shown, and as which row.

use crate::search::Search;
use crate::sections::Sections;
use crate::store::Store;
use std::collections::BTreeSet;

/// What is shown of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Numbers of levels that are hidden, see [`Store::levels`].
    pub hidden_levels: BTreeSet<u8>,
    /// With a search: only its matches, and so many lines before and after each. `None` shows all.
    pub context: Option<usize>,
    /// Sections that are folded: of each, only its first line is shown.
    pub folded: BTreeSet<usize>,
}

impl Filter {
    /// Whether every line is shown.
    pub fn is_open(&self) -> bool {
        self.hidden_levels.is_empty() && self.context.is_none() && self.folded.is_empty()
    }
}

/// A stretch of rows that show lines which follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    row: u32,
    line: u32,
}

/// The rows of a log as it is shown, counted from 0. Stretches of lines take eight bytes each, so that
/// a log of which everything is shown takes eight bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VisibleRows {
    runs: Vec<Run>,
    len: usize,
    /// How many lines of the log have been looked at.
    seen: usize,
    /// The line after the last match that was looked at, and the end of its context.
    context_end: usize,
    /// How many matches were looked at.
    matches: usize,
}

impl VisibleRows {
    /// No rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many lines have been looked at by [`VisibleRows::extend`].
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The line that a row shows.
    pub fn line(&self, row: usize) -> Option<usize> {
        if row >= self.len {
            return None;
        }
        let after = self.runs.partition_point(|run| run.row as usize <= row);
        let run = self.runs.get(after.checked_sub(1)?)?;
        Some(run.line as usize + (row - run.row as usize))
    }

    /// The row that shows a line; if it is hidden, `Err` with the row of the next line that is shown,
    /// which is the number of rows where there is none.
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

    /// Appends the rows of these lines, which come after all that were appended before.
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

    /// Looks at up to `budget` lines that came since, and appends those that the filter shows. Returns
    /// whether all have been looked at. Where the filter has a context, only as far as `search` has
    /// come is looked at, and rows only ever come at the end. After a change of the filter, the sections' folds or the query, start with
    /// new rows.
    pub fn extend(
        &mut self,
        store: &Store,
        sections: &Sections,
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
                && !is_folded(sections, filter, line)
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

    /// Matches that were found since can have lines before them which were looked at when nobody knew.
    /// None of these, nor any after them, is shown yet.
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

    /// Whether a line is a match or near one. Lines are asked for in order.
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

fn is_folded(sections: &Sections, filter: &Filter, line: usize) -> bool {
    if filter.folded.is_empty() {
        return false;
    }
    let Some(section) = sections.section_of(line) else {
        return false;
    };
    let first = sections.list().get(section).map(|section| section.first);
    first != Some(line) && filter.folded.contains(&section)
}
