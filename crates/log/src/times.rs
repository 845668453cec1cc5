//! The times of a log's lines: four bytes each, and where the later ones are.

use crate::column::Column;
use std::collections::BTreeMap;

/// A time is kept as seconds from this far before the first one.
const EARLIEST: i64 = 1 << 31;
/// There is no time.
const NO_TIME: u32 = u32::MAX;
/// The time is too far from the first one, and kept apart.
const FAR_TIME: u32 = u32::MAX - 1;

/// For so many lines, the latest time is kept.
const STRIDE: usize = if cfg!(test) { 4 } else { 1024 };

/// The times of a stretch of lines. Lines without a time belong to that of the nearest line before.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    /// The time that is valid before its first line.
    before: Option<i64>,
    /// The latest in it.
    latest: Option<i64>,
}

/// The times of all lines, Unix seconds.
#[derive(Debug, Default)]
pub struct TimeColumn {
    times: Column<u32>,
    far: BTreeMap<usize, i64>,
    stretches: Vec<Stretch>,
    first: Option<i64>,
    last: Option<i64>,
}

impl TimeColumn {
    /// Appends the time of a line.
    #[inline]
    pub fn push(&mut self, time: Option<i64>) {
        let line = self.times.len();
        let before = self.last;
        self.last = time.or(self.last);
        match self.stretches.last_mut() {
            Some(stretch) if !line.is_multiple_of(STRIDE) => {
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

    /// A time as the column keeps it.
    #[inline]
    fn mark(&mut self, time: Option<i64>) -> u32 {
        let Some(time) = time else {
            return NO_TIME;
        };
        let first = *self.first.get_or_insert(time);
        let from_earliest = time
            .checked_sub(first)
            .and_then(|since| since.checked_add(EARLIEST));
        match from_earliest.map(u32::try_from) {
            Some(Ok(mark)) if mark < FAR_TIME => mark,
            _ => FAR_TIME,
        }
    }

    /// A line's time.
    #[inline]
    pub fn get(&self, line: usize) -> Option<i64> {
        match self.times.get(line)? {
            NO_TIME => None,
            FAR_TIME => self.far.get(&line).copied(),
            time => Some(
                self.first?
                    .wrapping_sub(EARLIEST)
                    .wrapping_add(i64::from(time)),
            ),
        }
    }

    /// A line's time, or that of the nearest line before it that has one.
    pub fn near(&self, line: usize) -> Option<i64> {
        let stretch = line / STRIDE;
        let own = (stretch * STRIDE..=line).rev();
        let own = own.filter_map(|line| self.get(line)).next();
        own.or_else(|| self.stretches.get(stretch)?.before)
    }

    /// The time of the first line that has one.
    pub fn first(&self) -> Option<i64> {
        self.first
    }

    /// The time of the last line that has one.
    pub fn last(&self) -> Option<i64> {
        self.last
    }

    /// The lines whose own or nearest earlier time is not before `time`, in order; all for `None`.
    /// Stretches that end before are passed over.
    pub fn lines_from(&self, time: Option<i64>) -> impl Iterator<Item = usize> + '_ {
        let later = move |at: Option<i64>| time.is_none() || at >= time;
        let stretches = self.stretches.iter().enumerate();
        let stretches = stretches.filter(move |(_, stretch)| later(stretch.latest));
        stretches.flat_map(move |(index, stretch)| {
            let mut near = stretch.before;
            let lines = index * STRIDE..((index + 1) * STRIDE).min(self.times.len());
            lines.filter(move |line| {
                near = self.get(*line).or(near);
                later(near)
            })
        })
    }

    /// Bytes of memory taken.
    pub fn memory(&self) -> usize {
        self.times.memory() + self.stretches.capacity() * size_of::<Stretch>()
    }
}
