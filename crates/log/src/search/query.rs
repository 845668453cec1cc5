//! Search queries: what the user types, compiled and matched against a line.

use crate::search::error::{QueryError, QueryErrorKind};
use crate::search::literal::Literal;
use crate::search::pattern;
use crate::text::is_special;
use regex_lite::{Regex, RegexBuilder};
use std::ops::Range;

/// The maximum length of a regular expression, in characters.
const MAX_REGEX_CHARS: usize = 1000;

/// The maximum memory of a compiled regular expression. A larger one is slower.
const MAX_REGEX_MEMORY_BYTES: usize = 128 * 1024;

/// A search as the user typed it.
///
/// # Examples
///
/// ```
/// use slipway_log::{QueryErrorKind, SearchQuery};
///
/// let mut query = SearchQuery { text: "err(or)?".to_owned(), regex: true, ..SearchQuery::default() };
/// let matcher = query.compile().unwrap();
/// let mut ranges = Vec::new();
/// matcher.marks("Error: err", &mut ranges);
/// assert_eq!(ranges, [0..5, 7..10]);
///
/// query.text = "err(".to_owned();
/// let error = query.compile().unwrap_err();
/// assert_eq!((error.kind, error.at), (QueryErrorKind::Group, 3));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash)]
pub struct SearchQuery {
    /// The text or regular expression.
    pub text: String,
    /// True if `text` is a regular expression. Matching takes linear time for every expression.
    pub regex: bool,
    /// True to distinguish upper and lower case. If false, regular expressions ignore the case of ASCII
    /// letters only.
    pub match_case: bool,
    /// True to match whole words only: without an ASCII letter, digit or underscore on either side.
    pub whole_word: bool,
}

/// A compiled query.
#[derive(Debug, Clone)]
pub struct Matcher(QueryKind);

#[derive(Debug, Clone)]
enum QueryKind {
    Literal(Literal),
    /// With fixed texts, at least one of which every match contains; empty if none are known.
    Regex(Regex, Vec<Literal>),
    /// A text with non-ASCII letters, ignoring case: the folded characters, and true for whole words
    /// only.
    Folded(Vec<char>, bool),
    /// Matches nothing: visible text never contains special characters.
    Never,
}

impl SearchQuery {
    /// Compiles the query.
    ///
    /// # Errors
    ///
    /// Returns what is wrong and where, if the text is empty, or not a valid regular expression, or a
    /// regular expression that is too large.
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
        } else if !self.match_case
            && self
                .text
                .chars()
                .any(|char| !char.is_ascii() && has_case(char))
        {
            QueryKind::Folded(self.text.chars().map(fold).collect(), self.whole_word)
        } else {
            QueryKind::Literal(Literal::new(
                self.text.as_bytes(),
                self.match_case,
                self.whole_word,
            ))
        };
        Ok(Matcher(kind))
    }

    fn compile_regex(&self) -> Result<QueryKind, QueryError> {
        if self.text.chars().count() > MAX_REGEX_CHARS {
            return Err(QueryError {
                kind: QueryErrorKind::TooLarge,
                at: MAX_REGEX_CHARS,
            });
        }
        let build = |text: &str| {
            let mut builder = RegexBuilder::new(text);
            builder
                .case_insensitive(!self.match_case)
                .size_limit(MAX_REGEX_MEMORY_BYTES)
                .build()
        };
        // Compile it alone first, so that the additions below do not change its errors.
        let regex = build(&self.text).map_err(|error| {
            let same = |part: &str| {
                build(part).is_err_and(|of_part| of_part.to_string() == error.to_string())
            };
            pattern::error(&self.text, &error.to_string(), same)
        })?;
        let regex = match self.whole_word {
            false => regex,
            true => build(&format!(r"\b{{start-half}}(?:{})\b{{end-half}}", self.text)).map_err(
                |_| QueryError {
                    kind: QueryErrorKind::TooLarge,
                    at: 0,
                },
            )?,
        };
        let literals = pattern::literals(&self.text).into_iter();
        let literals = literals.map(|text| Literal::new(text.as_bytes(), self.match_case, false));
        Ok(QueryKind::Regex(regex, literals.collect()))
    }
}

impl Matcher {
    /// Writes the ranges of all matches in a line into `into`, which is cleared first. `text` is a
    /// line's visible text, such as [`crate::Painted::text`] or [`crate::Log::plain`]. The ranges are in
    /// bytes, on character boundaries, in order, not empty, and do not overlap.
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

    /// The literal, if the query can be searched in many lines at once.
    pub(super) fn literal(&self) -> Option<&Literal> {
        match &self.0 {
            QueryKind::Literal(literal) => Some(literal),
            _ => None,
        }
    }

    /// Returns false if a special line certainly has no match. Fast.
    #[inline]
    pub(super) fn may_be_in_special(&self, line: &[u8]) -> bool {
        match &self.0 {
            QueryKind::Literal(literal) => literal.may_be_in(line),
            QueryKind::Regex(..) | QueryKind::Folded(..) => true,
            QueryKind::Never => false,
        }
    }

    /// Returns false if a plain line certainly has no match. Fast.
    #[inline]
    pub(super) fn may_be_in_plain(&self, line: &[u8]) -> bool {
        match &self.0 {
            QueryKind::Regex(_, literals) => {
                let mut found = literals.iter().map(|literal| literal.find(line).next());
                literals.is_empty() || found.any(|found| found.is_some())
            }
            QueryKind::Literal(_) | QueryKind::Folded(..) => true,
            QueryKind::Never => false,
        }
    }
}

fn has_case(char: char) -> bool {
    char.is_lowercase() || char.is_uppercase()
}

/// Folds the case of a character: to lower case, if that is one character, and non-ASCII for non-ASCII
/// characters.
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
