//! The time window: shows only the part of the log between two times. The URL has them as `start` and `end`.
//!
//! Where the whole log is there, the lines outside of the window are only hidden: a line keeps its number, and links and
//! the selection keep their meaning. The URL says so (`numbers=whole`), and whoever opens it gets the whole log too.
//! Otherwise only that part is loaded, since a log can be long. Its line numbers begin with 1, and the page says so.

use crate::i18n::words;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::{local_offset, read_local, stamp};
use crate::log_viewer::selection::Selection;
use crate::log_viewer::view_state::set_if_changed;
use crate::reactive::{bool_signal, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

impl Selection {
    /// Shows another time window (Unix seconds, UTC; `None` for no limit). If it has to be loaded, clears the selection
    /// and the current line, since lines have other numbers there.
    pub(crate) fn set_time_window(self, start: Option<i64>, end: Option<i64>) {
        let viewer = self.viewer;
        let is_there =
            !viewer.loading.get_untracked() && viewer.error.with_untracked(Option::is_none);
        if viewer.is_whole_loaded() && is_there {
            return self.hide_outside(start, end);
        }
        self.link.forget();
        viewer.set_filter(|filter| filter.between = None);
        set_if_changed(viewer.time_window, (start, end));
        set_if_changed(viewer.loaded, (start, end));
        self.viewer.set_options(|options| {
            options.selected = None;
            options.current_line = None;
            options.href = self.link.href();
        });
        self.viewer.follow_end();
        self.link.write();
    }

    /// Hides the lines outside of a time window, of a log that is there as a whole.
    fn hide_outside(self, start: Option<i64>, end: Option<i64>) {
        let viewer = self.viewer;
        if (start, end) != (None, None) {
            viewer.stop_following();
        }
        viewer.set_filter(|filter| filter.show_between(start, end));
        if let Some((first, _)) = self.lines() {
            viewer.request_scroll(first, false, false);
        }
        viewer.draw_new_lines();
        self.link.write();
    }
}

impl LogCommands {
    /// Loads another time window, as [`Selection::set_time_window`] does, and focuses the log: what was pressed for it
    /// may be gone.
    pub(crate) fn load_time_window(self, start: Option<i64>, end: Option<i64>) {
        self.selection.set_time_window(start, end);
        self.focus_log();
    }

    /// Loads only the time of these lines, counted from 0.
    pub(crate) fn load_time_window_of_lines(self, first: usize, last: usize) {
        let times = self.viewer.with_model(|model| {
            let last = last.min(model.log.len().saturating_sub(1));
            (model.log.near_time(first), model.log.near_time(last))
        });
        if let Some((start, end)) = times {
            self.load_time_window(start, end);
        }
    }
}

/// A notice while a time window is loaded. Says which one, and leads back to the whole log.
pub(crate) fn time_window_notice(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let text = text_signal(move || {
        let utc = viewer.options.with(|options| options.utc);
        let time_text = |time: Option<i64>| match time {
            Some(time) => words().absolute(time.saturating_mul(1000), utc),
            None => "…".to_owned(),
        };
        let (start, end) = viewer.time_window.get();
        let (from, to) = (time_text(start), time_text(end));
        match viewer.loaded.get() {
            (None, None) => t_string!(log.window_shown, from = from, to = to),
            _ => t_string!(log.window_said, from = from, to = to),
        }
    });
    let notice = move || {
        view! {
            <div class="log-window-notice" role="status">
                {icon::icon(icon::CLOCK)}
                <span>{text}</span>
                {Button::new(t_signal!(log.window_whole))
                    .on_press(move || commands.load_time_window(None, None))}
            </div>
        }
        .into_any()
    };
    show(move || viewer.time_window.get() != (None, None), notice).into_any()
}

/// The fields to choose a time window.
pub(crate) fn time_window_fields(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let is_utc = move || viewer.options.with_untracked(|options| options.utc);
    let (start, end) = viewer.time_window.get_untracked();
    let times = viewer.counts.with_untracked(|counts| counts.times);
    let from = RwSignal::new(field_text(
        start.or(times.map(|(first, _)| first)),
        is_utc(),
    ));
    let to = RwSignal::new(field_text(end.or(times.map(|(_, last)| last)), is_utc()));
    let is_reversed = RwSignal::new(false);
    let apply = move || {
        let from = read_local(&from.get_untracked(), is_utc());
        let to = read_local(&to.get_untracked(), is_utc());
        is_reversed.set(from.zip(to).is_some_and(|(from, to)| to < from));
        if !is_reversed.get_untracked() {
            commands.close_more_menu();
            commands.load_time_window(from, to);
        }
    };
    view! {
        {time_field(t_signal!(log.window_from), from)}
        {time_field(t_signal!(log.window_to), to)}
        <p class="field-problem" role="status">
            {text_signal(move || match is_reversed.get() {
                true => t_string!(log.window_wrong).to_owned(),
                false => String::new(),
            })}
        </p>
        {Button::new(t_signal!(log.window_apply)).primary().on_press(apply)}
        {Button::new(t_signal!(log.window_whole))
            .disabled(bool_signal(move || viewer.time_window.get() == (None, None)))
            .on_press(move || {
                commands.close_more_menu();
                commands.load_time_window(None, None);
            })}
    }
    .into_any()
}

/// Formats Unix seconds for a `datetime-local` field.
fn field_text(time: Option<i64>, utc: bool) -> String {
    let text = time.map(|time| {
        let offset = if utc { 0 } else { local_offset(time) };
        stamp(time.saturating_add(offset), 0)
    });
    text.unwrap_or_default().trim_end_matches('Z').to_owned()
}

fn time_field(label: Signal<String>, value: RwSignal<String>) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type="datetime-local"
                step="1"
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
    .into_any()
}
