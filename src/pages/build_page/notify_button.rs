//! The 'Notify me' button.

use crate::platform::notifications;
use crate::reactive::show;
use crate::state::toasts::use_toasts;
use crate::state::watched_builds::use_watchlist;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// Turns notifications at the end of builds on and off. Shown while the build is unfinished. If the browser
/// forbids them, a toast says so: the button's menu is closed by then.
pub(crate) fn notify_button(is_unfinished: Memo<bool>) -> AnyView {
    let watchlist = use_watchlist();
    let toasts = use_toasts();
    let press = move || {
        if watchlist.is_enabled() {
            watchlist.set_enabled(false);
            return;
        }
        leptos::task::spawn_local(async move {
            let is_allowed = notifications::may_notify().await;
            watchlist.set_enabled(is_allowed);
            if !is_allowed {
                toasts.warn(t_signal!(build.notify_refused));
            }
        });
    };
    let button = move || {
        Button::new(t_signal!(build.notify))
            .pressed(Signal::derive(move || watchlist.is_enabled()))
            .title(t_signal!(build.notify_title))
            .on_press(press)
    };
    show(move || is_unfinished.get(), button).into_any()
}
