//! The times of a build: queued, started, ended.

use crate::api::{Build, Timestamp};
use crate::components::time::{absolute_time, elapsed, relative_time};
use crate::t_signal;
use leptos::prelude::*;

/// When the build was queued, started and ended, and the time between, which ticks while the build runs.
pub(crate) fn times(build: &Build, utc: RwSignal<bool>) -> AnyView {
    let (created, started, ended) = (build.created_at, build.started_at, build.ended_at);
    let is_finished = build.is_finished();
    let waited_label = match started.is_some() || is_finished {
        true => t_signal!(build.waited),
        false => t_signal!(build.waited_yet),
    };
    let built_label = match is_finished {
        true => t_signal!(build.took),
        false => t_signal!(build.took_yet),
    };
    let waited = elapsed(created, started.or(ended), started.is_some() || is_finished);
    let built = elapsed(started, ended, is_finished);
    let waited = created.map(|_| view! { <span class="quiet">{waited_label} " " {waited}</span> });
    let built = started.map(|_| view! { <span class="quiet">{built_label} " " {built}</span> });
    view! {
        <ol class="timeline">
            {milestone(t_signal!(build.created), created, utc, waited.into_any())}
            {milestone(t_signal!(build.started), started, utc, built.into_any())}
            {milestone(t_signal!(build.ended), ended, utc, ().into_any())}
        </ol>
    }
    .into_any()
}

/// One of a build's three times, and what came after it.
fn milestone(
    label: Signal<String>,
    time: Option<Timestamp>,
    utc: RwSignal<bool>,
    after: AnyView,
) -> AnyView {
    let when = match time {
        Some(time) => view! {
            <span>{absolute_time(time, utc.into())}</span>
            <span class="quiet">{relative_time(time)}</span>
        }
        .into_any(),
        None => view! { <span class="quiet">"–"</span> }.into_any(),
    };
    view! {
        <li data-reached=time.is_some().to_string()>
            <span class="strong">{label}</span>
            {when}
            {after}
        </li>
    }
    .into_any()
}
