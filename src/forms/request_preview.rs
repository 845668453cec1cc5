//! Shows the request that a form sends while the form is filled in: as JSON, as a `curl` line, and, where something
//! is there already, as a diff against it.

use crate::forms::common::form_state::FormState;
use crate::forms::model::line_diff::{DiffLine, changed_lines, diff};
use crate::forms::model::marks::{Piece, line_of, pieces};
use crate::forms::model::preview;
use crate::forms::model::preview::RequestTemplate;
use crate::forms::rows::RowList;
use crate::platform::timer::timer_millis;
use crate::reactive::{bool_signal, dynamic, effect, for_each, memo, show, show_or, text_signal};
use crate::ui::button::Button;
use crate::ui::copy::copy_button;
use crate::{t_signal, t_string};
use gloo_timers::callback::Timeout;
use leptos::prelude::*;
use std::time::Duration;

/// A request, and how it is sent.
#[derive(Clone, Copy)]
pub(crate) struct RequestPreview {
    pub(crate) rows: RowList,
    /// The request without its rows, with dots in place of a secret.
    pub(crate) template: Memo<RequestTemplate>,
    /// True if there is such a secret, which has to be put in before the text is of use.
    pub(crate) has_secret: Signal<bool>,
    pub(crate) method: &'static str,
    pub(crate) url: Signal<String>,
    /// The body that would change nothing, where there is something to change.
    pub(crate) unchanged: Option<Memo<String>>,
}

/// What the panel shows.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shown {
    Changes,
    Json,
    Curl,
}

/// How long a line is marked after it has changed.
const MARK_DURATION: Duration = Duration::from_secs(2);

/// The time without edits after which the diff is computed.
const DIFF_DEBOUNCE: Duration = Duration::from_millis(120);

/// The texts of the preview. Each row's text is a signal of its own, so that an edit of one row changes
/// that row's text alone.
#[derive(Clone, Copy)]
struct PreviewText {
    request: RequestPreview,
    shown: RwSignal<Shown>,
    form: FormState,
}

impl PreviewText {
    fn is_curl(self) -> bool {
        self.shown.get() == Shown::Curl
    }

    /// Escapes a part of the body for the shell, if it is shown as a `curl` line.
    fn quote(self, text: String) -> String {
        match self.is_curl() {
            true => preview::in_single_quotes(&text),
            false => text,
        }
    }

    /// The `curl` line up to the body; empty for JSON.
    fn start(self) -> String {
        let RequestPreview { method, url, .. } = self.request;
        match self.is_curl() {
            true => url.with(|url| preview::curl_before(method, url)),
            false => String::new(),
        }
    }

