//! The state that the fields of one form share: what the rules found, what the API refused, which fields
//! the user has touched, and the last step that can be undone.

use crate::api::grammar::RuleViolation;
use crate::client::{Error, Refusal};
use crate::forms::common::field_id::{id_of, selector};
use crate::forms::common::pointer_release::PointerRelease;
use crate::forms::common::typing::Typing;
use crate::forms::common::wording;
use crate::forms::model::rules;
use crate::forms::model::rules::Validation;
use crate::i18n::refusal_words::said;
use crate::platform::dom;
use leptos::prelude::*;
use std::collections::HashSet;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// The state of a form, provided to its fields as context. Copies share the same signals.
#[derive(Clone, Copy)]
pub struct FormState {
    validation: Memo<Validation>,
    /// The field errors of the last answer. An error goes when its field is edited.
    refusal: RwSignal<Refusal>,
    /// The paths of the form's own fields that the user has left at least once. A row has its own.
    touched: RwSignal<HashSet<String>>,
    is_submitted: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    undo_offer: RwSignal<Option<UndoOffer>>,
    focused: RwSignal<Option<FocusedField>>,
    fields: &'static [&'static str],
    rows_prefix: &'static str,
    pointer: PointerRelease,
    /// The field in which somebody types.
    pub(crate) typing: Typing,
}

/// Scrolls to the notice above the form: the button that was pressed may be far below it.
pub(crate) fn scroll_to_notice() {
    request_animation_frame(|| dom::scroll_to("main .notice[role=alert]"));
}

/// The text below a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FieldMessage {
    pub(crate) text: String,
    /// True for a problem, which keeps the form from being sent; false for a warning.
    pub(crate) blocks: bool,
}

/// A step that can be undone.
#[derive(Clone)]
pub(crate) struct UndoOffer {
    /// Says what was done.
    pub(crate) message: Arc<dyn Fn() -> String + Send + Sync>,
    undo: Arc<dyn Fn() + Send + Sync>,
}

/// The field that has the focus, by the names that the request has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FocusedField {
    /// The index of its row; `None` for one of the form's own fields.
    pub(crate) row: Option<usize>,
    /// The key of its value in the request's JSON.
    pub(crate) key: String,
}

