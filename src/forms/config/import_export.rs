//! Import and export of a build config.

use crate::forms::common::import_panel::Exchange;
use crate::forms::common::undoable::Document;
use crate::forms::config::editor::{ConfigEditor, EditorSnapshot, encode};
use crate::forms::model::draft::{ConfigDraft, RowDraft};
use crate::forms::model::import::{Asker, Imported};
use crate::platform::dom;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;

/// Import and export of the config.
pub fn exchange(
    editor: ConfigEditor,
    document: Document,
    path: StoredValue<(String, String)>,
) -> Exchange {
    let put = move |kept: EditorSnapshot, document: &Document| {
        document.exchange(&encode(&kept), || t_string!(exchange.taken).to_owned());
        dom::focus("#rows-heading");
    };
    let to_add = document.clone();
    let replace = move |imported: &Imported| {
        let EditorSnapshot { mut held, draft } = editor.kept();
        let own = path.with_value(|(namespace, name)| imported.as_held(namespace, name));
        if let Some(own) = own.filter(|_| !editor.is_known.get_untracked()) {
            // The only word there is of what the API holds.
            held = own;
            editor.is_known.set(true);
        }
        let rows = match imported.rows.is_empty() {
            true => draft.rows,
            false => imported.rows_for(&held),
        };
        let build_node = imported.build_node().unwrap_or(draft.build_node);
        let draft = ConfigDraft { build_node, rows };
        put(EditorSnapshot { held, draft }, &document);
    };
    let add = move |imported: &Imported| {
        let mut kept = editor.kept();
        let new = imported.rows.iter().map(RowDraft::new_like);
        kept.draft.rows.extend(new);
        put(kept, &to_add);
    };
    let export = move || {
        let (namespace, name) = path.get_value();
        let request = editor.draft().to_request();
        let text = serde_json::to_string_pretty(&request).unwrap_or_default();
        (format!("{namespace}-{name}-build-config.json"), text)
    };
    Exchange {
        asker: Asker::Config,
        take: vec![
            (t_signal!(exchange.replace), Arc::new(replace)),
            (t_signal!(exchange.add), Arc::new(add)),
        ],
        export: Arc::new(export),
    }
}
