//! The part of a long line around its first match. Pure.

use std::ops::Range;

/// The most characters of a line that are shown.
const MAX_CHARS: usize = 300;

/// The characters that are shown before the first match of a line that is longer.
const CHARS_BEFORE: usize = 60;

/// A line, or the part of it around its first match, with the matches in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) text: String,
    /// Bytes of `text`, in order.
    pub(crate) marks: Vec<Range<usize>>,
}

impl Excerpt {
    /// Cuts a line. `marks` are the matches in it, in bytes, in order.
    pub(crate) fn of(line: &str, marks: &[Range<usize>]) -> Self {
        let first = marks.first().map_or(0, |mark| mark.start);
        let fits = line.chars().count() <= MAX_CHARS;
        let start = match fits {
            true => 0,
            false => step_back(line, first, CHARS_BEFORE),
        };
        let mut chars = line.get(start..).unwrap_or_default().char_indices();
        let end = chars
            .nth(MAX_CHARS)
            .map_or(line.len(), |(at, _)| start + at);
        let before = if start > 0 { "…" } else { "" };
        let after = if end < line.len() { "…" } else { "" };
        let inside = marks
            .iter()
            .filter(|mark| mark.start < end && mark.end > start);
        let place = |at: usize| at.clamp(start, end) - start + before.len();
        Self {
            marks: inside
                .map(|mark| place(mark.start)..place(mark.end))
                .collect(),
            text: format!(
                "{before}{}{after}",
                line.get(start..end).unwrap_or_default()
            ),
        }
    }

    /// The text in pieces: those that match are true.
    pub(crate) fn pieces(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            pieces.push((self.text.get(at..mark.start).unwrap_or_default(), false));
            pieces.push((self.text.get(mark.clone()).unwrap_or_default(), true));
            at = mark.end;
        }
        pieces.push((self.text.get(at..).unwrap_or_default(), false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

/// The place so many characters before a place.
fn step_back(line: &str, from: usize, chars: usize) -> usize {
    let before = line.get(..from).unwrap_or_default();
    let mut starts = before.char_indices().rev();
    starts.nth(chars.saturating_sub(1)).map_or(0, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_line_is_whole() {
        let excerpt = Excerpt::of("an error occurred", std::slice::from_ref(&(3..8)));
        assert_eq!(
            excerpt.pieces(),
            [("an ", false), ("error", true), (" occurred", false)]
        );
    }

    #[test]
    fn a_long_line_is_cut_around_its_first_match() {
        let line = format!("{}error{}", "ä".repeat(500), "é".repeat(500));
        let excerpt = Excerpt::of(&line, std::slice::from_ref(&(1_000..1_005)));
        let pieces = excerpt.pieces();
        assert_eq!(pieces[0].0.chars().count(), 61);
        assert_eq!(pieces[1], ("error", true));
        assert!(excerpt.text.starts_with("…ä") && excerpt.text.ends_with("é…"));
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(line in "[aä…]{0,700}", first in 0usize..700, length in 1usize..9) {
            let chars: Vec<usize> = line.char_indices().map(|(at, _)| at).chain([line.len()]).collect();
            let (from, to) = (chars.get(first), chars.get(first + length));
            let marks: Vec<_> = from.zip(to).map(|(from, to)| *from..*to).into_iter().collect();
            let excerpt = Excerpt::of(&line, &marks);
            let joined: String = excerpt.pieces().iter().map(|(text, _)| *text).collect();
            prop_assert_eq!(&joined, &excerpt.text);
            prop_assert!(excerpt.text.chars().count() <= MAX_CHARS + 2);
            prop_assert_eq!(excerpt.marks.len(), marks.len());
            for (mark, at) in excerpt.marks.iter().zip(&marks) {
                prop_assert_eq!(&excerpt.text[mark.clone()], &line[at.clone()]);
            }
        }
    }
}
