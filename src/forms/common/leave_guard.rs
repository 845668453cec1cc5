//! The question before a page with unsent changes is left.

use crate::forms::common::drafts::Drafts;
use crate::reactive::{effect, show};
use crate::routing::navigation::use_navigation;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use leptos::prelude::*;

/// Asks before the page is left while `has_unsent` is true. The user stays, or leaves and keeps the draft,
/// or leaves and discards it.
pub(crate) fn leave_guard(drafts: Drafts, has_unsent: Signal<bool>) -> AnyView {
    let navigation = use_navigation();
    let is_unkept = Signal::derive(move || drafts.is_storage_refused());
    let departure = navigation.guard(has_unsent, is_unkept);
    let open = RwSignal::new(false);
    effect(move || open.set(departure.with(Option::is_some)));
    effect(move || {
        // Escape and "Stay" close the dialog.
        if !open.get() && departure.with_untracked(Option::is_some) {
            departure.set(None);
        }
    });
    let leave = move |keeps_draft: bool| {
        let Some(destination) = departure.get_untracked() else {
            return;
        };
        match keeps_draft {
            true => drafts.save(),
            false => drafts.finish(),
        }
        open.set(false);
        departure.set(None);
        navigation.depart(&destination);
    };
    let dialog = move || {
        view! {
            <Dialog open=open title=t_signal!(leave.title)>
                <p>{t_signal!(leave.text)}</p>
                <div class="form-actions">
                    {Button::new(t_signal!(leave.stay)).primary().on_press(move || open.set(false))}
                    {Button::new(t_signal!(leave.keep)).on_press(move || leave(true))}
                    {Button::new(t_signal!(leave.discard)).danger().on_press(move || leave(false))}
                </div>
            </Dialog>
        }
        .into_any()
    };
    show(move || open.get(), dialog).into_any()
}
