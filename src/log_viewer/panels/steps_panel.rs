//! The place of the list of steps: a panel beside the log, or a sheet where the window is too narrow for one.

use crate::api::Build;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::panels::steps_list::steps_list;
use crate::log_viewer::panels::steps_width::{resizer, stored_width};
use crate::platform::dom::{focus, scroll_into_view_if_needed};
use crate::query::Query;
use crate::reactive::{effect, show, text_signal};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon::Icon;
use crate::ui::menu::Menu;
use leptos::prelude::*;

const STEPS: Icon =
    Icon("M2.500 4h.01M2.500 8h.01M2.500 12h.01M5.500 4h8M5.500 8h5.500M5.500 12h7");

/// Where the focus goes when the sheet opens: the current step, or the first button.
const SHEET_FOCUS: [&str; 2] = [
    ".log-sheet [aria-current] .log-step",
    ".log-sheet .log-steps button",
];

/// The panel, while the user wants to see the steps and the log has any or may get some.
pub(crate) fn steps_panel(commands: LogCommands, build: Query<Build>) -> AnyView {
    let is_shown = move || commands.steps_shown.get() && may_have_steps(commands, build);
    show(is_shown, move || panel(commands, build)).into_any()
}

fn may_have_steps(commands: LogCommands, build: Query<Build>) -> bool {
    let viewer = commands.viewer;
    viewer.counts.with(|counts| counts.steps > 0)
        || viewer.loading.get()
        || !build.data().is_some_and(|build| build.is_finished())
}

fn panel(commands: LogCommands, build: Query<Build>) -> AnyView {
    let width = RwSignal::new(stored_width());
    let current = commands.current_step;
    effect(move || {
        if current.get().is_some() {
            scroll_into_view_if_needed(".log-steps-panel [aria-current]");
        }
    });
    view! {
        <div
            class="log-steps-panel"
            style:inline-size=text_signal(move || format!("{}px", width.get()))
        >
            {steps_list(commands, build)}
            {resizer(width)}
        </div>
    }
    .into_any()
}

/// The button that shows and hides the panel; in a narrow window, the one that opens the sheet.
pub(crate) fn steps_button(commands: LogCommands, build: Query<Build>) -> AnyView {
    show(
        move || may_have_steps(commands, build),
        move || buttons(commands, build),
    )
    .into_any()
}

fn buttons(commands: LogCommands, build: Query<Build>) -> AnyView {
    let sheet = Menu::of_icon(STEPS, t_signal!(log.steps))
        .align_start()
        .content(move || {
            // The list is built after the sheet has opened, too late for `autofocus`.
            request_animation_frame(|| {
                SHEET_FOCUS.iter().any(|selector| focus(selector));
            });
            steps_list(commands, build)
        });
    view! {
        <span class="log-wide">
            {Button::new(t_signal!(log.steps))
                .only_icon(STEPS)
                .quiet()
                .pressed(commands.steps_shown)
                .on_press(move || commands.toggle_steps())}
        </span>
        <span class="log-sheet">{sheet}</span>
    }
    .into_any()
}
