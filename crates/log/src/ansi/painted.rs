//! A painted line: a text and its spans, each of one style.

use crate::ansi::style::Style;

/// The treatment of escape sequences and control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EscapeMode {
    /// Interprets them like a terminal: colors and links apply, carriage returns, backspaces and
    /// movements of the cursor have text written over other text, unknown sequences disappear. Other
    /// control characters and text direction overrides become visible symbols such as `␇` or `\u{202e}`.
    #[default]
    Interpret,
    /// Shows each of them as visible symbols. Colors still apply.
    Show,
}

/// A part of a line that has one style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first byte in [`Painted::text`], on a character boundary.
    pub start: usize,
    /// The byte after the last one, on a character boundary.
    pub end: usize,
    /// Its colors and attributes.
    pub style: Style,
    /// The index of its address in [`Painted::links`].
    pub link: Option<usize>,
}

/// A painted line. It serves as a buffer: [`crate::Log::paint`] fills it again for each line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Painted {
    /// The visible text. In [`EscapeMode::Interpret`] it equals [`crate::Log::plain`], so that the ranges
    /// of [`crate::Matcher::marks`] fit both.
    pub text: String,
    /// The spans in order. They cover the whole text without gaps, and none is empty.
    pub spans: Vec<Span>,
    /// The addresses of links. Each begins with `http://` or `https://`, and has at most 2048 bytes.
    pub links: Vec<String>,
}

impl Painted {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
        self.links.clear();
    }
}
