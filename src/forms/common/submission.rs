//! One request for one press: it is under way, can be cancelled, and is never sent again by itself.
//! Where no answer came, the form says that it may have happened, and looks.

use crate::client::Error;
use crate::forms::common::form_state::{FormState, scroll_to_notice};
use crate::i18n::api_words::{api_words, error_words};
use crate::platform::{dom, page};
use crate::reactive::{bool_signal, dynamic, show, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// What is known of a request of which no answer came.
#[derive(Clone, PartialEq)]
enum SubmissionCheck {
    Looking,
    /// The API does not have what was sent.
    Nothing,
    /// It has something else in its place.
    Other,
    /// It offers no way to see.
    CannotTell,
    Failed(Error),
}

/// A request that may have been carried out: why that is not known (`None`: it was cancelled), and
/// what was found.
#[derive(Clone, PartialEq)]
struct UnknownOutcome {
    why: Option<Error>,
    found: SubmissionCheck,
}

/// What looking for a request's effect found.
pub enum Verification<T> {
    /// It was carried out; this is what it made.
    Done(T),
    Nothing,
    Other,
    CannotTell,
}

/// A request that is about to be sent.
pub struct SubmissionRequest<T> {
    pub call: LocalBoxFuture<'static, Result<T, Error>>,
    /// Set once the write itself is on its way: before that, nothing can have happened.
    pub sent: Rc<Cell<bool>>,
    /// Looks whether it was carried out.
    pub look: Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Verification<T>, Error>>>,
    /// How many rows it has.
    pub rows: usize,
    /// What to do with the answer.
    pub done: Rc<dyn Fn(T)>,
}

/// The sending of one form. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct Submission {
    form: FormState,
    busy: RwSignal<bool>,
    doubt: RwSignal<Option<UnknownOutcome>>,
    /// It was cancelled before anything was sent.
    unsent: RwSignal<bool>,
    abort: StoredValue<Option<AbortHandle>>,
    look: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Submission {
    /// Nothing is under way.
    pub fn new(form: FormState) -> Self {
        let sending = Self {
            form,
            busy: RwSignal::new(false),
            doubt: RwSignal::new(None),
            unsent: RwSignal::new(false),
            abort: StoredValue::new(None),
            look: StoredValue::new_local(None),
        };
        on_cleanup(move || sending.cancel());
        sending
    }

    /// Whether a request is under way, tracked.
    pub fn is_busy(self) -> bool {
        self.busy.get()
    }

    /// Whether a request is under way now.
    pub fn is_busy_now(self) -> bool {
        self.busy.get_untracked()
    }

    /// Whether a request may be sent now: none is under way, and nothing is wrong with the draft (what
    /// is, is shown then).
    pub fn may_send(self) -> bool {
        !self.busy.get_untracked() && self.form.submit()
    }

    /// Forgets what was said of the last request.
    pub fn forget(self) {
        self.doubt.set(None);
        self.unsent.set(false);
    }

    /// Gives up waiting for the answer.
    pub fn cancel(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
    }

    /// Sends, and waits for the answer.
    pub fn send<T: 'static>(self, request: SubmissionRequest<T>) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.forget();
        let SubmissionRequest {
            call,
            sent,
            look,
            rows,
            done,
        } = request;
        let (run, handle) = abortable(call);
        self.abort.set_value(Some(handle));
        // With no network at all, nothing can have arrived.
        let offline = page::is_offline();
        leptos::task::spawn_local(async move {
            let answer = run.await;
            if self.busy.try_set(false).is_some() {
                return; // The form has gone; the API has the request all the same.
            }
            let happened = sent.get() && !offline;
            match answer {
                Ok(Ok(answer)) => done(answer),
                Ok(Err(error)) if happened && error.is_doubtful() => {
                    self.doubtful(Some(error), look, done);
                }
                Ok(Err(error)) => self.form.show_error(error, rows),
                Err(_) if happened => self.doubtful(None, look, done),
                Err(_) => self.unsent.set(true),
            }
        });
    }

    fn doubtful<T: 'static>(
        self,
        why: Option<Error>,
        look: Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Verification<T>, Error>>>,
        done: Rc<dyn Fn(T)>,
    ) {
        let again = Rc::new(move || {
            let found = |found| UnknownOutcome {
                why: why.clone(),
                found,
            };
            self.doubt.set(Some(found(SubmissionCheck::Looking)));
            scroll_to_notice();
            let (look, done, why) = (look.clone(), done.clone(), why.clone());
            leptos::task::spawn_local(async move {
                let found = match look().await {
                    Ok(Verification::Done(answer)) => {
                        if self.doubt.try_set(None).is_none() {
                            done(answer);
                        }
                        return;
                    }
                    Ok(Verification::Nothing) => SubmissionCheck::Nothing,
                    Ok(Verification::Other) => SubmissionCheck::Other,
                    Ok(Verification::CannotTell) => SubmissionCheck::CannotTell,
                    Err(error) => SubmissionCheck::Failed(error),
                };
                let _ = self.doubt.try_set(Some(UnknownOutcome { why, found }));
            });
        });
        again();
        self.look.set_value(Some(again));
    }

    /// Says what is known of a request of which no answer came. `what` was being done; `other` leads to
    /// what stands in its place, if there is something.
    pub fn notice(self, what: Signal<String>, other: Signal<String>) -> AnyView {
        dynamic(move || match self.doubt.get() {
            Some(doubt) => self.doubt_notice(doubt, what, other),
            None if self.unsent.get() => view! {
                <div class="notice" data-kind="info" role="status">
                    <p class="notice-body">{t_signal!(sending.unsent)}</p>
                </div>
            }
            .into_any(),
            None => ().into_any(),
        })
        .into_any()
    }

    fn doubt_notice(
        self,
        doubt: UnknownOutcome,
        what: Signal<String>,
        other: Signal<String>,
    ) -> AnyView {
        let UnknownOutcome { why, found } = doubt;
        let looking = found == SubmissionCheck::Looking;
        let said = why.as_ref().map(api_words).unwrap_or_default();
        let first = text_signal(move || match &why {
            Some(error) => {
                let failed = t_string!(error.failed, what = what.get());
                format!(
                    "{failed}: {} {}",
                    error_words(error),
                    t_string!(sending.in_doubt)
                )
            }
            None => t_string!(sending.cancelled).to_owned(),
        });
        let at_other = found == SubmissionCheck::Other;
        let then = text_signal(move || match &found {
            SubmissionCheck::Looking => t_string!(sending.looking).to_owned(),
            SubmissionCheck::Nothing => t_string!(sending.nothing).to_owned(),
            SubmissionCheck::Other => t_string!(sending.other).to_owned(),
            SubmissionCheck::CannotTell => t_string!(sending.cannot_tell).to_owned(),
            SubmissionCheck::Failed(error) => {
                t_string!(sending.look_failed, why = error_words(error))
            }
        });
        view! {
            <div class="notice" data-kind="warning" role="alert" tabindex="-1">
                {icon::icon(icon::WARNING)}
                <div class="notice-body">
                    <p class="notice-title">{first}</p>
                    <p>{then}</p>
                    {(!said.is_empty()).then(|| view! { <p class="notice-said">{said}</p> })}
                </div>
                <div class="notice-actions">
                    {at_other.then(|| Button::new(t_signal!(sending.see_other)).link(other))}
                    {Button::new(t_signal!(sending.look_again))
                        .busy(Signal::stored(looking))
                        .on_press(move || {
                            if let Some(look) = self.look.get_value() {
                                look();
                            }
                        })}
                </div>
            </div>
        }
        .into_any()
    }

    /// The button that sends, and beside it, while it is under way, the one that cancels.
    pub fn buttons(
        self,
        label: fn() -> &'static str,
        id: &'static str,
        dress: impl FnOnce(Button) -> Button,
    ) -> AnyView {
        let label = text_signal(move || match self.is_busy() {
            true => t_string!(form.sending),
            false => label(),
        });
        let button = Button::new(label)
            .id(id)
            .primary()
            .busy(bool_signal(move || self.is_busy()));
        let cancel = move || {
            self.cancel();
            // This button goes; the one that was pressed before it stays.
            dom::focus(&format!("#{id}"));
        };
        view! {
            {dress(button).submit()}
            {show(
                move || self.is_busy(),
                move || Button::new(t_signal!(sending.cancel)).on_press(cancel),
            )}
        }
        .into_any()
    }
}
