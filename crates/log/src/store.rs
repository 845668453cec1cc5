//! All lines of one log: the text, and ten bytes for each line (where it begins, its time, its level and
//! its flags).

use crate::arena::{Address, Arena};
use crate::column::Column;
use crate::grammar::Prefilter;
use crate::levels::{Level, LevelKind, Levels};
use crate::text::{classes, has_special};
use crate::times::TimeColumn;

/// Flag: the line continues the entry of the line before it.
const CONTINUES: u16 = 0x100;
/// Flag: the line contains escapes, control characters or other special characters.
const SPECIAL: u16 = 0x200;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The original text, without its line ending. It may contain escapes and control characters.
    pub text: &'a str,
    /// The API's text; empty if the entry has no level.
    pub level: &'a str,
    /// The level's index in [`Store::levels`].
    pub level_number: u8,
    /// The severity of the level.
    pub kind: LevelKind,
    /// Unix seconds, UTC; `None` if the entry has no time.
    pub time: Option<i64>,
    /// True if it continues the entry of the line before it.
    pub continues: bool,
    /// True if the text can be shown unchanged: it contains no escapes, no control characters except
    /// tabs, and no text direction overrides.
    pub plain: bool,
}

/// All lines of a log, in order of arrival. Line numbers count from 0.
#[derive(Debug, Default)]
pub struct Store {
    pub(crate) arena: Arena,
    addresses: Column<Address>,
    times: TimeColumn,
    /// The level's number in the low byte, and flags.
    flags: Column<u16>,
    /// The numbers of the lines that are not plain.
    special: Column<u32>,
    /// Lines since the last [`Store::take_notable`] that may say something about steps.
    notable: Vec<u32>,
    prefilter: Prefilter,
    pub(crate) levels: Levels,
}

impl Store {
    /// The number of lines.
    #[inline]
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Returns true if there is no line.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The line with number `index`; `None` past the end.
    pub fn line(&self, index: usize) -> Option<Line<'_>> {
        let flags = self.flags.get(index)?;
        let level = self.levels.get(flags as u8)?;
        Some(Line {
            // The arena holds valid UTF-8 only.
            text: std::str::from_utf8(self.bytes(index)).unwrap_or_default(),
            level: &level.name,
            level_number: flags as u8,
            kind: level.kind,
            time: self.time(index),
            continues: flags & CONTINUES != 0,
            plain: flags & SPECIAL == 0,
        })
    }

    /// The bytes of a line's original text, valid UTF-8; empty past the end.
    #[inline]
    pub fn bytes(&self, index: usize) -> &[u8] {
        let Some(address) = self.addresses.get(index) else {
            return &[];
        };
        let line = self.arena.line(address, self.addresses.get(index + 1));
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// The length of a line's text, in bytes; 0 past the end.
    pub fn byte_len(&self, index: usize) -> usize {
        self.bytes(index).len()
    }

    /// The size of all lines, in bytes, line endings included.
    pub fn text_bytes(&self) -> usize {
        self.arena.len()
    }

    /// A line's time, Unix seconds, UTC; `None` if its entry has no time.
    #[inline]
    pub fn time(&self, index: usize) -> Option<i64> {
        self.times.get(index)
    }

    /// A line's time, or the time of the nearest earlier line that has one; Unix seconds, UTC.
    pub fn near_time(&self, index: usize) -> Option<i64> {
        self.times.near(index)
    }

    /// The time of the first line that has one; Unix seconds, UTC.
    pub fn first_time(&self) -> Option<i64> {
        self.times.first()
    }

    /// The time of the last line that has one; Unix seconds, UTC.
    pub fn last_time(&self) -> Option<i64> {
        self.times.last()
    }

    /// The first line at or after a time (Unix seconds, UTC); the number of lines if there is none.
    pub fn line_at_time(&self, time: i64) -> usize {
        self.lines_from(Some(time)).next().unwrap_or(self.len())
    }

    /// The lines whose own or nearest earlier time is at or after `time`, in order; all for `None`.
    pub(crate) fn lines_from(&self, time: Option<i64>) -> impl Iterator<Item = usize> + '_ {
        self.times.lines_from(time)
    }

    /// The levels, each with its number of lines. A level's number is its index.
    pub fn levels(&self) -> &[Level] {
        self.levels.all()
    }

    /// The number of a line's level.
    #[inline]
    pub fn level_number(&self, index: usize) -> u8 {
        self.flags.get(index).unwrap_or(0) as u8
    }

    /// Returns true if a line continues the entry of the line before it.
    #[inline]
    pub(crate) fn continues(&self, index: usize) -> bool {
        self.flags
            .get(index)
            .is_some_and(|flags| flags & CONTINUES != 0)
    }

    /// Returns true if a line's text can be shown unchanged, see [`Line::plain`].
    #[inline]
    pub(crate) fn is_plain(&self, index: usize) -> bool {
        self.flags
            .get(index)
            .is_none_or(|flags| flags & SPECIAL == 0)
    }

    /// The numbers of the lines that are not plain, in order.
    pub(crate) fn special_lines(&self) -> &Column<u32> {
        &self.special
    }

    /// The address where a line begins.
    #[inline]
    pub(crate) fn address(&self, index: usize) -> Option<Address> {
        self.addresses.get(index)
    }

    /// The line in `from..end` that contains an address.
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

    /// The text of consecutive lines, newlines included, from one line up to at most the line `end`,
    /// and the line after the last one returned. The text ends early at the end of its block, or with
    /// the line that reaches `bytes`.
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

    /// The text of the entry that begins with line `first`: its lines, separated by newlines.
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

    /// The lines since the last call that may say something about steps.
    pub(crate) fn take_notable(&mut self) -> Vec<u32> {
        std::mem::take(&mut self.notable)
    }

    /// Replaces invalid UTF-8 in the arena's pending entry, and removes its last newline, before the
    /// entry is compared or kept. Returns true if the entry contains control characters or non-ASCII
    /// characters, which [`Store::keep`] needs to know.
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

    /// Keeps the arena's pending entry. `complex` is the result of [`Store::finish_text`]. Returns false
    /// if no room is left, and the entry is dropped.
    #[inline]
    pub(crate) fn keep(&mut self, level: u8, time: Option<i64>, complex: bool) -> bool {
        let first = self.len();
        let Some(base) = self.arena.keep(first) else {
            return false;
        };
        if !complex {
            if self.prefilter.passes(self.arena.line(base, None)) {
                self.notable.push(first as u32);
            }
            self.addresses.push(base);
            self.flags.push(u16::from(level));
        } else {
            let text = self.arena.line(base, None);
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', text).chain([text.len()]) {
                let line = text.get(start..end).unwrap_or(&[]);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let mut flags = u16::from(level);
                if start > 0 {
                    flags |= CONTINUES;
                }
                let special = has_special(line);
                if special {
                    flags |= SPECIAL;
                    self.special.push(self.addresses.len() as u32);
                }
                // Escapes may stand before the words.
                if self.prefilter.passes(line) || special {
                    self.notable.push(self.addresses.len() as u32);
                }
                self.addresses.push(base + start as Address);
                self.flags.push(flags);
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
