//! The create form and the tag config editor: draft (what the user typed), rules (what is wrong
//! with it), view.

pub mod config_form;
pub mod create_form;
pub mod draft;
pub mod rows;
pub mod rules;
pub mod words;

use crate::api::{Error, Refusal};
use crate::browser;
use crate::components::button::Button;
use crate::components::field::selector;
use crate::components::notice::error_notice;
use crate::view::{flag, live, part};
use leptos::ev::{self, SubmitEvent};
use leptos::prelude::*;
use rules::Problem;
use std::collections::HashSet;
use web_sys::KeyboardEvent;

/// What the fields of one form share: the rules' verdict, the API's, and which fields the user has
/// been in. Provided as context by the form's view; copies are the same thing.
#[derive(Clone, Copy)]
pub struct FormState {
    problems: Memo<Vec<Problem>>,
    /// What the API said of the last request; a field's part goes when the field is edited.
    refusal: RwSignal<Refusal>,
    left: RwSignal<HashSet<String>>,
    submitted: RwSignal<bool>,
    sending: RwSignal<bool>,
    /// What went wrong with the last request and belongs to no field.
    error: RwSignal<Option<Error>>,
    /// The form's own fields, by the API's paths, and what stands before `tag_configs` in them.
    fields: &'static [&'static str],
    prefix: &'static str,
    pointer_down: StoredValue<bool>,
    /// Fields that were left while a pointer was down.
    waiting: StoredValue<Vec<String>>,
}

impl FormState {
    /// For a form with these fields, and rows below `prefix`, whose problems are these.
    pub fn provide(
        problems: Memo<Vec<Problem>>,
        fields: &'static [&'static str],
        prefix: &'static str,
    ) -> Self {
        let state = Self {
            problems,
            refusal: RwSignal::new(Refusal::default()),
            left: RwSignal::new(HashSet::new()),
            submitted: RwSignal::new(false),
            sending: RwSignal::new(false),
            error: RwSignal::new(None),
            fields,
            prefix,
            pointer_down: StoredValue::new(false),
            waiting: StoredValue::new(Vec::new()),
        };
        state.watch_pointer();
        provide_context(state);
        state
    }

    /// What is wrong with the field at this path, once the user has left it or submitted; the API's
    /// word first.
    pub fn problem(self, path: &str) -> Option<String> {
        if let Some(said) = self.refusal.with(|refusal| refusal.field(path)) {
            return Some(said);
        }
        let shown = self.submitted.get() || self.left.with(|left| left.contains(path));
        shown.then(|| {
            self.problems.with(|problems| {
                problems
                    .iter()
                    .find(|problem| problem.path == path && !problem.kind.is_warning())
                    .map(|problem| words::problem(&problem.kind))
            })
        })?
    }

    /// What may be wrong with the field at this path; a warning never blocks.
    pub fn warning(self, path: &str) -> Option<String> {
        self.problems.with(|problems| {
            problems
                .iter()
                .find(|problem| problem.path == path && problem.kind.is_warning())
                .map(|problem| words::problem(&problem.kind))
        })
    }

    /// How many problems block the form, tracked.
    pub fn count(self) -> usize {
        self.problems
            .with(|problems| problems.iter().filter(|p| !p.kind.is_warning()).count())
    }

    /// Whether problems are shown that block the form.
    pub fn is_blocked(self) -> bool {
        self.submitted.get() && self.count() > 0
    }

    /// The user wants to send: shows all problems, puts the focus on the first one, and answers
    /// whether there is none.
    pub fn submit(self) -> bool {
        self.submitted.set(true);
        self.refusal.set(Refusal::default());
        let first = self.problems.with_untracked(|problems| {
            problems
                .iter()
                .find(|problem| !problem.kind.is_warning())
                .map(|problem| problem.path.clone())
        });
        match first {
            None => true,
            Some(path) => {
                request_animation_frame(move || {
                    browser::focus(&selector(&path));
                });
                false
            }
        }
    }

    /// Whether a request is under way.
    pub fn is_sending(self) -> bool {
        self.sending.get()
    }

    /// Whether a request may be sent now: none is under way, and nothing is wrong with the draft (what
    /// is, is shown then).
    pub fn may_send(self) -> bool {
        !self.sending.get_untracked() && self.submit()
    }

    /// Waits for the answer to a request made from `rows` rows. One that was taken is given to `done`;
    /// the words of one that was refused go to their fields, and the rest above the form.
    pub fn wait<T: 'static>(
        self,
        call: impl Future<Output = Result<T, Error>> + 'static,
        rows: usize,
        done: impl FnOnce(T) + 'static,
    ) {
        self.sending.set(true);
        self.error.set(None);
        leptos::task::spawn_local(async move {
            let answer = call.await;
            if self.sending.try_set(false).is_some() {
                return; // The form has gone; the API has the request all the same.
            }
            match answer {
                Ok(answer) => done(answer),
                Err(error) => self.failed(error, rows),
            }
        });
    }

    fn failed(self, error: Error, rows: usize) {
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
    }

    /// Puts the API's words to their fields, the focus to the first of them, and answers the rest.
    fn place(self, refusal: &Refusal, rows: usize) -> Refusal {
        let known = |path: &str| {
            self.fields.contains(&path)
                || (0..rows).any(|index| {
                    let is = |field: &&str| rules::row_path(self.prefix, index, field) == path;
                    rules::ROW_FIELDS.iter().any(is)
                })
        };
        let mut rest = refusal.clone();
        rest.fields.retain(|field| !known(&field.path));
        let mut own = refusal.clone();
        own.fields.retain(|field| known(&field.path));
        if let Some(first) = own.fields.first() {
            let path = first.path.clone();
            request_animation_frame(move || {
                browser::focus(&selector(&path));
            });
        }
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
        if self.pointer_down.try_get_value().unwrap_or_default() {
            self.waiting
                .try_update_value(|waiting| waiting.push(path.to_owned()));
        } else {
            self.show(vec![path.to_owned()]);
        }
    }

    fn show(self, paths: Vec<String>) {
        let new = |left: &HashSet<String>| paths.iter().any(|path| !left.contains(path));
        if self.left.try_with_untracked(new).unwrap_or_default() {
            self.left.update(|left| left.extend(paths));
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
                    self.show(waiting.unwrap_or_default());
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
        self.left
            .update(|left| left.retain(|path| !path.contains('[')));
        self.refusal
            .update(|refusal| refusal.fields.retain(|field| !field.path.contains('[')));
    }

    /// Keeps Enter in a text field from sending the form by accident; with Ctrl or ⌘ it sends.
    pub fn keep_enter(self, event: &KeyboardEvent) {
        if event.key() == "Enter" && !event.ctrl_key() && !event.meta_key() && !event.is_composing()
        {
            event.prevent_default();
        }
    }
}

