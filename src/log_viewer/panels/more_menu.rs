//! The menu of what a reader needs once a week, and of what has no room in a narrow row.

use crate::log::EscapeMode;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::copy_lines::copy_all_lines;
use crate::log_viewer::download;
use crate::log_viewer::panels::checkbox::checkbox;
use crate::log_viewer::panels::go_to_field::go_to_field;
use crate::log_viewer::panels::level_menu::level_choices;
use crate::log_viewer::panels::times_menu::times_choices;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::time_window::time_window_fields;
use crate::reactive::bool_signal;
use crate::routing::log_location::CONTEXTS;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::select;
use crate::ui::menu::Menu;
use leptos::prelude::*;

/// The menu.
pub(crate) fn more_menu(commands: LogCommands) -> AnyView {
    let menu =
        Menu::of_icon(icon::MORE, t_signal!(log.more_tools)).content(move || more_tools(commands));
    view! { <span class="log-tools-more">{menu}</span> }.into_any()
}

fn more_tools(commands: LogCommands) -> AnyView {
    let viewer = commands.viewer;
    let shows_escapes = move || {
        viewer
            .options
            .with(|options| options.escapes == EscapeMode::Show)
    };
    let folds_repeats = move || viewer.filter.with(|filter| filter.fold_repeats);
    view! {
        {go_to_field(commands)}
        <div class="log-narrow">{narrow_choices(commands)}</div>
        {only_matches(commands.search)}
        {checkbox(
            t_signal!(repeats.fold),
            bool_signal(folds_repeats),
            move || commands.toggle_fold_repeats(),
        )}
        {checkbox(
            t_signal!(log.controls),
            bool_signal(shows_escapes),
            move || commands.toggle_escapes(),
        )}
        <details>
            <summary>{t_signal!(log.window)}</summary>
            <div class="log-more-fields" data-keep-open="">
                {time_window_fields(commands)}
            </div>
        </details>
        {Button::new(t_signal!(log.failure)).on_press(move || commands.go_to_failure())}
        {Button::new(t_signal!(log.copy_all)).on_press(move || copy_all_lines(commands))}
        {Button::new(t_signal!(log.download))
            .on_press(move || download::save(viewer, commands.source.file_name()))}
        {commands.source.is_api().then(|| save_button(commands))}
    }
    .into_any()
}

/// The button that saves the build as a file. A build that came from a file is one already.
fn save_button(commands: LogCommands) -> AnyView {
    Button::new(t_signal!(build_file.save_menu)).on_press(move || commands.save_wanted.set(true))
}

/// The tools that stand in the row itself where it is wide enough.
fn narrow_choices(commands: LogCommands) -> AnyView {
    let is_wrapped = move || commands.viewer.options.with(|options| options.wrap);
    view! {
        {checkbox(t_signal!(log.wrap), bool_signal(is_wrapped), move || commands.toggle_wrap())}
        {Button::new(t_signal!(log.full))
            .pressed(commands.full_screen)
            .on_press(move || commands.toggle_full_screen())}
        <details>
            <summary>{t_signal!(log.times)}</summary>
            <div class="log-more-fields">{times_choices(commands)}</div>
        </details>
        <details>
            <summary>{t_signal!(log.levels)}</summary>
            <div class="log-more-fields">{level_choices(commands.viewer)}</div>
        </details>
    }
    .into_any()
}

/// The choice between all lines and only matches with lines around them.
fn only_matches(search: LogSearch) -> AnyView {
    let mut choices = vec![(String::new(), t_signal!(log.all_lines))];
    for lines in CONTEXTS {
        let word = match lines {
            0 => t_signal!(log.only_matches),
            _ => t_signal!(log.with_context, n = lines),
        };
        choices.push((lines.to_string(), word));
    }
    let chosen = move || {
        let context = search.context.get();
        context.map(|lines| lines.to_string()).unwrap_or_default()
    };
    let choose = move |value: String| search.show_only_matches(value.parse().ok());
    select(t_signal!(log.shown), choices, chosen, choose)
}
