//! The tools in the row above the lines: search, errors, what is shown, the menu of the rest, and the end of the log.

use crate::api::Build;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::panels::errors_button::errors_button;
use crate::log_viewer::panels::level_menu::level_menu;
use crate::log_viewer::panels::more_menu::more_menu;
use crate::log_viewer::panels::search_field::search_field;
use crate::log_viewer::panels::steps_panel::steps_button;
use crate::log_viewer::panels::times_menu::times_menu;
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::{bool_signal, show};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use leptos::prelude::*;

/// The tools of the row.
pub(crate) fn toolbar(commands: LogCommands, build: Query<Build>) -> AnyView {
    let viewer = commands.viewer;
    // After an error there is one only if lines have come.
    let is_arriving = move || {
        let has_lines = viewer.counts.with(|counts| counts.lines > 0);
        viewer.loading.get() && (has_lines || viewer.error.with(Option::is_none))
    };
    view! {
        {steps_button(commands, build)}
        {search_field(commands)}
        {errors_button(commands)}
        <span class="log-choices">
            {level_menu(viewer)} {times_menu(commands)} {wrap_button(commands)}
        </span>
        {more_menu(commands)}
        <span class="log-end">
            {Button::new(t_signal!(log.end))
                .icon(icon::END)
                .quiet()
                .name(t_signal!(log.follow))
                .title(t_signal!(log.follow))
                .pressed(viewer.follow)
                .on_press(move || commands.toggle_follow())}
        </span>
        <span class="log-full">{full_screen_button(commands)}</span>
        {show(is_arriving, move || progress(viewer, build))}
    }
    .into_any()
}

/// The button to wrap long lines.
pub(crate) fn wrap_button(commands: LogCommands) -> AnyView {
    let is_wrapped = move || commands.viewer.options.with(|options| options.wrap);
    Button::new(t_signal!(log.wrap))
        .quiet()
        .pressed(bool_signal(is_wrapped))
        .on_press(move || commands.toggle_wrap())
}

fn full_screen_button(commands: LogCommands) -> AnyView {
    Button::new(t_signal!(log.full))
        .only_icon(icon::EXPAND)
        .quiet()
        .pressed(commands.full_screen)
        .on_press(move || commands.toggle_full_screen())
}

/// The progress of the first answer, in time: the API does not say how long the log is.
fn progress(viewer: LogViewer, build: Query<Build>) -> AnyView {
    let share = Signal::derive(move || {
        let (first, last) = viewer.counts.with(|counts| counts.times)?;
        let ended = build.data()?.ended_at?.seconds();
        let whole = ended.saturating_sub(first).max(1) as f64;
        Some((last.saturating_sub(first) as f64 / whole).clamp(0.0, 1.0))
    });
    view! {
        <progress
            class="log-progress"
            max="1"
            value=move || share.get()
            aria-label=t_signal!(log.loading)
        ></progress>
    }
    .into_any()
}
