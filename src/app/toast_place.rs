//! The place of the toasts: they cover nothing that they are about.

use crate::platform::keep_off::keep_off;
use crate::platform::timer::sleep;
use crate::state::toasts::Toasts;
use leptos::prelude::untrack;
use std::time::Duration;

/// The interval at which the place of the toasts is checked: rows come, the focus moves, the page scrolls.
const PLACE_INTERVAL: Duration = Duration::from_millis(200);

/// Controls that come with what toasts tell: the button that shows new builds. And those at the page's lower
/// edge too: the bar of a log's selected lines, and the button that shows its new ones.
const CONTROLS: &str = ".new-builds button, .log-selection, .log-new button";

/// Keeps the toasts off what they are about, as long as there are any: the row that has the focus, the rows of the
/// builds that they link to, and the controls that come with them.
pub(super) async fn keep_toasts_off(toasts: Toasts) {
    while untrack(move || toasts.has_any()) {
        let mut kept = CONTROLS.to_owned();
        for url in toasts.links() {
            kept += &format!(", [href=\"{url}\"]");
        }
        keep_off(".toasts", &kept);
        sleep(PLACE_INTERVAL).await;
    }
}
