//! What a row is painted from.

use crate::log::{Log, Painted, Search, VisibleRows};
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::layout::line::Piece;
use std::ops::Range;

/// Buffers for drawing, used again for each line.
#[derive(Default)]
pub struct Painting {
    pub painted: Painted,
    pub marks: Vec<Range<usize>>,
    pub pieces: Vec<Piece>,
}

/// What rows show.
#[derive(Clone, Copy)]
pub struct RowContext<'a> {
    pub log: &'a Log,
    pub rows: &'a VisibleRows,
    pub search: Option<&'a Search>,
    pub look: &'a DisplayOptions,
}
