//! Cuts a line for drawing: the columns in view, and pieces of one style. No DOM.

use crate::log::{Cluster, Painted, Style, clusters, is_even};
use std::ops::Range;

/// The distance back in which the parts of a character are looked for, in bytes.
const MAX_CLUSTER_BYTES: usize = 128;

/// The maximum number of characters of ASCII between two words of a script whose characters are joined: a space, a comma.
const MAX_BETWEEN_WORDS: usize = 2;

/// The number of columns of the first `max_bytes` bytes of a text, rounded up to a whole character.
pub(crate) fn columns(text: &str, max_bytes: usize) -> usize {
    if text.len() <= max_bytes {
        return crate::log::columns(text);
    }
    let within = clusters(text).take_while(|cluster| cluster.bytes.start < max_bytes);
    let last = within.last();
    last.map_or(0, |last| last.column + last.columns)
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    /// The bytes, on character boundaries.
    pub(crate) bytes: Range<usize>,
    /// The column where it starts.
    pub(crate) column: usize,
}

/// Returns the part of a text that starts at a column, or just after it, and has about `count` columns. It cuts no
/// character into parts.
pub(crate) fn slice(text: &str, from: usize, count: usize) -> Slice {
    if is_even(text) {
        let start = from.min(text.len());
        return Slice {
            bytes: start..text.len().min(start.saturating_add(count)),
            column: start,
        };
    }
    let mut start = None;
    let (mut end, mut column) = (0, 0);
    for cluster in clusters(text) {
        if start.is_none() && cluster.column >= from {
            start = Some((cluster.bytes.start, cluster.column));
        }
        if cluster.column >= from.saturating_add(count) {
            break;
        }
        (end, column) = (cluster.bytes.end, cluster.column + cluster.columns);
    }
    let (start, column) = start.unwrap_or((end, column));
    Slice {
        bytes: start..end.max(start),
        column,
    }
}

/// The number of bytes of the first `max_chars` characters of a text, and of what belongs to the last one.
pub(crate) fn head(text: &str, max_chars: usize) -> usize {
    if text.len() <= max_chars {
        return text.len();
    }
    let mut chars = text.char_indices();
    let at = chars.nth(max_chars).map_or(text.len(), |(at, _)| at);
    whole(text, at)
}

/// The first byte from `at` on with which a character begins that does not belong to the one before.
pub(crate) fn whole(text: &str, at: usize) -> usize {
    let is_start = |at: &usize| text.is_char_boundary(*at);
    let at = (at.min(text.len())..=text.len())
        .find(is_start)
        .unwrap_or(text.len());
    // What belongs together is short. Two characters of ASCII do not.
    let bytes = text.as_bytes();
    let is_ascii = |at: usize| bytes.get(at).is_none_or(u8::is_ascii);
    let from = (at.saturating_sub(MAX_CLUSTER_BYTES)..at)
        .rev()
        .find(|from| is_ascii(*from) && is_ascii(from + 1));
    let from = from.map_or_else(
        || (at.saturating_sub(MAX_CLUSTER_BYTES)..=at).find(is_start),
        |from| Some(from + 1),
    );
    let from = from.unwrap_or(at);
    let rest = text.get(from..).unwrap_or_default();
    let mut ends = clusters(rest).map(|cluster| from + cluster.bytes.start);
    ends.find(|start| *start >= at).unwrap_or(text.len())
}

/// Characters of the same kind, one after the other, for the grid of columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// The bytes, on character boundaries.
    pub(crate) bytes: Range<usize>,
    pub(crate) kind: RunKind,
    /// The number of its columns.
    pub(crate) columns: usize,
    /// The number of characters, each with what belongs to it.
    pub(crate) clusters: usize,
}

/// The way in which the characters of a run get onto the grid of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// ASCII: each is one column in a font of fixed width.
    Even,
    /// One tab.
    Tab,
    /// Each has this many columns. The font need not agree: it may come from another one.
    Spaced(usize),
    /// Of a script whose characters are joined, so that they cannot be spaced.
    Joined,
}

