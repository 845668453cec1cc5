//! What a form holds, as one text that can be kept, brought back and exchanged for another; drafts in
//! this browser; and the question before they are left.

use crate::api::url::encode;
use crate::forms::common::undoable::Document;
use crate::i18n::words;
use crate::platform::page::now_millis;
use crate::platform::storage::{Keep, store, stored, stored_keys};
use crate::platform::{dom, page};
use crate::reactive::{dynamic, effect, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::state::clock::use_clock;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::icon;
use crate::{t_signal, t_string};
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How long after the last key a draft is kept, in milliseconds.
const PAUSE: u32 = 250;

/// A draft as it is kept.
#[derive(Serialize, Deserialize)]
struct StoredDraft {
    /// Unix milliseconds by this machine's clock.
    at: i64,
    /// By what the user knows it from others.
    about: String,
    draft: String,
}

/// A draft that is offered back.
#[derive(Clone, PartialEq)]
struct Offer {
    key: String,
    at: i64,
    about: String,
}

/// The drafts of one form at one API and namespace. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct Drafts {
    inner: StoredValue<DraftsInner>,
    offers: RwSignal<Vec<Offer>>,
    /// The browser refuses to keep anything.
    refused: RwSignal<bool>,
    timer: StoredValue<Option<Timeout>, LocalStorage>,
}

struct DraftsInner {
    document: Document,
    /// What is kept of it.
    text: Arc<dyn Fn() -> String + Send + Sync>,
    about: Arc<dyn Fn() -> String + Send + Sync>,
    dirty: Signal<bool>,
    start: String,
    /// This form's own draft.
    key: String,
    finished: bool,
}

/// Which form it is, and where.
pub struct DraftScope<'a> {
    pub form: &'a str,
    pub address: &'a str,
    pub namespace: &'a str,
    /// The repository; empty for a new one.
    pub name: &'a str,
}

impl Drafts {
    /// Keeps drafts of the document while it is dirty: `text`, which has no secret in it. `touched`
    /// reads the signals that it is made of; `about` says in a word what is in it.
    pub fn keep(
        place: &DraftScope,
        document: Document,
        dirty: Signal<bool>,
        text: impl Fn() -> String + Send + Sync + 'static,
        touched: impl Fn() + 'static,
        about: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        let start = format!(
            "draft/{}/{}/{}/{}/",
            place.form,
            encode(place.address),
            encode(place.namespace),
            encode(place.name)
        );
        let mut offers: Vec<Offer> = stored_keys(Keep::Device, &start)
            .into_iter()
            .map(|key| {
                let kept = read_kept(&key);
                let (at, about) = kept.map_or((0, String::new()), |kept| (kept.at, kept.about));
                Offer { key, at, about }
            })
            .collect();
        offers.sort_by_key(|offer| -offer.at);
        let drafts = Self {
            inner: StoredValue::new(DraftsInner {
                document,
                text: Arc::new(text),
                about: Arc::new(about),
                dirty,
                key: own_key(&start),
                start,
                finished: false,
            }),
            offers: RwSignal::new(offers),
            refused: RwSignal::new(false),
            timer: StoredValue::new_local(None),
        };
        effect(move || {
            touched();
            let later = Timeout::new(PAUSE, move || drafts.save());
            // The one before is dropped, and with it its turn.
            drafts.timer.set_value(Some(later));
        });
        let hidden = document_listener(move || {
            if page::is_hidden() {
                drafts.save();
            }
        });
        let leaving = window_event_listener(ev::pagehide, move |_| drafts.save());
        on_cleanup(move || {
            hidden.remove();
            leaving.remove();
            drafts.timer.try_update_value(Option::take);
        });
        drafts
    }

    /// Keeps what the form holds now; an untouched form has no draft.
    pub fn save(self) {
        let Some(Some((key, text))) = self.inner.try_with_value(|inner| {
            let dirty = inner.dirty.try_get_untracked()?;
            let text = dirty.then(|| {
                serde_json::to_string(&StoredDraft {
                    at: now_millis(),
                    about: (inner.about)(),
                    draft: (inner.text)(),
                })
                .unwrap_or_default()
            });
            (!inner.finished).then(|| (inner.key.clone(), text))
        }) else {
            return;
        };
        let kept = store(Keep::Device, &key, text.as_deref());
        let refused = !kept && text.is_some();
        if self.refused.try_get_untracked() == Some(!refused) {
            self.refused.set(refused);
        }
    }

