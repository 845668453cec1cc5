//! The sections of the create form about the repository itself.

use crate::forms::common::fields::{CheckField, TextArea, TextField};
use crate::forms::common::form_state::FormState;
use crate::forms::create::editor::CreateEditor;
use crate::forms::create::mail_hint::mail_hint;
use crate::forms::model::draft::RepositoryDraft;
use crate::forms::model::preview::image_reference;
use crate::reactive::{bool_signal, effect, show, text_signal};
use crate::ui::markdown::markdown;
use crate::{t_signal, t_string};
use leptos::html;
use leptos::prelude::*;

/// The most image tags that the hint below the name lists.
const MAX_LISTED_TAGS: usize = 4;

/// A text of the repository, tracked.
pub(crate) fn field_text(
    fields: RwSignal<RepositoryDraft>,
    get: fn(&RepositoryDraft) -> &String,
) -> Signal<String> {
    text_signal(move || fields.with(|fields| get(fields).clone()))
}

/// The images that the rows will build: `team/app:latest, :edge`.
fn images(editor: CreateEditor, namespace: StoredValue<String>) -> String {
    let name = editor.repo_name();
    let name = if name.is_empty() { "…" } else { &name };
    let rows = editor.rows.drafts();
    let tags: Vec<&str> = rows.iter().map(|row| row.image_tag()).collect();
    let first = tags.first().copied().filter(|tag| !tag.is_empty());
    let first = first.unwrap_or("…");
    let mut images = namespace.with_value(|namespace| image_reference(namespace, name, first));
    for tag in tags.iter().skip(1).take(MAX_LISTED_TAGS - 1) {
        if !tag.is_empty() {
            images.push_str(&format!(", :{tag}"));
        }
    }
    if tags.len() > MAX_LISTED_TAGS {
        images.push_str(", …");
    }
    images
}

/// The name of the repository and its short description.
pub(crate) fn repository_section(editor: CreateEditor, namespace: StoredValue<String>) -> AnyView {
    let fields = editor.fields;
    let name_hint =
        text_signal(move || t_string!(create.repo_name_hint, path = images(editor, namespace)));
    view! {
        <section class="form-section" aria-label=t_signal!(create.repository)>
            <div class="field-pair" on:focusout=move |_| editor.name_left()>
                <TextField
                    path=Signal::stored("repo_name".to_owned())
                    label=t_signal!(create.repo_name)
                    hint=name_hint
                    code=true
                    required=true
                    value=field_text(fields, |fields| &fields.repo_name)
                    on_input=move |text| {
                        editor.link.is_name_typed.set_value(true);
                        fields.update(|fields| fields.repo_name = text);
                    }
                />
                <TextField
                    path=Signal::stored("description".to_owned())
                    label=t_signal!(create.description)
                    value=field_text(fields, |fields| &fields.description)
                    on_input=move |text| fields.update(|fields| fields.description = text)
                />
            </div>
        </section>
    }
    .into_any()
}

/// The settings that most people leave as they are.
pub(crate) fn settings_section(
    editor: CreateEditor,
    state: FormState,
    namespace: StoredValue<String>,
) -> AnyView {
    let fields = editor.fields;
    view! {
        <section class="form-section form-part">
            <h2>{t_signal!(create.settings)}</h2>
            <div class="field-pair">
                <CheckField
                    path=Signal::stored("is_public".to_owned())
                    label=t_signal!(create.is_public)
                    hint=t_signal!(create.is_public_hint)
                    checked=bool_signal(move || fields.with(|fields| fields.is_public))
                    on_change=move |on| fields.update(|fields| fields.is_public = on)
                />
                <CheckField
                    path=Signal::stored("build_config.email_enabled".to_owned())
                    label=t_signal!(create.email)
                    hint=mail_hint(namespace)
                    checked=bool_signal(move || fields.with(|fields| fields.email_enabled))
                    on_change=move |on| fields.update(|fields| fields.email_enabled = on)
                />
            </div>
            {more_settings(fields, state)}
        </section>
    }
    .into_any()
}

/// The settings behind a press. They open by themselves where one of them has a problem.
fn more_settings(fields: RwSignal<RepositoryDraft>, state: FormState) -> AnyView {
    let details = NodeRef::<html::Details>::new();
    effect(move || {
        let has_message = ["build_config.build_node", "full_description"]
            .into_iter()
            .any(|path| state.has_message(path));
        if let Some(details) = details.get()
            && has_message
        {
            details.set_open(true);
        }
    });
    let has_text = move || fields.with(|fields| !fields.full_description.trim().is_empty());
    let preview = move || {
        view! {
            <details class="panel">
                <summary>{t_signal!(create.markdown_preview)}</summary>
                {markdown(field_text(fields, |fields| &fields.full_description))}
            </details>
        }
        .into_any()
    };
    view! {
        <details class="more-settings" node_ref=details>
            <summary>{t_signal!(create.more)}</summary>
            <div class="form-section">
                <TextField
                    path=Signal::stored("build_config.build_node".to_owned())
                    label=t_signal!(create.build_node)
                    hint=t_signal!(create.build_node_hint)
                    code=true
                    list="build-nodes"
                    required=true
                    value=field_text(fields, |fields| &fields.build_node)
                    on_input=move |text| fields.update(|fields| fields.build_node = text)
                />
                <TextArea
                    path=Signal::stored("full_description".to_owned())
                    label=t_signal!(create.full_description)
                    hint=t_signal!(create.full_description_hint)
                    value=field_text(fields, |fields| &fields.full_description)
                    on_input=move |text| fields.update(|fields| fields.full_description = text)
                />
                {show(has_text, preview)}
            </div>
        </details>
    }
    .into_any()
}
