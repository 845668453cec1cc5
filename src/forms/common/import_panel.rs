//! Import by paste, drop or file: shows what was read, what was not and why, before anything is used.
//! Export as a file.

use crate::forms::common::form_shell::keep_focus;
use crate::forms::model::fields::JsonType;
use crate::forms::model::import;
use crate::forms::model::import::{ImportTarget, Imported, Note, Refused, Shape, Why};
use crate::platform::files::{read_text, save_text};
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::file_input::{file_button, on_file_drop};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::File;

/// The most notes that are listed; the rest are counted.
const MAX_SHOWN_NOTES: usize = 40;

/// A button that uses what was read.
#[derive(Clone)]
pub(crate) struct ImportAction {
    pub(crate) label: Signal<String>,
    pub(crate) apply: Arc<dyn Fn(&Imported) + Send + Sync>,
}

/// A file to save.
pub(crate) struct ExportFile {
    pub(crate) name: String,
    pub(crate) json: String,
}

/// Import and export of one form.
#[derive(Clone)]
pub(crate) struct ImportExport {
    pub(crate) asker: ImportTarget,
    pub(crate) actions: Vec<ImportAction>,
    pub(crate) export: Arc<dyn Fn() -> ExportFile + Send + Sync>,
}

/// The text to import. Copies share it.
#[derive(Clone, Copy)]
struct ImportText {
    text: RwSignal<String>,
    is_too_long: RwSignal<bool>,
    /// True while the dialog is open.
    open: RwSignal<bool>,
}

impl ImportText {
    fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            is_too_long: RwSignal::new(false),
            open: RwSignal::new(false),
        }
    }

    fn set(self, text: String) {
        self.is_too_long.set(false);
        self.text.set(text);
    }

    /// Reads a file, and opens the dialog to show what is in it.
    fn load(self, file: File) {
        leptos::task::spawn_local(async move {
            let text = read_text(&file, import::MAX_IMPORT_BYTES).await;
            if self.is_too_long.try_set(text.is_none()).is_some() {
                return; // The form is gone.
            }
            self.text.set(text.unwrap_or_default());
            self.open.set(true);
        });
    }

    /// Reads the text, tracked.
    ///
    /// # Errors
    /// Why nothing can be read from it.
    fn read(self, asker: ImportTarget) -> Result<Imported, Refused> {
        match self.is_too_long.get() {
            true => Err(Refused::TooLong),
            false => self.text.with(|text| import::read(text, asker)),
        }
    }
}

/// The import and export of a form: a button, and the dialog that it opens. Copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct ImportPanel {
    input: ImportText,
    parts: StoredValue<ImportExport>,
}

impl ImportPanel {
    /// Starts closed. A file that is dropped on the page opens it.
    pub(crate) fn new(parts: ImportExport) -> Self {
        let input = ImportText::new();
        on_file_drop(move |file| input.load(file));
        Self {
            input,
            parts: StoredValue::new(parts),
        }
    }

    /// The button that opens the dialog.
    pub(crate) fn button(self) -> AnyView {
        let open = self.input.open;
        Button::new(t_signal!(exchange.heading))
            .quiet()
            .on_press(move || open.set(true))
    }

    /// The dialog. It belongs outside of the form, whose keys it does not know.
    pub(crate) fn dialog(self) -> AnyView {
        let Self { input, parts } = self;
        let dialog = move || {
            view! {
                <Dialog open=input.open title=t_signal!(exchange.heading) wide=true>
                    {dialog_content(input, parts.get_value())}
                </Dialog>
            }
            .into_any()
        };
        show(move || input.open.get(), dialog).into_any()
    }
}

