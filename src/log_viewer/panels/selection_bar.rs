//! The bar of actions on the selected lines.

use crate::i18n::numbers::number;
use crate::log::export::Format;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::copy_lines::{copy_lines, copy_link_to_lines};
use crate::log_viewer::panels::checkbox::checkbox;
use crate::log_viewer::print::print;
use crate::reactive::{show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::menu::Menu;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The bar, shown while lines are selected.
pub(crate) fn selection_bar(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let has_selection = move || viewer.options.with(|options| options.selected.is_some());
    show(has_selection, move || bar(commands)).into_any()
}

fn bar(commands: LogCommands) -> AnyView {
    let lines = text_signal(move || selected_text(commands));
    let with_times = RwSignal::new(false);
    let clear = move || {
        commands.clear_selection();
        commands.focus_log();
    };
    let extends = commands.extends_by_tap;
    // Each selection begins with one line. A long press asks for another one by itself.
    on_cleanup(move || {
        extends.try_set(false);
    });
    let extend = move || {
        extends.update(|extends| *extends = !*extends);
        if extends.get_untracked() {
            commands.tell(t_string!(log.touch_range));
        }
    };
    view! {
        <div
            class="log-selection"
            role="group"
            aria-label=t_signal!(log.selection)
            data-above=text_signal(move || commands.bar_above.get().to_string())
        >
            <span class="strong">{lines}</span>
            <span class="log-selection-actions">
                <span class="log-extend">
                    {Button::new(t_signal!(log.extend)).pressed(extends).on_press(extend)}
                </span>
                {Button::new(t_signal!(log.copy))
                    .on_press(move || {
                        copy_lines(commands, Format::Text, with_times.get_untracked());
                    })}
                {Button::new(t_signal!(log.copy_link))
                    .on_press(move || copy_link_to_lines(commands))}
                {Menu::of_icon(icon::MORE, t_signal!(log.selection_more))
                    .content(move || more_actions(commands, with_times))}
            </span>
            {Button::new(t_signal!(log.clear)).only_icon(icon::CROSS).quiet().on_press(clear)}
        </div>
    }
    .into_any()
}

fn more_actions(commands: LogCommands, with_times: RwSignal<bool>) -> AnyView {
    let selection = commands.selection;
    let load_time_range = move || {
        if let Some((first, last)) = selection.lines() {
            commands.load_time_window_of_lines(first, last);
        }
    };
    view! {
        {checkbox(
            t_signal!(log.copy_times),
            with_times.into(),
            move || with_times.update(|with| *with = !*with),
        )}
        {Button::new(t_signal!(log.copy_markdown))
            .on_press(move || {
                copy_lines(commands, Format::Markdown, with_times.get_untracked());
            })}
        {Button::new(t_signal!(log.print)).on_press(move || print(selection))}
        {Button::new(t_signal!(log.window_selected)).on_press(load_time_range)}
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
    let last = match viewer.loading.get() {
        true => last,
        false => last.min(lines.saturating_sub(1)).max(first),
    };
    let export = viewer.filter.with(|filter| filter.leaves_out());
    let export = export.then(|| commands.selection.export(Format::Joined));
    if let Some(export) = export.flatten() {
        let hidden = (last + 1 - first).saturating_sub(export.len());
        let lines = number(export.len());
        return t_string!(log.selected_shown, n = lines, hidden = number(hidden));
    }
    if first == 0 && last > 0 && last + 1 == lines {
        return t_string!(log.selected_lines, n = number(lines));
    }
    let (first, last) = (number(first + 1), number(last + 1));
    match first == last {
        true => t_string!(log.line, n = first),
        false => t_string!(log.range, first = first, last = last),
    }
}