impl FormState {
    /// Provides the state of a form. `fields` are the paths of its own fields, in the API's words;
    /// `rows_prefix` is the part of a row's path before `tag_configs`.
    pub fn provide(
        validation: Memo<Validation>,
        fields: &'static [&'static str],
        rows_prefix: &'static str,
    ) -> Self {
        let state = Self {
            validation,
            refusal: RwSignal::new(Refusal::default()),
            touched: RwSignal::new(HashSet::new()),
            is_submitted: RwSignal::new(false),
            error: RwSignal::new(None),
            undo_offer: RwSignal::new(None),
            focused: RwSignal::new(None),
            fields,
            rows_prefix,
            pointer: PointerRelease::new(),
            typing: Typing::new(),
        };
        provide_context(state);
        state
    }

    /// Returns the message for the field at this path, tracked. The API's own words come first. A
    /// problem shows once the field is touched or the form submitted; a warning shows at once.
    pub(crate) fn message(
        self,
        path: &str,
        violation: Option<RuleViolation>,
        is_touched: bool,
    ) -> Option<FieldMessage> {
        if let Some(text) = self.refusal.with(|refusal| refusal.field(path)) {
            let text = said(&text);
            return Some(FieldMessage { text, blocks: true });
        }
        let is_submitted = self.is_submitted.get();
        // Two rows with one tag both say so, although the user edited only one of them.
        let shows_at_once = |violation: &RuleViolation| {
            violation.is_warning() || *violation == RuleViolation::SameTag
        };
        let violation =
            violation.filter(|violation| is_touched || is_submitted || shows_at_once(violation))?;
        Some(FieldMessage {
            text: wording::problem(violation),
            blocks: !violation.is_warning(),
        })
    }

    /// Returns the problem of the form's own field at this path, tracked.
    pub(crate) fn problem(self, path: &str) -> Option<String> {
        let is_touched = self.touched.with(|touched| touched.contains(path));
        let message = self.message(path, self.violation(path), is_touched);
        message
            .filter(|message| message.blocks)
            .map(|message| message.text)
    }

    /// Returns the warning of the form's own field at this path, tracked.
    pub(crate) fn warning(self, path: &str) -> Option<String> {
        let violation = self.violation(path);
        violation
            .filter(|violation| violation.is_warning())
            .map(wording::problem)
    }

    fn violation(self, path: &str) -> Option<RuleViolation> {
        self.validation.with(|validation| validation.of(path))
    }

    /// Returns true if there is a message for the field at this path, tracked.
    pub(crate) fn has_message(self, path: &str) -> bool {
        self.problem(path).is_some() || self.warning(path).is_some()
    }

    /// The paths of all fields that keep the form from being sent, or that the API refused, tracked.
    fn problem_paths(self) -> Vec<String> {
        let mut paths: Vec<String> = self.validation.with(|validation| {
            let problems = validation.blocking();
            problems.map(|problem| problem.path.clone()).collect()
        });
        self.refusal.with(|refusal| {
            for field in &refusal.fields {
                if !paths.contains(&field.path) {
                    paths.push(field.path.clone());
                }
            }
        });
        paths
    }

    /// Returns the paths of the fields that need attention, once the user has tried to send the form, tracked.
    pub(crate) fn shown_problems(self) -> Vec<String> {
        match self.is_submitted.get() {
            true => self.problem_paths(),
            false => Vec::new(),
        }
    }

    /// Moves the focus to the field at this path.
    pub(crate) fn focus_field(self, path: String) {
        self.focus_first_of(vec![path]);
    }

    /// Moves the focus to the first field that needs attention.
    pub(crate) fn focus_first_problem(self) {
        self.focus_first_of(untrack(move || self.problem_paths()));
    }

    /// The error of the last request, without what belongs to a field.
    pub(crate) fn error(self) -> Signal<Option<Error>> {
        self.error.into()
    }

    /// Shows all problems and moves the focus to the first one. Returns true if there is none, so that
    /// the form may be sent.
    pub fn submit(self) -> bool {
        self.typing.end();
        self.is_submitted.set(true);
        self.refusal.set(Refusal::default());
        self.error.set(None);
        let may_send = self
            .validation
            .with_untracked(|validation| validation.blocking().next().is_none());
        if !may_send {
            self.focus_first_problem();
        }
        may_send
    }

    /// Moves the focus to the first of these fields, in the order of the page.
    fn focus_first_of(self, paths: Vec<String>) {
        let selectors: Vec<String> = paths.iter().map(|path| selector(path)).collect();
        request_animation_frame(move || {
            if !selectors.is_empty() {
                dom::focus(&selectors.join(", "));
            }
        });
    }

    /// Shows the error of a request that had `row_count` rows: field errors at their fields, the rest
    /// above the form.
    pub(crate) fn show_error(self, error: Error, row_count: usize) {
        let error = match error {
            Error::Refused(refusal) => {
                let rest = self.show_field_errors(&refusal, row_count);
                let all_shown = rest.message.is_empty() && rest.fields.is_empty();
                if all_shown && !refusal.fields.is_empty() {
                    return;
                }
                Error::Refused(rest)
            }
            error => error,
        };
        self.error.set(Some(error));
        scroll_to_notice();
    }

    /// Shows field errors at their fields, moves the focus to the first of them, and returns what
    /// belongs to no field of this form.
    fn show_field_errors(self, refusal: &Refusal, row_count: usize) -> Refusal {
        let is_known = |path: &str| {
            self.fields.contains(&path) || rules::is_row_path(self.rows_prefix, row_count, path)
        };
        let mut rest = refusal.clone();
        rest.fields.retain(|field| !is_known(&field.path));
        let mut known = refusal.clone();
        known.fields.retain(|field| is_known(&field.path));
        let paths = known.fields.iter().map(|field| field.path.clone());
        self.focus_first_of(paths.collect());
        self.refusal.set(known);
        rest
    }

    /// Takes note of an edit of a field: its error from the API goes, and so does the offer to undo an earlier step,
    /// which would take this edit back as well.
    pub(crate) fn edited(self, path: &str) {
        self.dismiss_undo();
        let has_error = |refusal: &Refusal| refusal.field(path).is_some();
        if self
            .refusal
            .try_with_untracked(has_error)
            .unwrap_or_default()
        {
            self.refusal
                .update(|refusal| refusal.fields.retain(|field| field.path != path));
        }
    }

    /// Marks a field that the user has left. Its problem shows once no button of a pointer is down: a
    /// line that appeared between press and release would move the button away from the pointer.
    pub(crate) fn mark_touched(self, path: &str) {
        let path = path.to_owned();
        self.when_released(move || {
            self.typing.left(&path);
            let is_new = |touched: &HashSet<String>| !touched.contains(&path);
            if self.touched.try_with_untracked(is_new) == Some(true) {
                self.touched.update(|touched| {
                    touched.insert(path);
                });
            }
        });
    }

    /// Runs the task once no button of a pointer is down.
    pub(crate) fn when_released(self, task: impl FnOnce() + Send + Sync + 'static) {
        self.pointer.run(task);
    }

    /// Takes note of rows that have moved: the API's errors of rows, which are known by index, go, and so does the
    /// offer to undo an earlier step.
    pub(crate) fn rows_moved(self) {
        self.typing.end();
        self.dismiss_undo();
        self.refusal
            .update(|refusal| refusal.fields.retain(|field| !field.path.contains('[')));
    }

    /// Drops all messages, because the form's whole content was replaced.
    pub(crate) fn reset(self) {
        self.typing.end();
        self.touched.update(HashSet::clear);
        self.refusal.set(Refusal::default());
        self.is_submitted.set(false);
        self.error.set(None);
    }

    /// Says what was done and offers to undo it, until the next edit. Replaces the offer before.
    pub(crate) fn offer_undo(
        self,
        message: impl Fn() -> String + Send + Sync + 'static,
        undo: impl Fn() + Send + Sync + 'static,
    ) {
        self.undo_offer.set(Some(UndoOffer {
            message: Arc::new(message),
            undo: Arc::new(undo),
        }));
    }

    /// Returns the step that can be undone, tracked.
    pub(crate) fn undo_offer(self) -> Option<UndoOffer> {
        self.undo_offer.get()
    }

    /// Undoes the last step.
    pub fn undo(self) {
        if let Some(offer) = self.undo_offer.get_untracked() {
            self.undo_offer.set(None);
            (offer.undo)();
        }
    }

    /// Moves the focus to a field of a row that is drawn in the next frame at the latest.
    pub(crate) fn focus_row(self, index: usize, field: &str) {
        let path = rules::row_path(self.rows_prefix, index, field);
        self.focus_first_of(vec![path]);
    }

    /// Records which field has the focus; `None` if it is none of this form. Does nothing if the form is gone: a field
    /// that has the focus fires `focusout` while it is removed.
    pub(crate) fn set_focused(self, id: Option<&str>) {
        let focused = id.and_then(|id| self.field_of(id));
        let is_new = |before: &Option<FocusedField>| *before != focused;
        if self.focused.try_with_untracked(is_new) == Some(true) {
            self.focused.set(focused);
        }
    }

    fn field_of(self, id: &str) -> Option<FocusedField> {
        let own = self.fields.iter().find(|path| id_of(path) == id);
        if let Some(path) = own {
            let key = path.rsplit('.').next().unwrap_or(path).to_owned();
            return Some(FocusedField { row: None, key });
        }
        // `field-…tag-configs-3--docker-repo-tag`
        let rows = id_of(&format!("{}tag_configs[", self.rows_prefix));
        let (index, name) = id.strip_prefix(&rows)?.split_once("--")?;
        Some(FocusedField {
            row: index.parse().ok(),
            key: name.replace('-', "_"),
        })
    }

    /// Returns the field that has the focus, tracked.
    pub(crate) fn focused(self) -> Option<FocusedField> {
        self.focused.get()
    }

    /// Withdraws the offer to undo the last step.
    pub(crate) fn dismiss_undo(self) {
        if self.undo_offer.try_with_untracked(Option::is_some) == Some(true) {
            self.undo_offer.set(None);
        }
    }

    /// Keeps Enter in a text field from sending the form by accident. Ctrl or ⌘ with Enter sends it.
    pub(crate) fn keep_enter(self, event: &KeyboardEvent) {
        let is_enter = event.key() == "Enter" && !event.is_composing();
        if is_enter && !event.ctrl_key() && !event.meta_key() {
            event.prevent_default();
        }
    }
}
