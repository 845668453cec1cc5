//! The button that reloads the page, where the site has a newer version of the console.

use crate::routing::navigation::Navigation;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// The button. Runs `failed` if the site cannot be reached: then the page stays as it is.
pub(crate) fn reload_button(
    navigation: Navigation,
    failed: impl Fn() + Clone + 'static,
) -> AnyView {
    Button::new(t_signal!(error.reload))
        .primary()
        .on_press(move || {
            let failed = failed.clone();
            leptos::task::spawn_local(async move {
                if navigation.reload().await.is_err() {
                    failed();
                }
            });
        })
}
