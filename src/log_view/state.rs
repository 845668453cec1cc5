//! The log that is being looked at: its lines, where the reader is in it, what was chosen and found.

use super::line::columns;
use super::look::Look;
use super::pause::{Alarm, framed, now};
use super::rows::{Frame, LINE, Shown};
use super::viewport::Viewport;
use crate::api::Error;
use crate::log::{Filter, LevelKind, Log, Outcome, Overview, Rows, Search};
use leptos::prelude::*;
use std::ops::Range;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, ResizeObserver};

/// How many lines are looked at in one frame for the filter and the overview.
const BUDGET: usize = 150_000;

/// How long after the reader's last movement the scroll bar is left alone, in milliseconds.
const REST: f64 = 180.0;

/// How many characters behind a match are shown of a long wrapped line.
const ROOM: usize = 1_000;

/// How long nothing new is drawn while a long log comes in, in milliseconds.
const CALM: f64 = 90.0;

/// The buckets of the overview: no strip is taller in pixels.
const BUCKETS: usize = 2_048;

/// What is there of the log, and of it in the page. Not for signals: it is as large as the log.
pub struct Core {
    pub log: Log,
    pub filter: Filter,
    pub rows: Rows,
    pub search: Option<Search>,
    pub overview: Overview,
    pub viewport: Viewport,
    pub look: Look,
    pub frame: Option<Frame>,
    /// Lines looked at for the longest, and how many bytes that has.
    longest: (usize, usize),
    outcome: Outcome,
    /// When the reader scrolled last, and when it was drawn last, in milliseconds.
    scrolled: f64,
    drawn: f64,
}

/// A line, counted from 0, that is to be shown as soon as it is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
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

/// What tells of another size of the frame.
struct Watch(
    ResizeObserver,
    #[expect(dead_code, reason = "called by the browser")] Closure<dyn Fn()>,
);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// What is in view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InView {
    /// Lines, counted from 0; the first and the one after the last.
    pub first: usize,
    pub last: usize,
}

/// The log of one build as it is looked at. A copy is the same.
#[derive(Clone, Copy)]
pub struct LogView {
    core: StoredValue<Core, LocalStorage>,
    alarm: StoredValue<Alarm, LocalStorage>,
    watch: StoredValue<Option<Watch>, LocalStorage>,
    /// Whether a frame was asked for.
    asked: StoredValue<bool>,
    pub counts: RwSignal<Counts>,
    pub in_view: RwSignal<InView>,
    /// Whether the end is followed.
    pub follow: RwSignal<bool>,
    /// How many rows there were when the reader left the end.
    pub left_at: RwSignal<usize>,
    /// Whether the first answer is on its way.
    pub loading: RwSignal<bool>,
    pub error: RwSignal<Option<Error>>,
    /// The window that is asked for, Unix seconds.
    pub window: RwSignal<(Option<i64>, Option<i64>)>,
    /// The look, for the tools; what rows show is in the core.
    pub look: RwSignal<Look>,
    pub filter: RwSignal<Filter>,
    /// Whether the page was opened by a link to a line.
    pub opened_at_line: StoredValue<bool>,
    /// Where to go as soon as that is here.
    wanted: StoredValue<Option<Wanted>>,
    /// What a screen reader is to say.
    pub announced: RwSignal<String>,
}

impl LogView {
    /// An empty log.
    pub fn new(look: Look) -> Self {
        let core = Core {
            log: Log::new(),
            filter: Filter::default(),
            rows: Rows::new(),
            search: None,
            overview: Overview::new(BUCKETS),
            viewport: Viewport::new(LINE),
            look: look.clone(),
            frame: None,
            longest: (0, 0),
            outcome: Outcome::default(),
            scrolled: 0.0,
            drawn: 0.0,
        };
        Self {
            core: StoredValue::new_local(core),
            alarm: StoredValue::new_local(Alarm::default()),
            watch: StoredValue::new_local(None),
            asked: StoredValue::new(false),
            counts: RwSignal::new(Counts::default()),
            in_view: RwSignal::new(InView::default()),
            follow: RwSignal::new(true),
            left_at: RwSignal::new(0),
            loading: RwSignal::new(true),
            error: RwSignal::new(None),
            window: RwSignal::new((None, None)),
            look: RwSignal::new(look),
            filter: RwSignal::new(Filter::default()),
            opened_at_line: StoredValue::new(false),
            wanted: StoredValue::new(None),
            announced: RwSignal::new(String::new()),
        }
    }

    /// Reads the core; `None` once the page has gone.
    pub fn read<T>(self, read: impl FnOnce(&Core) -> T) -> Option<T> {
        self.core.try_with_value(read)
    }

    /// Changes the core; `None` once the page has gone.
    pub fn write<T>(self, write: impl FnOnce(&mut Core) -> T) -> Option<T> {
        self.core.try_update_value(write)
    }

    /// What waits for the next read of the log.
    pub fn alarm(self) -> Alarm {
        self.alarm.try_get_value().unwrap_or_default()
    }

