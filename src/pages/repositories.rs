//! The build repositories of a namespace: those the API lists, or else those this browser knows.

use crate::api::{Page, Repository};
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::components::time::relative_time;
use crate::i18n::words;
use crate::query::schedule::Pace;
use crate::query::use_query;
use crate::reactive::{dynamic, effect, memo, text_signal};
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
pub fn Repositories(namespace: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let namespace = StoredValue::new(namespace);
    let page = RwSignal::new(1u64);
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
    let error = list.error();
    let not_offered = memo(move || error.get().is_some_and(|error| error.is_not_offered()));
    let new = text_signal(move || {
        navigation.href(&Route::NewRepository {
            namespace: namespace.get_value(),
        })
    });
    let has_data = list.has_data();
    // Not offered is told as what it means, not as an error.
    let told = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    let rows = memo(move || match (list.data(), not_offered.get()) {
        (Some(page), _) => Some(
            page.results
                .read
                .iter()
                .map(RepositoryRow::of)
                .collect::<Vec<_>>(),
        ),
        (None, true) => {
            let address = connection.address();
            let namespace = namespace.get_value();
            let known = known_repositories::all(&address).into_iter();
            Some(
                known
                    .filter(|seen| seen.namespace == namespace)
                    .map(|seen| match seen.repository {
                        Some(repository) => RepositoryRow::of(&repository),
                        None => RepositoryRow {
                            name: seen.name,
                            ..RepositoryRow::default()
                        },
                    })
                    .collect(),
            )
        }
        _ => None,
    });
    effect(move || {
        if let Some(page) = list.data() {
            let paths: Vec<String> = page
                .results
                .read
                .iter()
                .map(|one| format!("{}/{}", one.namespace, one.repo_name))
                .collect();
            let address = connection.address();
            known_repositories::names::note(&address, paths.iter().map(String::as_str));
        }
    });
    let new_button = move || Button::new(t_signal!(repositories.new)).primary();
    let body = move || match rows.get() {
        None => told.get().is_none().then(|| skeleton(5)).into_any(),
        // Where the API lists nothing, that none is known says nothing.
        Some(rows) if rows.is_empty() && not_offered.get() => ().into_any(),
        Some(rows) if rows.is_empty() => view! {
            <div class="empty">
                <p>{t_signal!(repositories.none)}</p>
                {new_button().link(new)}
            </div>
        }
        .into_any(),
        Some(rows) => repositories_table(namespace, rows),
    };
    let below = move || {
        let read = list.data()?;
        Some(repositories_pager(page, &read))
    };
    view! {
        <div class="page-head">
            {heading(t_signal!(repositories.title, namespace = namespace.get_value()))}
            {new_button().icon(icon::PLUS).link(new)}
        </div>
        {load_error(t_signal!(repositories.loading), told, has_data, move || list.refresh())}
        {dynamic(move || not_offered.get().then(|| known_only(namespace)))}
        {dynamic(body)}
        {dynamic(below)}
    }
}

/// Says that the API lists nothing, and opens a repository by its name.
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

/// What a row shows of a repository.
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
            let builds = navigation.href(&Route::Builds(BuildsQuery {
                namespace: namespace.clone(),
                repo: name.clone(),
                ..BuildsQuery::default()
            }));
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

fn repositories_pager(page: RwSignal<u64>, read: &Page<Repository>) -> AnyView {
    let (more, less) = (read.next.is_some(), read.previous.is_some());
    let (unread, count) = (read.results.unread, read.count);
    let step = move |is: bool, forward: bool| match is {
        true => PagerStep::Press(Callback::new(move |()| {
            page.update(|page| {
                *page = if forward {
                    *page + 1
                } else {
                    (*page - 1).max(1)
                }
            });
        })),
        false => PagerStep::None,
    };
    let said = t_signal!(
        repositories.page,
        page = words().number(page.get()),
        count = words().number(count)
    );
    view! {
        {(unread > 0).then(|| notice("warning", t_signal!(builds.unread, n = unread)))}
        {(more || less).then(|| pager(said, move || step(less, false), move || step(more, true)))}
    }
    .into_any()
}
