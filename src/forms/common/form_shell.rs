//! The frame around the sections of a form: errors, undo, and a bar at the window's bottom with the buttons and the
//! number of problems. In a wide window something stands beside the form.

use crate::components::error_notice::{Retry, error_notice};
use crate::forms::common::field_label::field_label;
use crate::forms::common::form_state::FormState;
use crate::forms::common::submission::Submission;
use crate::forms::common::submission_view::submission_notice;
use crate::i18n::refusal_words::in_own_words;
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, memo, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::ev::{FocusEvent, SubmitEvent};
use leptos::prelude::*;
use web_sys::{Element, KeyboardEvent};

/// The parts of a form's view that are its own.
pub(crate) struct FormShell {
    /// The form's name for screen readers.
    pub(crate) label: Signal<String>,
    /// Names what is being done while the form is sent ("Saving the build config").
    pub(crate) action: Signal<String>,
    /// A link to what the API holds if it is not what was sent.
    pub(crate) existing_href: Signal<String>,
    pub(crate) sections: AnyView,
    /// Stands beside the sections in a wide window, and below them in others.
    pub(crate) beside: AnyView,
    pub(crate) buttons: AnyView,
    /// The last button of the bar, at its end.
    pub(crate) bar_end: AnyView,
    /// Runs on submit, and on Ctrl or ⌘ with Enter.
    pub(crate) on_submit: Callback<()>,
}

impl FormShell {
    /// The `<form>` with its parts. `draft_age` says when the draft was stored.
    pub(crate) fn view(
        self,
        state: FormState,
        submission: Submission,
        draft_age: AnyView,
    ) -> AnyView {
        let (action, on_submit) = (self.action, self.on_submit);
        let error = state.error();
        let is_busy = bool_signal(move || submission.is_busy());
        view! {
            <form
                class="form form-beside"
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
                on:focusin=move |event: FocusEvent| {
                    state.set_focused(Some(&event_target::<Element>(&event).id()));
                }
                on:focusout=move |_| state.set_focused(None)
            >
                {dynamic(move || {
                    Some(error_notice(action, in_own_words(error.get()?), false, Retry::Never))
                })}
                {submission_notice(submission, action, self.existing_href)}
                // Anything typed during the request would be neither in it nor in the answer.
                <div class="form-body" inert=is_busy>
                    {self.sections}
                </div>
                {build_nodes()}
                <div class="form-aside">{self.beside}</div>
                <div class="form-foot">
                    {undo_bar(state, is_busy)} {problem_summary(state)}
                    <div class="form-bar">
                        {self.buttons} <div class="form-bar-end">{draft_age} {self.bar_end}</div>
                    </div>
                </div>
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

/// The most fields that the summary of problems links to.
const MAX_LINKED_FIELDS: usize = 3;

/// The number of fields that need attention, once the user has tried to send: it leads to the first, and their names
/// lead to each of them.
fn problem_summary(state: FormState) -> AnyView {
    let paths = memo(move || state.shown_problems());
    let count = memo(move || paths.with(Vec::len));
    let button = move || {
        view! {
            <button
                type="button"
                class="button form-problems"
                data-kind="quiet"
                on:click=move |_| state.focus_first_problem()
            >
                {icon::icon(icon::WARNING)}
                {text_signal(move || t_string!(form.problems, n = count.get()))}
            </button>
        }
        .into_any()
    };
    let links = move || {
        let paths = paths.get().into_iter().take(MAX_LINKED_FIELDS);
        paths
            .map(|path| {
                let label = field_label(&path);
                Button::new(Signal::stored(label))
                    .quiet()
                    .on_press(move || state.focus_field(path.clone()))
            })
            .collect::<Vec<AnyView>>()
    };
    view! {
        <div class="problem-bar">
            <div role="alert">{show(move || count.get() > 0, button)}</div>
            {dynamic(links)}
        </div>
    }
    .into_any()
}

/// Where the focus goes when the button that had it is gone: first choice first.
const FOCUS_FALLBACKS: [&str; 4] = [
    "#undo .button",
    "#send:not(:disabled)",
    "#add-row",
    "#heading",
];

/// Gives the focus to something near, in the next frame, if it was lost with what had it.
pub(crate) fn keep_focus() {
    request_animation_frame(|| {
        if dom::is_focus_lost() {
            FOCUS_FALLBACKS.iter().any(|selector| dom::focus(selector));
        }
    });
}

/// Says what was done last, and undoes it.
fn undo_bar(state: FormState, is_busy: Signal<bool>) -> AnyView {
    let press = move |run: fn(FormState)| {
        move || {
            run(state);
            keep_focus();
        }
    };
    let bar = move || {
        let offer = state.undo_offer()?;
        Some(view! {
            <div class="undo-bar">
                <span>{text_signal(move || (offer.message)())}</span>
                {Button::new(t_signal!(rows.undo)).on_press(press(FormState::undo))}
                {Button::new(t_signal!(undo.keep)).quiet().on_press(press(FormState::dismiss_undo))}
            </div>
        })
    };
    view! {
        <div id="undo" role="status" inert=is_busy>
            {dynamic(bar)}
        </div>
    }
    .into_any()
}
