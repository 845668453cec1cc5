//! Reading from the API for a page: what was read, whether it is being read again, what went wrong.

use crate::api::Error;
use crate::browser;
use crate::view::{effect, flag};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

/// Something that the API holds, as it was read last. It stays while it is read again, and when that
/// fails. A copy is the same query.
pub struct Query<T> {
    core: Core,
    holds: PhantomData<fn() -> T>,
}

/// The query without the type of what it reads, so that it is compiled once for all types.
#[derive(Clone, Copy)]
struct Core {
    /// Tells only of a value that differs from the one before.
    data: RwSignal<Option<Erased>>,
    error: RwSignal<Option<Error>>,
    loading: RwSignal<bool>,
    again: RwSignal<u32>,
}

type Erased = Arc<dyn Any + Send + Sync>;

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// Reads again, now.
    pub fn refresh(self) {
        self.core.again.update(|count| *count += 1);
    }

    /// What was read, tracked: told of only when it has changed.
    pub fn data(self) -> Option<Arc<T>> {
        self.core.data.get()?.downcast().ok()
    }

    /// Whether anything was read yet.
    pub fn has_data(self) -> Signal<bool> {
        let data = self.core.data;
        flag(move || data.with(Option::is_some))
    }

    /// Why the last read failed; `None` when it did not.
    pub fn error(self) -> Signal<Option<Error>> {
        self.core.error.into()
    }

    /// Whether it is being read now.
    pub fn is_loading(self) -> bool {
        self.core.loading.get()
    }
}

/// The waits after failures that may pass, in milliseconds; the last one repeats.
const AFTER_FAILURE: [u32; 4] = [1_000, 2_000, 5_000, 15_000];

/// A call that was made and is not answered yet.
pub type Call<T> = LocalBoxFuture<'static, Result<T, Error>>;

/// Starts a query. `ask` makes the call, or `None` while it cannot be made yet; it is asked anew when
/// a signal that it reads changes, and the call before is aborted. `next` says after how many
/// milliseconds to read again, by what was read; `None` is never. After a failure that may pass it is
/// read again anyway. Nothing is asked while the page is hidden.
pub fn use_query<T: PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> Option<Call<T>> + 'static,
    next: impl Fn(&T) -> Option<u32> + 'static,
) -> Query<T> {
    let ask = move || -> Option<Call<Erased>> {
        let call = ask()?;
        Some(Box::pin(async move { Ok(Arc::new(call.await?) as Erased) }))
    };
    let core = start(
        Rc::new(ask),
        Rc::new(move |data: &Erased| next(data.downcast_ref()?)),
        |before, now| before.downcast_ref::<T>() == now.downcast_ref::<T>(),
    );
    Query {
        core,
        holds: PhantomData,
    }
}

type Ask = Rc<dyn Fn() -> Option<Call<Erased>>>;
type Next = Rc<dyn Fn(&Erased) -> Option<u32>>;

fn start(ask: Ask, next: Next, same: fn(&Erased, &Erased) -> bool) -> Core {
    let core = Core {
        data: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        again: RwSignal::new(0),
    };
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    };
    effect(move || {
        core.again.track();
        stop();
        let Some(first) = ask() else { return };
        let (run, handle) = abortable(repeat(core, first, ask.clone(), next.clone(), same));
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted is how it ends when the page goes.
            let _ = run.await;
        });
    });
    on_cleanup(stop);
    let again = core.again;
    let online = window_event_listener(ev::online, move |_| again.update(|count| *count += 1));
    on_cleanup(move || online.remove());
    core
}

async fn repeat(
    core: Core,
    first: Call<Erased>,
    ask: Ask,
    next: Next,
    same: fn(&Erased, &Erased) -> bool,
) {
    let mut call = Some(first);
    let mut failures = 0;
    while let Some(asked) = call {
        set_changed(core.loading, true);
        let wait = match asked.await {
            Ok(data) => {
                failures = 0;
                let wait = next(&data);
                let known = core.data.with_untracked(|before| {
                    before.as_ref().is_some_and(|before| same(before, &data))
                });
                if !known {
                    core.data.set(Some(data));
                }
                set_changed(core.error, None);
                wait
            }
            Err(error) => {
                let wait = error.is_passing().then(|| {
                    let wait = AFTER_FAILURE[failures.min(AFTER_FAILURE.len() - 1)];
                    failures += 1;
                    (f64::from(wait) * (0.75 + js_sys::Math::random() / 4.0)) as u32
                });
                set_changed(core.error, Some(error));
                wait
            }
        };
        set_changed(core.loading, false);
        let Some(wait) = wait else { return };
        wait_seen(wait).await;
        call = untrack(|| ask());
    }
}

/// Sets a signal that tells only of a new value.
fn set_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
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
