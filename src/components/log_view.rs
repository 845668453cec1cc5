//! The log of a build: only the lines on screen are in the page, and the end is followed while the
//! reader is there.

use super::button::Button;
use super::copy::copy_button;
use crate::log::ansi::plain;
use crate::log::{Line, Log};
use crate::text::words;
use crate::view::{effect, list, live, when};
use crate::{tr, ts};
use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use std::sync::{Arc, RwLock};

/// A line's height in CSS pixels; `--log-line` in the style is the same.
const LINE_HEIGHT: usize = 20;

/// Lines kept in the page above and below those on screen.
const MARGIN: usize = 12;

/// The most characters of one line that are put into the page; a browser lays out no more at ease.
const LINE_SHOWN: usize = 4_000;

/// The log that a view shows: the lines, and a signal that says how many there are.
#[derive(Clone)]
pub struct LogSource {
    pub store: Arc<RwLock<Log>>,
    pub len: RwSignal<usize>,
}

impl LogSource {
    /// An empty log.
    pub fn new() -> Self {
        Self {
            store: Arc::default(),
            len: RwSignal::new(0),
        }
    }

    /// Takes an answer of call 5 that began at `start_time`; says how many lines are new.
    pub fn merge(&self, start_time: Option<i64>, answer: &[crate::api::LogEntry]) -> usize {
        // Poisoned only by a panic, which ends the console anyway.
        let Ok(mut store) = self.store.write() else {
            return 0;
        };
        store.begin(start_time);
        let fresh = store.feed(&serde_json::to_vec(answer).unwrap_or_default());
        store.end();
        let len = store.len();
        drop(store);
        if fresh > 0 {
            self.len.set(len);
        }
        fresh
    }

    /// The `start_time` to ask for next.
    pub fn resume_at(&self) -> Option<i64> {
        self.store.read().ok().and_then(|store| store.resume_at())
    }

    fn text(&self) -> String {
        let Ok(store) = self.store.read() else {
            return String::new();
        };
        let mut text = String::new();
        for line in (0..store.len()).filter_map(|index| store.line(index)) {
            text.push_str(&plain(line.text));
            text.push('\n');
        }
        text
    }
}

impl Default for LogSource {
    fn default() -> Self {
        Self::new()
    }
}

/// What the page says about the level, by the API's word: an accent for errors and warnings.
fn level_kind(level: &str) -> &'static str {
    match level.to_ascii_uppercase().as_str() {
        "ERROR" | "FATAL" | "CRITICAL" => "error",
        "WARN" | "WARNING" => "warning",
        "DEBUG" | "TRACE" => "debug",
        _ => "info",
    }
}

