//! Suggestions for a list without builds: the API finds exact names only, and this browser knows some.
//! Loaded on demand.

use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use leptos::prelude::*;

/// The most repositories that are suggested.
const MAX_SUGGESTIONS: usize = 8;

/// The fewest bytes of a name that is found in a longer text.
const MIN_WORD: usize = 3;

/// The known repositories whose names are like those of the query, as links to their builds with the same other
/// filters. Nothing without one.
pub(crate) fn suggestions(query: BuildsQuery) -> AnyView {
    let (navigation, connection) = (use_navigation(), use_connection());
    let known = known_repositories::list(&untrack(move || connection.address()));
    let known = known.into_iter().map(|known| (known.namespace, known.name));
    let similar = similar(known, &query.namespace, &query.repo);
    if similar.is_empty() {
        return ().into_any();
    }
    let links = similar.into_iter().map(|(namespace, repo)| {
        let text = format!("{namespace}/{repo}");
        let href = navigation.href(&Route::Builds(BuildsQuery {
            namespace,
            repo,
            page: 1,
            ..query.clone()
        }));
        view! {
            <li>
                <a class="chip code" href=href>
                    {text}
                </a>
            </li>
        }
    });
    let links: Vec<_> = links.collect();
    view! {
        <p>{t_signal!(not_found.near)}</p>
        <ul class="suggestions">{links}</ul>
    }
    .into_any()
}

/// The repositories whose namespace and name contain these texts, in the namespace of exactly this name first; where
/// there is none in the namespace, those of others. Upper and lower case are the same.
fn similar(
    known: impl Iterator<Item = (String, String)>,
    namespace: &str,
    repo: &str,
) -> Vec<(String, String)> {
    let is_like = |name: &str, wanted: &str| {
        let (name, wanted) = (name.to_lowercase(), wanted.trim().to_lowercase());
        name.contains(&wanted) || (name.len() >= MIN_WORD && wanted.contains(&name))
    };
    let is_asked = |known: &(String, String)| {
        let (own_namespace, name) = known;
        own_namespace == namespace && (repo.is_empty() || name == repo)
    };
    let fits: Vec<_> = known
        .filter(|known| !is_asked(known) && is_like(&known.1, repo))
        .collect();
    let (near, far): (Vec<_>, Vec<_>) = fits
        .into_iter()
        .partition(|(own, _)| is_like(own, namespace));
    let mut similar = match near.is_empty() && !repo.is_empty() {
        true => far,
        false => near,
    };
    similar.sort_by_key(|(own, _)| own != namespace);
    similar.truncate(MAX_SUGGESTIONS);
    similar
}

#[cfg(test)]
mod tests {
    use super::similar;

    fn found(namespace: &str, repo: &str) -> String {
        let known = [
            ("team", "ledger"),
            ("team", "api"),
            ("demo", "Ledger-UI"),
            ("demo", "web"),
        ];
        let known = known.map(|(namespace, name)| (namespace.to_owned(), name.to_owned()));
        let similar = similar(known.into_iter(), namespace, repo);
        let paths: Vec<_> = similar
            .iter()
            .map(|(namespace, name)| format!("{namespace}/{name}"))
            .collect();
        paths.join(" ")
    }

    #[test]
    fn a_part_of_a_name_finds_the_names_that_have_it() {
        assert_eq!(found("", "led"), "team/ledger demo/Ledger-UI");
        assert_eq!(found("", " LEDGER "), "team/ledger demo/Ledger-UI");
        assert_eq!(found("demo", "led"), "demo/Ledger-UI");
        assert_eq!(found("tea", "led"), "team/ledger");
        // Not in the namespace, but elsewhere.
        assert_eq!(found("team", "web"), "demo/web");
        // More was typed than there is.
        assert_eq!(found("", "web-app"), "demo/web");
        assert_eq!(found("tea", ""), "team/ledger team/api");
        assert_eq!(found("", "nothing"), "");
        assert_eq!(found("other", ""), "");
        // What was asked for has no builds.
        assert_eq!(found("team", "api"), "");
    }
}
