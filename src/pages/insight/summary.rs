//! The statistics of a repository's builds as large figures and as a table of tags.

use crate::components::builds::spread::Spread;
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::pages::insight::stats::{BuildSummary, Stats, TagStats};
use crate::reactive::text_signal;
use crate::ui::table::{cell, row, table};
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use leptos::prelude::*;

/// Formats a duration in milliseconds.
fn format_millis(millis: i64) -> String {
    duration(TimeDelta::milliseconds(millis))
}

/// A figure: a large value with its label above and a note below.
pub(crate) fn figure(label: Signal<String>, value: AnyView, note: AnyView) -> AnyView {
    view! {
        <div class="figure">
            <dt>{label}</dt>
            <dd class="figure-value">{value}</dd>
            <dd class="figure-note">{note}</dd>
        </div>
    }
    .into_any()
}

/// A median, with the 95th percentile as its note.
fn spread_figure(label: Signal<String>, spread: Option<Spread>) -> AnyView {
    let median = text_signal(move || {
        spread.map_or_else(|| "–".to_owned(), |spread| format_millis(spread.median))
    });
    let note = spread.map(|spread| t_signal!(insight.within, p95 = format_millis(spread.p95)));
    figure(label, median.into_any(), note.into_any())
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

/// A tag, with a note; a dash where there is none.
fn tag_figure(label: Signal<String>, tag: Option<&TagStats>, note: Signal<String>) -> AnyView {
    let name = tag.map_or_else(|| "–".to_owned(), |tag| tag.tag.clone());
    let value = view! { <span class="code">{name}</span> };
    figure(label, value.into_any(), tag.map(|_| note).into_any())
}

/// The figures of all builds.
pub(crate) fn summary_figures(summary: &BuildSummary) -> AnyView {
    let all = &summary.all;
    let (builds, succeeded, failed) = (all.builds, all.succeeded, all.failed);
    let counts = t_signal!(
        insight.counts,
        n = words().number(builds as u64),
        succeeded = words().number(succeeded as u64),
        failed = words().number(failed as u64)
    );
    let slowest = summary.slowest();
    let slowest_median = slowest.and_then(|tag| tag.stats.duration);
    let slowest_median = text_signal(move || {
        slowest_median.map_or_else(String::new, |spread| {
            t_string!(insight.median_of, time = format_millis(spread.median))
        })
    });
    let flakiest = summary.flakiest();
    let (flaky, commits) = flakiest.map_or((0, 0), |tag| (tag.flaky, tag.commits));
    view! {
        <dl class="figures">
            {figure(t_signal!(insight.success_rate), rate_text(all).into_any(), counts.into_any())}
            {spread_figure(t_signal!(insight.median_duration), all.duration)}
            {spread_figure(t_signal!(insight.median_wait), all.wait)}
            {tag_figure(t_signal!(insight.slowest), slowest, slowest_median)}
            {tag_figure(
                t_signal!(insight.flakiest),
                flakiest,
                t_signal!(insight.two_outcomes, n = flaky, of = commits),
            )} {continuous_figure(summary)}
        </dl>
    }
    .into_any()
}

/// How many builds pushes started, and their share of all build time.
fn continuous_figure(summary: &BuildSummary) -> AnyView {
    let (builds, total) = (summary.continuous.builds as u64, summary.continuous.total);
    let percent = match summary.all.total {
        0 => 0,
        all => total * 100 / all,
    };
    let note = t_signal!(
        insight.continuous_of,
        time = format_millis(total),
        share = percent
    );
    figure(
        t_signal!(insight.continuous),
        text_signal(move || words().number(builds)).into_any(),
        note.into_any(),
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
                        t_signal!(insight.flaky_commits),
                        number(Signal::stored(tag.flaky.to_string())),
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
        t_signal!(insight.flaky_commits),
    ];
    view! {
        <section class="section tag-stats">
            <h2>{t_signal!(insight.by_tag)}</h2>
            {table(t_signal!(insight.by_tag), columns, rows.into_any())}
        </section>
    }
    .into_any()
}
