//! The number of lines, in the row of tools. It is there before the tools.

use crate::i18n::numbers::number;
use crate::log_viewer::view_state::LogViewer;
use crate::reactive::text_signal;
use crate::t_string;
use leptos::prelude::*;

/// The number of lines, with those in view as its title.
pub(crate) fn line_count(viewer: LogViewer) -> AnyView {
    let place = text_signal(move || lines_in_view_text(viewer));
    view! {
        <span class="quiet log-count" title=place>
            {text_signal(move || line_count_text(viewer))}
        </span>
        <p class="visually-hidden" id="log-place">
            {place}
        </p>
    }
    .into_any()
}

/// The number of lines, in words; with a filter, also how many are shown.
fn line_count_text(viewer: LogViewer) -> String {
    let counts = viewer.counts.get();
    if counts.lines == 0 && (viewer.loading.get() || viewer.error.with(Option::is_some)) {
        // The log may have lines: they are not read yet, or could not be.
        return String::new();
    }
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
