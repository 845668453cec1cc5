//! The statistics of a repository's builds as facts and as a table of tags.

use crate::i18n::format::duration;
use crate::i18n::words;
use crate::pages::insight::stats::{BuildSummary, Spread, Stats, TagStats};
use crate::reactive::text_signal;
use crate::ui::fact::fact;
use crate::ui::table::{cell, row, table};
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// Formats a duration in milliseconds.
fn format_millis(millis: i64) -> String {
    duration(TimeDelta::milliseconds(millis))
}

/// Median and 95th percentile as a fact.
fn spread_fact(label: Signal<String>, spread: Option<Spread>) -> AnyView {
    let text = text_signal(move || match spread {
        Some(spread) => t_string!(
            insight.spread,
            median = format_millis(spread.median),
            p95 = format_millis(spread.p95)
        ),
        None => "–".to_owned(),
    });
    fact(label, text.into_any())
}

/// The success rate as a text, without decimals.
fn rate_text(stats: &Stats) -> Signal<String> {
    let rate = stats.success_rate();
    text_signal(move || {
        rate.map_or_else(
            || "–".to_owned(),
            |rate| t_string!(insight.percent, n = format!("{rate:.0}")),
        )
    })
}

/// A tag as a fact, with a note beside it; a dash where there is none.
fn tag_fact(label: Signal<String>, tag: Option<&TagStats>, note: Signal<String>) -> AnyView {
    let name = tag.map_or_else(|| "–".to_owned(), |tag| tag.tag.clone());
    let note = tag.map(|_| view! { <span class="quiet">{note}</span> });
    let value = view! {
        <span class="code">{name}</span>
        {note}
    };
    fact(label, value.into_any())
}

/// The figures of all builds.
pub(crate) fn summary_facts(summary: &BuildSummary) -> AnyView {
    let all = &summary.all;
    let (builds, succeeded, failed) = (all.builds, all.succeeded, all.failed);
    let counts = t_signal!(
        insight.counts,
        n = words().number(builds as u64),
        succeeded = words().number(succeeded as u64),
        failed = words().number(failed as u64)
    );
    let rate = view! {
        <strong class="number">{rate_text(all)}</strong>
        <span class="quiet">{counts}</span>
    };
    let slowest = summary.slowest();
    let slowest_median = slowest.and_then(|tag| tag.stats.duration);
    let slowest_median = text_signal(move || {
        slowest_median.map_or_else(String::new, |spread| format_millis(spread.median))
    });
    let flakiest = summary.flakiest();
    let (flips, pairs) = flakiest.map_or((0, 0), |tag| {
        let finished = tag.stats.succeeded + tag.stats.failed;
        (tag.flips, finished.saturating_sub(1))
    });
    view! {
        <dl class="facts insight">
            {fact(t_signal!(insight.success_rate), rate.into_any())}
            {spread_fact(t_signal!(insight.wait), all.wait)}
            {spread_fact(t_signal!(builds.duration), all.duration)}
            {tag_fact(t_signal!(insight.slowest), slowest, slowest_median)}
            {tag_fact(
                t_signal!(insight.flakiest),
                flakiest,
                t_signal!(insight.flips, n = flips, of = pairs),
            )} {fact(t_signal!(insight.continuous), continuous_share(summary).into_any())}
        </dl>
    }
    .into_any()
}

/// How many builds pushes started, and their share of all build time.
fn continuous_share(summary: &BuildSummary) -> Signal<String> {
    let (builds, total) = (summary.continuous.builds, summary.continuous.total);
    let percent = match summary.all.total {
        0 => 0,
        all => total * 100 / all,
    };
    t_signal!(
        insight.continuous_of,
        n = words().number(builds as u64),
        time = format_millis(total),
        share = percent
    )
}

/// The statistics of each tag.
pub(crate) fn tags_table(summary: &BuildSummary) -> AnyView {
    let rows: Vec<AnyView> = summary
        .tags
        .iter()
        .map(|tag| {
            let median = |spread: Option<Spread>| {
                text_signal(move || {
                    spread.map_or_else(|| "–".to_owned(), |spread| format_millis(spread.median))
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
                    cell(
                        t_signal!(insight.success_rate),
                        number(rate_text(&tag.stats)),
                    ),
                    cell(
                        t_signal!(insight.median_wait),
                        number(median(tag.stats.wait)),
                    ),
                    cell(
                        t_signal!(insight.median_duration),
                        number(median(tag.stats.duration)),
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
