//! Drafts: what the user typed, stored in this browser until it is sent or discarded.

use crate::api::url::encode;
use crate::forms::common::form_shell::keep_focus;
use crate::forms::common::undoable::Document;
use crate::platform::page;
use crate::platform::page::now_millis;
use crate::platform::storage::{Keep, store, stored, stored_keys};
use crate::platform::timer::timer_millis;
use crate::reactive::effect;
use crate::t_string;
use gloo_timers::callback::Timeout;
use leptos::ev;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// The time without edits after which a draft is stored.
const DRAFT_DEBOUNCE: Duration = Duration::from_millis(250);

/// A draft in the browser's storage.
#[derive(Serialize, Deserialize)]
struct StoredDraft {
    /// The time of the last change: Unix milliseconds by this machine's clock.
    at: i64,
    #[serde(rename = "about")]
    label: String,
    /// The content as JSON, without passwords and tokens.
    draft: String,
}

/// A stored draft that the form offers to restore.
#[derive(Clone, PartialEq)]
pub(crate) struct DraftOffer {
    pub(crate) key: String,
    /// Unix milliseconds; 0 if the draft cannot be read.
    pub(crate) at: i64,
    /// Tells the draft from others; may be empty.
    pub(crate) label: String,
    /// False if it is not a draft of this form as it is now, such as one of another version of the console.
    pub(crate) is_readable: bool,
}

/// The result of restoring a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Restored {
    Done,
    /// It was sent, restored or discarded in another tab.
    Gone,
    Unreadable,
}

/// The drafts of one form at one API and namespace. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct Drafts {
    document: Document,
    is_dirty: Signal<bool>,
    slot: StoredValue<DraftSlot>,
    offers: RwSignal<Vec<DraftOffer>>,
    is_storage_refused: RwSignal<bool>,
    saved_at: RwSignal<Option<i64>>,
    debounce: StoredValue<Option<Timeout>, LocalStorage>,
}

/// The storage key of the form that is open.
struct DraftSlot {
    key_prefix: String,
    key: String,
    /// Nothing is stored any more.
    is_finished: bool,
}

/// The form that drafts belong to.
pub(crate) struct DraftScope<'a> {
    pub(crate) form: &'a str,
    pub(crate) address: &'a str,
    pub(crate) namespace: &'a str,
    /// The repository; empty for a new one.
    pub(crate) name: &'a str,
}

impl DraftScope<'_> {
    fn key_prefix(&self) -> String {
        format!(
            "draft/{}/{}/{}/{}/",
            self.form,
            encode(self.address),
            encode(self.namespace),
            encode(self.name)
        )
    }
}

impl Drafts {
    /// Stores a draft of the document while it is dirty, and finds the drafts of earlier visits.
    pub(crate) fn keep(scope: &DraftScope, document: Document, is_dirty: Signal<bool>) -> Self {
        let key_prefix = scope.key_prefix();
        let drafts = Self {
            document,
            is_dirty,
            offers: RwSignal::new(stored_offers(&key_prefix, document)),
            slot: StoredValue::new(DraftSlot {
                key: unique_key(&key_prefix),
                key_prefix,
                is_finished: false,
            }),
            is_storage_refused: RwSignal::new(false),
            saved_at: RwSignal::new(None),
            debounce: StoredValue::new_local(None),
        };
        effect(move || {
            document.content().track_all();
            let delay = timer_millis(DRAFT_DEBOUNCE);
            let timeout = Timeout::new(delay, move || drafts.save());
            // This drops the timeout before it, which cancels it.
            drafts.debounce.set_value(Some(timeout));
        });
        // The event bubbles from the document to the window.
        let hidden = window_event_listener(ev::visibilitychange, move |_| {
            if page::is_hidden() {
                drafts.save();
            }
        });
        let leaving = window_event_listener(ev::pagehide, move |_| drafts.save());
        let stored = window_event_listener(ev::storage, move |_| drafts.refresh_offers());
        on_cleanup(move || {
            hidden.remove();
            stored.remove();
            leaving.remove();
            drafts.debounce.try_update_value(Option::take);
        });
        drafts
    }

    /// Stores what the form holds now. Removes the draft if nothing is edited.
    pub(crate) fn save(self) {
        let key = |slot: &DraftSlot| (!slot.is_finished).then(|| slot.key.clone());
        let key = self.slot.try_with_value(key).flatten();
        let (Some(key), Some(is_dirty)) = (key, self.is_dirty.try_get_untracked()) else {
            return;
        };
        let text = is_dirty.then(|| {
            let content = self.document.content();
            serde_json::to_string(&StoredDraft {
                at: now_millis(),
                label: content.label(),
                draft: content.json_without_secrets(),
            })
            .unwrap_or_default()
        });
        let is_stored = store(Keep::Device, &key, text.as_deref());
        let is_refused = !is_stored && text.is_some();
        let saved_at = (is_stored && text.is_some()).then(now_millis);
        self.saved_at.try_set(saved_at);
        if self.is_storage_refused.try_get_untracked() == Some(!is_refused) {
            self.is_storage_refused.set(is_refused);
        }
    }

