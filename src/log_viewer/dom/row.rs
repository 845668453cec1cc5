//! One row: its elements, and how they show a line.

use crate::i18n::numbers::{number, size};
use crate::log::{Color, LevelKind, Repeat, Style, normalized};
use crate::log_viewer::dom::painting::{Painting, RowContext, RowOfRun};
use crate::log_viewer::layout::line;
use crate::log_viewer::layout::times::local_offset;
use crate::t_string;
use leptos::prelude::document;
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Node};

/// The number of a row's elements before its text.
const CELLS_BEFORE_TEXT: u32 = 3;

/// The maximum length of the quoted line in the row of a folded run, in characters.
const MAX_QUOTED_CHARS: usize = 200;

/// A row in the DOM.
pub(crate) struct RowElement {
    element: HtmlElement,
    number: HtmlElement,
    time: HtmlElement,
    level: HtmlElement,
    text: HtmlElement,
    line: Option<usize>,
    /// How the line was drawn; `None` if it must be drawn again.
    drawn: Option<Drawn>,
    /// The value of `aria-setsize`.
    set_size: usize,
    /// The part of the line's visible text that is drawn, in bytes.
    drawn_bytes: Range<usize>,
    /// The number of elements in its text.
    pieces: usize,
    pinned: bool,
    selected: bool,
    current: bool,
    /// True if the line's text tells of an error.
    is_error: bool,
    /// Says that the line is the cause of the failure, while it is.
    cause: Option<HtmlElement>,
    is_new: bool,
}

#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    columns: Option<(usize, usize)>,
    max_pieces: usize,
    run: Option<RowOfRun>,
}

fn element(tag: &str, class: &str) -> Option<HtmlElement> {
    let element = document().create_element(tag).ok()?;
    element.set_class_name(class);
    element.dyn_into().ok()
}

fn set_attribute(element: &Element, name: &str, value: &str) {
    // Fails only for invalid names.
    let _ = element.set_attribute(name, value);
}

fn set_flag(element: &Element, name: &str, on: bool) {
    match on {
        true => set_attribute(element, name, "true"),
        false => {
            let _ = element.remove_attribute(name);
        }
    }
}

impl RowElement {
    /// Appends a new row to the list. Returns `None` if the browser refuses.
    pub(crate) fn new(list: &Element) -> Option<Self> {
        let row = Self {
            element: element("div", "log-line")?,
            number: element("a", "log-number")?,
            time: element("span", "log-time")?,
            level: element("span", "log-level")?,
            text: element("span", "log-text")?,
            line: None,
            drawn: None,
            set_size: 0,
            drawn_bytes: 0..0,
            pieces: 0,
            pinned: false,
            selected: false,
            current: false,
            is_error: false,
            cause: None,
            is_new: false,
        };
        set_attribute(&row.element, "role", "listitem");
        // The go-to field is the way to select lines by keyboard.
        set_attribute(&row.number, "tabindex", "-1");
        set_attribute(&row.number, "draggable", "false");
        for part in [&row.number, &row.time, &row.level, &row.text] {
            row.element.append_child(part).ok()?;
        }
        list.append_child(&row.element).ok()?;
        Some(row)
    }

    /// The row's element.
    pub(crate) fn element(&self) -> &HtmlElement {
        &self.element
    }

    /// The line that the row shows; `None` while it is hidden.
    pub(crate) fn line(&self) -> Option<usize> {
        self.line
    }

