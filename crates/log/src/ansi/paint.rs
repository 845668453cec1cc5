//! Paints a line: its text without escapes, cut into spans of one style.

use crate::ansi::escape;
use crate::ansi::escape::Escape;
use crate::ansi::style::Style;
use crate::text::is_special;
use std::borrow::Cow;

/// The maximum length of a link's address, in bytes.
const MAX_LINK_BYTES: usize = 2048;

/// The treatment of escape sequences and control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EscapeMode {
    /// Interprets them like a terminal: colors and links apply, a carriage return starts the line again,
    /// unknown sequences disappear. Other control characters and text direction overrides become
    /// visible symbols such as `␇` or `\u{202e}`.
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
    fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }
}

/// Paints the text of one line into `into`, which is cleared first. `start` is the style at the start
/// of the line; returns the style at the start of the next line.
pub(crate) fn paint(text: &str, start: Style, mode: EscapeMode, into: &mut Painted) -> Style {
    into.clear();
    into.links.clear();
    let mut painter = Painter {
        style: start,
        link: None,
        returned: false,
        span_start: 0,
        into,
    };
    painter.run(text, mode);
    painter.close();
    painter.style
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
    /// True after a carriage return: the next text replaces the text so far.
    returned: bool,
    /// Where the span with the current `style` and `link` begins.
    span_start: usize,
    into: &'a mut Painted,
}

impl Painter<'_> {
    fn run(&mut self, text: &str, mode: EscapeMode) {
        let mut rest = text;
        while !rest.is_empty() {
            // Copy ordinary text as a whole.
            let ordinary = ordinary(rest);
            if ordinary > 0 {
                self.write(rest.get(..ordinary).unwrap_or_default());
                rest = rest.get(ordinary..).unwrap_or_default();
                continue;
            }
            let Some(char) = rest.chars().next() else {
                return;
            };
            let mut len = char.len_utf8();
            match (char, mode) {
                ('\u{1b}', _) => {
                    let (escape, of) = escape::read(rest);
                    len = of;
                    if mode == EscapeMode::Show {
                        self.push_symbols(rest.get(..len).unwrap_or_default());
                    }
                    self.apply(escape, mode);
                }
                ('\r', EscapeMode::Interpret) => self.returned = true,
                (char, _) => self.push_symbol(char),
            }
            rest = rest.get(len..).unwrap_or_default();
        }
    }

    fn write(&mut self, text: &str) {
        if self.returned {
            self.erase();
        }
        self.into.text.push_str(text);
    }

    /// Removes all text so far.
    fn erase(&mut self) {
        self.returned = false;
        self.span_start = 0;
        self.into.clear();
    }

    fn apply(&mut self, escape: Escape<'_>, mode: EscapeMode) {
        match (escape, mode) {
            (Escape::Control(parameters, b'm'), _) => {
                let style = self.style.after(parameters);
                if style != self.style {
                    self.close();
                    self.style = style;
                }
            }
            // Erase: to the end of the line, to its start, the whole line.
            (Escape::Control("" | "0", b'K'), EscapeMode::Interpret) if self.returned => {
                self.erase()
            }
            (Escape::Control("1", b'K'), EscapeMode::Interpret) if !self.returned => self.erase(),
            (Escape::Control("2", b'K'), EscapeMode::Interpret) => self.erase(),
            // Move to the first column.
            (Escape::Control("" | "0" | "1", b'G'), EscapeMode::Interpret) => self.returned = true,
            (Escape::Command(command), EscapeMode::Interpret) => {
                if let Some(address) = link(command) {
                    self.close();
                    self.link = address.map(|address| {
                        self.into.links.push(address.to_owned());
                        self.into.links.len() - 1
                    });
                }
            }
            _ => {}
        }
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
                true => self.push_symbol(char),
                false => self.into.text.push(char),
            }
        }
    }

    fn push_symbol(&mut self, char: char) {
        if self.returned {
            self.erase();
        }
        match char {
            // Unicode has a picture for each of the 32 control characters.
            '\0'..='\u{1f}' => {
                let picture = char::from_u32(0x2400 + u32::from(char));
                self.into.text.extend(picture);
            }
            '\u{7f}' => self.into.text.push('\u{2421}'),
            char => self.into.text.extend(char.escape_unicode()),
        }
    }
}

/// The number of bytes before the first special character; all of them if there is none.
fn ordinary(text: &str) -> usize {
    let mut from = 0;
    loop {
        let rest = text.as_bytes().get(from..).unwrap_or(&[]);
        let at = rest.iter().position(|byte| {
            (*byte < 0x20 && *byte != b'\t') || matches!(byte, 0x7f | 0xc2 | 0xd8 | 0xe2)
        });
        let Some(at) = at else {
            return text.len();
        };
        let at = from + at;
        let char = text.get(at..).and_then(|rest| rest.chars().next());
        match char {
            Some(char) if !is_special(char) => from = at + char.len_utf8(),
            _ => return at,
        }
    }
}

/// Reads the command of an OSC sequence. Returns `Some(Some(address))` if it starts a link,
/// `Some(None)` if it ends one or its address is not allowed, and `None` for other commands.
fn link(command: &str) -> Option<Option<&str>> {
    let (_, address) = command.strip_prefix("8;")?.split_once(';')?;
    let has_scheme = |scheme: &str| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let is_allowed = (has_scheme("http://") || has_scheme("https://"))
        && address.len() <= MAX_LINK_BYTES
        && !address
            .chars()
            .any(|char| is_special(char) || char.is_whitespace());
    Some(is_allowed.then_some(address))
}
