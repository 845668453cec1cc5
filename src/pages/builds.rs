//! The builds table, with its filters and pages in the URL.

use crate::api::{Build, Page, Status};
use crate::app::heading;
use crate::components::badge::status_word;
use crate::components::builds_table::builds_table;
use crate::components::button::Button;
use crate::components::input::{Input, select};
use crate::components::notice::{load_error, notice, skeleton};
use crate::components::table::{Step, pager};
use crate::connection::use_connection;
use crate::known;
use crate::navigation::use_navigation;
use crate::query::use_query;
use crate::routes::{BuildsQuery, Route};
use crate::text::words;
use crate::ts;
use crate::view::{choose, effect, live, memo, part, when};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// How often a page with a build under way is read again, in milliseconds, and one without.
const LIVE: u32 = 2_000;
const IDLE: u32 = 15_000;

/// The Builds page.
#[component]
pub fn Builds() -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let query = Memo::new(
        move |before: Option<&BuildsQuery>| match navigation.route() {
            Some(Route::Builds(query)) => query,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    // What the API is asked for: the status filters what it answered.
    let asked = memo(move || {
        query.with(|query| {
            (
                query.namespace.clone(),
                query.repo.clone(),
                query.page.max(1),
            )
        })
    });
    let builds = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, repo, page) = asked.get();
            Some(Box::pin(async move {
                let namespace = (!namespace.is_empty()).then_some(namespace.as_str());
                let repo = (!repo.is_empty()).then_some(repo.as_str());
                client.builds(namespace, repo, page).await
            }))
        },
        |page: &Page<Build>| Some(if page.is_live() { LIVE } else { IDLE }),
    );
    effect(move || {
        if let Some(page) = builds.data() {
            let address = connection.address();
            for build in page.results.read.iter().rev() {
                if let Some((namespace, name)) = build.repository()
                    && known::find(&address, namespace, name).is_none()
                {
                    known::remember(&address, namespace, name, None);
                }
            }
        }
    });
    let rows = memo(move || {
        let status = query.with(|query| query.status.clone());
        let Some(page) = builds.data() else {
            return Vec::new();
        };
        let fits = |build: &&Build| status.is_empty() || build.status.as_str() == status;
        page.results.read.iter().filter(fits).cloned().collect()
    });
    let is_empty = move || rows.with(Vec::is_empty);
    let (has_data, error) = (builds.has_data(), builds.error());
    let unread = memo(move || builds.data().map_or(0, |page| page.results.unread));
    let counts = memo(move || {
        let page = builds.data()?;
        (page.count > 0).then(|| (page.count, page.pages()))
    });
    // A page beyond the last is no fault of the API's.
    let beyond = move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && query.with(|query| query.page > 1)
    };
    let told = Signal::derive(move || error.get().filter(|_| !beyond()));
    let table = move || builds_table(rows.into(), ts!(builds.title));
    let loaded = move || {
        view! {
            {choose(move || !is_empty(), table, move || empty(query))}
            {part(move || {
                let (count, pages) = counts.get()?;
                Some(builds_pager(query, count, pages))
            })}
        }
        .into_any()
    };
    let loading = move || error.get().is_none().then(|| skeleton(6)).into_any();
    view! {
        {heading(ts!(builds.title))}
        {filters(query)}
        {load_error(ts!(builds.loading), told, has_data, move || builds.refresh())}
        {when(beyond, move || no_such_page(query))}
        {part(move || {
            (unread.get() > 0).then(|| notice("warning", ts!(builds.unread, n = unread.get())))
        })}
        {choose(move || has_data.get(), loaded, loading)}
    }
}

fn filters(query: Memo<BuildsQuery>) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let namespace = RwSignal::new(String::new());
    let repo = RwSignal::new(String::new());
    effect(move || {
        query.with(|query| {
            namespace.set(query.namespace.clone());
            repo.set(query.repo.clone());
        });
    });
    let apply = move || {
        navigation.go(&Route::Builds(BuildsQuery {
            namespace: namespace.get_untracked().trim().to_owned(),
            repo: repo.get_untracked().trim().to_owned(),
            page: 1,
            ..query.get_untracked()
        }));
    };
    let statuses = [
        Status::Waiting,
        Status::InProgress,
        Status::Succeeded,
        Status::Failed,
    ];
    let mut options = vec![(String::new(), ts!(builds.any_status))];
    options.extend(
        statuses
            .into_iter()
            .map(|status| (status.to_string(), live(move || status_word(&status)))),
    );
    let choose_status = move |status| {
        navigation.go(&Route::Builds(BuildsQuery {
            status,
            ..query.get_untracked()
        }));
    };
    view! {
        <form
            class="filters"
            role="search"
            aria-label=ts!(builds.filters)
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                apply();
            }
        >
            {Input::new(ts!(builds.namespace), namespace)
                .placeholder(live(move || connection.namespace()))
                .on_change(apply)}
            {Input::new(ts!(builds.repository), repo).on_change(apply)}
            {select(
                ts!(builds.status),
                options,
                move || query.with(|query| query.status.clone()),
                choose_status,
            )}
            {Button::new(ts!(builds.apply)).submit()}
        </form>
    }
    .into_any()
}

/// What to do on a page that there is not.
fn no_such_page(query: Memo<BuildsQuery>) -> AnyView {
    let navigation = use_navigation();
    let first = live(move || {
        navigation.href(&Route::Builds(BuildsQuery {
            page: 1,
            ..query.get()
        }))
    });
    view! {
        <div class="empty">
            <p>{ts!(builds.beyond, page = query.with(|query| query.page))}</p>
            {Button::new(ts!(builds.to_first)).primary().link(first)}
        </div>
    }
    .into_any()
}

/// What to do where no build is shown.
fn empty(query: Memo<BuildsQuery>) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let filtered = query.with(|query| *query != BuildsQuery::first());
    let (said, button) = match filtered {
        true => {
            let everything = navigation.href(&Route::Builds(BuildsQuery::default()));
            let button = Button::new(ts!(builds.show_all)).link(Signal::stored(everything));
            (ts!(builds.none_here), button)
        }
        false => {
            let repositories = live(move || {
                let namespace = connection.namespace();
                navigation.href(&match namespace.is_empty() {
                    true => Route::Connection { back: None },
                    false => Route::Repositories { namespace },
                })
            });
            let button = Button::new(ts!(nav.repositories))
                .primary()
                .link(repositories);
            (ts!(builds.none_yet), button)
        }
    };
    view! {
        <div class="empty">
            <p>{said}</p>
            {button}
        </div>
    }
    .into_any()
}

fn builds_pager(query: Memo<BuildsQuery>, count: u64, pages: u64) -> AnyView {
    let navigation = use_navigation();
    let to = move |page: u64| {
        let query = query.get();
        let here = query.page.max(1);
        let page = match page {
            0 => here.saturating_sub(1),
            _ => here + 1,
        };
        match (1..=pages).contains(&page) {
            true => Step::To(navigation.href(&Route::Builds(BuildsQuery { page, ..query }))),
            false => Step::None,
        }
    };
    let said = ts!(
        builds.page_of,
        page = words().number(query.with(|query| query.page.max(1))),
        pages = words().number(pages),
        count = words().number(count)
    );
    pager(said, move || to(0), move || to(1))
}
