//! The build repositories of a namespace, each with its tags and the state of its last builds: those that the API lists,
//! or, where it lists none, those that this browser knows. The page number and the search are in the URL.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod place;
mod repository_row;
mod search;
mod table;

use crate::api::{Build, Page, Repository};
use crate::client::Error;
use crate::components::builds::last_builds::group_builds;
use crate::components::builds::list::use_builds;
use crate::components::builds::recent_builds::use_recent_builds;
use crate::components::error_notice::load_error;
use crate::components::page_beyond_last::page_beyond_last;
use crate::components::page_heading::heading;
use crate::i18n::words;
use crate::pages::repositories::place::use_place;
use crate::pages::repositories::repository_row::{RepositoryRow, known_rows};
use crate::pages::repositories::search::{
    SearchedRows, no_match, search_field, search_note, use_search,
};
use crate::pages::repositories::table::{RepositoryStates, repositories_table};
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{bool_signal, dynamic, effect, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::state::session_cache::{BuildsPage, BuildsRequest};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::Input;
use crate::ui::notice::{notice, skeleton};
use crate::ui::table::{PagerStep, pager};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The Repositories page.
#[component]
pub(crate) fn Repositories(namespace: String) -> impl IntoView {
    let navigation = use_navigation();
    let namespace = StoredValue::new(namespace);
    let place = use_place();
    let page = memo(move || place.with(|place| place.page));
    let list = use_repositories(namespace, page);
    let error = list.error();
    let is_beyond_last = bool_signal(move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && page.get() > 1
    });
    let not_offered = memo(move || {
        let not_offered = error.get().is_some_and(|error| error.is_not_offered());
        not_offered && !is_beyond_last.get()
    });
    // An API that lists no repositories is explained, and is not an error.
    let shown_error = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let create_href = text_signal(move || {
        navigation.href(&Route::NewRepository {
            namespace: namespace.get_value(),
        })
    });
    let first_href =
        text_signal(move || navigation.href(&Route::repositories(namespace.get_value())));
    let listed = listed_rows(namespace, list, not_offered);
    let search = use_search(namespace, place, list, listed);
    let is_empty = memo(move || {
        let has_none = search
            .rows
            .with(|rows| rows.as_ref().is_some_and(Vec::is_empty));
        has_none && !search.is_searching.get() && !not_offered.get() && !is_beyond_last.get()
    });
    let (states, builds) = use_states(namespace);
    // One notice is enough when both reads fail.
    let builds_error = move || match error.get() {
        Some(error) if !error.is_not_offered() => None,
        _ => builds.error().get(),
    };
    let main = move || {
        view! {
            {dynamic(move || not_offered.get().then(|| known_only(namespace)))}
            {load_error(
                t_signal!(builds.loading),
                builds_error,
                builds.has_data(),
                move || builds.refresh(),
            )}
            {search_note(search)}
            {body(namespace, search, states, not_offered, shown_error, create_href)}
            {dynamic(move || {
                let is_searching = search.is_searching.get();
                list.data()
                    .filter(|_| !is_searching)
                    .map(|list| repositories_pager(namespace, page, &list))
            })}
        }
        .into_any()
    };
    let beyond_last = move || page_beyond_last(page.into(), first_href);
    view! {
        <div class="page-head">
            {heading(t_signal!(repositories.title, namespace = namespace.get_value()))}
            {search_field(namespace, place)}
            <span class="page-actions">
                // The empty list has this button in its middle.
                {show(
                    move || !is_empty.get(),
                    move || create_button().icon(icon::PLUS).link(create_href),
                )}
            </span>
        </div>
        {load_error(
            t_signal!(repositories.loading),
            move || shown_error.get(),
            list.has_data(),
            move || list.refresh(),
        )}
        {show_or(move || is_beyond_last.get(), beyond_last, main)}
    }
}

fn create_button() -> Button {
    Button::new(t_signal!(repositories.new)).primary()
}

/// Reads one page of the namespace's repositories, and notes their names for the palette.
fn use_repositories(namespace: StoredValue<String>, page: Memo<u64>) -> Query<Page<Repository>> {
    let connection = use_connection();
    let list = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, page) = (namespace.get_value(), page.get());
            Some(Box::pin(async move {
                client.repositories(&namespace, page).await
            }))
        },
        |_| Pace::Never,
    );
    effect(move || {
        let Some(page) = list.data() else { return };
        let repositories = page.results.read.iter();
        let paths: Vec<String> = repositories
            .map(|repository| format!("{}/{}", repository.namespace, repository.repo_name))
            .collect();
        let address = connection.address();
        known_repositories::names::record(&address, paths.iter().map(String::as_str));
    });
    list
}