/// Cuts text that starts at a column into runs.
pub(crate) fn runs(text: &str, column: usize, into: &mut Vec<Run>) {
    into.clear();
    for cluster in crate::log::clusters_from(text, 0, column) {
        let kind = run_kind(text, &cluster);
        match into
            .last_mut()
            .filter(|run| run.kind == kind && kind != RunKind::Tab)
        {
            Some(run) => {
                run.bytes.end = cluster.bytes.end;
                run.columns += cluster.columns;
                run.clusters += 1;
            }
            None => into.push(Run {
                bytes: cluster.bytes,
                kind,
                columns: cluster.columns,
                clusters: 1,
            }),
        }
        join_words(into);
    }
}

/// Makes one run of two words of joined characters, and of what is between them.
fn join_words(runs: &mut Vec<Run>) {
    let [.., first, between, second] = runs.as_mut_slice() else {
        return;
    };
    let are_words = first.kind == RunKind::Joined && second.kind == RunKind::Joined;
    if are_words && between.kind == RunKind::Even && between.clusters <= MAX_BETWEEN_WORDS {
        first.bytes.end = second.bytes.end;
        first.columns += between.columns + second.columns;
        first.clusters += between.clusters + second.clusters;
        runs.truncate(runs.len() - 2);
    }
}

fn run_kind(text: &str, cluster: &Cluster) -> RunKind {
    let mut chars = text.get(cluster.bytes.clone()).unwrap_or_default().chars();
    match chars.next() {
        Some('\t') => RunKind::Tab,
        Some(char) if char.is_ascii() && cluster.bytes.len() == 1 => RunKind::Even,
        Some(
            '\u{590}'..='\u{10ff}'
            | '\u{1200}'..='\u{1cff}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}',
        ) => RunKind::Joined,
        _ => RunKind::Spaced(cluster.columns),
    }
}

/// A piece of a line that is drawn as one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Bytes of the visible text, on character boundaries.
    pub(crate) bytes: Range<usize>,
    pub(crate) style: Style,
    /// The index of its address in [`Painted::links`].
    pub(crate) link: Option<usize>,
    /// True if it is part of a match.
    pub(crate) marked: bool,
}

