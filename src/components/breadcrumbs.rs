//! Breadcrumbs: links to the pages above this one.

use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use leptos::prelude::*;

/// Links to the pages above this one, outermost first, each with its text.
pub(crate) fn crumbs(ancestors: Vec<(Signal<String>, Route)>) -> AnyView {
    let navigation = use_navigation();
    let links: Vec<AnyView> = ancestors
        .into_iter()
        .map(|(name, route)| {
            view! {
                <li>
                    <a href=navigation.href(&route)>{name}</a>
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        <nav class="crumbs" aria-label=t_signal!(nav.crumbs)>
            <ol>{links}</ol>
        </nav>
    }
    .into_any()
}

/// The breadcrumb of a namespace's repositories.
pub(crate) fn namespace_crumb(namespace: &str) -> (Signal<String>, Route) {
    let route = Route::repositories(namespace);
    let namespace = namespace.to_owned();
    (t_signal!(repositories.title, namespace = namespace), route)
}

/// The breadcrumb of a repository.
pub(crate) fn repository_crumb(namespace: &str, name: &str) -> (Signal<String>, Route) {
    let route = Route::Repository {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    (Signal::stored(name.to_owned()), route)
}
