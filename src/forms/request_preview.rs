//! Shows the request that a form makes, as JSON and as a `curl` line, while it is being made.

use crate::forms::model::preview;
use crate::forms::model::preview::RequestTemplate;
use crate::forms::rows::RowList;
use crate::reactive::{bool_signal, for_each, memo, text_signal};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use leptos::prelude::*;

/// The preview of a request: its frame, its rows, and how it would be sent.
pub fn request_preview(
    rows: RowList,
    frame: Memo<RequestTemplate>,
    method: &'static str,
    url: Signal<String>,
) -> AnyView {
    let as_curl = RwSignal::new(false);
    let quoted = move |text: String| match as_curl.get() {
        true => preview::in_single_quotes(&text),
        false => text,
    };
    let before = memo(move || {
        let start = match as_curl.get() {
            true => url.with(|url| preview::curl_before(method, url)),
            false => String::new(),
        };
        start + &quoted(frame.with(|frame| preview::around(frame, rows.is_empty()).0))
    });
    let after = memo(move || {
        let end = frame.with(|frame| preview::around(frame, rows.is_empty()).1);
        quoted(end) + if as_curl.get() { "'" } else { "" }
    });
    let indent = memo(move || frame.with(|frame| frame.indent));
    let piece = move |key: u64| {
        let row = rows.row(key);
        let is_last = memo(move || rows.position(key) + 1 == rows.count());
        let text = memo(move || {
            let row = row.map(|row| row.with(|row| row.to_config()));
            row.map_or_else(String::new, |row| {
                quoted(preview::row_json(&row, indent.get(), is_last.get()))
            })
        });
        view! { <span class="preview-row">{text}</span> }.into_any()
    };
    // Put together only when it is copied.
    let whole = text_signal(move || {
        let frame = frame.get();
        let drafts = rows.drafts();
        let (mut text, after) = preview::around(&frame, drafts.is_empty());
        for (index, row) in drafts.iter().enumerate() {
            let is_last = index + 1 == drafts.len();
            text.push_str(&preview::row_json(&row.to_config(), frame.indent, is_last));
        }
        text.push_str(&after);
        match as_curl.get() {
            true => {
                let start = url.with(|url| preview::curl_before(method, url));
                format!("{start}{}'", preview::in_single_quotes(&text))
            }
            false => text,
        }
    });
    let what = text_signal(move || match as_curl.get() {
        true => crate::t_string!(preview.curl),
        false => crate::t_string!(preview.json),
    });
    let choice = move |label: Signal<String>, curl: bool| {
        Button::new(label)
            .pressed(bool_signal(move || as_curl.get() == curl))
            .on_press(move || as_curl.set(curl))
    };
    view! {
        <details class="panel preview" open>
            <summary>
                <h2>{t_signal!(preview.heading)}</h2>
            </summary>
            <p class="quiet">
                <span class="code">{method}" "{url}</span>
            </p>
            <div class="preview-actions">
                <span class="button-group" role="group" aria-label=t_signal!(preview.shown)>
                    {choice(t_signal!(preview.json), false)}
                    {choice(t_signal!(preview.curl), true)}
                </span>
                {copy_button(whole, what)}
            </div>
            <pre class="code preview-text" tabindex="0" role="region" aria-label=what>
                <span>{before}</span>
                {for_each(move || rows.keys(), piece)}
                <span>{after}</span>
            </pre>
        </details>
    }
    .into_any()
}
