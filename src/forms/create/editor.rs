//! The content of the create form.

use crate::forms::common::form_content::FormContent;
use crate::forms::model::draft::{CreateDraft, RepositoryDraft};
use crate::forms::model::rules::{Validation, check_repository};
use crate::forms::rows::RowList;
use leptos::prelude::*;

/// The signals of the create form. Copies share them.
#[derive(Clone, Copy)]
pub(crate) struct CreateEditor {
    pub(crate) fields: RwSignal<RepositoryDraft>,
    pub(crate) rows: RowList,
}

impl CreateEditor {
    /// Starts with what most repositories have.
    pub(crate) fn new() -> Self {
        let CreateDraft { repository, rows } = CreateDraft::default();
        Self {
            fields: RwSignal::new(repository),
            rows: RowList::new(rows),
        }
    }

    /// Returns the name as it will be sent, tracked.
    pub(crate) fn repo_name(self) -> String {
        self.fields
            .with(|fields| fields.repo_name.trim().to_owned())
    }
}

impl FormContent for CreateEditor {
    type Draft = CreateDraft;

    const NAME: &'static str = "create";
    const FIELDS: &'static [&'static str] = &[
        "repo_name",
        "description",
        "full_description",
        "is_public",
        "build_config.code_repo_client",
        "build_config.code_repo_namespace",
        "build_config.code_repo_name",
        "build_config.code_repo_clone_url",
        "build_config.build_node",
        "build_config.email_enabled",
        "build_config.tag_configs",
    ];
    const ROWS_PREFIX: &'static str = "build_config.";

    fn draft(self) -> CreateDraft {
        CreateDraft {
            repository: self.fields.get_untracked(),
            rows: self.rows.drafts_now(),
        }
    }

    fn draft_without_secrets(self) -> CreateDraft {
        self.draft().without_secrets()
    }

    fn unedited(self) -> CreateDraft {
        CreateDraft::default()
    }

    fn set(self, draft: CreateDraft) {
        self.fields.set(draft.repository);
        self.rows.set(draft.rows);
    }

    fn draft_label(self) -> String {
        self.fields
            .with_untracked(|fields| fields.repo_name.clone())
    }

    fn track(self) {
        self.rows.track();
        self.fields.track();
    }

    fn is_dirty(self) -> bool {
        let unedited = self.unedited();
        !self.rows.hold(&unedited.rows) || self.fields.with(|fields| *fields != unedited.repository)
    }

    fn validate(self) -> Validation {
        let rows = self.rows.verdicts();
        self.fields.with(|fields| check_repository(fields, &rows))
    }
}
