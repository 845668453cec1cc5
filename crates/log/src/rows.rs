//! Filters lines: which lines are shown, and in which row.

use crate::repeats::{Repeat, Repeats};
use crate::search::Search;
use crate::steps::Steps;
use crate::store::Store;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::Range;

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
/// rows.extend(&log, log.steps(), None, None, &filter, usize::MAX);
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
    /// True to show only one line of each run of repeated lines, see [`Repeats`]. Has no effect together with
    /// `context`: no match is hidden.
    pub fold_repeats: bool,
    /// The first lines of runs that are not folded.
    pub unfolded: BTreeSet<u32>,
    /// Shows only these lines, sorted and without overlaps. `None` shows all lines.
    pub only: Option<Vec<Range<u32>>>,
    /// Shows only lines between two times (Unix seconds, UTC, both included), as call 5 does. A line without a time
    /// belongs with the one before it. `None` shows all lines.
    pub between: Option<(i64, i64)>,
}

impl Filter {
    /// Returns true if lines are left out because of what they are, rather than folded away.
    pub fn leaves_out(&self) -> bool {
        !self.hidden_levels.is_empty()
            || self.context.is_some()
            || self.only.is_some()
            || self.between.is_some()
    }

    /// Returns true if every line is shown.
    pub fn is_open(&self) -> bool {
        self.shows_all_but_repeats() && !self.fold_repeats
    }

    fn shows_all_but_repeats(&self) -> bool {
        self.hidden_levels.is_empty()
            && self.context.is_none()
            && self.folded.is_empty()
            && self.only.is_none()
            && self.between.is_none()
    }

    /// Returns true if repeated lines are folded.
    pub fn folds_repeats(&self) -> bool {
        self.fold_repeats && self.context.is_none()
    }

    /// Shows only lines from `start` to `end` (Unix seconds, UTC; `None` for no limit).
    pub fn show_between(&mut self, start: Option<i64>, end: Option<i64>) {
        let is_limited = start.is_some() || end.is_some();
        self.between = is_limited.then(|| (start.unwrap_or(i64::MIN), end.unwrap_or(i64::MAX)));
    }

    /// The times that [`Filter::show_between`] has set.
    pub fn shown_between(&self) -> (Option<i64>, Option<i64>) {
        let Some((first, last)) = self.between else {
            return (None, None);
        };
        let start = Some(first).filter(|first| *first > i64::MIN);
        (start, Some(last).filter(|last| *last < i64::MAX))
    }

