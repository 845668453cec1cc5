//! Copies lines, or a link to them, to the clipboard.

use crate::log::export::Format;
use crate::log_viewer::commands::LogCommands;
use crate::platform::clipboard;
use crate::t_string;
use leptos::prelude::*;

/// Copies the selected lines.
pub(crate) fn copy_lines(commands: LogCommands, format: Format, with_times: bool) {
    copy(commands, commands.selection.text(format, with_times));
}

/// Copies all lines that are loaded.
pub(crate) fn copy_all_lines(commands: LogCommands) {
    copy(commands, commands.selection.whole_text());
}

/// Copies the page's URL, whose fragment names the selected lines.
pub(crate) fn copy_link_to_lines(commands: LogCommands) {
    copy(commands, window().location().href().unwrap_or_default());
}

fn copy(commands: LogCommands, text: String) {
    leptos::task::spawn_local(async move {
        commands.tell(match clipboard::copy(&text).await {
            true => t_string!(copy.done),
            false => t_string!(copy.refused),
        });
    });
}
