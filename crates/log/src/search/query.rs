//! What is looked for, and whether a text holds it.

use crate::search::error::{QueryError, QueryErrorKind};
use crate::search::literal::Literal;
use crate::search::pattern;
use crate::text::is_special;
use regex_lite::{Regex, RegexBuilder};
use std::ops::Range;

/// The longest regular expression, in characters.
const LONGEST: usize = 1000;

/// The most memory that a compiled regular expression takes, in bytes; the larger, the slower it is.
const LARGEST: usize = 128 * 1024;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct Query {
    pub text: String,
    /// Whether `text` is a regular expression. Any takes time in proportion to the text it searches.
    pub regex: bool,
    /// Whether upper and lower case are told apart; if not, regular expressions take only the letters
    /// of ASCII for the same.
    pub case: bool,
    /// Whether only whole words count: no letter, digit or underscore of ASCII on either side.
    pub word: bool,
}

/// A query that can be looked for.
#[derive(Debug, Clone)]
pub struct Matcher(QueryKind);

#[derive(Debug, Clone)]
enum QueryKind {
    Literal(Literal),
    /// With what every match holds one of; empty where nothing is known.
    Regex(Regex, Vec<Literal>),
    /// Letters outside of ASCII in either case, folded; whether as a whole word.
    Folded(Vec<char>, bool),
    /// No line can hold it.
    Never,
}

impl Query {
    /// Makes it ready.
    pub fn compile(&self) -> Result<Matcher, QueryError> {
        if self.text.is_empty() {
            return Err(QueryError {
                kind: QueryErrorKind::Empty,
                at: 0,
            });
        }
        let kind = if self.regex {
            self.compile_regex()?
        } else if self.text.chars().any(is_special) {
            QueryKind::Never
        } else if !self.case
            && self
                .text
                .chars()
                .any(|char| !char.is_ascii() && has_case(char))
        {
            QueryKind::Folded(self.text.chars().map(fold).collect(), self.word)
        } else {
            QueryKind::Literal(Literal::new(self.text.as_bytes(), self.case, self.word))
        };
        Ok(Matcher(kind))
    }

    fn compile_regex(&self) -> Result<QueryKind, QueryError> {
        if self.text.chars().count() > LONGEST {
            return Err(QueryError {
                kind: QueryErrorKind::TooLarge,
                at: LONGEST,
            });
        }
        let build = |text: &str| {
            let mut builder = RegexBuilder::new(text);
            builder
                .case_insensitive(!self.case)
                .size_limit(LARGEST)
                .build()
        };
        // By itself, for what is added must not change what is wrong with it.
        let regex = build(&self.text).map_err(|error| {
            let same = |part: &str| {
                build(part).is_err_and(|of_part| of_part.to_string() == error.to_string())
            };
            pattern::error(&self.text, &error.to_string(), same)
        })?;
        let regex = match self.word {
            false => regex,
            true => build(&format!(r"\b{{start-half}}(?:{})\b{{end-half}}", self.text)).map_err(
                |_| QueryError {
                    kind: QueryErrorKind::TooLarge,
                    at: 0,
                },
            )?,
        };
        let literals = pattern::literals(&self.text).into_iter();
        let literals = literals.map(|text| Literal::new(text.as_bytes(), self.case, false));
        Ok(QueryKind::Regex(regex, literals.collect()))
    }
}

impl Matcher {
    /// Where it is in a text, such as [`crate::Painted::text`] or a plain line: bytes on character
    /// boundaries, in order, none empty, none overlapping.
    pub fn marks(&self, text: &str, into: &mut Vec<Range<usize>>) {
        into.clear();
        match &self.0 {
            QueryKind::Literal(literal) => into.extend(literal.find(text.as_bytes())),
            QueryKind::Regex(regex, _) => {
                let found = regex.find_iter(text).map(|found| found.range());
                into.extend(found.filter(|found| !found.is_empty()));
            }
            QueryKind::Folded(needle, word) => find_folded(text, needle, *word, into),
            QueryKind::Never => {}
        }
    }

    /// What can be looked for in many lines at once.
    pub(super) fn literal(&self) -> Option<&Literal> {
        match &self.0 {
            QueryKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Whether a line that is not plain may hold it: quickly said, and `false` only where it does not.
    #[inline]
    pub(super) fn may_be_in_special(&self, line: &[u8]) -> bool {
        match &self.0 {
            QueryKind::Literal(literal) => literal.may_be_in(line),
            QueryKind::Regex(..) | QueryKind::Folded(..) => true,
            QueryKind::Never => false,
        }
    }

    /// The same for a plain line.
    #[inline]
    pub(super) fn may_be_in_plain(&self, line: &[u8]) -> bool {
        match &self.0 {
            QueryKind::Regex(_, literals) => {
                let mut held = literals.iter().map(|literal| literal.find(line).next());
                literals.is_empty() || held.any(|found| found.is_some())
            }
            QueryKind::Literal(_) | QueryKind::Folded(..) => true,
            QueryKind::Never => false,
        }
    }
}

fn has_case(char: char) -> bool {
    char.is_lowercase() || char.is_uppercase()
}

/// A letter as it is compared: in lower case where that is one letter. ASCII stays among itself.
fn fold(char: char) -> char {
    if char.is_ascii() {
        return char.to_ascii_lowercase();
    }
    let mut lower = char.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) if !lower.is_ascii() => lower,
        _ => char,
    }
}

fn find_folded(text: &str, needle: &[char], word: bool, into: &mut Vec<Range<usize>>) {
    let is_word =
        |char: Option<char>| char.is_some_and(|char| char.is_ascii_alphanumeric() || char == '_');
    let mut before = None;
    let mut chars = text.char_indices();
    while let Some((start, char)) = chars.clone().next() {
        let mut ahead = chars.clone();
        let matches = needle.iter().all(|wanted| {
            let next = ahead.next();
            next.is_some_and(|(_, char)| fold(char) == *wanted)
        });
        let whole =
            !word || !(is_word(before) || is_word(ahead.clone().next().map(|(_, char)| char)));
        if matches && whole {
            let end = ahead.offset();
            into.push(start..end);
            before = text
                .get(start..end)
                .and_then(|found| found.chars().next_back());
            chars = ahead;
        } else {
            before = Some(char);
            chars.next();
        }
    }
}
