//! `LogViewer`: the handle to one log on screen. Holds the model and the signals that the panels show.

use crate::client::Error;
use crate::log::{Explanation, Filter};
use crate::log_viewer::build_file::unpack::Problem;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::dom::row_pool::RowPool;
use crate::log_viewer::model::{Counts, InView, LogModel, PendingScroll};
use crate::log_viewer::yielding::{WakeableTimer, elapsed_since, mark_frame, now_millis};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlElement, ResizeObserver};

/// The time after the user's last scroll event during which the scroll bar is not moved.
const SCROLL_IDLE: Duration = Duration::from_millis(180);

/// The minimum time between two draws while a long log loads.
const MIN_DRAW_INTERVAL: Duration = Duration::from_millis(250);

/// The time without bytes after which a log that loads is said to pause.
const PAUSE: Duration = Duration::from_millis(30);

/// The time between two draws while the page is hidden, which has no animation frames.
const HIDDEN_DRAW_INTERVAL: Duration = Duration::from_millis(200);

/// Observes the frame's size until it is dropped.
struct FrameObserver(
    ResizeObserver,
    #[expect(dead_code, reason = "called by the browser")] Closure<dyn Fn()>,
);

impl Drop for FrameObserver {
    fn drop(&mut self) {
        self.0.disconnect();
    }
}

/// The log of one build on screen. A handle: copies refer to the same log.
#[derive(Clone, Copy)]
pub(crate) struct LogViewer {
    model: StoredValue<LogModel, LocalStorage>,
    poll_timer: StoredValue<WakeableTimer, LocalStorage>,
    frame_observer: StoredValue<Option<FrameObserver>, LocalStorage>,
    is_redraw_requested: StoredValue<bool>,
    /// When the last bytes of the log were decoded, see `now_millis`.
    fed_millis: StoredValue<f64>,
    /// True while the log is being explained.
    pub(crate) is_explaining: StoredValue<bool>,
    /// Updated at most once a frame.
    pub(crate) counts: RwSignal<Counts>,
    /// The lines on screen.
    pub(crate) in_view: RwSignal<InView>,
    /// True while the viewer follows the end of the log.
    pub(crate) follow: RwSignal<bool>,
    /// The number of lines when following stopped.
    pub(crate) lines_when_unfollowed: RwSignal<usize>,
    /// True until the first answer is complete.
    pub(crate) loading: RwSignal<bool>,
    /// Why the last read failed.
    pub(crate) error: RwSignal<Option<Error>>,
    /// Why a file, or the rest of it, is not shown.
    pub(crate) file_problem: RwSignal<Option<Problem>>,
    /// The explanation of all loaded lines; `None` until the first answer is complete and explained.
    pub(crate) explained: RwSignal<Option<Explanation>>,
    /// The number of times that the build's state has changed.
    pub(crate) outcomes: RwSignal<u32>,
    /// The time window that is shown: its start and end, Unix seconds, UTC.
    pub(crate) time_window: RwSignal<(Option<i64>, Option<i64>)>,
    /// The time window that is loaded: the one that is shown, or the whole log.
    pub(crate) loaded: RwSignal<(Option<i64>, Option<i64>)>,
    /// A copy of the model's display options, for the panels.
    pub(crate) options: RwSignal<DisplayOptions>,
    /// A copy of the model's filter, for the panels.
    pub(crate) filter: RwSignal<Filter>,
    /// The line to scroll to as soon as it is loaded.
    pub(crate) pending_scroll: StoredValue<Option<PendingScroll>>,
    /// The text for screen readers to announce.
    pub(crate) announced: RwSignal<String>,
}

impl LogViewer {
    /// Creates a viewer with an empty log.
    pub(crate) fn new(options: DisplayOptions) -> Self {
        Self {
            model: StoredValue::new_local(LogModel::new(options.clone())),
            poll_timer: StoredValue::new_local(WakeableTimer::default()),
            frame_observer: StoredValue::new_local(None),
            is_redraw_requested: StoredValue::new(false),
            fed_millis: StoredValue::new(0.0),
            is_explaining: StoredValue::new(false),
            counts: RwSignal::new(Counts::default()),
            in_view: RwSignal::new(InView::default()),
            follow: RwSignal::new(true),
            lines_when_unfollowed: RwSignal::new(0),
            loading: RwSignal::new(true),
            error: RwSignal::new(None),
            file_problem: RwSignal::new(None),
            explained: RwSignal::new(None),
            outcomes: RwSignal::new(0),
            time_window: RwSignal::new((None, None)),
            loaded: RwSignal::new((None, None)),
            options: RwSignal::new(options),
            filter: RwSignal::new(Filter::default()),
            pending_scroll: StoredValue::new(None),
            announced: RwSignal::new(String::new()),
        }
    }

