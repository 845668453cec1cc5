//! The pool of row elements: a few elements that are reused for whichever lines are in view.

use crate::log::Log;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::painting::{Painting, RowContext};
use crate::log_viewer::dom::row::RowElement;
use crate::log_viewer::dom::text_selection::{RowsOnScreen, TextSelection};
use crate::log_viewer::layout::line;
use crate::log_viewer::layout::viewport::{Cover, Viewport};
use leptos::prelude::document;
use std::collections::HashMap;
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The height of a row that is not wrapped, in CSS pixels. Same as `--log-line` in the style sheet.
pub(crate) const ROW_HEIGHT: f64 = 20.0;

/// The maximum number of elements for colors and matches, in all rows together.
const MAX_PIECES: usize = 160;

/// The granularity of the drawn columns: those in view, and as many again on each side.
const COLUMN_STEP: usize = 128;

/// The maximum number of measured heights that are kept.
const MAX_HEIGHTS: usize = 20_000;

/// The frame's elements, and the rows in it.
pub(crate) struct RowPool {
    /// The scrolling element, which takes the focus.
    pub(crate) scroller: HtmlElement,
    /// As tall and wide as the whole log, up to the browser's limit.
    space: HtmlElement,
    /// Stays in view while its parent scrolls. Contains the list.
    window: HtmlElement,
    /// Contains the rows. Its offset is less than a row's height.
    list: HtmlElement,
    rows: Vec<RowElement>,
    /// Rows out of view that an end of the selected text is in: those of lines before the lines in view, and after.
    pinned_above: Vec<RowElement>,
    pinned_below: Vec<RowElement>,
    size: Size,
    /// The sideways scroll position. Its rows are CSS pixels.
    sideways: Viewport,
    /// The first column drawn of lines that are not wrapped.
    drawn_from: usize,
    /// The width by which a row has turned out to be wider than its columns, in CSS pixels.
    overhang: f64,
    /// The measured heights of wrapped lines.
    heights: HashMap<usize, f64>,
    painting: Painting,
    pub(crate) text_selection: TextSelection,
    /// The number of digits of the largest line number.
    digits: u32,
}

/// Sizes in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The width of one column.
    pub(crate) column: f64,
    /// The width of everything before a line's text.
    pub(crate) gutter: f64,
    /// The sideways scroll position in the text, which is not the scroll bar's if the text is too wide for one.
    pub(crate) left: f64,
}

impl Size {
    /// The number of columns of text in view, at least one.
    pub(crate) fn columns(&self) -> usize {
        (((self.width - self.gutter) / self.column.max(1.0)) as usize).max(1)
    }

    /// The columns to draw of a line that is not wrapped: the first one, and their number.
    fn drawn_columns(&self) -> (usize, usize) {
        let in_view = self.columns();
        let first = (self.left / self.column.max(1.0)) as usize;
        let from = first.saturating_sub(in_view) / COLUMN_STEP * COLUMN_STEP;
        (from, 3 * in_view + 2 * COLUMN_STEP)
    }
}

impl RowPool {
    /// Takes over a frame that is in the document. Returns `None` if an element is missing.
    pub(crate) fn new(scroller: HtmlElement) -> Option<Self> {
        let child = |class: &str| {
            let element = scroller.query_selector(class).ok()??;
            element.dyn_into::<HtmlElement>().ok()
        };
        let (space, window, list) = (
            child(".log-space")?,
            child(".log-window")?,
            child(".log-rows")?,
        );
        Some(Self {
            scroller,
            space,
            window,
            list,
            rows: Vec::new(),
            pinned_above: Vec::new(),
            pinned_below: Vec::new(),
            size: Size::default(),
            sideways: Viewport::new(1.0),
            drawn_from: 0,
            overhang: 0.0,
            heights: HashMap::new(),
            painting: Painting::default(),
            text_selection: TextSelection::default(),
            digits: 0,
        })
    }

    /// The sizes, as measured last.
    pub(crate) fn size(&self) -> Size {
        self.size
    }

    /// Measures the frame. Returns true if a size has changed.
    pub(crate) fn measure(&mut self) -> bool {
        let before = self.size;
        self.size.width = f64::from(self.scroller.client_width());
        self.size.height = f64::from(self.scroller.client_height());
        // Zooming changes the width too.
        if self.size.width != before.width || self.size.column == 0.0 {
            self.measure_column();
        }
        if (before.width, before.column) != (self.size.width, self.size.column) {
            self.forget_heights();
        }
        if before == self.size {
            return false;
        }
        let style = self.window.style();
        // These fail only for invalid properties.
        let _ = style.set_property("width", &format!("{}px", self.size.width));
        let _ = style.set_property("height", &format!("{}px", self.size.height));
        true
    }

