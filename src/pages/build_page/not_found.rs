//! Says that a build does not exist, and suggests builds with a similar id.

use crate::api::Build as BuildData;
use crate::client::{Client, Error};
use crate::query::schedule::Pace;
use crate::query::use_query;
use crate::reactive::dynamic;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::session_cache::use_session_cache;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// The most pages of builds that are searched for a similar id.
const MAX_SEARCHED_PAGES: u64 = 5;

/// The number of characters that two similar ids share at their start.
const SHARED_PREFIX_CHARS: usize = 6;

/// Says that there is no such build. Suggests builds whose id starts like this one: it may be part of an id.
pub(crate) fn not_found(id: StoredValue<String>) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let cache = use_session_cache();
    let prefix: String = id.with_value(|id| id.chars().take(SHARED_PREFIX_CHARS).collect());
    let similar = use_query(
        move || {
            let client = connection.client()?;
            let prefix = prefix.clone();
            let cached = cache.all_builds();
            Some(Box::pin(async move {
                find_by_prefix(&client, cached, &prefix).await
            }))
        },
        |_| Pace::Never,
    );
    let suggestions = move || {
        let builds = similar.data().filter(|builds| !builds.is_empty())?;
        let links: Vec<AnyView> = builds
            .iter()
            .map(|build| suggestion(navigation, build))
            .collect();
        Some(view! {
            <p>{t_signal!(build.near)}</p>
            <ul>{links}</ul>
        })
    };
    let builds_href = navigation.href(&Route::Builds(BuildsQuery::default()));
    view! {
        <div class="empty" role="status">
            <p>{t_signal!(build.missing, id = id.get_value())}</p>
            {dynamic(suggestions)}
            {Button::new(t_signal!(build.all_builds)).primary().link(Signal::stored(builds_href))}
        </div>
    }
    .into_any()
}

fn suggestion(navigation: Navigation, build: &BuildData) -> AnyView {
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    view! {
        <li>
            <a class="code" href=href>
                {build.image_reference()}
                " · "
                {build.build_id.clone()}
            </a>
        </li>
    }
    .into_any()
}

/// Finds builds whose id starts with the prefix: in the cached ones, then page by page at the API.
async fn find_by_prefix(
    client: &Client,
    cached: Vec<BuildData>,
    prefix: &str,
) -> Result<Vec<BuildData>, Error> {
    let matches = |build: &BuildData| !prefix.is_empty() && build.build_id.starts_with(prefix);
    let mut found = cached;
    found.retain(matches);
    for page in 1..=MAX_SEARCHED_PAGES {
        if !found.is_empty() {
            break;
        }
        let answer = client.builds(None, None, page).await?;
        found.extend(answer.results.read.into_iter().filter(matches));
        if answer.next.is_none() {
            break;
        }
    }
    Ok(found)
}
