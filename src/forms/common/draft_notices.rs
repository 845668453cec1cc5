//! What a form says about drafts: those of earlier visits, a browser that stores none, and when the last one was
//! stored.

use crate::forms::common::drafts::{DraftOffer, Drafts, Restored};
use crate::forms::common::form_shell::keep_focus;
use crate::i18n::words;
use crate::platform::dom;
use crate::reactive::{dynamic, show, text_signal};
use crate::state::clock::use_clock;
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The drafts that can be restored, and a warning while none can be stored.
pub(crate) fn draft_notices(drafts: Drafts) -> AnyView {
    let offers = move || {
        let offers = drafts.offers().into_iter();
        offers
            .map(|offer| offer_notice(drafts, offer))
            .collect_view()
    };
    let refused = move || {
        view! {
            <div class="notice" data-kind="warning" role="status">
                {icon::icon(icon::WARNING)}
                <p class="notice-body">{t_signal!(draft.refused)}</p>
            </div>
        }
        .into_any()
    };
    view! {
        {dynamic(offers)}
        {show(move || drafts.is_storage_refused(), refused)}
    }
    .into_any()
}

/// Says when the draft was stored last.
pub(crate) fn draft_age(drafts: Drafts) -> AnyView {
    let clock = use_clock();
    let age = text_signal(move || match drafts.saved_at() {
        // The clock may have ticked last before the draft was stored.
        Some(at) => t_string!(
            draft.saved,
            when = words().relative(at, clock.now().max(at))
        ),
        None => String::new(),
    });
    view! { <span class="draft-age quiet">{age}</span> }.into_any()
}

fn offer_notice(drafts: Drafts, offer: DraftOffer) -> AnyView {
    let DraftOffer {
        at,
        label,
        is_readable,
        ..
    } = offer.clone();
    let clock = use_clock();
    // Why it cannot be restored.
    let trouble = RwSignal::new((!is_readable).then_some(Restored::Unreadable));
    let message = text_signal(move || match trouble.get() {
        Some(Restored::Gone) => t_string!(draft.gone).to_owned(),
        Some(_) => t_string!(draft.unreadable).to_owned(),
        None => t_string!(draft.offer, when = words().relative(at, clock.now())),
    });
    let title = text_signal(move || match at {
        0 => String::new(),
        at => words().absolute(at, false),
    });
    let label = (!label.is_empty()).then(|| view! { <span class="code">{label}</span> });
    view! {
        <div class="notice" data-kind="info" role="status">
            <p class="notice-body" title=title>
                {message}
                " "
                {label}
            </p>
            <div class="notice-actions">
                {dynamic(move || offer_buttons(drafts, &offer, trouble))}
            </div>
        </div>
    }
    .into_any()
}

/// The buttons of an offer. One that can do nothing any more is not there.
fn offer_buttons(
    drafts: Drafts,
    offer: &DraftOffer,
    trouble: RwSignal<Option<Restored>>,
) -> AnyView {
    let reason = trouble.get();
    let taken = offer.clone();
    let restore = move || match drafts.restore(&taken) {
        Restored::Done => {
            dom::focus("#heading");
        }
        reason => {
            trouble.set(Some(reason));
            keep_focus();
        }
    };
    let take = reason
        .is_none()
        .then(|| Button::new(t_signal!(draft.take)).on_press(restore));
    let key = offer.key.clone();
    let put_away = match reason {
        Some(Restored::Gone) => Button::new(t_signal!(undo.keep)),
        _ => Button::new(t_signal!(draft.discard)).name(discard_name(offer)),
    };
    let put_away = put_away.quiet().on_press(move || {
        drafts.delete(&key);
        dom::focus("#heading");
    });
    view! {
        {take}
        {put_away}
    }
    .into_any()
}

/// Several drafts may be offered: a screen reader hears which one the button discards.
fn discard_name(offer: &DraftOffer) -> Signal<String> {
    let (at, label) = (offer.at, offer.label.clone());
    text_signal(move || match (at, label.is_empty()) {
        (0, _) => t_string!(draft.discard).to_owned(),
        (_, true) => t_string!(draft.discard_of, about = words().absolute(at, false)),
        (_, false) => t_string!(draft.discard_of, about = label),
    })
}
