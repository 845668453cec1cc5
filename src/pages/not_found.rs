//! What stands where no page is.

use crate::app::heading;
use crate::connection::use_connection;
use crate::navigation::use_navigation;
use crate::routes::{BuildsQuery, Route};
use crate::ts;
use crate::view::part;
use leptos::prelude::*;

/// Says that there is no such page, and offers what is near.
#[component]
pub fn NotFound() -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let builds = move || navigation.href(&Route::Builds(BuildsQuery::default()));
    let repositories = move || {
        let namespace = connection.namespace();
        (!namespace.is_empty()).then(|| {
            let href = navigation.href(&Route::Repositories { namespace });
            view! {
                <a class="button" href=href>
                    {ts!(nav.repositories)}
                </a>
            }
        })
    };
    view! {
        {heading(ts!(not_found.title))}
        <p>{ts!(not_found.text)} " " <span class="code">{part(move || navigation.here())}</span></p>
        <p class="button-group">
            <a class="button" data-kind="primary" href=builds>
                {ts!(nav.builds)}
            </a>
            {repositories}
        </p>
    }
}
