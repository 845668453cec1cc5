//! The rows that are in the page: a few elements that are filled again and again.

use crate::log::Log;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::painting::{Painting, RowContext};
use crate::log_viewer::dom::row::RowElement;
use crate::log_viewer::layout::line;
use crate::log_viewer::layout::viewport::Cover;
use leptos::prelude::document;
use std::collections::{HashMap, VecDeque};
use std::ops::Range;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A row's height where it is not wrapped, in CSS pixels; `--log-line` in the style is the same.
pub const LINE: f64 = 20.0;

/// The most elements that colors and marks may add to the rows in all.
const MOST_PIECES: usize = 160;

/// Columns that are drawn are those in view and as many again at each side, in steps of this many.
const STEP: usize = 128;

/// The most heights that are kept.
const MOST_HEIGHTS: usize = 20_000;

/// The elements of the frame.
pub struct RowPool {
    /// What scrolls, and has the focus.
    pub scroller: HtmlElement,
    /// As tall and wide as the whole log, as far as a browser can.
    space: HtmlElement,
    /// Stays in view; the rows are drawn into it.
    window: HtmlElement,
    /// Holds the rows; moved by less than a row.
    list: HtmlElement,
    rows: VecDeque<RowElement>,
    size: Size,
    /// Of wrapped lines, as they were measured.
    heights: HashMap<usize, f64>,
    painting: Painting,
    /// Of the largest line number.
    digits: u32,
}

/// Sizes in CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Size {
    pub width: f64,
    pub height: f64,
    /// Of one column.
    pub cell: f64,
    /// Of what stands before a line's text.
    pub gutter: f64,
    /// How far the text is scrolled to the side.
    pub left: f64,
}

impl Size {
    /// How many columns of text are in view, at least one.
    pub fn columns(&self) -> usize {
        (((self.width - self.gutter) / self.cell.max(1.0)) as usize).max(1)
    }

    /// The columns to draw of a line that is not wrapped: the first, and how many.
    fn part(&self) -> (usize, usize) {
        let seen = self.columns();
        let first = (self.left / self.cell.max(1.0)) as usize;
        let from = first.saturating_sub(seen) / STEP * STEP;
        (from, 3 * seen + 2 * STEP)
    }
}

impl RowPool {
    /// The elements of a frame that is in the page.
    pub fn new(scroller: HtmlElement) -> Option<Self> {
        let part = |class: &str| {
            let element = scroller.query_selector(class).ok()??;
            element.dyn_into::<HtmlElement>().ok()
        };
        let (space, window, list) = (
            part(".log-space")?,
            part(".log-window")?,
            part(".log-rows")?,
        );
        Some(Self {
            scroller,
            space,
            window,
            list,
            rows: VecDeque::new(),
            size: Size::default(),
            heights: HashMap::new(),
            painting: Painting::default(),
            digits: 0,
        })
    }

    /// The sizes as they were measured last.
    pub fn size(&self) -> Size {
        self.size
    }

    /// Measures the frame; says whether it differs from before.
    pub fn measure(&mut self) -> bool {
        let before = self.size;
        self.size.width = f64::from(self.scroller.client_width());
        self.size.height = f64::from(self.scroller.client_height());
        // Zooming changes the width, too.
        if self.size.width != before.width || self.size.cell == 0.0 {
            self.size.cell = self.measure_cell();
        }
        if (before.width, before.cell) != (self.size.width, self.size.cell) {
            self.forget_heights();
        }
        if before == self.size {
            return false;
        }
        let style = self.window.style();
        // None of these fails for a valid property.
        let _ = style.set_property("width", &format!("{}px", self.size.width));
        let _ = style.set_property("height", &format!("{}px", self.size.height));
        true
    }

    /// How wide a column is: that of a hundred digits, for it is no whole number of pixels.
    fn measure_cell(&self) -> f64 {
        let Ok(ruler) = document().create_element("span") else {
            return self.size.cell;
        };
        let _ = ruler.set_attribute("class", "log-ruler");
        ruler.set_text_content(Some(&"0".repeat(100)));
        let _ = self.window.append_child(&ruler);
        let width = ruler.get_bounding_client_rect().width() / 100.0;
        ruler.remove();
        if width > 0.0 { width } else { 8.0 }
    }

    /// Makes room for the numbers of so many lines.
    pub fn set_digits(&mut self, lines: usize) {
        let digits = lines.max(1).ilog10() + 1;
        if self.digits != digits {
            self.digits = digits;
            let _ = (self.list.style()).set_property("--log-number", &format!("{digits}ch"));
            self.size.gutter = 0.0;
        }
    }

    /// Takes how far the text is scrolled to the side; says whether other columns are to be drawn.
    pub fn scroll_sideways(&mut self) -> bool {
        let (left, before) = (self.size.left, self.size.part());
        self.size.left = f64::from(self.scroller.scroll_left().max(0));
        if self.size.left == left {
            return false;
        }
        let _ = (self.list.style()).set_property("--log-left", &format!("{}px", self.size.left));
        self.size.part() != before
    }

