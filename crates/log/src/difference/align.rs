//! Aligns the lines of two logs, section by section, keeping their order: what is equal at both ends, then lines that
//! are in both logs once (as far as they are in the same order), then what is equal next to those, then the few lines
//! that are left in between.

use crate::difference::key_map::KeyMap;
use crate::difference::side::{LINE_BYTES, Side};
use std::ops::Range;

/// The lines of a position: none of the other log.
const NONE: u32 = u32::MAX;

/// The most pairs of lines of which all are compared.
const MAX_PAIRS: usize = 4096;

/// A key of a section: how often it is in both logs, and where it was last.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    old: u32,
    new: u32,
    old_at: u32,
}

/// The state of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Stage {
    #[default]
    Trim,
    CountOld,
    CountNew,
    Anchor,
    Fill,
}

/// A line of the new log in the longest increasing sequence: its position, that of the old log's line, and the one
/// before it.
#[derive(Debug, Clone, Copy)]
struct Link {
    new: u32,
    old: u32,
    before: u32,
}

/// Aligns all sections, in parts.
#[derive(Debug, Default)]
pub(crate) struct Aligner {
    section: usize,
    stage: Stage,
    at: usize,
    /// The positions of the section that are left after trimming.
    old: Range<usize>,
    new: Range<usize>,
    counts: KeyMap<Count>,
    links: Vec<Link>,
    /// The last link of the best sequence of each length.
    tails: Vec<u32>,
    /// The anchors of the section, old and new, in order.
    anchors: Vec<(u32, u32)>,
    /// The old position of each new position, or [`NONE`].
    of_new: Vec<u32>,
    /// True for each old position that is aligned.
    of_old: Vec<bool>,
    table: Vec<u16>,
}

impl Aligner {
    /// Returns true if a position of the old log is aligned.
    pub(crate) fn has_old(&self, position: usize) -> bool {
        self.of_old.get(position).copied().unwrap_or(false)
    }

    /// Returns true if a position of the new log is aligned.
    pub(crate) fn has_new(&self, position: usize) -> bool {
        self.of_new.get(position).is_some_and(|old| *old != NONE)
    }

    /// The aligned positions, old and new, in order of the new log.
    #[cfg(test)]
    pub(crate) fn aligned(&self) -> Vec<(usize, usize)> {
        let aligned = self.of_new.iter().enumerate();
        aligned
            .filter(|(_, old)| **old != NONE)
            .map(|(new, old)| (*old as usize, new))
            .collect()
    }

    /// Continues, with about as much work as reading this many bytes. Returns true once all sections are aligned, and
    /// the cost in bytes.
    pub(crate) fn advance(
        &mut self,
        old: &Side,
        new: &Side,
        sections: usize,
        bytes: usize,
    ) -> (bool, usize) {
        if self.of_new.len() != new.len() || self.of_old.len() != old.len() {
            self.of_new = vec![NONE; new.len()];
            self.of_old = vec![false; old.len()];
        }
        let mut used = 0;
        while self.section < sections && used < bytes {
            let lines = (bytes - used) / LINE_BYTES + 1;
            used += LINE_BYTES * (1 + self.work(old, new, lines));
        }
        (self.section == sections, used)
    }

    fn align(&mut self, old: usize, new: usize) {
        if let (Some(of_old), Some(of_new)) = (self.of_old.get_mut(old), self.of_new.get_mut(new)) {
            *of_old = true;
            *of_new = old as u32;
        }
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.at = match stage {
            Stage::CountOld => self.old.start,
            Stage::CountNew | Stage::Anchor => self.new.start,
            Stage::Trim | Stage::Fill => 0,
        };
    }

    /// Works on about this many lines of the section. Returns the number of lines.
    fn work(&mut self, old: &Side, new: &Side, lines: usize) -> usize {
        match self.stage {
            Stage::Trim => self.trim(old, new),
            Stage::CountOld => {
                let end = self.old.end.min(self.at + lines);
                for position in self.at..end {
                    let count = self.counts.entry(old.key(position)).or_default();
                    count.old += 1;
                    count.old_at = position as u32;
                }
                self.stride(end, self.old.end, Stage::CountNew)
            }
            Stage::CountNew => {
                let end = self.new.end.min(self.at + lines);
                for position in self.at..end {
                    if let Some(count) = self.counts.get_mut(&new.key(position)) {
                        count.new += 1;
                    }
                }
                self.stride(end, self.new.end, Stage::Anchor)
            }
            Stage::Anchor => {
                let end = self.new.end.min(self.at + lines);
                for position in self.at..end {
                    if let Some(Count {
                        old: 1,
                        new: 1,
                        old_at,
                    }) = self.counts.get(&new.key(position))
                    {
                        self.link(*old_at, position);
                    }
                }
                let is_last = end == self.new.end;
                let used = self.stride(end, self.new.end, Stage::Fill);
                if is_last {
                    self.keep_longest();
                }
                used
            }
            Stage::Fill => self.fill(old, new),
        }
    }

