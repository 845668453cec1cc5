//! The rules: what tools print when they fail. One table for each family of tools.

mod builders;
mod compilers;
mod general;
mod harmless;
mod packages;
mod programs;
mod system;
mod test_runners;
mod words;

use crate::explain::kind::FailureKind;
use crate::explain::pattern::{Pairs, Pattern};
use crate::explain::sieve::{Sieve, WORDS};
use std::sync::OnceLock;

/// The role of a line that a rule names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// It tells of an error. Indented lines after it belong to it.
    Line,
    /// It tells of an error. Indented lines before it belong to it.
    After,
    /// It announces the error: the next line tells it.
    Next,
    /// The start of a Python traceback: the first line that is not indented tells of the error.
    Traceback,
    /// A cause in a Java stack trace: the last one of the trace tells of the error.
    Deepest,
    /// A line of a Go test, which is an error only if that test failed.
    GoTest,
    /// It names what failed, so that errors after it are likely the reason.
    Names,
    /// It is a warning, but may tell the reason of an error after it.
    Warns,
    /// It tells how a step ended.
    Exit,
    /// It tells that a tool succeeded: what the tool complained of before did not matter.
    Success,
    /// The step cleans up or hands on what it has: errors after it are seldom the reason.
    CleanUp,
}

/// A rule: lines with one of some patterns are an error of a kind.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The tool that prints it; empty if any program may.
    pub tool: &'static str,
    pub kind: FailureKind,
    /// The likelihood that the line tells a person why: from 1 to 99.
    ///
    /// | weight | a line |
    /// | --- | --- |
    /// | 95 | that stands above all others: no space left, killed |
    /// | 90 | that tells the reason, and where |
    /// | 80 | that tells the reason |
    /// | 60 | that names what failed |
    /// | 45 | that sums up |
    /// | 30 | with words that may tell of an error |
    /// | 5 | of the builder, which tells only that a step failed |
    pub weight: u8,
    pub role: Role,
    /// See [`crate::explain::pattern`]. One a line, as a list would need an address for each.
    patterns: &'static str,
    /// Lines that this rule wins.
    #[cfg(test)]
    examples: &'static [&'static str],
}

/// Lines of at least this weight count as errors.
pub(crate) const ERROR_WEIGHT: u8 = 40;

macro_rules! rules {
    ($($tool:literal $kind:ident $weight:literal $role:ident:
        $first:literal $(| $pattern:literal)* => $($example:literal),+;)*) => {
        pub(super) static RULES: &[crate::explain::rules::Rule] = &[$(
            crate::explain::rules::Rule {
                tool: $tool,
                kind: crate::explain::kind::FailureKind::$kind,
                weight: $weight,
                role: crate::explain::rules::Role::$role,
                patterns: concat!($first $(, "\n", $pattern)*),
                #[cfg(test)]
                examples: &[$($example),+],
            }
        ),*];
    };
}
pub(crate) use rules;

/// All tables. A rule's number counts through all of them. From [`GENERAL`] on, a table applies only to lines
/// that no table before it names.
static TABLES: [&[Rule]; 8] = [
    builders::RULES,
    system::RULES,
    compilers::RULES,
    packages::RULES,
    test_runners::RULES,
    programs::RULES,
    general::RULES,
    words::RULES,
];

/// The index of the first table of general rules.
const GENERAL: usize = 6;

/// Returns the rule with a number.
pub(crate) fn rule(number: u16) -> Option<&'static Rule> {
    all().all.get(usize::from(number)).map(|(_, rule)| *rule)
}

/// Returns true if a rule is about the builder itself or the service that runs it.
pub(crate) fn is_of_builder(number: u16) -> bool {
    usize::from(number) < builders::RULES.len()
}

/// All rules, each with the words of its patterns.
#[derive(Debug)]
pub(crate) struct Rules {
    pub sieve: Sieve,
    /// Each with its precedence: rules of single tools, then general ones.
    all: Vec<(u8, &'static Rule)>,
    /// For each word, the patterns of rules that have it as their first word, the ones that win first.
    by_word: Vec<Vec<(u16, Pattern)>>,
}

/// A reused buffer: the words of a line that are seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// For each word, the number of the line that had it last.
    lines: Vec<u32>,
    line: u32,
}

impl Seen {
    /// Begins with the next line.
    fn begin(&mut self) {
        self.lines.resize(WORDS.len(), 0);
        self.line = self.line.wrapping_add(1);
    }

    /// Returns true if a word of the line is new.
    fn is_new(&mut self, word: usize) -> bool {
        let line = self.line;
        let last = self.lines.get_mut(word);
        last.is_some_and(|last| std::mem::replace(last, line) != line)
    }
}

/// All rules, made once.
pub(crate) fn all() -> &'static Rules {
    static RULES: OnceLock<Rules> = OnceLock::new();
    RULES.get_or_init(Rules::new)
}

