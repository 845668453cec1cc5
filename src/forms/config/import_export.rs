//! Import and export of the tag config editor.

use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::import_panel::{ExportFile, ImportAction, ImportExport};
use crate::forms::config::editor::{ConfigEditor, EditorSnapshot};
use crate::forms::model::draft::{ConfigDraft, RowDraft};
use crate::forms::model::import::{ImportTarget, Imported};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;

/// Import and export of the editor. `path` is namespace and name of the repository.
pub(crate) fn import_export(
    form: Form<ConfigEditor>,
    path: StoredValue<(String, String)>,
) -> ImportExport {
    let editor = form.content;
    let take = move |snapshot: &EditorSnapshot| {
        form.replace(snapshot, || t_string!(exchange.taken).to_owned());
    };
    let replace = move |imported: &Imported| {
        let EditorSnapshot { mut held, draft } = editor.draft();
        let own = path.with_value(|(namespace, name)| imported.as_held(namespace, name));
        if let Some(own) = own.filter(|_| !editor.is_known.get_untracked()) {
            // The import is the only source for what the API holds.
            held = own;
            editor.is_known.set(true);
        }
        let rows = match imported.rows.is_empty() {
            true => draft.rows,
            false => imported.rows_for(&held),
        };
        let build_node = imported.build_node().unwrap_or(draft.build_node);
        let draft = ConfigDraft { build_node, rows };
        take(&EditorSnapshot { held, draft });
    };
    let add = move |imported: &Imported| {
        let mut snapshot = editor.draft();
        let new = imported.rows.iter().map(RowDraft::new_like);
        snapshot.draft.rows.extend(new);
        take(&snapshot);
    };
    let export = move || {
        let (namespace, name) = path.get_value();
        let request = editor.config().to_request();
        ExportFile {
            name: format!("{namespace}-{name}-build-config.json"),
            json: serde_json::to_string_pretty(&request).unwrap_or_default(),
        }
    };
    ImportExport {
        asker: ImportTarget::Config,
        actions: vec![
            ImportAction {
                label: t_signal!(exchange.replace),
                apply: Arc::new(replace),
            },
            ImportAction {
                label: t_signal!(exchange.add),
                apply: Arc::new(add),
            },
        ],
        export: Arc::new(export),
    }
}
