//! Shows a build's status in the tab's icon, and puts the build on the watchlist.

use crate::api::Status;
use crate::platform::notifications;
use crate::reactive::effect;
use crate::state::watched_builds::use_watchlist;
use crate::ui::icon;
use leptos::prelude::*;

/// Shows the build's status (id, status, whether it is finished) in the tab's icon while the page is open.
/// Watches the build while it is unfinished.
pub(crate) fn show_in_tab(build: Memo<Option<(String, Status, bool)>>) {
    let watchlist = use_watchlist();
    effect(move || {
        let icon = build.get().and_then(|(_, status, _)| match status {
            Status::Waiting => Some((icon::CLOCK.0, "5d6672")),
            Status::InProgress => Some((icon::RUN.0, "0b5cad")),
            Status::Succeeded => Some((icon::CHECK.0, "176b34")),
            Status::Failed => Some((icon::CROSS.0, "b3201f")),
            Status::Canceled => Some((icon::CANCELED.0, "5d6672")),
            Status::Other(_) => None,
        });
        notifications::set_tab_icon(icon);
    });
    let watched = StoredValue::new(None::<String>);
    effect(move || {
        if let Some((id, _, false)) = build.get() {
            watchlist.add(&id);
            watched.set_value(Some(id));
        }
    });
    on_cleanup(move || {
        notifications::set_tab_icon(None);
        if let Some(Some(id)) = watched.try_get_value() {
            watchlist.remove_unless_own(&id);
        }
    });
}