    /// The number of elements in its text.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces
    }

    /// The width of everything before its text, in CSS pixels.
    pub(crate) fn gutter(&self) -> f64 {
        f64::from(self.text.offset_left())
    }

    /// Where a position of the browser is in the line's visible text, in bytes. Positions before the text are its
    /// start, those after it the line's end.
    pub(crate) fn byte_at(&self, node: &Node, offset: u32) -> usize {
        if !self.text.contains(Some(node)) {
            let is_after = node.is_same_node(Some(&self.element)) && offset > CELLS_BEFORE_TEXT;
            return if is_after { usize::MAX } else { 0 };
        }
        let before = || {
            let range = document().create_range().ok()?;
            range.set_start(&self.text, 0).ok()?;
            range.set_end(node, offset).ok()?;
            Some(String::from(range.to_string()).len())
        };
        // The button that shows more of the line does not count.
        self.drawn_bytes.start + before().unwrap_or(0).min(self.drawn_bytes.len())
    }

    /// The browser's position of a byte of the line's visible text, or the nearest one that is drawn.
    pub(crate) fn position_of(&self, byte: usize) -> (Node, u32) {
        let mut left = byte.saturating_sub(self.drawn_bytes.start);
        let mut last = (Node::clone(&self.text), 0);
        let pieces = self.text.child_nodes();
        for piece in (0..pieces.length()).filter_map(|index| pieces.item(index)) {
            let is_button = piece.dyn_ref::<web_sys::HtmlButtonElement>().is_some();
            let node = piece.first_child().unwrap_or(piece);
            let text = node.text_content().filter(|_| !is_button);
            let Some(text) = text else { break };
            let before = text.char_indices().take_while(|(at, _)| *at < left);
            let offset: usize = before.map(|(_, char)| char.len_utf16()).sum();
            last = (node, offset as u32);
            if left <= text.len() {
                break;
            }
            left -= text.len();
        }
        last
    }

    /// Hides the row.
    pub(crate) fn hide(&mut self) {
        if self.line.take().is_some() {
            self.element.set_hidden(true);
        }
    }

    /// Keeps the row out of view, though its line is shown, or lets it take its place.
    pub(crate) fn set_pinned(&mut self, pinned: bool) {
        if self.pinned != pinned {
            self.pinned = pinned;
            set_flag(&self.element, "data-pinned", pinned);
            set_flag(&self.element, "aria-hidden", pinned);
        }
    }

    /// Makes the next [`RowElement::show`] draw the line again.
    pub(crate) fn forget(&mut self) {
        self.drawn = None;
    }

    /// Its line, and its height in CSS pixels; `None` while it is hidden.
    pub(crate) fn measured(&self) -> Option<(usize, f64)> {
        Some((self.line?, f64::from(self.element.offset_height())))
    }

    /// Shows a line. `columns` has the first column to draw and their number; `None` draws the wrapped line.
    /// `max_pieces` bounds the elements for colors and matches.
    pub(crate) fn show(
        &mut self,
        context: &RowContext<'_>,
        line: usize,
        columns: Option<(usize, usize)>,
        max_pieces: usize,
        painting: &mut Painting,
    ) {
        let options = context.options;
        let is_new_line = self.line != Some(line);
        if self.line.is_none() {
            self.element.set_hidden(false);
        }
        self.line = Some(line);
        if is_new_line {
            self.show_number(line, &options.href);
            set_flag(&self.element, "data-step", is_step_start(context, line));
        }
        self.mark(context, line);
        let size = context.log.len();
        if self.set_size != size {
            self.set_size = size;
            set_attribute(&self.element, "aria-setsize", &size.to_string());
        }
        let run = context.row_of_run(line);
        let drawn = Drawn {
            columns,
            max_pieces,
            run,
        };
        // A line that changes is forgotten. A row drawn with a larger `max_pieces` stays valid.
        let is_valid = |drawn: Drawn| {
            drawn.columns == columns && drawn.max_pieces >= self.pieces && drawn.run == run
        };
        if !is_new_line && self.drawn.is_some_and(is_valid) {
            return;
        }
        self.drawn = Some(drawn);
        self.show_time_and_level(context, line);
        match run {
            Some(RowOfRun::Folded(run)) => self.show_folded(context, line, run),
            Some(RowOfRun::First(run)) => {
                self.show_text(context, line, columns, max_pieces, painting);
                let label = t_string!(repeats.fold_again, n = number(run.lines()));
                self.show_button(&label, "data-run", run.first as usize);
            }
            None => self.show_text(context, line, columns, max_pieces, painting),
        }
    }

    /// Marks the line if it is selected, the current one, one with an error, or the cause of the failure.
    fn mark(&mut self, context: &RowContext<'_>, line: usize) {
        let options = context.options;
        let selected = options
            .selected
            .is_some_and(|(first, last)| (first..=last).contains(&line));
        let current = options.current_line == Some(line);
        let is_new = context.new_lines.binary_search(&(line as u32)).is_ok();
        let errors = context.error_lines;
        let at = errors.partition_point(|error| (error as usize) < line);
        let is_error = errors.get(at).is_some_and(|error| error as usize == line);
        for (was, is, name) in [
            (&mut self.selected, selected, "data-selected"),
            (&mut self.current, current, "aria-current"),
            (&mut self.is_error, is_error, "data-error"),
            (&mut self.is_new, is_new, "data-new"),
        ] {
            if *was != is {
                *was = is;
                set_flag(&self.element, name, is);
            }
        }
        let is_cause = context.cause == Some(line);
        if is_cause != self.cause.is_some() {
            set_flag(&self.element, "data-cause", is_cause);
            match self.cause.take() {
                Some(label) => label.remove(),
                None => self.cause = self.add_cause_label(),
            }
        }
    }

    /// Says before the line's text that it is the cause.
    fn add_cause_label(&self) -> Option<HtmlElement> {
        let label = element("span", "log-cause")?;
        label.set_text_content(Some(t_string!(failure.cause)));
        let before = Some(self.text.as_ref());
        self.element.insert_before(&label, before).ok()?;
        Some(label)
    }

    /// Shows the line's number, as a link to the line.
    fn show_number(&self, line: usize, href: &str) {
        let number = (line + 1).to_string();
        set_attribute(&self.element, "data-line", &number);
        set_attribute(&self.element, "aria-posinset", &number);
        self.number.set_text_content(Some(&number));
        set_attribute(&self.number, "href", &format!("{href}#L{number}"));
    }

    fn show_time_and_level(&self, context: &RowContext<'_>, line: usize) {
        let Some(entry) = context.log.line(line) else {
            return;
        };
        let kind = match entry.kind {
            LevelKind::Debug => "debug",
            LevelKind::Info => "info",
            LevelKind::Warning => "warning",
            LevelKind::Error => "error",
        };
        set_attribute(&self.element, "data-level", kind);
        let offset = |time| {
            if context.options.utc {
                0
            } else {
                local_offset(time)
            }
        };
        let time = context.options.times.text(&context.log.times(line), offset);
        self.time.set_text_content(Some(&time));
        let level = match entry.level {
            "INFO" => "",
            level => level,
        };
        self.level.set_text_content(Some(level));
    }

    /// Shows the line's text: the columns to draw, or the shown characters of a wrapped line.
    fn show_text(
        &mut self,
        context: &RowContext<'_>,
        line: usize,
        columns: Option<(usize, usize)>,
        max_pieces: usize,
        painting: &mut Painting,
    ) {
        let options = context.options;
        context
            .log
            .paint(line, options.escapes, &mut painting.painted);
        let text = painting.painted.text.as_str();
        let (bytes, column) = match columns {
            Some((from, count)) => {
                let slice = line::slice(text, from, count);
                (slice.bytes, slice.column)
            }
            None => (0..line::head(text, options.shown_chars(line)), 0),
        };
        self.drawn_bytes = bytes.clone();
        painting.marks.clear();
        if let Some(search) = context.search {
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
            self.show_pieces(bytes, max_pieces, painting);
        }
        if columns.is_none() && cut > 0 {
            self.show_more_button(line, cut);
        }
    }

    /// Shows text with colors, links or matches, as several elements.
    fn show_pieces(&mut self, bytes: Range<usize>, max_pieces: usize, painting: &mut Painting) {
        let Painting {
            painted,
            marks,
            pieces,
        } = painting;
        line::pieces(painted, bytes, marks, max_pieces, pieces);
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
                set_attribute(&part, "href", &href);
                set_attribute(&part, "target", "_blank");
                set_attribute(&part, "rel", "noopener noreferrer nofollow");
                set_attribute(&part, "title", &t_string!(link.outside, host = host));
                set_flag(&part, "data-marked", piece.marked);
            }
            apply_style(&part, &piece.style);
            let _ = self.text.append_child(&part);
            self.pieces += 1;
        }
    }

    /// Shows a button with the size of the text that is cut off. A click shows more of the line.
    fn show_more_button(&mut self, line: usize, cut: usize) {
        let label = t_string!(log.more, n = size(cut as u64));
        self.show_button(&label, "data-more", line);
    }

    /// Shows a button after the text, which the frame handles by this attribute.
    fn show_button(&mut self, label: &str, attribute: &str, value: usize) {
        let Some(button) = element("button", "log-more") else {
            return;
        };
        set_attribute(&button, "type", "button");
        set_attribute(&button, attribute, &value.to_string());
        button.set_text_content(Some(label));
        let _ = self.text.append_child(&button);
        self.pieces += 1;
    }

    /// Shows what a folded run has in common, as a button that unfolds it.
    fn show_folded(&mut self, context: &RowContext<'_>, line: usize, run: Repeat) {
        let text = normalized(&context.log.plain(line));
        let quote: String = text.chars().take(MAX_QUOTED_CHARS).collect();
        let n = number(run.lines());
        let label = match quote.is_empty() {
            true => t_string!(repeats.empty_lines, n = n),
            false => t_string!(repeats.like, n = n, line = quote),
        };
        self.text.set_text_content(None);
        self.pieces = 0;
        // Any place in it stands for the whole run.
        self.drawn_bytes = 0..label.len();
        self.show_button(&label, "data-run", run.first as usize);
        let _ = (self.text.style()).set_property("--log-column", "0");
        if let Some(button) = self.text.first_element_child() {
            set_attribute(&button, "aria-expanded", "false");
        }
    }
}

/// Returns true if a step begins with this line.
fn is_step_start(context: &RowContext<'_>, line: usize) -> bool {
    let steps = context.log.steps();
    let step = steps.step_of_line(line);
    let step = step.and_then(|step| steps.list().get(step));
    step.is_some_and(|step| step.first == line)
}

/// Applies a style to an element. Colors of the theme are classes; others are made readable on the log's
/// background, in both themes.
fn apply_style(part: &HtmlElement, style: &Style) {
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