    /// Scrolls to the side until these columns are in view, if they are not.
    pub fn show_columns(&self, columns: Range<usize>) {
        let seen = self.size.columns() as f64;
        let left = self.size.left / self.size.cell.max(1.0);
        let (from, to) = (columns.start as f64, columns.end as f64);
        if from < left || to > left + seen {
            // With something of what stands before it.
            let left = if to < seen {
                0.0
            } else {
                (from - seen / 3.0) * self.size.cell
            };
            self.scroller.set_scroll_left(left as i32);
        }
    }

    /// Makes the scrolled element this tall, and wide enough for a line of so many columns.
    pub fn set_space(&self, height: f64, columns: usize) {
        let width = columns as f64 * self.size.cell + self.size.gutter + 2.0 * LINE;
        let width = width.clamp(
            self.size.width,
            crate::log_viewer::layout::viewport::TALLEST,
        );
        let style = self.space.style();
        let _ = style.set_property("height", &format!("{height}px"));
        let _ = style.set_property("width", &format!("{width}px"));
    }

    /// Forgets how tall wrapped lines are: something changed that decides it.
    fn forget_heights(&mut self) {
        self.heights.clear();
    }

    /// How tall a line is, as measured or as its columns let expect.
    pub fn height_of(&self, log: &Log, line: usize, look: &DisplayOptions) -> f64 {
        if !look.wrap {
            return LINE;
        }
        if let Some(height) = self.heights.get(&line) {
            return *height;
        }
        let most = look.most_of(line);
        let text = std::str::from_utf8(log.bytes(line)).unwrap_or_default();
        let lines = line::columns(text, most)
            .div_ceil(self.size.columns())
            .max(1);
        lines as f64 * LINE
    }

    /// Draws these rows. Rows that were drawn already are only moved.
    pub fn draw(&mut self, shown: &RowContext<'_>, cover: &Cover) {
        let wanted: Vec<usize> = cover
            .rows
            .clone()
            .filter_map(|row| shown.rows.line(row))
            .collect();
        self.turn(&wanted);
        let part = match shown.look.wrap {
            true => None,
            false => Some(self.size.part()),
        };
        let mut left = MOST_PIECES;
        for (index, &line) in wanted.iter().enumerate() {
            if index >= self.rows.len() {
                let Some(row) = RowElement::new(&self.list) else {
                    return;
                };
                self.rows.push_back(row);
            }
            let Some(row) = self.rows.get_mut(index) else {
                return;
            };
            let most = left.min(MOST_PIECES / 4) + 1;
            row.show(shown, line, part, most, &mut self.painting);
            left = left.saturating_sub(row.pieces());
        }
        self.rows
            .iter_mut()
            .skip(wanted.len())
            .for_each(RowElement::hide);
        if self.size.gutter == 0.0
            && let Some(row) = self.rows.front()
        {
            self.size.gutter = row.gutter();
        }
        self.place(cover.top);
    }

    /// Moves the rows so that the first begins here.
    pub fn place(&self, top: f64) {
        let _ = (self.list.style()).set_property("transform", &format!("translateY({top}px)"));
    }

    /// Brings rows that stay to their new places, in the order of the page.
    fn turn(&mut self, wanted: &[usize]) {
        let Some(first) = wanted.first() else { return };
        let at = self.rows.iter().position(|row| row.line() == Some(*first));
        if let Some(at) = at {
            for _ in 0..at {
                if let Some(row) = self.rows.pop_front() {
                    let _ = self.list.append_child(row.element());
                    self.rows.push_back(row);
                }
            }
            return;
        }
        let front = self.rows.front().and_then(RowElement::line);
        let at = wanted.iter().position(|line| Some(*line) == front);
        for _ in 0..at.unwrap_or(0) {
            let row = match self.rows.len() < wanted.len() {
                true => RowElement::new(&self.list),
                false => self.rows.pop_back(),
            };
            if let Some(row) = row {
                let before = self.rows.front().map(RowElement::element);
                let _ = (self.list).insert_before(row.element(), before.map(AsRef::as_ref));
                self.rows.push_front(row);
            }
        }
    }

    /// Measures wrapped rows; says whether one is as tall as nobody expected.
    pub fn measure_rows(&mut self, shown: &RowContext<'_>) -> bool {
        if self.heights.len() > MOST_HEIGHTS {
            self.heights.clear();
        }
        let mut differs = false;
        for index in 0..self.rows.len() {
            let Some((line, height)) = self.rows.get(index).and_then(RowElement::measured) else {
                continue;
            };
            if self.height_of(shown.log, line, shown.look) != height {
                differs = true;
            }
            self.heights.insert(line, height);
        }
        differs
    }

    /// Draws all rows anew when they are drawn next; what stands before their text may be as wide as not.
    pub fn redraw(&mut self) {
        self.forget_heights();
        self.forget_rows();
        self.size.gutter = 0.0;
    }

    /// Draws all rows anew when they are drawn next.
    pub fn forget_rows(&mut self) {
        self.rows.iter_mut().for_each(RowElement::forget);
    }
}
