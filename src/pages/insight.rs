//! How a repository's builds went: how many succeed, how long they wait and take, which tag is slow or
//! flaky.

mod chart;
mod reading;
pub mod stats;

use crate::api::Build;
use crate::components::breadcrumbs::{crumbs, namespace_crumb, repository_crumb};
use crate::components::builds::table::builds_table;
use crate::components::error_notice::load_error;
use crate::components::page_heading::heading;
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::pages::insight::chart::{MOST, chart};
use crate::pages::insight::reading::{PagedReader, StatsQuery, use_reading};
use crate::pages::insight::stats::{Spread, Stats, Summary, TagStats};
use crate::reactive::{dynamic, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{INSIGHT_LAST, InsightQuery, Route};
use crate::ui::button::Button;
use crate::ui::fact::fact;
use crate::ui::input::select;
use crate::ui::notice::skeleton;
use crate::ui::table::{cell, row, table};
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The numbers of builds that can be chosen.
const NUMBERS: [u64; 2] = [INSIGHT_LAST, 200];

/// The most rows of the table below the chart.
const ROWS: usize = 50;

/// The Insight page.
#[component]
pub fn Insight(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let query = Memo::new(
        move |before: Option<&InsightQuery>| match navigation.route() {
            Some(Route::Insight(query)) => query,
            _ => before.cloned().unwrap_or_default(),
        },
    );
    let wanted = memo(move || {
        query.with(|query| StatsQuery {
            namespace: query.namespace.clone(),
            name: query.name.clone(),
            tag: query.tag.clone(),
            last: query.last,
        })
    });
    let reading = use_reading(wanted);
    let builds = memo(move || reading.builds());
    let summary = memo(move || builds.with(|builds| Summary::of(builds)));
    let any = memo(move || builds.with(|builds| !builds.is_empty()));
    let above = crumbs(vec![
        namespace_crumb(&namespace),
        repository_crumb(&namespace, &name),
    ]);
    let path = format!("{namespace}/{name}");
    let loaded = move || {
        view! {
            {dynamic(move || summary.with(numbers))} {dynamic(move || builds.with(|builds| chart(builds)))}
            {show(
                move || builds.with(Vec::len) > MOST,
                || view! { <p class="quiet">{t_signal!(insight.chart_most, n = MOST)}</p> }.into_any(),
            )} {dynamic(move || summary.with(tags_table))} {last_builds(builds)}
        }
        .into_any()
    };
    let nothing = move || match (reading.runs.get(), reading.error.get()) {
        (true, _) => skeleton(5).into_any(),
        (_, Some(_)) => ().into_any(),
        _ => view! { <p class="empty">{t_signal!(insight.none)}</p> }.into_any(),
    };
    view! {
        {above}
        {heading(t_signal!(insight.title_of, path = path))}
        {choice(query, summary)}
        {progress(reading)}
        {load_error(
            t_signal!(builds.loading),
            reading.error.into(),
            Signal::derive(move || any.get()),
            move || reading.go_on(),
        )}
        {show_or(move || any.get(), loaded, move || dynamic(nothing).into_any())}
    }
}

/// Which builds: of which tag, and how many.
fn choice(query: Memo<InsightQuery>, summary: Memo<Summary>) -> AnyView {
    let navigation = use_navigation();
    let go = move |change: &dyn Fn(&mut InsightQuery)| {
        let mut query = query.get_untracked();
        change(&mut query);
        navigation.go(&Route::Insight(query));
    };
    // A tag that is chosen hides the others from the summary, not from the choice.
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
    let mut numbers: Vec<(String, Signal<String>)> = NUMBERS
        .iter()
        .map(|n| {
            (
                n.to_string(),
                t_signal!(insight.last, n = words().number(*n)),
            )
        })
        .collect();
    numbers.push(("all".to_owned(), t_signal!(insight.all)));
    let number = move || {
        let last = query.with(|query| query.last);
        last.map_or_else(|| "all".to_owned(), |last| last.to_string())
    };
    view! {
        <div class="filters">
            {dynamic(tag_select)}
            {select(
                t_signal!(insight.which),
                numbers,
                number,
                move |last| go(&|query| query.last = last.parse().ok()),
            )}
        </div>
    }
    .into_any()
}

/// How far the reading is, and its stop.
fn progress(reading: PagedReader) -> AnyView {
    let said = text_signal(move || {
        let read = words().number(reading.read());
        match reading.total.get() {
            Some(total) => t_string!(insight.read_of, read = read, total = words().number(total)),
            None => t_string!(state.loading).to_owned(),
        }
    });
    let running = move || {
        view! {
            <progress
                max=move || reading.total.get().unwrap_or(1)
                value=move || reading.read()
                aria-label=t_signal!(build.progress)
            ></progress>
            <span>{said}</span>
            {Button::new(t_signal!(insight.stop)).on_press(move || reading.stop())}
        }
        .into_any()
    };
    let stopped = move || {
        let partial = move || reading.is_partial() && reading.error.with(Option::is_none);
        let more = move || {
            view! {
                <span>{said} " " {t_signal!(insight.stopped)}</span>
                {Button::new(t_signal!(insight.go_on)).on_press(move || reading.go_on())}
            }
            .into_any()
        };
        show(partial, more).into_any()
    };
    view! {
        <div class="reading" role="status">
            {show_or(move || reading.runs.get(), running, stopped)}
        </div>
    }
    .into_any()
}

fn length(millis: i64) -> String {
    duration(TimeDelta::milliseconds(millis))
}

fn spread(label: Signal<String>, spread: Option<Spread>) -> AnyView {
    let text = text_signal(move || match spread {
        Some(spread) => t_string!(
            insight.spread,
            median = length(spread.median),
            p95 = length(spread.p95)
        ),
        None => "–".to_owned(),
    });
    fact(label, text.into_any())
}

fn rate(stats: &Stats) -> Signal<String> {
    let rate = stats.success_rate();
    text_signal(move || {
        rate.map_or_else(
            || "–".to_owned(),
            |rate| t_string!(insight.percent, n = format!("{rate:.0}")),
        )
    })
}

fn numbers(summary: &Summary) -> AnyView {
    let all = &summary.all;
    let (builds, succeeded, failed) = (all.builds, all.succeeded, all.failed);
    let tag_fact = |label: Signal<String>, tag: Option<&TagStats>, what: Signal<String>| {
        let name = tag.map_or_else(|| "–".to_owned(), |tag| tag.tag.clone());
        let what = tag.map(|_| view! { <span class="quiet">{what}</span> });
        let value = view! {
            <span class="code">{name}</span>
            {what}
        };
        fact(label, value.into_any())
    };
    let slow = summary.slowest().and_then(|tag| tag.stats.duration);
    let slow = text_signal(move || slow.map_or_else(String::new, |slow| length(slow.median)));
    let flaky = summary.flakiest().map_or((0, 0), |tag| {
        (
            tag.flips,
            (tag.stats.succeeded + tag.stats.failed).saturating_sub(1),
        )
    });
    let continuous = summary.continuous.clone();
    let share = match all.total {
        0 => 0,
        total => continuous.total * 100 / total,
    };
    let (pushes, total) = (continuous.builds, continuous.total);
    let continuous = t_signal!(
        insight.continuous_of,
        n = words().number(pushes as u64),
        time = length(total),
        share = share
    );
    let count = t_signal!(
        insight.counts,
        n = words().number(builds as u64),
        succeeded = words().number(succeeded as u64),
        failed = words().number(failed as u64)
    );
    view! {
        <dl class="facts insight">
            {fact(
                t_signal!(insight.success_rate),
                view! {
                    <strong class="number">{rate(all)}</strong>
                    <span class="quiet">{count}</span>
                }
                    .into_any(),
            )} {spread(t_signal!(insight.wait), all.wait)} {spread(t_signal!(builds.duration), all.duration)}
            {tag_fact(t_signal!(insight.slowest), summary.slowest(), slow)}
            {tag_fact(
                t_signal!(insight.flakiest),
                summary.flakiest(),
                t_signal!(insight.flips, n = flaky.0, of = flaky.1),
            )} {fact(t_signal!(insight.continuous), continuous.into_any())}
        </dl>
    }
    .into_any()
}

fn tags_table(summary: &Summary) -> AnyView {
    let rows: Vec<AnyView> = summary
        .tags
        .iter()
        .map(|tag| {
            let middle = |spread: Option<Spread>| {
                text_signal(move || {
                    spread.map_or_else(|| "–".to_owned(), |spread| length(spread.median))
                })
            };
            let number =
                |text: Signal<String>| view! { <span class="number">{text}</span> }.into_any();
            let builds = tag.stats.builds as u64;
            row(
                vec![
                    cell(
                        t_signal!(rows.image_tag),
                        view! { <span class="code strong">{tag.tag.clone()}</span> }.into_any(),
                    ),
                    cell(
                        t_signal!(insight.builds),
                        number(text_signal(move || words().number(builds))),
                    ),
                    cell(t_signal!(insight.success_rate), number(rate(&tag.stats))),
                    cell(
                        t_signal!(insight.median_wait),
                        number(middle(tag.stats.wait)),
                    ),
                    cell(
                        t_signal!(insight.median_duration),
                        number(middle(tag.stats.duration)),
                    ),
                    cell(
                        t_signal!(insight.changes),
                        number(Signal::stored(tag.flips.to_string())),
                    ),
                ],
                ().into_any(),
            )
        })
        .collect();
    let columns = vec![
        t_signal!(rows.image_tag),
        t_signal!(insight.builds),
        t_signal!(insight.success_rate),
        t_signal!(insight.median_wait),
        t_signal!(insight.median_duration),
        t_signal!(insight.changes),
    ];
    view! {
        <section class="section">
            <h2>{t_signal!(insight.by_tag)}</h2>
            {table(t_signal!(insight.by_tag), columns, rows.into_any())}
        </section>
    }
    .into_any()
}

/// The chart's builds as a table, for whoever reads tables better than charts.
fn last_builds(builds: Memo<Vec<Build>>) -> AnyView {
    let shown =
        memo(move || builds.with(|builds| builds.iter().take(ROWS).cloned().collect::<Vec<_>>()));
    view! {
        <details class="section">
            <summary>{t_signal!(insight.as_table, n = shown.with(Vec::len))}</summary>
            {builds_table(shown.into(), t_signal!(insight.as_table, n = shown.with(Vec::len)), None)}
        </details>
    }
    .into_any()
}
