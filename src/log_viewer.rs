//! The log of a build: read as it comes in, of which only what is on screen is in the page.
//!
//! | part | what it does |
//! | --- | --- |
//! | `reader` | reads the log, again and again while the build runs |
//! | `view_state`, `model`, `scrolling` | the lines, and the reader's position in them |
//! | `layout/` | what is computed without a browser: lines on screen, colors, times |
//! | `dom/`, `display_options` | the rows that are in the page, and how they show lines |
//! | `search`, `selection`, `commands`, `shortcuts` | what the reader can do |
//! | `panels/` | the bars and panels around the rows |

pub mod commands;
pub mod display_options;
pub mod dom;
mod download;
pub mod layout;
pub mod model;
pub mod panels;
mod print;
pub mod reader;
pub mod scrolling;
pub mod search;
pub mod selection;
pub mod shortcuts;
pub mod view_state;
pub mod yielding;

use crate::api::Build;
use crate::components::error_notice::load_error;
use crate::i18n::numbers::number;
use crate::i18n::words;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::display_options::DisplayOptions;
use crate::log_viewer::layout::times::TimeKind;
use crate::log_viewer::search::LogSearch;
use crate::log_viewer::selection::Selection;
use crate::log_viewer::view_state::LogViewer;
use crate::platform::dom::scroll_into_view_if_needed;
use crate::platform::storage::{Keep, stored};
use crate::query::Query;
use crate::reactive::{bool_signal, effect, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::ui::button::Button;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, MouseEvent, ResizeObserver};

/// The log of a build, with everything that belongs to it: its reading, its errors, its tools.
pub fn log_section(build_id: StoredValue<String>, build: Query<Build>) -> AnyView {
    let look = DisplayOptions {
        wrap: stored(Keep::Device, "log.wrap").is_some(),
        utc: stored(Keep::Device, "log.utc").is_some(),
        times: TimeKind::named(&stored(Keep::Device, "log.times").unwrap_or_default()),
        ..DisplayOptions::default()
    };
    let view = LogViewer::new(look);
    let tools = LogCommands {
        view,
        finder: LogSearch::new(view),
        selection: Selection::open(view, use_navigation()),
        full: RwSignal::new(false),
        listed: RwSignal::new(is_wide()),
    };
    reader::read(view, build_id, build);
    let (build_error, has_build) = (build.error(), build.has_data());
    // One place for one trouble: when the build cannot be read either, that is said above.
    let error = Signal::derive(move || match build_error.get() {
        None => view.error.get(),
        Some(_) => None,
    });
    let has_lines = bool_signal(move || view.counts.with(|counts| counts.lines > 0));
    let unreadable = move || view.counts.with(|counts| counts.unreadable);
    announce_errors(view, build);
    let shown = move || section(tools, build_id, build);
    view! {
        {load_error(t_signal!(log.loading), error, has_lines, move || view.alarm().ring())}
        {show(
            move || unreadable() > 0,
            move || {
                let text = t_signal!(log.unreadable, n = number(unreadable() as usize));
                notice("warning", text).into_any()
            },
        )}
        {show(move || build_error.with(Option::is_none) || has_build.get() || has_lines.get(), shown)}
    }
    .into_any()
}

/// Whether there is room for the list of steps beside the log.
fn is_wide() -> bool {
    let width = window().inner_width().ok().and_then(|width| width.as_f64());
    width.is_some_and(|width| width >= 1_100.0)
}

/// Tells a screen reader of errors that come while the build runs.
fn announce_errors(view: LogViewer, build: Query<Build>) {
    let told = StoredValue::new(0);
    effect(move || {
        let errors = view.counts.with(|counts| counts.errors);
        let known = told.get_value();
        told.set_value(errors);
        let runs = untrack(move || build.data()).is_some_and(|build| !build.is_finished());
        if errors > known && runs && !view.loading.get_untracked() {
            view.announced
                .set(t_string!(log.new_errors, n = number(errors - known)));
        }
    });
}

fn section(tools: LogCommands, build_id: StoredValue<String>, build: Query<Build>) -> AnyView {
    let view = tools.view;
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        shortcuts::press_outside(&event, tools);
    });
    on_cleanup(move || keys.remove());
    if tools.selection.lines().is_some() {
        scroll_into_view_if_needed(".log-frame");
    }
    view! {
        <section
            class="log"
            aria-label=t_signal!(log.section)
            data-full=text_signal(move || tools.full.get().to_string())
            data-wrap=text_signal(move || view.look.with(|look| look.wrap).to_string())
            data-times=text_signal(move || view.look.with(|look| look.times.name()))
            on:keydown=move |event| shortcuts::press(&event, tools)
        >
            {panels::toolbar::bar(tools, build_id, build)}
            {panels::search_bar::search_bar(tools)}
            {window_notice(tools)}
            {panels::selection_bar::selection_bar(tools)}
            {frame(tools, build)}
            <p class="visually-hidden" role="status">
                {view.announced}
            </p>
        </section>
    }
    .into_any()
}

