//! The bar above the log: how much there is, how it is shown.

use crate::api::Build;
use crate::i18n::numbers::{number, size};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::panels::menus::{levels, more, window_menu};
use crate::log_viewer::panels::selection_bar::go_to_field;
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::{bool_signal, dynamic, text_signal};
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The bar.
pub fn bar(tools: LogCommands, build_id: StoredValue<String>, build: Query<Build>) -> AnyView {
    let view = tools.view;
    view! {
        <div class="log-bar">
            <h2>{t_signal!(log.title)}</h2>
            <span class="quiet log-count">{text_signal(move || counted(view))}</span>
            <span class="quiet log-place" id="log-place">
                {text_signal(move || in_view(view))}
            </span>
            {dynamic(move || progress(view, build))}
            <div class="log-tools" role="group" aria-label=t_signal!(log.tools)>
                {Button::new(t_signal!(log.follow))
                    .pressed(view.follow)
                    .on_press(move || tools.toggle_follow())}
                {Button::new(t_signal!(log.wrap))
                    .pressed(bool_signal(move || view.look.with(|look| look.wrap)))
                    .on_press(move || tools.toggle_wrap())}
                {times(tools)}
                {levels(view)}
                {window_menu(tools)}
                {go_to_field(tools)}
                {steps(tools)}
                {more(tools, build_id)}
                {Button::new(t_signal!(log.full))
                    .pressed(tools.full)
                    .on_press(move || tools.full.update(|full| *full = !*full))}
            </div>
        </div>
    }
    .into_any()
}

fn counted(view: LogViewer) -> String {
    let counts = view.counts.get();
    match view.filter.with(|filter| filter.is_open()) {
        true => t_string!(log.lines, n = number(counts.lines)),
        false => t_string!(
            log.lines_shown,
            n = number(counts.rows),
            of = number(counts.lines)
        ),
    }
}

/// Which lines are in view.
fn in_view(view: LogViewer) -> String {
    let in_view = view.in_view.get();
    if in_view.last == 0 {
        return String::new();
    }
    let of = view.counts.with(|counts| counts.lines);
    t_string!(
        log.in_view,
        first = number(in_view.first + 1),
        last = number(in_view.last),
        of = number(of)
    )
}

/// Shows the list of steps, where there are any.
fn steps(tools: LogCommands) -> AnyView {
    let none = bool_signal(move || tools.view.counts.with(|counts| counts.sections == 0));
    Button::new(t_signal!(log.steps))
        .pressed(tools.listed)
        .disabled(none)
        .on_press(move || tools.listed.update(|listed| *listed = !*listed))
}

/// How far the first answer has come, while it is on its way.
fn progress(view: LogViewer, build: Query<Build>) -> Option<AnyView> {
    if !view.loading.get() {
        return None;
    }
    let bytes = text_signal(move || {
        t_string!(
            log.received,
            n = size(view.counts.with(|counts| counts.received))
        )
    });
    let share = Signal::derive(move || {
        let (first, last) = view.counts.with(|counts| counts.times)?;
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

fn times(tools: LogCommands) -> AnyView {
    let kinds = TimeKind::ALL.map(|kind| {
        let word = match kind {
            TimeKind::None => t_signal!(log.times_none),
            TimeKind::Clock => t_signal!(log.times_clock),
            TimeKind::SinceStart => t_signal!(log.times_start),
            TimeKind::SincePrevious => t_signal!(log.times_previous),
        };
        (kind.name().to_owned(), word)
    });
    let chosen = move || tools.view.look.with(|look| look.times.name().to_owned());
    let choose = move |name: String| tools.set_times(TimeKind::named(&name));
    select(t_signal!(log.times), kinds.to_vec(), chosen, choose)
}
