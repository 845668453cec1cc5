//! Cuts a line for drawing: the columns in view, and pieces of one style. No DOM.

use crate::log::{Painted, Style};
use std::ops::Range;

/// The number of columns of a character: 2 for East Asian characters and emoji, otherwise 1.
pub(crate) fn width(char: char) -> usize {
    let wide = matches!(
        u32::from(char),
        0x1100..=0x115f
            | 0x2e80..=0x303e
            | 0x3041..=0xa4cf
            | 0xac00..=0xd7a3
            | 0xf900..=0xfaff
            | 0xfe30..=0xfe6f
            | 0xff00..=0xff60
            | 0xffe0..=0xffe6
            | 0x1f300..=0x1faff
            | 0x20000..=0x3fffd
    );
    if wide { 2 } else { 1 }
}

/// The number of columns of the first `max_bytes` bytes of a text, rounded up to a whole character.
pub(crate) fn columns(text: &str, max_bytes: usize) -> usize {
    if text.len() <= max_bytes && text.is_ascii() {
        return text.len();
    }
    let within = text.char_indices().take_while(|(at, _)| *at < max_bytes);
    within.map(|(_, char)| width(char)).sum()
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    /// The bytes, on character boundaries.
    pub(crate) bytes: Range<usize>,
    /// The column where it starts.
    pub(crate) column: usize,
}

/// Returns the part of a text that starts at a column, or just after it, and has about `count` columns.
pub(crate) fn slice(text: &str, from: usize, count: usize) -> Slice {
    if text.is_ascii() {
        let start = from.min(text.len());
        return Slice {
            bytes: start..text.len().min(start.saturating_add(count)),
            column: start,
        };
    }
    let mut column = 0;
    let mut start = None;
    for (at, char) in text.char_indices() {
        if start.is_none() && column >= from {
            start = Some((at, column));
        }
        if column >= from.saturating_add(count) {
            let (start, first) = start.unwrap_or((at, column));
            return Slice {
                bytes: start..at,
                column: first,
            };
        }
        column += width(char);
    }
    let (start, first) = start.unwrap_or((text.len(), column));
    Slice {
        bytes: start..text.len(),
        column: first,
    }
}

/// The number of bytes of the first `max_chars` characters of a text.
pub(crate) fn head(text: &str, max_chars: usize) -> usize {
    if text.len() <= max_chars {
        return text.len();
    }
    let mut chars = text.char_indices();
    chars.nth(max_chars).map_or(text.len(), |(at, _)| at)
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
    }

    proptest! {
        #[test]
        fn slices_side_by_side_are_the_line(text in "[a-c中文é]{0,30}", count in 1usize..9) {
            let (mut column, mut seen) = (0, String::new());
            while seen.len() < text.len() {
                let part = slice(&text, column, count);
                prop_assert_eq!(part.bytes.start, seen.len());
                seen.push_str(&text[part.bytes.clone()]);
                column = part.column + columns(&text[part.bytes], 99);
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
