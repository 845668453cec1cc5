//! The message of a list for a page number after its last page.

use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// Says that there is no such page, and links to the first one.
pub(crate) fn page_beyond_last(page: Signal<u64>, first_href: Signal<String>) -> AnyView {
    view! {
        <div class="empty">
            <p>{t_signal!(builds.beyond, page = page.get())}</p>
            {Button::new(t_signal!(builds.to_first)).primary().link(first_href)}
        </div>
    }
    .into_any()
}
