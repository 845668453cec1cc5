//! Statistics from the logs of the builds that were read: the user decides how many.

use crate::api::Build;
use crate::i18n::failure_words::failure_words;
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::log::FailureKind;
use crate::log_viewer::read_logs::batch::LogBatch;
use crate::log_viewer::read_logs::batch_view::{batch_progress, kept_text};
use crate::log_viewer::read_logs::use_read_logs;
use crate::pages::insight::log_stats::{KindCount, LogStats, StepStats};
use crate::pages::insight::summary::figure;
use crate::reactive::{dynamic, effect, memo, show, text_signal};
use crate::routing::log_search::LogSearchQuery;
use crate::routing::navigation::use_navigation;
use crate::ui::button::Button;
use crate::ui::input::select;
use crate::ui::table::{cell, row, table};
use crate::{t_signal, t_string};
use chrono::TimeDelta;
use futures_util::FutureExt;
use leptos::prelude::*;
use std::rc::Rc;

/// The numbers of logs that the user can read; besides all.
const READ_CHOICES: [usize; 2] = [20, 100];

/// Statistics from the logs of these builds, and the button that reads them. The builds are given newest first.
pub(crate) fn logs_section(builds: Memo<Vec<Build>>, namespace: &str, name: &str) -> AnyView {
    let path = StoredValue::new((namespace.to_owned(), name.to_owned()));
    let logs = use_read_logs();
    let stats = memo(move || {
        builds.with(|builds| {
            let read = builds.iter().filter_map(|build| {
                let facts = logs.facts(&build.build_id)?;
                Some((build.build_id.clone(), facts))
            });
            LogStats::of(&read.collect::<Vec<_>>())
        })
    });
    let has_logs = move || stats.with(|stats| stats.logs > 0);
    let said = text_signal(move || {
        let read = stats.with(|stats| stats.logs as u64);
        let all = builds.with(|builds| builds.len() as u64);
        t_string!(
            logs.of_builds,
            n = words().number(read),
            of = words().number(all)
        )
    });
    let content = move || {
        view! {
            {dynamic(move || stats.with(log_figures))}
            {dynamic(move || stats.with(|stats| kinds_table(stats, path)))}
            {dynamic(move || stats.with(|stats| steps_table(&stats.steps)))}
        }
        .into_any()
    };
    let (buttons, progress) = read_buttons(builds);
    view! {
        <section class="section log-stats">
            <div class="page-head">
                <h2>{t_signal!(logs.title)}</h2>
                <span class="quiet">{said}</span>
                <span class="page-actions">{buttons}</span>
            </div>
            {progress}
            {show(has_logs, content)}
            {kept_text()}
        </section>
    }
    .into_any()
}

/// The number of logs to read, the button that reads them, and the progress.
fn read_buttons(builds: Memo<Vec<Build>>) -> (AnyView, AnyView) {
    // What was read is remembered where it is read.
    let batch = LogBatch::new(Rc::new(|_, _| async {}.boxed_local()));
    let count = RwSignal::new(READ_CHOICES.first().copied());
    // Nothing is read before the user asks for it. `None` inside: all.
    let wanted = RwSignal::new(None::<Option<usize>>);
    effect(move || {
        let Some(count) = wanted.get() else { return };
        builds.with(|builds| {
            let count = count.unwrap_or(builds.len()).min(builds.len());
            batch.want(builds.get(..count).unwrap_or_default());
        });
    });
    let mut choices: Vec<(String, Signal<String>)> = READ_CHOICES
        .iter()
        .map(|n| {
            let text = t_signal!(insight.last, n = words().number(*n as u64));
            (n.to_string(), text)
        })
        .collect();
    choices.push(("all".to_owned(), t_signal!(insight.all)));
    let chosen = move || match count.get() {
        Some(count) => count.to_string(),
        None => "all".to_owned(),
    };
    let press = move || {
        wanted.set(Some(count.get_untracked()));
        batch.retry();
    };
    let buttons = view! {
        <div class="inline-fields">
            {select(
                t_signal!(logs.which),
                choices,
                chosen,
                move |chosen| count.set(chosen.parse().ok()),
            )}
        </div>
        {Button::new(t_signal!(logs.read)).disabled(batch.is_reading).on_press(press)}
    };
    (buttons.into_any(), batch_progress(batch))
}

/// The most frequent failure, the slowest step and the share that came from the cache.
fn log_figures(stats: &LogStats) -> AnyView {
    let percent = stats.cached_percent();
    let share = text_signal(move || match percent {
        Some(percent) => t_string!(insight.percent, n = percent),
        None => "–".to_owned(),
    });
    let (cached, all) = stats.cached;
    let of = t_signal!(
        logs.cached_of,
        n = words().number(cached as u64),
        of = words().number(all as u64)
    );
    view! {
        <dl class="figures">
            {figure(t_signal!(logs.cached), share.into_any(), of.into_any())}
            {stats.kinds.first().map(|kind| failure_figure(kind, stats.failed))}
            {stats.steps.first().map(slowest_figure)}
        </dl>
    }
    .into_any()
}

