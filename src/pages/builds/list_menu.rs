//! The menu of the list: when it was read, and how its times are shown. Loaded on demand.

use crate::components::builds::list::BuildsList;
use crate::components::time::{show_absolute_times, shows_absolute_times};
use crate::reactive::{bool_signal, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The entries of the menu.
pub(crate) fn list_menu(list: BuildsList) -> AnyView {
    let pace = text_signal(move || match list.query.interval() {
        0 => t_string!(builds.not_read).to_owned(),
        seconds => t_string!(builds.read_every, s = seconds),
    });
    view! {
        <p class="menu-title">{pace}</p>
        {Button::new(t_signal!(builds.refresh)).on_press(move || list.query.refresh())}
        {Button::new(t_signal!(builds.absolute_times))
            .pressed(bool_signal(shows_absolute_times))
            .on_press(|| show_absolute_times(!untrack(shows_absolute_times)))}
    }
    .into_any()
}
