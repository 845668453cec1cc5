//! Where a page stands, with links to what stands above it.

use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use leptos::prelude::*;

/// The pages above this one, from the outermost on, each with its name.
pub fn crumbs(above: Vec<(Signal<String>, Route)>) -> AnyView {
    let navigation = use_navigation();
    let above: Vec<AnyView> = above
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
            <ol>{above}</ol>
        </nav>
    }
    .into_any()
}

/// The crumb of a namespace's repositories.
pub fn namespace_crumb(namespace: &str) -> (Signal<String>, Route) {
    let route = Route::repositories(namespace);
    let namespace = namespace.to_owned();
    (t_signal!(repositories.title, namespace = namespace), route)
}

/// The crumb of a repository.
pub fn repository_crumb(namespace: &str, name: &str) -> (Signal<String>, Route) {
    let route = Route::Repository {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    (Signal::stored(name.to_owned()), route)
}