/// What scrolls, and the rows in it.
pub(crate) fn frame(tools: LogCommands, build: Query<Build>) -> AnyView {
    let view = tools.view;
    let place = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(frame) = place.get() else { return };
        if frame.is_connected() {
            mount(view, frame.into());
        } else {
            request_animation_frame(move || mount(view, frame.into()));
        }
    });
    let nothing = text_signal(move || {
        let running = build.data().is_some_and(|build| !build.is_finished());
        match running || view.loading.get() {
            true => t_string!(log.waiting),
            false => t_string!(log.empty),
        }
    });
    let empty = move || view.counts.with(|counts| counts.lines == 0);
    let hidden = move || {
        view.counts
            .with(|counts| counts.lines > 0 && counts.rows == 0)
    };
    view! {
        <div class="log-body">
            {panels::steps_panel::sections_panel(tools)}
            <div
                class="log-frame"
                node_ref=place
                tabindex="0"
                role="region"
                aria-label=t_signal!(log.title)
                aria-describedby="log-place"
                on:scroll=move |_| view.scrolled()
                on:scrollend=move |_| view.rested()
                on:click=move |event| pressed(&event, tools)
            >
                <div class="log-space">
                    <div class="log-window">
                        <div class="log-rows" role="list" aria-label=t_signal!(log.title)></div>
                    </div>
                </div>
                {show(
                    move || empty() && view.error.with(Option::is_none),
                    move || view! { <p class="log-empty">{nothing}</p> }.into_any(),
                )}
                {show(
                    hidden,
                    move || view! { <p class="log-empty">{t_signal!(log.all_hidden)}</p> }.into_any(),
                )}
            </div>
            {panels::minimap::overview(tools)}
            {new_lines(view)}
        </div>
    }
    .into_any()
}

fn mount(view: LogViewer, frame: HtmlElement) {
    view.mount(frame.clone());
    let resized = Closure::<dyn Fn()>::new(move || view.resized());
    if let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) {
        observer.observe(&frame);
        view.keep(observer, resized);
    }
}

/// A press on something in the rows.
fn pressed(event: &MouseEvent, tools: LogCommands) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return };
    let plain = event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let of = |selector: &str| target.closest(selector).ok().flatten();
    if let Some(more) = of("[data-more]") {
        let line = more
            .get_attribute("data-more")
            .and_then(|line| line.parse().ok());
        if let Some(line) = line {
            tools.view.set_look(|look| look.show_more(line));
            tools.focus_log();
        }
    } else if plain && of(".log-number").is_some() {
        event.prevent_default();
        let line = of(".log-line").and_then(|line| line.get_attribute("data-line"));
        let line = line.and_then(|line| line.parse::<usize>().ok());
        if let Some(line) = line.and_then(|line| line.checked_sub(1)) {
            tools.selection.press(line, event.shift_key());
            tools.focus_log();
        }
    }
}

/// Says that only a part of the log is shown, which part, and leads back to all of it.
fn window_notice(tools: LogCommands) -> AnyView {
    let view = tools.view;
    let said = text_signal(move || {
        let utc = view.look.with(|look| look.utc);
        let word = |time: Option<i64>| match time {
            Some(time) => words().absolute(time.saturating_mul(1000), utc),
            None => "…".to_owned(),
        };
        let (start, end) = view.window.get();
        t_string!(log.window_said, from = word(start), to = word(end))
    });
    let notice = move || {
        view! {
            <div class="log-selection" role="status">
                <span>{said}</span>
                {Button::new(t_signal!(log.window_whole))
                    .on_press(move || tools.selection.set_window(None, None))}
            </div>
        }
        .into_any()
    };
    show(move || view.window.get() != (None, None), notice).into_any()
}

/// How many lines came since the end was left; leads back to it.
fn new_lines(view: LogViewer) -> AnyView {
    let waiting = move || {
        let rows = view.counts.with(|counts| counts.rows);
        rows.saturating_sub(view.left_at.get())
    };
    let button = move || {
        Button::new(t_signal!(log.new_lines, n = number(waiting())))
            .primary()
            .on_press(move || view.follow_end())
    };
    view! {
        <div class="log-new">
            {show(move || !view.follow.get() && waiting() > 0, button)}
        </div>
    }
    .into_any()
}
