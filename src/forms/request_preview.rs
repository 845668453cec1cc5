//! Shows the request that a form sends, as JSON and as a `curl` line, while the form is filled in.

use crate::forms::model::preview;
use crate::forms::model::preview::RequestTemplate;
use crate::forms::rows::RowList;
use crate::reactive::{bool_signal, for_each, memo, text_signal};
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// A request, and how it is sent.
#[derive(Clone, Copy)]
pub(crate) struct RequestPreview {
    pub(crate) rows: RowList,
    /// The request without its rows.
    pub(crate) template: Memo<RequestTemplate>,
    pub(crate) method: &'static str,
    pub(crate) url: Signal<String>,
}

/// The texts of the preview. Each row's text is a signal of its own, so that an edit of one row changes
/// that row's text alone.
#[derive(Clone, Copy)]
struct PreviewText {
    request: RequestPreview,
    as_curl: RwSignal<bool>,
}

impl PreviewText {
    /// Escapes a part of the body for the shell, if it is shown as a `curl` line.
    fn quote(self, text: String) -> String {
        match self.as_curl.get() {
            true => preview::in_single_quotes(&text),
            false => text,
        }
    }

    /// The `curl` line up to the body; empty for JSON.
    fn start(self) -> String {
        let RequestPreview { method, url, .. } = self.request;
        match self.as_curl.get() {
            true => url.with(|url| preview::curl_before(method, url)),
            false => String::new(),
        }
    }

    fn end(self) -> &'static str {
        match self.as_curl.get() {
            true => "'",
            false => "",
        }
    }

    fn before_rows(self) -> Memo<String> {
        let RequestPreview { rows, template, .. } = self.request;
        memo(move || {
            let before = template.with(|template| preview::around(template, rows.is_empty()).0);
            self.start() + &self.quote(before)
        })
    }

    fn after_rows(self) -> Memo<String> {
        let RequestPreview { rows, template, .. } = self.request;
        memo(move || {
            let after = template.with(|template| preview::around(template, rows.is_empty()).1);
            self.quote(after) + self.end()
        })
    }

    fn row(self, key: u64, indent: Memo<usize>) -> Memo<String> {
        let rows = self.request.rows;
        let row = rows.row(key);
        let is_last = memo(move || rows.position(key) + 1 == rows.count());
        memo(move || {
            let row = row.map(|row| row.with(|row| row.to_config()));
            row.map_or_else(String::new, |row| {
                self.quote(preview::row_json(&row, indent.get(), is_last.get()))
            })
        })
    }

    /// The whole text, tracked.
    fn whole(self) -> String {
        let template = self.request.template.get();
        let drafts = self.request.rows.drafts();
        let (mut body, after) = preview::around(&template, drafts.is_empty());
        for (index, row) in drafts.iter().enumerate() {
            let is_last = index + 1 == drafts.len();
            body.push_str(&preview::row_json(
                &row.to_config(),
                template.indent,
                is_last,
            ));
        }
        body.push_str(&after);
        self.start() + &self.quote(body) + self.end()
    }
}

/// The panel, with a choice between JSON and `curl`.
pub(crate) fn request_preview(request: RequestPreview) -> AnyView {
    let RequestPreview {
        rows,
        template,
        method,
        url,
    } = request;
    let as_curl = RwSignal::new(false);
    let text = PreviewText { request, as_curl };
    let indent = memo(move || template.with(|template| template.indent));
    let row = move |key: u64| {
        view! { <span class="preview-row">{text.row(key, indent)}</span> }.into_any()
    };
    let format_name = text_signal(move || match as_curl.get() {
        true => t_string!(preview.curl),
        false => t_string!(preview.json),
    });
    let format_button = move |label: Signal<String>, is_curl: bool| {
        Button::new(label)
            .pressed(bool_signal(move || as_curl.get() == is_curl))
            .on_press(move || as_curl.set(is_curl))
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
                    {format_button(t_signal!(preview.json), false)}
                    {format_button(t_signal!(preview.curl), true)}
                </span>
                {copy_button(text_signal(move || text.whole()), format_name)}
            </div>
            <pre class="code preview-text" tabindex="0" role="region" aria-label=format_name>
                <span>{text.before_rows()}</span>
                {for_each(move || rows.keys(), row)}
                <span>{text.after_rows()}</span>
            </pre>
        </details>
    }
    .into_any()
}
