//! Compares the logs of two builds by normalized lines, step by step: what only the new one says, and what only the
//! old one said.

mod align;
mod key_map;
mod match_steps;
mod rank;
mod side;

use crate::column::Column;
use crate::difference::align::Aligner;
use crate::difference::key_map::KeyMap;
use crate::difference::match_steps::Sections;
pub use crate::difference::match_steps::StepPair;
use crate::difference::rank::Signs;
use crate::difference::side::{LINE_BYTES, Side};
use crate::log::Log;
use crate::normalize::{Normalizer, key, mix};
use crate::steps::StepState;
use std::collections::HashSet;

/// The beginnings of lines that builders print for each step, run or cached. It tells nothing about a difference.
const ROUTINE: &[&str] = &[
    "",
    "CACHED",
    "DONE 0.1s",
    "...",
    "--> Using cache 866f64d45e9a71361eaf7c32143b5dd4f4afa03b77d0027b25388eaf146878bc",
    "---> Using cache",
    "--> 866f64d45e9a",
    "---> 866f64d45e9a",
    "---> Running in 866f64d45e9a",
    "Removing intermediate container 866f64d45e9a",
    "sha256:6a12c62f389189ac0b7299d487aa305234ed54ac396e74508cc05c3fa761ef4b",
    "------",
];

/// The parts of the work, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    ReadOld,
    ReadNew,
    Align,
    CountOld,
    CountNew,
    PickNew,
    PickOld,
    CountElsewhere,
    Done,
}

/// Compares two logs, each as it is at the first call of [`Comparison::advance`], in parts.
///
/// Lines are compared by their normalized text, within the same step: steps are the same if they have the same stage
/// and instruction, whatever their numbers. Lines of no step count as before or after all steps. A line that has moved
/// within its step is neither new nor gone; of several that are alike, those that have no place in the order of the
/// others are new. What builders say about every step, such as `CACHED` and `DONE 0.1s`, is left out.
///
/// Time and memory are linear in the number of lines, whatever they say, but for a factor of its logarithm.
///
/// # Examples
///
/// ```
/// use slipway_log::{Comparison, Log};
///
/// let read = |body: &str| {
///     let mut log = Log::new();
///     log.begin(None);
///     log.feed(body.as_bytes());
///     log.end();
///     log
/// };
/// let old = read(r#"[{"message": "STEP 1/1: RUN make"}, {"message": "cc a.c (12 ms)"}, {"message": "done"}]"#);
/// let new = read(r#"[{"message": "STEP 1/1: RUN make"}, {"message": "cc a.c (9 ms)"}, {"message": "no such file"}]"#);
///
/// let mut comparison = Comparison::new();
/// while !comparison.advance(&old, &new, 1 << 20) {
///     // A view yields to the browser here.
/// }
/// assert_eq!(comparison.new_lines(), [2]);
/// assert_eq!(comparison.gone_lines(), [2]);
/// ```
#[derive(Debug)]
pub struct Comparison {
    is_begun: bool,
    phase: Phase,
    /// The next line or position of the phase.
    at: usize,
    old: Side,
    new: Side,
    sections: Sections,
    aligner: Aligner,
    /// Counts by key and section, for picking.
    counts: KeyMap<u32>,
    new_lines: Vec<u32>,
    gone_lines: Vec<u32>,
    /// For the keys of the new lines: how often they are among the new lines, and in the old log.
    elsewhere: KeyMap<(u32, u32)>,
    /// The old log's steps that came from the cache: their output is not in it.
    was_cached: Vec<usize>,
    routine: Vec<u64>,
    normalizer: Normalizer,
}

impl Default for Comparison {
    fn default() -> Self {
        Self::new()
    }
}

impl Comparison {
    /// Begins a comparison.
    pub fn new() -> Self {
        Self {
            is_begun: false,
            phase: Phase::ReadOld,
            at: 0,
            old: Side::default(),
            new: Side::default(),
            sections: Sections::default(),
            aligner: Aligner::default(),
            counts: KeyMap::default(),
            new_lines: Vec::new(),
            gone_lines: Vec::new(),
            elsewhere: KeyMap::default(),
            was_cached: Vec::new(),
            routine: ROUTINE.iter().map(|line| key(line.as_bytes())).collect(),
            normalizer: Normalizer::default(),
        }
    }

    /// The lines that only the new log has, in order, counted from 0. Complete once [`Comparison::advance`] has returned
    /// true.
    pub fn new_lines(&self) -> &[u32] {
        &self.new_lines
    }

    /// The lines that only the old log has, in order, counted from 0. Complete once [`Comparison::advance`] has returned
    /// true.
    pub fn gone_lines(&self) -> &[u32] {
        &self.gone_lines
    }

    /// The steps of both logs, in the order of the new one.
    pub fn steps(&self) -> &[StepPair] {
        self.sections.pairs()
    }

