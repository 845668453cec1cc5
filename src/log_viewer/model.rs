//! What is there of the log, and how it comes to be drawn.

use crate::log::{Filter, LevelKind, Log, Outcome, Overview, Search, VisibleRows};
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::painting::RowContext;
use crate::log_viewer::dom::row_pool::{LINE, RowPool};
use crate::log_viewer::layout::line::columns;
use crate::log_viewer::layout::viewport::{Cover, Viewport};
use std::ops::Range;

/// How many lines are looked at in one frame for the filter and the overview.
const BUDGET: usize = 150_000;

/// How many characters behind a match are shown of a long wrapped line.
const ROOM: usize = 1_000;

/// The buckets of the overview: no strip is taller in pixels.
const BUCKETS: usize = 2_048;

/// What is there of the log, and of it in the page. Not for signals: it is as large as the log.
pub struct LogModel {
    pub log: Log,
    pub filter: Filter,
    pub rows: VisibleRows,
    pub search: Option<Search>,
    pub overview: Overview,
    pub viewport: Viewport,
    pub look: DisplayOptions,
    pub frame: Option<RowPool>,
    /// Lines looked at for the longest, and how many bytes that has.
    longest: (usize, usize),
    outcome: Outcome,
    /// When the reader scrolled last, and when it was drawn last, in milliseconds.
    pub scrolled: f64,
    pub drawn: f64,
}

/// A line, counted from 0, that is to be shown as soon as it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PendingScroll {
    pub line: usize,
    /// At the top edge rather than where it can be seen well.
    pub at_top: bool,
}

/// What changes while a log comes in, told once a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Counts {
    /// Lines that are here.
    pub lines: usize,
    /// Rows that show lines.
    pub rows: usize,
    /// Bytes of the answer that is being read.
    pub received: u64,
    pub unreadable: u64,
    /// Lines of error levels, by the filter's kind of them.
    pub errors: usize,
    pub sections: usize,
    /// The time of the first and of the last line, Unix seconds.
    pub times: Option<(i64, i64)>,
}

/// What is in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InView {
    /// Lines, counted from 0; the first and the one after the last.
    pub first: usize,
    pub last: usize,
}

impl LogModel {
    /// An empty log.
    pub fn new(look: DisplayOptions) -> Self {
        Self {
            log: Log::new(),
            filter: Filter::default(),
            rows: VisibleRows::new(),
            search: None,
            overview: Overview::new(BUCKETS),
            viewport: Viewport::new(LINE),
            look,
            frame: None,
            longest: (0, 0),
            outcome: Outcome::default(),
            scrolled: 0.0,
            drawn: 0.0,
        }
    }

    /// Forgets all lines. What is looked for stays.
    pub fn clear(&mut self) {
        self.log = Log::new();
        self.log.set_outcome(self.outcome);
        self.filter.folded.clear();
        self.filter.hidden_levels.clear();
        self.look.more.clear();
        let search = self.search.take();
        self.search = search.map(|search| Search::new(search.matcher().clone()));
        self.longest = (0, 0);
        self.overview = Overview::new(BUCKETS);
        self.refilter();
        self.redraw();
    }

    /// Takes in what came, for the filter and the overview; says whether there is more to do.
    pub fn catch_up(&mut self) -> bool {
        let context = self.search.as_ref();
        let sections = self.log.steps();
        let done = self
            .rows
            .extend(&self.log, sections, context, &self.filter, BUDGET)
            & self.overview.extend(&self.log, BUDGET);
        if let Some(search) = &self.search {
            self.overview.extend_matches(search);
        }
        let (seen, longest) = &mut self.longest;
        let stop = self.log.len().min(*seen + BUDGET);
        for line in *seen..stop {
            *longest = (*longest).max(self.log.byte_len(line));
        }
        *seen = stop;
        !done || stop < self.log.len()
    }

