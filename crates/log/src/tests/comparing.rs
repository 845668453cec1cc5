//! Tests comparisons against slow and obvious versions.

use crate::tests::{body, cases, read};
use crate::{Column, Comparison, Log, normalized};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn compared(old: &Log, new: &Log, bytes: usize) -> Comparison {
    let mut comparison = Comparison::new();
    while !comparison.advance(old, new, bytes) {}
    comparison
}

fn log(lines: &[impl AsRef<str>]) -> Log {
    read(body(lines).as_bytes(), &[]).0
}

/// Counts each text among these lines.
fn counts<'a>(log: &Log, lines: impl Iterator<Item = &'a u32>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in lines {
        *counts
            .entry(normalized(&log.plain(*line as usize)))
            .or_insert(0) += 1;
    }
    counts
}

/// Counts how much more often each text stands in the first log.
fn more(log: &Log, than: &Log) -> BTreeMap<String, usize> {
    let all = |log: &Log| counts(log, (0..log.len() as u32).collect::<Vec<u32>>().iter());
    let (mut counts, than) = (all(log), all(than));
    counts.retain(|text, count| {
        *count = count.saturating_sub(than.get(text).copied().unwrap_or(0));
        *count > 0 && !text.is_empty()
    });
    counts
}

/// The length of the longest common subsequence.
fn longest(old: &[String], new: &[String]) -> usize {
    match (old, new) {
        ([a, old @ ..], [b, new @ ..]) if a == b => 1 + longest(old, new),
        ([_, old_rest @ ..], [_, new_rest @ ..]) => {
            longest(old_rest, new).max(longest(old, new_rest))
        }
        _ => 0,
    }
}

/// The lines that are left of both after those that are equal at the start, and then at the end.
fn between_equal_ends<'a>(
    mut old: &'a [String],
    mut new: &'a [String],
) -> (&'a [String], &'a [String]) {
    while let ([a, of_old @ ..], [b, of_new @ ..]) = (old, new)
        && a == b
    {
        (old, new) = (of_old, of_new);
    }
    while let ([of_old @ .., a], [of_new @ .., b]) = (old, new)
        && a == b
    {
        (old, new) = (of_old, of_new);
    }
    (old, new)
}

fn few_lines() -> impl Strategy<Value = Vec<String>> {
    let text = prop::sample::select(vec!["a 1", "b", "c", "d", "a 2", ""]);
    prop::collection::vec(text.prop_map(str::to_owned), 0..8)
}

