//! Notices and skeletons.

use crate::t_signal;
use crate::ui::icon;
use leptos::prelude::*;

/// An information or a warning. Screen readers announce it politely. `kind`: `info` or `warning`.
pub(crate) fn notice(kind: &'static str, text: Signal<String>) -> impl IntoView {
    view! {
        <div class="notice" data-kind=kind role="status">
            {(kind == "warning").then(|| icon::icon(icon::WARNING))}
            <p class="notice-body">{text}</p>
        </div>
    }
}

/// A placeholder of so many lines while a page is loading.
pub(crate) fn skeleton(rows: usize) -> impl IntoView {
    let label = t_signal!(state.loading);
    view! {
        <div class="skeleton" role="status" aria-label=label>
            {(0..rows).map(|_| view! { <span></span> }).collect_view()}
        </div>
    }
}