    /// Forgets all lines: another window is read.
    pub fn clear(self) {
        self.write(|core| {
            core.log = Log::new();
            core.log.set_outcome(core.outcome);
            core.filter.folded.clear();
            core.filter.hidden_levels.clear();
            core.look.more.clear();
            let search = core.search.take();
            core.search = search.map(|search| Search::new(search.matcher().clone()));
            core.longest = (0, 0);
            core.overview = Overview::new(BUCKETS);
            core.refilter();
            core.redraw();
        });
        self.show_filter();
        self.loading.set(true);
        self.error.set(None);
    }

    /// Shows the log in these elements, which are in the page.
    pub fn mount(self, scroller: HtmlElement) {
        self.write(|core| core.frame = Frame::new(scroller));
        self.resized();
    }

    /// Keeps what watches the frame's size as long as the page is there.
    pub fn keep(self, observer: ResizeObserver, resized: Closure<dyn Fn()>) {
        self.watch.try_set_value(Some(Watch(observer, resized)));
    }

    /// The frame may have another size.
    pub fn resized(self) {
        self.write(|core| {
            if let Some(frame) = &mut core.frame
                && frame.measure()
            {
                core.redraw();
            }
        });
        self.draw();
    }

    /// Draws at the next frame.
    pub fn ask(self) {
        if self.asked.try_get_value() != Some(false) {
            return;
        }
        self.asked.set_value(true);
        let frame = move || {
            if self.asked.try_set_value(false).is_some() {
                return; // The page has gone.
            }
            framed();
            if self.is_early() {
                return self.ask();
            }
            let more = self.write(Core::catch_up);
            self.draw();
            if more == Some(true) {
                self.ask();
            }
        };
        // A page that nobody sees has no frames.
        if crate::browser::is_hidden() {
            set_timeout(frame, std::time::Duration::from_millis(200));
        } else {
            request_animation_frame(frame);
        }
    }

    /// Takes in what came and draws it now.
    pub fn catch_up(self) {
        self.write(Core::catch_up);
        self.draw();
        self.ask();
    }

    /// Whether it is too early to draw again: while a long log comes in, its reader sees no difference
    /// between ten frames a second and sixty, but the decoder does.
    fn is_early(self) -> bool {
        let loads =
            self.loading.get_untracked() && self.counts.with_untracked(|counts| counts.lines > 0);
        loads && self.read(|core| now() - core.drawn < CALM) == Some(true)
    }

    /// Draws now, and tells what is in view.
    pub fn draw(self) {
        self.draw_with(true);
    }

    /// Draws, and puts the scroll bar where it belongs unless the reader moves it.
    fn draw_with(self, with_bar: bool) {
        let wanted = self.wanted.try_get_value().flatten();
        let follow = self.follow.try_get_untracked().unwrap_or(false) && wanted.is_none();
        let drawn = self.write(|core| {
            let arrived = wanted.is_some_and(|wanted| core.show(wanted));
            core.drawn = now();
            let in_view = core.draw(follow, with_bar && now() - core.scrolled > REST);
            (core.counts(), in_view, arrived)
        });
        let Some((counts, in_view, arrived)) = drawn else {
            return;
        };
        if arrived {
            self.wanted.set_value(None);
        }
        set(self.counts, counts);
        set(self.in_view, in_view);
        // Where the reader came by a link, what the first answer brings is not new.
        let opening = self.opened_at_line.get_value() && self.loading.get_untracked();
        if follow || opening {
            set(self.left_at, counts.rows);
        }
    }

    /// The reader scrolled.
    pub fn scrolled(self) {
        let moved = self.write(|core| {
            let frame = core.frame.as_mut()?;
            if frame.scroll_sideways() {
                frame.forget_rows();
            }
            let by = core
                .viewport
                .scrolled(f64::from(frame.scroller.scroll_top()));
            if by != 0.0 {
                core.scrolled = now();
            }
            Some(by)
        });
        let Some(Some(by)) = moved else { return };
        if by != 0.0 {
            self.moved(by);
            self.write(|core| {
                if core.viewport.is_stuck() {
                    core.set_bar();
                }
            });
        } else {
            self.draw_with(false);
        }
    }

    /// The reader moved: the end is let go on the way up, and followed again once it is reached.
    fn moved(self, by: f64) {
        self.wanted.set_value(None);
        if by < 0.0 {
            self.let_go();
        }
        self.draw();
        if by > 0.0 && self.read(|core| core.viewport.at_end()) == Some(true) {
            set(self.follow, true);
        }
    }

    /// The scroll bar rests: it goes where it belongs.
    pub fn rested(self) {
        self.write(Core::set_bar);
    }

    /// Stops following the end.
    pub fn let_go(self) {
        if self.follow.get_untracked() {
            self.follow.set(false);
            self.left_at.set(self.counts.get_untracked().rows);
        }
    }

    /// Follows the end.
    pub fn follow_end(self) {
        self.wanted.set_value(None);
        self.follow.set(true);
        self.draw();
    }

    /// Goes to the first line.
    pub fn go_to_start(self) {
        self.let_go();
        self.write(|core| core.viewport.go_to(0, 0.0));
        self.wanted.set_value(None);
        self.draw();
    }

