//! Columns: the place that a text takes on a terminal's grid.
//!
//! A grapheme cluster takes a column or two: one character for whoever reads: a letter with its accents, an
//! emoji of several joined ones, a flag. A tab goes to the next column that is a multiple of [`TAB_COLUMNS`].

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The distance of tab stops, in columns.
pub const TAB_COLUMNS: usize = 8;

/// The maximum number of columns of a special character's symbol, see [`crate::EscapeMode`]: `\u{202e}`.
const SYMBOL_COLUMNS: usize = 8;

/// A grapheme cluster of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// Its bytes in the text.
    pub bytes: Range<usize>,
    /// The column where it starts.
    pub column: usize,
    /// The number of its columns: 0 to 2, rarely more.
    pub columns: usize,
}

/// The grapheme clusters of a text, in order. See [`clusters`].
#[derive(Debug, Clone)]
pub struct Clusters<'a> {
    text: &'a str,
    at: usize,
    column: usize,
}

/// The grapheme clusters of a line's text, in order. They cover it without gaps.
///
/// # Examples
///
/// ```
/// let columns: Vec<usize> = slipway_log::clusters("e\u{301}中\t👩‍👩‍👧").map(|cluster| cluster.columns).collect();
/// assert_eq!(columns, [1, 2, 5, 2]);
/// ```
pub fn clusters(text: &str) -> Clusters<'_> {
    clusters_from(text, 0, 0)
}

/// The clusters from a byte on, where a cluster starts in this column.
pub fn clusters_from(text: &str, byte: usize, column: usize) -> Clusters<'_> {
    Clusters {
        text,
        at: byte,
        column,
    }
}

/// The number of columns of a line's text.
pub fn columns(text: &str) -> usize {
    if is_even(text) {
        return text.len();
    }
    let last = clusters(text).last();
    last.map_or(0, |last| last.column + last.columns)
}

/// Returns true if each byte of a text is one column: it is ASCII, without tabs.
pub fn is_even(text: &str) -> bool {
    text.is_ascii() && memchr::memchr(b'\t', text.as_bytes()).is_none()
}

impl Iterator for Clusters<'_> {
    type Item = Cluster;

    fn next(&mut self) -> Option<Cluster> {
        let rest = self.text.get(self.at..)?;
        let mut chars = rest.chars();
        let char = chars.next()?;
        let (len, columns) = match simple(char) {
            _ if char == '\t' => (1, TAB_COLUMNS - self.column % TAB_COLUMNS),
            // What follows could join it.
            Some(columns)
                if chars
                    .next()
                    .is_none_or(|next| next == '\t' || simple(next).is_some()) =>
            {
                (char.len_utf8(), columns)
            }
            _ => {
                let cluster = rest.graphemes(true).next()?;
                (cluster.len(), cluster.width())
            }
        };
        let cluster = Cluster {
            bytes: self.at..self.at + len,
            column: self.column,
            columns,
        };
        self.at += len;
        self.column += columns;
        Some(cluster)
    }
}

/// The columns of a character that never joins another simple one. It saves the tables of Unicode for most text.
fn simple(char: char) -> Option<usize> {
    match u32::from(char) {
        0x20..=0x7e
        | 0xa1..=0xac
        | 0xae..=0x2ff
        | 0x390..=0x482
        | 0x2010..=0x2027
        | 0x2030..=0x205e
        | 0x2190..=0x2307
        | 0x2500..=0x25fc
        | 0x2713..=0x2727
        | 0x2800..=0x28ff => Some(1),
        0x3001..=0x3029
        | 0x3041..=0x3096
        | 0x30a0..=0x30ff
        | 0x3400..=0x4dbf
        | 0x4e00..=0x9fff
        | 0xac00..=0xd7a3
        | 0xff01..=0xff60 => Some(2),
        _ => None,
    }
}