    /// The form was sent, or its changes were thrown away: its draft is gone.
    pub fn finish(self) {
        self.inner.update_value(|inner| {
            store(Keep::Device, &inner.key, None);
            inner.finished = true;
        });
    }

    /// The form goes on with new work after `finish`.
    pub fn begin_again(self) {
        self.inner.update_value(|inner| {
            inner.key = own_key(&inner.start);
            inner.finished = false;
        });
    }

    /// Throws away what was typed: the form holds `text` then. It can be taken back.
    pub fn discard(self, text: &str, said: impl Fn() -> String + Send + Sync + 'static) {
        let document = self.inner.with_value(|inner| inner.document.clone());
        document.exchange(text, said);
        self.save();
    }

    fn take_up(self, key: &str) -> bool {
        let Some(kept) = read_kept(key) else {
            return false;
        };
        self.save();
        let document = self.inner.with_value(|inner| inner.document.clone());
        // The draft goes on under its own key from here.
        let taken = document.exchange(&kept.draft, || t_string!(draft.taken).to_owned());
        if taken {
            let key = key.to_owned();
            self.inner.update_value(|inner| inner.key = key);
        }
        taken
    }

    /// The drafts that were not sent, each to be taken up or discarded.
    pub fn view(self) -> AnyView {
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
            {dynamic(move || {
                self.offers.get().into_iter().map(|offer| self.offer(offer)).collect_view()
            })}
            {show(move || self.refused.get(), refused)}
        }
        .into_any()
    }

    fn offer(self, offer: Offer) -> AnyView {
        let Offer { key, at, about } = offer;
        let clock = use_clock();
        let broken = RwSignal::new(false);
        let gone = move |key: &str| {
            self.offers
                .update(|offers| offers.retain(|offer| offer.key != key));
            dom::focus("#heading");
        };
        let said = text_signal(move || match broken.get() {
            true => t_string!(draft.unreadable).to_owned(),
            false => t_string!(draft.offer, when = words().relative(at, clock.now())),
        });
        let (take, discard) = (key.clone(), key);
        // Several drafts may be offered: a screen reader tells which one this button is of.
        let of = about.clone();
        let discard_name = text_signal(move || match of.is_empty() {
            true => t_string!(draft.discard_of, about = words().absolute(at, false)),
            false => t_string!(draft.discard_of, about = of),
        });
        let named = (!about.is_empty()).then(|| {
            view! { <span class="code">{about}</span> }
        });
        view! {
            <div class="notice" data-kind="info" role="status">
                <p class="notice-body" title=text_signal(move || words().absolute(at, false))>
                    {said}
                    " "
                    {named}
                </p>
                <div class="notice-actions">
                    {Button::new(t_signal!(draft.take))
                        .primary()
                        .on_press(move || {
                            match self.take_up(&take) {
                                true => gone(&take),
                                false => broken.set(true),
                            }
                        })}
                    {Button::new(t_signal!(draft.discard))
                        .name(discard_name)
                        .on_press(move || {
                            store(Keep::Device, &discard, None);
                            gone(&discard);
                        })}
                </div>
            </div>
        }
        .into_any()
    }

    /// Asks before the page is left while `wants` holds.
    pub fn ask_before_leaving(self, wants: Signal<bool>) -> AnyView {
        let navigation = use_navigation();
        let asked = navigation.guard(wants);
        let open = RwSignal::new(false);
        effect(move || open.set(asked.with(Option::is_some)));
        effect(move || {
            // Closed by Escape, or by 'Stay'.
            if !open.get() && asked.with_untracked(Option::is_some) {
                asked.set(None);
            }
        });
        let leave = move |keep: bool| {
            let Some(departure) = asked.get_untracked() else {
                return;
            };
            match keep {
                true => self.save(),
                false => self.finish(),
            }
            open.set(false);
            asked.set(None);
            navigation.depart(&departure);
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
}

fn read_kept(key: &str) -> Option<StoredDraft> {
    serde_json::from_str(&stored(Keep::Device, key)?).ok()
}

/// A key that no other form has, in this tab or another.
fn own_key(start: &str) -> String {
    let chance = (js_sys::Math::random() * 65_536.0) as u32;
    format!("{start}{:x}-{chance:x}", now_millis())
}

fn document_listener(changed: impl Fn() + 'static) -> leptos::prelude::WindowListenerHandle {
    // The event bubbles from the document to the window.
    window_event_listener(ev::visibilitychange, move |_| changed())
}
