//! Files of the user's: chosen with a button, or dropped on the page.

use crate::platform::files::{dropped_file, has_files, take_chosen};
use leptos::ev;
use leptos::prelude::*;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Event, File, HtmlInputElement};

/// A button that opens the browser's file picker. `accept` lists the kinds of files that it offers first.
pub(crate) fn file_button(
    label: Signal<String>,
    accept: &'static str,
    load: impl Fn(File) + 'static,
) -> AnyView {
    let load: Box<dyn Fn(File)> = Box::new(load);
    let chosen = move |event: Event| {
        let input = event.target().and_then(|target| target.dyn_into().ok());
        let input: Option<HtmlInputElement> = input;
        if let Some(file) = input.as_ref().and_then(take_chosen) {
            load(file);
        }
    };
    view! {
        <label class="button file-button">
            {label} <input type="file" class="visually-hidden" accept=accept on:change=chosen />
        </label>
    }
    .into_any()
}

/// Loads a file that is dropped anywhere on the page, as long as the component that is being built exists. Without
/// this the browser would open the file and leave the page. Returns a signal that is true while one is dragged.
pub(crate) fn on_file_drop(load: impl Fn(File) + 'static) -> RwSignal<bool> {
    let load: Rc<dyn Fn(File)> = Rc::new(load);
    let is_over = RwSignal::new(false);
    let over = window_event_listener(ev::dragover, move |event| {
        if has_files(event.data_transfer()) {
            event.prevent_default();
            is_over.set(true);
        }
    });
    let left = window_event_listener(ev::dragleave, move |event| {
        // Between two elements of the page there is a related one.
        if event.related_target().is_none() {
            is_over.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        is_over.set(false);
        if let Some(file) = dropped_file(event.data_transfer()) {
            event.prevent_default();
            load(file);
        }
    });
    on_cleanup(move || {
        over.remove();
        left.remove();
        dropped.remove();
    });
    is_over
}
