//! Times and durations on a page.

use crate::api::{Build, Timestamp};
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::platform::storage::{Keep, store, stored};
use crate::reactive::{dynamic, memo, text_signal};
use crate::state::clock::use_clock;
use chrono::TimeDelta;
use leptos::prelude::*;

/// The key in storage of the choice between '5 minutes ago' and the time itself.
const ABSOLUTE_KEY: &str = "absolute_times";

thread_local! {
    static ABSOLUTE: ArcRwSignal<bool> =
        ArcRwSignal::new(stored(Keep::Device, ABSOLUTE_KEY).is_some());
}

/// Returns true if the user wants to see when something was, not how long ago. Tracked.
pub(crate) fn shows_absolute_times() -> bool {
    ABSOLUTE.with(ArcRwSignal::get)
}

/// Shows all times so from now on, and remembers it in this browser.
pub(crate) fn show_absolute_times(absolute: bool) {
    ABSOLUTE.with(|signal| signal.set(absolute));
    store(Keep::Device, ABSOLUTE_KEY, absolute.then_some("1"));
}

/// A time as '5 minutes ago', with the full time as its title; or the time itself, where the user prefers that.
pub(crate) fn relative_time(time: Timestamp) -> impl IntoView {
    let clock = use_clock();
    let text = memo(move || match shows_absolute_times() {
        true => words().minute(time.millis()),
        false => words().relative(time.millis(), clock.now()),
    });
    // The style shows it below the other in a row that has the pointer or the focus.
    let minute = text_signal(move || match shows_absolute_times() {
        true => String::new(),
        false => words().minute(time.millis()),
    });
    view! {
        <time
            datetime=time.to_string()
            title=text_signal(move || words().absolute(time.millis(), false))
            data-minute=minute
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
    let length = elapsed_millis(from, to, ended);
    let text = text_signal(move || match length.get() {
        UNKNOWN => "–".to_owned(),
        millis => duration(TimeDelta::milliseconds(millis as i64)),
    });
    view! { <span class="number">{text}</span> }.into_any()
}

/// The milliseconds of a duration that is not known.
pub(crate) const UNKNOWN: u64 = u64::MAX;

/// The milliseconds between two times, which grow by whole seconds until the second is known, while the API answers.
/// [`UNKNOWN`] when it has `ended` without one, and before the first.
pub(crate) fn elapsed_millis(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    ended: bool,
) -> Memo<u64> {
    let clock = use_clock();
    memo(move || {
        let length = match (from, to) {
            (Some(from), Some(to)) => to.since(from),
            (Some(from), None) if !ended => match Timestamp::from_millis(clock.known_until()) {
                Some(now) => TimeDelta::seconds(now.since(from).num_seconds()),
                None => return UNKNOWN,
            },
            _ => return UNKNOWN,
        };
        length.num_milliseconds().unsigned_abs()
    })
}
