//! The selected lines on paper.

use crate::log::export::Format;
use crate::log_viewer::selection::Selection;
use leptos::ev;
use leptos::prelude::*;

/// Prints the selected lines, with their times, and nothing else of the page.
pub fn print(selection: Selection) {
    let Ok(paper) = document().create_element("pre") else {
        return;
    };
    paper.set_class_name("log-print");
    paper.set_text_content(Some(&selection.text(Format::Text, true)));
    let Some(body) = document().body() else {
        return;
    };
    if body.append_child(&paper).is_err() {
        return;
    }
    let done = StoredValue::new_local(Some(paper));
    let handle = StoredValue::new_local(None::<WindowListenerHandle>);
    let after = window_event_listener(ev::afterprint, move |_| {
        if let Some(Some(paper)) = done.try_update_value(Option::take) {
            paper.remove();
        }
        if let Some(Some(handle)) = handle.try_update_value(Option::take) {
            handle.remove();
        }
    });
    handle.set_value(Some(after));
    // Refused only where the browser has no printing.
    let _ = window().print();
}
