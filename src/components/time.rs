//! Times and lengths of time on a page.

use crate::api::{Build, Timestamp};
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::platform::page;
use crate::reactive::{dynamic, memo, text_signal};
use crate::state::clock::use_clock;
use crate::t_signal;
use chrono::TimeDelta;
use leptos::prelude::*;

/// How long ago it was, with the full time as its title.
pub fn relative_time(time: Timestamp) -> impl IntoView {
    let clock = use_clock();
    let text = memo(move || words().relative(time.millis(), clock.now()));
    view! {
        <time datetime=time.to_string() title=text_signal(move || words().absolute(time.millis(), false))>
            {text}
        </time>
    }
}

/// The full time in the user's zone, or in UTC.
pub fn absolute_time(time: Timestamp, utc: Signal<bool>) -> impl IntoView {
    view! {
        <time datetime=time
            .to_string()>{dynamic(move || words().absolute(time.millis(), utc.get()))}</time>
    }
}

/// How long a build has run or ran; ticks while it runs.
pub fn build_duration(build: &Build) -> AnyView {
    running(build.started_at, build.ended_at, build.is_finished())
}

/// How long it is from one time to another; ticks while the other is still to come. A dash where it is
/// not known.
pub fn running(from: Option<Timestamp>, to: Option<Timestamp>, ended: bool) -> AnyView {
    let clock = use_clock();
    let text = memo(move || match (from, to) {
        (Some(from), Some(to)) => duration(to.since(from)),
        (Some(from), None) if !ended => Timestamp::from_millis(clock.now())
            // Whole seconds, as it ticks.
            .map(|now| duration(TimeDelta::seconds(now.since(from).num_seconds())))
            .unwrap_or_default(),
        _ => "–".to_owned(),
    });
    view! { <span class="number">{text}</span> }.into_any()
}

/// A link that leaves the console, shown with its host; plain text when it is no web address.
pub fn outside_link(text: String, url: Option<&str>) -> AnyView {
    match url.and_then(page::web_link) {
        Some((href, host)) => {
            // Where there is room, the style shows it.
            let shown = host.clone();
            view! {
                <a
                    class="outside"
                    href=href
                    rel="noopener noreferrer"
                    target="_blank"
                    title=t_signal!(link.outside, host = host)
                >
                    {text}
                    {crate::ui::icon::icon(crate::ui::icon::LINK)}
                    <span class="host">{shown}</span>
                </a>
            }
            .into_any()
        }
        None => view! { <span>{text}</span> }.into_any(),
    }
}
