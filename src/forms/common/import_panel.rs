//! Import by paste, drop or file: shows what was read, what was not and why, before any of it is taken.
//! Export as a file.

use crate::forms::model::fields::JsonType;
use crate::forms::model::import;
use crate::forms::model::import::{Asker, Imported, Note, Refused, Shape, Why};
use crate::platform::files::{dropped_file, read_text, save_text, take_chosen};
use crate::reactive::{dynamic, memo, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File, HtmlInputElement};

/// The most notes that are listed; the rest are counted.
const NOTES_SHOWN: usize = 40;

/// A button that takes what was read: its text, and what it does.
pub type Take = (Signal<String>, Arc<dyn Fn(&Imported) + Send + Sync>);

/// Import and export of one form.
#[derive(Clone)]
pub struct Exchange {
    pub asker: Asker,
    pub take: Vec<Take>,
    /// The name and the text of the file to save.
    pub export: Arc<dyn Fn() -> (String, String) + Send + Sync>,
}

/// The panel.
pub fn exchange_panel(exchange: Exchange) -> AnyView {
    let Exchange {
        asker,
        take,
        export,
    } = exchange;
    let text = RwSignal::new(String::new());
    let too_long = RwSignal::new(false);
    let panel = NodeRef::<html::Details>::new();
    let read = memo(move || match too_long.get() {
        true => Err(Refused::TooLong),
        false => text.with(|text| import::read(text, asker)),
    });
    let load = move |file: File| {
        leptos::task::spawn_local(async move {
            let loaded = read_text(&file, import::MAX_IMPORT_BYTES).await;
            if too_long.try_set(loaded.is_none()).is_none() {
                text.set(loaded.unwrap_or_default());
                if let Some(panel) = panel.get_untracked() {
                    panel.set_open(true);
                    panel.scroll_into_view();
                }
            }
        });
    };
    take_drops(load);
    let clear = move || {
        text.set(String::new());
        too_long.set(false);
    };
    let take = StoredValue::new(take);
    let result = move || match read.get() {
        Err(Refused::Empty) => ().into_any(),
        Err(refused) => view! {
            <p class="field-problem" role="alert">
                {text_signal(move || refusal(&refused))}
            </p>
        }
        .into_any(),
        Ok(imported) => found(imported, take, clear),
    };
    let failed = RwSignal::new(false);
    let save = move || {
        let (name, text) = export();
        failed.set(!save_text(&name, &text));
    };
    view! {
        <details class="panel exchange" node_ref=panel>
            <summary>
                <h2>{t_signal!(exchange.heading)}</h2>
            </summary>
            <p class="quiet">{t_signal!(exchange.explain)}</p>
            <div class="field">
                <label class="field-label" for="import-text">
                    {t_signal!(exchange.json)}
                </label>
                <textarea
                    id="import-text"
                    class="code"
                    rows="5"
                    spellcheck="false"
                    prop:value=text
                    on:input=move |event| {
                        too_long.set(false);
                        text.set(event_target_value(&event));
                    }
                ></textarea>
            </div>
            <div class="form-actions">
                <label class="button file-button">
                    {t_signal!(exchange.choose)}
                    <input
                        type="file"
                        class="visually-hidden"
                        accept=".json,application/json"
                        on:change=move |event| {
                            let input = event.target().and_then(|t| t.dyn_into().ok());
                            let input: Option<HtmlInputElement> = input;
                            if let Some(file) = input.as_ref().and_then(take_chosen) {
                                load(file);
                            }
                        }
                    />
                </label>
                {Button::new(t_signal!(exchange.export)).on_press(save)}
                <span role="status">
                    {dynamic(move || failed.get().then(|| t_string!(exchange.not_saved)))}
                </span>
            </div>
            {dynamic(result)}
        </details>
    }
    .into_any()
}