/// The index of the most seldom word in a pattern.
fn word_of(pattern: &str) -> Option<usize> {
    let lower = pattern.to_ascii_lowercase().replace('%', "");
    WORDS.iter().position(|word| lower.contains(word))
}

impl Rules {
    fn new() -> Self {
        let all: Vec<(u8, &Rule)> = TABLES
            .iter()
            .enumerate()
            .flat_map(|(index, table)| {
                let rank = (index + 1).saturating_sub(GENERAL) as u8;
                table.iter().map(move |rule| match rule.role {
                    // The command of a step is quoted where the builder tells how it ended.
                    Role::Exit => (0, rule),
                    _ => (rank + 1, rule),
                })
            })
            .collect();
        let mut by_word = vec![Vec::new(); WORDS.len()];
        for (number, (_, rule)) in all.iter().enumerate() {
            for pattern in rule.patterns.split('\n') {
                if let Some(list) = word_of(pattern).and_then(|word| by_word.get_mut(word)) {
                    list.push((number as u16, Pattern::new(pattern)));
                }
            }
        }
        let precedence = |number: u16| {
            let rule = all.get(usize::from(number));
            rule.map(|(rank, rule)| (*rank, std::cmp::Reverse(rule.weight), number))
        };
        for list in &mut by_word {
            list.sort_by_key(|(number, _)| precedence(*number));
        }
        Self {
            sieve: Sieve::new(),
            all,
            by_word,
        }
    }

    /// Returns the number of the rule with the highest weight that a text matches; of several, the first.
    /// `None` for a text that is harmless.
    pub(crate) fn best(&self, text: &str, seen: &mut Seen) -> Option<u16> {
        let best = self.best_of(text, seen);
        // npm repeats what the programs printed that it ran.
        let inner = text
            .strip_prefix("npm ERR! ")
            .or(text.strip_prefix("npm error "));
        let inner = inner.and_then(|inner| self.best_of(inner.trim_start(), seen));
        let weight = |number: Option<u16>| {
            let rule = number.and_then(|number| self.all.get(usize::from(number)));
            rule.map_or(0, |(_, rule)| rule.weight)
        };
        let is_known = weight(best) >= 50 || text.contains("command failed");
        match !is_known && weight(inner) >= 66 {
            true => inner,
            false => best,
        }
    }

    fn best_of(&self, text: &str, seen: &mut Seen) -> Option<u16> {
        seen.begin();
        let mut best: Option<(u8, &Rule, u16)> = None;
        let pairs = Pairs::of(text);
        self.sieve.words(text.as_bytes(), |word| {
            if !seen.is_new(word) {
                return;
            }
            for (number, pattern) in self.by_word.get(word).into_iter().flatten() {
                let Some((rank, rule)) = self.all.get(usize::from(*number)) else {
                    continue;
                };
                let is_better = best.is_none_or(|(most, than, first)| {
                    (*rank, than.weight, *number) < (most, rule.weight, first)
                });
                if !is_better {
                    break;
                }
                if pattern.is_in(text, &pairs) {
                    best = Some((*rank, *rule, *number));
                    break;
                }
            }
        });
        let (_, rule, number) = best?;
        let is_sure = matches!(rule.role, Role::Success | Role::Exit);
        (is_sure || !harmless::is_harmless(text, &pairs, rule.role, rule.weight)).then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::text::split;

    #[test]
    fn each_pattern_has_a_word() {
        let mut without = Vec::new();
        for rule in TABLES.iter().flat_map(|table| table.iter()) {
            for pattern in rule.patterns.split('\n') {
                if word_of(pattern).is_none() {
                    without.push(pattern);
                }
            }
            assert!((1..=99).contains(&rule.weight));
        }
        assert!(without.is_empty(), "{}", without.join("\n"));
    }

    #[test]
    fn each_rule_wins_its_examples() {
        let mut seen = Seen::default();
        let mut wrong = Vec::new();
        for (number, rule) in TABLES.iter().flat_map(|table| table.iter()).enumerate() {
            for example in rule.examples {
                let best = super::all().best(split(example).1, &mut seen);
                if best != Some(number as u16) {
                    let winner = best.and_then(super::rule);
                    let winner =
                        winner.map(|winner| (winner.tool, winner.weight, winner.examples.first()));
                    wrong.push(format!(
                        "{example}\n  is won by {winner:?}\n  not {} {}",
                        rule.tool, rule.weight
                    ));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_pattern_is_there_twice() {
        let mut patterns: Vec<&str> = TABLES
            .iter()
            .flat_map(|table| table.iter())
            .flat_map(|rule| rule.patterns.split('\n'))
            .collect();
        patterns.sort_unstable();
        let twice = patterns.windows(2).find(|pair| pair.first() == pair.get(1));
        assert_eq!(twice, None);
    }
}
