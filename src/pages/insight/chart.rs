//! The chart of durations: a bar for each build, the oldest on the left, with the median and the 95th percentile as lines.
//!
//! Each bar is a link to its build. Only one of them is in the order of Tab; the arrow keys move from bar to bar. A line
//! below the chart says what the bar under the pointer or with the focus stands for.

use crate::api::{Build, Status};
use crate::components::builds::spread::Spread;
use crate::components::builds::status_badge::{appearance, status_icon};
use crate::components::time::relative_time;
use crate::i18n::api_words::status_word;
use crate::i18n::format::{duration as format_duration, short_commit};
use crate::i18n::words;
use crate::pages::insight::chart_keys::bar_after;
use crate::pages::insight::stats::duration;
use crate::reactive::{dynamic, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::t_signal;
use chrono::TimeDelta;
use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::svg;
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget, SvgElement};

/// The most builds that are drawn. The bars of more would be thinner than a pixel.
pub(crate) const MAX_BUILDS: usize = 400;

/// With fewer builds, the bars are no wider than with this many.
const MIN_SLOTS: usize = 40;

/// The share of its slot that a bar takes.
const BAR_SHARE: f64 = 0.76;

/// A chart. Copies share their state.
#[derive(Clone, Copy)]
struct Chart {
    /// The builds with their durations in milliseconds, the oldest first.
    builds: StoredValue<Vec<(Build, i64)>>,
    /// The bar under the pointer or with the focus.
    current: RwSignal<Option<usize>>,
    /// The bar that Tab leads to.
    in_tab_order: RwSignal<usize>,
    plot: NodeRef<html::Div>,
}

/// The chart of these builds, given newest first, with the spread of all durations.
pub(crate) fn chart(builds: &[Build], spread: Option<Spread>) -> AnyView {
    let mut timed: Vec<(Build, i64)> = builds
        .iter()
        .filter_map(|build| duration(build).map(|millis| (build.clone(), millis)))
        .take(MAX_BUILDS)
        .collect();
    timed.reverse();
    if timed.is_empty() {
        return view! { <p class="quiet">{t_signal!(insight.none_finished)}</p> }.into_any();
    }
    let longest = timed.iter().map(|(_, millis)| *millis).max().unwrap_or(0);
    let top = scale_top(longest);
    let count = timed.len();
    let time_of = |build: Option<&(Build, i64)>| {
        let time = build.and_then(|(build, _)| build.created_at.or(build.started_at));
        let time = time.map(|time| time.millis());
        text_signal(move || time.map_or_else(String::new, |time| words().absolute(time, false)))
    };
    let (first, last) = (time_of(timed.first()), time_of(timed.last()));
    let chart = Chart {
        builds: StoredValue::new(timed),
        current: RwSignal::new(None),
        in_tab_order: RwSignal::new(count - 1),
        plot: NodeRef::new(),
    };
    view! {
        <figure class="chart">
            <figcaption>{t_signal!(insight.chart, n = count)}</figcaption>
            <div class="chart-area">
                <div class="chart-scale" aria-hidden="true">
                    {[0.0, 0.5, 1.0]
                        .map(|share| scale_label(top, share))
                        .into_iter()
                        .collect_view()}
                </div>
                <div class="chart-plot" node_ref=chart.plot>
                    {chart.bars(top)}
                    {spread.map(|spread| spread_lines(spread, top))}
                </div>
            </div>
            <p class="chart-ends quiet">
                <span>{first}</span>
                <span>{last}</span>
            </p>
            <p class="chart-readout">{dynamic(move || chart.readout())}</p>
        </figure>
    }
    .into_any()
}

/// A label of the scale, at this share of its height.
fn scale_label(top: f64, share: f64) -> AnyView {
    let millis = TimeDelta::milliseconds((top * share) as i64);
    view! {
        <span style:inset-block-end=percent(
            share,
        )>{text_signal(move || format_duration(millis))}</span>
    }
    .into_any()
}

/// The lines of the median and of the 95th percentile, with their labels.
fn spread_lines(spread: Spread, top: f64) -> AnyView {
    let line = |millis: i64, name: &'static str, text: Signal<String>| {
        view! {
            <div
                class="chart-spread"
                data-line=name
                style:inset-block-end=percent(millis as f64 / top)
            >
                <span>{text}</span>
            </div>
        }
        .into_any()
    };
    let time = |millis: i64| format_duration(TimeDelta::milliseconds(millis));
    let (median, p95) = (spread.median, spread.p95);
    vec![
        line(
            median,
            "median",
            t_signal!(insight.median_of, time = time(median)),
        ),
        line(p95, "p95", t_signal!(insight.p95_of, time = time(p95))),
    ]
    .into_any()
}

fn percent(share: f64) -> String {
    format!("{:.3}%", share * 100.0)
}

impl Chart {
    fn bars(self, top: f64) -> AnyView {
        let count = self.builds.with_value(Vec::len);
        let slots = count.max(MIN_SLOTS);
        let bars: Vec<AnyView> = self.builds.with_value(|builds| {
            let bars = builds.iter().enumerate();
            bars.map(|(index, (build, millis))| {
                // Few builds stand at the right, as new ones come in there.
                let slot = (slots - count + index) as f64 / slots as f64;
                self.bar(index, build, slot, 1.0 / slots as f64, *millis as f64 / top)
            })
            .collect()
        });
        view! {
            <svg
                role="group"
                aria-label=t_signal!(insight.chart_label)
                on:pointerover=move |event| self.point(event.target())
                on:pointerleave=move |_| self.current.set(None)
                on:focusin=move |event| self.point(event.target())
                on:focusout=move |_| self.current.set(None)
                on:keydown=move |event| self.on_key(&event)
            >
                {bars}
            </svg>
        }
        .into_any()
    }

