//! The build repositories of a namespace: those that the API lists, or, where it lists none, those that
//! this browser knows. The page number is in the URL.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

use crate::api::{Page, Repository};
use crate::components::error_notice::load_error;
use crate::components::page_beyond_last::page_beyond_last;
use crate::components::page_heading::heading;
use crate::components::time::relative_time;
use crate::i18n::words;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{bool_signal, dynamic, effect, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::Input;
use crate::ui::notice::{notice, skeleton};
use crate::ui::table::{PagerStep, cell, pager, row, table};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The Repositories page.
#[component]
pub(crate) fn Repositories(namespace: String) -> impl IntoView {
    let navigation = use_navigation();
    let namespace = StoredValue::new(namespace);
    let page = page_number();
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
    let rows = repository_rows(namespace, list, not_offered);
    let body = move || match rows.get() {
        None => shown_error.get().is_none().then(|| skeleton(5)).into_any(),
        // The API lists none: that this browser knows none says nothing about the namespace.
        Some(rows) if rows.is_empty() && not_offered.get() => ().into_any(),
        Some(rows) if rows.is_empty() => view! {
            <div class="empty">
                <p>{t_signal!(repositories.none)}</p>
                {create_button().link(create_href)}
            </div>
        }
        .into_any(),
        Some(rows) => repositories_table(namespace, rows),
    };
    let main = move || {
        view! {
            {dynamic(move || not_offered.get().then(|| known_only(namespace)))}
            {dynamic(body)}
            {dynamic(move || Some(repositories_pager(namespace, page, &*list.data()?)))}
        }
        .into_any()
    };
    let beyond_last = move || page_beyond_last(page.into(), first_href);
    view! {
        <div class="page-head">
            {heading(t_signal!(repositories.title, namespace = namespace.get_value()))}
            {create_button().icon(icon::PLUS).link(create_href)}
        </div>
        {load_error(
            t_signal!(repositories.loading),
            shown_error,
            list.has_data(),
            move || list.refresh(),
        )}
        {show_or(move || is_beyond_last.get(), beyond_last, main)}
    }
}

fn create_button() -> Button {
    Button::new(t_signal!(repositories.new)).primary()
}

/// The page number in the URL, counted from 1. Keeps its value while another page is opened.
fn page_number() -> Memo<u64> {
    let navigation = use_navigation();
    Memo::new(move |before: Option<&u64>| match navigation.route() {
        Some(Route::Repositories { page, .. }) => page.max(1),
        _ => before.copied().unwrap_or(1),
    })
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

/// The rows of the table; `None` until they are known.
fn repository_rows(
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

/// The repositories of the namespace that this browser knows at this API.
fn known_rows(address: &str, namespace: &str) -> Vec<RepositoryRow> {
    known_repositories::list(address)
        .into_iter()
        .filter(|known| known.namespace == namespace)
        .map(|known| match known.repository {
            Some(repository) => RepositoryRow::of(&repository),
            None => RepositoryRow {
                name: known.name,
                ..RepositoryRow::default()
            },
        })
        .collect()
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
        {notice("info", t_signal!(repositories.known_only))}
        <form
            class="filters"
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                open();
            }
        >
            {Input::new(t_signal!(repositories.by_name), name).view()}
            {Button::new(t_signal!(repositories.open)).submit()}
        </form>
    }
    .into_any()
}

/// The fields of a repository that its row shows.
#[derive(Clone, PartialEq, Default)]
struct RepositoryRow {
    name: String,
    description: String,
    source: String,
    tags: Vec<String>,
    is_public: Option<bool>,
    updated_at: Option<crate::api::Timestamp>,
}

impl RepositoryRow {
    fn of(repository: &Repository) -> Self {
        let config = repository.build_config.as_ref();
        Self {
            name: repository.repo_name.clone(),
            description: repository.description.clone(),
            source: config.map_or_else(String::new, |config| config.code_repo_path.clone()),
            tags: config.map_or_else(Vec::new, |config| {
                let tags = config.tag_configs.iter();
                tags.map(|tag| tag.docker_repo_tag.clone()).collect()
            }),
            is_public: Some(repository.is_public),
            updated_at: repository.updated_at,
        }
    }
}

fn repositories_table(namespace: StoredValue<String>, rows: Vec<RepositoryRow>) -> AnyView {
    let navigation = use_navigation();
    let rows: Vec<AnyView> = rows
        .into_iter()
        .map(|shown| {
            let namespace = namespace.get_value();
            let name = shown.name.clone();
            let builds = navigation.href(&Route::Builds(BuildsQuery::of_repository(
                namespace.clone(),
                name.clone(),
            )));
            let href = navigation.href(&Route::Repository {
                namespace,
                name: name.clone(),
            });
            let link = view! {
                <a class="code row-link" href=href>
                    {name.clone()}
                </a>
                <div class="quiet">{shown.description}</div>
            };
            let tags: Vec<AnyView> = shown
                .tags
                .into_iter()
                .map(|tag| view! { <span class="chip code">{tag}</span> }.into_any())
                .collect();
            let visibility = shown.is_public.map(|public| match public {
                true => t_signal!(repositories.public),
                false => t_signal!(repositories.private),
            });
            let source = view! { <span class="code">{shown.source}</span> };
            row(
                vec![
                    cell(t_signal!(repositories.name), link.into_any()),
                    cell(t_signal!(repositories.tags), tags.into_any()),
                    cell(t_signal!(build.source), source.into_any()),
                    cell(t_signal!(repositories.visibility), visibility.into_any()),
                    cell(
                        t_signal!(repositories.updated),
                        shown.updated_at.map(relative_time).into_any(),
                    ),
                ],
                Button::new(t_signal!(nav.builds))
                    .name(t_signal!(repositories.builds_of, name = name))
                    .link(Signal::stored(builds)),
            )
        })
        .collect();
    let columns = vec![
        t_signal!(repositories.name),
        t_signal!(repositories.tags),
        t_signal!(build.source),
        t_signal!(repositories.visibility),
        t_signal!(repositories.updated),
    ];
    table(
        t_signal!(repositories.title, namespace = namespace.get_value()),
        columns,
        rows.into_any(),
    )
}

fn repositories_pager(
    namespace: StoredValue<String>,
    page: Memo<u64>,
    list: &Page<Repository>,
) -> AnyView {
    let navigation = use_navigation();
    let (has_next, unread, count) = (list.next.is_some(), list.results.unread, list.count);
    let href = move |page: u64| {
        let namespace = namespace.get_value();
        navigation.href(&Route::Repositories { namespace, page })
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
