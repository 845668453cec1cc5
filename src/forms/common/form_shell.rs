//! What stands around the sections of both forms: drafts, errors, what can be taken back, the buttons.

use crate::components::error_notice::error_notice;
use crate::forms::common::drafts::Drafts;
use crate::forms::common::form_state::FormState;
use crate::forms::common::submission::Submission;
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, text_signal};
use crate::t_signal;
use crate::ui::button::Button;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// The form around its sections.
pub struct FormShell {
    pub form: FormState,
    pub sending: Submission,
    pub drafts: Drafts,
    /// Whether leaving would lose what was typed.
    pub unsaved: Signal<bool>,
    /// The form's name.
    pub label: Signal<String>,
    /// What is being done when it is sent ('Saving the build config').
    pub what: Signal<String>,
    /// Where to see what stands in the place of what was sent.
    pub other: Signal<String>,
    pub sections: AnyView,
    pub buttons: AnyView,
}

impl FormShell {
    /// The form: it sends on submit and on Ctrl or ⌘ with Enter.
    pub fn view(self, send: impl Fn() + Copy + 'static) -> AnyView {
        let Self { form, sending, .. } = self;
        let what = self.what;
        let error = form.error();
        view! {
            {self.drafts.view()}
            <form
                class="form"
                novalidate
                aria-label=self.label
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
                {dynamic(move || { Some(error_notice(what, error.get()?, false, None)) })}
                {sending.notice(what, self.other)}
                // What is typed while it is sent would be in neither.
                <div class="form-body" inert=bool_signal(move || sending.is_busy())>
                    {self.sections}
                </div>
                {build_nodes()}
                {undo_bar(form, bool_signal(move || sending.is_busy()))}
                {summary(form)}
                <div class="form-actions form-bar">{self.buttons}</div>
            </form>
            {self.drafts.ask_before_leaving(self.unsaved)}
        }
        .into_any()
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
            {dynamic(move || {
                form.is_blocked()
                    .then(|| crate::t_string!(form.problems, n = form.problem_count()))
            })}
        </p>
    }
}

/// What was done last, and the way back.
fn undo_bar(form: FormState, busy: Signal<bool>) -> AnyView {
    // The button that was pressed goes, so the focus must be somewhere else.
    let then_here = move |run: fn(FormState)| {
        move || {
            run(form);
            dom::focus("#undo");
        }
    };
    let bar = move || {
        let undo = form.undo_offer()?;
        Some(view! {
            <div class="undo-bar">
                <span>{text_signal(move || (undo.message)())}</span>
                {Button::new(t_signal!(rows.undo)).on_press(then_here(FormState::undo))}
                {Button::new(t_signal!(undo.keep)).on_press(then_here(FormState::dismiss_undo))}
            </div>
        })
    };
    view! {
        <div id="undo" class="undo-place" role="status" tabindex="-1" inert=busy>
            {dynamic(bar)}
        </div>
    }
    .into_any()
}
