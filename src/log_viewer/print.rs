//! Prints the selected lines.

use crate::log::export::Format;
use crate::log_viewer::selection::Selection;
use leptos::ev;
use leptos::prelude::*;

/// Prints the selected lines, with their times, and nothing else of the page.
pub(crate) fn print(selection: Selection) {
    let Ok(sheet) = document().create_element("pre") else {
        return;
    };
    sheet.set_class_name("log-print");
    sheet.set_text_content(Some(&selection.text(Format::Text, true)));
    let Some(body) = document().body() else {
        return;
    };
    if body.append_child(&sheet).is_err() {
        return;
    }
    let printed = StoredValue::new_local(Some(sheet));
    let handle = StoredValue::new_local(None::<WindowListenerHandle>);
    let listener = window_event_listener(ev::afterprint, move |_| {
        if let Some(Some(sheet)) = printed.try_update_value(Option::take) {
            sheet.remove();
        }
        if let Some(Some(handle)) = handle.try_update_value(Option::take) {
            handle.remove();
        }
    });
    handle.set_value(Some(listener));
    // Fails only in browsers that cannot print.
    let _ = window().print();
}
