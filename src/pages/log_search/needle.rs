//! The needle that the logs are searched for, and the search through one log.

use crate::log::{FailureKind, Log, Matcher, Search, SearchQuery, normalized};
use crate::log_viewer::read_logs::facts::CauseFact;
use crate::log_viewer::yielding::TimeSlice;
use crate::pages::log_search::excerpt::Excerpt;
use std::ops::Range;

/// The most lines of one build that are kept; the others are counted.
pub(crate) const MAX_LINES: usize = 100;

/// Stands for what was masked in a normalized line.
const MASK: char = '…';

/// The number of bytes searched between two checks of the clock.
const CHUNK_BYTES: usize = 512 << 10;

/// The needle that the logs are searched for.
#[derive(Debug, Clone)]
pub(crate) enum Needle {
    /// Lines that match.
    Line(Matcher),
    /// Lines that say the same as this one, which is normalized. The matcher finds a word of it: all that can be equal.
    Like(String, Matcher),
    /// The cause of a failure of this kind.
    Kind(FailureKind),
}

/// A line that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FoundLine {
    /// Counted from 0.
    pub(crate) line: usize,
    pub(crate) excerpt: Excerpt,
}

/// The matches in one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FoundLines {
    /// The first lines, at most 100.
    pub(crate) lines: Vec<FoundLine>,
    /// The number of all lines that were found.
    pub(crate) count: usize,
}

impl Needle {
    /// Looks for lines that say the same as this one: numbers, times and ids may differ. `None` if it has no words.
    pub(crate) fn like(line: &str) -> Option<Self> {
        let normal = normalized(line);
        let words = normal.split(|char: char| char.is_whitespace() || char == MASK);
        let query = SearchQuery {
            text: words.max_by_key(|word| word.len())?.to_owned(),
            match_case: true,
            ..SearchQuery::default()
        };
        let matcher = query.compile().ok()?;
        Some(Self::Like(normal, matcher))
    }

    /// Searches a log in slices. `cause` is that of its build's failure, if it is known.
    pub(crate) async fn search(&self, log: &Log, cause: Option<&CauseFact>) -> FoundLines {
        match self {
            Self::Line(matcher) => {
                let search = search(matcher, log).await;
                let lines = (0..search.lines().len().min(MAX_LINES))
                    .filter_map(|index| search.lines().get(index))
                    .map(|line| found_line(log, line as usize, Some(matcher)));
                FoundLines {
                    lines: lines.collect(),
                    count: search.lines().len(),
                }
            }
            Self::Like(normal, matcher) => lines_like(normal, matcher, log).await,
            Self::Kind(kind) => {
                let cause = cause.filter(|cause| cause.kind == *kind);
                let lines: Vec<FoundLine> = cause
                    .map(|cause| found_line(log, cause.line, None))
                    .into_iter()
                    .collect();
                FoundLines {
                    count: lines.len(),
                    lines,
                }
            }
        }
    }
}

async fn lines_like(normal: &str, matcher: &Matcher, log: &Log) -> FoundLines {
    let search = search(matcher, log).await;
    let mut found = FoundLines::default();
    let mut slice = TimeSlice::background();
    for index in 0..search.lines().len() {
        let Some(line) = search.lines().get(index) else {
            break;
        };
        if normalized(&log.plain(line as usize)) == normal {
            found.count += 1;
            if found.lines.len() < MAX_LINES {
                found.lines.push(found_line(log, line as usize, None));
            }
        }
        slice.next().await;
    }
    found
}

async fn search(matcher: &Matcher, log: &Log) -> Search {
    let mut search = Search::new(matcher.clone());
    let mut slice = TimeSlice::background();
    while !search.advance(log, CHUNK_BYTES) {
        slice.next().await;
    }
    search
}

fn found_line(log: &Log, line: usize, matcher: Option<&Matcher>) -> FoundLine {
    let text = log.plain(line);
    let mut marks: Vec<Range<usize>> = Vec::new();
    if let Some(matcher) = matcher {
        matcher.marks(&text, &mut marks);
    }
    FoundLine {
        line,
        excerpt: Excerpt::of(&text, &marks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(line: &str) -> Option<String> {
        let Needle::Like(normal, matcher) = Needle::like(line)? else {
            panic!("lines alike");
        };
        let mut marks = Vec::new();
        matcher.marks(&normal, &mut marks);
        let mark = marks.first()?.clone();
        normal.get(mark).map(str::to_owned)
    }

    #[test]
    fn the_longest_word_of_a_line_finds_those_alike() {
        assert_eq!(
            word("npm ERR! 404 Not Found - GET https://registry.example/x 12.7 s").as_deref(),
            Some("https://registry.example/x")
        );
        assert_eq!(
            word("error: connection timed out").as_deref(),
            Some("connection")
        );
        assert!(Needle::like("   ").is_none());
        assert!(Needle::like("12 345").is_none(), "nothing but numbers");
    }
}
