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

/// The changes, to be agreed to before they are sent.
pub(crate) fn review_dialog(
    review: Review,
    open: RwSignal<bool>,
    is_known: Signal<bool>,
    sending: Submission,
    save: impl Fn() + Copy + Send + Sync + 'static,
) -> AnyView {
    let agreed = RwSignal::new(false);
    let asked = RwSignal::new(false);
    let removes = !review.removed.is_empty();
    let confirm = move || {
        if removes && !agreed.get_untracked() {
            asked.set(true);
            dom::focus("#agree");
            return;
        }
        save();
    };
    let unknown = move || notice("warning", t_signal!(review.unknown)).into_any();
    let label = text_signal(move || match (sending.is_busy(), removes) {
        (true, _) => t_string!(form.sending),
        (false, true) => t_string!(review.save_and_remove),
        (false, false) => t_string!(review.save),
    });
    let busy = bool_signal(move || sending.is_busy());
    let back = text_signal(move || match sending.is_busy() {
        true => t_string!(sending.cancel),
        false => t_string!(review.back),
    });
    let go_back = move || match sending.is_busy_now() {
        true => sending.cancel(),
        false => open.set(false),
    };
    let button = match removes {
        true => Button::new(label).danger(),
        false => Button::new(label).primary(),
    };
    view! {
        <Dialog open=open title=t_signal!(review.title) wide=true>
            {show(move || !is_known.get(), unknown)}
            {review_view(review, agreed, asked)}
            <div class="form-actions">
                {button.busy(busy).on_press(confirm)} {Button::new(back).on_press(go_back)}
            </div>
        </Dialog>
    }
    .into_any()
}