/// The log, filling the place that it is given.
#[component]
pub fn LogView(
    source: LogSource,
    /// Whether more may come: the end is marked as such when not.
    #[prop(into)]
    growing: Signal<bool>,
    /// Whether it cannot be read now, which is told elsewhere.
    #[prop(into)]
    failed: Signal<bool>,
) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let top = RwSignal::new(0usize);
    let height = RwSignal::new(600usize);
    let follow = RwSignal::new(true);
    let seen = RwSignal::new(0usize);
    let len = source.len;

    let measure = move || {
        if let Some(frame) = frame.get_untracked() {
            // Neither is negative in this writing direction.
            top.set(usize::try_from(frame.scroll_top()).unwrap_or(0));
            height.set(usize::try_from(frame.client_height()).unwrap_or(0));
        }
    };
    let at_end = move || {
        frame.get_untracked().is_some_and(|frame| {
            let left = frame.scroll_height() - frame.scroll_top() - frame.client_height();
            usize::try_from(left).unwrap_or(0) < LINE_HEIGHT
        })
    };
    let to_end = move || {
        if let Some(frame) = frame.get_untracked() {
            frame.set_scroll_top(frame.scroll_height());
        }
        measure();
    };

    // After the frame has grown by the new lines, and before it is painted.
    effect(move || {
        let now = len.get();
        if follow.get_untracked() {
            seen.set(now);
            request_animation_frame(to_end);
        }
    });
    effect(move || {
        if frame.get().is_some() {
            measure();
        }
    });
    let resize = window_event_listener(ev::resize, move |_| {
        measure();
        if follow.get_untracked() {
            to_end();
        }
    });
    on_cleanup(move || resize.remove());

    let scrolled = move |_| {
        measure();
        let end = at_end();
        follow.set(end);
        if end {
            seen.set(len.get_untracked());
        }
    };

    // Only the range is compared: a line never changes once it is there.
    let visible = Memo::new(move |_| {
        let len = len.get();
        let count = height.get() / LINE_HEIGHT + 2 * MARGIN + 1;
        let first = (top.get() / LINE_HEIGHT).saturating_sub(MARGIN);
        let first = first.min(len.saturating_sub(count));
        (first, (first + count).min(len))
    });
    let keys = move || {
        let (first, last) = visible.get();
        (first as u64..last as u64).collect()
    };
    let lines = source.clone();
    let line = move |key: u64| {
        let index = key as usize;
        let store = lines.store.read().ok();
        let line = store.as_ref().and_then(|store| store.line(index));
        line.map_or_else(|| ().into_any(), |line| log_line(index, line))
    };
    let text = source.clone();
    let waiting = move || len.get().saturating_sub(seen.get());
    let number_width = move || format!("{}ch", len.get().max(1).ilog10() + 1);
    let copied = Signal::derive(move || {
        len.track();
        text.text()
    });
    let resume = move || {
        follow.set(true);
        seen.set(len.get_untracked());
        to_end();
    };
    let toggle = move || match follow.get_untracked() {
        true => follow.set(false),
        false => resume(),
    };
    let nothing = live(move || match growing.get() {
        true => tr!(log.waiting),
        false => tr!(log.empty),
    });
    view! {
        <section class="log">
            <div class="log-bar">
                <h2>{ts!(log.title)}</h2>
                <span class="quiet">{ts!(log.lines, n = words().number(len.get() as u64))}</span>
                <span class="log-tools">
                    {Button::new(ts!(log.follow)).pressed(follow).on_press(toggle)}
                    {copy_button(copied, ts!(log.title))}
                </span>
            </div>
            <div
                class="log-frame"
                node_ref=frame
                tabindex="0"
                role="region"
                aria-label=ts!(log.title)
                on:scroll=scrolled
                style:--log-number=number_width
            >
                <div
                    class="log-lines"
                    style:height=move || format!("{}px", len.get() * LINE_HEIGHT)
                >
                    {list(keys, line)}
                </div>
                {when(
                    move || len.get() == 0 && !failed.get(),
                    move || view! { <p class="log-empty">{nothing}</p> }.into_any(),
                )}
            </div>
            <div class="log-new">
                {when(
                    move || !follow.get() && waiting() > 0,
                    move || {
                        Button::new(ts!(log.new_lines, n = words().number(waiting() as u64)))
                            .primary()
                            .on_press(resume)
                    },
                )}
            </div>
        </section>
    }
}

fn log_line(index: usize, line: Line<'_>) -> AnyView {
    let text = plain(line.text);
    let end = text
        .char_indices()
        .nth(LINE_SHOWN)
        .map_or(text.len(), |(at, _)| at);
    let (shown, rest) = text.split_at(end);
    let cut = rest.chars().count() as u64;
    let level = (!line.level.is_empty() && line.level != "INFO")
        .then(|| view! { <span class="log-level">{line.level.to_owned()}</span> });
    let time = line.time;
    let time = live(move || match time {
        Some(time) => words().clock(time.saturating_mul(1000)),
        None => String::new(),
    });
    let cut = (cut > 0).then(|| {
        view! { <span class="log-cut">{ts!(log.cut, n = words().number(cut))}</span> }
    });
    view! {
        <div
            class="log-line"
            data-level=level_kind(line.level)
            style:top=format!("{}px", index * LINE_HEIGHT)
        >
            <span class="log-number" aria-hidden="true">
                {(index + 1).to_string()}
            </span>
            <span class="log-time">{time}</span>
            {level}
            <span class="log-text">{shown.to_owned()}</span>
            {cut}
        </div>
    }
    .into_any()
}
