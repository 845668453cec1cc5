//! The choice of the build to compare with: the last success of the tag, or a recent build of the repository.

use crate::api::Build;
use crate::components::builds::history::bar_title;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{dynamic, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::clock::use_clock;
use crate::state::connection::use_connection;
use crate::ui::input::select;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The choice. `chosen` is the id in the URL, `other` that build.
pub(crate) fn picker(
    build: Query<Build>,
    repository: Memo<Option<(String, String)>>,
    chosen: Memo<Option<String>>,
    other: Query<Build>,
) -> AnyView {
    let recent = use_recent(repository);
    let navigation = use_navigation();
    let own = memo(move || {
        let build = build.data()?;
        Some((build.build_id.clone(), build.docker_repo_tag.clone()))
    });
    let builds = memo(move || {
        let (own, _) = own.get()?;
        let mut builds = recent
            .data()
            .map(|builds| (*builds).clone())
            .unwrap_or_default();
        builds.retain(|build| build.build_id != own);
        // The one in the URL may be older than those.
        let other = other.data().filter(|_| chosen.with(Option::is_some));
        if let Some(other) = other
            && builds.iter().all(|build| build.build_id != other.build_id)
        {
            builds.insert(0, (*other).clone());
        }
        Some(builds)
    });
    let choose = move |id: String| {
        let own = own.get_untracked();
        navigation.go(&Route::Compare {
            build_id: own.map(|(id, _)| id).unwrap_or_default(),
            other: (!id.is_empty()).then_some(id),
        });
    };
    let choice = move || {
        let (_, tag) = own.get()?;
        let mut options = vec![(String::new(), t_signal!(compare.last_success, tag = tag))];
        options.extend(builds.get()?.iter().map(option));
        let chosen = move || chosen.get().unwrap_or_default();
        Some(select(t_signal!(compare.with), options, chosen, choose))
    };
    view! { <div class="compare-picker">{dynamic(choice)}</div> }.into_any()
}

/// The value and the words of a build.
fn option(build: &Build) -> (String, Signal<String>) {
    let clock = use_clock();
    let shown = build.clone();
    let words = text_signal(move || {
        let title = bar_title(&shown, clock.now());
        match shown.docker_repo_tag.clone() {
            tag if tag.is_empty() => title,
            tag => t_string!(words.fact, name = tag, value = title),
        }
    });
    (build.build_id.clone(), words)
}

/// The last builds of the repository.
fn use_recent(repository: Memo<Option<(String, String)>>) -> Query<Vec<Build>> {
    let connection = use_connection();
    use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = repository.get()?;
            Some(Box::pin(async move {
                let page = client.builds(Some(&namespace), Some(&name), 1).await?;
                Ok(page.results.read)
            }))
        },
        |_| Pace::Never,
    )
}
