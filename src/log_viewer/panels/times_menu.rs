//! The menu of the time before each line.

use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::panels::checkbox::checkbox;
use crate::reactive::bool_signal;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::menu::Menu;
use leptos::prelude::*;

/// The menu.
pub(crate) fn times_menu(commands: LogCommands) -> AnyView {
    Menu::new(t_signal!(log.times))
        .quiet()
        .content(move || times_choices(commands))
}

/// The kinds of time, and the time zone.
pub(crate) fn times_choices(commands: LogCommands) -> AnyView {
    let options = commands.viewer.options;
    let choice = move |kind: TimeKind| {
        let word = match kind {
            TimeKind::None => t_signal!(log.times_none),
            TimeKind::Clock => t_signal!(log.times_clock),
            TimeKind::SinceStart => t_signal!(log.times_start),
            TimeKind::SincePrevious => t_signal!(log.times_previous),
        };
        Button::new(word)
            .pressed(bool_signal(move || {
                options.with(|options| options.times == kind)
            }))
            .on_press(move || commands.set_times(kind))
    };
    view! {
        {TimeKind::ALL.map(choice).collect_view()}
        {checkbox(
            t_signal!(log.utc),
            bool_signal(move || options.with(|options| options.utc)),
            move || commands.toggle_utc(),
        )}
    }
    .into_any()
}
