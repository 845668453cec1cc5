//! The frame: the scrolling element, the rows in it, and the steps and the minimap at its sides.

use crate::api::Build;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::follow::new_lines_button;
use crate::log_viewer::panels::{minimap::minimap, steps_panel::steps_panel};
use crate::log_viewer::view_state::LogViewer;
use crate::query::Query;
use crate::reactive::{effect, show, text_signal};
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlElement, MouseEvent, ResizeObserver};

/// The frame. `RowPool` fills `.log-rows` with rows.
pub(crate) fn frame(commands: LogCommands, build: Query<Build>) -> AnyView {
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
    view! {
        <div class="log-body">
            {steps_panel(commands)}
            <div
                class="log-frame"
                node_ref=frame
                tabindex="0"
                role="region"
                aria-label=t_signal!(log.title)
                aria-describedby="log-place"
                on:scroll=move |_| viewer.on_scroll()
                on:scrollend=move |_| viewer.on_scroll_end()
                on:click=move |event| on_click(&event, commands)
            >
                <div class="log-space">
                    <div class="log-window">
                        <div class="log-rows" role="list" aria-label=t_signal!(log.title)></div>
                    </div>
                </div>
                {empty_notices(viewer, build)}
            </div> {minimap(commands)} {new_lines_button(viewer)}
        </div>
    }
    .into_any()
}

/// Says why the frame is empty: no lines yet, an empty log, or a filter that hides all lines.
fn empty_notices(viewer: LogViewer, build: Query<Build>) -> AnyView {
    let no_lines_text = text_signal(move || {
        let running = build.data().is_some_and(|build| !build.is_finished());
        match running || viewer.loading.get() {
            true => t_string!(log.waiting),
            false => t_string!(log.empty),
        }
    });
    let is_empty = move || viewer.counts.with(|counts| counts.lines == 0);
    let is_all_hidden = move || {
        viewer
            .counts
            .with(|counts| counts.lines > 0 && counts.rows == 0)
    };
    view! {
        {show(
            move || is_empty() && viewer.error.with(Option::is_none),
            move || view! { <p class="log-empty">{no_lines_text}</p> }.into_any(),
        )}
        {show(
            is_all_hidden,
            move || view! { <p class="log-empty">{t_signal!(log.all_hidden)}</p> }.into_any(),
        )}
    }
    .into_any()
}

fn mount(viewer: LogViewer, frame: HtmlElement) {
    viewer.mount(frame.clone());
    let callback = Closure::<dyn Fn()>::new(move || viewer.on_resize());
    if let Ok(observer) = ResizeObserver::new(callback.as_ref().unchecked_ref()) {
        observer.observe(&frame);
        viewer.keep_frame_observer(observer, callback);
    }
}

/// Handles a click on a row: on "show more" of a wrapped line, or on a line's number.
fn on_click(event: &MouseEvent, commands: LogCommands) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let Some(target) = target else { return };
    let is_plain_click =
        event.button() == 0 && !(event.ctrl_key() || event.meta_key() || event.alt_key());
    let closest = |selector: &str| target.closest(selector).ok().flatten();
    if let Some(more) = closest("[data-more]") {
        let line = more
            .get_attribute("data-more")
            .and_then(|line| line.parse().ok());
        if let Some(line) = line {
            commands
                .viewer
                .set_options(|options| options.show_more(line));
            commands.focus_log();
        }
    } else if is_plain_click && closest(".log-number").is_some() {
        event.prevent_default();
        let line = closest(".log-line").and_then(|line| line.get_attribute("data-line"));
        let line = line.and_then(|line| line.parse::<usize>().ok());
        if let Some(line) = line.and_then(|line| line.checked_sub(1)) {
            commands.selection.press(line, event.shift_key());
            commands.focus_log();
        }
    }
}
