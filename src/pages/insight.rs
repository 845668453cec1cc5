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
use crate::reactive::{choose, live, memo, part, when};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{INSIGHT_LAST, InsightQuery, Route};
use crate::ui::button::Button;
use crate::ui::fact::fact;
use crate::ui::input::select;
use crate::ui::notice::skeleton;
use crate::ui::table::{cell, row, table};
use crate::{tr, ts};
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
            {part(move || summary.with(numbers))} {part(move || builds.with(|builds| chart(builds)))}
            {when(
                move || builds.with(Vec::len) > MOST,
                || view! { <p class="quiet">{ts!(insight.chart_most, n = MOST)}</p> }.into_any(),
            )} {part(move || summary.with(tags_table))} {last_builds(builds)}
        }
        .into_any()
    };
    let nothing = move || match (reading.runs.get(), reading.error.get()) {
        (true, _) => skeleton(5).into_any(),
        (_, Some(_)) => ().into_any(),
        _ => view! { <p class="empty">{ts!(insight.none)}</p> }.into_any(),
    };
    view! {
        {above}
        {heading(ts!(insight.title_of, path = path))}
        {choice(query, summary)}
        {progress(reading)}
        {load_error(
            ts!(builds.loading),
            reading.error.into(),
            Signal::derive(move || any.get()),
            move || reading.go_on(),
        )}
        {choose(move || any.get(), loaded, move || part(nothing).into_any())}
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
        let mut options = vec![(String::new(), ts!(insight.all_tags))];
        options.extend(
            tags.get()
                .into_iter()
                .map(|tag| (tag.clone(), Signal::stored(tag))),
        );
        select(
            ts!(rows.image_tag),
            options,
            move || query.with(|query| query.tag.clone()),
            move |tag| go(&|query| query.tag.clone_from(&tag)),
        )
    };
    let mut numbers: Vec<(String, Signal<String>)> = NUMBERS
        .iter()
        .map(|n| (n.to_string(), ts!(insight.last, n = words().number(*n))))
        .collect();
    numbers.push(("all".to_owned(), ts!(insight.all)));
    let number = move || {
        let last = query.with(|query| query.last);
        last.map_or_else(|| "all".to_owned(), |last| last.to_string())
    };
    view! {
        <div class="filters">
            {part(tag_select)}
            {select(
                ts!(insight.which),
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
    let said = live(move || {
        let read = words().number(reading.read());
        match reading.total.get() {
            Some(total) => tr!(insight.read_of, read = read, total = words().number(total)),
            None => tr!(state.loading).to_owned(),
        }
    });
    let running = move || {
        view! {
            <progress
                max=move || reading.total.get().unwrap_or(1)
                value=move || reading.read()
                aria-label=ts!(build.progress)
            ></progress>
            <span>{said}</span>
            {Button::new(ts!(insight.stop)).on_press(move || reading.stop())}
        }
        .into_any()
    };
    let stopped = move || {
        let partial = move || reading.is_partial() && reading.error.with(Option::is_none);
        let more = move || {
            view! {
                <span>{said} " " {ts!(insight.stopped)}</span>
                {Button::new(ts!(insight.go_on)).on_press(move || reading.go_on())}
            }
            .into_any()
        };
        when(partial, more).into_any()
    };
    view! {
        <div class="reading" role="status">
            {choose(move || reading.runs.get(), running, stopped)}
        </div>
    }
    .into_any()
}

fn length(millis: i64) -> String {
    duration(TimeDelta::milliseconds(millis))
}

fn spread(label: Signal<String>, spread: Option<Spread>) -> AnyView {
    let text = live(move || match spread {
        Some(spread) => tr!(
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
    live(move || {
        rate.map_or_else(
            || "–".to_owned(),
            |rate| tr!(insight.percent, n = format!("{rate:.0}")),
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
    let slow = live(move || slow.map_or_else(String::new, |slow| length(slow.median)));
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
    let continuous = ts!(
        insight.continuous_of,
        n = words().number(pushes as u64),
        time = length(total),
        share = share
    );
    let count = ts!(
        insight.counts,
        n = words().number(builds as u64),
        succeeded = words().number(succeeded as u64),
        failed = words().number(failed as u64)
    );
    view! {
        <dl class="facts insight">
            {fact(
                ts!(insight.success_rate),
                view! {
                    <strong class="number">{rate(all)}</strong>
                    <span class="quiet">{count}</span>
                }
                    .into_any(),
            )} {spread(ts!(insight.wait), all.wait)} {spread(ts!(builds.duration), all.duration)}
            {tag_fact(ts!(insight.slowest), summary.slowest(), slow)}
            {tag_fact(
                ts!(insight.flakiest),
                summary.flakiest(),
                ts!(insight.flips, n = flaky.0, of = flaky.1),
            )} {fact(ts!(insight.continuous), continuous.into_any())}
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
                live(move || spread.map_or_else(|| "–".to_owned(), |spread| length(spread.median)))
            };
            let number =
                |text: Signal<String>| view! { <span class="number">{text}</span> }.into_any();
            let builds = tag.stats.builds as u64;
            row(
                vec![
                    cell(
                        ts!(rows.image_tag),
                        view! { <span class="code strong">{tag.tag.clone()}</span> }.into_any(),
                    ),
                    cell(
                        ts!(insight.builds),
                        number(live(move || words().number(builds))),
                    ),
                    cell(ts!(insight.success_rate), number(rate(&tag.stats))),
                    cell(ts!(insight.median_wait), number(middle(tag.stats.wait))),
                    cell(
                        ts!(insight.median_duration),
                        number(middle(tag.stats.duration)),
                    ),
                    cell(
                        ts!(insight.changes),
                        number(Signal::stored(tag.flips.to_string())),
                    ),
                ],
                ().into_any(),
            )
        })
        .collect();
    let columns = vec![
        ts!(rows.image_tag),
        ts!(insight.builds),
        ts!(insight.success_rate),
        ts!(insight.median_wait),
        ts!(insight.median_duration),
        ts!(insight.changes),
    ];
    view! {
        <section class="section">
            <h2>{ts!(insight.by_tag)}</h2>
            {table(ts!(insight.by_tag), columns, rows.into_any())}
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
            <summary>{ts!(insight.as_table, n = shown.with(Vec::len))}</summary>
            {builds_table(shown.into(), ts!(insight.as_table, n = shown.with(Vec::len)), None)}
        </details>
    }
    .into_any()
}