    /// The new lines, with the ones first that are likely to tell why the new build failed: rare, near the failure, and in
    /// the step that failed. Of lines that are alike, the others follow at the end. `error_lines` are the lines of
    /// the new log that tell of errors, sorted, see `Explainer::error_lines`. Complete once [`Comparison::advance`] has
    /// returned true.
    pub fn ranked_new_lines(&self, new: &Log, error_lines: &Column<u32>) -> Vec<u32> {
        let steps = new.steps();
        let failing = steps.failing();
        let failure = failing.and_then(|step| steps.list().get(step));
        let failure = failure.map_or(new.len(), |step| step.last);
        let mut seen = HashSet::new();
        let mut ranked: Vec<(bool, i32, u32)> = Vec::with_capacity(self.new_lines.len());
        for number in &self.new_lines {
            let line = *number as usize;
            let key = self.new.key_of_line(line);
            if !seen.insert(key) {
                ranked.push((true, 0, *number));
                continue;
            }
            let step = steps.step_of_line(line);
            let (often, elsewhere) = self.elsewhere.get(&key).copied().unwrap_or((1, 0));
            let signs = Signs {
                is_error_line: error_lines.get(error_lines.partition_point(|line| line < *number))
                    == Some(*number),
                is_in_failing_step: step.is_some() && step == failing,
                is_header: step.is_some_and(|step| {
                    steps
                        .list()
                        .get(step)
                        .is_some_and(|step| step.first == line)
                }),
                was_cached: step.is_some_and(|step| self.was_cached(step)),
                is_elsewhere: elsewhere > 0,
                often,
                distance: failure.abs_diff(line),
            };
            ranked.push((false, -rank::score(&new.plain(line), &signs), *number));
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, line)| line).collect()
    }

    /// Returns true if the old log has a step of the new one as cached: without its output.
    fn was_cached(&self, step: usize) -> bool {
        let pair = self.steps().iter().find(|pair| pair.new == Some(step));
        let old = pair.and_then(|pair| pair.old);
        old.is_some_and(|old| self.was_cached.contains(&old))
    }

    /// Continues, with about as much work as reading this many bytes of text. Both logs must stay as they are. Returns
    /// true once everything is compared.
    pub fn advance(&mut self, old: &Log, new: &Log, bytes: usize) -> bool {
        if !self.is_begun {
            self.is_begun = true;
            self.sections = Sections::of(old, new);
            let steps = old.steps().list().iter().enumerate();
            let cached = steps.filter(|(_, step)| step.state == StepState::Cached);
            self.was_cached = cached.map(|(index, _)| index).collect();
        }
        let mut left = bytes.max(LINE_BYTES);
        while self.phase != Phase::Done && left > 0 {
            let used = self.work(old, new, left);
            left = left.saturating_sub(used);
        }
        self.phase == Phase::Done
    }

    #[cfg(test)]
    pub(crate) fn advance_to_aligned(&mut self, old: &Log, new: &Log) {
        while self.phase != Phase::CountOld {
            self.advance(old, new, 1);
        }
    }

    /// The aligned lines of both logs, if there are no steps.
    #[cfg(test)]
    pub(crate) fn aligned(&self) -> Vec<(usize, usize)> {
        self.aligner.aligned()
    }

    /// Works on one phase. Returns the cost in bytes.
    fn work(&mut self, old: &Log, new: &Log, bytes: usize) -> usize {
        match self.phase {
            Phase::ReadOld => {
                let section = |line| self.sections.of_old(old, line);
                let used = (self.old).read(old, &mut self.normalizer, section, bytes);
                if self.old.is_read(old) {
                    self.old.sort(self.sections.len());
                    self.enter(Phase::ReadNew);
                }
                used
            }
            Phase::ReadNew => {
                let section = |line| self.sections.of_new(new, line);
                let used = (self.new).read(new, &mut self.normalizer, section, bytes);
                if self.new.is_read(new) {
                    self.new.sort(self.sections.len());
                    self.enter(Phase::Align);
                }
                used
            }
            Phase::Align => {
                let (done, used) =
                    self.aligner
                        .advance(&self.old, &self.new, self.sections.len(), bytes);
                if done {
                    self.enter(Phase::CountOld);
                }
                used
            }
            _ => self.pick(bytes),
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.at = 0;
        if matches!(phase, Phase::CountNew | Phase::CountElsewhere) {
            self.counts = KeyMap::default();
        }
    }

    /// Of the lines that are not aligned, picks those that the other log has not. Returns the cost in bytes.
    fn pick(&mut self, bytes: usize) -> usize {
        let (side, next) = match self.phase {
            Phase::CountOld => (&self.old, Phase::PickNew),
            Phase::PickNew => (&self.new, Phase::CountNew),
            Phase::CountNew => (&self.new, Phase::PickOld),
            Phase::PickOld => (&self.old, Phase::CountElsewhere),
            _ => (&self.old, Phase::Done),
        };
        let end = side.len().min(self.at + bytes / LINE_BYTES + 1);
        for position in self.at..end {
            let line = side.line(position);
            let key = side.key(position);
            if self.phase == Phase::CountElsewhere {
                if let Some((_, count)) = self.elsewhere.get_mut(&key) {
                    *count += 1;
                }
                continue;
            }
            let is_aligned = match self.phase {
                Phase::CountOld | Phase::PickOld => self.aligner.has_old(position),
                _ => self.aligner.has_new(position),
            };
            if is_aligned || self.routine.contains(&key) {
                continue;
            }
            let section = side.section_of(position);
            let count = self.counts.entry(mix(key, section as u64)).or_insert(0);
            match self.phase {
                Phase::CountOld | Phase::CountNew => *count += 1,
                // It has moved.
                _ if *count > 0 => *count -= 1,
                Phase::PickNew => {
                    self.new_lines.push(line);
                    self.elsewhere.entry(key).or_insert((0, 0)).0 += 1;
                }
                _ => self.gone_lines.push(line),
            }
        }
        let used = (end - self.at) * LINE_BYTES;
        self.at = end;
        if end == side.len() {
            if next == Phase::Done {
                self.new_lines.sort_unstable();
                self.gone_lines.sort_unstable();
                self.aligner = Aligner::default();
                self.counts = KeyMap::default();
                self.old = Side::default();
            }
            self.enter(next);
        }
        used
    }
}
