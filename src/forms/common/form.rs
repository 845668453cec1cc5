//! A form: everything that the create form and the config editor do alike.
//!
//! A form is filled in with its content, and with the parts of its view that are its own. The rest is done
//! here: problems at their fields, undo, drafts in the browser, sending once, the question before leaving.
//!
//! ```ignore
//! /// The fields, as signals.
//! #[derive(Clone, Copy)]
//! struct NoteEditor {
//!     text: RwSignal<String>,
//! }
//!
//! impl FormContent for NoteEditor {
//!     type Draft = Note;
//!     const NAME: &'static str = "note";
//!     // draft, set, is_dirty, validate, …
//! }
//!
//! fn note_form(namespace: &str) -> AnyView {
//!     let form = Form::new(NoteEditor::new(), namespace, "");
//!     let send = move || {
//!         if form.submission.may_send() {
//!             let note = form.content.draft();
//!             form.submission.send(SubmissionRequest {
//!                 call: Box::pin(client.create_note(note)),
//!                 done: Rc::new(move |_| form.finish()),
//!                 // was_sent, verify, row_count
//!             });
//!         }
//!     };
//!     form.view(FormShell {
//!         label: t_signal!(note.title),
//!         sections: view! { <TextField path="text" value=form.content.text … /> }.into_any(),
//!         buttons: submission_buttons(form.submission, || t_string!(note.send), |button| button),
//!         on_submit: Callback::new(move |()| send()),
//!         // action, existing_href, beside, bar_end
//!     })
//! }
//! ```

use crate::forms::common::draft_notices::{draft_age, draft_notices};
use crate::forms::common::drafts::{DraftScope, Drafts};
use crate::forms::common::form_content::{FormContent, to_json};
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::form_state::FormState;
use crate::forms::common::leave_guard::leave_guard;
use crate::forms::common::submission::Submission;
use crate::forms::common::undoable::Document;
use crate::platform::dom;
use crate::reactive::{bool_signal, memo, show};
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::icon;
use leptos::prelude::*;
use std::sync::Arc;

/// A form with this content. Copies are the same form.
#[derive(Clone, Copy)]
pub(crate) struct Form<C> {
    pub(crate) content: C,
    pub(crate) state: FormState,
    pub(crate) submission: Submission,
    /// True while the content differs from the unedited one.
    pub(crate) is_dirty: Memo<bool>,
    document: Document,
    drafts: Drafts,
    is_finished: RwSignal<bool>,
}

impl<C: FormContent> Form<C> {
    /// Starts a form, provides its state to the fields, and stores its drafts under the API's address,
    /// the namespace, and the repository's name (empty for a new one).
    pub(crate) fn new(content: C, namespace: &str, name: &str) -> Self {
        let connection = use_connection();
        let validation = memo(move || content.validate());
        let state = FormState::provide(validation, C::FIELDS, C::ROWS_PREFIX);
        let is_dirty = memo(move || content.is_dirty());
        let document = Document::new(state, Arc::new(content));
        let scope = DraftScope {
            form: C::NAME,
            address: &untrack(move || connection.address()),
            namespace,
            name,
        };
        Self {
            content,
            state,
            submission: Submission::new(state),
            is_dirty,
            document,
            drafts: Drafts::keep(&scope, document, is_dirty.into()),
            is_finished: RwSignal::new(false),
        }
    }

    /// Replaces the content, shows the message and offers to undo it.
    pub(crate) fn replace(
        self,
        draft: &C::Draft,
        message: impl Fn() -> String + Send + Sync + 'static,
    ) {
        self.document.replace(&to_json(draft), Arc::new(message));
    }

    /// The button that goes back to the unedited content, while there is an edit; the user can undo it. Narrow windows show only its icon.
    pub(crate) fn discard_button(self, label: Signal<String>) -> AnyView {
        let Self {
            is_dirty,
            submission,
            drafts,
            ..
        } = self;
        let button = move || {
            Button::new(label)
                .quiet()
                .icon(icon::TRASH)
                .disabled(bool_signal(move || submission.is_busy()))
                .on_press(move || {
                    drafts.discard_changes();
                    dom::focus("#heading");
                })
        };
        show(move || is_dirty.get(), button).into_any()
    }

    /// Removes the draft of a form that was sent. The page can then be left without a question.
    pub(crate) fn finish(self) {
        self.drafts.finish();
        self.is_finished.set(true);
    }

    /// Accepts new edits after `finish`.
    pub(crate) fn start_over(self) {
        self.drafts.start_over();
        self.state.reset();
        self.state.dismiss_undo();
        self.is_finished.set(false);
    }

    /// The form on the page.
    pub(crate) fn view(self, shell: FormShell) -> AnyView {
        let Self {
            is_dirty,
            is_finished,
            ..
        } = self;
        let has_unsent = bool_signal(move || is_dirty.get() && !is_finished.get());
        view! {
            {draft_notices(self.drafts)}
            {shell.view(self.state, self.submission, draft_age(self.drafts))}
            {leave_guard(self.drafts, has_unsent)}
        }
        .into_any()
    }
}