    /// Moves by so many CSS pixels.
    pub fn move_by(self, by: f64) {
        self.write(|core| core.viewport.move_by(by));
        self.moved(by);
    }

    /// Shows a line, counted from 0, as soon as it is here. A section that is folded over it opens.
    pub fn go_to(self, line: usize) {
        self.let_go();
        self.want(line, false);
        let folded = self
            .read(|core| core.log.sections().section_of(line))
            .flatten();
        match folded.filter(|section| {
            self.filter
                .with_untracked(|filter| filter.folded.contains(section))
        }) {
            Some(section) => self.set_filter(|filter| {
                filter.folded.remove(&section);
            }),
            None => self.draw(),
        }
    }

    /// Brings a part of a line into view that is to the side of it, or not shown of it: bytes of its text.
    pub fn show_part(self, line: usize, part: Range<usize>) {
        let most = self.write(|core| {
            let text = core.log.plain(line);
            let before = text.get(..part.end).unwrap_or(&text);
            if core.look.wrap {
                let most = before.chars().count();
                return (most > core.look.most_of(line)).then_some(most + ROOM);
            }
            let to = columns(before, usize::MAX);
            let from = to.saturating_sub(columns(
                text.get(part.clone()).unwrap_or_default(),
                usize::MAX,
            ));
            if let Some(frame) = &core.frame {
                frame.show_columns(from..to);
            }
            None
        });
        if let Some(Some(most)) = most {
            self.set_look(|look| {
                look.more.insert(line, most);
            });
        }
    }

    fn want(self, line: usize, at_top: bool) {
        self.wanted.set_value(Some(Wanted { line, at_top }));
    }

    /// Changes how lines are shown.
    pub fn set_look(self, change: impl FnOnce(&mut Look)) {
        let look = self.write(|core| {
            let wrapped = core.look.wrap;
            change(&mut core.look);
            if core.look.wrap != wrapped {
                // How much of a row is above the edge is another thing now.
                let row = core.viewport.anchor().row;
                core.viewport.go_to(row, 0.0);
            }
            core.redraw();
            core.look.clone()
        });
        if let Some(look) = look {
            self.look.set(look);
        }
        self.draw();
    }

    /// Changes which lines are shown.
    pub fn set_filter(self, change: impl FnOnce(&mut Filter)) {
        let top = self.write(|core| {
            let top = core.rows.line(core.viewport.anchor().row);
            change(&mut core.filter);
            core.refilter();
            top
        });
        if let Some(Some(top)) = top
            && !self.follow.get_untracked()
            && self.wanted.get_value().is_none()
        {
            self.want(top, true);
        }
        self.show_filter();
    }

    fn show_filter(self) {
        if let Some(filter) = self.read(|core| core.filter.clone()) {
            set(self.filter, filter);
        }
        self.ask();
    }
}

/// Sets a signal that tells only of a new value, if it is still there.
pub fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|before| *before != value) == Some(true) {
        signal.set(value);
    }
}

impl Core {
    /// Takes in what came, for the filter and the overview; says whether there is more to do.
    fn catch_up(&mut self) -> bool {
        let context = self.search.as_ref();
        let sections = self.log.sections();
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
        self.rows = Rows::new();
        self.catch_up();
    }

    /// Draws everything anew.
    pub fn redraw(&mut self) {
        if let Some(frame) = &mut self.frame {
            frame.forget_heights();
            frame.forget_rows();
        }
    }

    /// Goes to a line, or to the next that is shown; `false` while it is not known which that is.
    fn show(&mut self, wanted: Wanted) -> bool {
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

    /// About how tall the wrapped rows are: a line each, and as many more as their bytes would fill.
    fn wrapped_height(&self, columns: usize) -> f64 {
        let share = self.rows.len() as f64 / self.log.len().max(1) as f64;
        let filled = self.log.text_bytes() as f64 / columns as f64 * share;
        (self.rows.len() as f64 + filled) * LINE
    }

    fn draw(&mut self, follow: bool, with_bar: bool) -> InView {
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
        let shown = Shown {
            log: &self.log,
            rows: &self.rows,
            search: self.search.as_ref(),
            look: &self.look,
        };
        let mut cover = super::viewport::Cover::default();
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
    fn set_bar(&mut self) {
        let Some(frame) = &self.frame else { return };
        let bar = self.viewport.bar().round();
        if f64::from(frame.scroller.scroll_top()) != bar {
            frame.scroller.set_scroll_top(bar as i32);
        }
        self.viewport.told(f64::from(frame.scroller.scroll_top()));
    }

    fn counts(&self) -> Counts {
        let errors = self.log.levels().iter();
        let errors = errors.filter(|level| level.kind == LevelKind::Error);
        Counts {
            lines: self.log.len(),
            rows: self.rows.len(),
            received: self.log.received(),
            unreadable: self.log.unreadable(),
            errors: errors.map(|level| level.lines).sum(),
            sections: self.log.sections().list().len(),
            times: self.log.first_time().zip(self.log.last_time()),
        }
    }
}
