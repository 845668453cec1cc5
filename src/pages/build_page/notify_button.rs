//! The 'Notify me' button.

use crate::platform::notifications;
use crate::reactive::show;
use crate::state::watched_builds::use_watchlist;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// Turns notifications at the end of builds on and off. Shown while the build is unfinished.
pub(crate) fn notify_button(is_unfinished: Memo<bool>) -> AnyView {
    let watchlist = use_watchlist();
    let is_blocked = RwSignal::new(false);
    let press = move || {
        if watchlist.is_enabled() {
            watchlist.set_enabled(false);
            return;
        }
        leptos::task::spawn_local(async move {
            let is_allowed = notifications::may_notify().await;
            watchlist.set_enabled(is_allowed);
            let _ = is_blocked.try_set(!is_allowed);
        });
    };
    let button = move || {
        view! {
            {Button::new(t_signal!(build.notify))
                .pressed(Signal::derive(move || watchlist.is_enabled()))
                .title(t_signal!(build.notify_title))
                .on_press(press)}
            <span role="status">
                {show(move || is_blocked.get(), || t_signal!(build.notify_refused).into_any())}
            </span>
        }
        .into_any()
    };
    show(move || is_unfinished.get(), button).into_any()
}
