//! The times of a log's lines, four bytes each, with an index to find the lines after a time.

use crate::column::Column;
use std::collections::BTreeMap;

/// A mark is the number of seconds since this long before the first time.
const MARK_OFFSET_SECONDS: i64 = 1 << 31;
/// The mark of a line without a time.
const NO_TIME: u32 = u32::MAX;
/// The mark of a line whose time is too far from the first one and kept in `far`.
const FAR_TIME: u32 = u32::MAX - 1;

/// The number of lines of a stretch, for which the latest time is kept.
const STRETCH_LINES: usize = if cfg!(test) { 4 } else { 1024 };

/// The times of a stretch of lines. A line without a time has the time of the nearest earlier line.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// The last time before its first line.
    before: Option<i64>,
    /// The latest time in it.
    latest: Option<i64>,
}

/// The times of all lines, Unix seconds.
#[derive(Debug, Default)]
pub(crate) struct TimeColumn {
    times: Column<u32>,
    far: BTreeMap<usize, i64>,
    stretches: Vec<Stretch>,
    first: Option<i64>,
    last: Option<i64>,
}

impl TimeColumn {
    /// Appends the time of a line.
    #[inline]
    pub(crate) fn push(&mut self, time: Option<i64>) {
        let line = self.times.len();
        let before = self.last;
        self.last = time.or(self.last);
        match self.stretches.last_mut() {
            Some(stretch) if !line.is_multiple_of(STRETCH_LINES) => {
                stretch.latest = stretch.latest.max(self.last);
            }
            _ => self.stretches.push(Stretch {
                before,
                latest: self.last,
            }),
        }
        let mark = self.mark(time);
        if mark == FAR_TIME {
            self.far.extend(time.map(|time| (line, time)));
        }
        self.times.push(mark);
    }

    /// Takes note of the time of an entry that is no line of its own.
    pub(crate) fn note(&mut self, time: Option<i64>) {
        self.last = time.or(self.last);
    }

    /// Changes the time of a line.
    pub(crate) fn set(&mut self, line: usize, time: Option<i64>) {
        if self.get(line) == time {
            return;
        }
        let mark = self.mark(time);
        match (mark, time) {
            (FAR_TIME, Some(time)) => {
                self.far.insert(line, time);
            }
            _ => {
                self.far.remove(&line);
            }
        }
        self.times.set(line, mark);
        let stretch = line / STRETCH_LINES;
        if let Some(stretch) = self.stretches.get_mut(stretch) {
            stretch.latest = stretch.latest.max(time);
        }
        // The next stretches may begin with this time, up to the first one that has a time of its own.
        for next in stretch + 1..self.stretches.len() {
            let before = self.near(next * STRETCH_LINES - 1);
            if let Some(next) = self.stretches.get_mut(next) {
                next.before = before;
                next.latest = next.latest.max(before);
            }
        }
    }

    /// The mark of a time.
    #[inline]
    fn mark(&mut self, time: Option<i64>) -> u32 {
        let Some(time) = time else {
            return NO_TIME;
        };
        let first = *self.first.get_or_insert(time);
        let from_earliest = time
            .checked_sub(first)
            .and_then(|since| since.checked_add(MARK_OFFSET_SECONDS));
        match from_earliest.map(u32::try_from) {
            Some(Ok(mark)) if mark < FAR_TIME => mark,
            _ => FAR_TIME,
        }
    }

    /// A line's time.
    #[inline]
    pub(crate) fn get(&self, line: usize) -> Option<i64> {
        match self.times.get(line)? {
            NO_TIME => None,
            FAR_TIME => self.far.get(&line).copied(),
            time => Some(
                self.first?
                    .wrapping_sub(MARK_OFFSET_SECONDS)
                    .wrapping_add(i64::from(time)),
            ),
        }
    }

    /// A line's time, or the time of the nearest earlier line that has one.
    pub(crate) fn near(&self, line: usize) -> Option<i64> {
        let stretch = line / STRETCH_LINES;
        let own = (stretch * STRETCH_LINES..=line).rev();
        let own = own.filter_map(|line| self.get(line)).next();
        own.or_else(|| self.stretches.get(stretch)?.before)
    }

    /// The time of the first line that has one.
    pub(crate) fn first(&self) -> Option<i64> {
        self.first
    }

    /// The time of the last line that has one.
    pub(crate) fn last(&self) -> Option<i64> {
        self.last
    }

    /// The time of the last line that has one not after `now`.
    pub(crate) fn last_until(&self, now: i64) -> Option<i64> {
        if self.last.is_none_or(|last| last <= now) {
            return self.last;
        }
        let lines = (0..self.times.len()).rev();
        let mut times = lines.filter_map(|line| self.get(line));
        times.find(|time| *time <= now)
    }

    /// The first line from this one on whose own or nearest earlier time is at or after `time`, and that time;
    /// [`i64::MIN`] without one. Skips stretches that end before `time`.
    pub(crate) fn next_from(&self, line: usize, time: i64) -> Option<(usize, i64)> {
        let mut line = line;
        let mut near = None;
        while line < self.times.len() {
            let stretch = self.stretches.get(line / STRETCH_LINES)?;
            let end = (line / STRETCH_LINES + 1) * STRETCH_LINES;
            if stretch.latest.unwrap_or(i64::MIN) < time {
                (line, near) = (end, None);
                continue;
            }
            near = self.get(line).or(near).or_else(|| self.near(line));
            let at = near.unwrap_or(i64::MIN);
            if at >= time {
                return Some((line, at));
            }
            line += 1;
        }
        None
    }

    /// The lines whose own or nearest earlier time is at or after `time`, in order; all lines for
    /// `None`. Skips stretches that end before `time`.
    pub(crate) fn lines_from(&self, time: Option<i64>) -> impl Iterator<Item = usize> + '_ {
        let later = move |at: Option<i64>| time.is_none() || at >= time;
        let stretches = self.stretches.iter().enumerate();
        let stretches = stretches.filter(move |(_, stretch)| later(stretch.latest));
        stretches.flat_map(move |(index, stretch)| {
            let mut near = stretch.before;
            let lines = index * STRETCH_LINES..((index + 1) * STRETCH_LINES).min(self.times.len());
            lines.filter(move |line| {
                near = self.get(*line).or(near);
                later(near)
            })
        })
    }
}