    /// The bar of a build, a link to its page: `at` and `width` of its slot and `height` are shares. A failed one has a
    /// cross above it, one that neither failed nor succeeded is not filled: the state is not in the color alone.
    fn bar(self, index: usize, build: &Build, at: f64, width: f64, height: f64) -> AnyView {
        let navigation = use_navigation();
        let (kind, _) = appearance(&build.status);
        let own = build.clone();
        let name = text_signal(move || bar_name(&own));
        let href = navigation.href(&Route::Build {
            build_id: build.build_id.clone(),
        });
        let middle = percent(at + width / 2.0);
        let y = percent(1.0 - height);
        let cross = (build.status == Status::Failed).then(|| {
            svg::svg()
                .attr("x", middle)
                .attr("y", y.clone())
                .attr("class", "chart-cross")
                .child(svg::path().attr("d", "M-3 -9l6 6m0 -6l-6 6"))
        });
        let in_tab_order = self.in_tab_order;
        svg::a()
            .attr("href", href)
            .attr("class", "chart-bar")
            .attr("data-status", kind)
            .attr("data-index", index.to_string())
            .attr("tabindex", move || match in_tab_order.get() == index {
                true => "0",
                false => "-1",
            })
            .attr("aria-label", name)
            .child((
                svg::rect()
                    .attr("class", "chart-slot")
                    .attr("x", percent(at))
                    .attr("width", percent(width))
                    .attr("height", "100%"),
                svg::rect()
                    .attr("x", percent(at + width * (1.0 - BAR_SHARE) / 2.0))
                    .attr("width", percent(width * BAR_SHARE))
                    .attr("y", y)
                    .attr("height", percent(height)),
                cross,
            ))
            .into_any()
    }

    /// Shows the values of the bar under the pointer or with the focus.
    fn point(self, target: Option<EventTarget>) {
        if let Some(index) = bar_index(target) {
            self.current.set(Some(index));
            self.in_tab_order.set(index);
        }
    }

    /// Moves the focus from bar to bar. The browser itself follows the link on Enter.
    fn on_key(self, event: &KeyboardEvent) {
        let Some(index) = bar_index(event.target()) else {
            return;
        };
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let count = self.builds.with_value(Vec::len);
        let Some(next) = bar_after(&event.key(), index, count) else {
            return;
        };
        event.prevent_default();
        let selector = format!("[data-index='{next}']");
        let bar = self.plot.get_untracked();
        let bar = bar.and_then(|plot| plot.query_selector(&selector).ok().flatten());
        if let Some(bar) = bar.and_then(|bar| bar.dyn_into::<SvgElement>().ok()) {
            // Fails only for an element that can't be focused.
            let _ = bar.focus();
        }
    }

    /// Describes the current bar; without one, how to use the chart.
    fn readout(self) -> AnyView {
        let build = self.current.get().and_then(|index| {
            self.builds
                .with_value(|builds| builds.get(index).map(|(build, _)| build.clone()))
        });
        let Some(build) = build else {
            return view! {
                <span class="quiet for-keys">{t_signal!(insight.chart_hint)}</span>
                <span class="quiet for-touch">{t_signal!(insight.chart_hint_touch)}</span>
            }
            .into_any();
        };
        let status = build.status.clone();
        let word = text_signal(move || status_word(&status));
        let length = TimeDelta::milliseconds(duration(&build).unwrap_or_default());
        let code = |text: &str| {
            let text = text.to_owned();
            (!text.is_empty()).then(|| view! { <span class="code">{text}</span> })
        };
        let commit = build.code_head_commit.as_deref().unwrap_or_default();
        let time = build.created_at.or(build.started_at);
        let absolute = time.map(|time| text_signal(move || words().absolute(time.millis(), false)));
        view! {
            {status_icon(build.status.clone())}
            <strong>{word}</strong>
            <span class="number">{text_signal(move || format_duration(length))}</span>
            {code(&build.docker_repo_tag)}
            {code(short_commit(commit))}
            <span>{time.map(relative_time)}</span>
            <span class="quiet">{absolute}</span>
        }
        .into_any()
    }
}

/// The name of a bar for screen readers: image, status, duration, time and commit.
fn bar_name(build: &Build) -> String {
    let length = TimeDelta::milliseconds(duration(build).unwrap_or_default());
    let mut parts = vec![
        build.image_reference(),
        status_word(&build.status),
        format_duration(length),
    ];
    let time = build.created_at.or(build.started_at);
    parts.extend(time.map(|time| words().absolute(time.millis(), false)));
    let commit = build.code_head_commit.as_deref();
    parts.extend(commit.map(|commit| short_commit(commit).to_owned()));
    parts.join(" · ")
}

/// The index of the bar that an event happened in.
fn bar_index(target: Option<EventTarget>) -> Option<usize> {
    let element = target?.dyn_into::<Element>().ok()?;
    let bar = element.closest("[data-index]").ok().flatten()?;
    bar.get_attribute("data-index")?.parse().ok()
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
