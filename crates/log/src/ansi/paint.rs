//! A line as it is shown: its text without escapes, and how the parts of it look.

use crate::ansi::escape;
use crate::ansi::escape::Escape;
use crate::ansi::style::Style;
use crate::text::is_special;
use std::borrow::Cow;

/// The longest address that is made a link, in bytes.
const LONGEST_LINK: usize = 2048;

/// What becomes of escapes and controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Sequences are followed where they are known, and gone; carriage returns show the last state;
    /// other controls and overrides are shown as pictures and escapes.
    #[default]
    Shown,
    /// Every escape and control is shown as a picture or an escape, colours are followed all the same.
    Controls,
}

/// A part of a line that looks the same all through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Bytes of [`Painted::text`], on character boundaries.
    pub start: usize,
    pub end: usize,
    pub style: Style,
    /// Place in [`Painted::links`].
    pub link: Option<usize>,
}

/// A line as it is shown. Can be used again for the next one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Painted {
    /// In [`Mode::Shown`] the same as [`plain`] says, so that marks of a search fit.
    pub text: String,
    /// In order, without gaps, covering the text; none is empty.
    pub spans: Vec<Span>,
    /// Addresses that begin with http:// or https://.
    pub links: Vec<String>,
}

impl Painted {
    fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }
}

/// Draws the text of one line, which begins in `start`, into `into`, which is emptied first. Returns
/// the style in which the next line begins.
pub fn paint(text: &str, start: Style, mode: Mode, into: &mut Painted) -> Style {
    into.clear();
    into.links.clear();
    let mut painter = Painter {
        style: start,
        link: None,
        returned: false,
        begun: 0,
        into,
    };
    painter.run(text, mode);
    painter.close();
    painter.style
}

/// The text as it is shown in [`Mode::Shown`].
pub fn plain(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_special) {
        return Cow::Borrowed(text);
    }
    let mut painted = Painted::default();
    plain_into(text, &mut painted);
    Cow::Owned(painted.text)
}

/// The same, into a buffer that is used again.
pub(crate) fn plain_into(text: &str, into: &mut Painted) {
    paint(text, Style::default(), Mode::Shown, into);
}

struct Painter<'a> {
    style: Style,
    link: Option<usize>,
    /// A carriage return came: what comes next is written over what is there.
    returned: bool,
    /// Where the part begins that looks as `style` and `link` say.
    begun: usize,
    into: &'a mut Painted,
}

impl Painter<'_> {
    fn run(&mut self, text: &str, mode: Mode) {
        let mut rest = text;
        while !rest.is_empty() {
            // Ordinary text goes over as a whole.
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
                    if mode == Mode::Controls {
                        self.picture_all(rest.get(..len).unwrap_or_default());
                    }
                    self.obey(escape, mode);
                }
                ('\r', Mode::Shown) => self.returned = true,
                (char, _) => self.picture(char),
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

    /// Nothing of what was written is left.
    fn erase(&mut self) {
        self.returned = false;
        self.begun = 0;
        self.into.clear();
    }

    fn obey(&mut self, escape: Escape<'_>, mode: Mode) {
        match (escape, mode) {
            (Escape::Control(parameters, b'm'), _) => {
                let style = self.style.after(parameters);
                if style != self.style {
                    self.close();
                    self.style = style;
                }
            }
            // Erasing: to the end of the line, to its beginning, all of it.
            (Escape::Control("" | "0", b'K'), Mode::Shown) if self.returned => self.erase(),
            (Escape::Control("1", b'K'), Mode::Shown) if !self.returned => self.erase(),
            (Escape::Control("2", b'K'), Mode::Shown) => self.erase(),
            // To the first column.
            (Escape::Control("" | "0" | "1", b'G'), Mode::Shown) => self.returned = true,
            (Escape::Command(command), Mode::Shown) => {
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

    /// Ends the part that looks as `style` and `link` say.
    fn close(&mut self) {
        let end = self.into.text.len();
        if end > self.begun {
            self.into.spans.push(Span {
                start: self.begun,
                end,
                style: self.style,
                link: self.link,
            });
        }
        self.begun = end;
    }

    fn picture_all(&mut self, text: &str) {
        for char in text.chars() {
            match is_special(char) {
                true => self.picture(char),
                false => self.into.text.push(char),
            }
        }
    }

    fn picture(&mut self, char: char) {
        if self.returned {
            self.erase();
        }
        match char {
            // The block of control pictures has one for each of the 32 controls.
            '\0'..='\u{1f}' => {
                let picture = char::from_u32(0x2400 + u32::from(char));
                self.into.text.extend(picture);
            }
            '\u{7f}' => self.into.text.push('\u{2421}'),
            char => self.into.text.extend(char.escape_unicode()),
        }
    }
}

/// How many bytes at the beginning are neither controls nor the first of a special character.
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

/// The link that a command of OSC 8 begins, or `Some(None)` where it ends one or must not begin it;
/// `None` for other commands.
fn link(command: &str) -> Option<Option<&str>> {
    let (_, address) = command.strip_prefix("8;")?.split_once(';')?;
    let has_scheme = |scheme: &str| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    let good = (has_scheme("http://") || has_scheme("https://"))
        && address.len() <= LONGEST_LINK
        && !address
            .chars()
            .any(|char| is_special(char) || char.is_whitespace());
    Some(good.then_some(address))
}
