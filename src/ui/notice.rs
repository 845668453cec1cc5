//! Notices and skeletons.

use crate::t_signal;
use crate::ui::icon;
use leptos::prelude::*;

/// A message that is no error: information or a warning, told politely.
pub fn notice(kind: &'static str, text: Signal<String>) -> impl IntoView {
    view! {
        <div class="notice" data-kind=kind role="status">
            {(kind == "warning").then(|| icon::icon(icon::WARNING))}
            <p class="notice-body">{text}</p>
        </div>
    }
}

/// The shape of a page that is being loaded.
pub fn skeleton(rows: usize) -> impl IntoView {
    let label = t_signal!(state.loading);
    view! {
        <div class="skeleton" role="status" aria-label=label>
            {(0..rows).map(|_| view! { <span></span> }).collect_view()}
        </div>
    }
}
