//! Watches builds until they end, and notifies the user.

use crate::api::Build;
use crate::i18n::api_words::status_word;
use crate::platform::notifications;
use crate::query::intervals::WATCHED_BUILDS;
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::connection::Connection;
use crate::state::watched_builds::BuildWatchlist;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;

/// Watches until nothing is left to watch.
pub async fn watch(watch: BuildWatchlist, connection: Connection, navigation: Navigation) {
    while watch.continue_polling() {
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

pub(crate) fn tell(build: &Build, navigation: Navigation) {
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
