//! The input of painting a row.

use crate::log::{Column, Log, Painted, Repeat, Repeats, Search, VisibleRows};
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::grid::Grid;
use crate::log_viewer::layout::line::Piece;
use std::collections::BTreeSet;
use std::ops::Range;

/// The needs of painting lines: reused buffers, and the grid of columns.
#[derive(Default)]
pub(crate) struct Painting {
    pub(crate) painted: Painted,
    pub(crate) marks: Vec<Range<usize>>,
    pub(crate) pieces: Vec<Piece>,
    pub(crate) grid: Grid,
}

/// The content of rows: the log, and everything that affects how its lines look.
#[derive(Clone, Copy)]
pub(crate) struct RowContext<'a> {
    pub(crate) log: &'a Log,
    pub(crate) rows: &'a VisibleRows,
    pub(crate) search: Option<&'a Search>,
    /// The runs of repeated lines, while they are folded.
    pub(crate) repeats: Option<&'a Repeats>,
    /// The first lines of the runs that are not folded.
    pub(crate) unfolded: &'a BTreeSet<u32>,
    /// The lines to mark as new, in order.
    pub(crate) new_lines: &'a [u32],
    pub(crate) options: &'a DisplayOptions,
    /// The line that says why the build failed, counted from 0.
    pub(crate) cause: Option<usize>,
    /// The lines whose text tells of an error, in order.
    pub(crate) error_lines: &'a Column<u32>,
}

/// The part that a row has in a run of repeated lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowOfRun {
    /// It stands for the whole run.
    Folded(Repeat),
    /// It is the first of a run that was unfolded.
    First(Repeat),
}

impl RowContext<'_> {
    /// The part that the row of a line has in a run of repeated lines.
    pub(crate) fn row_of_run(&self, line: usize) -> Option<RowOfRun> {
        let run = self.repeats?.of_line(line)?;
        match self.unfolded.contains(&run.first) {
            false => Some(RowOfRun::Folded(run)),
            true => (run.first as usize == line).then_some(RowOfRun::First(run)),
        }
    }
}
