//! Builds with a similar id, for an id that does not exist.

use crate::api::Build as BuildData;
use crate::query::schedule::Pace;
use crate::query::use_query;
use crate::reactive::dynamic;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::session_cache::use_session_cache;
use crate::t_signal;
use leptos::prelude::*;

/// The most pages of builds that are looked through for an id that begins alike.
const NEAR_PAGES: u64 = 5;

/// The builds whose ids begin like the one that there is not: a part of an id may have been given.
pub(crate) fn near(id: StoredValue<String>) -> AnyView {
    const SHARED: usize = 6;
    let navigation = use_navigation();
    let connection = use_connection();
    let visit = use_session_cache();
    let start: String = id.with_value(|id| id.chars().take(SHARED).collect());
    let looked = use_query(
        move || {
            let client = connection.client()?;
            let start = start.clone();
            Some(Box::pin(async move {
                let fits =
                    |build: &BuildData| !start.is_empty() && build.build_id.starts_with(&start);
                let mut near: Vec<BuildData> = visit.all_builds();
                near.retain(fits);
                for page in 1..=NEAR_PAGES {
                    if !near.is_empty() {
                        break;
                    }
                    let answer = client.builds(None, None, page).await?;
                    near.extend(answer.results.read.into_iter().filter(fits));
                    if answer.next.is_none() {
                        break;
                    }
                }
                Ok(near)
            }))
        },
        |_| Pace::Never,
    );
    let found = move || {
        let near = looked.data().filter(|near| !near.is_empty())?;
        let links: Vec<AnyView> = near
            .iter()
            .map(|build| {
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
            })
            .collect();
        Some(view! {
            <p>{t_signal!(build.near)}</p>
            <ul>{links}</ul>
        })
    };
    let builds = navigation.href(&Route::Builds(BuildsQuery::default()));
    view! {
        <div class="empty" role="status">
            {dynamic(found)} <p>
                <a href=builds>{t_signal!(nav.builds)}</a>
            </p>
        </div>
    }
    .into_any()
}
