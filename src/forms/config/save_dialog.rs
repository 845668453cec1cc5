//! The dialog that shows all changes before they are saved.

use crate::forms::common::submission::Submission;
use crate::forms::config::changes_view::review_view;
use crate::forms::model::changes::Review;
use crate::platform::dom;
use crate::reactive::{bool_signal, show, text_signal};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Shows the changes and runs `save` once the user confirms them. The removal of rows needs a tick first.
/// `is_known` is false while nothing is known of the config that the changes replace.
pub(crate) fn review_dialog(
    review: Review,
    open: RwSignal<bool>,
    is_known: Signal<bool>,
    submission: Submission,
    save: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let is_agreed = RwSignal::new(false);
    let is_agreement_missing = RwSignal::new(false);
    let removes = !review.removed.is_empty();
    let confirm = move || {
        if removes && !is_agreed.get_untracked() {
            is_agreement_missing.set(true);
            dom::focus("#agree");
            return;
        }
        save();
    };
    let unknown = move || notice("warning", t_signal!(review.unknown)).into_any();
    let label = text_signal(move || match (submission.is_busy(), removes) {
        (true, _) => t_string!(form.sending),
        (false, true) => t_string!(review.save_and_remove),
        (false, false) => t_string!(review.save),
    });
    let is_busy = bool_signal(move || submission.is_busy());
    let back_label = text_signal(move || match submission.is_busy() {
        true => t_string!(sending.cancel),
        false => t_string!(review.back),
    });
    let go_back = move || match submission.is_busy_untracked() {
        true => submission.cancel(),
        false => open.set(false),
    };
    let button = match removes {
        true => Button::new(label).danger(),
        false => Button::new(label).primary(),
    };
    view! {
        <Dialog open=open title=t_signal!(review.title) wide=true>
            {show(move || !is_known.get(), unknown)}
            {review_view(review, is_agreed, is_agreement_missing)}
            <div class="form-actions">
                {button.busy(is_busy).on_press(confirm)} {Button::new(back_label).on_press(go_back)}
            </div>
        </Dialog>
    }
    .into_any()
}
