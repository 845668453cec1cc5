//! The viewport: the scroll position in the log, and its translation to the scroll bar and back. No DOM.
//! Sideways there is another one, whose rows are pixels.
//!
//! The position is an anchor: the row at the top edge, and how much of it is above that edge. Everything
//! drawn follows from the anchor alone. The scroll bar only reports movements: a small one moves the anchor
//! by the same number of pixels, a large one jumps to that share of the log. So the maximum height of an
//! element in browsers does not matter, nor do rows whose height is not known yet.

use std::ops::Range;

/// The maximum height and width of the scrolled element, in CSS pixels. Browsers allow 17 to 33 million, but beyond 8.9
/// million, Firefox keeps nothing sticky in view.
const MAX_HEIGHT: f64 = 8_000_000.0;

/// The length at either end of the scroll bar that maps to the log pixel by pixel, even if the middle is
/// scaled.
const UNSCALED_EDGE: f64 = 500_000.0;

/// The minimum distance of a jump, in CSS pixels. A shorter movement of the scroll bar is scrolling.
const MIN_JUMP: f64 = 2_500.0;

/// A position in the log.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Anchor {
    pub(crate) row: usize,
    /// The distance from the start of the row down to the top edge, in CSS pixels; negative if the row
    /// starts below the edge.
    pub(crate) past: f64,
}

/// The rows to draw.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cover {
    pub(crate) rows: Range<usize>,
    /// Where the first of them starts, in CSS pixels from the top edge; never positive.
    pub(crate) top: f64,
}

/// The scroll position, and the shape of the log around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Viewport {
    anchor: Anchor,
    rows: usize,
    /// The height of the frame, in CSS pixels.
    height: f64,
    /// The height of a row that is not wrapped, in CSS pixels.
    line: f64,
    /// The estimated height of all rows, if they are wrapped.
    wrapped: Option<f64>,
    /// The last known position of the scroll bar.
    bar: f64,
    at_end: bool,
}

