//! One row: its elements, and how they come to show a line.

use crate::i18n::numbers::size;
use crate::log::{Color, LevelKind, Style};
use crate::log_viewer::dom::painting::{Painting, RowContext};
use crate::log_viewer::layout::line;
use crate::log_viewer::layout::times::local_offset;
use crate::t_string;
use leptos::prelude::document;
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// A row in the page.
pub struct RowElement {
    element: HtmlElement,
    number: HtmlElement,
    time: HtmlElement,
    level: HtmlElement,
    text: HtmlElement,
    line: Option<usize>,
    /// What was drawn, as far as it is not the line's own.
    drawn: Option<Drawn>,
    set_size: usize,
    pieces: usize,
    selected: bool,
    current: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    part: Option<(usize, usize)>,
    most: usize,
}

fn element(tag: &str, class: &str) -> Option<HtmlElement> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    element.dyn_into().ok()
}

fn set(element: &Element, name: &str, value: &str) {
    // Fails only for names that are none.
    let _ = element.set_attribute(name, value);
}

fn flag(element: &Element, name: &str, on: bool) {
    match on {
        true => set(element, name, "true"),
        false => {
            let _ = element.remove_attribute(name);
        }
    }
}

impl RowElement {
    /// A new row at the end of the list.
    pub fn new(list: &Element) -> Option<Self> {
        let row = Self {
            element: element("div", "log-line")?,
            number: element("a", "log-number")?,
            time: element("span", "log-time")?,
            level: element("span", "log-level")?,
            text: element("span", "log-text")?,
            line: None,
            drawn: None,
            set_size: 0,
            pieces: 0,
            selected: false,
            current: false,
        };
        set(&row.element, "role", "listitem");
        // The field beside the log goes to lines and selects them by keyboard.
        set(&row.number, "tabindex", "-1");
        set(&row.number, "draggable", "false");
        for part in [&row.number, &row.time, &row.level, &row.text] {
            row.element.append_child(part).ok()?;
        }
        list.append_child(&row.element).ok()?;
        Some(row)
    }

    pub fn element(&self) -> &HtmlElement {
        &self.element
    }

    /// The line that it shows; `None` while it is hidden.
    pub fn line(&self) -> Option<usize> {
        self.line
    }

    /// How many elements its text is made of.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// How much of its width stands before the text, CSS pixels.
    pub fn gutter(&self) -> f64 {
        f64::from(self.text.offset_left())
    }

    /// Shows nothing.
    pub fn hide(&mut self) {
        if self.line.take().is_some() {
            self.element.set_hidden(true);
        }
    }

    /// Draws its line anew the next time.
    pub fn forget(&mut self) {
        self.drawn = None;
    }

    /// Its line and how tall it is, CSS pixels.
    pub fn measured(&self) -> Option<(usize, f64)> {
        Some((self.line?, f64::from(self.element.offset_height())))
    }

    /// Shows a line: of it, this many columns from a column on, or all if wrapped; its colors and marks
    /// in at most so many pieces.
    pub fn show(
        &mut self,
        shown: &RowContext<'_>,
        line: usize,
        part: Option<(usize, usize)>,
        most: usize,
        painting: &mut Painting,
    ) {
        let look = shown.look;
        let other = self.line != Some(line);
        if self.line.is_none() {
            self.element.set_hidden(false);
        }
        self.line = Some(line);
        if other {
            self.show_place(line, &look.address);
        }
        let size = shown.log.len();
        if self.set_size != size {
            self.set_size = size;
            set(&self.element, "aria-setsize", &size.to_string());
        }
        let selected = look
            .selected
            .is_some_and(|(first, last)| (first..=last).contains(&line));
        if self.selected != selected {
            self.selected = selected;
            flag(&self.element, "data-selected", selected);
        }
        let current = look.current == Some(line);
        if self.current != current {
            self.current = current;
            flag(&self.element, "aria-current", current);
        }
        let drawn = Drawn { part, most };
        // A line never changes once it is there. That it had more room for colors does not matter.
        if !other
            && self
                .drawn
                .is_some_and(|drawn| drawn.part == part && drawn.most >= self.pieces)
        {
            return;
        }
        self.drawn = Some(drawn);
        self.show_before(shown, line);
        self.show_text(shown, line, part, most, painting);
    }

    fn show_place(&self, line: usize, address: &str) {
        let number = (line + 1).to_string();
        set(&self.element, "data-line", &number);
        set(&self.element, "aria-posinset", &number);
        self.number.set_text_content(Some(&number));
        set(&self.number, "href", &format!("{address}#L{number}"));
    }

