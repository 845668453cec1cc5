//! All lines of one log: the text, and for each line ten bytes that say where it begins, its time, its
//! level and its kind.

use crate::arena::{Address, Arena};
use crate::column::Column;
use crate::levels::{Level, LevelKind, Levels};
use crate::step_markers::may_mark;
use crate::text::{classes, has_special};
use crate::times::TimeColumn;

/// The line goes on with the entry of the line before it.
const CONTINUES: u16 = 0x100;
/// The line holds escapes, controls or other special characters.
const SPECIAL: u16 = 0x200;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text as it came, without its end of line; may hold escape sequences and controls.
    pub text: &'a str,
    /// The API's word; empty where the entry had none.
    pub level: &'a str,
    /// The level's place in [`Store::levels`].
    pub level_number: u8,
    pub kind: LevelKind,
    /// Unix seconds, UTC; `None` where the entry had none.
    pub time: Option<i64>,
    /// Whether it goes on with the entry of the line before it.
    pub continues: bool,
    /// Whether it can be shown as it is: it holds no escapes, controls but tabs, or overrides.
    pub plain: bool,
}

/// All lines of a log, in the order in which they came. Line numbers count from 0.
#[derive(Debug, Default)]
pub struct Store {
    pub(crate) arena: Arena,
    addresses: Column<Address>,
    times: TimeColumn,
    /// The level's number, and flags.
    marks: Column<u16>,
    /// The lines that are not plain.
    special: Column<u32>,
    /// Lines that came since this was asked for, and may say something of a step or an error.
    notable: Vec<u32>,
    pub(crate) levels: Levels,
}

