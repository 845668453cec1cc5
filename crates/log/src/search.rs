//! Searches the visible text of a log, a part at a time, and continues as the log grows.

mod error;
mod literal;
mod pattern;
mod query;

use crate::ansi;
use crate::ansi::Painted;
use crate::arena::Address;
use crate::column::Column;
pub use crate::search::error::{QueryError, QueryErrorKind};
pub use crate::search::query::{Matcher, SearchQuery};
use crate::store::Store;
use std::ops::Range;

/// A search through a log, which continues when the log grows.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, Search, SearchQuery};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "cc main.c"}, {"message": "ld main.o main"}]"#);
///
/// let query = SearchQuery { text: "MAIN".to_owned(), ..SearchQuery::default() };
/// let mut search = Search::new(query.compile()?);
/// while !search.advance(&log, 512 * 1024) {
///     // A view yields to the browser here.
/// }
/// assert_eq!((search.lines().len(), search.occurrences()), (2, 3));
/// assert_eq!(search.next(1), Some(1));
/// # Ok::<(), slipway_log::QueryError>(())
/// ```
#[derive(Debug)]
pub struct Search {
    matcher: Matcher,
    lines: Column<u32>,
    /// The number of matches of each of the lines.
    counts: Column<u32>,
    occurrences: u64,
    /// The times between which lines are found, as in [`Filter::between`](crate::Filter::between).
    between: Option<(i64, i64)>,
    /// The number of lines searched so far.
    seen: usize,
    /// The number of special lines searched so far.
    special: usize,
    /// Reused buffers.
    painted: Painted,
    marks: Vec<Range<usize>>,
    bare: Vec<u8>,
    hits: Vec<(usize, usize)>,
}

impl Search {
    /// Starts a search at the first line.
    pub fn new(matcher: Matcher) -> Self {
        Self {
            matcher,
            lines: Column::default(),
            counts: Column::default(),
            occurrences: 0,
            between: None,
            seen: 0,
            special: 0,
            painted: Painted::default(),
            marks: Vec::new(),
            bare: Vec::new(),
            hits: Vec::new(),
        }
    }

    /// Finds only lines between two times (Unix seconds, UTC, both included); all for `None`.
    pub fn between(self, between: Option<(i64, i64)>) -> Self {
        Self { between, ..self }
    }

    /// The times between which lines are found.
    pub fn range(&self) -> Option<(i64, i64)> {
        self.between
    }

    /// Searches about this many more bytes of text. Text that is slow to search counts as more bytes.
    /// In a browser, 4 MiB take a few milliseconds. Returns true once all lines of the log are searched.
    pub fn advance(&mut self, store: &Store, bytes: usize) -> bool {
        let mut left = bytes;
        // Lines before can have become special since.
        let special = store.special_lines();
        self.special = special.partition_point(|special| (special as usize) < self.seen);
        while self.seen < store.len() && left > 0 {
            let special = self.next_special(store);
            let is_literal = self.matcher.literal().is_some();
            let used = if is_literal && !store.is_written_over() {
                self.search_lines(store, store.len(), left)
            } else if special == self.seen {
                self.search_special_line(store)
            } else if is_literal {
                self.search_lines(store, special, left)
            } else {
                self.search_line_by_line(store, special, left)
            };
            left = left.saturating_sub(used);
        }
        self.seen >= store.len()
    }

    /// The next special line; the number of lines if there is none.
    fn next_special(&self, store: &Store) -> usize {
        let special = store.special_lines().get(self.special);
        special.map_or(store.len(), |line| line as usize)
    }

    /// Searches one line with escapes. Returns its cost, in bytes.
    fn search_special_line(&mut self, store: &Store) -> usize {
        let bytes = store.bytes(self.seen);
        let mut cost = 2 * bytes.len() + 64;
        if self.matcher.may_be_in_special(bytes) {
            let colored = match self.matcher.literal() {
                Some(literal) if ansi::without_colors(bytes, &mut self.bare) => Some(literal),
                _ => None,
            };
            let count = if let Some(literal) = colored {
                literal.find(&self.bare).count()
            } else {
                // Painting takes several times as long as searching.
                cost += 8 * bytes.len();
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                ansi::plain_into(text, &mut self.painted);
                self.matcher.marks(&self.painted.text, &mut self.marks);
                self.marks.len()
            };
            self.record(store, self.seen, count);
        }
        self.special += 1;
        self.seen += 1;
        cost
    }

