//! The frame: the scrolling element, the rows in it, the minimap at its side, and what is said in place of rows.

use crate::api::{Build, Status};
use crate::i18n::numbers::size;
use crate::log::Filter;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::follow::new_lines_button;
use crate::log_viewer::long_press::LongPress;
use crate::log_viewer::tools::Tools;
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::{dynamic, effect, show, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, Event, HtmlElement, MouseEvent, ResizeObserver};

/// The frame. `RowPool` fills `.log-rows` with rows.
pub(crate) fn frame(
    commands: LogCommands,
    build: Query<Build>,
    tools: RwSignal<Option<Tools>>,
) -> AnyView {
    let viewer = commands.viewer;
    let frame = NodeRef::<html::Div>::new();
    effect(move || {
        let Some(frame) = frame.get() else { return };
        if frame.is_connected() {
            mount(viewer, frame.into());
        } else {
            request_animation_frame(move || mount(viewer, frame.into()));
        }
    });
    let long_press = LongPress::new(commands);
    view! {
        <div class="log-body">
            <div
                class="log-frame"
                node_ref=frame
                tabindex="0"
                role="region"
                aria-label=t_signal!(log.title)
                aria-describedby="log-place"
                on:scroll=move |_| viewer.on_scroll()
                on:scrollend=move |_| viewer.on_scroll_end()
                on:click=move |event| on_click(&event, commands, long_press)
                on:pointerdown=move |event| {
                    long_press.on_down(&event, line_at(&event));
                    viewer.start_text(&event);
                }
                on:pointermove=move |event| long_press.on_move(&event)
                on:pointerup=move |_| long_press.end()
                on:pointercancel=move |_| long_press.end()
                on:contextmenu=move |event| long_press.on_context_menu(&event)
            >
                <div class="log-space">
                    <div class="log-window">
                        <div class="log-rows" role="list" aria-label=t_signal!(log.title)></div>
                    </div>
                </div>
            </div>
            {empty_states(commands, build)}
            {dynamic(move || match tools.get() {
                Some(tools) => (tools.minimap)(commands),
                None => view! { <div class="log-overview"></div> }.into_any(),
            })}
            <div class="log-over">
                <p class="log-message" aria-hidden="true">
                    {commands.message}
                </p>
                {new_lines_button(viewer)}
                {show(
                    move || viewer.loading.get() && viewer.error.with(Option::is_none),
                    move || received(viewer),
                )}
            </div>
        </div>
    }
    .into_any()
}

/// How much of the first answer has arrived.
fn received(viewer: LogViewer) -> AnyView {
    let bytes = text_signal(move || {
        t_string!(
            log.received,
            n = size(viewer.counts.with(|counts| counts.received))
        )
    });
    view! { <p class="quiet log-received">{bytes}</p> }.into_any()
}

/// Says why the frame is empty: no lines yet, an empty log, or a filter that hides all lines.
fn empty_states(commands: LogCommands, build: Query<Build>) -> AnyView {
    let viewer = commands.viewer;
    let no_lines_text = text_signal(move || {
        let status = build
            .data()
            .map(|build| (build.status.clone(), build.is_finished()));
        match status {
            _ if viewer.loading.get() && viewer.error.with(Option::is_some) => {
                t_string!(log.missing)
            }
            Some((Status::Waiting, _)) => t_string!(log.queued),
            Some((_, false)) => t_string!(log.waiting),
            _ if viewer.loading.get() => t_string!(log.loading_now),
            _ if viewer.time_window.get() != (None, None) => t_string!(log.window_empty),
            _ => t_string!(log.empty),
        }
    });
    let is_empty = move || viewer.counts.with(|counts| counts.lines == 0);
    let is_all_hidden = move || {
        viewer
            .counts
            .with(|counts| counts.lines > 0 && counts.rows == 0)
    };
    let hidden_text =
        text_signal(
            move || match viewer.filter.with(|filter| filter.between.is_some()) {
                true => t_string!(log.window_empty).to_owned(),
                false => t_string!(log.all_hidden).to_owned(),
            },
        );
    let all_hidden = move || {
        view! {
            <div class="log-empty">
                <p>{hidden_text}</p>
                {Button::new(t_signal!(log.show_all)).on_press(move || show_all(commands))}
            </div>
        }
        .into_any()
    };
    view! {
        {show(is_empty, move || view! { <p class="log-empty">{no_lines_text}</p> }.into_any())}
        {show(is_all_hidden, all_hidden)}
    }
    .into_any()
}

/// Takes all filters off.
fn show_all(commands: LogCommands) {
    commands.search.show_only_matches(None);
    commands.viewer.set_filter(|filter| {
        *filter = Filter {
            fold_repeats: filter.fold_repeats,
            ..Filter::default()
        }
    });
    commands.focus_log();
}

fn mount(viewer: LogViewer, frame: HtmlElement) {
    viewer.mount(frame.clone());
    let callback = Closure::<dyn Fn()>::new(move || viewer.on_resize());
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(&frame);
        viewer.keep_frame_observer(observer, callback);
    }
}

/// The line that an event is on, counted from 0.
fn line_at(event: &Event) -> Option<usize> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let line = target.closest(".log-line").ok().flatten()?;
    let number: usize = line.get_attribute("data-line")?.parse().ok()?;
    number.checked_sub(1)
}

/// Handles a click on a row: on "show more" of a wrapped line, or on a line's number.
fn on_click(event: &MouseEvent, commands: LogCommands, long_press: LongPress) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return };
    let is_plain_click =
        event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let closest = |selector: &str| target.closest(selector).ok().flatten();
    for (attribute, before) in [("data-more", false), ("data-before", true)] {
        if let Some(more) = closest(&format!("[{attribute}]")) {
            let line = more.get_attribute(attribute);
            if let Some(line) = line.and_then(|line| line.parse().ok()) {
                commands.viewer.show_more(line, before);
                commands.focus_log();
            }
            return;
        }
    }
    if let Some(run) = closest("[data-run]") {
        let first = run
            .get_attribute("data-run")
            .and_then(|first| first.parse().ok());
        if let Some(first) = first {
            commands.toggle_repeats(first);
            commands.focus_log();
        }
        return;
    }
    let on_number = closest(".log-number").is_some();
    let Some(line) = line_at(event).filter(|_| is_plain_click) else {
        return;
    };
    if long_press.take_click(line, on_number) {
        event.prevent_default();
    } else if on_number {
        event.prevent_default();
        let with_shift = event.shift_key();
        commands.select_in_place(line, || commands.selection.press(line, with_shift));
        commands.focus_log();
    }
}
