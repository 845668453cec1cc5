//! Copies lines, selected text, or a link, to the clipboard. A long text is built in slices while the page stays
//! responsive.

use crate::i18n::numbers::number;
use crate::log::export::{Export, Format};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::selection::Selection;
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::clipboard;
use crate::t_string;
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use web_sys::{Blob, BlobPropertyBag, ClipboardEvent, Element};

/// The size of a text that is built at once, in bytes.
const MAX_BYTES_AT_ONCE: usize = 2 * 1024 * 1024;

/// The size of a part of a longer text, in bytes.
const PART_BYTES: usize = 256 * 1024;

/// A text on its way to the clipboard.
struct Copying {
    export: Export,
    with_times: bool,
    /// The number of lines of the whole text.
    lines: usize,
}

impl Copying {
    fn new(export: Export, with_times: bool) -> Self {
        Self {
            lines: export.len(),
            export,
            with_times,
        }
    }

    /// About this many bytes more of the text; `None` once the page is gone.
    fn advance(&mut self, selection: Selection, bytes: usize) -> Option<String> {
        let time = selection.time_format();
        let Self {
            export, with_times, ..
        } = self;
        selection.viewer.with_model(|model: &LogModel| {
            let time: Option<&dyn Fn(i64) -> String> = if *with_times { Some(&time) } else { None };
            export.advance(&model.log, bytes, time)
        })
    }
}

/// Copies the selected lines.
pub(crate) fn copy_lines(commands: LogCommands, format: Format, with_times: bool) {
    if let Some(export) = commands.selection.export(format) {
        copy(commands, Copying::new(export, with_times));
    }
}

/// Copies all lines that are loaded.
pub(crate) fn copy_all_lines(commands: LogCommands) {
    let lines = commands.viewer.with_model(|model| model.log.len());
    let export = Export::lines(0..lines.unwrap_or(0), Format::Text);
    copy(commands, Copying::new(export, false));
}

/// Copies the page's URL, which names the selected lines, the search and what is hidden.
pub(crate) fn copy_link_to_lines(commands: LogCommands) {
    commands.selection.link.write();
    let text = window().location().href().unwrap_or_default();
    copy_text(commands, text, 0);
}

impl LogCommands {
    /// Selects all lines, and says how many.
    pub(crate) fn select_all(self) {
        let lines = self.selection.select_all();
        self.announce(t_string!(log.selected_lines, n = number(lines)));
    }

    /// Copies the selected lines. Returns false if it is the browser's to copy: other text is selected, or it offers no
    /// clipboard to pages and has to ask for the text, see [`on_copy`].
    pub(crate) fn copy(self) -> bool {
        if is_text_selected() || !clipboard::is_available() {
            return false;
        }
        let export = self.selection.export(Format::Joined);
        let export = export.filter(|export| !export.is_empty());
        let has_lines = export.is_some();
        if let Some(export) = export {
            copy(self, Copying::new(export, false));
        }
        has_lines
    }
}

/// Handles a copy by the browser, on a key or from a menu: of text that is selected in the log, which the browser knows
/// only as far as it is on screen, and otherwise of selected lines.
pub(crate) fn on_copy(event: &ClipboardEvent, commands: LogCommands) {
    const FIELDS: &str = "input, select, textarea, [contenteditable], dialog";
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let is_in_field = target.is_some_and(|target| {
        let field = target.closest(FIELDS);
        field.is_ok_and(|field| field.is_some())
    });
    if event.default_prevented() || is_in_field {
        return;
    }
    let text = commands.viewer.update_model(LogModel::selected_text);
    let export = match text.flatten() {
        Some(text) => Some(text),
        None if is_text_selected() => None,
        None => commands.selection.export(Format::Joined),
    };
    let Some(export) = export.filter(|export| !export.is_empty()) else {
        return;
    };
    let (mut copying, data) = (Copying::new(export, false), event.clipboard_data());
    let Some(mut text) = copying.advance(commands.selection, MAX_BYTES_AT_ONCE) else {
        return;
    };
    event.prevent_default();
    if !copying.export.is_empty() && clipboard::is_available() {
        return copy_in_slices(commands, copying, text);
    }
    text.push_str(
        &copying
            .advance(commands.selection, usize::MAX)
            .unwrap_or_default(),
    );
    if data.is_some_and(|data| data.set_data("text/plain", &text).is_ok()) {
        say_copied(commands, copying.lines);
    } else {
        commands.tell(t_string!(copy.refused));
    }
}

/// Returns true if text is selected anywhere on the page.
fn is_text_selected() -> bool {
    let selection = document().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}

fn copy(commands: LogCommands, mut copying: Copying) {
    let Some(text) = copying.advance(commands.selection, MAX_BYTES_AT_ONCE) else {
        return;
    };
    if !copying.export.is_empty() {
        return copy_in_slices(commands, copying, text);
    }
    let fence = copying.export.fence().unwrap_or_default();
    copy_text(commands, format!("{fence}{text}{fence}"), copying.lines);
}

fn copy_text(commands: LogCommands, text: String, lines: usize) {
    leptos::task::spawn_local(async move {
        match clipboard::copy(&text).await {
            true => say_copied(commands, lines),
            false => commands.tell(t_string!(copy.refused)),
        }
    });
}

/// Copies a long text, of which `start` is built already.
fn copy_in_slices(commands: LogCommands, copying: Copying, start: String) {
    if commands.is_copying.get_value() {
        return;
    }
    commands.is_copying.set_value(true);
    let lines = number(copying.lines);
    commands.tell_until_done(t_string!(log.copying, n = lines));
    let lines = copying.lines;
    let text = future_to_promise(async move {
        let blob = build(commands, copying, start).await;
        blob.map(JsValue::from)
    });
    leptos::task::spawn_local(async move {
        let is_copied = clipboard::copy_promised(text).await;
        commands.is_copying.try_set_value(false);
        match is_copied {
            true => say_copied(commands, lines),
            false => commands.tell(&t_string!(log.not_copied, n = number(lines))),
        }
    });
}

/// Builds a long text in slices. Fails if the page is gone, if other lines are loaded meanwhile, or if the browser has
/// no room.
async fn build(
    commands: LogCommands,
    mut copying: Copying,
    start: String,
) -> Result<Blob, JsValue> {
    let viewer = commands.viewer;
    let reading = viewer.reading();
    let parts = Array::of1(&Uint8Array::from(start.as_bytes()));
    drop(start);
    let mut slice = TimeSlice::foreground();
    while !copying.export.is_empty() {
        slice.next().await;
        let is_same = viewer.reading() == reading;
        let part = copying.advance(commands.selection, PART_BYTES);
        match part.filter(|_| is_same) {
            Some(part) => parts.push(&Uint8Array::from(part.as_bytes())),
            None => return Err(JsValue::NULL),
        };
    }
    if let Some(fence) = copying.export.fence() {
        let fence = Uint8Array::from(fence.as_bytes());
        parts.unshift(&fence);
        parts.push(&fence);
    }
    let options = BlobPropertyBag::new();
    options.set_type("text/plain");
    Blob::new_with_u8_array_sequence_and_options(&parts, &options)
}

/// Says what was copied: a number of lines, or just that it was done.
fn say_copied(commands: LogCommands, lines: usize) {
    match lines {
        0 | 1 => commands.tell(t_string!(copy.done)),
        _ => commands.tell(&t_string!(log.copied_lines, n = number(lines))),
    }
}
