//! What a form says about drafts: those of earlier visits, a browser that stores none, and when the last one was
//! stored.

use crate::forms::common::drafts::{DraftOffer, Drafts};
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
    let DraftOffer { key, at, label } = offer;
    let clock = use_clock();
    let is_unreadable = RwSignal::new(false);
    let message = text_signal(move || match is_unreadable.get() {
        true => t_string!(draft.unreadable).to_owned(),
        false => t_string!(draft.offer, when = words().relative(at, clock.now())),
    });
    // Several drafts may be offered: a screen reader hears which one this button discards.
    let discard_name = {
        let label = label.clone();
        text_signal(move || match label.is_empty() {
            true => t_string!(draft.discard_of, about = words().absolute(at, false)),
            false => t_string!(draft.discard_of, about = label),
        })
    };
    let label = (!label.is_empty()).then(|| view! { <span class="code">{label}</span> });
    let discarded_key = key.clone();
    let restore = move || match drafts.restore(&key) {
        true => {
            drafts.withdraw_offer(&key);
            dom::focus("#heading");
        }
        false => is_unreadable.set(true),
    };
    let discard = move || {
        drafts.delete(&discarded_key);
        dom::focus("#heading");
    };
    view! {
        <div class="notice" data-kind="info" role="status">
            <p class="notice-body" title=text_signal(move || words().absolute(at, false))>
                {message}
                " "
                {label}
            </p>
            <div class="notice-actions">
                {Button::new(t_signal!(draft.take)).on_press(restore)}
                {Button::new(t_signal!(draft.discard)).name(discard_name).quiet().on_press(discard)}
            </div>
        </div>
    }
    .into_any()
}
