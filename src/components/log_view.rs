//! The log of a build: only the lines on screen are in the page, and the end is followed while the
//! reader is there.

use super::copy::copy_button;
use crate::log::LogStore;
use crate::log::plain::plain;
use crate::text::words;
use crate::view::{effect, live, part, when};
use crate::{tr, ts, tx};
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
    pub store: Arc<RwLock<LogStore>>,
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
        let fresh = store.merge(start_time, answer);
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

/// A line as the page shows it.
#[derive(Clone, PartialEq)]
struct Row {
    index: usize,
    text: String,
    /// Characters that are not in the page.
    cut: usize,
    level: String,
    time: Option<i64>,
}

fn rows(store: &LogStore, first: usize, last: usize) -> Vec<Row> {
    (first..last.min(store.len()))
        .filter_map(|index| {
            let line = store.line(index)?;
            let text = plain(line.text);
            let end = text
                .char_indices()
                .nth(LINE_SHOWN)
                .map_or(text.len(), |(at, _)| at);
            let (shown, rest) = text.split_at(end);
            Some(Row {
                index,
                text: shown.to_owned(),
                cut: rest.chars().count(),
                level: line.level.to_owned(),
                time: line.time,
            })
        })
        .collect()
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

    let lines = source.clone();
    let visible = Memo::new(move |_| {
        let len = len.get();
        let first = (top.get() / LINE_HEIGHT).saturating_sub(MARGIN);
        let count = height.get() / LINE_HEIGHT + 2 * MARGIN + 1;
        // When the log is shorter than before nothing is cut off, for lines are only added.
        let first = first.min(len.saturating_sub(count.min(len)));
        match lines.store.read() {
            Ok(store) => rows(&store, first, first + count),
            Err(_) => Vec::new(),
        }
    });
    let text = source.clone();
    let waiting = move || len.get().saturating_sub(seen.get());
    let number_width = move || format!("{}ch", len.get().max(1).ilog10() + 1);
    let copied = Signal::derive(move || {
        len.track();
        text.text()
    });
    view! {
        <section class="log" aria-label=ts!(log.title)>
            <div class="log-bar">
                <h2>{tx!(log.title)}</h2>
                <span class="quiet" role="status">
                    {ts!(log.lines, n = words().number(len.get() as u64))}
                </span>
                <span class="log-tools">
                    <button
                        type="button"
                        class="button"
                        aria-pressed=live(move || follow.get().to_string())
                        on:click=move |_| {
                            let now = !follow.get_untracked();
                            follow.set(now);
                            if now {
                                seen.set(len.get_untracked());
                                to_end();
                            }
                        }
                    >
                        {tx!(log.follow)}
                    </button>
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
                    <For
                        each=move || visible.get()
                        key=|row| row.index
                        children=move |row| log_row(&row)
                    />
                </div>
                {when(move || len.get() == 0, move || view! { <p class="log-empty">
                        {part(move || {
                            if growing.get() { tr!(log.waiting) } else { tr!(log.empty) }
                        })}
                    </p> }.into_any())}
            </div>
            {when(move ||  !follow.get() && waiting() > 0 , move || view! { <button
                    type="button"
                    class="button log-new"
                    data-kind="primary"
                    on:click=move |_| {
                        follow.set(true);
                        seen.set(len.get_untracked());
                        to_end();
                    }
                >
                    {ts!(log.new_lines, n = words().number(waiting() as u64))}
                </button> }.into_any())}
        </section>
    }
}

fn log_row(row: &Row) -> impl IntoView + use<> {
    let Row {
        index,
        text,
        cut,
        level,
        time,
    } = row.clone();
    let kind = level_kind(&level);
    view! {
        <div
            class="log-line"
            data-level=kind
            style:top=format!("{}px", index * LINE_HEIGHT)
        >
            <span class="log-number" aria-hidden="true">
                {index + 1}
            </span>
            <span class="log-time">
                {part(move || time.map(|time| words().clock(time.saturating_mul(1000))))}
            </span>
            {(!level.is_empty() && level != "INFO")
                .then(|| view! { <span class="log-level">{level}</span> })}
            <span class="log-text">{text}</span>
            {(cut > 0)
                .then(|| {
                    view! {
                        <span class="log-cut">
                            {ts!(log.cut, n = words().number(cut as u64))}
                        </span>
                    }
                })}
        </div>
    }
}
