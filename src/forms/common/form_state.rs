//! What the fields of one form share: the rules' verdict, the API's, and which fields the user has
//! been in.

use crate::api::grammar::RuleViolation;
use crate::client::{Error, Refusal};
use crate::forms::common::field_id::selector;
use crate::forms::common::wording;
use crate::forms::model::rules;
use crate::forms::model::rules::Validation;
use crate::platform::dom;
use leptos::ev;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// The state of a form. Provided as context by the form's view; copies are the same thing.
#[derive(Clone, Copy)]
pub struct FormState {
    verdict: Memo<Validation>,
    /// What the API said of the last request; a field's part goes when the field is edited.
    refusal: RwSignal<Refusal>,
    /// The form's own fields that the user has been in; a row knows its own.
    left: RwSignal<HashSet<String>>,
    submitted: RwSignal<bool>,
    /// What went wrong with the last request and belongs to no field.
    error: RwSignal<Option<Error>>,
    /// The step that can be taken back.
    undo: RwSignal<Option<Undo>>,
    /// The form's own fields, by the API's paths, and what stands before `tag_configs` in them.
    fields: &'static [&'static str],
    prefix: &'static str,
    pointer_down: StoredValue<bool>,
    /// What waits for the pointer to be released.
    waiting: StoredValue<Vec<Waiting>>,
}

type Waiting = Box<dyn FnOnce() + Send + Sync>;

/// Scrolls to what is said of the last request, above the form: the button that sent it may be far below.
pub fn show_notice() {
    request_animation_frame(|| dom::scroll_to("main .notice[role=alert]"));
}

/// What is said of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMessage {
    pub text: String,
    /// A problem; else a warning.
    pub blocks: bool,
}

/// A step that can be taken back: what was done, and how it is undone.
#[derive(Clone)]
pub struct Undo {
    pub said: Arc<dyn Fn() -> String + Send + Sync>,
    pub back: Arc<dyn Fn() + Send + Sync>,
}