    /// Says how the build stands.
    pub fn set_outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
        self.log.set_outcome(outcome);
    }

    /// Other lines are shown from now on.
    pub fn refilter(&mut self) {
        self.rows = VisibleRows::new();
        self.catch_up();
    }

    /// Draws everything anew.
    pub fn redraw(&mut self) {
        if let Some(frame) = &mut self.frame {
            frame.redraw();
        }
    }

    /// Goes to a line, or to the next that is shown; `false` while it is not known which that is.
    pub fn show(&mut self, wanted: PendingScroll) -> bool {
        let row = match self.rows.row(wanted.line) {
            Ok(row) => row,
            Err(row) if self.rows.seen() > wanted.line => row,
            Err(_) => return false,
        };
        let height = self.viewport.height();
        if height < 1.0 {
            return false;
        }
        if wanted.at_top {
            self.viewport.go_to(row, 0.0);
            return true;
        }
        let anchor = self.viewport.anchor();
        let fits = (height / LINE) as usize;
        let inside = row > anchor.row && row + 1 < anchor.row + fits;
        if !inside || self.look.wrap {
            self.viewport.shape(height, self.rows.len(), None);
            self.viewport.go_to(row, (height / 3.0).floor());
        }
        true
    }

    /// Scrolls to the side until a part of a line, bytes of its text, is in view. Where the line is wrapped
    /// and not shown so far, says how many characters of it are to be shown.
    pub fn show_part(&self, line: usize, part: Range<usize>) -> Option<usize> {
        let text = self.log.plain(line);
        let before = text.get(..part.end).unwrap_or(&text);
        if self.look.wrap {
            let most = before.chars().count();
            return (most > self.look.most_of(line)).then_some(most + ROOM);
        }
        let to = columns(before, usize::MAX);
        let own = columns(text.get(part).unwrap_or_default(), usize::MAX);
        if let Some(frame) = &self.frame {
            frame.show_columns(to.saturating_sub(own)..to);
        }
        None
    }

    /// About how tall the wrapped rows are: a line each, and as many more as their bytes would fill.
    fn wrapped_height(&self, columns: usize) -> f64 {
        let share = self.rows.len() as f64 / self.log.len().max(1) as f64;
        let filled = self.log.text_bytes() as f64 / columns as f64 * share;
        (self.rows.len() as f64 + filled) * LINE
    }

    pub fn draw(&mut self, follow: bool, with_bar: bool) -> InView {
        let Some(frame) = &mut self.frame else {
            return InView::default();
        };
        let size = frame.size();
        if size.height < 1.0 {
            return InView::default();
        }
        frame.set_digits(self.log.len());
        let wrapped = self.look.wrap;
        let tall = wrapped.then(|| self.wrapped_height(size.columns()));
        self.viewport.shape(size.height, self.rows.len(), tall);
        let Some(frame) = &mut self.frame else {
            return InView::default();
        };
        let shown = RowContext {
            log: &self.log,
            rows: &self.rows,
            search: self.search.as_ref(),
            look: &self.look,
        };
        let mut cover = Cover::default();
        // Wrapped rows can turn out otherwise, and bring others into view, which can again.
        let meant = self.viewport.anchor();
        for _ in 0..5 {
            self.viewport.go_back(meant);
            if follow {
                self.viewport.go_to_end();
            }
            cover = self.viewport.cover(&|row| {
                let line = self.rows.line(row).unwrap_or(0);
                frame.height_of(&self.log, line, &self.look)
            });
            frame.draw(&shown, &cover);
            if !wrapped || !frame.measure_rows(&shown) {
                break;
            }
        }
        self.viewport.settle(&cover);
        let columns = if wrapped { 0 } else { self.longest.1 };
        frame.set_space(self.viewport.space(), columns);
        if follow || self.viewport.is_bar_out() || (with_bar && self.viewport.is_bar_off()) {
            self.set_bar();
        }
        let line = |row: usize| self.rows.line(row);
        let last = cover.rows.end.checked_sub(1).and_then(line);
        InView {
            first: line(cover.rows.start).unwrap_or(0),
            last: last.map_or(0, |last| last + 1),
        }
    }

    /// Puts the scroll bar where it belongs.
    pub fn set_bar(&mut self) {
        let Some(frame) = &self.frame else { return };
        let bar = self.viewport.bar().round();
        if f64::from(frame.scroller.scroll_top()) != bar {
            frame.scroller.set_scroll_top(bar as i32);
        }
        self.viewport.told(f64::from(frame.scroller.scroll_top()));
    }

    pub fn counts(&self) -> Counts {
        let errors = self.log.levels().iter();
        let errors = errors.filter(|level| level.kind == LevelKind::Error);
        Counts {
            lines: self.log.len(),
            rows: self.rows.len(),
            received: self.log.received(),
            unreadable: self.log.unreadable(),
            errors: errors.map(|level| level.lines).sum(),
            sections: self.log.steps().list().len(),
            times: self.log.first_time().zip(self.log.last_time()),
        }
    }
}
