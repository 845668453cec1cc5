//! Searches the logs of a repository's builds for a text, a regular expression, or the cause of a failure: 'Has this
//! happened before?'.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod cause;
mod excerpt;
mod form;
mod needle;
mod results;
mod run;

use crate::components::breadcrumbs::{namespace_crumb, path_heading, repository_crumb};
use crate::components::error_notice::{Retry, load_error_with};
use crate::components::paged_reader::reading_progress;
use crate::i18n::words;
use crate::log_viewer::read_logs::batch_view::{batch_progress, kept_text};
use crate::pages::log_search::cause::cause_panel;
use crate::pages::log_search::form::{Go, builds_choice, search_form};
use crate::pages::log_search::results::results_list;
use crate::pages::log_search::run::{SearchRun, Wanted};
use crate::reactive::{bool_signal, dynamic, show_or, text_signal};
use crate::routing::log_search::LogSearchQuery;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::ui::button::Button;
use crate::ui::notice::skeleton;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The page of a search through a repository's logs.
#[component]
pub(crate) fn LogSearch(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let query = Memo::new(
        move |before: Option<&LogSearchQuery>| match navigation.route() {
            Some(Route::LogSearch { query, .. }) => LogSearchQuery::parse(&query),
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let path = format!("{namespace}/{name}");
    let crumbs = vec![
        namespace_crumb(&namespace),
        repository_crumb(&namespace, &name),
    ];
    let run = SearchRun::new(namespace.clone(), name.clone(), query);
    let go = Callback::new(move |query: LogSearchQuery| {
        navigation.go(&query.route(&namespace, &name));
    });
    let state = run.reader.state();
    let resume = Callback::new(move |()| run.reader.resume());
    let has_builds = bool_signal(move || run.builds.with(|builds| !builds.is_empty()));
    view! {
        <div class="page-head">
            {path_heading(
                t_signal!(log_search.title_of, path = path),
                crumbs,
                t_signal!(log_search.title),
            )} <span class="page-actions">{builds_choice(run, go)}</span>
        </div>
        {show_or(
            move || query.with(|query| query.cause.is_empty()),
            move || search_form(run, go),
            move || cause_panel(run, go),
        )}
        {reading_progress(state, resume)}
        {load_error_with(
            t_signal!(builds.loading),
            move || state.error.get(),
            has_builds,
            Retry::ByUser(resume),
        )}
        {batch_progress(run.batch)}
        <div class="found-head">{summary(run)} {kept_text()}</div>
        {results_list(run)}
        {dynamic(move || empty(run, go))}
    }
}

/// In how many builds something was found, of those that were searched.
fn summary(run: SearchRun) -> AnyView {
    let text = move || {
        let (found, lines) = run.totals();
        let read = run.batch.counts.get().read as u64;
        match found {
            0 => String::new(),
            _ => t_string!(
                log_search.found_in,
                n = words().number(found),
                of = words().number(read),
                lines = words().number(lines)
            ),
        }
    };
    view! {
        <p class="found-summary" role="status">
            {text_signal(text)}
        </p>
    }
    .into_any()
}

/// Why there is no result, and the next step; nothing while there are some.
fn empty(run: SearchRun, go: Go) -> Option<AnyView> {
    let state = run.reader.state();
    if run.totals().0 > 0 {
        return None;
    }
    let has_needle = run
        .wanted
        .with(|wanted| matches!(wanted, Wanted::Needle(_)));
    if !has_needle {
        // The panel of a cause says itself why it is not searched.
        let is_text = run.query.with(|query| query.cause.is_empty());
        return is_text.then(|| empty_text(t_signal!(log_search.hint)));
    }
    if !run.is_done() {
        let is_first = run.builds.with(Vec::is_empty) && state.is_reading.get();
        return is_first.then(|| skeleton(5).into_any());
    }
    if state.error.with(Option::is_some) {
        return None;
    }
    let query = run.query.get();
    if run.builds.with(Vec::is_empty) {
        let text = match query.only_failed {
            true => t_signal!(log_search.no_failed_builds),
            false => t_signal!(insight.none),
        };
        return Some(empty_text(text));
    }
    // With every log unread, nothing is known.
    let read = run.batch.counts.get().read as u64;
    (read > 0).then(|| nothing_found(run, query, read, go))
}

fn empty_text(text: Signal<String>) -> AnyView {
    view! {
        <div class="empty">
            <p>{text}</p>
        </div>
    }
    .into_any()
}

/// No log has it: the next step is to search more of them.
fn nothing_found(run: SearchRun, query: LogSearchQuery, read: u64, go: Go) -> AnyView {
    let text = t_signal!(log_search.nothing, n = words().number(read));
    let wider = match query.last {
        Some(last) if run.has_more_builds() => Some(LogSearchQuery {
            last: form::LAST_CHOICES.into_iter().find(|choice| *choice > last),
            ..query.clone()
        }),
        _ => None,
    };
    let more = wider.map(|wider| {
        let label = match wider.last {
            Some(last) => t_signal!(log_search.search_last, n = words().number(last)),
            None => t_signal!(log_search.search_all),
        };
        Button::new(label)
            .primary()
            .on_press(move || go.run(wider.clone()))
    });
    let others = query.only_failed.then(|| {
        let all = LogSearchQuery {
            only_failed: false,
            ..query
        };
        Button::new(t_signal!(log_search.search_others)).on_press(move || go.run(all.clone()))
    });
    view! {
        <div class="empty">
            <p>{text}</p>
            <div class="notice-actions">{more} {others}</div>
        </div>
    }
    .into_any()
}
