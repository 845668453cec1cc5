//! `LogModel`: the log with its filter, search, rows and viewport, and how they are drawn.

use crate::log::export::{Export, Place};
use crate::log::{
    EscapeMode, Explainer, Filter, LevelKind, Log, LongestRow, Outcome, Overview, Painted, Repeat,
    Repeats, Search, VisibleRows, columns,
};
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::painting::RowContext;
use crate::log_viewer::dom::row_pool::{ROW_HEIGHT, RowPool};
use crate::log_viewer::layout::viewport::{Cover, Viewport};
use std::borrow::Cow;
use std::ops::Range;

/// The maximum number of lines that are filtered and counted in one frame.
const MAX_LINES_PER_FRAME: usize = 150_000;

/// The maximum work on repeated lines in one frame, in bytes; a few milliseconds.
const MAX_REPEATS_BYTES_PER_FRAME: usize = 3 << 20;

/// The maximum size of the lines whose columns are counted in one frame; a few milliseconds.
const MAX_COUNTED_BYTES_PER_FRAME: usize = 256 << 10;

/// The maximum number of buckets of the minimap, which is never taller in pixels.
const MAX_OVERVIEW_BUCKETS: usize = 2_048;

/// The maximum number of layout passes in one draw, see [`LogModel::cover_and_draw`].
const MAX_LAYOUT_PASSES: usize = 5;

/// The log and its state on screen. Not for signals: it is as large as the log.
pub(crate) struct LogModel {
    pub(crate) log: Log,
    pub(crate) filter: Filter,
    pub(crate) rows: VisibleRows,
    pub(crate) search: Option<Search>,
    /// The runs of repeated lines, as far as they are known. Read only while they are folded.
    pub(crate) repeats: Repeats,
    /// The lines that the last success has not, in order; empty until they are known.
    pub(crate) new_lines: Vec<u32>,
    pub(crate) overview: Overview,
    pub(crate) explainer: Explainer,
    /// The line that says why the build failed, counted from 0.
    pub(crate) cause: Option<usize>,
    pub(crate) viewport: Viewport,
    pub(crate) options: DisplayOptions,
    /// `None` until the frame is in the document.
    pub(crate) row_pool: Option<RowPool>,
    longest_row: LongestRow,
    pub(crate) outcome: Outcome,
    /// Counts how often the lines were replaced by another reading of the log.
    pub(crate) readings: u32,
    /// True if the filter has changed without the panels' doing.
    pub(crate) is_filter_changed: bool,
    /// True if only the lines up to some time are loaded.
    pub(crate) is_part: bool,
    /// When the user scrolled last, see `now_millis`.
    pub(crate) scrolled_millis: f64,
    /// When the rows were drawn last, see `now_millis`.
    pub(crate) drawn_millis: f64,
}

/// A line to scroll to as soon as it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PendingScroll {
    /// Counted from 0.
    pub(crate) line: usize,
    /// True to put it at the top edge, false to put it where it is easy to see.
    pub(crate) at_top: bool,
    /// True if the user wants to see this very line: what hides it is opened.
    pub(crate) reveals: bool,
}

/// Figures that change while the log loads, published once a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Counts {
    /// The number of loaded lines.
    pub(crate) lines: usize,
    /// The number of rows after filtering.
    pub(crate) rows: usize,
    /// The number of bytes of the current answer so far.
    pub(crate) received: u64,
    /// The number of entries that could not be read.
    pub(crate) unreadable: u64,
    /// The number of lines with an error: by their level or by their text.
    pub(crate) errors: usize,
    /// The number of steps.
    pub(crate) steps: usize,
    /// The times of the first and the last line, Unix seconds, UTC.
    pub(crate) times: Option<(i64, i64)>,
    /// The state of the build, which decides that of its steps. So what follows the counts follows the build too.
    pub(crate) outcome: Outcome,
    /// The number of times that the lines were replaced by another reading of the log.
    pub(crate) readings: u32,
}

/// The lines in view, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct InView {
    pub(crate) first: usize,
    /// The line after the last one; 0 if there are no lines.
    pub(crate) end: usize,
}

