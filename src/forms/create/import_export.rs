//! Import, export and paste of the create form.

use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::import_panel::{ExportFile, ImportAction, ImportExport};
use crate::forms::create::editor::CreateEditor;
use crate::forms::model::import::{ImportTarget, Imported};
use crate::forms::model::paste;
use crate::forms::model::paste::Pasted;
use crate::i18n::api_words::client_name;
use crate::platform::dom;
use crate::platform::files::plain_text;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::ClipboardEvent;

/// Import and export of the form. `namespace` is part of the exported file's name.
pub(crate) fn import_export(
    form: Form<CreateEditor>,
    namespace: StoredValue<String>,
) -> ImportExport {
    let apply = move |imported: &Imported| {
        let mut draft = form.content.draft();
        imported.fill_create(&mut draft);
        form.replace(&draft, || t_string!(exchange.taken).to_owned());
        dom::focus("#heading");
    };
    let export = move || {
        let draft = form.content.draft();
        let request = draft.repository.to_request(&draft.rows);
        ExportFile {
            name: format!("{}-{}.json", namespace.get_value(), request.repo_name),
            json: serde_json::to_string_pretty(&request).unwrap_or_default(),
        }
    };
    ImportExport {
        asker: ImportTarget::Create,
        actions: vec![ImportAction {
            label: t_signal!(exchange.take),
            apply: Arc::new(apply),
        }],
        export: Arc::new(export),
    }
}

/// Fills the source fields in from a pasted link or git address. Any other text is pasted as usual.
pub(crate) fn paste_source(form: Form<CreateEditor>, event: &ClipboardEvent) {
    let Some(pasted) = plain_text(event.clipboard_data())
        .as_deref()
        .and_then(paste::understand)
    else {
        return;
    };
    event.prevent_default();
    let mut draft = form.content.draft();
    paste::apply(&pasted, &mut draft);
    form.replace(&draft, move || pasted_message(&pasted));
}

fn pasted_message(pasted: &Pasted) -> String {
    let mut message = match &pasted.source {
        paste::PastedSource::Hosted {
            client,
            owner,
            name,
        } => t_string!(
            paste.hosted,
            client = client_name(client),
            path = format!("{owner}/{name}")
        ),
        paste::PastedSource::Address { .. } => t_string!(paste.address).to_owned(),
    };
    if let Some((_, name)) = &pasted.reference {
        message.push(' ');
        message.push_str(&t_string!(paste.reference, name = name));
    }
    message
}
