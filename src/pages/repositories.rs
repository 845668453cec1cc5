//! The build repositories of a namespace: those the API lists, or else those this browser knows.

use crate::api::{Page, Repository};
use crate::app::heading;
use crate::components::icon;
use crate::components::notice::{error_notice, notice, skeleton};
use crate::components::time::relative_time;
use crate::connection::use_connection;
use crate::known;
use crate::navigation::use_navigation;
use crate::query::use_query;
use crate::routes::{BuildsQuery, Route};
use crate::text::words;
use crate::view::{live, part};
use crate::{tr, ts, tx};
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
        |_| None,
    );
    let data = Memo::new(move |_| list.data());
    let error = Memo::new(move |_| list.error());
    let not_offered = Memo::new(move |_| error.get().is_some_and(|error| error.is_not_offered()));
    let new = move || {
        navigation.href(&Route::NewRepository {
            namespace: namespace.get_value(),
        })
    };
    let rows = Memo::new(move |_| match (data.get(), not_offered.get()) {
        (Some(page), _) => Some(page.results.read.iter().map(Row::of).collect::<Vec<_>>()),
        (None, true) => {
            let address = connection.address();
            let namespace = namespace.get_value();
            let known = known::all(&address).into_iter();
            Some(
                known
                    .filter(|seen| seen.namespace == namespace)
                    .map(|seen| match seen.repository {
                        Some(repository) => Row::of(&repository),
                        None => Row {
                            name: seen.name,
                            ..Row::default()
                        },
                    })
                    .collect(),
            )
        }
        _ => None,
    });
    view! {
        <div class="page-head">
            {heading(ts!(repositories.title, namespace = namespace.get_value()))}
            <a class="button" data-kind="primary" href=new>
                {icon::icon(icon::PLUS)}
                {tx!(repositories.new)}
            </a>
        </div>
        {part(move || {
            error
                .get()
                .filter(|error| !error.is_not_offered())
                .map(|error| {
                    error_notice(ts!(repositories.loading), error, data.get().is_some(), Some(Callback::new(move |()| list.refresh())))
                })
        })}
        {part(move || not_offered.get().then(|| notice("info", ts!(repositories.known_only))))}
        {part(move || match rows.get() {
            None => error.get().is_none().then(|| skeleton(5)).into_any(),
            Some(rows) if rows.is_empty() => {
                view! {
                    <div class="empty">
                        <p>{tx!(repositories.none)}</p>
                        <a class="button" data-kind="primary" href=new>
                            {tx!(repositories.new)}
                        </a>
                    </div>
                }
                    .into_any()
            }
            Some(rows) => view! { <Table namespace=namespace rows=rows /> }.into_any(),
        })}
        {part(move || data.get().map(|read| view! { <Pager page=page read=read /> }))}
    }
}

/// What a row shows of a repository.
#[derive(Clone, PartialEq, Default)]
struct Row {
    name: String,
    description: String,
    source: String,
    tags: Vec<String>,
    is_public: Option<bool>,
    updated_at: Option<crate::api::Timestamp>,
}

impl Row {
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

#[component]
fn Table(namespace: StoredValue<String>, rows: Vec<Row>) -> impl IntoView {
    let navigation = use_navigation();
    let row = move |row: Row| {
        let route = Route::Repository {
            namespace: namespace.get_value(),
            name: row.name.clone(),
        };
        let builds = Route::Builds(BuildsQuery {
            namespace: namespace.get_value(),
            repo: row.name.clone(),
            ..BuildsQuery::default()
        });
        view! {
            <tr>
                <td data-label=ts!(repositories.name)>
                    <a class="code row-link" href=live(move || navigation.href(&route))>
                        {row.name.clone()}
                    </a>
                    <div class="quiet">{row.description}</div>
                </td>
                <td data-label=ts!(repositories.tags)>
                    {row
                        .tags
                        .into_iter()
                        .map(|tag| view! { <span class="chip code">{tag}</span> })
                        .collect_view()}
                </td>
                <td class="code" data-label=ts!(build.source)>
                    {row.source}
                </td>
                <td data-label=ts!(repositories.visibility)>
                    {row
                        .is_public
                        .map(|public| {
                            move || {
                                if public { tr!(repositories.public) } else { tr!(repositories.private) }
                            }
                        })}
                </td>
                <td data-label=ts!(repositories.updated)>{row.updated_at.map(relative_time)}</td>
                <td class="row-actions">
                    <a class="button" href=live(move || navigation.href(&builds))>
                        {tx!(nav.builds)}
                        <span class="visually-hidden">{format!(" {}", row.name)}</span>
                    </a>
                </td>
            </tr>
        }
    };
    let caption = ts!(repositories.title, namespace = namespace.get_value());
    view! {
        <div class="table-scroll" role="region" aria-label=caption tabindex="0">
            <table class="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">{tx!(repositories.name)}</th>
                        <th scope="col">{tx!(repositories.tags)}</th>
                        <th scope="col">{tx!(build.source)}</th>
                        <th scope="col">{tx!(repositories.visibility)}</th>
                        <th scope="col">{tx!(repositories.updated)}</th>
                        <th scope="col">
                            <span class="visually-hidden">{tx!(builds.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn Pager(page: RwSignal<u64>, read: Page<Repository>) -> impl IntoView {
    let (more, less) = (read.next.is_some(), read.previous.is_some());
    let unread = read.results.unread;
    let count = read.count;
    view! {
        {(unread > 0).then(|| notice("warning", ts!(builds.unread, n = unread)))}
        {(more || less)
            .then(|| {
                view! {
                    <nav class="pager" aria-label=ts!(builds.pages)>
                        <span role="status">
                            {part(move || {
                                tr!(
                                    repositories.page,
                                    page = words().number(page.get()),
                                    count = words().number(count)
                                )
                            })}
                        </span>
                        <span class="button-group">
                            <button
                                type="button"
                                class="button"
                                disabled=!less
                                on:click=move |_| page.update(|page| *page = page.saturating_sub(1).max(1))
                            >
                                {tx!(builds.previous)}
                            </button>
                            <button
                                type="button"
                                class="button"
                                disabled=!more
                                on:click=move |_| page.update(|page| *page += 1)
                            >
                                {tx!(builds.next)}
                            </button>
                        </span>
                    </nav>
                }
            })}
    }
}
