//! A submission on the page: the notice about a request without an answer, and the buttons.

use crate::forms::common::submission::{Submission, SubmissionCheck, UnknownOutcome};
use crate::i18n::api_words::{api_words, error_words};
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Says that a request may have been carried out, and what the API says about it. `action` names what was
/// being done; `existing_href` leads to what the API holds instead.
pub(crate) fn submission_notice(
    submission: Submission,
    action: Signal<String>,
    existing_href: Signal<String>,
) -> AnyView {
    dynamic(move || match submission.unknown_outcome() {
        Some(outcome) => outcome_notice(submission, outcome, action, existing_href),
        None if submission.was_cancelled_unsent() => view! {
            <div class="notice" data-kind="info" role="status">
                <p class="notice-body">{t_signal!(sending.unsent)}</p>
            </div>
        }
        .into_any(),
        None => ().into_any(),
    })
    .into_any()
}

fn outcome_notice(
    submission: Submission,
    outcome: UnknownOutcome,
    action: Signal<String>,
    existing_href: Signal<String>,
) -> AnyView {
    let UnknownOutcome { error, check } = outcome;
    let is_checking = check == SubmissionCheck::Checking;
    let is_different = check == SubmissionCheck::Different;
    let api_message = error.as_ref().map(api_words).unwrap_or_default();
    let title = text_signal(move || match &error {
        Some(error) => {
            let failed = t_string!(error.failed, what = action.get());
            format!(
                "{failed}: {} {}",
                error_words(error),
                t_string!(sending.in_doubt)
            )
        }
        None => t_string!(sending.cancelled).to_owned(),
    });
    view! {
        <div class="notice" data-kind="warning" role="alert" tabindex="-1">
            {icon::icon(icon::WARNING)}
            <div class="notice-body">
                <p class="notice-title">{title}</p>
                <p>{text_signal(move || check_words(&check))}</p>
                {(!api_message.is_empty())
                    .then(|| view! { <p class="notice-said">{api_message}</p> })}
            </div>
            <div class="notice-actions">
                {is_different
                    .then(|| Button::new(t_signal!(sending.see_other)).link(existing_href))}
                {Button::new(t_signal!(sending.look_again))
                    .busy(Signal::stored(is_checking))
                    .on_press(move || submission.verify_again())}
            </div>
        </div>
    }
    .into_any()
}

fn check_words(check: &SubmissionCheck) -> String {
    match check {
        SubmissionCheck::Checking => t_string!(sending.looking).to_owned(),
        SubmissionCheck::NotDone => t_string!(sending.nothing).to_owned(),
        SubmissionCheck::Different => t_string!(sending.other).to_owned(),
        SubmissionCheck::Unsupported => t_string!(sending.cannot_tell).to_owned(),
        SubmissionCheck::Failed(error) => t_string!(sending.look_failed, why = error_words(error)),
    }
}

/// The button that sends, with the id `send`, and the one that cancels while a request is under way.
/// `adjust` is given the first one.
pub(crate) fn submission_buttons(
    submission: Submission,
    label: fn() -> &'static str,
    adjust: impl FnOnce(Button) -> Button,
) -> AnyView {
    let label = text_signal(move || match submission.is_busy() {
        true => t_string!(form.sending),
        false => label(),
    });
    let button = Button::new(label)
        .id("send")
        .primary()
        .busy(bool_signal(move || submission.is_busy()));
    let cancel = move || {
        submission.cancel();
        // The Cancel button goes, so the focus moves to the one that stays.
        dom::focus("#send");
    };
    view! {
        {adjust(button).submit()}
        {show(
            move || submission.is_busy(),
            move || Button::new(t_signal!(sending.cancel)).on_press(cancel),
        )}
    }
    .into_any()
}
