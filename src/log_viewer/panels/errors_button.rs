//! The button that counts the lines with an error and goes to the next one.

use crate::i18n::numbers::number;
use crate::log_viewer::commands::LogCommands;
use crate::reactive::{show, text_signal};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The button, shown while there are such lines.
pub(crate) fn errors_button(commands: LogCommands) -> AnyView {
    let errors = move || commands.viewer.counts.with(|counts| counts.errors);
    let text = text_signal(move || t_string!(log.errors, n = number(errors())));
    let button = move || {
        view! {
            <button
                type="button"
                class="button"
                data-kind="quiet"
                title=t_signal!(log.next_error)
                on:click=move |_| commands.next_error()
            >
                {icon::icon(icon::FLAG)}
                <span>{text}</span>
                <kbd aria-hidden="true">"e"</kbd>
            </button>
        }
        .into_any()
    };
    show(move || errors() > 0, button).into_any()
}
