//! The content of the create form.

use crate::api::CodeClient;
use crate::forms::common::form_content::FormContent;
use crate::forms::model::draft::{CreateDraft, RepositoryDraft};
use crate::forms::model::link_fill::LinkFill;
use crate::forms::model::paste::Unclear;
use crate::forms::model::rules::{SourceEntry, Validation, check_repository};
use crate::forms::model::source_carry::Carried;
use crate::forms::rows::RowList;
use leptos::prelude::*;

/// The signals of the create form. Copies share them.
#[derive(Clone, Copy)]
pub(crate) struct CreateEditor {
    pub(crate) fields: RwSignal<RepositoryDraft>,
    pub(crate) rows: RowList,
    pub(crate) link: LinkState,
}

/// The link from which the source is filled in. It is a way to fill in the form and no part of its content.
#[derive(Clone, Copy)]
pub(crate) struct LinkState {
    pub(crate) text: RwSignal<String>,
    /// What the text has filled in.
    pub(crate) fill: RwSignal<Option<LinkFill>>,
    /// Why the text is not understood, once the user has finished it.
    pub(crate) unclear: RwSignal<Option<Unclear>>,
    /// The part of the link that is the branch, where the user has chosen it.
    pub(crate) branch: RwSignal<Option<String>>,
    /// True while the fields of the source are shown.
    pub(crate) is_open: RwSignal<bool>,
    /// True once the user has typed the name of the repository: no link suggests another one.
    pub(crate) is_name_typed: StoredValue<bool>,
    /// The values that the choice of a host has carried over from one kind of source to another.
    pub(crate) carried: RwSignal<Carried>,
}

impl LinkState {
    fn new() -> Self {
        Self {
            text: RwSignal::new(String::new()),
            fill: RwSignal::new(None),
            unclear: RwSignal::new(None),
            branch: RwSignal::new(None),
            is_open: RwSignal::new(false),
            is_name_typed: StoredValue::new(false),
            carried: RwSignal::new(Carried::default()),
        }
    }

    fn reset(self) {
        self.text.set(String::new());
        self.fill.set(None);
        self.unclear.set(None);
        self.branch.set(None);
        self.is_open.set(false);
        self.is_name_typed.set_value(false);
        self.carried.set(Carried::default());
    }
}

impl CreateEditor {
    /// Starts with what most repositories have.
    pub(crate) fn new() -> Self {
        let CreateDraft { repository, rows } = CreateDraft::default();
        Self {
            fields: RwSignal::new(repository),
            rows: RowList::new(rows),
            link: LinkState::new(),
        }
    }

    /// Returns true if no source was entered so far, tracked.
    pub(crate) fn has_no_source(self) -> bool {
        self.fields.with(|fields| match &fields.client {
            CodeClient::Simple => fields.clone_url.trim().is_empty(),
            _ => fields.code_namespace.trim().is_empty() && fields.code_name.trim().is_empty(),
        })
    }

    /// Returns true if only one of owner and name is there, tracked.
    pub(crate) fn is_source_partial(self) -> bool {
        self.fields.with(|fields| {
            fields.client != CodeClient::Simple
                && fields.code_namespace.trim().is_empty() != fields.code_name.trim().is_empty()
        })
    }

    /// Names the repository after its source once the user has left the name's field, in which no suggestion may land
    /// before. What was typed stays, also if it was removed again.
    pub(crate) fn name_left(self) {
        // The field may lose the focus while the form is removed.
        let fields = self.fields;
        let is_empty = fields.try_with_untracked(|fields| fields.repo_name.trim().is_empty());
        let is_typed = self.link.is_name_typed.try_get_value();
        let fill = self.link.fill.try_get_untracked().flatten();
        let may_fill = is_empty == Some(true) && is_typed == Some(false);
        if let Some(mut fill) = fill.filter(|_| may_fill) {
            fields.update(|fields| fill.fill_name(fields));
            self.link.fill.set(Some(fill));
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
        self.link.reset();
        // The field says what is missing.
        let is_open = self
            .fields
            .with_untracked(|fields| fields.is_secret_dropped);
        self.link.is_open.set(is_open);
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
        let entry = match !self.link.is_open.get() && self.has_no_source() {
            true => SourceEntry::Link,
            false => SourceEntry::Fields,
        };
        self.fields
            .with(|fields| check_repository(fields, entry, &rows))
    }
}