impl LogModel {
    /// Creates a model with an empty log.
    pub(crate) fn new(options: DisplayOptions) -> Self {
        Self {
            log: Log::new(),
            filter: Filter::default(),
            rows: VisibleRows::new(),
            search: None,
            repeats: Repeats::new(),
            new_lines: Vec::new(),
            overview: Overview::new(MAX_OVERVIEW_BUCKETS),
            explainer: Explainer::new(Outcome::default()),
            cause: None,
            viewport: Viewport::new(ROW_HEIGHT),
            options,
            row_pool: None,
            longest_row: LongestRow::default(),
            outcome: Outcome::default(),
            readings: 0,
            is_filter_changed: false,
            is_part: false,
            scrolled_millis: 0.0,
            drawn_millis: 0.0,
        }
    }

    /// Removes all lines. Keeps the search query and the display options.
    pub(crate) fn clear(&mut self) {
        self.log = Log::new();
        self.new_lines.clear();
        self.readings += 1;
        self.explainer = Explainer::new(self.outcome_of_lines());
        self.cause = None;
        self.set_outcome(self.outcome);
        self.filter.folded.clear();
        self.filter.hidden_levels.clear();
        self.filter.unfolded.clear();
        self.filter.only = None;
        self.repeats = Repeats::new();
        self.options.expanded.clear();
        let search = self.search.take();
        self.search =
            search.map(|search| Search::new(search.matcher().clone()).between(self.filter.between));
        self.overview = Overview::new(MAX_OVERVIEW_BUCKETS);
        self.clear_text_selection();
        self.refilter();
        self.redraw();
    }

    /// Forgets what was computed of the lines.
    pub(crate) fn begin_again(&mut self) {
        // All lines are new to it.
        self.log.take_changed();
        self.rows = VisibleRows::new();
        self.repeats = Repeats::new();
        self.overview = Overview::new(MAX_OVERVIEW_BUCKETS);
        self.forget_longest_row();
    }

    /// Takes over the lines of another model, and all that was computed of them.
    pub(crate) fn take_lines(&mut self, fresh: Self) {
        self.log = fresh.log;
        self.filter = fresh.filter;
        self.search = fresh.search;
        self.rows = fresh.rows;
        self.repeats = fresh.repeats;
        self.overview = fresh.overview;
        self.explainer = fresh.explainer;
        self.longest_row = fresh.longest_row;
        self.readings += 1;
        // The build can have ended meanwhile.
        self.set_outcome(self.outcome);
    }

    /// Selects no text any more.
    pub(crate) fn clear_text_selection(&mut self) {
        if let Some(rows) = &mut self.row_pool {
            rows.text_selection.clear();
        }
    }

