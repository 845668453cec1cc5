//! The frame around the sections of a form: drafts, errors, undo, the number of problems, the buttons.

use crate::components::error_notice::{Retry, error_notice};
use crate::forms::common::form_state::FormState;
use crate::forms::common::submission::Submission;
use crate::forms::common::submission_view::submission_notice;
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, text_signal};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// The parts of a form's view that are its own.
pub(crate) struct FormShell {
    /// The form's name for screen readers.
    pub(crate) label: Signal<String>,
    /// Names what is being done while the form is sent ("Saving the build config").
    pub(crate) action: Signal<String>,
    /// A link to what the API holds if it is not what was sent.
    pub(crate) existing_href: Signal<String>,
    pub(crate) sections: AnyView,
    pub(crate) buttons: AnyView,
    /// Runs on submit, and on Ctrl or ⌘ with Enter.
    pub(crate) on_submit: Callback<()>,
}

impl FormShell {
    /// The `<form>` with its parts.
    pub(crate) fn view(self, state: FormState, submission: Submission) -> AnyView {
        let (action, on_submit) = (self.action, self.on_submit);
        let error = state.error();
        let is_busy = bool_signal(move || submission.is_busy());
        view! {
            <form
                class="form"
                novalidate
                aria-label=self.label
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    on_submit.run(());
                }
                on:keydown=move |event: KeyboardEvent| {
                    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                        event.prevent_default();
                        on_submit.run(());
                    }
                }
            >
                {dynamic(move || { Some(error_notice(action, error.get()?, false, Retry::Never)) })}
                {submission_notice(submission, action, self.existing_href)}
                // Anything typed during the request would be neither in it nor in the answer.
                <div class="form-body" inert=is_busy>
                    {self.sections}
                </div>
                {build_nodes()}
                {undo_bar(state, is_busy)}
                {problem_summary(state)}
                <div class="form-actions form-bar">{self.buttons}</div>
            </form>
        }
        .into_any()
    }
}

/// The known build nodes, as suggestions. Any other text may be typed.
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

/// The number of problems, once the user has tried to send.
fn problem_summary(state: FormState) -> impl IntoView {
    let text = move || {
        state
            .is_blocked()
            .then(|| t_string!(form.problems, n = state.problem_count()))
    };
    view! {
        <p class="form-summary" role="alert">
            {dynamic(text)}
        </p>
    }
}

/// Says what was done last, and undoes it.
fn undo_bar(state: FormState, is_busy: Signal<bool>) -> AnyView {
    let press = move |run: fn(FormState)| {
        move || {
            run(state);
            // The button that was pressed goes, so the focus must move.
            dom::focus("#undo");
        }
    };
    let bar = move || {
        let offer = state.undo_offer()?;
        Some(view! {
            <div class="undo-bar">
                <span>{text_signal(move || (offer.message)())}</span>
                {Button::new(t_signal!(rows.undo)).on_press(press(FormState::undo))}
                {Button::new(t_signal!(undo.keep)).on_press(press(FormState::dismiss_undo))}
            </div>
        })
    };
    view! {
        <div id="undo" class="undo-place" role="status" tabindex="-1" inert=is_busy>
            {dynamic(bar)}
        </div>
    }
    .into_any()
}
