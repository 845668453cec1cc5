//! The bar of actions on the selected lines.

use crate::i18n::numbers::number;
use crate::log::export::Format;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::copy_lines::{copy_lines, copy_link_to_lines};
use crate::reactive::{show, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The bar, shown while lines are selected.
pub(crate) fn selection_bar(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let has_selection = move || viewer.options.with(|options| options.selected.is_some());
    show(has_selection, move || bar(commands)).into_any()
}

fn bar(commands: LogCommands) -> AnyView {
    let selection = commands.selection;
    let lines = text_signal(move || selected_text(commands));
    let with_times = RwSignal::new(false);
    // Shown beside the buttons. Screen readers get it announced instead.
    let copy_result = RwSignal::new(String::new());
    let copy = move |label, format| {
        Button::new(label).on_press(move || {
            copy_lines(commands, format, with_times.get_untracked(), copy_result);
        })
    };
    view! {
        <div class="log-selection" role="group" aria-label=t_signal!(log.selection)>
            <span class="strong">{lines}</span>
            {copy(t_signal!(log.copy), Format::Text)}
            {copy(t_signal!(log.copy_markdown), Format::Markdown)}
            {Button::new(t_signal!(log.copy_times))
                .pressed(with_times)
                .on_press(move || with_times.update(|with| *with = !*with))}
            {Button::new(t_signal!(log.copy_link))
                .on_press(move || copy_link_to_lines(commands, copy_result))}
            {Button::new(t_signal!(log.print))
                .on_press(move || crate::log_viewer::print::print(selection))}
            {Button::new(t_signal!(log.window_selected))
                .on_press(move || {
                    if let Some((first, last)) = selection.lines() {
                        selection.set_time_window_to_lines(first, last);
                    }
                })}
            {Button::new(t_signal!(log.clear))
                .on_press(move || {
                    selection.select(None);
                    commands.focus_log();
                })}
            <span class="quiet" aria-hidden="true">
                {copy_result}
            </span>
        </div>
    }
    .into_any()
}

/// The selected lines, in words.
fn selected_text(commands: LogCommands) -> String {
    let viewer = commands.viewer;
    let selected = viewer.options.with(|options| options.selected);
    let (first, last) = selected.unwrap_or_default();
    let lines = viewer.counts.with(|counts| counts.lines);
    // A link can name a line of another log, or of a longer one.
    if first >= lines && !viewer.loading.get() {
        return t_string!(log.no_line, n = number(first + 1), of = number(lines));
    }
    let (first, last) = (number(first + 1), number(last + 1));
    match first == last {
        true => t_string!(log.line, n = first),
        false => t_string!(log.range, first = first, last = last),
    }
}
