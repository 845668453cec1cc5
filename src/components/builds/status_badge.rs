//! A build's status as an icon and a word in its color.

use crate::api::Status;
use crate::i18n::api_words::status_word;
use crate::reactive::dynamic;
use crate::ui::icon;
use crate::ui::icon::Icon;
use leptos::prelude::*;

/// Returns the `data-status` that the style colors, and the icon.
fn appearance(status: &Status) -> (&'static str, Icon) {
    match status {
        Status::Waiting => ("waiting", icon::CLOCK),
        Status::InProgress => ("running", icon::RUN),
        Status::Succeeded => ("succeeded", icon::CHECK),
        Status::Failed => ("failed", icon::CROSS),
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