    /// Searches up to the line `end`, or about this many bytes, for a literal. Returns the cost, in bytes.
    fn search_lines(&mut self, store: &Store, end: usize, bytes: usize) -> usize {
        let (text, end) = store.lines(self.seen, end, bytes);
        let mut hits = std::mem::take(&mut self.hits);
        hits.clear();
        self.find_lines(store, text, end, &mut hits);
        let mut cost = text.len() + 16;
        // What was found in special lines is not what is visible there.
        for (line, count) in hits.iter().copied().chain([(end, 0)]) {
            while self.next_special(store) < line {
                self.seen = self.next_special(store);
                cost += self.search_special_line(store);
                if cost / 2 > bytes {
                    // The rest is for the next call.
                    self.hits = hits;
                    return cost;
                }
            }
            if self.next_special(store) != line {
                self.record(store, line, count);
            }
        }
        self.hits = hits;
        self.seen = end;
        cost
    }

    /// Finds the lines up to the line `end` whose text, which is given, has matches, and how many.
    fn find_lines(&self, store: &Store, text: &[u8], end: usize, hits: &mut Vec<(usize, usize)>) {
        let mut line = self.seen;
        let start = store.address(line).unwrap_or(0) as usize;
        let mut count = 0;
        let literal = self.matcher.literal().into_iter();
        for place in literal.flat_map(|literal| literal.find(text)) {
            let address = start + place.start;
            let is_in = |line: usize| {
                let next = store.address(line + 1).filter(|_| line + 1 < end);
                next.is_none_or(|next| next as usize > address)
            };
            // Most matches are on the same line, on the next line, or far away.
            if !is_in(line) {
                if count > 0 {
                    hits.push((line, count));
                }
                count = 0;
                line += 1;
                if !is_in(line) {
                    line = store.line_at(address as Address, line, end);
                }
            }
            count += 1;
        }
        if count > 0 {
            hits.push((line, count));
        }
    }

    /// Does the same for a query that must be matched line by line.
    fn search_line_by_line(&mut self, store: &Store, end: usize, bytes: usize) -> usize {
        let (_, end) = store.lines(self.seen, end, bytes);
        let mut cost = 16;
        for line in self.seen..end {
            let bytes = store.bytes(line);
            cost += bytes.len() + 16;
            if self.matcher.may_be_in_plain(bytes) {
                cost += 48 * bytes.len();
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                self.matcher.marks(text, &mut self.marks);
                self.record(store, line, self.marks.len());
            }
        }
        self.seen = end;
        cost
    }

    fn record(&mut self, store: &Store, line: usize, count: usize) {
        if count > 0 && store.is_between(line, self.between) {
            self.lines.push(line as u32);
            self.counts.push(count as u32);
            self.occurrences += count as u64;
        }
    }

    /// Forgets the lines from this one on, which have changed: they are searched again. See
    /// [`Log::take_changed`](crate::Log::take_changed).
    pub fn rewind(&mut self, line: usize) {
        if line >= self.seen {
            return;
        }
        let first = self.lines.partition_point(|found| (found as usize) < line);
        for index in first..self.counts.len() {
            self.occurrences -= u64::from(self.counts.get(index).unwrap_or(0));
        }
        self.lines.truncate(first);
        self.counts.truncate(first);
        self.seen = line;
    }

    /// The number of lines searched so far.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The numbers of the matching lines so far, in order.
    pub fn lines(&self) -> &Column<u32> {
        &self.lines
    }

    /// The number of matches so far. A line can have several.
    pub fn occurrences(&self) -> u64 {
        self.occurrences
    }

    /// The compiled query.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// Returns the index in [`Search::lines`] of the first matching line at or after `line`.
    pub fn next(&self, line: usize) -> Option<usize> {
        let at = self.lines.partition_point(|found| (found as usize) < line);
        (at < self.lines.len()).then_some(at)
    }

    /// Returns the index in [`Search::lines`] of the last matching line before `line`.
    pub fn previous(&self, line: usize) -> Option<usize> {
        let before = self.lines.partition_point(|found| (found as usize) < line);
        before.checked_sub(1)
    }
}