/// The most frequent kind of failure.
fn failure_figure(kind: &KindCount, failed: usize) -> AnyView {
    let (count, failed) = (kind.builds as u64, failed as u64);
    let builds = t_signal!(
        logs.of_failed,
        n = words().number(count),
        of = words().number(failed)
    );
    let name = view! { <span class="figure-words">{kind_words(kind.kind)}</span> };
    figure(
        t_signal!(logs.most_failures),
        name.into_any(),
        builds.into_any(),
    )
}

fn slowest_figure(step: &StepStats) -> AnyView {
    let title = view! { <span class="code step-title">{step.title.to_string()}</span> };
    figure(
        t_signal!(logs.slowest_step),
        time(step.tenths.median),
        title.into_any(),
    )
}

/// A kind of failure in words.
fn kind_words(kind: Option<FailureKind>) -> Signal<String> {
    match kind {
        Some(kind) => text_signal(move || failure_words(kind)),
        None => t_signal!(logs.kind_unknown),
    }
}

/// A duration in tenths of a second.
fn time(tenths: i64) -> AnyView {
    number(text_signal(move || {
        duration(TimeDelta::milliseconds(tenths * 100))
    }))
}

fn number(text: Signal<String>) -> AnyView {
    view! { <span class="number">{text}</span> }.into_any()
}

/// The kinds of failure; nothing if no build failed.
fn kinds_table(stats: &LogStats, path: StoredValue<(String, String)>) -> Option<AnyView> {
    if stats.kinds.is_empty() {
        return None;
    }
    let failed = stats.failed;
    let rows: Vec<AnyView> = stats
        .kinds
        .iter()
        .map(|kind| kind_row(kind, failed, path))
        .collect();
    let columns = vec![
        t_signal!(logs.kind),
        t_signal!(insight.builds),
        t_signal!(logs.share),
    ];
    let view = view! {
        <div class="log-stats-table">
            <h3>{t_signal!(logs.kinds)}</h3>
            {table(t_signal!(logs.kinds), columns, rows.into_any())}
        </div>
    };
    Some(view.into_any())
}

fn kind_row(kind: &KindCount, failed: usize, path: StoredValue<(String, String)>) -> AnyView {
    let navigation = use_navigation();
    let builds = kind.builds as u64;
    let percent = (kind.builds * 200 + failed) / (2 * failed).max(1);
    let name = kind_words(kind.kind);
    let search = kind.kind.map(|_| {
        let query = LogSearchQuery {
            same_kind: true,
            last: None,
            ..LogSearchQuery::of_cause(&kind.newest)
        };
        let route = path.with_value(|(namespace, name)| query.route(namespace, name));
        let href = navigation.href(&route);
        view! { <a href=href>{t_signal!(logs.show_builds)}</a> }
    });
    row(
        vec![
            cell(t_signal!(logs.kind), name.into_any()),
            cell(
                t_signal!(insight.builds),
                number(text_signal(move || words().number(builds))),
            ),
            cell(
                t_signal!(logs.share),
                number(t_signal!(insight.percent, n = percent)),
            ),
        ],
        search.into_any(),
    )
}

/// The steps that take longest; nothing if the logs tell no times.
fn steps_table(steps: &[StepStats]) -> Option<AnyView> {
    if steps.is_empty() {
        return None;
    }
    let rows: Vec<AnyView> = steps.iter().map(step_row).collect();
    let columns = vec![
        t_signal!(logs.step),
        t_signal!(insight.median_duration),
        t_signal!(logs.p95),
        t_signal!(logs.runs),
        t_signal!(logs.from_cache),
    ];
    let view = view! {
        <div class="log-stats-table">
            <h3>{t_signal!(logs.slowest_steps)}</h3>
            {table(t_signal!(logs.slowest_steps), columns, rows.into_any())}
        </div>
    };
    Some(view.into_any())
}

fn step_row(step: &StepStats) -> AnyView {
    let count = |count: usize| number(text_signal(move || words().number(count as u64)));
    row(
        vec![
            cell(
                t_signal!(logs.step),
                view! { <span class="code step-title">{step.title.to_string()}</span> }.into_any(),
            ),
            cell(t_signal!(insight.median_duration), time(step.tenths.median)),
            cell(t_signal!(logs.p95), time(step.tenths.p95)),
            cell(t_signal!(logs.runs), count(step.runs)),
            cell(t_signal!(logs.from_cache), count(step.cached)),
        ],
        ().into_any(),
    )
}
