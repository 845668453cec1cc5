//! The log that is being looked at: its lines, where the reader is in it, what was chosen and found.

use crate::client::Error;
use crate::log::Filter;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::row_pool::RowPool;
use crate::log_viewer::model::{Counts, InView, LogModel, PendingScroll};
use crate::log_viewer::yielding::{WakeableTimer, framed, now};
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, ResizeObserver};

/// How long after the reader's last movement the scroll bar is left alone, in milliseconds.
const REST: f64 = 180.0;

/// How long nothing new is drawn while a long log comes in, in milliseconds.
const CALM: f64 = 150.0;

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

/// The log of one build as it is looked at. A copy is the same.
#[derive(Clone, Copy)]
pub struct LogViewer {
    core: StoredValue<LogModel, LocalStorage>,
    alarm: StoredValue<WakeableTimer, LocalStorage>,
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
    pub look: RwSignal<DisplayOptions>,
    pub filter: RwSignal<Filter>,
    /// Whether the page was opened by a link to a line.
    pub opened_at_line: StoredValue<bool>,
    /// Where to go as soon as that is here.
    pub wanted: StoredValue<Option<PendingScroll>>,
    /// What a screen reader is to say.
    pub announced: RwSignal<String>,
}

impl LogViewer {
    /// An empty log.
    pub fn new(look: DisplayOptions) -> Self {
        Self {
            core: StoredValue::new_local(LogModel::new(look.clone())),
            alarm: StoredValue::new_local(WakeableTimer::default()),
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
    pub fn read<T>(self, read: impl FnOnce(&LogModel) -> T) -> Option<T> {
        self.core.try_with_value(read)
    }

    /// Changes the core; `None` once the page has gone.
    pub fn write<T>(self, write: impl FnOnce(&mut LogModel) -> T) -> Option<T> {
        self.core.try_update_value(write)
    }

    /// What waits for the next read of the log.
    pub fn alarm(self) -> WakeableTimer {
        self.alarm.try_get_value().unwrap_or_default()
    }

    /// Forgets all lines: another window is read.
    pub fn clear(self) {
        self.write(LogModel::clear);
        self.show_filter();
        self.loading.set(true);
        self.error.set(None);
    }

    /// Shows the log in these elements, which are in the page.
    pub fn mount(self, scroller: HtmlElement) {
        self.write(|core| core.frame = RowPool::new(scroller));
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
            let more = self.write(LogModel::catch_up);
            self.draw();
            if more == Some(true) {
                self.ask();
            }
        };
        // A page that nobody sees has no frames.
        if crate::platform::page::is_hidden() {
            set_timeout(frame, std::time::Duration::from_millis(200));
        } else {
            request_animation_frame(frame);
        }
    }

    /// Takes in what came and draws it now.
    pub fn catch_up(self) {
        self.write(LogModel::catch_up);
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
    pub fn draw_with(self, with_bar: bool) {
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

    /// Changes how lines are shown.
    pub fn set_look(self, change: impl FnOnce(&mut DisplayOptions)) {
        let look = self.write(|core| {
            let before = core.look.clone();
            change(&mut core.look);
            if core.look.wrap != before.wrap {
                // How much of a row is above the edge is another thing now.
                let row = core.viewport.anchor().row;
                core.viewport.go_to(row, 0.0);
            }
            if core.look.draws_otherwise(&before) {
                core.redraw();
            }
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
