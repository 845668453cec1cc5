//! Reads the steps of BuildKit, which runs several at once and says at each line which one it is of.

use crate::grammar::Header;
use crate::grammar::{Vertex, buildkit_offset, may_fail};
use crate::steps::step::{At, End, Step, StepKind, is_header, step};
use crate::steps::{NO_COUNT, Steps};

/// The line with the number 0 before the first vertex of a build.
const BEGINNING: &str = "building with ";

/// The number of lines at the end of a step in which its last offset is searched.
const MAX_SEARCHED_LINES: usize = 20;

impl Steps {
    /// A line of a vertex.
    pub(super) fn vertex(&mut self, at: At<'_>, number: u32, says: Vertex<'_>) {
        let known = match number {
            0 => self.announced_last(),
            _ => self.vertices.get(&number).copied(),
        };
        let step = match says {
            Vertex::Named(header) => self.vertex_of_header(at, number, known, &header),
            Vertex::Internal(name) if number == 0 && name.starts_with(BEGINNING) => {
                self.forget_vertices();
                None
            }
            // What a known vertex does can be told in the same words.
            Vertex::Internal(name) if !name.starts_with('[') && self.is_open(known) => known,
            Vertex::Internal(name) => self.vertex_of_header(at, number, known, &internal(name)),
            _ => known,
        };
        self.enter(at, step);
        let Some(step) = step else {
            return;
        };
        match says {
            Vertex::Done(tenths) => {
                self.end_vertex(at, step, End::Done);
                self.set_tenths(step, tenths);
            }
            Vertex::Cached => self.end_vertex(at, step, End::Cached),
            Vertex::Failed | Vertex::Canceled => {
                let end = match says {
                    Vertex::Failed => End::Failed,
                    _ => End::Canceled,
                };
                let tenths = self.last_offset(at, step);
                self.end_vertex(at, step, end);
                self.set_tenths(step, tenths);
            }
            _ => {}
        }
    }

    /// The step that was announced last and has not ended. Some versions print output as that of number 0.
    fn announced_last(&self) -> Option<usize> {
        self.marks.iter().rposition(|mark| mark.end == End::Open)
    }

    /// The step of a header: a new one, or one whose output goes on.
    fn vertex_of_header(
        &mut self,
        at: At<'_>,
        number: u32,
        known: Option<usize>,
        header: &Header<'_>,
    ) -> Option<usize> {
        if number == 0 {
            return known;
        }
        let is_first_again = number == 1 && self.vertices.len() > 1 && !self.is_open(known);
        let has_header = |step: &Step| is_header(step, header.line);
        if let Some(known) = known
            && self.list.get(known).is_some_and(has_header)
            && !is_first_again
        {
            // Work such as pulling an image can go on after an end.
            if matches!(self.end_of(known), End::Done | End::Cached) {
                self.set_end(known, End::Open);
            }
            return Some(known);
        }
        if known.is_some() && number == 1 {
            self.forget_vertices();
        }
        let begun = match header.total {
            Some(_) => {
                let begun = self.add(at, 0, step(header))?;
                let count = self.counts.add(header, begun, &mut self.list);
                if let Some(mark) = self.marks.get_mut(begun) {
                    mark.count = count;
                }
                begun
            }
            None => {
                let step = Step {
                    kind: StepKind::Internal,
                    ..step(header)
                };
                self.add(at, NO_COUNT, step)?
            }
        };
        self.vertices.insert(number, begun);
        Some(begun)
    }

    fn is_open(&self, step: Option<usize>) -> bool {
        step.is_some_and(|step| self.end_of(step) == End::Open)
    }

    /// Begins with another build, which counts its vertices from 1 again.
    fn forget_vertices(&mut self) {
        self.vertices.clear();
        self.counts.clear();
        self.failed = None;
    }

    fn end_vertex(&mut self, at: At<'_>, step: usize, end: End) {
        self.set_end(step, end);
        self.lines.leave(at, &mut self.list);
        let is_fatal = end == End::Failed
            && self
                .list
                .get(step)
                .is_some_and(|step| !may_fail(&step.header));
        if is_fatal {
            self.failed = self.failed.or(Some(step));
        } else if self.failed == Some(step) {
            self.failed = None;
        }
    }

    fn set_tenths(&mut self, step: usize, tenths: Option<u32>) {
        let Some(step) = self.list.get_mut(step) else {
            return;
        };
        step.tenths = tenths.or(step.tenths);
        // A step can be announced when it has ended.
        if let (Some(tenths), Some(end)) = (tenths, step.end_time) {
            let start = end.saturating_sub(i64::from(tenths / 10));
            step.start_time = step.start_time.map(|time| time.min(start));
        }
    }

    /// The offset of the last output of a step that ends with this line.
    fn last_offset(&self, at: At<'_>, step: usize) -> Option<u32> {
        let store = at.store?;
        let first = self.list.get(step)?.first;
        let mut of_step = (first..at.line)
            .rev()
            .filter(|line| self.lines.is_of(*line, step))
            .take(MAX_SEARCHED_LINES);
        of_step.find_map(|line| {
            let text = std::str::from_utf8(store.bytes(line)).ok()?;
            buildkit_offset(text)
        })
    }

    /// A line that says that the build failed, after the vertex said so, unless that was not printed.
    pub(super) fn fail_vertex(&mut self) {
        let has_failed = self
            .marks
            .iter()
            .skip(self.first_of_attempt())
            .any(|mark| matches!(mark.end, End::Failed | End::Canceled));
        if self.failed.is_none() && !has_failed {
            self.failed = self.announced_last();
        }
    }

    /// The header of the step that failed, before its output is quoted.
    pub(super) fn failed_vertex(&mut self, at: At<'_>, header: &str) {
        self.enter(at, None);
        let is_it = |index: &usize| {
            self.end_of(*index) == End::Failed
                && self
                    .list
                    .get(*index)
                    .is_some_and(|step| is_header(step, header))
        };
        let found = (self.first_of_attempt()..self.list.len()).rev().find(is_it);
        self.failed = found.or(self.failed);
    }
}

fn internal(name: &str) -> Header<'_> {
    Header {
        line: name,
        title: name,
        number: 0,
        total: None,
        stage: None,
        name: "",
        platform: "",
    }
}