    fn end(self) -> &'static str {
        match self.is_curl() {
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

    /// The body as JSON, tracked.
    fn json(self) -> String {
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
        body + &after
    }

    /// The whole text, tracked.
    fn whole(self) -> String {
        self.start() + &self.quote(self.json()) + self.end()
    }

    /// The key of the field that has the focus, if it is in this row; `None` is the part outside of the rows.
    fn focused_key(self, row: Option<Memo<usize>>) -> Memo<Option<String>> {
        memo(move || {
            let row = row.map(|row| row.get());
            let focused = self.form.focused()?;
            (focused.row == row).then_some(focused.key)
        })
    }

    /// A part of the text. Marks the line of the field that has the focus, and for a while the lines that have changed.
    fn part(self, text: Memo<String>, key: Memo<Option<String>>) -> AnyView {
        let changed = RwSignal::new(Vec::new());
        let timer = StoredValue::new_local(None::<Timeout>);
        let last = StoredValue::new(None::<(Shown, String)>);
        effect(move || {
            let now = (self.shown.get(), text.get());
            let before = last
                .try_update_value(|last| last.replace(now.clone()))
                .flatten();
            let Some(before) = before.filter(|before| before.0 == now.0 && before.1 != now.1)
            else {
                return;
            };
            changed.set(changed_lines(&before.1, &now.1));
            let forget = move || drop(changed.try_set(Vec::new()));
            timer.set_value(Some(Timeout::new(timer_millis(MARK_DURATION), forget)));
        });
        dynamic(move || {
            let mut marked = changed.get();
            text.with(|text| {
                marked.extend(key.get().and_then(|key| line_of(text, &key)));
                let pieces = pieces(text, &marked).into_iter();
                pieces.map(piece_view).collect::<Vec<AnyView>>()
            })
        })
        .into_any()
    }
}

fn piece_view(Piece { text, is_marked }: Piece) -> AnyView {
    match is_marked {
        true => view! { <mark>{text}</mark> }.into_any(),
        false => text.into_any(),
    }
}

/// The panel, with a choice of what it shows.
pub(crate) fn request_preview(request: RequestPreview) -> AnyView {
    let RequestPreview {
        method,
        url,
        unchanged,
        has_secret,
        ..
    } = request;
    let shown = RwSignal::new(match unchanged {
        Some(_) => Shown::Changes,
        None => Shown::Json,
    });
    let text = PreviewText {
        request,
        shown,
        form: expect_context(),
    };
    let button = move |label: Signal<String>, own: Shown| {
        Button::new(label)
            .quiet()
            .pressed(bool_signal(move || shown.get() == own))
            .on_press(move || shown.set(own))
    };
    let copied_name = text_signal(move || match text.is_curl() {
        true => t_string!(preview.curl),
        false => t_string!(preview.json),
    });
    // The whole address is in the tooltip, and in the curl line.
    let path = text_signal(move || {
        url.with(|url| {
            let path = url
                .split_once("://")
                .and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
            path.unwrap_or(url).to_owned()
        })
    });
    let changes = unchanged.map(|_| button(t_signal!(preview.changes), Shown::Changes));
    let body = move || match unchanged {
        Some(unchanged) => changes_view(text, unchanged),
        None => ().into_any(),
    };
    view! {
        <details class="request" open>
            <summary>
                <h2>{t_signal!(preview.heading)}</h2>
            </summary>
            <div class="request-tools">
                <span class="button-group" role="group" aria-label=t_signal!(preview.shown)>
                    {changes}
                    {button(t_signal!(preview.json), Shown::Json)}
                    {button(t_signal!(preview.curl), Shown::Curl)}
                </span>
                {copy_button(text_signal(move || text.whole()), copied_name)}
            </div>
            <p class="request-line code" title=url>
                {method}
                " "
                {path}
            </p>
            <div role="status">
                {show(
                    move || has_secret.get(),
                    move || {
                        view! { <p class="request-line">{t_signal!(preview.masked)}</p> }.into_any()
                    },
                )}
            </div>
            {show_or(
                move || shown.get() == Shown::Changes,
                body,
                move || request_text(text, copied_name),
            )}
        </details>
    }
    .into_any()
}

/// The request as it is sent.
fn request_text(text: PreviewText, name: Signal<String>) -> AnyView {
    let RequestPreview { rows, template, .. } = text.request;
    let indent = memo(move || template.with(|template| template.indent));
    let row = move |key: u64| {
        let position = memo(move || rows.position(key));
        let part = text.part(text.row(key, indent), text.focused_key(Some(position)));
        view! { <span class="request-row">{part}</span> }.into_any()
    };
    let own_key = text.focused_key(None);
    view! {
        <pre class="code request-text" tabindex="0" role="region" aria-label=name>
            <span>{text.part(text.before_rows(), own_key)}</span>
            {for_each(move || rows.keys(), row)}
            <span>{text.part(text.after_rows(), own_key)}</span>
        </pre>
    }
    .into_any()
}

/// The request as a diff against what is there.
fn changes_view(text: PreviewText, unchanged: Memo<String>) -> AnyView {
    let lines = RwSignal::new(Vec::new());
    let timer = StoredValue::new_local(None::<Timeout>);
    effect(move || {
        unchanged.track();
        text.request.template.track();
        text.request.rows.track();
        let compute = move || {
            let (before, after) = untrack(move || (unchanged.get(), text.json()));
            lines.try_set(diff(&before, &after));
        };
        timer.set_value(Some(Timeout::new(timer_millis(DIFF_DEBOUNCE), compute)));
    });
    let view = move || {
        let lines = lines.get();
        match lines.is_empty() {
            true => view! { <p class="request-empty quiet">{t_signal!(config.unchanged)}</p> }
                .into_any(),
            false => {
                let lines: Vec<AnyView> = lines.into_iter().map(diff_line).collect();
                view! {
                    <pre
                        class="code request-text request-diff"
                        tabindex="0"
                        role="region"
                        aria-label=t_signal!(preview.changes)
                    >
                        {lines}
                    </pre>
                }
                .into_any()
            }
        }
    };
    dynamic(view).into_any()
}

/// A line with its sign. The signs are texts, so that they are copied, read out and seen without color.
fn diff_line(line: DiffLine) -> AnyView {
    match line {
        DiffLine::Same(text) => view! { <span>{format!("  {text}\n")}</span> }.into_any(),
        DiffLine::Added(text) => view! { <ins>{format!("+ {text}\n")}</ins> }.into_any(),
        DiffLine::Removed(text) => view! { <del>{format!("- {text}\n")}</del> }.into_any(),
        DiffLine::Folded(count) => view! {
            <span class="request-fold">
                {text_signal(move || format!("{}\n", t_string!(preview.folded, n = count)))}
            </span>
        }
        .into_any(),
    }
}