/// The build nodes that are known, to choose from; any other text may be typed.
fn build_nodes() -> impl IntoView {
    view! {
        <datalist id="build-nodes">
            {crate::api::repository::KNOWN_BUILD_NODES
                .into_iter()
                .map(|node| view! { <option value=node></option> })
                .collect_view()}
        </datalist>
    }
}

/// Says that something is still wrong, once the user has tried to send.
fn summary(form: FormState) -> impl IntoView {
    view! {
        <p class="form-summary" role="alert">
            {part(move || {
                form.is_blocked()
                    .then(|| match form.count() {
                        1 => crate::tr!(form.one_problem).to_string(),
                        count => crate::tr!(form.problems, n = count),
                    })
            })}
        </p>
    }
}

/// The form around its sections: sends on submit and on Ctrl or ⌘ with Enter, and tells above what went
/// wrong with the whole of it. `what` is being done ('Saving the build config').
fn frame(
    form: FormState,
    label: Signal<String>,
    what: Signal<String>,
    send: impl Fn() + Copy + 'static,
    sections: AnyView,
    buttons: AnyView,
) -> AnyView {
    view! {
        <form
            class="form"
            novalidate
            aria-label=label
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                send();
            }
            on:keydown=move |event: KeyboardEvent| {
                if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                    event.prevent_default();
                    send();
                }
            }
        >
            {part(move || {
                let error = form.error.get()?;
                Some(error_notice(what, error, false, None))
            })}
            {sections}
            {build_nodes()}
            {summary(form)}
            <div class="form-actions">{buttons}</div>
        </form>
    }
    .into_any()
}

/// The button that sends the form.
fn submit_button(form: FormState, label: fn() -> &'static str) -> Button {
    let label = live(move || match form.is_sending() {
        true => crate::tr!(form.sending),
        false => label(),
    });
    Button::new(label)
        .primary()
        .busy(flag(move || form.is_sending()))
}