    /// Reads the model. Returns `None` once the page is gone.
    pub(crate) fn with_model<T>(self, read: impl FnOnce(&LogModel) -> T) -> Option<T> {
        self.model.try_with_value(read)
    }

    /// Changes the model. Returns `None` once the page is gone.
    pub(crate) fn update_model<T>(self, update: impl FnOnce(&mut LogModel) -> T) -> Option<T> {
        self.model.try_update_value(update)
    }

    /// Remembers that bytes of the log are being decoded.
    pub(crate) fn mark_fed(self) {
        self.fed_millis.try_set_value(now_millis());
    }

    /// Returns true while the first answer comes in without a pause. Not tracked.
    pub(crate) fn is_being_fed(self) -> bool {
        let is_loading = self.loading.try_get_untracked() == Some(true);
        let fed = self.fed_millis.try_get_value().unwrap_or_default();
        is_loading && elapsed_since(fed) < PAUSE
    }

    /// The timer before the next read of the log. Waking it reads now.
    pub(crate) fn poll_timer(self) -> WakeableTimer {
        self.poll_timer.try_get_value().unwrap_or_default()
    }

    /// Removes all lines, before another time window is loaded.
    pub(crate) fn clear(self) {
        let (_, end) = self.loaded.get_untracked();
        self.update_model(|model| {
            model.is_part = end.is_some();
            model.clear();
        });
        self.publish_filter();
        self.loading.set(true);
        self.error.set(None);
        self.explained.set(None);
    }

    /// Returns true if all of the log is loaded, or is to be, whatever is shown of it. Not tracked.
    pub(crate) fn is_whole_loaded(self) -> bool {
        self.loaded.get_untracked() == (None, None)
    }

    /// Counts the readings of the log: while it is the same, a line keeps its number. `None` once the page is gone.
    pub(crate) fn reading(self) -> Option<u32> {
        self.with_model(|model| model.readings)
    }

    /// Shows the log in a frame that is in the document.
    pub(crate) fn mount(self, scroller: HtmlElement) {
        self.update_model(|model| model.row_pool = RowPool::new(scroller));
        self.on_resize();
    }

    /// Keeps the observer of the frame's size, and its callback, as long as the page exists.
    pub(crate) fn keep_frame_observer(self, observer: ResizeObserver, callback: Closure<dyn Fn()>) {
        self.frame_observer
            .try_set_value(Some(FrameObserver(observer, callback)));
    }

    /// Measures the frame and draws, after its size may have changed.
    pub(crate) fn on_resize(self) {
        self.update_model(|model| {
            if let Some(rows) = &mut model.row_pool
                && rows.measure()
            {
                model.redraw();
            }
        });
        self.draw();
    }

    /// Draws in the next animation frame. Several requests before that draw once.
    pub(crate) fn request_redraw(self) {
        if self.is_redraw_requested.try_get_value() != Some(false) {
            return;
        }
        self.is_redraw_requested.set_value(true);
        let on_frame = move || {
            if self.is_redraw_requested.try_set_value(false).is_some() {
                return; // The page is gone.
            }
            mark_frame();
            if self.is_too_early_to_draw() {
                return self.request_redraw();
            }
            let more = self.update_model(LogModel::process_new_lines);
            self.draw();
            if more == Some(true) {
                self.request_redraw();
            }
        };
        if crate::platform::page::is_hidden() {
            set_timeout(on_frame, HIDDEN_DRAW_INTERVAL);
        } else {
            request_animation_frame(on_frame);
        }
    }

    /// Filters, counts and draws new lines now.
    pub(crate) fn draw_new_lines(self) {
        self.update_model(LogModel::process_new_lines);
        self.draw();
        self.request_redraw();
    }