    /// The time and the level.
    fn show_before(&self, shown: &RowContext<'_>, line: usize) {
        let Some(of) = shown.log.line(line) else {
            return;
        };
        let kind = match of.kind {
            LevelKind::Debug => "debug",
            LevelKind::Info => "info",
            LevelKind::Warning => "warning",
            LevelKind::Error => "error",
        };
        set(&self.element, "data-level", kind);
        let offset = |time| {
            if shown.look.utc {
                0
            } else {
                local_offset(time)
            }
        };
        let time = shown.look.times.text(&shown.log.times(line), offset);
        self.time.set_text_content(Some(&time));
        let level = match of.level {
            "INFO" => "",
            level => level,
        };
        self.level.set_text_content(Some(level));
    }

    fn show_text(
        &mut self,
        shown: &RowContext<'_>,
        line: usize,
        part: Option<(usize, usize)>,
        most: usize,
        painting: &mut Painting,
    ) {
        let look = shown.look;
        shown.log.paint(line, look.mode, &mut painting.painted);
        let text = painting.painted.text.as_str();
        let (bytes, column) = match part {
            Some((from, count)) => {
                let slice = line::slice(text, from, count);
                (slice.bytes, slice.column)
            }
            None => (0..line::head(text, look.most_of(line)), 0),
        };
        painting.marks.clear();
        if let Some(search) = shown.search {
            search.matcher().marks(text, &mut painting.marks);
        }
        let _ = (self.text.style()).set_property("--log-column", &column.to_string());
        let cut = text.len() - bytes.end;
        let spans = &painting.painted.spans;
        let is_bare = spans
            .iter()
            .all(|span| span.style == Style::default() && span.link.is_none());
        if is_bare && painting.marks.is_empty() {
            self.text.set_text_content(text.get(bytes));
            self.pieces = 0;
        } else {
            self.show_pieces(bytes, most, painting);
        }
        if part.is_none() && cut > 0 {
            self.show_rest(line, cut);
        }
    }

    fn show_pieces(&mut self, bytes: Range<usize>, most: usize, painting: &mut Painting) {
        let Painting {
            painted,
            marks,
            pieces,
        } = painting;
        line::pieces(painted, bytes, marks, most, pieces);
        self.text.set_text_content(None);
        self.pieces = 0;
        for piece in pieces {
            let text = painted.text.get(piece.bytes.clone()).unwrap_or_default();
            let link = piece.link.and_then(|link| painted.links.get(link));
            let link = link.and_then(|link| crate::platform::page::web_link(link));
            if piece.style == Style::default() && link.is_none() && !piece.marked {
                let _ = self.text.append_child(&document().create_text_node(text));
                continue;
            }
            let tag = match (&link, piece.marked) {
                (Some(_), _) => "a",
                (None, true) => "mark",
                (None, false) => "span",
            };
            let Some(part) = element(tag, "") else { return };
            part.set_text_content(Some(text));
            if let Some((href, host)) = link {
                set(&part, "href", &href);
                set(&part, "target", "_blank");
                set(&part, "rel", "noopener noreferrer nofollow");
                set(&part, "title", &t_string!(link.outside, host = host));
                flag(&part, "data-marked", piece.marked);
            }
            dress(&part, &piece.style);
            let _ = self.text.append_child(&part);
            self.pieces += 1;
        }
    }

    /// Says how much of a wrapped line is not shown; a press shows more.
    fn show_rest(&mut self, line: usize, cut: usize) {
        let Some(more) = element("button", "log-more") else {
            return;
        };
        set(&more, "type", "button");
        set(&more, "data-more", &line.to_string());
        more.set_text_content(Some(&t_string!(log.more, n = size(cut as u64))));
        let _ = self.text.append_child(&more);
        self.pieces += 1;
    }
}

/// Gives an element the look of a piece. Colors of the theme are its classes; others are made readable
/// on the log's ground, in either theme.
fn dress(part: &HtmlElement, style: &Style) {
    let mut classes = String::new();
    let mut class = |name: &str| {
        classes.push_str(name);
        classes.push(' ');
    };
    for (on, name) in [
        (style.bold, "ansi-bold"),
        (style.dim, "ansi-dim"),
        (style.italic, "ansi-italic"),
        (style.underline, "ansi-underline"),
        (style.strike, "ansi-strike"),
        (style.inverse, "ansi-inverse"),
    ] {
        if on {
            class(name);
        }
    }
    for (color, letter) in [(style.foreground, 'f'), (style.background, 'b')] {
        match (color, color.rgb()) {
            (_, Some(rgb)) => {
                class(&format!("ansi-{letter}"));
                let value = match letter {
                    'f' => crate::log_viewer::layout::color::readable(rgb),
                    _ => crate::log_viewer::layout::color::muted(rgb),
                };
                let _ = part
                    .style()
                    .set_property(&format!("--ansi-{letter}"), &value);
            }
            (Color::Indexed(index), None) => class(&format!("ansi-{letter} ansi-{letter}{index}")),
            _ => {}
        }
    }
    if !classes.is_empty() {
        part.set_class_name(classes.trim_end());
    }
}
