//! The input of painting a row.

use crate::log::{Log, Painted, Search, VisibleRows};
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::layout::line::Piece;
use std::ops::Range;

/// Reused buffers to paint a line.
#[derive(Default)]
pub(crate) struct Painting {
    pub(crate) painted: Painted,
    pub(crate) marks: Vec<Range<usize>>,
    pub(crate) pieces: Vec<Piece>,
}

/// The content of rows: the log, and everything that affects how its lines look.
#[derive(Clone, Copy)]
pub(crate) struct RowContext<'a> {
    pub(crate) log: &'a Log,
    pub(crate) rows: &'a VisibleRows,
    pub(crate) search: Option<&'a Search>,
    pub(crate) options: &'a DisplayOptions,
}
