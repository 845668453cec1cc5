//! The Builds page: the table of builds. Its filters, order and page number are in the URL.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod filter_menus;
mod filters;
mod footer;
mod list_menu;
pub(crate) mod parts;
mod suggestions;

use crate::api::Build;
use crate::components::builds::builds_part::{BuildsPart, builds_part};
use crate::components::builds::list::{BuildsList, new_builds, new_builds_button, use_builds};
use crate::components::builds::scan::{Found, Scan};
use crate::components::builds::table::{Sorting, builds_table};
use crate::components::builds::visible_rows::sorted;
use crate::components::error_notice::load_error;
use crate::components::page_beyond_last::page_beyond_last;
use crate::components::page_heading::heading;
use crate::i18n::words;
use crate::pages::builds::filters::filters;
use crate::pages::builds::footer::footer;
use crate::reactive::{dynamic, effect, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route, Sort};
use crate::state::connection::use_connection;
use crate::state::session_cache::BuildsRequest;
use crate::ui::button::Button;
use crate::ui::menu::Menu;
use crate::ui::notice::{notice, skeleton};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The Builds page. `on_first_rows` runs when the first rows are loaded.
#[component]
pub(crate) fn Builds(on_first_rows: fn()) -> impl IntoView {
    let navigation = use_navigation();
    let query = Memo::new(
        move |before: Option<&BuildsQuery>| match navigation.route() {
            Some(Route::Builds(query)) => query,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let is_narrowed = memo(move || query.with(BuildsQuery::is_narrowed));
    // The API filters by namespace and repository. For the other filters its pages are looked through, from the first
    // one on.
    let request = memo(move || {
        query.with(|query| BuildsRequest {
            namespace: query.namespace.clone(),
            repo: query.repo.clone(),
            page: match query.is_narrowed() {
                true => 1,
                false => query.page.max(1),
            },
        })
    });
    let list = use_builds(request, Signal::derive(move || !is_narrowed.get()));
    let scan = Scan::new(query, list);
    let view = BuildsView {
        query,
        list,
        scan,
        is_narrowed,
    };
    let has_data = list.query.has_data();
    effect(move || {
        if has_data.get() {
            on_first_rows();
        }
    });
    view! {
        <div class="page-head builds-head">
            {heading(t_signal!(builds.title))} {filters(query, list)} {list_state(scan)}
        </div>
        {show(move || is_narrowed.get(), move || builds_part(BuildsPart::Scan(scan)))}
        {view.content()}
    }
}

/// How often the list is read. Opens the choices for the list.
fn list_state(scan: Scan) -> AnyView {
    let list = scan.list;
    let error = list.query.error();
    let label = text_signal(move || {
        let state = match (list.query.interval(), error.with(Option::is_some)) {
            _ if scan.is_stopped.get() => t_string!(builds.not_live).to_owned(),
            (0, _) => t_string!(builds.not_live).to_owned(),
            (seconds, true) => t_string!(builds.retrying, s = seconds),
            (seconds, false) => t_string!(builds.live, s = seconds),
        };
        match list.last_visit() {
            Some(at) => {
                let as_of = t_string!(builds.as_of, time = words().minute(at));
                match list.query.interval() {
                    0 => as_of,
                    _ => format!("{as_of} · {state}"),
                }
            }
            None => state,
        }
    });
    let menu = Menu::new(label)
        .quiet()
        .content(move || builds_part(BuildsPart::ListMenu(list)));
    // Before the first answer there is nothing to tell.
    let age = text_signal(move || {
        let is_known = list.query.has_data().get() || error.with(Option::is_some);
        let age = match list.last_visit() {
            Some(_) => "old",
            None if is_known => "new",
            None => "unknown",
        };
        age.to_owned()
    });
    view! {
        <div class="page-actions list-state" data-age=age>
            {menu}
        </div>
    }
    .into_any()
}

/// The list of the page, in all its states.
#[derive(Clone, Copy)]
struct BuildsView {
    query: Memo<BuildsQuery>,
    list: BuildsList,
    scan: Scan,
    /// True while all builds are looked through for those that fit.
    is_narrowed: Memo<bool>,
}

impl BuildsView {
    fn content(self) -> AnyView {
        let Self { query, list, .. } = self;
        let (has_data, error) = (list.query.has_data(), list.query.error());
        // A page number after the last page is not an error of the API.
        let is_refused = move || {
            let status = error.get().and_then(|error| error.status());
            status == Some(404) && query.with(|query| query.page > 1)
        };
        let shown_error = move || error.get().filter(|_| !is_refused());
        let is_beyond_last = memo(move || match self.is_narrowed.get() {
            true => {
                self.found(|found| found.is_complete && found.fitting > 0 && found.rows.is_empty())
            }
            false => is_refused(),
        });
        let unread = memo(move || {
            list.answer()
                .map_or(0, |answer| answer.page.results.unread as u64)
        });
        let is_loaded = memo(move || match self.is_narrowed.get() {
            // Nothing was found so far, but more is looked at.
            true => self.found(|found| !found.is_reading || !found.rows.is_empty()),
            false => has_data.get(),
        });
        let loading = move || {
            let is_loading = error.get().is_none() && !is_beyond_last.get();
            is_loading.then(|| skeleton(6)).into_any()
        };
        view! {
            {load_error(
                t_signal!(builds.loading),
                shown_error,
                has_data,
                move || list.query.refresh(),
            )}
            {show(move || shown_error().is_some() && !has_data.get(), file_link)}
            {show(move || is_beyond_last.get(), move || beyond_last(query))}
            {dynamic(move || {
                (unread.get() > 0)
                    .then(|| notice("warning", t_signal!(builds.unread, n = unread.get())))
            })}
            {show_or(
                move || is_loaded.get() && !is_beyond_last.get(),
                move || self.loaded(),
                loading,
            )}
        }
        .into_any()
    }

    /// Looks at what was found for the filters. False before anything was looked at. Tracked.
    fn found(self, is: fn(&Found) -> bool) -> bool {
        self.scan.found.with(|found| found.as_ref().is_some_and(is))
    }

    fn loaded(self) -> AnyView {
        let Self {
            query,
            list,
            scan,
            is_narrowed,
        } = self;
        let rows = memo(move || {
            let sort = query.with(|query| query.sort);
            match is_narrowed.get() {
                true => scan.found.with(|found| {
                    let rows = found.as_ref().map(|found| found.rows.as_slice());
                    sorted(rows.unwrap_or_default(), sort)
                }),
                false => list.rows().with(|rows| sorted(rows, sort)),
            }
        });
        let table = move || self.table(rows);
        view! {
            {show_or(
                move || is_narrowed.get(),
                move || self.new_found(),
                move || self.new_listed(),
            )}
            {show_or(
                move || rows.with(|rows| !rows.is_empty()),
                table,
                move || empty(query, self.found(|found| !found.is_complete)),
            )}
            {footer(query, list, scan)}
        }
        .into_any()
    }

    fn table(self, rows: Memo<Vec<Build>>) -> AnyView {
        let Self { query, list, .. } = self;
        let navigation = use_navigation();
        let href = move |sort: Option<Sort>| {
            let query = query.get();
            navigation.href(&Route::Builds(BuildsQuery { sort, ..query }))
        };
        let sorting = Sorting {
            current: Signal::derive(move || query.with(|query| query.sort)),
            href: Callback::new(href),
        };
        view! {
            <div class="turning" aria-busy=move || list.is_stale().to_string()>
                {builds_table(rows.into(), t_signal!(builds.title), Some(sorting))}
            </div>
        }
        .into_any()
    }

    /// New builds of the list that have no row yet.
    fn new_listed(self) -> AnyView {
        let Self { query, list, .. } = self;
        new_builds(list, to_first(query))
    }

    /// New builds that fit the filters and have no row yet.
    fn new_found(self) -> AnyView {
        let Self { query, scan, .. } = self;
        let to_first = to_first(query);
        let unseen = memo(move || {
            scan.found
                .with(|found| found.as_ref().map_or(0, |f| f.unseen))
        });
        let reveal = move |()| match query.get_untracked().page > 1 {
            true => to_first.run(()),
            false => scan.reveals.update(|reveals| *reveals += 1),
        };
        new_builds_button(unseen, Callback::new(reveal))
    }
}

/// Opens the first page of what is filtered.
fn to_first(query: Memo<BuildsQuery>) -> Callback<()> {
    let navigation = use_navigation();
    Callback::new(move |()| {
        let query = query.get_untracked();
        navigation.go(&Route::Builds(BuildsQuery { page: 1, ..query }));
    })
}

/// Says that the page number is after the last page.
fn beyond_last(query: Memo<BuildsQuery>) -> AnyView {
    let navigation = use_navigation();
    let first = text_signal(move || {
        let query = query.get();
        navigation.href(&Route::Builds(BuildsQuery { page: 1, ..query }))
    });
    page_beyond_last(
        Signal::derive(move || query.with(|query| query.page)),
        first,
    )
}

/// The way to a build that needs no API.
fn file_link() -> AnyView {
    let href = use_navigation().href(&Route::File);
    let button = Button::new(t_signal!(build_file.open)).link(Signal::stored(href));
    view! { <div>{button}</div> }.into_any()
}

/// The message instead of a table without rows. `may_have`: not all builds were looked at.
fn empty(query: Memo<BuildsQuery>, may_have: bool) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let query = query.get();
    let scope = match (query.namespace.as_str(), query.repo.as_str()) {
        (namespace, "") => namespace.to_owned(),
        ("", repo) => repo.to_owned(),
        (namespace, repo) => format!("{namespace}/{repo}"),
    };
    let text = match (query.is_narrowed(), may_have) {
        (true, true) => t_signal!(builds.none_so_far),
        (true, false) => t_signal!(builds.none_here),
        (false, _) if scope.is_empty() => t_signal!(builds.none_yet),
        (false, _) => t_signal!(builds.none_of, what = scope),
    };
    let is_filtered = query.is_narrowed() || !(query.namespace.is_empty() && query.repo.is_empty());
    let button = match is_filtered {
        true => {
            let everything = navigation.href(&Route::Builds(BuildsQuery::default()));
            Button::new(t_signal!(builds.show_all)).link(Signal::stored(everything))
        }
        false => {
            let repositories = text_signal(move || {
                let namespace = connection.namespace();
                navigation.href(&match namespace.is_empty() {
                    true => Route::Connection { back: None },
                    false => Route::repositories(namespace),
                })
            });
            Button::new(t_signal!(nav.repositories))
                .primary()
                .link(repositories)
        }
    };
    let suggestions = is_filtered.then(|| builds_part(BuildsPart::Suggestions(query)));
    view! {
        <div class="empty">
            <p>{text}</p>
            {suggestions}
            {button}
        </div>
    }
    .into_any()
}