/// A file that is dropped anywhere is imported: the browser would leave the form for it.
fn take_drops(load: impl Fn(File) + Copy + 'static) {
    let has_files = |event: &DragEvent| {
        let types = event.data_transfer().map(|data| data.types());
        types.is_some_and(|types| types.includes(&"Files".into(), 0))
    };
    let over = window_event_listener(leptos::ev::dragover, move |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        if let Some(file) = dropped_file(event.data_transfer()) {
            event.prevent_default();
            load(file);
        }
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
}

/// What was read, and what it can be taken for.
fn found(
    imported: Imported,
    take: StoredValue<Vec<Take>>,
    clear: impl Fn() + Copy + 'static,
) -> AnyView {
    let shape = imported.shape;
    let rows = imported.rows.len();
    let fields: Vec<&str> = imported.fields.iter().map(|(name, _)| *name).collect();
    let fields = fields.join(", ");
    let has_fields = !fields.is_empty();
    let (shown, all) = (imported.notes.len().min(NOTES_SHOWN), imported.notes.len());
    let notes: Vec<AnyView> = imported.notes[..shown]
        .iter()
        .cloned()
        .map(|Note { path, why }| {
            view! {
                <li>
                    <span class="code">{path}</span>
                    ": "
                    {text_signal(move || reason(&why))}
                </li>
            }
            .into_any()
        })
        .collect();
    let imported = Arc::new(imported);
    let buttons: Vec<AnyView> = take.with_value(|take| {
        take.iter()
            .cloned()
            .map(|(label, run)| {
                let imported = imported.clone();
                Button::new(label).on_press(move || {
                    run(&imported);
                    clear();
                })
            })
            .collect()
    });
    view! {
        <div class="imported" role="status">
            <p class="strong">
                {text_signal(move || t_string!(exchange.read, what = shape_word(shape), n = rows))}
            </p>
            {has_fields
                .then(|| {
                    view! { <p>{t_signal!(exchange.fields)} " " <span class="code">{fields}</span></p> }
                })}
            {(all > 0)
                .then(|| {
                    view! {
                        <p>{t_signal!(exchange.not_read)}</p>
                        <ul class="notes">{notes}</ul>
                    }
                })}
            {(all > shown).then(|| view! { <p>{t_signal!(exchange.more, n = all - shown)}</p> })}
        </div>
        <div class="form-actions">{buttons} {Button::new(t_signal!(form.cancel)).on_press(clear)}</div>
    }
    .into_any()
}

fn shape_word(shape: Shape) -> &'static str {
    match shape {
        Shape::CreateRequest => t_string!(exchange.create_request),
        Shape::Repository => t_string!(exchange.repository),
        Shape::BuildConfig => t_string!(exchange.build_config),
        Shape::TagConfigs => t_string!(exchange.tag_configs),
    }
}

fn refusal(refused: &Refused) -> String {
    match refused {
        Refused::Empty => String::new(),
        Refused::TooLong => t_string!(exchange.too_long, n = import::MAX_IMPORT_BYTES / 1_000_000),
        Refused::NotJson { line, column } => {
            t_string!(exchange.not_json, line = line, column = column)
        }
        Refused::NothingKnown => t_string!(exchange.nothing_known).to_owned(),
    }
}

fn reason(why: &Why) -> String {
    match why {
        Why::NotA(JsonType::Text) => t_string!(why.not_text).to_owned(),
        Why::NotA(JsonType::YesOrNo) => t_string!(why.not_yes_or_no).to_owned(),
        Why::NotA(JsonType::Number) => t_string!(why.not_number).to_owned(),
        Why::NotA(JsonType::Object) => t_string!(why.not_object).to_owned(),
        Why::NotA(JsonType::List) => t_string!(why.not_list).to_owned(),
        Why::UnknownValue(value) => t_string!(why.unknown_value, value = value),
        Why::ApiOwned => t_string!(why.api_owned).to_owned(),
        Why::NotInThisForm => t_string!(why.not_here).to_owned(),
        Why::UnknownField => t_string!(why.unknown_field).to_owned(),
        Why::TooMany => t_string!(why.too_many, n = import::MAX_IMPORT_ROWS),
    }
}
