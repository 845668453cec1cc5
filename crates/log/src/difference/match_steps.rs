//! Finds the steps that two builds have in common: by stage and instruction, not by number.

use crate::log::Log;
use crate::steps::Step;
use std::collections::HashMap;

/// A step of two builds, or of one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepPair {
    /// Its index in the old log's [`Steps::list`](crate::Steps::list); `None` if only the new build has it.
    pub old: Option<usize>,
    /// Its index in the new log's [`Steps::list`](crate::Steps::list); `None` if only the old build had it.
    pub new: Option<usize>,
    /// True if the instruction of both is the same; else they only stand in the same place.
    pub same: bool,
}

/// The sections in which lines are compared: one for each pair of steps, one for the lines before all steps, and one for
/// other lines of no step.
#[derive(Debug, Default)]
pub(crate) struct Sections {
    pairs: Vec<StepPair>,
    /// The pair of each step.
    old: Vec<u32>,
    new: Vec<u32>,
}

impl Sections {
    /// The sections of two logs.
    pub(crate) fn of(old: &Log, new: &Log) -> Self {
        let pairs = pairs(old.steps().list(), new.steps().list());
        let mut sections = Self {
            old: vec![0; old.steps().list().len()],
            new: vec![0; new.steps().list().len()],
            pairs: Vec::new(),
        };
        for (index, pair) in pairs.iter().enumerate() {
            if let Some(step) = pair.old.and_then(|step| sections.old.get_mut(step)) {
                *step = index as u32;
            }
            if let Some(step) = pair.new.and_then(|step| sections.new.get_mut(step)) {
                *step = index as u32;
            }
        }
        sections.pairs = pairs;
        sections
    }

    pub(crate) fn pairs(&self) -> &[StepPair] {
        &self.pairs
    }

    /// The number of sections.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len() + 2
    }

    pub(crate) fn of_old(&self, log: &Log, line: usize) -> u32 {
        self.section(&self.old, log, line)
    }

    pub(crate) fn of_new(&self, log: &Log, line: usize) -> u32 {
        self.section(&self.new, log, line)
    }

    fn section(&self, of_steps: &[u32], log: &Log, line: usize) -> u32 {
        let step = log.steps().step_of_line(line);
        match step.and_then(|step| of_steps.get(step)) {
            Some(section) => *section,
            None => {
                let first = log.steps().list().first();
                let is_before = first.is_none_or(|step| line < step.first);
                self.pairs.len() as u32 + u32::from(!is_before)
            }
        }
    }
}

/// Pairs steps, in the order of the new ones.
fn pairs(old: &[Step], new: &[Step]) -> Vec<StepPair> {
    let mut of_new: Vec<Option<usize>> = vec![None; new.len()];
    let mut of_old: Vec<Option<usize>> = vec![None; old.len()];
    let stage = |step: &Step| (step.stage.clone().unwrap_or_default(), step.title.clone());
    match_by(old, new, &mut of_old, &mut of_new, stage);
    // The builder numbers stages without a name.
    let title = |step: &Step| (String::new(), step.title.clone());
    match_by(old, new, &mut of_old, &mut of_new, title);
    let same: Vec<bool> = of_new.iter().map(Option::is_some).collect();
    match_by_place(old, new, &mut of_old, &mut of_new);

    let mut pairs = Vec::with_capacity(new.len());
    let push_gone = |from: usize, pairs: &mut Vec<StepPair>| {
        let gone = of_old.iter().enumerate().skip(from);
        pairs.extend(
            gone.take_while(|(_, new)| new.is_none())
                .map(|(step, _)| StepPair {
                    old: Some(step),
                    new: None,
                    same: false,
                }),
        );
    };
    push_gone(0, &mut pairs);
    for (step, (old, same)) in of_new.iter().zip(same).enumerate() {
        pairs.push(StepPair {
            old: *old,
            new: Some(step),
            same,
        });
        if let Some(old) = old {
            push_gone(old + 1, &mut pairs);
        }
    }
    pairs
}

/// Pairs the steps that have the same name, in order.
fn match_by(
    old: &[Step],
    new: &[Step],
    of_old: &mut [Option<usize>],
    of_new: &mut [Option<usize>],
    name: impl Fn(&Step) -> (String, String),
) {
    // The last of each name comes first off its list.
    let mut left: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (index, step) in old.iter().enumerate().rev() {
        if of_old.get(index) == Some(&None) {
            left.entry(name(step)).or_default().push(index);
        }
    }
    for (index, step) in new.iter().enumerate() {
        if of_new.get(index) != Some(&None) {
            continue;
        }
        if let Some(found) = left.get_mut(&name(step)).and_then(Vec::pop) {
            of_new[index] = Some(found);
            of_old[found] = Some(index);
        }
    }
}

/// Pairs the steps whose instruction was changed: of the same kind, right after the same step or right before it.
fn match_by_place(
    old: &[Step],
    new: &[Step],
    of_old: &mut [Option<usize>],
    of_new: &mut [Option<usize>],
) {
    let word = |step: &Step| {
        step.title
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    for index in 0..new.len() {
        if of_new[index].is_some() {
            continue;
        }
        let before = match index.checked_sub(1) {
            Some(before) => of_new[before].map(|old| old + 1),
            None => Some(0),
        };
        let after = match of_new.get(index + 1) {
            Some(after) => after.and_then(|old| old.checked_sub(1)),
            None => old.len().checked_sub(1),
        };
        let fits = |place: &usize| {
            of_old.get(*place) == Some(&None)
                && old
                    .get(*place)
                    .zip(new.get(index))
                    .is_some_and(|(old, new)| {
                        old.kind == new.kind && old.stage == new.stage && word(old) == word(new)
                    })
        };
        if let Some(found) = before.into_iter().chain(after).find(fits) {
            of_new[index] = Some(found);
            of_old[found] = Some(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(texts: &[&str]) -> Log {
        let mut log = Log::new();
        let count = texts.len();
        let entries = texts.iter().enumerate().map(|(index, text)| {
            serde_json::json!({"message": format!("STEP {}/{count}: {text}", index + 1)})
        });
        log.begin(None);
        log.feed(serde_json::Value::from_iter(entries).to_string().as_bytes());
        log.end();
        log
    }

    fn found(old: &[&str], new: &[&str]) -> Vec<(Option<usize>, Option<usize>, bool)> {
        let (old, new) = (steps(old), steps(new));
        let sections = Sections::of(&old, &new);
        let pairs = sections.pairs().iter();
        pairs.map(|pair| (pair.old, pair.new, pair.same)).collect()
    }

    #[test]
    fn steps_are_paired_by_their_text_and_else_by_their_place() {
        assert_eq!(
            found(
                &["FROM a", "RUN b", "RUN b"],
                &["FROM a", "RUN x", "RUN b", "RUN b"]
            ),
            [
                (Some(0), Some(0), true),
                (None, Some(1), false),
                (Some(1), Some(2), true),
                (Some(2), Some(3), true)
            ]
        );
        assert_eq!(
            found(
                &["FROM a", "COPY b c", "RUN d", "RUN e"],
                &["FROM a", "COPY x c", "RUN e"]
            ),
            [
                (Some(0), Some(0), true),
                (Some(1), Some(1), false),
                (Some(2), None, false),
                (Some(3), Some(2), true)
            ]
        );
        assert_eq!(found(&["FROM a"], &["FROM b"]), [(Some(0), Some(0), false)]);
        assert_eq!(found(&["FROM a"], &[]), [(Some(0), None, false)]);
    }
}
