//! The 'Notify me' button.

use crate::platform::notifications;
use crate::reactive::show;
use crate::state::watched_builds::use_watchlist;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// 'Notify me', while there is something to wait for and a browser that can.
pub fn notify_button(is_under_way: Memo<bool>) -> AnyView {
    let watch = use_watchlist();
    let refused = RwSignal::new(false);
    let press = move || {
        if watch.wanted() {
            watch.want(false);
            return;
        }
        leptos::task::spawn_local(async move {
            let may = notifications::may_notify().await;
            watch.want(may);
            let _ = refused.try_set(!may);
        });
    };
    let button = move || {
        view! {
            {Button::new(t_signal!(build.notify))
                .pressed(Signal::derive(move || watch.wanted()))
                .title(t_signal!(build.notify_title))
                .on_press(press)}
            <span role="status">
                {show(move || refused.get(), || t_signal!(build.notify_refused).into_any())}
            </span>
        }
        .into_any()
    };
    show(move || is_under_way.get(), button).into_any()
}
