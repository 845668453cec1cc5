//! A build's status: an icon, a word, a colour.

use crate::api::Status;
use crate::components::icon;
use crate::components::icon::Icon;
use crate::reactive::part;
use crate::tr;
use leptos::prelude::*;

/// The status in words; an unknown one as it came.
pub fn status_word(status: &Status) -> String {
    match status {
        Status::Waiting => tr!(status.waiting).to_string(),
        Status::InProgress => tr!(status.in_progress).to_string(),
        Status::Succeeded => tr!(status.succeeded).to_string(),
        Status::Failed => tr!(status.failed).to_string(),
        Status::Other(text) if text.is_empty() => tr!(status.none).to_string(),
        Status::Other(text) => text.clone(),
    }
}

fn look(status: &Status) -> (&'static str, Icon) {
    match status {
        Status::Waiting => ("waiting", icon::CLOCK),
        Status::InProgress => ("running", icon::RUN),
        Status::Succeeded => ("succeeded", icon::CHECK),
        Status::Failed => ("failed", icon::CROSS),
        Status::Other(_) => ("other", icon::DOT),
    }
}

/// The badge of a status.
pub fn status_badge(status: Status) -> impl IntoView {
    let (kind, shape) = look(&status);
    view! {
        <span class="badge" data-status=kind>
            {icon::icon(shape)}
            <span>{part(move || status_word(&status))}</span>
        </span>
    }
}
