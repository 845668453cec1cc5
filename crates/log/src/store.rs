//! All lines of one log: the text, and ten bytes for each line (where it begins, its time, its level and
//! its flags).

use crate::ansi::{Style, after, leaves_line};
use crate::arena::{Address, Arena};
use crate::column::Column;
use crate::grammar::Prefilter;
use crate::levels::{Level, LevelKind, Levels};
use crate::screen::{Change, Lines, REACH, Screen, Written};
use crate::text::{Classes, classes, has_special};
use crate::times::TimeColumn;

/// Flag: the line continues the entry of the line before it.
const CONTINUES: u16 = 0x100;
/// Flag: the line contains escapes, control characters or other special characters.
const SPECIAL: u16 = 0x200;
/// Flag: not each byte of the line is one column. It contains tabs, control characters or bytes outside of ASCII.
const UNEVEN: u16 = 0x400;
/// Flag: the line has been written over. Its text is not in the arena: its address is an index in `shown`.
const SHOWN: u16 = 0x800;

/// The number of special lines that are searched for the one that sets the style.
const MAX_STYLE_LINES: usize = 500;

/// A line as it came, of which something else is shown now.
#[derive(Debug, Clone, Copy)]
struct RawLine {
    /// The number of the line that is shown.
    line: u32,
    address: Address,
    flags: u16,
    time: Option<i64>,
    /// Its time, or the time of the nearest earlier line that has one.
    near_time: Option<i64>,
}

/// An entry that has no lines of its own: it was written over other lines.
#[derive(Debug, Clone, Copy)]
struct Extra {
    /// The number of lines when it came.
    line: u32,
    address: Address,
    len: usize,
    level: u8,
    time: Option<i64>,
    near_time: Option<i64>,
}

/// An entry as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// Its lines, separated by newlines.
    pub(crate) text: &'a [u8],
    /// The number of its level.
    pub(crate) level: u8,
    /// Unix seconds, UTC.
    pub(crate) time: Option<i64>,
}

