//! Polls the builds of the watchlist, and notifies the user when one ends.

use crate::api::Build;
use crate::i18n::api_words::status_word;
use crate::platform::notifications;
use crate::platform::timer::sleep;
use crate::query::intervals::WATCHED_BUILDS;
use crate::routing::navigation::Navigation;
use crate::routing::routes::Route;
use crate::state::connection::Connection;
use crate::state::watched_builds::BuildWatchlist;
use leptos::prelude::*;

/// Polls until the watchlist is empty or notifications are turned off.
pub(crate) async fn watch_builds(
    watchlist: BuildWatchlist,
    connection: Connection,
    navigation: Navigation,
) {
    while watchlist.continue_polling() {
        for id in watchlist.builds() {
            let Some(client) = untrack(move || connection.client()) else {
                continue;
            };
            match client.build(&id).await {
                Ok(build) if build.is_finished() => {
                    watchlist.remove(&id);
                    notify(&build, navigation);
                }
                // Polled again.
                Ok(_) => {}
                Err(error) if error.is_transient() => {}
                Err(_) => watchlist.remove(&id),
            }
        }
        sleep(WATCHED_BUILDS).await;
    }
}

fn notify(build: &Build, navigation: Navigation) {
    let title = untrack(|| status_word(&build.status));
    let route = Route::Build {
        build_id: build.build_id.clone(),
    };
    notifications::notify(
        &title,
        &build.image_reference(),
        &build.build_id,
        move || {
            // Fails if the browser does not let a page come to the front.
            let _ = window().focus();
            navigation.go(&route);
        },
    );
}
