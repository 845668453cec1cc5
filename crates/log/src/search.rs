//! Search: over the text without escapes, in slices, following the log as it grows.

pub mod error;
mod literal;
mod pattern;
mod query;

use crate::ansi;
use crate::ansi::Painted;
use crate::arena::Address;
use crate::column::Column;
pub use crate::search::error::{QueryError, QueryErrorKind};
pub use crate::search::query::{Matcher, Query};
use crate::store::Store;
use std::ops::Range;

/// A search that goes on as long as the log grows.
#[derive(Debug)]
pub struct Search {
    matcher: Matcher,
    lines: Column<u32>,
    occurrences: u64,
    /// How many lines have been searched, and how many special ones.
    seen: usize,
    special: usize,
    painted: Painted,
    marks: Vec<Range<usize>>,
}

impl Search {
    /// A search from the first line on.
    pub fn new(matcher: Matcher) -> Self {
        Self {
            matcher,
            lines: Column::default(),
            occurrences: 0,
            seen: 0,
            special: 0,
            painted: Painted::default(),
            marks: Vec::new(),
        }
    }

    /// Searches on through about so many bytes of text; what is slow to search is counted as more. In
    /// a browser, 2 MiB take a few milliseconds. Returns whether all lines that there are have been
    /// searched.
    pub fn step(&mut self, store: &Store, bytes: usize) -> bool {
        let mut left = bytes;
        while self.seen < store.len() && left > 0 {
            let special = store.special_lines().get(self.special);
            let special = special.map_or(store.len(), |line| line as usize);
            let used = if special == self.seen {
                self.special += 1;
                self.special_line(store)
            } else {
                self.plain_lines(store, special, left)
            };
            left = left.saturating_sub(used);
        }
        self.seen >= store.len()
    }

    /// A line that must be read without its escapes. Returns what it cost.
    fn special_line(&mut self, store: &Store) -> usize {
        let bytes = store.bytes(self.seen);
        if self.matcher.may_be_in_special(bytes) {
            let text = std::str::from_utf8(bytes).unwrap_or_default();
            ansi::plain_into(text, &mut self.painted);
            self.matcher.marks(&self.painted.text, &mut self.marks);
            found(
                &mut self.lines,
                &mut self.occurrences,
                self.seen,
                self.marks.len(),
            );
        }
        self.seen += 1;
        // Taking escapes away takes several times as long as searching.
        8 * bytes.len() + 64
    }

    /// Lines that are as they are shown, up to the line `end` or about so many bytes. Returns what
    /// they cost.
    fn plain_lines(&mut self, store: &Store, end: usize, bytes: usize) -> usize {
        let (text, end) = store.lines(self.seen, end, bytes);
        if self.matcher.literal().is_none() {
            return self.by_line(store, end);
        }
        let literal = self.matcher.literal().into_iter();
        let mut line = self.seen;
        let start = store.address(line).unwrap_or(0) as usize;
        let mut count = 0;
        for place in literal.flat_map(|literal| literal.find(text)) {
            let address = start + place.start;
            let is_in = |line: usize| {
                let next = store.address(line + 1).filter(|_| line + 1 < end);
                next.is_none_or(|next| next as usize > address)
            };
            // Most often it is the same line, or the next, or one that is far.
            if !is_in(line) {
                found(&mut self.lines, &mut self.occurrences, line, count);
                count = 0;
                line += 1;
                if !is_in(line) {
                    line = store.line_at(address as Address, line, end);
                }
            }
            count += 1;
        }
        found(&mut self.lines, &mut self.occurrences, line, count);
        self.seen = end;
        text.len() + 16
    }

    /// The same for a query that must be held against each line.
    fn by_line(&mut self, store: &Store, end: usize) -> usize {
        let mut cost = 16;
        for line in self.seen..end {
            let bytes = store.bytes(line);
            cost += bytes.len() + 16;
            if self.matcher.may_be_in_plain(bytes) {
                cost += 48 * bytes.len();
                let text = std::str::from_utf8(bytes).unwrap_or_default();
                self.matcher.marks(text, &mut self.marks);
                found(
                    &mut self.lines,
                    &mut self.occurrences,
                    line,
                    self.marks.len(),
                );
            }
        }
        self.seen = end;
        cost
    }

    /// How many lines have been searched.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The lines found so far, in order.
    pub fn lines(&self) -> &Column<u32> {
        &self.lines
    }

    /// How often it was found so far; a line can hold it more than once.
    pub fn occurrences(&self) -> u64 {
        self.occurrences
    }

    /// What is searched for.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The place in [`Search::lines`] of the first line found at or after `line`.
    pub fn next(&self, line: usize) -> Option<usize> {
        let at = self.lines.partition_point(|found| (found as usize) < line);
        (at < self.lines.len()).then_some(at)
    }

    /// The place in [`Search::lines`] of the last line found before `line`.
    pub fn previous(&self, line: usize) -> Option<usize> {
        let before = self.lines.partition_point(|found| (found as usize) < line);
        before.checked_sub(1)
    }
}

#[inline]
fn found(lines: &mut Column<u32>, occurrences: &mut u64, line: usize, count: usize) {
    if count > 0 {
        lines.push(line as u32);
        *occurrences += count as u64;
    }
}
