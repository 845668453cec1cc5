//! The Insight page: statistics of a repository's builds. How many succeed, how long they wait and take, and
//! which tag is slow or flaky.
#![allow(
    unreachable_pub,
    reason = "#[component] makes a public struct of the props"
)]

mod chart;
mod chart_keys;
mod log_stats;
mod logs;
mod stats;
mod summary;

use crate::api::Build;
use crate::components::breadcrumbs::{namespace_crumb, path_heading, repository_crumb};
use crate::components::builds::builds_reader::{BuildsPick, pick, use_builds_reader};
use crate::components::builds::table::repository_builds_table;
use crate::components::error_notice::{Retry, load_error_with};
use crate::components::paged_reader::reading_progress;
use crate::i18n::words;
use crate::pages::insight::chart::{MAX_BUILDS, chart};
use crate::pages::insight::logs::logs_section;
use crate::pages::insight::stats::BuildSummary;
use crate::pages::insight::summary::{summary_figures, tags_table};
use crate::reactive::{dynamic, memo, show, show_or, text_signal};
use crate::routing::log_search::LogSearchQuery;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{INSIGHT_LAST, InsightQuery, Route};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::ui::notice::skeleton;
use leptos::prelude::*;

/// The numbers of last builds that the user can choose; besides all.
const LAST_CHOICES: [u64; 2] = [INSIGHT_LAST, 200];

/// The most rows of the table below the chart.
const MAX_ROWS: usize = 50;

/// The Insight page.
#[component]
pub(crate) fn Insight(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let query = Memo::new(
        move |before: Option<&InsightQuery>| match navigation.route() {
            Some(Route::Insight(query)) => query,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let stats_query = memo(move || {
        query.with(|query| BuildsPick {
            namespace: query.namespace.clone(),
            name: query.name.clone(),
            tag: query.tag.clone(),
            last: query.last,
            only_failed: false,
            without: String::new(),
        })
    });
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let reader = use_builds_reader(stats_query);
    let state = reader.state();
    let builds = memo(move || {
        let query = stats_query.get();
        reader.with_pages(|pages| pick(pages, &query))
    });
    let summary = memo(move || builds.with(|builds| BuildSummary::of(builds)));
    let has_builds = memo(move || builds.with(|builds| !builds.is_empty()));
    let loaded = move || {
        view! {
            {dynamic(move || summary.with(summary_figures))}
            {dynamic(move || {
                let spread = summary.with(|summary| summary.all.duration);
                builds.with(|builds| chart(builds, spread))
            })}
            {show(
                move || builds.with(Vec::len) > MAX_BUILDS,
                || {
                    view! { <p class="quiet">{t_signal!(insight.chart_most, n = MAX_BUILDS)}</p> }
                        .into_any()
                },
            )}
            {dynamic(move || summary.with(tags_table))}
            {path.with_value(|(namespace, name)| logs_section(builds, namespace, name))}
            {last_builds(builds)}
        }
        .into_any()
    };
    let empty = move || match (state.is_reading.get(), state.error.get()) {
        (true, _) => skeleton(5).into_any(),
        (_, Some(_)) => ().into_any(),
        _ => no_builds(query),
    };
    let resume = Callback::new(move |()| reader.resume());
    let title_path = format!("{namespace}/{name}");
    view! {
        <div class="page-head">
            {path_heading(
                t_signal!(insight.title_of, path = title_path),
                vec![namespace_crumb(&namespace), repository_crumb(&namespace, &name)],
                t_signal!(insight.title),
            )}
            <span class="page-actions">
                {filters(query, summary)} {search_link(&namespace, &name)}
            </span>
        </div>
        {reading_progress(state, resume)}
        {load_error_with(
            t_signal!(builds.loading),
            move || state.error.get(),
            Signal::derive(move || has_builds.get()),
            Retry::ByUser(resume),
        )}
        {show_or(move || has_builds.get(), loaded, move || dynamic(empty).into_any())}
    }
}

/// There are no builds: leads to the repository, which can start one.
fn no_builds(query: Memo<InsightQuery>) -> AnyView {
    let navigation = use_navigation();
    let href = text_signal(move || {
        let (namespace, name) = query.with(|query| (query.namespace.clone(), query.name.clone()));
        navigation.href(&Route::Repository { namespace, name })
    });
    view! {
        <div class="empty">
            <p>{t_signal!(insight.none)}</p>
            {Button::new(t_signal!(config.to_repository)).primary().link(href)}
        </div>
    }
    .into_any()
}

/// Leads to the search through the logs of these builds.
fn search_link(namespace: &str, name: &str) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&LogSearchQuery::default().route(namespace, name));
    Button::new(t_signal!(log_search.title)).link(Signal::stored(href))
}

/// Selects a tag, and how many builds.
fn filters(query: Memo<InsightQuery>, summary: Memo<BuildSummary>) -> AnyView {
    let navigation = use_navigation();
    let go = move |change: &dyn Fn(&mut InsightQuery)| {
        let mut query = query.get_untracked();
        change(&mut query);
        navigation.go(&Route::Insight(query));
    };
    // The summary of one tag has no other tags, but the user can still select them.
    let tags = Memo::new(move |before: Option<&Vec<String>>| {
        let mut tags = before.cloned().unwrap_or_default();
        tags.push(query.with(|query| query.tag.clone()));
        summary.with(|summary| tags.extend(summary.tags.iter().map(|tag| tag.tag.clone())));
        tags.retain(|tag| !tag.is_empty());
        tags.sort_unstable();
        tags.dedup();
        tags
    });
    let tag_select = move || {
        let mut options = vec![(String::new(), t_signal!(insight.all_tags))];
        options.extend(
            tags.get()
                .into_iter()
                .map(|tag| (tag.clone(), Signal::stored(tag))),
        );
        select(
            t_signal!(rows.image_tag),
            options,
            move || query.with(|query| query.tag.clone()),
            move |tag| go(&|query| query.tag.clone_from(&tag)),
        )
    };
    let mut choices: Vec<(String, Signal<String>)> = LAST_CHOICES
        .iter()
        .map(|n| {
            (
                n.to_string(),
                t_signal!(insight.last, n = words().number(*n)),
            )
        })
        .collect();
    choices.push(("all".to_owned(), t_signal!(insight.all)));
    let chosen = move || {
        let last = query.with(|query| query.last);
        last.map_or_else(|| "all".to_owned(), |last| last.to_string())
    };
    view! {
        <div class="inline-fields">
            {dynamic(tag_select)}
            {select(
                t_signal!(insight.which),
                choices,
                chosen,
                move |last| go(&|query| query.last = last.parse().ok()),
            )}
        </div>
    }
    .into_any()
}

/// The chart's builds as a table, for users who can't see the chart.
fn last_builds(builds: Memo<Vec<Build>>) -> AnyView {
    let rows = memo(move || {
        builds.with(|builds| builds.iter().take(MAX_ROWS).cloned().collect::<Vec<_>>())
    });
    view! {
        <details class="section">
            <summary>{t_signal!(insight.as_table, n = rows.with(Vec::len))}</summary>
            {repository_builds_table(
                rows.into(),
                t_signal!(insight.as_table, n = rows.with(Vec::len)),
            )}
        </details>
    }
    .into_any()
}
