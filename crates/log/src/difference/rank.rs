//! Ranks new lines: the ones that are likely to tell why the build failed come first.

use crate::difference::Comparison;
use crate::log::Log;
use std::collections::HashSet;

/// What each sign is worth. Nearness and rarity count for each doubling.
const ERROR_LINE: i32 = 60;
const ERROR_WORD: i32 = 25;
const FAILING_STEP: i32 = 30;
const CACHED_BEFORE: i32 = -20;
const HEADER: i32 = -25;
const ELSEWHERE: i32 = -25;
const FEW_LETTERS: i32 = -30;
const ONLY_AN_EXIT: i32 = -40;
const EACH_AS_OFTEN: i32 = -6;
const EACH_AS_FAR: i32 = -4;

/// Words of messages about failures, in lower case.
const ERROR_WORDS: &[&str] = &[
    "error",
    "fail",
    "fatal",
    "exception",
    "panic",
    "not found",
    "no such",
    "cannot",
    "can't",
    "unable",
    "undefined",
    "undeclared",
    "denied",
    "refused",
    "invalid",
    "unexpected",
    "missing",
    "错误",
    "失败",
    "无法",
    "找不到",
    "未找到",
    "没有",
];

/// Words of messages that only say that a command failed, in lower case.
const EXIT_WORDS: &[&str] = &[
    "exited with",
    "exit status",
    "exit code",
    "non-zero code",
    "did not complete",
    "the build failed",
    "failed to solve",
];

/// The fewest letters of a line that tells something.
const MIN_LETTERS: usize = 4;

/// The most bytes of a line that are looked at.
const MAX_BYTES: usize = 4096;

impl Comparison {
    /// The new lines, with the ones first that are likely to tell why the new build failed: rare, near the failure, and in
    /// the step that failed. Of lines that are alike, the others follow at the end. `error_lines` are the lines of
    /// the new log that tell of errors, sorted, see [`Explainer::error_lines`](crate::Explainer::error_lines). Complete once
    /// [`Comparison::advance`] has returned true.
    pub fn ranked_new_lines(&self, new: &Log, error_lines: &[u32]) -> Vec<u32> {
        let failing = new.steps().failing();
        let failure = failing.and_then(|step| new.steps().list().get(step));
        let failure = failure.map_or(new.len(), |step| step.last);
        let mut seen = HashSet::new();
        let mut ranked: Vec<(bool, i32, u32)> = Vec::with_capacity(self.new_lines.len());
        for line in &self.new_lines {
            let key = self.new.keys.get(*line as usize).copied().unwrap_or(0);
            let is_again = !seen.insert(key);
            let score = match is_again {
                true => 0,
                false => self.score(new, *line as usize, key, failing, failure, error_lines),
            };
            ranked.push((is_again, -score, *line));
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, line)| line).collect()
    }

    fn score(
        &self,
        new: &Log,
        line: usize,
        key: u64,
        failing: Option<usize>,
        failure: usize,
        error_lines: &[u32],
    ) -> i32 {
        let text = new.plain(line);
        let text = text.as_bytes().get(..MAX_BYTES).unwrap_or(text.as_bytes());
        let text = text.to_ascii_lowercase();
        let has = |words: &[&str]| {
            words
                .iter()
                .any(|word| memchr::memmem::find(&text, word.as_bytes()).is_some())
        };
        let step = new.steps().step_of_line(line);
        let pair = step.and_then(|step| self.steps().iter().find(|pair| pair.new == Some(step)));
        let (often, elsewhere) = self.elsewhere.get(&key).copied().unwrap_or((1, 0));
        let letters = text
            .iter()
            .filter(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80);
        let signs = [
            (
                error_lines.binary_search(&(line as u32)).is_ok(),
                ERROR_LINE,
            ),
            (has(ERROR_WORDS), ERROR_WORD),
            (has(EXIT_WORDS), ONLY_AN_EXIT),
            (step.is_some() && step == failing, FAILING_STEP),
            (
                step.is_some_and(|step| {
                    new.steps()
                        .list()
                        .get(step)
                        .is_some_and(|step| step.first == line)
                }),
                HEADER,
            ),
            (
                step != failing
                    && pair.is_some_and(|pair| {
                        pair.old.is_some_and(|old| self.was_cached.contains(&old))
                    }),
                CACHED_BEFORE,
            ),
            (elsewhere > 0, ELSEWHERE),
            (letters.count() < MIN_LETTERS, FEW_LETTERS),
        ];
        let signs: i32 = signs
            .iter()
            .filter(|(is, _)| *is)
            .map(|(_, worth)| worth)
            .sum();
        signs
            + EACH_AS_OFTEN * doublings(often as usize)
            + EACH_AS_FAR * doublings(1 + failure.abs_diff(line))
    }
}

/// How often 1 must be doubled to come near this number.
fn doublings(number: usize) -> i32 {
    number.max(1).ilog2() as i32
}