    /// Returns true if the last draw was too recent. While a long log loads, the user cannot tell four
    /// frames per second from sixty, but drawing takes time from the decoder.
    fn is_too_early_to_draw(self) -> bool {
        let loads =
            self.loading.get_untracked() && self.counts.with_untracked(|counts| counts.lines > 0);
        let is_recent = |model: &LogModel| elapsed_since(model.drawn_millis) < MIN_DRAW_INTERVAL;
        loads && self.with_model(is_recent) == Some(true)
    }

    /// Draws now, and publishes the counts and the lines in view.
    pub(crate) fn draw(self) {
        self.draw_with(true);
    }

    /// Draws now. With `move_bar`, also moves the scroll bar to its exact position, unless the user is
    /// scrolling.
    pub(crate) fn draw_with(self, move_bar: bool) {
        let pending = self.pending_scroll.try_get_value().flatten();
        let follow = self.follow.try_get_untracked().unwrap_or(false) && pending.is_none();
        let drawn = self.update_model(|model| {
            let arrived = pending.is_some_and(|pending| model.scroll_to(pending));
            model.drawn_millis = now_millis();
            let is_idle = elapsed_since(model.scrolled_millis) > SCROLL_IDLE;
            let in_view = model.draw(follow, move_bar && is_idle);
            let is_filter_changed = std::mem::take(&mut model.is_filter_changed);
            (model.counts(), in_view, arrived, is_filter_changed)
        });
        let Some((counts, in_view, arrived, is_filter_changed)) = drawn else {
            return;
        };
        if is_filter_changed {
            self.publish_filter();
        }
        if arrived {
            self.pending_scroll.set_value(None);
        }
        set_if_changed(self.counts, counts);
        set_if_changed(self.in_view, in_view);
        // The lines of the first answer do not count as new: the page is only opening.
        if follow || self.loading.get_untracked() {
            set_if_changed(self.lines_when_unfollowed, counts.lines);
        }
    }

    /// The index of the step in view: that of the current line if it is in view; otherwise that of the last line in
    /// view while the end is followed, and of the first one while it is not.
    pub(crate) fn step_in_view(self) -> Option<usize> {
        let InView { first, end } = self.in_view.get();
        let current = self.options.with(|options| options.current_line);
        let line = match current.filter(|line| (first..end).contains(line)) {
            Some(line) => line,
            None if self.follow.get() => end.saturating_sub(1),
            None => first,
        };
        let step = self.with_model(|model| model.log.steps().step_of_line(line));
        step.flatten()
    }

    /// Changes the display options, and draws.
    pub(crate) fn set_options(self, change: impl FnOnce(&mut DisplayOptions)) {
        let options = self.update_model(|model| {
            let before = model.options.clone();
            change(&mut model.options);
            if model.options.wrap != before.wrap {
                // The rows' heights change, so start at the top of the first row.
                let row = model.viewport.anchor().row;
                model.viewport.go_to(row, 0.0);
            }
            if model.options.escapes != before.escapes {
                // They are part of the text then, or are not any more.
                model.options.expanded.clear();
                model.forget_longest_row();
                if model.process_new_lines() {
                    self.request_redraw();
                }
                // Its places are in another text now.
                model.clear_text_selection();
            }
            if model.options.needs_redraw(&before) {
                model.redraw();
            }
            model.options.clone()
        });
        if let Some(options) = options {
            self.options.set(options);
        }
        self.draw();
    }

    /// Changes the filter, and keeps the first line in view where it is.
    pub(crate) fn set_filter(self, change: impl FnOnce(&mut Filter)) {
        let top = self.update_model(|model| {
            let top = model.rows.line(model.viewport.anchor().row);
            change(&mut model.filter);
            model.refilter();
            top
        });
        if let Some(Some(top)) = top
            && !self.follow.get_untracked()
            && self.pending_scroll.get_value().is_none()
        {
            self.request_scroll(top, true, false);
        }
        self.publish_filter();
    }

    /// Copies the model's filter to the signal, and draws.
    fn publish_filter(self) {
        if let Some(filter) = self.with_model(|model| model.filter.clone()) {
            if self.is_whole_loaded() {
                set_if_changed(self.time_window, filter.shown_between());
            }
            set_if_changed(self.filter, filter);
        }
        self.request_redraw();
    }
}

/// Sets a signal if the value differs and the signal still exists.
pub(crate) fn set_if_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.try_with_untracked(|before| *before != value) == Some(true) {
        signal.set(value);
    }
}