    /// Measures the width of a column: that of a hundred digits, since it is a fraction of pixels.
    fn measure_column(&mut self) {
        let Ok(ruler) = document().create_element("span") else {
            return;
        };
        let _ = ruler.set_attribute("class", "log-ruler");
        ruler.set_text_content(Some(&"0".repeat(100)));
        let _ = self.window.append_child(&ruler);
        let width = ruler.get_bounding_client_rect().width() / 100.0;
        self.size.column = if width > 0.0 { width } else { 8.0 };
        self.painting.grid.set_font(&ruler, self.size.column);
        ruler.remove();
    }

    /// Makes room for the numbers of this many lines.
    pub(crate) fn set_digits(&mut self, lines: usize) {
        let digits = lines.max(1).ilog10() + 1;
        if self.digits != digits {
            self.digits = digits;
            let _ = (self.list.style()).set_property("--log-number", &format!("{digits}ch"));
            self.size.gutter = 0.0;
        }
    }

    /// Reads the sideways scroll position. Returns true if the rows must be drawn: other columns are in view, or the end
    /// is, where the rows are measured.
    pub(crate) fn scroll_sideways(&mut self) -> bool {
        let bar = f64::from(self.scroller.scroll_left().max(0));
        let was_at_end = self.sideways.at_end();
        self.sideways.on_bar_moved(bar);
        let must_draw = self.move_columns() || (self.sideways.at_end() && !was_at_end);
        if self.sideways.is_bar_stuck() {
            self.set_sideways_bar();
        }
        must_draw
    }

    /// Scrolls sideways until these columns are in view, unless they are. Returns true if other columns must be drawn.
    pub(crate) fn show_columns(&mut self, columns: Range<usize>) -> bool {
        let in_view = self.size.columns() as f64;
        let left = self.size.left / self.size.column.max(1.0);
        let (from, to) = (columns.start as f64, columns.end as f64);
        if from >= left && to <= left + in_view {
            return false;
        }
        // Keep some columns before them in view.
        let left = if to < in_view {
            0.0
        } else {
            (from - in_view / 3.0) * self.size.column
        };
        self.sideways.go_to(left.max(0.0) as usize, 0.0);
        let must_draw = self.move_columns();
        self.set_sideways_bar();
        must_draw
    }

    /// Applies the sideways scroll position to the columns. Returns true if others must be drawn.
    fn move_columns(&mut self) -> bool {
        let before = self.size.drawn_columns();
        self.sideways.cover(&|_| 1.0);
        self.size.left = self.sideways.distance();
        self.place_columns();
        self.size.drawn_columns() != before
    }

    /// Puts the columns that are drawn where they are in the frame.
    fn place_columns(&self) {
        let shift = self.drawn_from as f64 * self.size.column - self.size.left;
        let _ = (self.list.style()).set_property("--log-shift", &format!("{shift}px"));
    }

    /// Moves the sideways scroll bar to its exact position.
    pub(crate) fn set_sideways_bar(&mut self) {
        let bar = self.sideways.bar().round();
        if f64::from(self.scroller.scroll_left()) != bar {
            self.scroller.set_scroll_left(bar as i32);
        }
        let bar = f64::from(self.scroller.scroll_left());
        self.sideways.on_bar_set(bar);
    }

    /// Sets the size of the scrolled element: its height in CSS pixels, and the columns of the longest
    /// line.
    pub(crate) fn set_space(&mut self, height: f64, columns: usize) {
        let width = columns as f64 * self.size.column + self.size.gutter + 2.0 * ROW_HEIGHT;
        let width = (width + self.overhang).max(self.size.width);
        (self.sideways).shape(self.size.width, width.ceil() as usize, None);
        let style = self.space.style();
        let _ = style.set_property("height", &format!("{height}px"));
        let _ = style.set_property("width", &format!("{}px", self.sideways.space()));
        self.move_columns();
        if self.sideways.is_bar_out() {
            self.set_sideways_bar();
        }
    }

