//! What the logs are searched for, and the search through one log.

use crate::log::{FailureKind, Log, Matcher, Search};
use crate::log_viewer::read_logs::facts::CauseFact;
use crate::log_viewer::yielding::TimeSlice;
use crate::pages::log_search::excerpt::Excerpt;
use std::ops::Range;

/// The most lines of one build that are kept; the others are counted.
pub(crate) const MAX_LINES: usize = 100;

/// The number of bytes searched between two checks of the clock.
const CHUNK_BYTES: usize = 512 << 10;

/// What the logs are searched for.
#[derive(Debug, Clone)]
pub(crate) enum Needle {
    /// Lines that match.
    Line(Matcher),
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

/// What was found in one log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FoundLines {
    /// The first lines, at most 100.
    pub(crate) lines: Vec<FoundLine>,
    /// The number of all lines that were found.
    pub(crate) count: usize,
}

impl Needle {
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
