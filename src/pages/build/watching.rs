//! Watching builds until they end, and telling the user; and what the tab shows of a build.

use crate::api::{Build, Status};
use crate::i18n::api_words::status_word;
use crate::platform::notifications;
use crate::query::intervals::WATCHED_BUILDS;
use crate::reactive::{effect, when};
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::connection::Connection;
use crate::state::watched_builds::{Watch, use_watch};
use crate::ts;
use crate::ui::button::Button;
use crate::ui::icon;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// Watches until nothing is left to watch.
pub async fn watch(watch: Watch, connection: Connection, navigation: Navigation) {
    while watch.goes_on() {
        for id in watch.builds() {
            let Some(client) = untrack(move || connection.client()) else {
                continue;
            };
            match client.build(&id).await {
                Ok(build) if build.is_finished() => {
                    watch.remove(&id);
                    tell(&build, navigation);
                }
                // Asked for again: the API may be gone for a while only.
                Ok(_) => {}
                Err(error) if error.is_passing() => {}
                Err(_) => watch.remove(&id),
            }
        }
        TimeoutFuture::new(WATCHED_BUILDS.as_millis() as u32).await;
    }
}

fn tell(build: &Build, navigation: Navigation) {
    let title = untrack(|| status_word(&build.status));
    let route = Route::Build {
        build_id: build.build_id.clone(),
    };
    notifications::notify(
        &title,
        &build.image_reference(),
        &build.build_id,
        move || {
            // A browser that does not let a page come to the front leaves it where it is.
            let _ = window().focus();
            navigation.go(&route);
        },
    );
}

/// Shows in the tab's icon where the build stands, while the page is there; and watches the build while
/// it is under way.
pub fn show_in_tab(build: Memo<Option<(String, Status, bool)>>) {
    let watch = use_watch();
    effect(move || {
        let icon = build.get().and_then(|(_, status, _)| match status {
            Status::Waiting => Some((icon::CLOCK.0, "5d6672")),
            Status::InProgress => Some((icon::RUN.0, "0b5cad")),
            Status::Succeeded => Some((icon::CHECK.0, "176b34")),
            Status::Failed => Some((icon::CROSS.0, "b3201f")),
            Status::Other(_) => None,
        });
        notifications::set_tab_icon(icon);
    });
    let watched = StoredValue::new(None::<String>);
    effect(move || {
        if let Some((id, _, false)) = build.get() {
            watch.add(&id);
            watched.set_value(Some(id));
        }
    });
    on_cleanup(move || {
        notifications::set_tab_icon(None);
        if let Some(Some(id)) = watched.try_get_value() {
            watch.leave(&id);
        }
    });
}

/// 'Notify me', while there is something to wait for and a browser that can.
pub fn notify_button(is_under_way: Memo<bool>) -> AnyView {
    let watch = use_watch();
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
            {Button::new(ts!(build.notify))
                .pressed(Signal::derive(move || watch.wanted()))
                .title(ts!(build.notify_title))
                .on_press(press)}
            <span role="status">
                {when(move || refused.get(), || ts!(build.notify_refused).into_any())}
            </span>
        }
        .into_any()
    };
    when(move || is_under_way.get(), button).into_any()
}