    /// Makes room for rows that are wider than their columns, once the frame is scrolled to their end. Returns true
    /// if there is more room now; if other columns must be drawn then, the rows are forgotten.
    pub(crate) fn reach_ends(&mut self) -> bool {
        if !self.sideways.at_end() {
            return false;
        }
        let overhangs = self.rows.iter().map(RowElement::overhang);
        let overhang = overhangs.fold(0.0, f64::max);
        if overhang <= 0.0 {
            return false;
        }
        self.overhang += overhang + ROW_HEIGHT;
        true
    }

    /// Goes to the right end, unless that is where the lines start.
    pub(crate) fn go_to_right_end(&mut self) -> bool {
        if self.size.left <= 0.0 {
            return false;
        }
        self.sideways.go_to_end();
        let must_draw = self.move_columns();
        self.set_sideways_bar();
        must_draw
    }

    /// Forgets the heights of wrapped lines, after something changed that affects them.
    fn forget_heights(&mut self) {
        self.heights.clear();
    }

    /// Forgets the heights of the lines from this one on, which have changed.
    pub(crate) fn forget_heights_from(&mut self, line: usize) {
        self.heights.retain(|of, _| *of < line);
    }

    /// The height of a line: measured, or estimated from its columns.
    pub(crate) fn height_of(&self, log: &Log, line: usize, options: &DisplayOptions) -> f64 {
        if !options.wrap {
            return ROW_HEIGHT;
        }
        if let Some(height) = self.heights.get(&line) {
            return *height;
        }
        let text = std::str::from_utf8(log.bytes(line)).unwrap_or_default();
        let part = options.shown(line, text);
        let part = text.get(part).unwrap_or_default();
        let rows = line::columns(part, usize::MAX)
            .div_ceil(self.size.columns())
            .max(1);
        rows as f64 * ROW_HEIGHT
    }

    /// Draws the rows in view. Rows that are drawn already are only moved.
    pub(crate) fn draw(&mut self, context: &RowContext<'_>, cover: &Cover) {
        let lines: Vec<usize> = cover
            .rows
            .clone()
            .filter_map(|row| context.rows.line(row))
            .collect();
        self.assign_rows(&lines);
        let columns = match context.options.wrap {
            true => None,
            false => Some(self.size.drawn_columns()),
        };
        self.drawn_from = columns.map_or(0, |(from, _)| from);
        self.place_columns();
        let mut pieces_left = MAX_PIECES;
        for (index, &line) in lines.iter().enumerate() {
            let Some(row) = self.rows.get_mut(index) else {
                return;
            };
            let max_pieces = pieces_left.min(MAX_PIECES / 4) + 1;
            row.show(context, line, columns, max_pieces, &mut self.painting);
            pieces_left = pieces_left.saturating_sub(row.pieces());
        }
        self.rows
            .iter_mut()
            .skip(lines.len())
            .for_each(RowElement::hide);
        if self.size.gutter == 0.0
            && let Some(row) = self.rows.first()
        {
            self.size.gutter = row.gutter();
        }
        self.move_list(cover.top);
    }

    /// Moves the rows so that the first one starts here, in CSS pixels from the top edge.
    fn move_list(&self, top: f64) {
        let _ = (self.list.style()).set_property("transform", &format!("translateY({top}px)"));
    }

    /// Assigns a row to each line. Rows whose lines stay in view keep them, so that they need no redraw. A row that an
    /// end of the selected text is in keeps its line too: out of view, beside the others, so that the browser can
    /// extend the selection from there.
    fn assign_rows(&mut self, lines: &[usize]) {
        let mut spare = Vec::with_capacity(self.rows.len());
        let mut above = Vec::new();
        let rows = std::mem::take(&mut self.rows);
        let below = std::mem::take(&mut self.pinned_below);
        for mut row in self.pinned_above.drain(..).chain(rows).chain(below) {
            let line = row.line().filter(|_| self.text_selection.ends_in(&row));
            let is_above = line.is_some_and(|line| lines.first().is_none_or(|first| line < *first));
            let is_below = line.is_some_and(|line| lines.last().is_some_and(|last| line > *last));
            row.set_pinned(is_above || is_below);
            match (is_above, is_below) {
                (true, _) => &mut above,
                (_, true) => &mut self.pinned_below,
                _ => &mut spare,
            }
            .push(row);
        }
        self.pinned_above = above;
        let kept: Vec<Option<RowElement>> = lines
            .iter()
            .map(|line| {
                let at = spare.iter().position(|row| row.line() == Some(*line))?;
                Some(spare.remove(at))
            })
            .collect();
        let mut spare = spare.into_iter();
        let assigned = kept.into_iter().filter_map(|row| {
            row.or_else(|| spare.next())
                .or_else(|| RowElement::new(&self.list))
        });
        self.rows.extend(assigned);
        self.rows.extend(spare);
        self.order_rows();
    }

