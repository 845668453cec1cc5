//! Where the reader is in the log, and how that becomes a scroll bar and back. No DOM.
//!
//! What is true is the row at the top edge and how much of it is above; what is drawn follows from that
//! alone. The scroll bar only tells of movements: a small one is followed to the pixel, a large one is a
//! jump to a share of the log. So neither the tallest element of a browser nor rows whose height is not
//! known yet are of any consequence.

use std::ops::Range;

/// The tallest that the scrolled element is made, in CSS pixels. Browsers end between 17 and 33 million.
pub const TALLEST: f64 = 15_000_000.0;

/// How much at either end of the scroll bar moves pixel by pixel, even where the middle is squeezed.
const EDGE: f64 = 500_000.0;

/// A place in the log.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Anchor {
    pub row: usize,
    /// How many CSS pixels of the row, or of it and the rows below, are above the top edge; negative where
    /// the row begins below it.
    pub past: f64,
}

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cover {
    pub rows: Range<usize>,
    /// Where the first of them begins, in CSS pixels from the top edge; never below it.
    pub top: f64,
}

/// The reader's place, and the shape of the log around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Viewport {
    anchor: Anchor,
    rows: usize,
    /// Of the frame, CSS pixels.
    height: f64,
    /// Of a row that is not wrapped, CSS pixels.
    line: f64,
    /// About how tall all rows are, if they are wrapped.
    wrapped: Option<f64>,
    /// Where the scroll bar was told to be, or said that it is.
    bar: f64,
    at_end: bool,
}

impl Viewport {
    /// At the beginning of nothing.
    pub fn new(line: f64) -> Self {
        Self {
            anchor: Anchor::default(),
            rows: 0,
            height: 0.0,
            line,
            wrapped: None,
            bar: 0.0,
            at_end: true,
        }
    }

    /// Takes the frame's height, the number of rows, and about how tall they are in all if wrapped.
    pub fn shape(&mut self, height: f64, rows: usize, wrapped: Option<f64>) {
        self.height = height;
        self.rows = rows;
        self.wrapped = wrapped;
    }

    /// The row at the top edge.
    pub fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Goes back to a place, before it is covered with heights that are known better.
    pub fn go_back(&mut self, anchor: Anchor) {
        self.anchor = anchor;
    }

    /// The frame's height, CSS pixels.
    pub fn height(&self) -> f64 {
        self.height
    }

    /// Whether the last row is wholly in view; as of the last [`Viewport::cover`].
    pub fn at_end(&self) -> bool {
        self.at_end
    }

    /// Puts a row at the top edge, or so far below it.
    pub fn go_to(&mut self, row: usize, below: f64) {
        let row = row.min(self.rows.saturating_sub(1));
        self.anchor = Anchor { row, past: -below };
    }

    /// Goes to the end; how far that is, `cover` finds out.
    pub fn go_to_end(&mut self) {
        let row = self.rows.saturating_sub(1);
        let past = self.height + self.line;
        self.anchor = Anchor { row, past };
    }

    /// Moves on by so many CSS pixels; back if negative.
    pub fn move_by(&mut self, by: f64) {
        self.anchor.past += by;
    }

    /// Which rows are in view. The place is brought inside the log: never above its beginning, nor so far
    /// below that room is left under its end. With wrapped rows, [`Viewport::go_back`] and call it again
    /// when their heights have been measured, and [`Viewport::settle`] when they stay.
    pub fn cover(&mut self, height_of: &dyn Fn(usize) -> f64) -> Cover {
        if self.rows == 0 {
            self.anchor = Anchor::default();
            self.at_end = true;
            return Cover::default();
        }
        match self.wrapped {
            None => self.cover_even(),
            Some(_) => self.cover_uneven(height_of),
        }
    }

    fn cover_even(&mut self) -> Cover {
        let most = self.even_most();
        let at = self.anchor.row as f64 * self.line + self.anchor.past;
        let at = at.clamp(0.0, most);
        self.at_end = at >= most - 0.5;
        let row = ((at / self.line) as usize).min(self.rows - 1);
        let past = at - row as f64 * self.line;
        self.anchor = Anchor { row, past };
        let last = ((at + self.height) / self.line).ceil() as usize;
        Cover {
            rows: row..last.clamp(row + 1, self.rows),
            top: -past,
        }
    }

