//! The last builds of a tag or a repository as small bars: the height is the duration, the color the status.

use crate::api::{Build, Status};
use crate::components::builds::status_badge::appearance;
use crate::i18n::api_words::status_word;
use crate::i18n::format::duration;
use crate::i18n::words;
use crate::reactive::text_signal;
use crate::t_string;
use leptos::prelude::*;

/// The most builds that are shown as bars.
pub(crate) const MAX_BARS: usize = 10;

/// The height of the shortest and of the longest build's bar, in CSS pixels.
const BAR_HEIGHTS: (i64, i64) = (5, 18);

/// The last builds as one picture, the newest at the right. `builds` has the newest first.
pub(crate) fn history_picture(builds: &[Build]) -> AnyView {
    let builds: Vec<Build> = builds.iter().take(MAX_BARS).cloned().collect();
    let bars = bar_heights(&builds)
        .into_iter()
        .zip(&builds)
        .rev()
        .map(|(height, build)| bar(build, height))
        .collect_view();
    let count = move |status: Status| builds.iter().filter(|build| build.status == status).count();
    let (succeeded, failed) = (count(Status::Succeeded), count(Status::Failed));
    let label =
        text_signal(move || t_string!(history.label, succeeded = succeeded, failed = failed));
    view! {
        <span class="history" role="img" aria-label=label title=label>
            {bars}
        </span>
    }
    .into_any()
}

/// One bar, `height` CSS pixels high.
pub(crate) fn bar(build: &Build, height: i64) -> AnyView {
    let (kind, _) = appearance(&build.status);
    view! {
        <i
            class="history-bar"
            data-status=kind
            style:block-size=format!("{height}px")
            aria-hidden="true"
        ></i>
    }
    .into_any()
}

/// Describes the build of a bar in words: status, duration and age.
pub(crate) fn bar_title(build: &Build, now: i64) -> String {
    let mut parts = vec![status_word(&build.status)];
    parts.extend(length(build).map(|millis| duration(chrono::TimeDelta::milliseconds(millis))));
    let time = build.created_at.or(build.started_at);
    parts.extend(time.map(|time| words().relative(time.millis(), now)));
    parts.join(t_string!(words.comma))
}

/// The heights of the builds' bars in CSS pixels, in the same order. A build without a duration has the smallest.
pub(crate) fn bar_heights(builds: &[Build]) -> Vec<i64> {
    let (smallest, largest) = BAR_HEIGHTS;
    let longest = builds.iter().filter_map(length).max().unwrap_or(0).max(1);
    let height = |build: &Build| {
        let share = length(build)
            .unwrap_or(0)
            .saturating_mul(largest - smallest)
            / longest;
        smallest + share
    };
    builds.iter().map(height).collect()
}

/// A finished build's duration in milliseconds, never negative.
fn length(build: &Build) -> Option<i64> {
    let length = build.ended_at?.since(build.started_at?);
    Some(length.num_milliseconds().max(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Timestamp;

    fn build(millis: Option<i64>) -> Build {
        Build {
            started_at: Timestamp::from_millis(1_000),
            ended_at: millis.and_then(|millis| Timestamp::from_millis(1_000 + millis)),
            ..Build::default()
        }
    }

    #[test]
    fn the_longest_build_has_the_highest_bar() {
        let builds = [
            build(Some(60_000)),
            build(Some(0)),
            build(Some(30_000)),
            build(None),
        ];
        assert_eq!(bar_heights(&builds), [18, 5, 11, 5]);
    }

    #[test]
    fn odd_times_have_bars_too() {
        assert_eq!(bar_heights(&[]), [0_i64; 0]);
        assert_eq!(bar_heights(&[build(Some(-5_000))]), [5]);
    }
}
