//! One row: its elements, and how they show a line.

use crate::i18n::numbers::{number, size};
use crate::log::{Color, LevelKind, Repeat, Style, is_even, normalized};
use crate::log_viewer::dom::grid::MAX_RUNS;
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

/// The distance at which a row's text can start before the first column drawn: out of view, and not beyond what browsers count.
const MIN_COLUMN: i64 = -100_000;

/// The maximum length of text beyond ASCII that is drawn as a whole, in bytes.
const MAX_WHOLE_BYTES: usize = 8 << 10;

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
    /// True if the row could be wider than its columns.
    can_overhang: bool,
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
            can_overhang: false,
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
            let first = self.text.first_child();
            let after_button = first.is_some_and(|first| is_button(&first));
            range.set_start(&self.text, u32::from(after_button)).ok()?;
            range.set_end(node, offset).ok()?;
            Some(String::from(range.to_string()).len())
        };
        // The buttons that show more of the line do not count.
        self.drawn_bytes.start + before().unwrap_or(0).min(self.drawn_bytes.len())
    }

    /// The browser's position of a byte of the line's visible text, or the nearest one that is drawn.
    pub(crate) fn position_of(&self, byte: usize) -> (Node, u32) {
        let mut left = byte.saturating_sub(self.drawn_bytes.start);
        let mut found = (Node::clone(&self.text), 0);
        find_byte(&self.text, &mut left, &mut found);
        found
    }

    /// The lower and the upper edge of the character at a byte of the line's visible text, in CSS pixels from the
    /// window's upper edge; `None` if it is not drawn.
    pub(crate) fn edges_of(&self, byte: usize) -> Option<(f64, f64)> {
        if !self.drawn_bytes.contains(&byte) {
            return None;
        }
        // The place after the character is in its text too; the one before it can be in another line.
        let (node, end) = self.position_of(byte + 1);
        let range = document().create_range().ok()?;
        range.set_start(&node, end.saturating_sub(1)).ok()?;
        range.set_end(&node, end).ok()?;
        let edges = range.get_bounding_client_rect();
        Some((edges.top(), edges.bottom()))
    }

    /// The part of the row to the right of its edge, in CSS pixels: its text is wider than its columns, or more
    /// stands before it than in other rows.
    pub(crate) fn overhang(&self) -> f64 {
        match self.line.filter(|_| self.can_overhang) {
            Some(_) => f64::from(self.text.scroll_width() - self.text.client_width()),
            None => 0.0,
        }
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
        self.can_overhang = run.is_some() || self.cause.is_some();
        match run {
            Some(RowOfRun::Folded(run)) => self.show_folded(context, line, columns, run),
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

    /// Puts the text where a column is, as far as it is from the first one drawn.
    fn place(&self, column: usize, columns: Option<(usize, usize)>) {
        let from = columns.map_or(0, |(from, _)| from);
        let column = (column as i64 - from as i64).max(MIN_COLUMN);
        let _ = (self.text.style()).set_property("--log-column", &column.to_string());
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
            // Not all characters can be made as wide as their columns. If all are drawn, their end is where they end.
            Some(_) if text.len() <= MAX_WHOLE_BYTES && !is_even(text) => (0..text.len(), 0),
            Some((from, count)) => {
                let slice = line::slice(text, from, count);
                (slice.bytes, slice.column)
            }
            None => (options.shown(line, text), 0),
        };
        self.drawn_bytes = bytes.clone();
        painting.marks.clear();
        if let Some(search) = context.search {
            search.matcher().marks(text, &mut painting.marks);
        }
        self.place(column, columns);
        painting.grid.is_strict = text.len() > MAX_WHOLE_BYTES;
        let (before, after) = (bytes.start, text.len() - bytes.end);
        let shown = text.get(bytes.clone()).unwrap_or_default();
        // Wrapped text is not on the grid: it has no columns to scroll to.
        let column = (columns.is_some() && !is_even(shown)).then_some(column);
        let level = self.level.text_content();
        self.can_overhang |= column.is_some() || level.is_some_and(|level| !level.is_empty());
        let spans = &painting.painted.spans;
        let is_bare = spans
            .iter()
            .all(|span| span.style == Style::default() && span.link.is_none());
        if is_bare && painting.marks.is_empty() && column.is_none() {
            self.text.set_text_content(Some(shown));
            self.pieces = 0;
        } else {
            self.show_pieces(bytes, column, max_pieces, painting);
        }
        if columns.is_none() {
            self.show_more_buttons(line, before, after);
        }
    }

    /// Shows text with colors, links, matches or characters that are not ASCII, as several elements. The text is put
    /// on the grid from this column on, if one is given.
    fn show_pieces(
        &mut self,
        bytes: Range<usize>,
        column: Option<usize>,
        max_pieces: usize,
        painting: &mut Painting,
    ) {
        let Painting {
            painted,
            marks,
            pieces,
            grid,
        } = painting;
        let mut column = column;
        let mut elements_left = MAX_RUNS;
        let mut append = |to: &Node, text: &str| match &mut column {
            Some(column) => *column = grid.append(to, text, *column, &mut elements_left),
            None => {
                let _ = to.append_child(&document().create_text_node(text));
            }
        };
        line::pieces(painted, bytes, marks, max_pieces, pieces);
        self.text.set_text_content(None);
        self.pieces = 0;
        for piece in pieces {
            let text = painted.text.get(piece.bytes.clone()).unwrap_or_default();
            let link = piece.link.and_then(|link| painted.links.get(link));
            let link = link.and_then(|link| crate::platform::page::web_link(link));
            if piece.style == Style::default() && link.is_none() && !piece.marked {
                append(&self.text, text);
                continue;
            }
            let tag = match (&link, piece.marked) {
                (Some(_), _) => "a",
                (None, true) => "mark",
                (None, false) => "span",
            };
            let Some(part) = element(tag, "") else { return };
            append(&part, text);
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

    /// Shows buttons with the sizes of the text that is cut off before and after what is shown. A click shows more.
    fn show_more_buttons(&mut self, line: usize, before: usize, after: usize) {
        if after > 0 {
            let label = t_string!(log.more, n = size(after as u64));
            self.show_button(&label, "data-more", line);
        }
        if before > 0 {
            let label = t_string!(log.more_before, n = size(before as u64));
            if let Some(button) = self.show_button(&label, "data-before", line) {
                let first = self.text.first_child();
                let _ = self.text.insert_before(&button, first.as_ref());
            }
        }
    }

    /// Shows a button after the text, which the frame handles by this attribute.
    fn show_button(&mut self, label: &str, attribute: &str, value: usize) -> Option<HtmlElement> {
        let button = element("button", "log-more")?;
        set_attribute(&button, "type", "button");
        set_attribute(&button, attribute, &value.to_string());
        button.set_text_content(Some(label));
        self.text.append_child(&button).ok()?;
        self.pieces += 1;
        Some(button)
    }

    /// Shows what a folded run has in common, as a button that unfolds it.
    fn show_folded(
        &mut self,
        context: &RowContext<'_>,
        line: usize,
        columns: Option<(usize, usize)>,
        run: Repeat,
    ) {
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
        let button = self.show_button(&label, "data-run", run.first as usize);
        self.place(0, columns);
        if let Some(button) = button {
            set_attribute(&button, "aria-expanded", "false");
        }
    }
}

fn is_button(node: &Node) -> bool {
    node.dyn_ref::<web_sys::HtmlButtonElement>().is_some()
}

/// Goes through the text below a node, up to a byte that is `left` bytes on. The buttons that show more of a line do
/// not count. Returns true once it has gone there.
fn find_byte(below: &Node, left: &mut usize, found: &mut (Node, u32)) -> bool {
    let nodes = below.child_nodes();
    for node in (0..nodes.length()).filter_map(|index| nodes.item(index)) {
        if is_button(&node) {
            continue;
        }
        if node.node_type() != Node::TEXT_NODE {
            if find_byte(&node, left, found) {
                return true;
            }
            continue;
        }
        let text = node.text_content().unwrap_or_default();
        let before = text.char_indices().take_while(|(at, _)| *at < *left);
        let offset: usize = before.map(|(_, char)| char.len_utf16()).sum();
        *found = (node, offset as u32);
        if *left <= text.len() {
            return true;
        }
        *left -= text.len();
    }
    false
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
