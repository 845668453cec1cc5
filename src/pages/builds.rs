//! The Builds page: the table of builds. Its filters, order and page number are in the URL.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod filters;

use crate::components::builds::list::{BuildsList, new_builds, use_builds};
use crate::components::builds::table::{Sorting, builds_table};
use crate::components::builds::visible_rows::filtered;
use crate::components::error_notice::load_error;
use crate::components::page_beyond_last::page_beyond_last;
use crate::components::page_heading::heading;
use crate::i18n::words;
use crate::pages::builds::filters::{filtered_note, filters};
use crate::reactive::{dynamic, effect, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route, Sort};
use crate::state::connection::use_connection;
use crate::state::session_cache::BuildsRequest;
use crate::ui::button::Button;
use crate::ui::notice::{notice, skeleton};
use crate::ui::table::{PagerStep, pager};
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
    // The API filters by namespace and repository; the other filters look at its rows.
    let request = memo(move || {
        query.with(|query| BuildsRequest {
            namespace: query.namespace.clone(),
            repo: query.repo.clone(),
            page: query.page.max(1),
        })
    });
    let list = use_builds(request);
    let rows = memo(move || {
        list.rows()
            .with(|rows| query.with(|query| filtered(rows, query)))
    });
    let (has_data, error) = (list.query.has_data(), list.query.error());
    // A page number after the last page is not an error of the API.
    let is_beyond_last = move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && query.with(|query| query.page > 1)
    };
    let shown_error = Signal::derive(move || error.get().filter(|_| !is_beyond_last()));
    let unread = memo(move || list.answer().map_or(0, |answer| answer.page.results.unread));
    let href = move |sort: Option<Sort>| {
        let query = query.get();
        navigation.href(&Route::Builds(BuildsQuery { sort, ..query }))
    };
    let sorting = Sorting {
        current: Signal::derive(move || query.with(|query| query.sort)),
        href: Callback::new(href),
    };
    let to_first = Callback::new(move |()| {
        let query = query.get_untracked();
        navigation.go(&Route::Builds(BuildsQuery { page: 1, ..query }));
    });
    let table = move || {
        view! {
            <div class="turning" aria-busy=move || list.is_stale().to_string()>
                {builds_table(rows.into(), t_signal!(builds.title), Some(sorting))}
            </div>
        }
        .into_any()
    };
    // A memo of its own: an effect that reads `list.rows` after `rows`, which is derived from it, can miss
    // a change.
    let has_none = memo(move || list.rows().with(Vec::is_empty));
    let loaded = move || {
        view! {
            {new_builds(list, to_first)}
            {filtered_note(query, list, memo(move || rows.with(Vec::len)))}
            {show_or(
                move || rows.with(|rows| !rows.is_empty()),
                table,
                move || empty(query, has_none.get()),
            )}
            {builds_pager(query, list)}
        }
        .into_any()
    };
    let loading = move || error.get().is_none().then(|| skeleton(6)).into_any();
    effect(move || {
        if has_data.get() {
            on_first_rows();
        }
    });
    view! {
        {heading(t_signal!(builds.title))}
        {filters(query, list)}
        {load_error(t_signal!(builds.loading), shown_error, has_data, move || list.query.refresh())}
        {show(is_beyond_last, move || beyond_last(query))}
        {dynamic(move || {
            (unread.get() > 0)
                .then(|| notice("warning", t_signal!(builds.unread, n = unread.get())))
        })}
        {show_or(move || has_data.get() && !is_beyond_last(), loaded, loading)}
    }
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

/// The message instead of a table without rows. `has_none`: the API has none either.
fn empty(query: Memo<BuildsQuery>, has_none: bool) -> AnyView {
    let navigation = use_navigation();
    let connection = use_connection();
    let is_filtered = query.with(|query| {
        let first = BuildsQuery::first();
        *query
            != BuildsQuery {
                sort: query.sort,
                ..first
            }
    });
    let scope = query.with(
        |query| match (query.namespace.as_str(), query.repo.as_str()) {
            (namespace, "") => namespace.to_owned(),
            (namespace, repo) => format!("{namespace}/{repo}"),
        },
    );
    let (text, button) = match is_filtered {
        true if has_none && !scope.is_empty() => {
            let everything = navigation.href(&Route::Builds(BuildsQuery::default()));
            let button = Button::new(t_signal!(builds.show_all)).link(Signal::stored(everything));
            (t_signal!(builds.none_of, what = scope), button)
        }
        true => {
            let everything = navigation.href(&Route::Builds(BuildsQuery::default()));
            let button = Button::new(t_signal!(builds.show_all)).link(Signal::stored(everything));
            (t_signal!(builds.none_here), button)
        }
        false => {
            let repositories = text_signal(move || {
                let namespace = connection.namespace();
                navigation.href(&match namespace.is_empty() {
                    true => Route::Connection { back: None },
                    false => Route::repositories(namespace),
                })
            });
            let button = Button::new(t_signal!(nav.repositories))
                .primary()
                .link(repositories);
            (t_signal!(builds.none_yet), button)
        }
    };
    view! {
        <div class="empty">
            <p>{text}</p>
            {button}
        </div>
    }
    .into_any()
}

fn builds_pager(query: Memo<BuildsQuery>, list: BuildsList) -> AnyView {
    let navigation = use_navigation();
    let counts = memo(move || {
        let answer = list.answer()?;
        (answer.page.count > 0).then(|| (answer.page.count, answer.page.pages()))
    });
    let to = move |forward: bool| {
        let (_, pages) = counts.get().unwrap_or_default();
        let query = query.get();
        let current = query.page.max(1);
        let page = if forward { current + 1 } else { current - 1 };
        match (1..=pages).contains(&page) {
            true => PagerStep::To(navigation.href(&Route::Builds(BuildsQuery { page, ..query }))),
            false => PagerStep::None,
        }
    };
    let page = move || words().number(query.with(|query| query.page.max(1)));
    let label = text_signal(move || {
        let (count, pages) = counts.get().unwrap_or_default();
        match list.is_stale() {
            true => t_string!(builds.turning, page = page()),
            false => t_string!(
                builds.page_of,
                page = page(),
                pages = words().number(pages),
                count = words().number(count)
            ),
        }
    });
    let pager = move || pager(label, move || to(false), move || to(true));
    show(move || counts.with(Option::is_some), pager).into_any()
}