/// A number of columns that a line's text does not exceed, whichever its escapes are. Fast, to tell the few lines that
/// are worth counting.
pub(crate) fn at_most(line: &[u8]) -> usize {
    let (mut chars, mut wide, mut tabs) = (0, 0, 0);
    // Without branches, the compiler counts many bytes at once. Small sums need no wide integers.
    for part in line.chunks(64) {
        let (mut some_chars, mut some_wide, mut some_tabs) = (0u8, 0u8, 0u8);
        for byte in part {
            some_chars += u8::from(*byte & 0xc0 != 0x80);
            some_wide += u8::from(*byte >= 0xe0);
            some_tabs += u8::from(*byte == b'\t');
        }
        chars += usize::from(some_chars);
        wide += usize::from(some_wide);
        tabs += usize::from(some_tabs);
    }
    let symbols = crate::text::special_beyond_ascii(line).count();
    chars + wide + (TAB_COLUMNS - 1) * tabs + (SYMBOL_COLUMNS - 1) * symbols
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EscapeMode, Log, Painted};
    use proptest::prelude::*;

    /// Every text that the case of wide, joined and right-to-left characters shows, and what a terminal makes of it.
    #[test]
    fn clusters_have_their_columns() {
        for (text, expected) in [
            ("", 0),
            ("plain", 5),
            ("中文日志", 8),
            ("全角スペース\u{3000}", 14),
            ("👩\u{200d}👩\u{200d}👧\u{200d}👦", 2),
            ("🏳\u{fe0f}\u{200d}🌈", 2),
            ("👍🏽", 2),
            ("🇩🇪🇫🇷", 4),
            ("1\u{fe0f}\u{20e3}", 2),
            ("e\u{301}", 1),
            ("é", 1),
            ("a\u{300}\u{301}\u{302}\u{303}b", 2),
            ("zero\u{200b}width\u{200d}join\u{feff}bom", 16),
            ("│ box │ 中文 │", 14),
            ("⠋ ✓ ─ …", 7),
            ("\u{1112}\u{1161}\u{11ab}글", 4),
            ("مرحبا", 5),
            ("שלום", 4),
            ("𝔘𝔫𝔦", 3),
            ("tab\tcol\t中\tend", 27),
            ("\t\t", 16),
            ("中\t", 8),
            ("1234567\t8", 9),
            ("❤\u{fe0f}", 2),
            ("✔", 1),
        ] {
            assert_eq!(columns(text), expected, "{text}");
        }
    }

    #[test]
    fn joined_characters_are_one_cluster() {
        let text = "a👩\u{200d}👩\u{200d}👧e\u{301}🇩🇪";
        let parts: Vec<&str> = clusters(text).map(|cluster| &text[cluster.bytes]).collect();
        assert_eq!(parts, ["a", "👩\u{200d}👩\u{200d}👧", "e\u{301}", "🇩🇪"]);
    }

    #[test]
    fn simple_characters_are_as_wide_as_unicode_says() {
        let simple_chars: Vec<char> = ('\0'..=char::MAX)
            .filter(|char| simple(*char).is_some())
            .collect();
        for char in &simple_chars {
            let text = char.to_string();
            assert_eq!(simple(*char), Some(text.width()), "{:x}", u32::from(*char));
        }
        let all: String = simple_chars.iter().collect();
        assert_eq!(all.graphemes(true).count(), simple_chars.len());
    }

    const ANY_TEXT: &str =
        "([a-c\t\u{300}\u{301}\u{200d}\u{fe0f}中é─👩🏽🇩🇪ا한\u{1161}क\u{94d}\u{ad}]|\\PC){0,20}";

    proptest! {
        #[test]
        fn clusters_are_those_of_unicode(text in ANY_TEXT) {
            let found: Vec<&str> = clusters(&text).map(|cluster| &text[cluster.bytes]).collect();
            let expected: Vec<&str> = text.graphemes(true).collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn columns_go_on_from_any_cluster(text in ANY_TEXT, index in 0usize..20) {
            let all: Vec<Cluster> = clusters(&text).collect();
            if let Some(start) = all.get(index) {
                let rest: Vec<Cluster> = clusters_from(&text, start.bytes.start, start.column).collect();
                prop_assert_eq!(&rest[..], &all[index..]);
            }
        }

        #[test]
        fn no_line_has_more_columns_than_expected(
            text in "([a\t中é─👩🏽\u{300}\u{85}\u{7}\u{61c}\u{202e}\u{2066}\u{ad}]|\\PC){0,150}",
        ) {
            let mut log = Log::new();
            log.begin(None);
            log.feed(serde_json::json!([{ "message": text }]).to_string().as_bytes());
            log.end();
            let mut painted = Painted::default();
            for line in 0..log.len() {
                for mode in [EscapeMode::Interpret, EscapeMode::Show] {
                    log.paint(line, mode, &mut painted);
                    let columns = columns(&painted.text);
                    prop_assert!(columns <= at_most(log.bytes(line)), "{:?}: {columns}", painted.text);
                }
            }
        }
    }
}
