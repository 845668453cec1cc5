//! What the tag config editor holds.

use crate::api::SavedConfig;
use crate::forms::model::draft::ConfigDraft;
use crate::forms::rows::RowList;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What is edited, and how much is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigOrigin {
    pub held: SavedConfig,
    /// Whether the API reads the config back.
    pub is_readable: bool,
    /// Whether `held` is what somebody saw of it; else nothing is known.
    pub is_known: bool,
}

/// The editor as it is kept: the draft, and what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EditorSnapshot {
    pub held: SavedConfig,
    pub draft: ConfigDraft,
}

/// The editor's signals. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct ConfigEditor {
    pub held: RwSignal<SavedConfig>,
    pub is_known: RwSignal<bool>,
    pub is_readable: bool,
    pub node: RwSignal<String>,
    pub rows: RowList,
}

impl ConfigEditor {
    /// Starts from what is known.
    pub fn new(origin: ConfigOrigin) -> Self {
        let base = ConfigDraft::from(&origin.held);
        let node = RwSignal::new(base.build_node);
        let rows = RowList::new(base.rows);
        Self {
            held: RwSignal::new(origin.held),
            is_known: RwSignal::new(origin.is_known),
            is_readable: origin.is_readable,
            node,
            rows,
        }
    }

    /// What the form holds now.
    pub fn draft(self) -> ConfigDraft {
        ConfigDraft {
            build_node: self.node.get_untracked(),
            rows: self.rows.drafts_now(),
        }
    }

    /// Holds this from now on.
    pub fn put(self, kept: EditorSnapshot) {
        self.held.set(kept.held);
        self.node.set(kept.draft.build_node);
        self.rows.set(kept.draft.rows);
    }

    /// Starts from what the API holds.
    pub fn adopt(self, held: SavedConfig) {
        let draft = ConfigDraft::from(&held);
        self.put(EditorSnapshot { held, draft });
    }

    /// What is kept of it now.
    pub fn kept(self) -> EditorSnapshot {
        EditorSnapshot {
            held: self.held.get_untracked(),
            draft: self.draft(),
        }
    }
}

/// The JSON of what is kept.
pub fn encode(kept: &EditorSnapshot) -> String {
    serde_json::to_string(kept).unwrap_or_default()
}