/// A text that may say something about steps.
#[derive(Debug)]
pub(crate) enum Notable {
    /// A line with this number has come.
    Came(u32),
    /// A line of an entry has been written over others, at this time.
    Over(Written, Option<i64>),
}

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// The text, without its line ending. It may contain escapes and control characters. It is the original
    /// text, unless a program has written over the line: then it is what a terminal shows, with its colors.
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
    notable: Vec<Notable>,
    prefilter: Prefilter,
    /// The texts of the lines that have been written over.
    shown: Vec<Box<str>>,
    /// Those lines as they came, in order. Lines that only came to be by writing have none.
    replaced: Vec<RawLine>,
    /// In order.
    extras: Vec<Extra>,
    /// The end of the log as a program sees it, once one has written over lines.
    screen: Option<Box<Screen>>,
    /// True if the next entry may have to be written over lines.
    is_inside: bool,
    /// The first of the lines before `settled` that have changed.
    changed: Option<usize>,
    /// The number of lines at the last [`Store::settle`].
    settled: usize,
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

    /// The bytes of a line's text, see [`Line::text`], valid UTF-8; empty past the end.
    #[inline]
    pub fn bytes(&self, index: usize) -> &[u8] {
        let Some(address) = self.addresses.get(index) else {
            return &[];
        };
        let line = match self.screen.is_none() {
            true => self.arena.line(address, self.addresses.get(index + 1)),
            false => self.shown_bytes(index, address),
        };
        line.strip_suffix(b"\r").unwrap_or(line)
    }

    /// The same, once lines have been written over. The next line does not tell then where one ends.
    #[cold]
    fn shown_bytes(&self, index: usize, address: Address) -> &[u8] {
        match self.is_shown(index) {
            true => (self.shown.get(address as usize)).map_or(&[], |text| text.as_bytes()),
            false => self.arena.to_newline(address, address),
        }
    }

    /// Returns true if a program has written over lines: their text is not where that of the lines around them is.
    pub(crate) fn is_written_over(&self) -> bool {
        self.screen.is_some()
    }

    /// Returns true if a program has written over a line.
    fn is_shown(&self, index: usize) -> bool {
        self.flags
            .get(index)
            .is_some_and(|flags| flags & SHOWN != 0)
    }

    /// A line as it came. `None` if it only came to be by writing over others.
    fn raw_line(&self, index: usize) -> Option<RawLine> {
        if self.is_shown(index) {
            let found = self
                .replaced
                .binary_search_by_key(&(index as u32), |raw| raw.line);
            return self.replaced.get(found.ok()?).copied();
        }
        Some(RawLine {
            line: index as u32,
            address: self.addresses.get(index)?,
            flags: self.flags.get(index)?,
            time: self.time(index),
            near_time: None,
        })
    }

    /// The bytes of a line as it came, valid UTF-8, and true if they can be shown unchanged.
    pub(crate) fn raw_bytes(&self, index: usize) -> (&[u8], bool) {
        if self.screen.is_some()
            && self.is_shown(index)
            && let Some(raw) = self.raw_line(index)
        {
            let line = self.arena.to_newline(raw.address, raw.address);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            return (line, raw.flags & SPECIAL == 0);
        }
        (self.bytes(index), self.is_plain(index))
    }

    /// The length of a line's text, in bytes; 0 past the end. For a line that was written over, its colors count.
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

    /// Returns true if a line, or the nearest earlier one with a time, is between two times (Unix seconds, UTC, both
    /// included), or if there is no such limit.
    pub fn is_between(&self, line: usize, between: Option<(i64, i64)>) -> bool {
        between.is_none_or(|(first, last)| {
            let time = self.near_time(line).unwrap_or(i64::MIN);
            first <= time && time <= last
        })
    }

    /// The time of the first line that has one; Unix seconds, UTC.
    pub fn first_time(&self) -> Option<i64> {
        self.times.first()
    }

    /// The time of the last entry that has one; Unix seconds, UTC.
    pub fn last_time(&self) -> Option<i64> {
        self.times.last()
    }

    /// The first line at or after a time (Unix seconds, UTC); the number of lines if there is none.
    pub fn line_at_time(&self, time: i64) -> usize {
        self.lines_from(Some(time)).next().unwrap_or(self.len())
    }

    /// The time of the last line that has one not after `now`; Unix seconds, UTC.
    pub(crate) fn last_time_until(&self, now: i64) -> Option<i64> {
        self.times.last_until(now)
    }

    /// The first line from this one on whose own or nearest earlier time is at or after `time`, and that time;
    /// [`i64::MIN`] for a line without one.
    pub(crate) fn next_from(&self, line: usize, time: i64) -> Option<(usize, i64)> {
        self.times.next_from(line, time)
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

    /// Returns true if a line's text can be shown unchanged, see [`Line::plain`].
    #[inline]
    pub(crate) fn is_plain(&self, index: usize) -> bool {
        self.flags
            .get(index)
            .is_none_or(|flags| flags & SPECIAL == 0)
    }

    /// Returns true if each byte of a line is one column: it is ASCII, without tabs and control characters.
    #[inline]
    pub(crate) fn is_even(&self, index: usize) -> bool {
        self.flags
            .get(index)
            .is_none_or(|flags| flags & UNEVEN == 0)
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
        let end = self.before_extras(from, end);
        let (text, block_end) = self.arena.block_from(address);
        let mut end = end.min(block_end).min(self.len());
        if text.len() > bytes {
            let address = address + bytes as Address;
            end = end.min(self.line_at(address, from, end) + 1);
        }
        let len = match self.screen.is_none() {
            true => {
                let next = self.addresses.get(end).filter(|_| end < block_end);
                next.map_or(text.len(), |next| (next - address) as usize)
            }
            false => {
                let last = self.addresses.get(end.saturating_sub(1)).unwrap_or(address);
                self.arena.to_newline(address, last).len() + 1
            }
        };
        (text.get(..len).unwrap_or(text), end)
    }

    /// The first line from `from` on before which there is the text of an entry without lines, or `end`.
    fn before_extras(&self, from: usize, end: usize) -> usize {
        let after = self
            .extras
            .partition_point(|extra| extra.line as usize <= from);
        let next = self.extras.get(after).map(|extra| extra.line as usize);
        next.map_or(end, |next| next.min(end))
    }

    /// An entry that began with a line and that no program has written over.
    pub(crate) fn kept_entry(&self, line: usize) -> Option<Entry<'_>> {
        let is_kept = self.screen.is_none() || !self.is_shown(line);
        is_kept.then(|| self.entry_at(line)).flatten()
    }

    /// The entries that have no line of their own any more, of those with a place among the first `lines` and the first
    /// `extras` entries without lines. Each with its own or nearest earlier time.
    pub(crate) fn covered_entries(
        &self,
        lines: usize,
        extras: usize,
    ) -> impl Iterator<Item = (Option<i64>, Entry<'_>)> {
        let replaced = self.replaced.iter();
        let replaced = replaced
            .take_while(move |raw| (raw.line as usize) < lines)
            .filter_map(|raw| Some((raw.near_time, self.entry_at(raw.line as usize)?)));
        let extras = self.extras.iter().take(extras);
        replaced.chain(extras.map(|extra| (extra.near_time, self.extra(extra))))
    }

    /// The number of first lines that do not depend on what comes from a place on, see [`Store::entry`].
    pub(crate) fn sure_lines(&self, place: usize) -> usize {
        match self.screen.is_none() {
            true => place,
            // The entries from there on can be written over lines before.
            false => place.saturating_sub(self.extras.len() + REACH),
        }
    }

    /// The number of entries without lines of their own.
    pub(crate) fn extras_len(&self) -> usize {
        self.extras.len()
    }

    /// Adds a whole entry. No other may be pending. Returns false if no room is left.
    pub(crate) fn append(&mut self, text: &[u8], level: u8, time: Option<i64>) -> bool {
        self.arena.push(text);
        // The text has lost its last newline already.
        let classes = classes(text);
        self.keep(level, time, classes.control || classes.wide)
    }

    /// A store without lines that numbers the levels as this one does.
    pub(crate) fn with_same_levels(&self) -> Self {
        Self {
            levels: self.levels.without_lines(),
            ..Self::default()
        }
    }

    /// The number of entries and lines as they came, which [`Store::entry`] counts.
    pub(crate) fn entries_len(&self) -> usize {
        self.len() + self.extras.len()
    }

    /// An entry as it came, by its place among all lines as they came. `None` for a line that continues an entry, and
    /// for one that did not come.
    pub(crate) fn entry(&self, place: usize) -> Option<Entry<'_>> {
        // The entry number `n` without lines has the place of its line plus `n`.
        let (mut low, mut high) = (0, self.extras.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.extras.get(middle) {
                Some(extra) if extra.line as usize + middle < place => low = middle + 1,
                _ => high = middle,
            }
        }
        match self.extras.get(low) {
            Some(extra) if extra.line as usize + low == place => Some(self.extra(extra)),
            _ => self.entry_at(place - low),
        }
    }

    fn extra(&self, extra: &Extra) -> Entry<'_> {
        let text = self.arena.line(extra.address, None);
        Entry {
            text: text.get(..extra.len).unwrap_or(text),
            level: extra.level,
            time: extra.time,
        }
    }

    /// The entry that began with a line.
    fn entry_at(&self, line: usize) -> Option<Entry<'_>> {
        let first = self.raw_line(line)?;
        if first.flags & CONTINUES != 0 {
            return None;
        }
        let mut last = first;
        while let Some(next) = self.raw_line(last.line as usize + 1)
            && next.flags & CONTINUES != 0
        {
            last = next;
        }
        Some(Entry {
            text: self.arena.to_newline(first.address, last.address),
            level: first.flags as u8,
            time: first.time,
        })
    }

    /// The lines since the last call that may say something about steps, as they came.
    pub(crate) fn take_notable(&mut self) -> Vec<Notable> {
        std::mem::take(&mut self.notable)
    }

    /// The first line that has changed since the last call although it was there at the last call.
    pub(crate) fn settle(&mut self) -> Option<usize> {
        self.settled = self.len();
        self.changed.take()
    }

    /// Replaces invalid UTF-8 in the arena's pending entry, and removes its last newline, before the
    /// entry is compared or kept. `known` are the kinds of its bytes, if they are known. Returns true if the entry
    /// contains control characters or non-ASCII characters, which [`Store::keep`] needs to know.
    #[inline]
    pub(crate) fn finish_text(&mut self, known: Option<Classes>) -> bool {
        let classes = known.unwrap_or_else(|| classes(self.arena.pending()));
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
        if self.is_inside || (complex && self.leaves_line(base)) {
            self.keep_on_screen(base, level, time);
            return true;
        }
        if !complex {
            if self.prefilter.passes(self.arena.line(base, None)) {
                self.notable.push(Notable::Came(first as u32));
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
                let classes = classes(line);
                if classes.wide || classes.control {
                    flags |= UNEVEN;
                }
                let special = has_special(line, classes);
                if special {
                    flags |= SPECIAL;
                    self.special.push(self.addresses.len() as u32);
                }
                // Escapes may stand before the words.
                if self.prefilter.passes(line) || special {
                    self.notable
                        .push(Notable::Came(self.addresses.len() as u32));
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

    /// Returns true if the entry kept last has an effect on other lines.
    fn leaves_line(&self, base: Address) -> bool {
        let text = self.arena.line(base, None);
        memchr::memchr(0x1b, text).is_some_and(|first| {
            let text = text.get(first..).unwrap_or(&[]);
            leaves_line(std::str::from_utf8(text).unwrap_or_default())
        })
    }

    /// Writes the entry kept last over the lines that its program can reach.
    #[cold]
    fn keep_on_screen(&mut self, base: Address, level: u8, time: Option<i64>) {
        let text = self.arena.line(base, None).to_vec();
        self.times.note(time);
        self.extras.push(Extra {
            line: self.len() as u32,
            address: base,
            len: text.len(),
            level,
            time,
            near_time: self.times.last(),
        });
        let text = String::from_utf8(text).unwrap_or_default();
        let mut screen = self.screen.take().unwrap_or_default();
        let changes = screen.write(&text, self);
        self.is_inside = screen.is_inside();
        let written = screen.take_written();
        self.screen = Some(screen);
        for change in changes {
            self.show(change, level, time);
        }
        self.prefilter.forget();
        let near_time = self.times.last();
        let written = written.into_iter();
        self.notable
            .extend(written.map(|written| Notable::Over(written, near_time)));
    }

    /// Shows another text in a line, or adds one.
    fn show(&mut self, change: Change, level: u8, time: Option<i64>) {
        let line = change.line;
        let text = change.text.into_boxed_str();
        let Some(flags) = self.flags.get(line) else {
            self.addresses.push(self.shown.len() as Address);
            self.shown.push(text);
            self.flags.push(u16::from(level) | SHOWN | SPECIAL | UNEVEN);
            self.special.push(line as u32);
            self.times.push(time);
            self.levels.count(level, 1);
            return;
        };
        if line < self.settled {
            self.changed = Some(self.changed.map_or(line, |first| first.min(line)));
        }
        if flags & SHOWN != 0 {
            let index = self.addresses.get(line).unwrap_or_default();
            if let Some(place) = self.shown.get_mut(index as usize) {
                *place = text;
            }
        } else {
            self.replace(line, text);
        }
        if change.is_written {
            let flags = self.flags.get(line).unwrap_or_default();
            self.levels.move_line(flags as u8, level);
            self.flags.set(line, flags & 0xff00 | u16::from(level));
            self.times.set(line, time);
        }
    }

    /// Shows another text in a line as it came.
    fn replace(&mut self, line: usize, text: Box<str>) {
        let Some(raw) = self.raw_line(line) else {
            return;
        };
        let raw = RawLine {
            near_time: self.near_time(line),
            ..raw
        };
        let at = self
            .replaced
            .partition_point(|raw| (raw.line as usize) < line);
        self.replaced.insert(at, raw);
        self.addresses.set(line, self.shown.len() as Address);
        self.shown.push(text);
        let flags = raw.flags & !CONTINUES | SHOWN | SPECIAL | UNEVEN;
        self.flags.set(line, flags);
        if raw.flags & SPECIAL == 0 {
            let at = self
                .special
                .partition_point(|special| (special as usize) < line);
            let after: Vec<u32> = (at..self.special.len())
                .filter_map(|index| self.special.get(index))
                .collect();
            self.special.truncate(at);
            self.special.push(line as u32);
            after.into_iter().for_each(|line| self.special.push(line));
        }
    }
}

impl Lines for Store {
    fn len(&self) -> usize {
        self.len()
    }

    fn text(&self, line: usize) -> &str {
        // The screen is taken out while it reads lines, so that `bytes` cannot tell. The arena holds valid UTF-8 only.
        let address = self.addresses.get(line).unwrap_or_default();
        let text = self.shown_bytes(line, address);
        std::str::from_utf8(text)
            .unwrap_or_default()
            .trim_end_matches('\r')
    }

    fn style_at(&self, line: usize) -> Style {
        let end = self
            .special
            .partition_point(|special| (special as usize) < line);
        let first = end.saturating_sub(MAX_STYLE_LINES);
        let text = |index: usize| {
            let line = self.special.get(index).unwrap_or_default();
            Lines::text(self, line as usize)
        };
        let resets = |index: &usize| {
            let text = text(*index);
            text.contains("\u{1b}[m") || text.contains("\u{1b}[0m")
        };
        let start = (first..end).rev().find(resets).unwrap_or(first);
        (start..end).fold(Style::default(), |style, index| {
            after(text(index).as_bytes(), style)
        })
    }
}
