//! Paints a line: its text without escapes, cut into spans of one style.

use crate::ansi::characters::{ordinary, symbol};
use crate::ansi::cursor::{Cursor, Links, OneRow};
use crate::ansi::escape;
use crate::ansi::escape::Escape;
use crate::ansi::link::link;
use crate::ansi::movement::Movement;
use crate::ansi::painted::{EscapeMode, Painted, Span};
use crate::ansi::row::Row;
use crate::ansi::style::Style;
use crate::text::is_special;
use std::borrow::Cow;

/// Paints the text of one line into `into`, which is cleared first. `start` is the style at the start
/// of the line; returns the style at the start of the next line.
pub(crate) fn paint(text: &str, start: Style, mode: EscapeMode, into: &mut Painted) -> Style {
    let text = match mode {
        EscapeMode::Interpret if text.ends_with('\r') => text.trim_end_matches('\r'),
        _ => text,
    };
    into.clear();
    let mut painter = Painter {
        style: start,
        link: None,
        span_start: 0,
        into,
    };
    if painter.run(text, mode) {
        painter.close();
        return painter.style;
    }
    into.clear();
    let (row, links, style) = row_of(text, start, Links::default());
    into.links = links.0;
    row.paint(into);
    style
}

/// Writes the text of one line in which the cursor moves into a row. Returns it, its links, and the style at the start
/// of the next line.
pub(crate) fn row_of(text: &str, start: Style, links: Links) -> (Row, Links, Style) {
    let row = Row::default();
    let mut line = OneRow { row, links };
    let mut cursor = Cursor::with(start);
    let prefix = builder_prefix(text);
    let (prefix, rest) = text.split_at(prefix);
    cursor.write(prefix, &mut line);
    line.row.home = prefix.len();
    cursor.write(rest, &mut line);
    (line.row, line.links, cursor.look.style)
}

/// The column, counted from 0, where a terminal's cursor is after a text that it writes from a column on. The text is
/// one line, or the start of one.
///
/// # Examples
///
/// ```
/// use slipway_log::cursor_column;
///
/// assert_eq!(cursor_column("Downloading.", 0), 12);
/// assert_eq!(cursor_column("\u{1b}[1m..\u{1b}[m", 12), 14);
/// assert_eq!(cursor_column("10 %\r", 0), 0);
/// ```
pub fn cursor_column(text: &str, from: usize) -> usize {
    let mut cursor = Cursor::default();
    cursor.column = from;
    cursor.write(text, &mut OneRow::default());
    cursor.column
}

/// Returns the visible text of a line in [`EscapeMode::Interpret`].
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_special) {
        return Cow::Borrowed(text);
    }
    let mut painted = Painted::default();
    plain_into(text, &mut painted);
    Cow::Owned(painted.text)
}

/// Does the same as [`plain`], into a reused buffer.
pub(crate) fn plain_into(text: &str, into: &mut Painted) {
    paint(text, Style::default(), EscapeMode::Interpret, into);
}

struct Painter<'a> {
    style: Style,
    link: Option<usize>,
    /// Where the span with the current `style` and `link` begins.
    span_start: usize,
    into: &'a mut Painted,
}

impl Painter<'_> {
    /// Paints a text in which the cursor only goes on. Returns false if it finds that it does not.
    fn run(&mut self, text: &str, mode: EscapeMode) -> bool {
        let mut rest = text;
        while !rest.is_empty() {
            // Copy ordinary text as a whole.
            let ordinary = ordinary(rest);
            if ordinary > 0 {
                self.into
                    .text
                    .push_str(rest.get(..ordinary).unwrap_or_default());
                rest = rest.get(ordinary..).unwrap_or_default();
                continue;
            }
            let Some(char) = rest.chars().next() else {
                break;
            };
            let mut len = char.len_utf8();
            match (char, mode) {
                ('\u{1b}', _) => {
                    let (escape, of) = escape::read(rest);
                    len = of;
                    if mode == EscapeMode::Show {
                        self.push_symbols(rest.get(..len).unwrap_or_default());
                    }
                    if !self.apply(escape, mode) {
                        return false;
                    }
                }
                ('\r' | '\u{8}', EscapeMode::Interpret) => {
                    if !self.into.text.is_empty() {
                        return false;
                    }
                }
                (char, _) => symbol(char, &mut self.into.text),
            }
            rest = rest.get(len..).unwrap_or_default();
        }
        true
    }

    /// Returns false if the sequence moves the cursor or changes what stands in the line.
    fn apply(&mut self, escape: Escape<'_>, mode: EscapeMode) -> bool {
        match (escape, mode) {
            (Escape::Control(parameters, b'm'), _) => {
                let style = self.style.after(parameters);
                if style != self.style {
                    self.close();
                    self.style = style;
                }
            }
            (Escape::Command(command), EscapeMode::Interpret) => {
                if let Some(address) = link(command) {
                    self.close();
                    self.link = address.map(|address| {
                        self.into.links.push(address.to_owned());
                        self.into.links.len() - 1
                    });
                }
            }
            (escape, EscapeMode::Interpret) => {
                return Movement::of(escape).is_none_or(Movement::is_idle_at_end);
            }
            _ => {}
        }
        true
    }

    /// Ends the span with the current `style` and `link`.
    fn close(&mut self) {
        let end = self.into.text.len();
        if end > self.span_start {
            self.into.spans.push(Span {
                start: self.span_start,
                end,
                style: self.style,
                link: self.link,
            });
        }
        self.span_start = end;
    }

    fn push_symbols(&mut self, text: &str) {
        for char in text.chars() {
            match is_special(char) {
                true => symbol(char, &mut self.into.text),
                false => self.into.text.push(char),
            }
        }
    }
}

/// The length of the number and the offset with which BuildKit begins a line of output, `#8 12.13 `; 0 if the line
/// does not begin so. The program that prints the line knows nothing of it.
pub(crate) fn builder_prefix(line: &str) -> usize {
    let bytes = line.as_bytes();
    let digits = |from: usize| {
        let rest = bytes.get(from..).unwrap_or(&[]);
        rest.iter()
            .take(9)
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let number = digits(1);
    let whole = digits(number + 2);
    let fraction = digits(number + whole + 3);
    let end = number + whole + fraction + 4;
    let fits = number > 0
        && whole > 0
        && fraction > 0
        && bytes.first() == Some(&b'#')
        && bytes.get(number + 1) == Some(&b' ')
        && bytes.get(number + whole + 2) == Some(&b'.')
        && bytes.get(end - 1) == Some(&b' ');
    if fits { end } else { 0 }
}
