//! The menu of rarely used commands.

use crate::log::EscapeMode;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::download;
use crate::log_viewer::panels::menu::{checkbox, menu};
use crate::reactive::{bool_signal, text_signal};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use leptos::prelude::*;

/// The menu: time zone, escapes, download, copy all, go to the failure.
pub(crate) fn more_menu(commands: LogCommands, build_id: StoredValue<String>) -> AnyView {
    let viewer = commands.viewer;
    let content = move || {
        let whole_text = text_signal(move || commands.selection.whole_text());
        view! {
            {checkbox(
                t_signal!(log.utc),
                bool_signal(move || viewer.options.with(|options| options.utc)),
                move || commands.toggle_utc(),
            )}
            {checkbox(
                t_signal!(log.controls),
                bool_signal(move || {
                    viewer.options.with(|options| options.escapes == EscapeMode::Show)
                }),
                move || commands.toggle_escapes(),
            )}
            {Button::new(t_signal!(log.download))
                .on_press(move || download::save(viewer, build_id.get_value()))}
            <span class="log-copy-all">
                {t_signal!(log.copy_all)} {copy_button(whole_text, t_signal!(log.title))}
            </span>
            {Button::new(t_signal!(log.failure)).on_press(move || commands.go_to_failure())}
        }
        .into_any()
    };
    menu(t_signal!(log.more_tools), content)
}
