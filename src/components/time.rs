//! Times and durations on a page.

use crate::api::{Build, Timestamp};
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::reactive::{dynamic, memo, text_signal};
use crate::state::clock::use_clock;
use chrono::TimeDelta;
use leptos::prelude::*;

/// A time as '5 minutes ago', with the full time as its title.
pub(crate) fn relative_time(time: Timestamp) -> impl IntoView {
    let clock = use_clock();
    let text = memo(move || words().relative(time.millis(), clock.now()));
    view! {
        <time
            datetime=time.to_string()
            title=text_signal(move || words().absolute(time.millis(), false))
        >
            {text}
        </time>
    }
}

/// The full time, in UTC or in the user's time zone.
pub(crate) fn absolute_time(time: Timestamp, utc: Signal<bool>) -> impl IntoView {
    view! {
        <time datetime=time
            .to_string()>{dynamic(move || words().absolute(time.millis(), utc.get()))}</time>
    }
}

/// The duration of a build. Ticks while the build runs.
pub(crate) fn build_duration(build: &Build) -> AnyView {
    elapsed(build.started_at, build.ended_at, build.is_finished())
}

/// The time between two times. Ticks until the second is known; a dash when it has `ended` without one.
pub(crate) fn elapsed(from: Option<Timestamp>, to: Option<Timestamp>, ended: bool) -> AnyView {
    let clock = use_clock();
    let text = memo(move || match (from, to) {
        (Some(from), Some(to)) => duration(to.since(from)),
        (Some(from), None) if !ended => Timestamp::from_millis(clock.now())
            // Whole seconds: it ticks once a second.
            .map(|now| duration(TimeDelta::seconds(now.since(from).num_seconds())))
            .unwrap_or_default(),
        _ => "–".to_owned(),
    });
    view! { <span class="number">{text}</span> }.into_any()
}
