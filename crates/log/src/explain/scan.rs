//! Goes through all lines of a log, and keeps those that a rule names.

use crate::ansi;
use crate::ansi::Painted;
use crate::column::Column;
use crate::explain::exit::{self, Ending};
use crate::explain::rules::{ERROR_WEIGHT, Role, Seen, all, rule};
use crate::explain::text::{Place, split};
use crate::store::Store;

/// The maximum number of bytes of a line that are read. What is after them tells nobody anything.
const MAX_LINE_BYTES: usize = 2048;

/// The maximum number of endings of steps that are kept.
const MAX_ENDINGS: usize = 1000;

/// The cost of a line that rules are tried on, in bytes.
const LINE_COST: usize = 4096;

/// A line that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Find {
    pub line: u32,
    /// The number of the rule.
    pub rule: u16,
}

/// The lines of a log that rules name, as far as it is read.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    words: Seen,
    finds: Column<Find>,
    error_lines: Column<u32>,
    endings: Vec<Ending>,
    seen: usize,
    /// The number of special lines read so far.
    special: usize,
    /// Reused buffers.
    painted: Painted,
    bare: Vec<u8>,
}

impl Scan {
    pub(crate) fn finds(&self) -> &Column<Find> {
        &self.finds
    }

    pub(crate) fn error_lines(&self) -> &Column<u32> {
        &self.error_lines
    }

    pub(crate) fn endings(&self) -> &[Ending] {
        &self.endings
    }

    pub(crate) fn seen(&self) -> usize {
        self.seen
    }

    /// Forgets the lines from this one on.
    pub(crate) fn rewind(&mut self, line: usize) {
        if line >= self.seen {
            return;
        }
        let finds = self
            .finds
            .partition_point(|find| (find.line as usize) < line);
        self.finds.truncate(finds);
        let errors = (self.error_lines).partition_point(|error| (error as usize) < line);
        self.error_lines.truncate(errors);
        self.endings.retain(|ending| ending.line < line);
        self.seen = line;
    }

    /// Reads about this many more bytes. Returns true once all lines are read.
    pub(crate) fn advance(&mut self, store: &Store, bytes: usize) -> bool {
        let mut left = bytes;
        // Lines before can have become special since.
        let special = store.special_lines();
        self.special = special.partition_point(|special| (special as usize) < self.seen);
        while self.seen < store.len() && left > 0 {
            let special = store.special_lines().get(self.special);
            let special = special.map_or(store.len(), |line| line as usize);
            let used = if special == self.seen {
                self.special += 1;
                self.read_special_line(store)
            } else {
                self.read_plain_lines(store, special, left)
            };
            left = left.saturating_sub(used);
        }
        self.seen >= store.len()
    }

    /// Reads one line with escapes. Returns its cost, in bytes.
    fn read_special_line(&mut self, store: &Store) -> usize {
        let line = self.seen;
        self.seen += 1;
        let bytes = store.bytes(line);
        let mut cost = 2 * bytes.len() + 64;
        if memchr::memchr2(b'\r', 8, bytes).is_some() {
            // Only what is shown in the end counts.
            let mut painted = std::mem::take(&mut self.painted);
            let text = std::str::from_utf8(bytes).unwrap_or_default();
            ansi::plain_into(text, &mut painted);
            let text = begin(painted.text.as_bytes());
            if all().sieve.find(text.as_bytes(), 0).is_some() {
                self.read_line(line, text);
                cost += LINE_COST;
            }
            self.painted = painted;
            return cost + 6 * bytes.len();
        }
        // Escapes can split words, so they are taken off first.
        let begin = begin(bytes);
        without_escapes(begin.as_bytes(), &mut self.bare);
        if all().sieve.find(&self.bare, 0).is_some() {
            let mut painted = std::mem::take(&mut self.painted);
            ansi::plain_into(begin, &mut painted);
            self.read_line(line, &painted.text);
            self.painted = painted;
            cost += LINE_COST;
        }
        cost
    }

    /// Reads plain lines up to the line `end`, or about this many bytes. Returns their cost, in bytes.
    fn read_plain_lines(&mut self, store: &Store, end: usize, bytes: usize) -> usize {
        let (text, end) = store.lines(self.seen, end, bytes);
        let start = store.address(self.seen).unwrap_or(0);
        let mut line = self.seen;
        let mut cost = 16;
        let mut from = 0;
        while let Some(place) = all().sieve.find(text, from) {
            line = store.line_at(start + place as crate::arena::Address, line, end);
            self.read_line(line, begin(store.bytes(line)));
            cost += LINE_COST;
            line += 1;
            let next = store.address(line).filter(|_| line < end);
            let Some(next) = next else {
                break;
            };
            from = (next - start) as usize;
            if from + cost > bytes {
                // The rest is for the next call.
                self.seen = line;
                return from + cost;
            }
        }
        self.seen = end;
        text.len() + cost
    }

    /// Reads a line with at least one word of the rules.
    fn read_line(&mut self, line: usize, text: &str) {
        let (place, text) = split(text);
        let Some(number) = all().best(text, &mut self.words) else {
            return;
        };
        let Some(rule) = rule(number) else {
            return;
        };
        if rule.role == Role::Exit
            && self.endings.len() < MAX_ENDINGS
            && let Some(exit) = exit::read(text)
        {
            self.endings.push(Ending { line, exit });
        }
        if place == Place::Repeated {
            return;
        }
        self.finds.push(Find {
            line: line as u32,
            rule: number,
        });
        if rule.weight >= ERROR_WEIGHT || rule.role == Role::Exit {
            self.error_lines.push(line as u32);
        }
    }
}

/// Takes off the escapes that set colors and the like, so that words are whole. Painting does it exactly, but
/// takes longer.
fn without_escapes(text: &[u8], into: &mut Vec<u8>) {
    into.clear();
    let mut rest = text;
    while let Some(at) = memchr::memchr(0x1b, rest) {
        let (before, escape) = rest.split_at(at);
        into.extend_from_slice(before);
        rest = match escape {
            [_, b'[', rest @ ..] => {
                let last = rest.iter().position(|byte| (0x40..=0x7e).contains(byte));
                last.and_then(|last| rest.get(last + 1..)).unwrap_or(&[])
            }
            [_, rest @ ..] => rest,
            [] => &[],
        };
    }
    into.extend_from_slice(rest);
}

/// The first characters of a line.
fn begin(bytes: &[u8]) -> &str {
    let bytes = bytes.get(..MAX_LINE_BYTES).unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // A character is cut.
        Err(error) => bytes
            .get(..error.valid_up_to())
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default(),
    }
}
