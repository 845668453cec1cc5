//! The page for a URL that names no page.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::components::page_heading::heading;
use crate::reactive::{dynamic, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// The most known repositories that are suggested.
const MAX_SUGGESTED_REPOSITORIES: usize = 5;

/// The fewest letters that a segment shares with the start of the right word.
const MIN_SHARED_CHARS: usize = 4;

/// Says that there is no such page, and suggests similar ones.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let suggestions = move || {
        let routes = suggest_routes(&navigation.current_path(), &connection.address());
        let links: Vec<AnyView> = routes
            .into_iter()
            .map(|route| {
                view! {
                    <li>
                        <a class="code" href=navigation.href(&route)>
                            {route.path()}
                        </a>
                    </li>
                }
                .into_any()
            })
            .collect();
        (!links.is_empty()).then(|| {
            view! {
                <p>{t_signal!(not_found.near)}</p>
                <ul class="plain-list">{links}</ul>
            }
        })
    };
    let builds = text_signal(move || navigation.href(&Route::Builds(BuildsQuery::default())));
    let repositories = move || {
        let namespace = connection.namespace();
        (!namespace.is_empty()).then(|| {
            let href = navigation.href(&Route::repositories(namespace));
            Button::new(t_signal!(nav.repositories)).link(Signal::stored(href))
        })
    };
    view! {
        <div class="page-head">{heading(t_signal!(not_found.title))}</div>
        <p>
            {t_signal!(not_found.text)}
            <span class="code">{text_signal(move || navigation.current_path())}</span>
        </p>
        {dynamic(suggestions)}
        <p class="button-group">
            {Button::new(t_signal!(nav.builds)).primary().link(builds)} {dynamic(repositories)}
        </p>
    }
}

/// Suggests pages for a wrong URL: the page of the corrected path, and known repositories whose name is in
/// the path.
fn suggest_routes(url: &str, address: &str) -> Vec<Route> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let mut routes: Vec<Route> = corrected(path).into_iter().collect();
    let known = known_repositories::list(address).into_iter();
    routes.extend(
        known
            .filter(|known| path.contains(&format!("/{}", known.name)))
            .take(MAX_SUGGESTED_REPOSITORIES)
            .map(|known| Route::Repository {
                namespace: known.namespace,
                name: known.name,
            }),
    );
    routes.dedup();
    routes
}

/// Corrects a path: its first segment is spelled right, and segments that no page has are dropped.
fn corrected(path: &str) -> Option<Route> {
    let mut segments: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let first = segments.first()?.to_ascii_lowercase();
    let words = ["builds", "repositories", "connection"];
    let word = words.into_iter().find(|word| {
        // `build`, `repo`, `repository`.
        let shared = word.chars().zip(first.chars()).take_while(|(a, b)| a == b);
        shared.count() >= MIN_SHARED_CHARS
    })?;
    segments[0] = word;
    while !segments.is_empty() {
        let path = format!("/{}", segments.join("/"));
        if let Some(route) = Route::parse(&path, "") {
            return Some(route);
        }
        segments.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::corrected;

    #[test]
    fn a_path_is_corrected_to_the_most_similar_page() {
        let path = |path: &str| corrected(path).map(|route| route.path());
        assert_eq!(path("/build/abc").as_deref(), Some("/builds/abc"));
        assert_eq!(path("/builds/abc/logs").as_deref(), Some("/builds/abc"));
        assert_eq!(
            path("/repository/team/app").as_deref(),
            Some("/repositories/team/app")
        );
        assert_eq!(
            path("/repos/team/app/configs").as_deref(),
            Some("/repositories/team/app")
        );
        assert_eq!(path("/Connect").as_deref(), Some("/connection"));
        assert_eq!(path("/repositories"), None);
        assert_eq!(path("/elsewhere"), None);
        assert_eq!(path("/"), None);
    }
}
