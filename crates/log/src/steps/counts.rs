//! The counts of steps: one for each stage, or one for all stages where the builder counts through them.

use crate::grammar::{Header, instruction};
use crate::steps::step::{NotRun, Step, name};

/// A count.
#[derive(Debug, Default)]
struct Count {
    platform: Option<String>,
    /// The number of its stage and the number of stages, if the builder prints them.
    stage: Option<(u32, u32)>,
    /// The name that BuildKit prints for its stage.
    key: String,
    /// The name or number of its stage, or of the current one of its stages.
    label: Option<String>,
    /// The number of stages that have begun in it.
    stages: u32,
    /// The index of the first step of its current stage.
    stage_start: usize,
    /// The highest number so far.
    number: u32,
    total: Option<u32>,
    /// The index of its last step.
    last: usize,
}

/// All counts of a build, in order of their first step.
#[derive(Debug, Default)]
pub(super) struct Counts(Vec<Count>);

/// The place of a header in the counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It begins a count.
    New,
    /// It is the next step of the count with this index.
    Next(usize),
    /// It is the first step of another build, if this one is over.
    Restart,
    /// It does not fit.
    No,
}

impl Counts {
    /// Finds the place of a header, for a builder that runs steps one after another.
    pub(super) fn fit(&self, header: &Header<'_>) -> Fit {
        let restart = match (header.number, instruction(header.title)) {
            (1, Some("FROM" | "ARG")) => Fit::Restart,
            _ => Fit::No,
        };
        let Some(first) = self.0.first() else {
            return Fit::New;
        };
        let stages = |stage: Option<(u32, u32)>| stage.map(|(_, stages)| stages);
        if stages(first.stage) != stages(header.stage)
            || first.platform.is_some() == header.platform.is_empty()
        {
            return restart;
        }
        let Some(index) = self.index(header) else {
            return Fit::New;
        };
        let is_next = self.0.get(index).is_some_and(|count| {
            // FROM can bring steps of its own: the triggers of the image.
            let grows = count.number == 1 && header.total > count.total;
            header.number > count.number && (header.total == count.total || grows)
        });
        if is_next { Fit::Next(index) } else { restart }
    }

    fn index(&self, header: &Header<'_>) -> Option<usize> {
        self.0.iter().position(|count| {
            count.stage == header.stage
                && count.key == header.name
                && count.platform.as_deref().unwrap_or_default() == header.platform
        })
    }

    /// Returns true if every count is complete, and the last stage has begun.
    pub(super) fn are_complete(&self) -> bool {
        let is_last = |count: &Count| count.stage.is_none_or(|(number, of)| number == of);
        self.0.iter().all(Count::is_complete) && self.0.iter().any(is_last)
    }

    /// Returns true if this count is complete.
    pub(super) fn is_complete(&self, index: usize) -> bool {
        self.0.get(index).is_none_or(Count::is_complete)
    }

    /// The index of the last step of a count.
    pub(super) fn last_step(&self, index: usize) -> Option<usize> {
        self.0.get(index).map(|count| count.last)
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Counts a step, and returns the index of its count. Sets the stage of the step; once a second stage
    /// shows that there are several, also that of the steps before.
    pub(super) fn add(&mut self, header: &Header<'_>, step: usize, steps: &mut [Step]) -> usize {
        let index = self.index(header).unwrap_or_else(|| {
            self.0.push(Count {
                platform: name(header.platform),
                stage: header.stage,
                key: header.name.to_owned(),
                label: name(header.name),
                stage_start: step,
                ..Count::default()
            });
            self.0.len() - 1
        });
        if let Some(count) = self.0.get_mut(index) {
            count.number = count.number.max(header.number);
            // BuildKit counts past its total, which leaves out the steps that the base image brings.
            count.total = header.total.map(|total| total.max(count.number));
            count.last = step;
            if header.name.is_empty() && instruction(header.title) == Some("FROM") {
                count.begin_stage(header.title, step, steps);
            }
            if let Some(step) = steps.get_mut(step) {
                step.stage = count.label.clone();
            }
        }
        index
    }

    /// Counts a step of a known count.
    pub(super) fn advance(&mut self, index: usize, number: u32, step: usize) {
        if let Some(count) = self.0.get_mut(index) {
            count.number = number;
            count.last = step;
        }
    }

    /// See [`crate::Steps::not_run`].
    pub(super) fn not_run(&self) -> Vec<NotRun> {
        let counts = self.0.iter().filter_map(|count| {
            let to = count.total.filter(|total| count.number < *total)?;
            Some(NotRun {
                stage: count.label.clone(),
                platform: count.platform.clone(),
                from: count.number + 1,
                to,
            })
        });
        counts.collect()
    }

    /// See [`crate::Steps::progress`].
    pub(super) fn progress(&self) -> Option<(u64, u64)> {
        let (mut begun, mut of) = (0, 0);
        for count in &self.0 {
            begun += u64::from(count.number);
            of += u64::from(count.total?);
        }
        let first = self.0.first()?;
        let Some((_, stages)) = first.stage else {
            return Some((begun, of));
        };
        // The stages that are still to come are taken to be as long as the others. Those before a stage that
        // began after all others had ended were skipped.
        let platforms = 1 + self
            .0
            .iter()
            .filter(|count| count.platform != first.platform)
            .count();
        let newest = self
            .0
            .iter()
            .filter_map(|count| count.stage)
            .map(|(number, _)| number)
            .max()?;
        let (_, before) = self.0.split_last()?;
        let skipped = match platforms == 1 && before.iter().all(Count::is_complete) {
            true => u64::from(newest).saturating_sub(self.0.len() as u64),
            false => 0,
        };
        let to_come = (u64::from(stages) - skipped).saturating_sub(self.0.len() as u64);
        let average = of / self.0.len() as u64;
        Some((begun, of + to_come * average.max(1)))
    }
}

impl Count {
    /// Without a total, nobody knows.
    fn is_complete(&self) -> bool {
        self.total.is_none_or(|total| self.number >= total)
    }

    /// Takes note of a FROM.
    fn begin_stage(&mut self, from: &str, step: usize, steps: &mut [Step]) {
        self.stages += 1;
        if self.stages == 2 && self.label.is_none() {
            for step in steps.iter_mut().skip(self.stage_start) {
                step.stage.get_or_insert_with(|| "1".to_owned());
            }
        }
        self.stage_start = step;
        let number = match self.stage {
            Some((number, _)) => Some(number),
            None => (self.stages > 1).then_some(self.stages),
        };
        self.label = stage_name(from).or_else(|| number.map(|number| number.to_string()));
    }
}

/// The name of the stage that a FROM begins.
fn stage_name(from: &str) -> Option<String> {
    let mut words = from.split_whitespace().rev();
    let (last, before) = (words.next()?, words.next()?);
    before
        .eq_ignore_ascii_case("as")
        .then(|| name(last))
        .flatten()
}