    /// A line's visible text, as it is shown now.
    pub(crate) fn shown_text(&self, line: usize) -> Cow<'_, str> {
        match self.options.escapes {
            EscapeMode::Interpret => self.log.plain(line),
            EscapeMode::Show => {
                let mut painted = Painted::default();
                self.log.paint(line, EscapeMode::Show, &mut painted);
                painted.text.into()
            }
        }
    }

    /// The selected text, if any.
    pub(crate) fn selected_text(&mut self) -> Option<Export> {
        let rows = self.row_pool.as_mut()?;
        rows.read_text_selection();
        let (from, mut to) = rows.text_selection.range()?;
        let next_row = self.rows.row(from.line).map(|row| row + 1).ok();
        if from.byte == 0
            && to.byte == 0
            && next_row.and_then(|row| self.rows.line(row)) == Some(to.line)
        {
            // Browsers select a whole line up to the start of the next one.
            to = Place {
                line: from.line,
                byte: usize::MAX,
            };
        }
        // The row of a folded run stands for all of its lines.
        let from = match self.folded_run(from.line) {
            Some(_) => Place { byte: 0, ..from },
            None => from,
        };
        if to.byte > 0 && self.folded_run(to.line).is_some() {
            to = Place {
                line: self.last_line_of_row(to.line),
                byte: usize::MAX,
            };
        }
        let escapes = self.options.escapes;
        Some(Export::between(self.rows_to_copy(), from, to, escapes))
    }

    /// The rows whose lines are copied: those that are shown, and those of folded runs.
    pub(crate) fn rows_to_copy(&self) -> VisibleRows {
        if !self.filter.folds_repeats() {
            return self.rows.clone();
        }
        let filter = Filter {
            fold_repeats: false,
            ..self.filter.clone()
        };
        let mut rows = VisibleRows::new();
        let (log, search) = (&self.log, self.search.as_ref());
        rows.extend(log, log.steps(), search, None, &filter, usize::MAX);
        rows
    }

    /// Filters and counts new lines. Returns true if some are left for the next frame.
    pub(crate) fn process_new_lines(&mut self) -> bool {
        if let Some(line) = self.log.take_changed() {
            self.rewind(line);
        }
        let folds = self.filter.folds_repeats();
        let (log, steps) = (&self.log, self.log.steps());
        let repeats_done =
            !folds || (self.repeats).advance(log, steps, MAX_REPEATS_BYTES_PER_FRAME);
        let rows_done = self.rows.extend(
            &self.log,
            self.log.steps(),
            self.search.as_ref(),
            Some(&self.repeats),
            &self.filter,
            MAX_LINES_PER_FRAME,
        );
        let overview_done = self.overview.extend(&self.log, MAX_LINES_PER_FRAME);
        if let Some(search) = &self.search {
            self.overview.extend_matches(search);
        }
        let longest_done = (self.longest_row).extend(
            &self.log,
            &self.rows,
            MAX_LINES_PER_FRAME,
            MAX_COUNTED_BYTES_PER_FRAME,
        );
        !rows_done || !repeats_done || !overview_done || !longest_done
    }

    /// Reads the lines from this one on again: a program has written over some of them.
    fn rewind(&mut self, line: usize) {
        if let Some(search) = &mut self.search {
            search.rewind(line);
        }
        self.explainer.rewind(line);
        self.overview.rewind(line);
        let first = self.repeats.rewind(line);
        self.rows.rewind(first, &self.repeats);
        self.longest_row.rewind(self.rows.len());
        if let Some(rows) = &mut self.row_pool {
            rows.forget_heights_from(line);
        }
        self.redraw();
    }

    /// Sets the state of the build. Returns true if it is another one.
    pub(crate) fn set_outcome(&mut self, outcome: Outcome) -> bool {
        let is_other = self.outcome != outcome;
        self.outcome = outcome;
        let outcome = self.outcome_of_lines();
        self.log.set_outcome(outcome);
        self.explainer.set_outcome(outcome);
        is_other
    }

    /// Says that only the lines up to some time are loaded, before any are.
    pub(crate) fn set_part(&mut self) {
        self.is_part = true;
        self.set_outcome(self.outcome);
    }

    /// The outcome that the loaded lines can tell of: the step that failed need not be among those of a part, unless
    /// the log says so.
    pub(crate) fn outcome_of_lines(&self) -> Outcome {
        match self.outcome {
            Outcome::Failed if self.is_part => Outcome::Running,
            outcome => outcome,
        }
    }

    /// Explains about this many more bytes. Returns true once all lines are explained.
    pub(crate) fn explain(&mut self, bytes: usize) -> bool {
        let done = self.explainer.advance(&self.log, bytes);
        let lines = self.explainer.error_lines();
        self.overview.extend_errors(&self.log, lines);
        done
    }

    /// Filters all lines again, after the filter or the query changed.
    pub(crate) fn refilter(&mut self) {
        self.rows = VisibleRows::new();
        self.forget_longest_row();
        self.process_new_lines();
    }

    /// Makes the next draw paint all rows again.
    pub(crate) fn redraw(&mut self) {
        if let Some(rows) = &mut self.row_pool {
            rows.redraw();
        }
    }

    /// Scrolls to a line, or to the next visible one. Returns false if the line is not filtered yet, or the
    /// frame has no height.
    pub(crate) fn scroll_to(&mut self, target: PendingScroll) -> bool {
        if target.reveals && self.rows.seen() > target.line {
            self.reveal(target.line);
        }
        let row = match self.rows.row(target.line) {
            Ok(row) => row,
            Err(row) if self.folded_run(target.line).is_some() => row.saturating_sub(1),
            Err(row) if self.rows.seen() > target.line => row,
            Err(_) => return false,
        };
        let height = self.viewport.height();
        if height < 1.0 {
            return false;
        }
        if target.at_top {
            // A filter may just have given more rows than the viewport knows.
            self.viewport.shape(height, self.rows.len(), None);
            self.viewport.go_to(row, 0.0);
            return true;
        }
        let anchor = self.viewport.anchor();
        let rows_in_view = (height / ROW_HEIGHT) as usize;
        let is_in_view = row > anchor.row && row + 1 < anchor.row + rows_in_view;
        if !is_in_view || self.options.wrap {
            self.viewport.shape(height, self.rows.len(), None);
            self.viewport.go_to(row, (height / 3.0).floor());
        }
        true
    }

    /// Opens the folded run that hides a line, and the choice of lines that it is not among.
    fn reveal(&mut self, line: usize) {
        let run = self.folded_run(line);
        self.filter.unfolded.extend(run.map(|run| run.first));
        let is_chosen = self.filter.chooses(line) && self.log.is_between(line, self.filter.between);
        if !is_chosen {
            self.filter.only = None;
            self.filter.between = None;
        }
        if run.is_some() || !is_chosen {
            self.is_filter_changed = true;
            self.refilter();
        }
    }

    /// The folded run of repeated lines that a line is in.
    pub(crate) fn folded_run(&self, line: usize) -> Option<Repeat> {
        let run = self.repeats.of_line(line)?;
        (self.filter.folds_repeats() && !self.filter.unfolded.contains(&run.first)).then_some(run)
    }

    /// The last line that the row of a line shows: the line itself, unless the row stands for a folded run.
    pub(crate) fn last_line_of_row(&self, line: usize) -> usize {
        self.folded_run(line)
            .map_or(line, |run| run.end as usize - 1)
    }

    /// Scrolls sideways to a part of a line, given in bytes of its visible text. Returns true if other columns must be
    /// drawn.
    pub(crate) fn show_columns(&mut self, line: usize, part: &Range<usize>) -> bool {
        let text = self.shown_text(line);
        let from = columns(text.get(..part.start).unwrap_or_default());
        let until = columns(text.get(..part.end).unwrap_or(&text));
        (self.row_pool.as_mut()).is_some_and(|rows| rows.show_columns(from..until))
    }

    /// Counts the columns of all rows again.
    pub(crate) fn forget_longest_row(&mut self) {
        self.longest_row = LongestRow::new(self.options.escapes);
    }

    /// Scrolls down or up to a byte of a drawn line's visible text, if it is out of view: a wrapped line can be taller
    /// than the frame. Returns true if it has scrolled.
    pub(crate) fn scroll_within(&mut self, line: usize, byte: usize) -> bool {
        let edges = (self.row_pool.as_ref()).and_then(|rows| rows.edges_of(line, byte));
        let height = self.viewport.height();
        let Some((top, _)) = edges.filter(|(top, bottom)| *top < 0.0 || *bottom > height) else {
            return false;
        };
        self.viewport.move_by(top - (height / 3.0).floor());
        true
    }

    /// Estimates the height of all wrapped rows, from the size of the text.
    fn wrapped_height(&self, columns: usize) -> f64 {
        let share = self.rows.len() as f64 / self.log.len().max(1) as f64;
        let full_rows = self.log.text_bytes() as f64 / columns as f64 * share;
        (self.rows.len() as f64 + full_rows) * ROW_HEIGHT
    }

    /// Draws the rows in view, and returns which lines they show. With `follow`, scrolls to the end first.
    /// With `move_bar`, moves the scroll bar to its exact position.
    pub(crate) fn draw(&mut self, follow: bool, move_bar: bool) -> InView {
        let Some(rows) = &mut self.row_pool else {
            return InView::default();
        };
        let size = rows.size();
        if size.height < 1.0 {
            return InView::default();
        }
        rows.read_text_selection();
        rows.set_digits(self.log.len());
        let height = (self.options.wrap).then(|| self.wrapped_height(size.columns()));
        self.viewport.shape(size.height, self.rows.len(), height);
        let cover = self.cover_and_draw(follow);
        self.viewport.settle(&cover);
        self.set_space(follow);
        if let Some(rows) = &mut self.row_pool {
            rows.restore_text_selection();
        }
        if follow || self.viewport.is_bar_out() || (move_bar && self.viewport.is_bar_off()) {
            self.set_bar();
        }
        let line = |row: usize| self.rows.line(row);
        let last = cover.rows.end.checked_sub(1).and_then(line);
        InView {
            first: line(cover.rows.start).unwrap_or(0),
            end: last.map_or(0, |last| last + 1),
        }
    }

    /// Makes the scrolled element as tall and wide as the rows. The columns tell only nearly how wide they are: where they
    /// have been scrolled to their end, they are measured.
    fn set_space(&mut self, follow: bool) {
        let columns = match self.options.wrap {
            true => 0,
            false => self.longest_row.columns(),
        };
        let height = self.viewport.space();
        let Some(rows) = &mut self.row_pool else {
            return;
        };
        rows.set_space(height, columns);
        if self.options.wrap || !rows.reach_ends() {
            return;
        }
        rows.set_space(height, columns);
        if rows.go_to_right_end() {
            let cover = self.cover_and_draw(follow);
            self.viewport.settle(&cover);
        }
    }

    /// Draws the rows that cover the frame. The height of a wrapped row is known only once it is drawn. If it
    /// differs from the estimate, other rows come into view, so this is repeated a few times.
    fn cover_and_draw(&mut self, follow: bool) -> Cover {
        let mut cover = Cover::default();
        let Some(row_pool) = &mut self.row_pool else {
            return cover;
        };
        let context = RowContext {
            log: &self.log,
            rows: &self.rows,
            search: self.search.as_ref(),
            repeats: self.filter.folds_repeats().then_some(&self.repeats),
            unfolded: &self.filter.unfolded,
            new_lines: match self.filter.only {
                Some(_) => &self.new_lines,
                None => &[],
            },
            options: &self.options,
            cause: self.cause,
            error_lines: self.explainer.error_lines(),
        };
        let anchor = self.viewport.anchor();
        for _ in 0..MAX_LAYOUT_PASSES {
            self.viewport.go_back(anchor);
            if follow {
                self.viewport.go_to_end();
            }
            cover = self.viewport.cover(&|row| {
                let line = self.rows.line(row).unwrap_or(0);
                row_pool.height_of(&self.log, line, &self.options)
            });
            row_pool.draw(&context, &cover);
            if !self.options.wrap || !row_pool.measure_rows(&context) {
                break;
            }
        }
        cover
    }

    /// Moves the scroll bars to the viewport's exact position.
    pub(crate) fn set_bar(&mut self) {
        let Some(rows) = &mut self.row_pool else {
            return;
        };
        rows.set_sideways_bar();
        let bar = self.viewport.bar().round();
        if f64::from(rows.scroller.scroll_top()) != bar {
            rows.scroller.set_scroll_top(bar as i32);
        }
        self.viewport
            .on_bar_set(f64::from(rows.scroller.scroll_top()));
    }

    /// The current figures.
    pub(crate) fn counts(&self) -> Counts {
        let errors = self.log.levels().iter();
        let errors = errors.filter(|level| level.kind == LevelKind::Error);
        Counts {
            lines: self.log.len(),
            rows: self.rows.len(),
            received: self.log.received(),
            unreadable: self.log.unreadable(),
            errors: errors.map(|level| level.lines).sum::<usize>() + self.overview.errors_by_text(),
            steps: self.log.steps().list().len(),
            times: self.log.first_time().zip(self.log.last_time()),
            outcome: self.outcome,
            readings: self.readings,
        }
    }
}