impl FormState {
    /// For a form with these fields, and rows below `prefix`, of which the rules say this.
    pub fn provide(
        verdict: Memo<Validation>,
        fields: &'static [&'static str],
        prefix: &'static str,
    ) -> Self {
        let state = Self {
            verdict,
            refusal: RwSignal::new(Refusal::default()),
            left: RwSignal::new(HashSet::new()),
            submitted: RwSignal::new(false),
            error: RwSignal::new(None),
            undo: RwSignal::new(None),
            fields,
            prefix,
            pointer_down: StoredValue::new(false),
            waiting: StoredValue::new(Vec::new()),
        };
        state.watch_pointer();
        provide_context(state);
        state
    }

    /// What is said of the field at this path, in which the rules found this: the API's word first;
    /// a problem once the user has left the field or submitted; a warning at once.
    pub fn said(
        self,
        path: &str,
        found: Option<RuleViolation>,
        was_left: bool,
    ) -> Option<FieldMessage> {
        if let Some(text) = self.refusal.with(|refusal| refusal.field(path)) {
            return Some(FieldMessage { text, blocks: true });
        }
        let submitted = self.submitted.get();
        // That two rows have one tag is told on both, though only one was edited.
        let at_once = |kind: &RuleViolation| kind.is_warning() || *kind == RuleViolation::SameTag;
        let found = found.filter(|kind| was_left || submitted || at_once(kind))?;
        Some(FieldMessage {
            text: wording::problem(found),
            blocks: !found.is_warning(),
        })
    }

    /// What is wrong with the form's own field at this path.
    pub fn problem(self, path: &str) -> Option<String> {
        let was_left = self.left.with(|left| left.contains(path));
        let said = self.said(path, self.kind(path), was_left);
        said.filter(|said| said.blocks).map(|said| said.text)
    }

    /// What may be wrong with the form's own field at this path; a warning never blocks.
    pub fn warning(self, path: &str) -> Option<String> {
        let kind = self.kind(path).filter(|kind| kind.is_warning());
        kind.map(wording::problem)
    }

    fn kind(self, path: &str) -> Option<RuleViolation> {
        self.verdict.with(|verdict| verdict.of(path))
    }

    /// How many problems block the form, tracked.
    pub fn count(self) -> usize {
        self.verdict.with(|verdict| verdict.blocking().count())
    }

    /// Whether problems are shown that block the form.
    pub fn is_blocked(self) -> bool {
        self.submitted.get() && self.count() > 0
    }

    /// What went wrong with the last request and belongs to no field.
    pub fn error(self) -> Signal<Option<Error>> {
        self.error.into()
    }

    /// The user wants to send: shows all problems, puts the focus on the first one, and answers
    /// whether there is none.
    pub fn submit(self) -> bool {
        self.submitted.set(true);
        self.refusal.set(Refusal::default());
        self.error.set(None);
        let first = self
            .verdict
            .with_untracked(|verdict| verdict.blocking().next().map(|first| first.path.clone()));
        match first {
            None => true,
            Some(path) => {
                self.focus_first_of(vec![path]);
                false
            }
        }
    }

    /// Puts the focus on the first of these fields that the page has, in the page's order.
    fn focus_first_of(self, paths: Vec<String>) {
        let fields: Vec<String> = paths.iter().map(|path| selector(path)).collect();
        request_animation_frame(move || {
            if !fields.is_empty() {
                dom::focus(&fields.join(", "));
            }
        });
    }

    /// A request made from `rows` rows was refused or failed: the API's words go to their fields, the
    /// rest above the form.
    pub fn failed(self, error: Error, rows: usize) {
        let error = match error {
            Error::Refused(refusal) => {
                let rest = self.place(&refusal, rows);
                let all_placed = rest.message.is_empty() && rest.fields.is_empty();
                if all_placed && !refusal.fields.is_empty() {
                    return;
                }
                Error::Refused(rest)
            }
            other => other,
        };
        self.error.set(Some(error));
        show_notice();
    }

    /// Puts the API's words to their fields, the focus to the first of them, and answers the rest.
    fn place(self, refusal: &Refusal, rows: usize) -> Refusal {
        let known =
            |path: &str| self.fields.contains(&path) || rules::is_row_path(self.prefix, rows, path);
        let mut rest = refusal.clone();
        rest.fields.retain(|field| !known(&field.path));
        let mut own = refusal.clone();
        own.fields.retain(|field| known(&field.path));
        self.focus_first_of(own.fields.iter().map(|field| field.path.clone()).collect());
        self.refusal.set(own);
        rest
    }

    /// The field was edited: what the API said of it no longer holds.
    pub fn edited(self, path: &str) {
        let said = |refusal: &Refusal| refusal.field(path).is_some();
        if self.refusal.try_with_untracked(said).unwrap_or_default() {
            self.refusal
                .update(|refusal| refusal.fields.retain(|field| field.path != path));
        }
    }

    /// The user went out of the field. What is wrong with it is shown once no button of a pointer is
    /// down: a line that came between press and release would move what is being pressed away.
    pub fn left(self, path: &str) {
        let path = path.to_owned();
        self.when_released(move || {
            let is_new = |left: &HashSet<String>| !left.contains(&path);
            if self.left.try_with_untracked(is_new) == Some(true) {
                self.left.update(|left| {
                    left.insert(path);
                });
            }
        });
    }

    /// Runs once no button of a pointer is down.
    pub fn when_released(self, run: impl FnOnce() + Send + Sync + 'static) {
        match self.pointer_down.try_get_value().unwrap_or_default() {
            true => {
                self.waiting
                    .try_update_value(|waiting| waiting.push(Box::new(run)));
            }
            false => run(),
        }
    }

    fn watch_pointer(self) {
        let down = window_event_listener(ev::pointerdown, move |_| {
            self.pointer_down.try_update_value(|down| *down = true);
        });
        let up = move || {
            self.pointer_down.try_update_value(|down| *down = false);
            // After the click that follows the release.
            set_timeout(
                move || {
                    let waiting = self.waiting.try_update_value(std::mem::take);
                    for run in waiting.unwrap_or_default() {
                        run();
                    }
                },
                std::time::Duration::ZERO,
            );
        };
        let released = window_event_listener(ev::pointerup, move |_| up());
        let cancelled = window_event_listener(ev::pointercancel, move |_| up());
        on_cleanup(move || {
            down.remove();
            released.remove();
            cancelled.remove();
        });
    }

    /// Rows moved, so what is known by their index no longer holds.
    pub fn rows_moved(self) {
        self.refusal
            .update(|refusal| refusal.fields.retain(|field| !field.path.contains('[')));
    }

    /// The whole form holds something else now: nothing that was said of it stands.
    pub fn replaced(self) {
        self.left.update(HashSet::clear);
        self.refusal.set(Refusal::default());
        self.submitted.set(false);
        self.error.set(None);
    }

    /// Says what was done and offers to take it back; takes the place of the offer before.
    pub fn offer_undo(
        self,
        said: impl Fn() -> String + Send + Sync + 'static,
        back: impl Fn() + Send + Sync + 'static,
    ) {
        self.undo.set(Some(Undo {
            said: Arc::new(said),
            back: Arc::new(back),
        }));
    }

    /// What can be taken back, tracked.
    pub fn undo(self) -> Option<Undo> {
        self.undo.get()
    }

    /// Takes it back.
    pub fn take_back(self) {
        if let Some(undo) = self.undo.get_untracked() {
            self.undo.set(None);
            (undo.back)();
        }
    }

    /// No longer offers to take anything back.
    pub fn forget_undo(self) {
        self.undo.set(None);
    }

    /// Keeps Enter in a text field from sending the form by accident; with Ctrl or ⌘ it sends.
    pub fn keep_enter(self, event: &KeyboardEvent) {
        if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() && !event.is_composing()
        {
            event.prevent_default();
        }
    }
}
