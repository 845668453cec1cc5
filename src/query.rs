//! Reading from the API for a page: what was read, whether it is being read again, what went wrong.

use crate::api::Error;
use crate::browser;
use crate::view::effect;
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos::prelude::*;
use std::rc::Rc;

/// What is known of something that the API holds. What was read stays while it is read again, and
/// when reading it again fails.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    pub data: Option<T>,
    /// Why the last read failed; `None` when it did not.
    pub error: Option<Error>,
    pub loading: bool,
}

impl<T> Default for Loaded<T> {
    fn default() -> Self {
        Self {
            data: None,
            error: None,
            loading: true,
        }
    }
}

/// A read that is repeated when what it asks for changes, when asked to, and by interval.
pub struct Query<T: Send + Sync + 'static> {
    pub state: RwSignal<Loaded<T>>,
    again: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Clone + Send + Sync + 'static> Query<T> {
    /// Reads again, now.
    pub fn refresh(self) {
        self.again.update(|count| *count += 1);
    }

    /// What was read, tracked.
    pub fn data(self) -> Option<T> {
        self.state.with(|state| state.data.clone())
    }

    /// Why the last read failed, tracked.
    pub fn error(self) -> Option<Error> {
        self.state.with(|state| state.error.clone())
    }

    /// Puts in what an action answered, until the next read.
    pub fn put(self, data: T) {
        self.state.update(|state| state.data = Some(data));
    }
}

/// The waits after failures that may pass, in milliseconds; the last one repeats.
const AFTER_FAILURE: [u32; 4] = [1_000, 2_000, 5_000, 15_000];

/// Starts a query. `ask` makes the call, or `None` while it cannot be made yet; it is asked anew when
/// a signal that it reads changes, and the call before is aborted. `next` says after how many
/// milliseconds to read again, by what is known then; `None` is never. After a failure that may pass
/// it is read again anyway. Nothing is asked while the page is hidden.
pub fn use_query<T: Clone + PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> Option<Call<T>> + 'static,
    next: impl Fn(&Loaded<T>) -> Option<u32> + 'static,
) -> Query<T> {
    start(Rc::new(ask), Rc::new(next))
}

/// A call that was made and is not answered yet.
pub type Call<T> = LocalBoxFuture<'static, Result<T, Error>>;

/// Compiled once for each `T`, not for each query.
fn start<T: Clone + PartialEq + Send + Sync + 'static>(
    ask: Rc<dyn Fn() -> Option<Call<T>>>,
    next: Rc<dyn Fn(&Loaded<T>) -> Option<u32>>,
) -> Query<T> {
    let query = Query {
        state: RwSignal::new(Loaded::default()),
        again: RwSignal::new(0),
    };
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    };
    effect(move || {
        query.again.track();
        stop();
        let Some(first) = ask() else { return };
        let (ask, next) = (ask.clone(), next.clone());
        let (run, handle) = abortable(async move {
            let mut call = Some(first);
            let mut failures = 0;
            loop {
                query.state.update(|state| state.loading = true);
                if let Some(call) = call.take() {
                    take(query, call.await);
                }
                let error = query.state.with_untracked(|state| state.error.clone());
                let wait = match error {
                    Some(error) if error.is_passing() => {
                        let wait = AFTER_FAILURE[failures.min(AFTER_FAILURE.len() - 1)];
                        failures += 1;
                        Some((f64::from(wait) * (0.75 + js_sys::Math::random() / 4.0)) as u32)
                    }
                    _ => {
                        failures = 0;
                        query.state.with_untracked(|state| next(state))
                    }
                };
                let Some(wait) = wait else { return };
                wait_seen(wait).await;
                call = untrack(|| ask());
            }
        });
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted is how it ends when the page goes.
            let _ = run.await;
        });
    });
    on_cleanup(stop);
    let online = window_event_listener(ev::online, move |_| query.refresh());
    on_cleanup(move || online.remove());
    query
}

fn take<T: PartialEq + Send + Sync + 'static>(query: Query<T>, result: Result<T, Error>) {
    query.state.update(|state| {
        state.loading = false;
        match result {
            Ok(data) => {
                state.error = None;
                state.data = Some(data);
            }
            Err(error) => state.error = Some(error),
        }
    });
}

/// Waits this long, and then on until the page can be seen.
async fn wait_seen(millis: u32) {
    const STEP: u32 = 250;
    let mut left = millis;
    while left > 0 || browser::is_hidden() {
        let step = if left == 0 { STEP } else { left.min(STEP) };
        TimeoutFuture::new(step).await;
        left = left.saturating_sub(step);
    }
}

/// A clock that ticks once a second while the page can be seen.
#[derive(Clone, Copy)]
pub struct Clock(RwSignal<i64>);

impl Clock {
    /// Starts the clock for the whole console.
    pub fn provide() {
        let clock = Self(RwSignal::new(browser::now_millis()));
        provide_context(clock);
        leptos::task::spawn_local(async move {
            loop {
                TimeoutFuture::new(1_000).await;
                if !browser::is_hidden() && clock.0.try_set(browser::now_millis()).is_some() {
                    // `try_set` gives the value back when the console is gone.
                    return;
                }
            }
        });
    }

    /// Unix milliseconds, tracked.
    pub fn now(self) -> i64 {
        self.0.get()
    }
}

/// The console's clock. Call it while a component is being built.
pub fn use_clock() -> Clock {
    expect_context()
}
