//! From the Save button to a saved config: the review of the changes, the request, a conflict.

use crate::api::SavedConfig;
use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::submission::{SubmissionRequest, Verification};
use crate::forms::config::conflict_dialog::{Conflict, conflict_view};
use crate::forms::config::editor::{ConfigEditor, EditorSnapshot};
use crate::forms::config::save::{SaveOutcome, as_held, read, verify, write_config};
use crate::forms::config::save_dialog::review_dialog;
use crate::forms::model::changes::{Review, review};
use crate::forms::model::draft::ConfigDraft;
use crate::platform::dom;
use crate::reactive::{effect, show};
use crate::state::connection::{Connection, use_connection};
use crate::t_signal;
use crate::ui::dialog::Dialog;
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// The saving of one config. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct SaveFlow {
    form: Form<ConfigEditor>,
    /// Namespace and name of the repository.
    path: StoredValue<(String, String)>,
    connection: Connection,
    on_saved: Callback<Option<SavedConfig>>,
    review: RwSignal<Option<Review>>,
    is_review_open: RwSignal<bool>,
    conflict: RwSignal<Option<Conflict>>,
    is_conflict_open: RwSignal<bool>,
    was_saved: RwSignal<bool>,
}

impl SaveFlow {
    /// `on_saved` is given what the API holds after saving, as far as it is known.
    pub(crate) fn new(
        form: Form<ConfigEditor>,
        path: StoredValue<(String, String)>,
        on_saved: Callback<Option<SavedConfig>>,
    ) -> Self {
        let is_review_open = RwSignal::new(false);
        // The form shows the result, so the review closes.
        effect(move || {
            if !form.submission.is_busy() {
                is_review_open.set(false);
            }
        });
        Self {
            form,
            path,
            connection: use_connection(),
            on_saved,
            review: RwSignal::new(None),
            is_review_open,
            conflict: RwSignal::new(None),
            is_conflict_open: RwSignal::new(false),
            was_saved: RwSignal::new(false),
        }
    }

    /// Returns true after saving, until the next edit, tracked.
    pub(crate) fn was_saved(self) -> bool {
        self.was_saved.get() && !self.form.is_dirty.get()
    }

    /// Shows the changes if there are any and the form has no problem. Nothing is sent before the user
    /// has seen them.
    pub(crate) fn start_review(self) {
        let Self { form, .. } = self;
        self.was_saved.set(false);
        if !form.is_dirty.get_untracked() || !form.submission.may_send() {
            return;
        }
        let config = form.content.config();
        let changes = form
            .content
            .held
            .with_untracked(|held| review(held, &config));
        self.review.set(Some(changes));
        self.is_review_open.set(true);
    }

    fn send(self) {
        let Self { form, path, .. } = self;
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        let is_readable = form.content.is_readable;
        let EditorSnapshot {
            held: loaded,
            draft,
        } = form.content.draft();
        let was_sent = Rc::new(Cell::new(false));
        let sent = (client.clone(), loaded.clone(), draft.clone());
        let saved_draft = draft.clone();
        form.submission.send(SubmissionRequest {
            row_count: draft.rows.len(),
            call: Box::pin(write_config(
                client,
                path,
                is_readable.then_some(loaded),
                draft,
                was_sent.clone(),
            )),
            was_sent,
            verify: Rc::new(move || {
                let (client, loaded, draft) = sent.clone();
                Box::pin(async move {
                    match is_readable {
                        true => verify(client, path, loaded, draft).await,
                        false => Ok(Verification::Unsupported),
                    }
                })
            }),
            done: Rc::new(move |outcome| self.handle(outcome, saved_draft.clone())),
        });
    }

    fn handle(self, outcome: SaveOutcome, sent: ConfigDraft) {
        let Self { form, path, .. } = self;
        match outcome {
            SaveOutcome::ChangedByOthers(theirs) => {
                self.conflict.set(Some(Conflict {
                    loaded: form.content.held.get_untracked(),
                    theirs,
                    yours: form.content.config(),
                }));
                self.is_conflict_open.set(true);
            }
            SaveOutcome::Saved(Some(config)) => {
                self.finish(Some(SavedConfig::from(&*config)), &sent);
            }
            SaveOutcome::Saved(None) => {
                let client = untrack(move || self.connection.client());
                leptos::task::spawn_local(async move {
                    let current = match client.filter(|_| form.content.is_readable) {
                        Some(client) => read(&client, path).await.ok(),
                        None => None,
                    };
                    self.finish(current, &sent);
                });
            }
        }
    }

    /// Continues with what the API holds now: `current` if it said so, otherwise what was sent.
    fn finish(self, current: Option<SavedConfig>, sent: &ConfigDraft) {
        let Self { form, .. } = self;
        form.finish();
        form.start_over();
        let held = current.clone().unwrap_or_else(|| as_held(sent));
        form.content.reload(held);
        self.was_saved.set(true);
        let known = current.or_else(|| (!form.content.is_readable).then(|| as_held(sent)));
        self.on_saved.run(known);
        request_animation_frame(|| {
            dom::focus("#saved");
        });
    }

    /// Takes over what the user chose from a conflict. It is checked and reviewed like any other edit.
    fn adopt_merge(self, theirs: SavedConfig, merged: ConfigDraft) {
        self.is_conflict_open.set(false);
        self.form.state.rows_moved();
        self.form.content.set(EditorSnapshot {
            held: theirs,
            draft: merged,
        });
        request_animation_frame(move || self.start_review());
    }

    /// The dialogs for the review and for a conflict.
    pub(crate) fn dialogs(self) -> AnyView {
        view! {
            {show(move || self.is_review_open.get(), move || self.review_dialog())}
            {show(move || self.is_conflict_open.get(), move || self.conflict_dialog())}
        }
        .into_any()
    }

    fn review_dialog(self) -> AnyView {
        let Self {
            form,
            is_review_open,
            ..
        } = self;
        match self.review.get_untracked() {
            Some(review) => review_dialog(
                review,
                is_review_open,
                form.content.is_known.into(),
                form.submission,
                move || self.send(),
            ),
            None => ().into_any(),
        }
    }

    fn conflict_dialog(self) -> AnyView {
        let Some(conflict) = self.conflict.get_untracked() else {
            return ().into_any();
        };
        let open = self.is_conflict_open;
        let theirs = conflict.theirs.clone();
        let merge = move |merged: ConfigDraft| self.adopt_merge(theirs.clone(), merged);
        view! {
            <Dialog open=open title=t_signal!(conflict.title) wide=true>
                {conflict_view(conflict, merge, move || open.set(false))}
            </Dialog>
        }
        .into_any()
    }
}
