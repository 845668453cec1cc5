//! Breadcrumbs: links to the pages above this one, at the start of the heading.

use crate::components::page_heading::heading_with;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use leptos::prelude::*;

/// A heading that begins with links to the pages above this one: `demo / api-gateway`. `title` is the page's title, in
/// one piece.
pub(crate) fn path_heading(
    title: Signal<String>,
    ancestors: Vec<(Signal<String>, Route)>,
    own: Signal<String>,
) -> AnyView {
    let navigation = use_navigation();
    let links: Vec<AnyView> = ancestors
        .into_iter()
        .map(|(name, route)| {
            view! {
                <a href=navigation.href(&route)>{name}</a>
                " / "
            }
            .into_any()
        })
        .collect();
    let content = view! {
        <span class="heading-path">{links}</span>
        {own}
    };
    heading_with(title, content.into_any())
}

/// The breadcrumb of a namespace, which leads to its repositories.
pub(crate) fn namespace_crumb(namespace: &str) -> (Signal<String>, Route) {
    let route = Route::repositories(namespace);
    (Signal::stored(namespace.to_owned()), route)
}

/// The breadcrumb of a repository.
pub(crate) fn repository_crumb(namespace: &str, name: &str) -> (Signal<String>, Route) {
    let route = Route::Repository {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    };
    (Signal::stored(name.to_owned()), route)
}