impl Viewport {
    /// A viewport without rows. `line` is the height of a row, in CSS pixels.
    pub(crate) fn new(line: f64) -> Self {
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

    /// Sets the frame's height, the number of rows, and the estimated height of all rows if they are
    /// wrapped.
    pub(crate) fn shape(&mut self, height: f64, rows: usize, wrapped: Option<f64>) {
        self.height = height;
        self.rows = rows;
        self.wrapped = wrapped;
    }

    /// The row at the top edge.
    pub(crate) fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// Goes back to a position, to cover it again with better known heights.
    pub(crate) fn go_back(&mut self, anchor: Anchor) {
        self.anchor = anchor;
    }

    /// The distance of the top edge from the start, in CSS pixels, if the rows are of one height.
    pub(crate) fn distance(&self) -> f64 {
        self.anchor.row as f64 * self.line + self.anchor.past
    }

    /// The frame's height, in CSS pixels.
    pub(crate) fn height(&self) -> f64 {
        self.height
    }

    /// Returns true if all of the last row is in view, as of the last [`Viewport::cover`].
    pub(crate) fn at_end(&self) -> bool {
        self.at_end
    }

    /// Puts a row at the top edge, or `below` CSS pixels below it.
    pub(crate) fn go_to(&mut self, row: usize, below: f64) {
        let row = row.min(self.rows.saturating_sub(1));
        self.anchor = Anchor { row, past: -below };
    }

    /// Goes to the end. [`Viewport::cover`] finds the exact position.
    pub(crate) fn go_to_end(&mut self) {
        let row = self.rows.saturating_sub(1);
        let past = self.height + self.line;
        self.anchor = Anchor { row, past };
    }

    /// Moves down by this many CSS pixels; up if negative.
    pub(crate) fn move_by(&mut self, by: f64) {
        self.anchor.past += by;
    }

    /// Returns the rows in view. Clamps the position to the log: never above its start, and no empty room
    /// below its end. With wrapped rows, call [`Viewport::go_back`] and this again after measuring their
    /// heights, and [`Viewport::settle`] in the end.
    pub(crate) fn cover(&mut self, height_of: &dyn Fn(usize) -> f64) -> Cover {
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
        let max = self.max_even();
        let at = self.distance().clamp(0.0, max);
        self.at_end = at >= max - 0.5;
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

    /// Goes down from a row that starts at `y`, to the bottom edge or the last row. Returns the row after
    /// that, and where it starts.
    fn down(&self, row: usize, y: f64, height_of: &dyn Fn(usize) -> f64) -> (usize, f64) {
        let (mut row, mut y) = (row, y);
        while y < self.height && row < self.rows {
            y += height_of(row);
            row += 1;
        }
        (row, y)
    }

    /// Ends a draw: makes the first drawn row the anchor.
    pub(crate) fn settle(&mut self, cover: &Cover) {
        self.anchor = Anchor {
            row: cover.rows.start,
            past: -cover.top,
        };
    }

    /// The height of the scrolled element, in CSS pixels.
    pub(crate) fn space(&self) -> f64 {
        let whole = self.wrapped.unwrap_or(self.rows as f64 * self.line);
        whole.min(MAX_HEIGHT)
    }

    /// The maximum position of the scroll bar.
    fn max_bar(&self) -> f64 {
        (self.space() - self.height).max(0.0)
    }

    /// The maximum position of rows of one height.
    fn max_even(&self) -> f64 {
        (self.rows as f64 * self.line - self.height).max(0.0)
    }

    /// The exact position of the scroll bar.
    pub(crate) fn bar(&self) -> f64 {
        let max = self.max_bar();
        if self.at_end {
            return max;
        }
        let at = match self.wrapped {
            None => scale(self.distance(), self.max_even(), max),
            Some(_) => {
                let part = (self.anchor.past / self.line / 4.0).clamp(0.0, 0.99);
                (self.anchor.row as f64 + part) / self.rows.max(1) as f64 * max
            }
        };
        at.clamp(0.0, max)
    }

    /// Returns true if the scroll bar is at an end, but the log continues there. The user could not scroll
    /// further.
    pub(crate) fn is_bar_stuck(&self) -> bool {
        let at_start = self.anchor.row == 0 && self.anchor.past <= 0.5;
        (self.bar <= 0.5 && !at_start) || (self.bar >= self.max_bar() - 0.5 && !self.at_end)
    }

    /// Returns true if the scroll bar is not at its exact position.
    pub(crate) fn is_bar_off(&self) -> bool {
        (self.bar - self.bar()).abs() > 1.0
    }

    /// Returns true if the scroll bar is past the end of the log, which has become shorter.
    pub(crate) fn is_bar_out(&self) -> bool {
        self.bar > self.max_bar() + 0.5
    }

    /// Tells the viewport that the program has moved the scroll bar.
    pub(crate) fn on_bar_set(&mut self, bar: f64) {
        self.bar = bar;
    }

    /// Moves the anchor after the user has moved the scroll bar. Returns the distance, in CSS pixels.
    pub(crate) fn on_bar_moved(&mut self, bar: f64) -> f64 {
        let by = bar - self.bar;
        self.bar = bar;
        if by.abs() <= (3.0 * self.height).max(MIN_JUMP) {
            self.move_by(by);
        } else {
            self.anchor = self.anchor_at(bar);
        }
        by
    }

    fn anchor_at(&self, bar: f64) -> Anchor {
        let max = self.max_bar().max(1.0);
        match self.wrapped {
            None => Anchor {
                row: 0,
                past: scale(bar, max, self.max_even()),
            },
            Some(_) if bar >= max - 0.5 => Anchor {
                row: self.rows.saturating_sub(1),
                past: self.height + self.line,
            },
            Some(_) => Anchor {
                row: (bar / max * self.rows as f64) as usize,
                past: 0.0,
            },
        }
    }
}

/// Scales a position from the length `from` to the length `to`. Near both ends, positions are not scaled.
fn scale(at: f64, from: f64, to: f64) -> f64 {
    let edge = UNSCALED_EDGE.min(from / 2.0).min(to / 2.0);
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