    /// Brings the rows' elements into their order, without moving those that an end of the selected text is in: the
    /// browser would end the selection.
    fn order_rows(&self) {
        let mut next: Option<&HtmlElement> = None;
        let above_and_in_view = self.pinned_above.iter().chain(&self.rows);
        for row in above_and_in_view.chain(&self.pinned_below).rev() {
            let element = row.element();
            let is_there = match next {
                Some(next) => {
                    let sibling = element.next_sibling();
                    sibling.is_some_and(|sibling| sibling.is_same_node(Some(next)))
                }
                None => element.next_sibling().is_none(),
            };
            if !is_there && !self.text_selection.ends_in(row) {
                let _ = (self.list).insert_before(element, next.map(AsRef::as_ref));
            }
            next = Some(element);
        }
    }

    /// Measures wrapped rows. Returns true if a height differs from the estimate.
    pub(crate) fn measure_rows(&mut self, context: &RowContext<'_>) -> bool {
        if self.heights.len() > MAX_HEIGHTS {
            self.heights.clear();
        }
        let mut differs = false;
        for index in 0..self.rows.len() {
            let Some((line, height)) = self.rows.get(index).and_then(RowElement::measured) else {
                continue;
            };
            if self.height_of(context.log, line, context.options) != height {
                differs = true;
            }
            self.heights.insert(line, height);
        }
        differs
    }

    /// Reads which text is selected, see [`TextSelection::read`].
    pub(crate) fn read_text_selection(&mut self) -> bool {
        let screen = RowsOnScreen {
            scroller: &self.scroller,
            above: &self.pinned_above,
            rows: &self.rows,
            below: &self.pinned_below,
        };
        self.text_selection.read(screen)
    }

    /// Shows the selected text as selected.
    pub(crate) fn restore_text_selection(&mut self) {
        let screen = RowsOnScreen {
            scroller: &self.scroller,
            above: &self.pinned_above,
            rows: &self.rows,
            below: &self.pinned_below,
        };
        self.text_selection.restore(screen);
    }

    /// The distance of the character at a byte of a drawn line's visible text from the frame's upper edge, in CSS pixels:
    /// its upper and its lower edge. `None` if it is not drawn.
    pub(crate) fn edges_of(&self, line: usize, byte: usize) -> Option<(f64, f64)> {
        let row = self.rows.iter().find(|row| row.line() == Some(line))?;
        let (top, bottom) = row.edges_of(byte)?;
        let edge = self.scroller.get_bounding_client_rect().top();
        Some((top - edge, bottom - edge))
    }

    /// The distance of the lower edge of a drawn line from the frame's lower edge, in CSS pixels.
    pub(crate) fn room_below(&self, line: usize) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.line() == Some(line))?;
        let bottom = row.element().get_bounding_client_rect().bottom();
        Some(self.scroller.get_bounding_client_rect().bottom() - bottom)
    }

    /// Where the frame begins, in CSS pixels from the window's upper edge.
    pub(crate) fn top(&self) -> f64 {
        self.scroller.get_bounding_client_rect().top()
    }

    /// How much of a drawn line is below the frame's lower edge, in CSS pixels; `None` if nothing is.
    pub(crate) fn hidden_below(&self, line: usize) -> Option<f64> {
        let row = self.rows.iter().find(|row| row.line() == Some(line))?;
        let edge = self.scroller.get_bounding_client_rect().top()
            + f64::from(self.scroller.client_height());
        let hidden = row.element().get_bounding_client_rect().bottom() - edge;
        (hidden > 0.5).then_some(hidden)
    }

    /// Makes the next draw paint all rows again, and measure everything before their text.
    pub(crate) fn redraw(&mut self) {
        self.forget_heights();
        self.forget_rows();
        self.size.gutter = 0.0;
        self.overhang = 0.0;
    }

    /// Makes the next draw paint all rows again.
    pub(crate) fn forget_rows(&mut self) {
        let pinned = self.pinned_above.iter_mut().chain(&mut self.pinned_below);
        pinned.chain(&mut self.rows).for_each(RowElement::forget);
    }
}