fn dialog_content(input: ImportText, parts: ImportExport) -> AnyView {
    let ImportExport {
        asker,
        actions,
        export,
    } = parts;
    let read = memo(move || input.read(asker));
    let actions = StoredValue::new(actions);
    let result = move || match read.get() {
        Err(Refused::Empty) => ().into_any(),
        Err(refused) => view! {
            <p class="field-problem" role="alert">
                {text_signal(move || refusal(&refused))}
            </p>
        }
        .into_any(),
        Ok(imported) => imported_view(imported),
    };
    let buttons = move || {
        let imported = read.get().ok().map(Arc::new);
        let imported = imported.into_iter();
        imported
            .flat_map(|imported| action_buttons(&imported, actions, input))
            .collect::<Vec<AnyView>>()
    };
    let choose = file_button(
        t_signal!(exchange.choose),
        ".json,application/json",
        move |file| input.load(file),
    );
    let close = move || {
        input.set(String::new());
        input.open.set(false);
    };
    view! {
        <div class="exchange">
            <p class="quiet">{t_signal!(exchange.explain)}</p>
            <div class="field">
                <label class="field-label" for="import-text">
                    {t_signal!(exchange.json)}
                </label>
                <textarea
                    id="import-text"
                    class="code"
                    rows="8"
                    spellcheck="false"
                    prop:value=input.text
                    on:input=move |event| input.set(event_target_value(&event))
                ></textarea>
            </div>
            <div class="button-group">{choose} {export_button(export)}</div>
            {dynamic(result)}
        </div>
        <div class="form-actions">
            {dynamic(buttons)} {Button::new(t_signal!(form.cancel)).on_press(close)}
        </div>
    }
    .into_any()
}

/// The buttons that use what was read. Only the first is the main one.
fn action_buttons(
    imported: &Arc<Imported>,
    actions: StoredValue<Vec<ImportAction>>,
    input: ImportText,
) -> Vec<AnyView> {
    let button = |(index, ImportAction { label, apply }): (usize, ImportAction)| {
        let imported = imported.clone();
        let button = match index {
            0 => Button::new(label).primary(),
            _ => Button::new(label),
        };
        button.on_press(move || {
            apply(&imported);
            input.set(String::new());
            input.open.set(false);
            keep_focus();
        })
    };
    let actions = actions.get_value();
    actions.into_iter().enumerate().map(button).collect()
}

fn export_button(export: Arc<dyn Fn() -> ExportFile + Send + Sync>) -> AnyView {
    let has_failed = RwSignal::new(false);
    let save = move || {
        let ExportFile { name, json } = export();
        has_failed.set(!save_text(&name, &json));
    };
    view! {
        {Button::new(t_signal!(exchange.export)).on_press(save)}
        <span role="status">
            {dynamic(move || has_failed.get().then(|| t_string!(exchange.not_saved)))}
        </span>
    }
    .into_any()
}

/// What was read.
fn imported_view(imported: Imported) -> AnyView {
    let shape = imported.shape;
    let row_count = imported.rows.len();
    let fields: Vec<&str> = imported.fields.iter().map(|(name, _)| *name).collect();
    let fields = fields.join(", ");
    let fields = (!fields.is_empty())
        .then(|| view! { <p>{t_signal!(exchange.fields)} <span class="code">{fields}</span></p> });
    view! {
        <div class="imported" role="status">
            <p class="strong">
                {text_signal(move || {
                    t_string!(exchange.read, what = shape_word(shape), n = row_count)
                })}
            </p>
            {fields}
            {notes_view(&imported.notes)}
        </div>
    }
    .into_any()
}

/// The values that were not read, with the reasons; nothing if all were.
fn notes_view(notes: &[Note]) -> AnyView {
    if notes.is_empty() {
        return ().into_any();
    }
    let shown = notes.len().min(MAX_SHOWN_NOTES);
    let hidden = notes.len() - shown;
    let item = |Note { path, why }: Note| {
        view! {
            <li>
                <span class="code">{path}</span>
                ": "
                {text_signal(move || reason(&why))}
            </li>
        }
        .into_any()
    };
    let items: Vec<AnyView> = notes[..shown].iter().cloned().map(item).collect();
    view! {
        <p>{t_signal!(exchange.not_read)}</p>
        <ul class="notes">{items}</ul>
        {(hidden > 0).then(|| view! { <p>{t_signal!(exchange.more, n = hidden)}</p> })}
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
