//! A build's status as an icon and a word in its color.

use crate::api::Status;
use crate::i18n::api_words::status_word;
use crate::reactive::{dynamic, text_signal};
use crate::ui::icon;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Returns the `data-status` that the style colors, and the icon.
pub(crate) fn appearance(status: &Status) -> (&'static str, Icon) {
    match status {
        Status::Waiting => ("waiting", icon::CLOCK),
        Status::InProgress => ("running", icon::RUN),
        Status::Succeeded => ("succeeded", icon::CHECK),
        Status::Failed => ("failed", icon::CROSS),
        Status::Canceled => ("canceled", icon::CANCELED),
        Status::Other(_) => ("other", icon::DOT),
    }
}

/// The badge of a build's status.
pub(crate) fn status_badge(status: Status) -> impl IntoView {
    let (kind, shape) = appearance(&status);
    view! {
        <span class="badge" data-status=kind>
            {icon::icon(shape)}
            <span>{dynamic(move || status_word(&status))}</span>
        </span>
    }
}

/// The badge of a status that shows another text, such as a duration. Screen readers read the status first.
pub(crate) fn status_badge_with(status: Status, text: AnyView) -> AnyView {
    let (kind, shape) = appearance(&status);
    let word = text_signal(move || status_word(&status));
    view! {
        <span class="badge" data-status=kind title=word>
            {icon::icon(shape)}
            <span class="visually-hidden">{word}</span>
            {text}
        </span>
    }
    .into_any()
}

/// A status as its icon alone, with its word for screen readers and as a tooltip.
pub(crate) fn status_icon(status: Status) -> AnyView {
    let (kind, shape) = appearance(&status);
    let word = text_signal(move || status_word(&status));
    view! {
        <span class="status-icon" data-status=kind role="img" aria-label=word title=word>
            {icon::icon(shape)}
        </span>
    }
    .into_any()
}
