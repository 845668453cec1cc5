//! Prints the selected lines.

use crate::log::export::Format;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::selection::Selection;
use leptos::ev;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// Prints the selected lines, with their times, and nothing else of the page.
pub(crate) fn print(selection: Selection) {
    let Ok(sheet) = document().create_element("pre") else {
        return;
    };
    sheet.set_class_name("log-print");
    let export = selection.export(Format::Text);
    let text = export.and_then(|export| {
        let time = selection.time_format();
        let read = |model: &LogModel| export.text(&model.log, Some(&time));
        selection.viewer.with_model(read)
    });
    sheet.set_text_content(text.as_deref());
    let Some(body) = document().body() else {
        return;
    };
    if body.append_child(&sheet).is_err() {
        return;
    }
    // Not Leptos' values: those end with the menu that the button for this is in.
    let handle = Rc::new(Cell::new(None::<WindowListenerHandle>));
    let own_handle = Rc::clone(&handle);
    let listener = window_event_listener(ev::afterprint, move |_| {
        sheet.remove();
        if let Some(handle) = own_handle.take() {
            handle.remove();
        }
    });
    handle.set(Some(listener));
    // Fails only in browsers that cannot print.
    let _ = window().print();
}
