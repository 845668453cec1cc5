//! The chart of durations: one mark for each build, the oldest on the left.

use crate::api::{Build, Status};
use crate::i18n::api_words::status_word;
use crate::i18n::format::duration as format_duration;
use crate::i18n::words;
use crate::pages::insight::stats::duration;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use chrono::TimeDelta;
use leptos::prelude::*;
use leptos::svg;

/// The size of the drawing, in its own units (`viewBox`).
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 200.0;

/// The space on the left for the labels of the scale.
const LABEL_WIDTH: f64 = 64.0;

/// The space around the marks.
const PADDING: f64 = 8.0;

/// The most builds that are drawn. The marks of more would overlap.
pub(crate) const MAX_BUILDS: usize = 400;

/// The chart of these builds, given newest first.
pub(crate) fn chart(builds: &[Build]) -> AnyView {
    let mut timed: Vec<(&Build, i64)> = builds
        .iter()
        .filter_map(|build| duration(build).map(|millis| (build, millis)))
        .take(MAX_BUILDS)
        .collect();
    timed.reverse();
    let longest = timed.iter().map(|(_, millis)| *millis).max().unwrap_or(0);
    let top = scale_top(longest);
    let step = (WIDTH - LABEL_WIDTH - 2.0 * PADDING) / (timed.len().max(2) - 1) as f64;
    let y = |millis: f64| HEIGHT - PADDING - millis / top * (HEIGHT - 2.0 * PADDING);
    let marks: Vec<AnyView> = timed
        .iter()
        .enumerate()
        .map(|(index, (build, millis))| {
            mark(
                build,
                LABEL_WIDTH + PADDING + step * index as f64,
                y(*millis as f64),
            )
        })
        .collect();
    let lines: Vec<AnyView> = [0.0, 0.5, 1.0]
        .into_iter()
        .map(|fraction| {
            let y = y(top * fraction);
            let label = format_duration(TimeDelta::milliseconds((top * fraction) as i64));
            view! {
                <svg>
                    <path class="chart-line" d=format!("M{LABEL_WIDTH} {y:.1}H{WIDTH}") />
                    <text
                        class="chart-label"
                        x=LABEL_WIDTH - PADDING
                        y=format!("{:.1}", y + 4.0)
                        text-anchor="end"
                    >
                        {label}
                    </text>
                </svg>
            }
            .into_any()
        })
        .collect();
    let time_of = |build: Option<&(&Build, i64)>| {
        let time = build.and_then(|(build, _)| build.created_at.or(build.started_at));
        time.map(|time| words().absolute(time.millis(), false))
    };
    let (first, last, count) = (time_of(timed.first()), time_of(timed.last()), timed.len());
    view! {
        <figure class="chart">
            <figcaption>{t_signal!(insight.chart, n = count)}</figcaption>
            <div class="chart-scroll">
                <svg
                    viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                    role="group"
                    aria-label=t_signal!(insight.chart_label)
                >
                    {lines}
                    {marks}
                </svg>
            </div>
            <p class="chart-ends quiet">
                <span>{first}</span>
                <span>{last}</span>
            </p>
        </figure>
    }
    .into_any()
}

/// Returns the top of the scale: the next round duration at or above this one. Both in milliseconds.
fn scale_top(millis: i64) -> f64 {
    const ROUND_SECONDS: [i64; 17] = [
        1, 2, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200,
        86_400,
    ];
    let seconds = (millis + 999) / 1_000;
    let round = ROUND_SECONDS.into_iter().find(|round| *round >= seconds);
    round.unwrap_or(seconds) as f64 * 1_000.0
}

/// The mark of a build, a link to its page. Shape and color show its status.
fn mark(build: &Build, x: f64, y: f64) -> AnyView {
    let navigation = use_navigation();
    let (kind, shape) = match build.status {
        Status::Succeeded => (
            "succeeded",
            format!(
                "M{:.1} {y:.1}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0",
                x - 3.5
            ),
        ),
        Status::Failed => (
            "failed",
            format!("M{:.1} {:.1}l7 7m0 -7l-7 7", x - 3.5, y - 3.5),
        ),
        _ => ("other", format!("M{:.1} {:.1}h7v7h-7z", x - 3.5, y - 3.5)),
    };
    let length = TimeDelta::milliseconds(duration(build).unwrap_or_default());
    let name = format!(
        "{} · {} · {}",
        build.image_reference(),
        status_word(&build.status),
        format_duration(length)
    );
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    svg::a()
        .attr("href", href)
        .attr("aria-label", name.clone())
        .child((
            svg::title().child(name),
            svg::path()
                .attr("class", "chart-mark")
                .attr("data-status", kind)
                .attr("d", shape),
        ))
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::scale_top;

    #[test]
    fn the_scale_ends_at_a_round_duration() {
        assert_eq!(scale_top(0), 1_000.0);
        assert_eq!(scale_top(2_001), 10_000.0);
        assert_eq!(scale_top(601_000), 1_200_000.0);
        assert_eq!(scale_top(100_000_000), 100_000_000.0);
    }
}