impl Store {
    /// How many lines there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Whether there is no line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line at `index`.
    pub fn line(&self, index: usize) -> Option<Line<'_>> {
        let mark = self.marks.get(index)?;
        let level = self.levels.get(mark as u8)?;
        Some(Line {
            // Only valid text is kept.
            text: std::str::from_utf8(self.bytes(index)).unwrap_or_default(),
            level: &level.name,
            level_number: mark as u8,
            kind: level.kind,
            time: self.time(index),
            continues: mark & CONTINUES != 0,
            plain: mark & SPECIAL == 0,
        })
    }

    /// The bytes of a line's text, valid UTF-8; empty past the end.
    #[inline]
    pub fn bytes(&self, index: usize) -> &[u8] {
        let Some(address) = self.addresses.get(index) else {
            return &[];
        };
        let line = self.arena.line(address, self.addresses.get(index + 1));
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// How many bytes a line's text has.
    pub fn byte_len(&self, index: usize) -> usize {
        self.bytes(index).len()
    }

    /// Bytes of all lines, their ends of line included.
    pub fn text_bytes(&self) -> usize {
        self.arena.len()
    }

    /// Bytes of memory taken.
    pub fn memory(&self) -> usize {
        self.arena.memory()
            + self.addresses.memory()
            + self.times.memory()
            + self.marks.memory()
            + self.special.memory()
    }

    /// A line's time, Unix seconds.
    #[inline]
    pub fn time(&self, index: usize) -> Option<i64> {
        self.times.get(index)
    }

    /// A line's time, or that of the nearest line before it that has one.
    pub fn near_time(&self, index: usize) -> Option<i64> {
        self.times.near(index)
    }

    /// The time of the first line that has one, Unix seconds.
    pub fn first_time(&self) -> Option<i64> {
        self.times.first()
    }

    /// The time of the last line that has one, Unix seconds.
    pub fn last_time(&self) -> Option<i64> {
        self.times.last()
    }

    /// The first line at or after a time; the number of lines where there is none.
    pub fn line_at_time(&self, time: i64) -> usize {
        self.lines_from(Some(time)).next().unwrap_or(self.len())
    }

    /// The lines whose own or nearest earlier time is not before `time`, in order; all for `None`.
    pub(crate) fn lines_from(&self, time: Option<i64>) -> impl Iterator<Item = usize> + '_ {
        self.times.lines_from(time)
    }

    /// The levels, each with how many lines have it; a level's number is its place.
    pub fn levels(&self) -> &[Level] {
        self.levels.all()
    }

    /// The number of a line's level.
    #[inline]
    pub fn level_number(&self, index: usize) -> u8 {
        self.marks.get(index).unwrap_or(0) as u8
    }

    /// Whether a line goes on with the entry of the line before it.
    #[inline]
    pub fn continues(&self, index: usize) -> bool {
        self.marks
            .get(index)
            .is_some_and(|mark| mark & CONTINUES != 0)
    }

    /// Whether a line can be shown as it is.
    #[inline]
    pub fn is_plain(&self, index: usize) -> bool {
        self.marks.get(index).is_none_or(|mark| mark & SPECIAL == 0)
    }

    /// The numbers of the lines that cannot be shown as they are, in order.
    pub fn special_lines(&self) -> &Column<u32> {
        &self.special
    }

    /// Where a line begins.
    #[inline]
    pub(crate) fn address(&self, index: usize) -> Option<Address> {
        self.addresses.get(index)
    }

    /// The line of `from..end` in which an address lies.
    pub(crate) fn line_at(&self, address: Address, from: usize, end: usize) -> usize {
        let (mut low, mut high) = (from, end);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            match self.addresses.get(middle) {
                Some(start) if start <= address => low = middle,
                _ => high = middle,
            }
        }
        low
    }

    /// The text of lines that follow each other, newlines included, from one line up to the line
    /// `end`, and which line it really ends before: they lie in one block, and beyond the first line
    /// there are at most so many bytes.
    pub(crate) fn lines(&self, from: usize, end: usize, bytes: usize) -> (&[u8], usize) {
        let Some(address) = self.addresses.get(from) else {
            return (&[], end);
        };
        let (text, block_end) = self.arena.block_from(address);
        let mut end = end.min(block_end).min(self.len());
        if text.len() > bytes {
            let address = address + bytes as Address;
            end = end.min(self.line_at(address, from, end) + 1);
        }
        let next = self.addresses.get(end).filter(|_| end < block_end);
        let len = next.map_or(text.len(), |next| (next - address) as usize);
        (text.get(..len).unwrap_or(text), end)
    }

    /// The text of the entry that begins with line `first`: its lines with newlines between them.
    pub(crate) fn entry(&self, first: usize) -> &[u8] {
        let Some(address) = self.addresses.get(first) else {
            return &[];
        };
        let mut next = first + 1;
        while self.continues(next) {
            next += 1;
        }
        self.arena.line(address, self.addresses.get(next))
    }

    /// The lines that came since this was asked for last and begin as those that say something of a
    /// step, hold escapes, or have the level of an error.
    pub(crate) fn take_notable(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.notable)
    }

    /// Makes the text that was written to the arena valid and takes its last newline away: what
    /// [`Store::keep`] and the comparison of entries need.
    #[inline]
    pub(crate) fn finish_text(&mut self) -> bool {
        let classes = classes(self.arena.pending());
        if classes.wide && std::str::from_utf8(self.arena.pending()).is_err() {
            let text = String::from_utf8_lossy(self.arena.pending()).into_owned();
            self.arena.discard();
            self.arena.push(text.as_bytes());
        }
        if classes.control {
            self.arena.trim(b'\n');
        }
        classes.control || classes.wide
    }

    /// Keeps the entry whose text was written to the arena and finished; `complex` is what
    /// [`Store::finish_text`] said. Returns `false` where no room is left, and nothing is kept.
    #[inline]
    pub(crate) fn keep(&mut self, level: u8, time: Option<i64>, complex: bool) -> bool {
        let first = self.len();
        let Some(base) = self.arena.keep(first) else {
            return false;
        };
        let level_of = self.levels.get(level);
        let is_error = level_of.is_some_and(|level| level.kind == LevelKind::Error);
        if !complex {
            if is_error || may_mark(self.arena.line(base, None)) {
                self.notable.push(first as u32);
            }
            self.addresses.push(base);
            self.marks.push(u16::from(level));
        } else {
            let text = self.arena.line(base, None);
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
                let line = text.get(start..end).unwrap_or(&[]);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let mut mark = u16::from(level);
                if start > 0 {
                    mark |= CONTINUES;
                }
                let special = has_special(line);
                if special {
                    mark |= SPECIAL;
                    self.special.push(self.addresses.len() as u32);
                }
                if special || is_error || may_mark(line) {
                    self.notable.push(self.addresses.len() as u32);
                }
                self.addresses.push(base + start as Address);
                self.marks.push(mark);
                start = end + 1;
            }
        }
        self.levels.count(level, self.len() - first);
        for _ in first..self.len() {
            self.times.push(time);
        }
        true
    }
}
