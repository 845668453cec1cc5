//! The content of the tag config editor.

use crate::api::SavedConfig;
use crate::forms::common::form_content::FormContent;
use crate::forms::config::changes_view::names;
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::rules::{Validation, check_editor};
use crate::forms::rows::RowList;
use crate::reactive::memo;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The config to edit, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ConfigOrigin {
    pub(crate) held: SavedConfig,
    /// True if the API offers to read the config.
    pub(crate) is_readable: bool,
    /// True if `held` was read from the API, now or earlier. Otherwise nothing is known of the config.
    pub(crate) is_known: bool,
}

/// The editor's draft, with the config that it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct EditorSnapshot {
    pub(crate) held: SavedConfig,
    pub(crate) draft: ConfigDraft,
}

impl EditorSnapshot {
    /// An unedited draft of what the API holds.
    fn unedited(held: SavedConfig) -> Self {
        let draft = ConfigDraft::from(&held);
        Self { held, draft }
    }
}

/// The signals of the editor. Copies share them.
#[derive(Clone, Copy)]
pub(crate) struct ConfigEditor {
    /// The config as the API holds it, as far as it is known.
    pub(crate) held: RwSignal<SavedConfig>,
    pub(crate) is_known: RwSignal<bool>,
    pub(crate) is_readable: bool,
    pub(crate) node: RwSignal<String>,
    pub(crate) rows: RowList,
    /// The draft of `held`.
    unedited: Memo<ConfigDraft>,
}

impl ConfigEditor {
    /// Starts with the config that is known.
    pub(crate) fn new(origin: ConfigOrigin) -> Self {
        let ConfigDraft { build_node, rows } = ConfigDraft::from(&origin.held);
        let held = RwSignal::new(origin.held);
        Self {
            held,
            is_known: RwSignal::new(origin.is_known),
            is_readable: origin.is_readable,
            node: RwSignal::new(build_node),
            rows: RowList::new(rows),
            unedited: memo(move || held.with(|held| ConfigDraft::from(held))),
        }
    }

    /// Reads the config as it is edited, untracked.
    pub(crate) fn config(self) -> ConfigDraft {
        ConfigDraft {
            build_node: self.node.get_untracked(),
            rows: self.rows.drafts_now(),
        }
    }

    /// Starts again from what the API holds now.
    pub(crate) fn reload(self, held: SavedConfig) {
        self.set(EditorSnapshot::unedited(held));
        self.is_known.set(true);
    }
}

impl FormContent for ConfigEditor {
    type Draft = EditorSnapshot;

    const NAME: &'static str = "config";
    const FIELDS: &'static [&'static str] = &["build_node", "tag_configs"];
    const ROWS_PREFIX: &'static str = "";

    fn draft(self) -> EditorSnapshot {
        EditorSnapshot {
            held: self.held.get_untracked(),
            draft: self.config(),
        }
    }

    /// A config has no secrets.
    fn draft_without_secrets(self) -> EditorSnapshot {
        self.draft()
    }

    fn unedited(self) -> EditorSnapshot {
        EditorSnapshot::unedited(self.held.get_untracked())
    }

    fn set(self, snapshot: EditorSnapshot) {
        self.held.set(snapshot.held);
        self.node.set(snapshot.draft.build_node);
        self.rows.set(snapshot.draft.rows);
    }

    fn draft_label(self) -> String {
        names(&self.config().to_request().tag_configs)
    }

    fn track(self) {
        self.rows.track();
        self.node.track();
    }

    fn is_dirty(self) -> bool {
        self.unedited.with(|unedited| {
            !self.rows.hold(&unedited.rows) || self.node.with(|node| *node != unedited.build_node)
        })
    }

    fn validate(self) -> Validation {
        let rows = self.rows.verdicts();
        self.node.with(|node| check_editor(node, &rows))
    }
}
