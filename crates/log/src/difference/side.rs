//! One of two logs that are compared.

use crate::log::Log;
use crate::normalize::Normalizer;
use std::ops::Range;

/// The work on one line, in bytes, beside reading it.
pub(crate) const LINE_BYTES: usize = 16;

/// One of the two logs: the keys of its lines, and its lines by section.
#[derive(Debug, Default)]
pub(crate) struct Side {
    /// The key of each line.
    keys: Vec<u64>,
    /// The section of each line, until the lines are sorted by it.
    sections: Vec<u32>,
    /// All lines, sorted by section; a place in this list is called a position.
    order: Vec<u32>,
    /// The first position of each section, and the number of lines at the end.
    starts: Vec<u32>,
}

impl Side {
    /// Reads the keys and sections of lines, of about this many bytes. Returns the cost in bytes.
    pub(crate) fn read(
        &mut self,
        log: &Log,
        normalizer: &mut Normalizer,
        section: impl Fn(usize) -> u32,
        bytes: usize,
    ) -> usize {
        let mut used = 0;
        while used < bytes && !self.is_read(log) {
            let line = self.keys.len();
            self.keys.push(normalizer.key(log, line));
            self.sections.push(section(line));
            used += log.byte_len(line) + LINE_BYTES;
        }
        used
    }

    /// Returns true once all lines are read.
    pub(crate) fn is_read(&self, log: &Log) -> bool {
        self.keys.len() >= log.len()
    }

    /// The key of a line.
    pub(crate) fn key_of_line(&self, line: usize) -> u64 {
        self.keys.get(line).copied().unwrap_or(0)
    }

    /// The line at a position.
    pub(crate) fn line(&self, position: usize) -> u32 {
        self.order.get(position).copied().unwrap_or(0)
    }

    /// The number of the sections that begin at or before a position.
    pub(crate) fn section_of(&self, position: usize) -> usize {
        (self.starts).partition_point(|start| *start as usize <= position)
    }

    /// The number of lines.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The positions of a section.
    pub(crate) fn section(&self, section: usize) -> Range<usize> {
        let at = |index: usize| {
            self.starts
                .get(index)
                .map_or(self.len(), |start| *start as usize)
        };
        at(section)..at(section + 1)
    }

    /// The key of the line at a position.
    pub(crate) fn key(&self, position: usize) -> u64 {
        self.key_of_line(self.line(position) as usize)
    }

    /// Sorts the lines by section.
    pub(crate) fn sort(&mut self, sections: usize) {
        let mut starts = vec![0u32; sections + 1];
        for section in &self.sections {
            if let Some(count) = starts.get_mut(*section as usize + 1) {
                *count += 1;
            }
        }
        for index in 1..starts.len() {
            starts[index] += starts[index - 1];
        }
        let mut next = starts.clone();
        self.order = vec![0; self.sections.len()];
        for (line, section) in self.sections.iter().enumerate() {
            if let Some(place) = next.get_mut(*section as usize) {
                if let Some(slot) = self.order.get_mut(*place as usize) {
                    *slot = line as u32;
                }
                *place += 1;
            }
        }
        self.starts = starts;
        self.sections = Vec::new();
    }
}
