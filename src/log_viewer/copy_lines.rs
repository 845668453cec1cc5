//! Copies selected lines, or a link to them, to the clipboard.

use crate::log::export::Format;
use crate::log_viewer::commands::LogCommands;
use crate::platform::clipboard;
use crate::platform::timer::sleep;
use crate::t_string;
use leptos::prelude::*;
use std::time::Duration;

/// How long the result is shown.
const RESULT_DURATION: Duration = Duration::from_secs(2);

/// Copies the selected lines. `result` is set to the text to show, and cleared after a while.
pub(crate) fn copy_lines(
    commands: LogCommands,
    format: Format,
    with_times: bool,
    result: RwSignal<String>,
) {
    copy(
        commands,
        commands.selection.text(format, with_times),
        result,
    );
}

/// Copies the page's URL, whose fragment names the selected lines. `result` is as in [`copy_lines`].
pub(crate) fn copy_link_to_lines(commands: LogCommands, result: RwSignal<String>) {
    copy(
        commands,
        window().location().href().unwrap_or_default(),
        result,
    );
}

fn copy(commands: LogCommands, text: String, result: RwSignal<String>) {
    leptos::task::spawn_local(async move {
        let message = match clipboard::copy(&text).await {
            true => t_string!(copy.done),
            false => t_string!(copy.refused),
        };
        commands.announce(message.to_owned());
        let _ = result.try_set(message.to_owned());
        sleep(RESULT_DURATION).await;
        let _ = result.try_set(String::new());
    });
}