    /// Ends a part of a stage. Returns the number of its lines.
    fn stride(&mut self, to: usize, end: usize, next: Stage) -> usize {
        let used = to - self.at;
        self.at = to;
        if to == end {
            self.enter(next);
        }
        used
    }

    /// Aligns what is equal at both ends of the section.
    fn trim(&mut self, old: &Side, new: &Side) -> usize {
        let (of_old, of_new) = (old.section(self.section), new.section(self.section));
        let lines = of_old.len().min(of_new.len());
        (self.old, self.new) = self.trimmed(old, new, of_old, of_new);
        if self.old.is_empty() || self.new.is_empty() {
            self.section += 1;
        } else {
            self.enter(Stage::CountOld);
        }
        lines
    }

    /// Aligns what is equal at both ends of two ranges of positions, and returns what is left.
    fn trimmed(
        &mut self,
        old: &Side,
        new: &Side,
        mut of_old: Range<usize>,
        mut of_new: Range<usize>,
    ) -> (Range<usize>, Range<usize>) {
        while !of_old.is_empty()
            && !of_new.is_empty()
            && old.key(of_old.start) == new.key(of_new.start)
        {
            self.align(of_old.start, of_new.start);
            of_old.start += 1;
            of_new.start += 1;
        }
        while !of_old.is_empty()
            && !of_new.is_empty()
            && old.key(of_old.end - 1) == new.key(of_new.end - 1)
        {
            of_old.end -= 1;
            of_new.end -= 1;
            self.align(of_old.end, of_new.end);
        }
        (of_old, of_new)
    }

    /// Adds a pair of lines to the increasing sequences.
    fn link(&mut self, old: u32, new: usize) {
        let links = &self.links;
        let is_before = |tail: &u32| links.get(*tail as usize).is_some_and(|link| link.old < old);
        let len = self.tails.partition_point(is_before);
        let before = len.checked_sub(1).and_then(|len| self.tails.get(len));
        let link = Link {
            new: new as u32,
            old,
            before: before.copied().unwrap_or(NONE),
        };
        let index = self.links.len() as u32;
        match self.tails.get_mut(len) {
            Some(tail) => *tail = index,
            None => self.tails.push(index),
        }
        self.links.push(link);
    }

    /// Keeps the longest increasing sequence as anchors.
    fn keep_longest(&mut self) {
        self.anchors.clear();
        let mut at = self.tails.last().copied();
        while let Some(link) = at.and_then(|at| self.links.get(at as usize)).copied() {
            self.align(link.old as usize, link.new as usize);
            self.anchors.push((link.old, link.new));
            at = Some(link.before);
        }
        self.anchors.reverse();
        self.anchors
            .push((self.old.end as u32, self.new.end as u32));
        self.links.clear();
        self.tails.clear();
        self.counts = KeyMap::default();
    }

    /// Aligns the lines before the next anchor. Returns the cost in lines.
    fn fill(&mut self, old: &Side, new: &Side) -> usize {
        let end = self.anchors.get(self.at).copied();
        let Some((old_end, new_end)) = end else {
            self.section += 1;
            self.enter(Stage::Trim);
            return 0;
        };
        let before = self
            .at
            .checked_sub(1)
            .and_then(|before| self.anchors.get(before));
        let (old_start, new_start) = before
            .map_or((self.old.start, self.new.start), |(old, new)| {
                (*old as usize + 1, *new as usize + 1)
            });
        self.at += 1;
        let (of_old, of_new) = (old_start..old_end as usize, new_start..new_end as usize);
        let lines = of_old.len().min(of_new.len());
        let (of_old, of_new) = self.trimmed(old, new, of_old, of_new);
        let pairs = of_old.len().saturating_mul(of_new.len());
        if (1..=MAX_PAIRS).contains(&pairs) {
            self.compare_all(old, new, of_old, of_new);
            return lines + pairs / 8;
        }
        lines
    }

    /// Aligns the longest common subsequence of two short ranges.
    fn compare_all(&mut self, old: &Side, new: &Side, of_old: Range<usize>, of_new: Range<usize>) {
        let width = of_new.len() + 1;
        let mut table = std::mem::take(&mut self.table);
        table.clear();
        table.resize(width * (of_old.len() + 1), 0);
        let at = |row: usize, column: usize| row * width + column;
        for row in (0..of_old.len()).rev() {
            for column in (0..of_new.len()).rev() {
                let longest = match old.key(of_old.start + row) == new.key(of_new.start + column) {
                    true => table[at(row + 1, column + 1)] + 1,
                    false => table[at(row + 1, column)].max(table[at(row, column + 1)]),
                };
                table[at(row, column)] = longest;
            }
        }
        let (mut row, mut column) = (0, 0);
        while row < of_old.len() && column < of_new.len() {
            if old.key(of_old.start + row) == new.key(of_new.start + column) {
                self.align(of_old.start + row, of_new.start + column);
                row += 1;
                column += 1;
            } else if table[at(row + 1, column)] >= table[at(row, column + 1)] {
                row += 1;
            } else {
                column += 1;
            }
        }
        self.table = table;
    }
}