proptest! {
    #![proptest_config(cases())]

    /// Without steps: what is new are the lines that the new log has more of, however the work is cut.
    #[test]
    fn new_lines_are_those_that_the_old_log_has_not(
        old in few_lines(),
        new in few_lines(),
        bytes in 1usize..400,
    ) {
        let (old, new) = (log(&old), log(&new));
        let found = compared(&old, &new, bytes);
        prop_assert_eq!(counts(&new, found.new_lines().iter()), more(&new, &old));
        prop_assert_eq!(counts(&old, found.gone_lines().iter()), more(&old, &new));
        prop_assert!(found.new_lines().is_sorted());
        let mut ranked = found.ranked_new_lines(&new, &Column::default());
        ranked.sort_unstable();
        prop_assert_eq!(&ranked[..], found.new_lines());
    }

    /// Lines of several steps, in any order of the steps.
    #[test]
    fn lines_are_compared_within_their_step(
        steps in prop::collection::vec((few_lines(), few_lines()), 1..5),
        backwards in any::<bool>(),
    ) {
        let mut parts: Vec<(usize, Vec<String>, Vec<String>)> = Vec::new();
        for (index, (old, new)) in steps.iter().enumerate() {
            parts.push((index, old.clone(), new.clone()));
        }
        let count = parts.len();
        let text = |parts: &[(usize, Vec<String>)]| {
            let mut lines = Vec::new();
            for (place, (index, of_step)) in parts.iter().enumerate() {
                lines.push(format!("STEP {}/{count}: RUN step-{}", place + 1, ["a", "b", "c", "d"][*index]));
                lines.extend(of_step.iter().cloned());
            }
            log(&lines)
        };
        let old = text(&parts.iter().map(|(index, old, _)| (*index, old.clone())).collect::<Vec<_>>());
        let mut of_new: Vec<_> = parts.iter().map(|(index, _, new)| (*index, new.clone())).collect();
        if backwards {
            of_new.reverse();
        }
        let new = text(&of_new);
        let found = compared(&old, &new, 64);
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for (_, old, new) in &parts {
            for (text, count) in more(&log(new), &log(old)) {
                *wanted.entry(text).or_insert(0) += count;
            }
        }
        prop_assert_eq!(counts(&new, found.new_lines().iter()), wanted);
    }

    /// As many lines as possible keep their order: all others of those that both logs have count as moved.
    #[test]
    fn few_lines_are_aligned_as_by_the_slow_version(old in few_lines(), new in few_lines()) {
        let (of_old, of_new) = (log(&old), log(&new));
        let mut comparison = Comparison::new();
        comparison.advance_to_aligned(&of_old, &of_new);
        let aligned = comparison.aligned();
        let texts = |lines: &[String]| lines.iter().map(|line| normalized(line)).collect::<Vec<_>>();
        let (old, new) = (texts(&old), texts(&new));
        prop_assert!(aligned.is_sorted_by(|a, b| a.0 < b.0 && a.1 < b.1));
        prop_assert!(aligned.iter().all(|(a, b)| old[*a] == new[*b]));
        // Lines that both logs have once between their equal ends hold the others in place, so the whole may be shorter.
        let unique = |lines: &[String], text: &String| lines.iter().filter(|line| *line == text).count() == 1;
        let (of_old, of_new) = between_equal_ends(&old, &new);
        if !of_old.iter().any(|text| unique(of_old, text) && unique(of_new, text)) {
            prop_assert_eq!(aligned.len(), longest(&old, &new));
        }
    }

    /// Of lines that are alike, those without a place among the others are new.
    #[test]
    fn inserted_lines_are_new(mut lines in prop::collection::vec("[a-z]{3}", 1..40), at in 0usize..40, text in "[A-Z]{3}") {
        let old = log(&lines);
        let at = at.min(lines.len());
        lines.insert(at, text);
        let new = log(&lines);
        let found = compared(&old, &new, 100);
        prop_assert_eq!(found.new_lines(), &[at as u32][..]);
        prop_assert!(found.gone_lines().is_empty());
    }
}

/// Inputs that are made to be slow: they take the same number of calls as others.
#[test]
fn the_work_is_bounded() {
    let unique = |seed: usize| {
        (0..3000)
            .map(move |at| format!("{}x", letters(at * 7919 + seed)))
            .collect::<Vec<_>>()
    };
    let pairs = vec!["a", "b"]
        .into_iter()
        .cycle()
        .take(3000)
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let others = vec!["b", "c", "a"]
        .into_iter()
        .cycle()
        .take(3000)
        .map(str::to_owned)
        .collect::<Vec<_>>();
    let backwards: Vec<String> = unique(0).into_iter().rev().collect();
    for (old, new) in [
        (unique(0), unique(1)),
        (unique(0), backwards),
        (vec!["a".to_owned(); 3000], vec!["b".to_owned(); 3000]),
        (pairs, others),
    ] {
        let (old, new) = (log(&old), log(&new));
        let mut comparison = Comparison::new();
        let calls = (1..)
            .find(|_| comparison.advance(&old, &new, 10_000))
            .expect("it ends");
        assert!(calls < 120, "{calls} calls");
    }
}

/// A number in letters, which are not masked.
fn letters(mut number: usize) -> String {
    let mut out = String::new();
    while number > 0 {
        out.push((b'a' + (number % 26) as u8) as char);
        number /= 26;
    }
    out
}
