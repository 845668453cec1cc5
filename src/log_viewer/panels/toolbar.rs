//! The toolbar above the log: line counts, progress, and the commands and menus.

use crate::api::Build;
use crate::i18n::numbers::{number, size};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::panels::go_to_field::go_to_field;
use crate::log_viewer::panels::level_menu::level_menu;
use crate::log_viewer::panels::more_menu::more_menu;
use crate::log_viewer::time_window::time_window_menu;
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, text_signal};
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The toolbar.
pub(crate) fn toolbar(
    commands: LogCommands,
    build_id: StoredValue<String>,
    build: Query<Build>,
) -> AnyView {
    let viewer = commands.viewer;
    view! {
        <div class="log-bar">
            <h2>{t_signal!(log.title)}</h2>
            <span class="quiet log-count">{text_signal(move || line_count_text(viewer))}</span>
            <span class="quiet log-place" id="log-place">
                {text_signal(move || lines_in_view_text(viewer))}
            </span>
            {dynamic(move || progress(viewer, build))}
            <div class="log-tools" role="group" aria-label=t_signal!(log.tools)>
                {Button::new(t_signal!(log.follow))
                    .pressed(viewer.follow)
                    .on_press(move || commands.toggle_follow())}
                {Button::new(t_signal!(log.wrap))
                    .pressed(bool_signal(move || viewer.options.with(|options| options.wrap)))
                    .on_press(move || commands.toggle_wrap())}
                {time_select(commands)}
                {level_menu(viewer)}
                {time_window_menu(commands)}
                {go_to_field(commands)}
                {steps_button(commands)}
                {more_menu(commands, build_id)}
                {Button::new(t_signal!(log.full))
                    .pressed(commands.full_screen)
                    .on_press(move || commands.full_screen.update(|full| *full = !*full))}
            </div>
        </div>
    }
    .into_any()
}

/// The number of lines, in words; with a filter, also how many are shown.
fn line_count_text(viewer: LogViewer) -> String {
    let counts = viewer.counts.get();
    match viewer.filter.with(|filter| filter.is_open()) {
        true => t_string!(log.lines, n = number(counts.lines)),
        false => t_string!(
            log.lines_shown,
            n = number(counts.rows),
            of = number(counts.lines)
        ),
    }
}

/// The lines in view, in words.
fn lines_in_view_text(viewer: LogViewer) -> String {
    let in_view = viewer.in_view.get();
    if in_view.end == 0 {
        return String::new();
    }
    let of = viewer.counts.with(|counts| counts.lines);
    t_string!(
        log.in_view,
        first = number(in_view.first + 1),
        last = number(in_view.end),
        of = number(of)
    )
}

/// The button to show or hide the list of steps.
fn steps_button(commands: LogCommands) -> AnyView {
    let has_no_steps = bool_signal(move || commands.viewer.counts.with(|counts| counts.steps == 0));
    Button::new(t_signal!(log.steps))
        .pressed(commands.steps_shown)
        .disabled(has_no_steps)
        .on_press(move || commands.steps_shown.update(|shown| *shown = !*shown))
}

/// The progress of the first answer, while it loads.
fn progress(viewer: LogViewer, build: Query<Build>) -> Option<AnyView> {
    if !viewer.loading.get() {
        return None;
    }
    let bytes = text_signal(move || {
        t_string!(
            log.received,
            n = size(viewer.counts.with(|counts| counts.received))
        )
    });
    let share = Signal::derive(move || {
        let (first, last) = viewer.counts.with(|counts| counts.times)?;
        let ended = build.data()?.ended_at?.seconds();
        let whole = ended.saturating_sub(first).max(1) as f64;
        Some((last.saturating_sub(first) as f64 / whole).clamp(0.0, 1.0))
    });
    let bar = view! {
        <progress max="1" value=move || share.get() aria-label=t_signal!(log.loading)></progress>
        <span class="quiet">{bytes}</span>
    };
    Some(bar.into_any())
}

/// The choice of the time before each line.
fn time_select(commands: LogCommands) -> AnyView {
    let kinds = TimeKind::ALL.map(|kind| {
        let word = match kind {
            TimeKind::None => t_signal!(log.times_none),
            TimeKind::Clock => t_signal!(log.times_clock),
            TimeKind::SinceStart => t_signal!(log.times_start),
            TimeKind::SincePrevious => t_signal!(log.times_previous),
        };
        (kind.name().to_owned(), word)
    });
    let chosen = move || {
        commands
            .viewer
            .options
            .with(|options| options.times.name().to_owned())
    };
    let choose = move |name: String| commands.set_times(TimeKind::named(&name));
    select(t_signal!(log.times), kinds.to_vec(), chosen, choose)
}
