//! The builds table, with its filters and pages in the URL.

use crate::api::{Build, Page, Status};
use crate::app::heading;
use crate::components::badge::status_word;
use crate::components::builds_table::BuildsTable;
use crate::components::notice::{error_notice, notice, skeleton};
use crate::connection::use_connection;
use crate::known;
use crate::navigation::use_navigation;
use crate::query::{Loaded, use_query};
use crate::routes::{BuildsQuery, Route};
use crate::text::words;
use crate::view::{choose, effect, flag, live, part};
use crate::{tr, ts, tx};
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
    let asked = Memo::new(move |_| {
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
        |state: &Loaded<Page<Build>>| {
            let page = state.data.as_ref()?;
            let live = page.results.read.iter().any(|build| !build.is_finished());
            Some(if live { LIVE } else { IDLE })
        },
    );
    effect(move || {
        if let Some(page) = builds.data() {
            let address = connection.address();
            for build in page.results.read.iter().rev() {
                if let Some((namespace, name)) = build.repository() {
                    if known::find(&address, namespace, name).is_none() {
                        known::remember(&address, namespace, name, None);
                    }
                }
            }
        }
    });
    let rows = Memo::new(move |_| {
        let status = query.with(|query| query.status.clone());
        builds.state.with(|state| {
            let read = state.data.as_ref().map(|page| page.results.read.as_slice());
            read.unwrap_or_default()
                .iter()
                .filter(|build| status.is_empty() || build.status.as_str() == status)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let has_data = Memo::new(move |_| builds.state.with(|state| state.data.is_some()));
    let is_empty = Memo::new(move |_| rows.with(Vec::is_empty));
    let error = Memo::new(move |_| builds.error());
    let unread = Memo::new(move |_| {
        builds
            .state
            .with(|state| state.data.as_ref().map_or(0, |page| page.results.unread))
    });
    view! {
        {heading(ts!(builds.title))}
        <Filters query=query />
        {part(move || {
            error
                .get()
                .map(|error| {
                    error_notice(ts!(builds.loading), error, has_data.get(), Some(Callback::new(move |()| builds.refresh())))
                })
        })}
        {part(move || (unread.get() > 0).then(|| notice("warning", ts!(builds.unread, n = unread.get()))))}
        {choose(move || has_data.get(), move || view! { {choose(move || !is_empty.get(), move || view! { <BuildsTable builds=rows caption=ts!(builds.title) /> }.into_any(), move || (view! { <Empty query=query /> }).into_any())}
            {part(move || {
                builds
                    .state
                    .with(|state| state.data.as_ref().map(|page| (page.count, page.pages())))
                    .map(|(count, pages)| view! { <Pager query=query count=count pages=pages /> })
            })} }.into_any(), move || (error.get().is_none().then(|| skeleton(6))).into_any())}
    }
}

#[component]
fn Filters(query: Memo<BuildsQuery>) -> impl IntoView {
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
            <label class="field">
                <span class="field-label">{tx!(builds.namespace)}</span>
                <input
                    type="text"
                    class="code"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder=live(move || connection.namespace())
                    prop:value=namespace
                    on:input=move |event| namespace.set(event_target_value(&event))
                    on:change=move |_| apply()
                />
            </label>
            <label class="field">
                <span class="field-label">{tx!(builds.repository)}</span>
                <input
                    type="text"
                    class="code"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=repo
                    on:input=move |event| repo.set(event_target_value(&event))
                    on:change=move |_| apply()
                />
            </label>
            <label class="field">
                <span class="field-label">{tx!(builds.status)}</span>
                <select on:change=move |event| {
                    navigation
                        .go(
                            &Route::Builds(BuildsQuery {
                                status: event_target_value(&event),
                                ..query.get_untracked()
                            }),
                        );
                }>
                    <option value="" prop:selected=flag(move || query.with(|query| query.status.is_empty()))>
                        {tx!(builds.any_status)}
                    </option>
                    {statuses
                        .into_iter()
                        .map(|status| {
                            let letter = status.to_string();
                            let chosen = letter.clone();
                            view! {
                                <option
                                    value=letter
                                    prop:selected=flag(move || query.with(|query| query.status == chosen))
                                >
                                    {part(move || status_word(&status))}
                                </option>
                            }
                        })
                        .collect_view()}
                </select>
            </label>
            <button type="submit" class="button">
                {tx!(builds.apply)}
            </button>
        </form>
    }
}

/// What to do where no build is shown.
#[component]
fn Empty(query: Memo<BuildsQuery>) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let filtered = move || query.with(|query| *query != BuildsQuery::default());
    let everything = move || navigation.href(&Route::Builds(BuildsQuery::default()));
    let repositories = move || {
        let namespace = connection.namespace();
        navigation.href(&match namespace.is_empty() {
            true => Route::Connection { back: None },
            false => Route::Repositories { namespace },
        })
    };
    view! {
        <div class="empty">
            <p>
                {part(move || {
                    if filtered() { tr!(builds.none_here) } else { tr!(builds.none_yet) }
                })}
            </p>
            {part(move || match filtered() {
                true => {
                    view! {
                        <a class="button" href=everything>
                            {tx!(builds.show_all)}
                        </a>
                    }
                        .into_any()
                }
                false => {
                    view! {
                        <a class="button" data-kind="primary" href=repositories>
                            {tx!(nav.repositories)}
                        </a>
                    }
                        .into_any()
                }
            })}
        </div>
    }
}

#[component]
fn Pager(query: Memo<BuildsQuery>, count: u64, pages: u64) -> impl IntoView {
    let navigation = use_navigation();
    let to = move |page: u64| {
        navigation.href(&Route::Builds(BuildsQuery {
            page,
            ..query.get()
        }))
    };
    let page = move || query.with(|query| query.page.max(1));
    view! {
        <nav class="pager" aria-label=ts!(builds.pages)>
            <span role="status">
                {part(move || {
                    tr!(
                        builds.page_of, page = words().number(page()), pages = words().number(pages),
                        count = words().number(count)
                    )
                })}
            </span>
            <span class="button-group">
                {part(move || match page() > 1 {
                    true => {
                        view! {
                            <a class="button" rel="prev" href=to(page() - 1)>
                                {tx!(builds.previous)}
                            </a>
                        }
                            .into_any()
                    }
                    false => {
                        view! {
                            <button type="button" class="button" disabled title=ts!(builds.is_first)>
                                {tx!(builds.previous)}
                            </button>
                        }
                            .into_any()
                    }
                })}
                {part(move || match page() < pages {
                    true => {
                        view! {
                            <a class="button" rel="next" href=to(page() + 1)>
                                {tx!(builds.next)}
                            </a>
                        }
                            .into_any()
                    }
                    false => {
                        view! {
                            <button type="button" class="button" disabled title=ts!(builds.is_last)>
                                {tx!(builds.next)}
                            </button>
                        }
                            .into_any()
                    }
                })}
            </span>
        </nav>
    }
}
