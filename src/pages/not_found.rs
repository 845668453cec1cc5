//! What stands where no page is.

use crate::components::page_heading::heading;
use crate::reactive::dynamic;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use leptos::prelude::*;

/// Says that there is no such page, and offers what is near.
#[component]
pub fn NotFound() -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let near = move || {
        let near = near(&navigation.here(), &connection.address());
        let links: Vec<AnyView> = near
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
                <ul>{links}</ul>
            }
        })
    };
    let builds = move || navigation.href(&Route::Builds(BuildsQuery::default()));
    let repositories = move || {
        let namespace = connection.namespace();
        (!namespace.is_empty()).then(|| {
            let href = navigation.href(&Route::repositories(namespace));
            view! {
                <a class="button" href=href>
                    {t_signal!(nav.repositories)}
                </a>
            }
        })
    };
    view! {
        {heading(t_signal!(not_found.title))}
        <p>{t_signal!(not_found.text)} " " <span class="code">{dynamic(move || navigation.here())}</span></p>
        {dynamic(near)}
        <p class="button-group">
            <a class="button" data-kind="primary" href=builds>
                {t_signal!(nav.builds)}
            </a>
            {repositories}
        </p>
    }
}

/// Pages that a wrong path may have meant: the path mended, or a repository seen here whose name is in it.
fn near(here: &str, address: &str) -> Vec<Route> {
    let path = here.split(['?', '#']).next().unwrap_or_default();
    let mut routes: Vec<Route> = mended(path).into_iter().collect();
    let seen = known_repositories::all(address).into_iter();
    routes.extend(
        seen.filter(|seen| path.contains(&format!("/{}", seen.name)))
            .take(5)
            .map(|seen| Route::Repository {
                namespace: seen.namespace,
                name: seen.name,
            }),
    );
    routes.dedup();
    routes
}

/// The page that a path is nearest to: the first word spelled right, and no more parts than a page has.
fn mended(path: &str) -> Option<Route> {
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let first = parts.first()?.to_ascii_lowercase();
    let known = ["builds", "repositories", "connection"];
    let word = known.into_iter().find(|word| {
        // `build`, `repo`, `repository`: what begins alike is meant alike.
        let shared = word.chars().zip(first.chars()).take_while(|(a, b)| a == b);
        shared.count() >= 4
    })?;
    parts[0] = word;
    while !parts.is_empty() {
        let path = format!("/{}", parts.join("/"));
        if let Some(route) = Route::parse(&path, "") {
            return Some(route);
        }
        parts.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::mended;

    #[test]
    fn a_path_is_mended_to_the_page_that_it_is_nearest_to() {
        let path = |path: &str| mended(path).map(|route| route.path());
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