/// The state of each repository, from the namespace's builds.
fn use_states(namespace: StoredValue<String>) -> (RepositoryStates, Query<BuildsPage>) {
    let request = BuildsRequest {
        namespace: namespace.get_value(),
        repo: String::new(),
        page: 1,
    };
    let first = request.clone();
    let list = use_builds(memo(move || first.clone()), Signal::stored(false));
    // A namespace can have more repositories than are listed: only the last page to look at ends the search.
    let recent = use_recent_builds(list, request, |_| false);
    let builds = recent.all();
    let states = RepositoryStates {
        recent,
        by_path: memo(move || {
            builds.with(|builds| group_builds(builds, |build| build.docker_repo_path.clone()))
        }),
        by_image: memo(move || builds.with(|builds| group_builds(builds, Build::image_reference))),
    };
    (states, list.query)
}

/// The rows of the page; `None` until they are known.
fn listed_rows(
    namespace: StoredValue<String>,
    list: Query<Page<Repository>>,
    not_offered: Memo<bool>,
) -> Memo<Option<Vec<RepositoryRow>>> {
    let connection = use_connection();
    memo(move || match (list.data(), not_offered.get()) {
        (Some(page), _) => {
            let repositories = page.results.read.iter();
            Some(repositories.map(RepositoryRow::of).collect())
        }
        (None, true) => Some(known_rows(&connection.address(), &namespace.get_value())),
        (None, false) => None,
    })
}

/// The table, or what there is instead: a skeleton, the next step, or that nothing matches.
fn body(
    namespace: StoredValue<String>,
    search: SearchedRows,
    states: RepositoryStates,
    not_offered: Memo<bool>,
    shown_error: Signal<Option<Error>>,
    create_href: Signal<String>,
) -> AnyView {
    let has_rows = move || {
        let rows = search.rows;
        rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty()))
    };
    let without_rows = move || match search.rows.with(Option::is_none) {
        true => shown_error.get().is_none().then(|| skeleton(5)).into_any(),
        false if search.is_searching.get() => {
            search.has_ended().then(|| no_match(namespace)).into_any()
        }
        // The API lists none: that this browser knows none says nothing about the namespace.
        false if not_offered.get() => ().into_any(),
        false => view! {
            <div class="empty">
                <p>{t_signal!(repositories.none)}</p>
                {create_button().link(create_href)}
            </div>
        }
        .into_any(),
    };
    show_or(
        has_rows,
        move || repositories_table(namespace, search.rows, states),
        move || dynamic(without_rows).into_any(),
    )
    .into_any()
}

/// Says that the API lists no repositories, and opens one by its name.
fn known_only(namespace: StoredValue<String>) -> AnyView {
    let navigation = use_navigation();
    let name = RwSignal::new(String::new());
    let open = move || {
        let name = name.get_untracked().trim().to_owned();
        if !name.is_empty() {
            navigation.go(&Route::Repository {
                namespace: namespace.get_value(),
                name,
            });
        }
    };
    view! {
        <div class="known-only">
            <p class="quiet" role="status">
                {t_signal!(repositories.known_only)}
            </p>
            <form on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                open();
            }>
                {Input::new(t_signal!(repositories.by_name), name).view()}
                {Button::new(t_signal!(repositories.open)).submit()}
            </form>
        </div>
    }
    .into_any()
}

fn repositories_pager(
    namespace: StoredValue<String>,
    page: Memo<u64>,
    list: &Page<Repository>,
) -> AnyView {
    let navigation = use_navigation();
    let (has_next, unread, count) = (list.next.is_some(), list.results.unread, list.count);
    let href = move |page: u64| {
        navigation.href(&Route::Repositories {
            namespace: namespace.get_value(),
            page,
            text: String::new(),
        })
    };
    let previous = move || match page.get() {
        1 => PagerStep::None,
        page => PagerStep::To(href(page - 1)),
    };
    let next = move || match has_next {
        true => PagerStep::To(href(page.get() + 1)),
        false => PagerStep::None,
    };
    let label = t_signal!(
        repositories.page,
        page = words().number(page.get()),
        count = words().number(count)
    );
    let has_pages = bool_signal(move || has_next || page.get() > 1);
    view! {
        {(unread > 0).then(|| notice("warning", t_signal!(builds.unread, n = unread)))}
        {show(move || has_pages.get(), move || pager(label, previous, next))}
    }
    .into_any()
}
