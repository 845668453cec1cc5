//! Import and export of the create form.

use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::import_panel::{ExportFile, ImportAction, ImportExport};
use crate::forms::create::editor::CreateEditor;
use crate::forms::model::import::{ImportTarget, Imported};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;

/// Import and export of the form. `namespace` is part of the exported file's name.
pub(crate) fn import_export(
    form: Form<CreateEditor>,
    namespace: StoredValue<String>,
) -> ImportExport {
    let apply = move |imported: &Imported| {
        let mut draft = form.content.draft();
        imported.fill_create(&mut draft);
        form.replace(&draft, || t_string!(exchange.taken).to_owned());
    };
    let export = move || {
        let draft = form.content.draft();
        let request = draft.repository.to_shown_request(&draft.rows);
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