    /// Removes the draft of a form that was sent, or whose changes were thrown away, and stores no more.
    pub(crate) fn finish(self) {
        self.slot.update_value(|slot| {
            store(Keep::Device, &slot.key, None);
            slot.is_finished = true;
        });
        self.saved_at.try_set(None);
    }

    /// Stores drafts again after `finish`, under a new key.
    pub(crate) fn start_over(self) {
        self.slot.update_value(|slot| {
            slot.key = unique_key(&slot.key_prefix);
            slot.is_finished = false;
        });
    }

    /// Replaces the content by what Discard goes back to; the user can undo it.
    pub(crate) fn discard_changes(self) {
        let unedited = self.document.content().unedited_json();
        let message = || t_string!(undo.discarded).to_owned();
        self.document.replace(&unedited, Arc::new(message));
        self.save();
    }

    /// Puts a stored draft into the form. It moves to a key of its own, since the tab that it comes from may still
    /// store it. If this is undone, it is stored and offered again.
    pub(crate) fn restore(self, offer: &DraftOffer) -> Restored {
        let key = offer.key.clone();
        let Some(text) = stored(Keep::Device, &key) else {
            return Restored::Gone;
        };
        let Some(stored) = parse(&text) else {
            return Restored::Unreadable;
        };
        self.save();
        let own_key = self.slot.with_value(|slot| slot.key.clone());
        let undone = {
            let (offer, own_key, key) = (offer.clone(), own_key.clone(), key.clone());
            move || {
                self.slot.update_value(|slot| {
                    store(Keep::Device, &slot.key, None);
                    slot.key.clone_from(&own_key);
                });
                store(Keep::Device, &key, Some(&text));
                self.offers.update(|offers| offers.push(offer.clone()));
                self.save();
            }
        };
        let message = || t_string!(draft.taken).to_owned();
        let is_restored =
            self.document
                .replace_with(&stored.draft, Arc::new(message), Arc::new(undone));
        if !is_restored {
            return Restored::Unreadable;
        }
        self.slot
            .update_value(|slot| slot.key = unique_key(&slot.key_prefix));
        self.save();
        if !self.is_storage_refused.get_untracked() {
            store(Keep::Device, &key, None);
        }
        self.withdraw_offer(&key);
        Restored::Done
    }

    /// Brings the offers up to date after another tab has stored something: what it has removed is offered no more. A
    /// draft that another tab has begun is not offered, as it is still being written there.
    fn refresh_offers(self) {
        let Some(before) = self.offers.try_get_untracked() else {
            return;
        };
        let offers: Vec<DraftOffer> = before
            .iter()
            .filter_map(|offer| stored_offer(offer.key.clone(), self.document))
            .collect();
        if offers != before {
            self.offers.set(offers);
            keep_focus();
        }
    }

    /// Returns the drafts of earlier visits, newest first, tracked.
    pub(crate) fn offers(self) -> Vec<DraftOffer> {
        self.offers.get()
    }

    /// Removes the offer. The draft stays stored.
    pub(crate) fn withdraw_offer(self, key: &str) {
        self.offers
            .update(|offers| offers.retain(|offer| offer.key != key));
    }

    /// Removes a stored draft, and offers it no more.
    pub(crate) fn delete(self, key: &str) {
        store(Keep::Device, key, None);
        self.withdraw_offer(key);
    }

    /// Returns when the draft was stored last (Unix milliseconds by this machine's clock); `None` while none is
    /// stored. Tracked.
    pub(crate) fn saved_at(self) -> Option<i64> {
        self.saved_at.get()
    }

    /// Returns true while the browser refuses to store the draft (its storage is full or blocked),
    /// tracked.
    pub(crate) fn is_storage_refused(self) -> bool {
        self.is_storage_refused.get()
    }
}

fn stored_offers(key_prefix: &str, document: Document) -> Vec<DraftOffer> {
    let keys = stored_keys(Keep::Device, key_prefix).into_iter();
    let mut offers: Vec<DraftOffer> = keys.filter_map(|key| stored_offer(key, document)).collect();
    offers.sort_by_key(|offer| -offer.at);
    offers
}

/// The offer of the draft that is stored under this key; `None` if there is none.
fn stored_offer(key: String, document: Document) -> Option<DraftOffer> {
    let text = stored(Keep::Device, &key)?;
    Some(match parse(&text) {
        Some(StoredDraft { at, label, draft }) => DraftOffer {
            key,
            at,
            label,
            is_readable: document.content().can_read(&draft),
        },
        None => DraftOffer {
            key,
            at: 0,
            label: String::new(),
            is_readable: false,
        },
    })
}

fn parse(text: &str) -> Option<StoredDraft> {
    serde_json::from_str(text).ok()
}

/// Makes a key that no other form has, in this tab or another.
fn unique_key(key_prefix: &str) -> String {
    let random = (js_sys::Math::random() * 65_536.0) as u32;
    format!("{key_prefix}{:x}-{random:x}", now_millis())
}