    fn cover_uneven(&mut self, height_of: &dyn Fn(usize) -> f64) -> Cover {
        let from = self.anchor.row.min(self.rows - 1);
        let (mut last, mut bottom) = self.down(from, -self.anchor.past, height_of);
        if bottom < self.height {
            self.anchor.past -= self.height - bottom;
            bottom = self.height;
        }
        let (mut first, mut top) = (from, -self.anchor.past);
        while top > 0.0 && first > 0 {
            first -= 1;
            top -= height_of(first);
        }
        if top > 0.0 {
            self.anchor.past += top;
            top = 0.0;
            (last, bottom) = self.down(first, top, height_of);
        }
        while first + 1 < last && top + height_of(first) <= 0.0 {
            top += height_of(first);
            first += 1;
        }
        while last > first + 1 && bottom - height_of(last - 1) >= self.height {
            bottom -= height_of(last - 1);
            last -= 1;
        }
        self.anchor.row = from;
        self.at_end = last == self.rows && bottom <= self.height + 0.5;
        Cover {
            rows: first..last,
            top,
        }
    }

    /// From a row that begins at `y`, down to the bottom edge or the last row: the row after, and where
    /// it begins.
    fn down(&self, row: usize, y: f64, height_of: &dyn Fn(usize) -> f64) -> (usize, f64) {
        let (mut row, mut y) = (row, y);
        while y < self.height && row < self.rows {
            y += height_of(row);
            row += 1;
        }
        (row, y)
    }

    /// What was covered is drawn and does not move any more: the place is told from its first row.
    pub fn settle(&mut self, cover: &Cover) {
        self.anchor = Anchor {
            row: cover.rows.start,
            past: -cover.top,
        };
    }

    /// How tall the scrolled element is to be, CSS pixels.
    pub fn space(&self) -> f64 {
        let whole = self.wrapped.unwrap_or(self.rows as f64 * self.line);
        whole.min(TALLEST)
    }

    /// How far the bar can move.
    fn bar_most(&self) -> f64 {
        (self.space() - self.height).max(0.0)
    }

    /// How far rows of one height can move.
    fn even_most(&self) -> f64 {
        (self.rows as f64 * self.line - self.height).max(0.0)
    }

    /// Where the bar belongs.
    pub fn bar(&self) -> f64 {
        let most = self.bar_most();
        if self.at_end {
            return most;
        }
        let at = match self.wrapped {
            None => {
                let at = self.anchor.row as f64 * self.line + self.anchor.past;
                squeeze(at, self.even_most(), most)
            }
            Some(_) => {
                let part = (self.anchor.past / self.line / 4.0).clamp(0.0, 0.99);
                (self.anchor.row as f64 + part) / self.rows.max(1) as f64 * most
            }
        };
        at.clamp(0.0, most)
    }

    /// Whether the bar stands at an end while the log goes on there, so that it could not be moved on.
    pub fn is_stuck(&self) -> bool {
        let at_start = self.anchor.row == 0 && self.anchor.past <= 0.5;
        (self.bar <= 0.5 && !at_start) || (self.bar >= self.bar_most() - 0.5 && !self.at_end)
    }

    /// Whether the bar is not where it belongs.
    pub fn is_bar_off(&self) -> bool {
        (self.bar - self.bar()).abs() > 1.0
    }

    /// Whether the bar stands where it cannot be any more, for the log has become shorter.
    pub fn is_bar_out(&self) -> bool {
        self.bar > self.bar_most() + 0.5
    }

    /// The bar was put here by the console itself.
    pub fn told(&mut self, bar: f64) {
        self.bar = bar;
    }

    /// The reader moved the bar to here. Returns by how far; 0 where it did not move.
    pub fn scrolled(&mut self, bar: f64) -> f64 {
        let by = bar - self.bar;
        self.bar = bar;
        if by.abs() <= (3.0 * self.height).max(2_500.0) {
            self.move_by(by);
        } else {
            self.anchor = self.anchor_at(bar);
        }
        by
    }

    fn anchor_at(&self, bar: f64) -> Anchor {
        let most = self.bar_most().max(1.0);
        match self.wrapped {
            None => Anchor {
                row: 0,
                past: squeeze(bar, most, self.even_most()),
            },
            Some(_) if bar >= most - 0.5 => Anchor {
                row: self.rows.saturating_sub(1),
                past: self.height + self.line,
            },
            Some(_) => Anchor {
                row: (bar / most * self.rows as f64) as usize,
                past: 0.0,
            },
        }
    }
}

/// A place on a way of length `from` as one on a way of length `to`. Near both ends the two go alike.
fn squeeze(at: f64, from: f64, to: f64) -> f64 {
    let edge = EDGE.min(from / 2.0).min(to / 2.0);
    if (from - to).abs() < 1.0 || at <= edge {
        at
    } else if at >= from - edge {
        to - (from - at)
    } else {
        let (middle_from, middle_to) = (from - 2.0 * edge, to - 2.0 * edge);
        edge + (at - edge) * middle_to / middle_from.max(1.0)
    }
}

#[cfg(test)]
#[path = "viewport_tests.rs"]
mod tests;
