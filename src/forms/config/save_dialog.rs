//! The dialog that shows all changes before they are saved.

use crate::forms::common::submission::Submission;
use crate::forms::config::changes_view::review_view;
use crate::forms::model::changes::Review;
use crate::platform::dom;
use crate::reactive::{flag, live, when};
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::notice::notice;
use crate::{tr, ts};
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
    let unknown = move || notice("warning", ts!(review.unknown)).into_any();
    let label = live(move || match (sending.is_busy(), removes) {
        (true, _) => tr!(form.sending),
        (false, true) => tr!(review.save_and_remove),
        (false, false) => tr!(review.save),
    });
    let busy = flag(move || sending.is_busy());
    let back = live(move || match sending.is_busy() {
        true => tr!(sending.cancel),
        false => tr!(review.back),
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
        <Dialog open=open title=ts!(review.title) wide=true>
            {when(move || !is_known.get(), unknown)}
            {review_view(review, agreed, asked)}
            <div class="form-actions">
                {button.busy(busy).on_press(confirm)} {Button::new(back).on_press(go_back)}
            </div>
        </Dialog>
    }
    .into_any()
}
