//! Sends a form's request: once for each press, and never again by itself. The user can cancel it. When no
//! answer comes, the request may have been carried out anyway, so the form asks the API.

use crate::client::Error;
use crate::forms::common::form_state::{FormState, scroll_to_notice};
use crate::platform::page;
use futures_util::TryFutureExt;
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// The API's state after a request that got no answer.
pub(crate) enum Verification<T> {
    /// It was carried out, with this result.
    Done(T),
    /// It was not carried out so far.
    NotDone,
    /// The API holds something else than what was sent.
    Different,
    /// The API offers no way to find out.
    Unsupported,
}

impl<T> Verification<T> {
    fn map<U>(self, map: impl FnOnce(T) -> U) -> Verification<U> {
        match self {
            Self::Done(answer) => Verification::Done(map(answer)),
            Self::NotDone => Verification::NotDone,
            Self::Different => Verification::Different,
            Self::Unsupported => Verification::Unsupported,
        }
    }
}

/// The form's knowledge of a request without an answer.
#[derive(Clone, PartialEq)]
pub(crate) enum SubmissionCheck {
    Checking,
    NotDone,
    Different,
    Unsupported,
    /// The check itself failed.
    Failed(Error),
}

/// A request that may have been carried out.
#[derive(Clone, PartialEq)]
pub(crate) struct UnknownOutcome {
    /// Why there is no answer; `None` if the user cancelled the request.
    pub(crate) error: Option<Error>,
    pub(crate) check: SubmissionCheck,
}

type Verify<T> = Rc<dyn Fn() -> LocalBoxFuture<'static, Result<Verification<T>, Error>>>;

/// A request to send.
pub(crate) struct SubmissionRequest<T> {
    pub(crate) call: LocalBoxFuture<'static, Result<T, Error>>,
    /// Becomes true when the write itself is sent. Until then the API cannot have carried it out.
    pub(crate) was_sent: Rc<Cell<bool>>,
    /// Asks the API if the request was carried out.
    pub(crate) verify: Verify<T>,
    /// The number of rows in the request: field errors are matched against them.
    pub(crate) row_count: usize,
    /// Runs with the answer.
    pub(crate) done: Rc<dyn Fn(T)>,
}

/// Runs `done` with an answer that has come.
type Completion = Box<dyn FnOnce()>;

/// A request without the type of its answer, so that sending is compiled once for all forms.
struct ErasedRequest {
    call: LocalBoxFuture<'static, Result<Completion, Error>>,
    was_sent: Rc<Cell<bool>>,
    verify: Verify<Completion>,
    row_count: usize,
}

impl<T: 'static> SubmissionRequest<T> {
    fn erase(self) -> ErasedRequest {
        let Self { verify, done, .. } = self;
        let complete = move |answer: T| -> Completion {
            let done = done.clone();
            Box::new(move || done(answer))
        };
        ErasedRequest {
            call: Box::pin(self.call.map_ok(complete.clone())),
            was_sent: self.was_sent,
            verify: Rc::new(move || {
                let complete = complete.clone();
                Box::pin(verify().map_ok(move |found| found.map(complete)))
            }),
            row_count: self.row_count,
        }
    }
}

/// The request of one form that is under way. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct Submission {
    state: FormState,
    is_busy: RwSignal<bool>,
    unknown_outcome: RwSignal<Option<UnknownOutcome>>,
    was_cancelled_unsent: RwSignal<bool>,
    abort: StoredValue<Option<AbortHandle>>,
    verify: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Submission {
    /// Starts with no request. A request that is under way is cancelled when the form goes.
    pub(crate) fn new(state: FormState) -> Self {
        let submission = Self {
            state,
            is_busy: RwSignal::new(false),
            unknown_outcome: RwSignal::new(None),
            was_cancelled_unsent: RwSignal::new(false),
            abort: StoredValue::new(None),
            verify: StoredValue::new_local(None),
        };
        on_cleanup(move || submission.cancel());
        submission
    }

    /// Returns true while a request is under way, tracked.
    pub(crate) fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Returns true while a request is under way, untracked.
    pub(crate) fn is_busy_untracked(self) -> bool {
        self.is_busy.get_untracked()
    }

    /// Returns true if a request may be sent: none is under way, and the form has no problem. If it has,
    /// its problems are shown.
    pub(crate) fn may_send(self) -> bool {
        !self.is_busy_untracked() && self.state.submit()
    }

    /// Returns what is known of a request that got no answer, tracked.
    pub(crate) fn unknown_outcome(self) -> Option<UnknownOutcome> {
        self.unknown_outcome.get()
    }

    /// Returns true after a request was cancelled before the write was sent, tracked.
    pub(crate) fn was_cancelled_unsent(self) -> bool {
        self.was_cancelled_unsent.get()
    }

    /// Stops waiting for the answer.
    pub(crate) fn cancel(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
    }

    /// Sends a request and handles its answer. Does nothing while another one is under way.
    pub(crate) fn send<T: 'static>(self, request: SubmissionRequest<T>) {
        self.send_erased(request.erase());
    }

    fn send_erased(self, request: ErasedRequest) {
        if self.is_busy_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.unknown_outcome.set(None);
        self.was_cancelled_unsent.set(false);
        let ErasedRequest {
            call,
            was_sent,
            verify,
            row_count,
        } = request;
        let (call, handle) = abortable(call);
        self.abort.set_value(Some(handle));
        // Without any network, nothing can have arrived.
        let is_offline = page::is_offline();
        leptos::task::spawn_local(async move {
            let answer = call.await;
            if self.is_busy.try_set(false).is_some() {
                return; // The form is gone. The API may have the request.
            }
            let may_be_done = was_sent.get() && !is_offline;
            match answer {
                Ok(Ok(complete)) => complete(),
                Ok(Err(error)) if may_be_done && error.is_doubtful() => {
                    self.verify_outcome(Some(error), verify);
                }
                Ok(Err(error)) => self.state.show_error(error, row_count),
                Err(_) if may_be_done => self.verify_outcome(None, verify),
                Err(_) => self.was_cancelled_unsent.set(true),
            }
        });
    }

    /// Asks the API if the request was carried out, and remembers how to ask, so that the user can ask again.
    fn verify_outcome(self, error: Option<Error>, verify: Verify<Completion>) {
        let run = Rc::new(move || {
            let error = error.clone();
            self.unknown_outcome.set(Some(UnknownOutcome {
                error: error.clone(),
                check: SubmissionCheck::Checking,
            }));
            scroll_to_notice();
            let verify = verify.clone();
            leptos::task::spawn_local(async move {
                let check = match verify().await {
                    Ok(Verification::Done(complete)) => {
                        if self.unknown_outcome.try_set(None).is_none() {
                            complete();
                        }
                        return;
                    }
                    Ok(Verification::NotDone) => SubmissionCheck::NotDone,
                    Ok(Verification::Different) => SubmissionCheck::Different,
                    Ok(Verification::Unsupported) => SubmissionCheck::Unsupported,
                    Err(error) => SubmissionCheck::Failed(error),
                };
                let outcome = UnknownOutcome { error, check };
                let _ = self.unknown_outcome.try_set(Some(outcome));
            });
        });
        run();
        self.verify.set_value(Some(run));
    }

    /// Asks the API again if the request was carried out.
    pub(crate) fn verify_again(self) {
        if let Some(verify) = self.verify.get_value() {
            verify();
        }
    }
}