    /// Returns true if a line is among [`Filter::only`], or all lines are.
    pub fn chooses(&self, line: usize) -> bool {
        self.only.as_ref().is_none_or(|only| {
            let after = only.partition_point(|lines| lines.end as usize <= line);
            only.get(after)
                .is_some_and(|lines| lines.start as usize <= line)
        })
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
    /// The number of runs of repeated lines that were known at the last call.
    known_repeats: usize,
    /// The index of the first run that ends after the lines processed so far.
    repeat: usize,
    /// The index of the run of which a line is shown already, plus one.
    shown_repeat: usize,
    /// The number of lines shown before each match, at the last call.
    context: usize,
    /// The first line whose matches are to be processed again.
    rewound: Option<usize>,
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
    /// only lines that `search` has already searched; if it folds repeated lines, only lines of which
    /// `repeats` has found the runs. Rows are only appended, except that a run that is found late hides
    /// its lines again. After a change of the filter or the query, start with new rows.
    pub fn extend(
        &mut self,
        store: &Store,
        steps: &Steps,
        search: Option<&Search>,
        repeats: Option<&Repeats>,
        filter: &Filter,
        budget: usize,
    ) -> bool {
        if filter.is_open() {
            self.push(self.seen, store.len() - self.seen);
            self.seen = store.len();
            return true;
        }
        let repeats = repeats.filter(|_| filter.folds_repeats());
        let context = filter.context.zip(search);
        let mut end = context.map_or(store.len(), |(_, search)| search.seen());
        if let Some(repeats) = repeats {
            self.hide_found_late(repeats);
            end = end.min(repeats.ready());
        }
        let near = NearTime::before(store, self.seen);
        let passes = |line: usize| {
            !filter.hidden_levels.contains(&store.level_number(line))
                && filter.chooses(line)
                && filter
                    .between
                    .is_none_or(|between| near.is_in(line, between))
                && !is_folded(steps, filter, line)
        };
        self.context = filter.context.unwrap_or(0);
        if let Some((context, search)) = context {
            if let Some(line) = self.rewound.take() {
                let matches = search.lines();
                let before = matches.partition_point(|found| (found as usize) < line);
                self.matches = self.matches.min(before);
                let last = self.matches.checked_sub(1).and_then(|at| matches.get(at));
                self.context_end = last.map_or(0, |last| last as usize + context + 1);
            }
            self.reach_back(context, search, passes);
        }
        let stop = end.min(self.seen.saturating_add(budget));
        while self.seen < stop {
            if let Some(repeats) = repeats
                && filter.shows_all_but_repeats()
            {
                self.skip_to_repeat(repeats, stop);
                if self.seen == stop {
                    break;
                }
            }
            let line = self.seen;
            if self.in_context(line, context)
                && passes(line)
                && repeats.is_none_or(|repeats| self.is_shown(repeats, filter, line))
            {
                self.push(line, 1);
            }
            self.seen += 1;
        }
        self.seen >= end
    }

    /// Forgets the lines from this one on, which have changed: they are processed again. `repeats` has forgotten them
    /// already. See [`Log::take_changed`](crate::Log::take_changed).
    pub fn rewind(&mut self, line: usize, repeats: &Repeats) {
        self.rewound = Some(self.rewound.map_or(line, |before| before.min(line)));
        let line = line.saturating_sub(self.context);
        self.known_repeats = self.known_repeats.min(repeats.list().len());
        if line < self.seen {
            self.cut(line);
            self.repeat = (repeats.list()).partition_point(|run| run.end as usize <= line);
            self.shown_repeat = 0;
        }
    }

    /// Removes the rows from the first run on that was found only after its lines were processed.
    fn hide_found_late(&mut self, repeats: &Repeats) {
        let new = repeats.list().get(self.known_repeats..).unwrap_or(&[]);
        self.known_repeats = repeats.list().len();
        let Some(first) = new.first().map(|run| run.first as usize) else {
            return;
        };
        if first < self.seen {
            self.cut(first);
        }
    }

    /// Removes the rows of the lines from this one on.
    fn cut(&mut self, first: usize) {
        while let Some(run) = self.runs.last().filter(|run| run.line as usize >= first) {
            self.len = run.row as usize;
            self.runs.pop();
        }
        if let Some(run) = self.runs.last() {
            let most = run.row as usize + (first - run.line as usize);
            self.len = self.len.min(most);
        }
        self.seen = first;
    }

    /// Appends the lines before the next run.
    fn skip_to_repeat(&mut self, repeats: &Repeats, stop: usize) {
        let run = self.next_repeat(repeats, self.seen);
        let end = run.map_or(stop, |run| (run.first as usize).clamp(self.seen, stop));
        self.push(self.seen, end - self.seen);
        self.seen = end;
    }

    /// The first run that ends after a line. Must be called for lines in order.
    fn next_repeat(&mut self, repeats: &Repeats, line: usize) -> Option<Repeat> {
        let ends_before = |run: &Repeat| run.end as usize <= line;
        while repeats.list().get(self.repeat).is_some_and(ends_before) {
            self.repeat += 1;
        }
        repeats.list().get(self.repeat).copied()
    }

    /// Returns true unless a line is in a folded run of which a line is shown already. Must be called for lines in
    /// order.
    fn is_shown(&mut self, repeats: &Repeats, filter: &Filter, line: usize) -> bool {
        let Some(run) = self.next_repeat(repeats, line) else {
            return true;
        };
        if line < run.first as usize || filter.unfolded.contains(&run.first) {
            return true;
        }
        let is_first = self.shown_repeat != self.repeat + 1;
        self.shown_repeat = self.repeat + 1;
        is_first
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

/// The time that a line belongs to: its own, or that of the nearest earlier line that has one.
struct NearTime<'a> {
    store: &'a Store,
    /// A line, and its time. Finding that again for each line would take time where few lines have one.
    last: Cell<(usize, Option<i64>)>,
}

impl<'a> NearTime<'a> {
    /// Begins before a line.
    fn before(store: &'a Store, line: usize) -> Self {
        let before = line.saturating_sub(1);
        Self {
            store,
            last: Cell::new((before, store.near_time(before))),
        }
    }

    /// Returns true if the time of a line is between two times, both included.
    fn is_in(&self, line: usize, (first, last): (i64, i64)) -> bool {
        let (before, near) = self.last.get();
        let time = match self.store.time(line) {
            None if line == before || line == before + 1 => near,
            None => self.store.near_time(line),
            time => time,
        };
        self.last.set((line, time));
        // A line before the first time is in a range without a start.
        let time = time.unwrap_or(i64::MIN);
        first <= time && time <= last
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