/// Cuts a part of a line into pieces, wherever its style or link changes or a match starts or ends. There
/// are at most `max_pieces`; the last one takes the rest of the part, without a style. `marks` are the
/// matches, in order, without overlaps.
pub(crate) fn pieces(
    painted: &Painted,
    part: Range<usize>,
    marks: &[Range<usize>],
    max_pieces: usize,
    into: &mut Vec<Piece>,
) {
    into.clear();
    let (mut at, mut span, mut mark) = (part.start, 0, 0);
    while at < part.end {
        while painted.spans.get(span).is_some_and(|span| span.end <= at) {
            span += 1;
        }
        while marks.get(mark).is_some_and(|mark| mark.end <= at) {
            mark += 1;
        }
        let mut end = part.end;
        let current = painted.spans.get(span).filter(|span| span.start <= at);
        end = end.min(current.map_or(end, |span| span.end));
        let marked = marks.get(mark).is_some_and(|mark| mark.start <= at);
        if let Some(mark) = marks.get(mark) {
            end = end.min(if marked { mark.end } else { mark.start });
        }
        let last = into.len() + 1 >= max_pieces;
        into.push(Piece {
            bytes: at..if last { part.end } else { end },
            style: current
                .filter(|_| !last)
                .map(|span| span.style)
                .unwrap_or_default(),
            link: current.filter(|_| !last).and_then(|span| span.link),
            marked: marked && !last,
        });
        at = if last { part.end } else { end };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Color, Span};
    use proptest::prelude::*;

    #[test]
    fn a_slice_begins_at_its_column() {
        assert_eq!(
            slice("abcdef", 2, 3),
            Slice {
                bytes: 2..5,
                column: 2
            }
        );
        assert_eq!(
            slice("abc", 9, 3),
            Slice {
                bytes: 3..3,
                column: 3
            }
        );
        assert_eq!(
            slice("中文字a", 2, 3),
            Slice {
                bytes: 3..9,
                column: 2
            }
        );
        assert_eq!(
            slice("中文字a", 3, 9),
            Slice {
                bytes: 6..10,
                column: 4
            }
        );
        assert_eq!(head("中文字", 2), 6);
        assert_eq!(head("ab", 2), 2);
        assert_eq!(columns("中a", 99), 3);
        assert_eq!(columns("a\tb", 99), 9);
        assert_eq!(columns("a\tb", 2), 8);
    }

    #[test]
    fn what_belongs_together_is_not_cut() {
        let family = "👩\u{200d}👩\u{200d}👧";
        let text = format!("ab{family}c");
        assert_eq!(slice(&text, 2, 1).bytes, 2..2 + family.len());
        assert_eq!(slice(&text, 3, 9).bytes, 2 + family.len()..text.len());
        for at in 3..2 + family.len() {
            assert_eq!(whole(&text, at), 2 + family.len(), "{at}");
        }
        assert_eq!(head(&text, 3), 2 + family.len());
        assert_eq!(head("e\u{301}\u{301}x", 1), 5);
        assert_eq!(whole("abc", 1), 1);
        assert_eq!(whole("abc", 9), 3);
    }

    #[test]
    fn runs_are_of_one_kind() {
        let mut found = Vec::new();
        runs("ab\t中文é👍🏽שלום, עולם", 0, &mut found);
        let found: Vec<_> = found
            .iter()
            .map(|run| (run.kind, run.columns, run.clusters))
            .collect();
        let expected = [
            (RunKind::Even, 2, 2),
            (RunKind::Tab, 6, 1),
            (RunKind::Spaced(2), 4, 2),
            (RunKind::Spaced(1), 1, 1),
            (RunKind::Spaced(2), 2, 1),
            (RunKind::Joined, 10, 10),
        ];
        assert_eq!(found, expected);
    }

    fn runs_of(text: &str, part: &Slice, into: &mut Vec<Run>) {
        runs(&text[part.bytes.clone()], part.column, into);
    }

    proptest! {
        #[test]
        fn slices_side_by_side_are_the_line(text in "[a-c中文é\t👍🏽\u{301}\u{200d}]{0,30}", count in 1usize..9) {
            let (mut column, mut seen) = (0, String::new());
            while seen.len() < text.len() {
                let part = slice(&text, column, count);
                prop_assert_eq!(part.bytes.start, seen.len());
                seen.push_str(&text[part.bytes.clone()]);
                let runs = &mut Vec::new();
                runs_of(&text, &part, runs);
                column = part.column + runs.iter().map(|run| run.columns).sum::<usize>();
            }
            prop_assert_eq!(seen, text);
        }

        #[test]
        fn pieces_cover_the_part_once(
            ends in prop::collection::btree_set(1usize..40, 0..6),
            cuts in prop::collection::btree_set(0usize..40, 0..8),
            part in (0usize..40, 0usize..40),
            most in 1usize..12,
        ) {
            let mut painted = Painted { text: "x".repeat(40), ..Painted::default() };
            let mut start = 0;
            for end in ends.into_iter().chain([40]) {
                let style = Style { foreground: Color::Indexed(end as u8), ..Style::default() };
                painted.spans.push(Span { start, end, style, link: None });
                start = end;
            }
            let cuts: Vec<usize> = cuts.into_iter().collect();
            let marks: Vec<_> = cuts.as_chunks::<2>().0.iter().map(|pair| pair[0]..pair[1]).collect();
            let part = part.0.min(part.1)..part.0.max(part.1);
            let mut found = Vec::new();
            pieces(&painted, part.clone(), &marks, most, &mut found);
            prop_assert!(found.len() <= most);
            let mut at = part.start;
            for (index, piece) in found.iter().enumerate() {
                prop_assert_eq!(piece.bytes.start, at);
                at = piece.bytes.end;
                if index + 1 < most {
                    for byte in piece.bytes.clone() {
                        prop_assert_eq!(piece.marked, marks.iter().any(|mark| mark.contains(&byte)));
                        let span = painted.spans.iter().find(|span| (span.start..span.end).contains(&byte));
                        prop_assert_eq!(piece.style, span.unwrap().style);
                    }
                }
            }
            prop_assert_eq!(at, part.end.max(part.start));
        }
    }
}
