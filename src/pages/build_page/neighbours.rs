//! Links to the builds before and after a build.

use crate::api::Build;
use crate::components::builds::status_badge::status_badge;
use crate::components::time::relative_time;
use crate::pages::build_page::siblings::Siblings;
use crate::query::Query;
use crate::reactive::{dynamic, memo};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// Links to the previous and the next build of the same tag.
pub(crate) fn neighbours(siblings: Query<Siblings>) -> AnyView {
    let neighbour = move |label: Signal<String>, pick: fn(&Siblings) -> Option<Build>| {
        let build = memo(move || pick(&*siblings.data()?));
        dynamic(move || build.get().map(|build| neighbour(label, &build)))
    };
    view! {
        <nav class="neighbours" aria-label=t_signal!(build.neighbours)>
            {neighbour(t_signal!(build.previous), |siblings| siblings.previous.clone())}
            {neighbour(t_signal!(build.next), |siblings| siblings.next.clone())}
        </nav>
    }
    .into_any()
}

fn neighbour(label: Signal<String>, build: &Build) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    view! {
        <span class="neighbour">
            {Button::new(label).link(Signal::stored(href))} {status_badge(build.status.clone())}
            <span class="quiet">{build.created_at.map(relative_time)}</span>
        </span>
    }
    .into_any()
}
