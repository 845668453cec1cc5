//! Reading from the API for a page: what was read, whether it is being read again, what went wrong.

use crate::client::Error;
use crate::client::backoff::chance;
use crate::platform::page;
use crate::query::schedule::{Due, Pace, Schedule};
use crate::reactive::{bool_signal, effect};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use gloo_timers::future::TimeoutFuture;
use leptos::ev;
use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
pub mod intervals;
pub mod schedule;

/// Something that the API holds, as it was read last. It stays while it is read again, and when that
/// fails. A copy is the same query.
pub struct Query<T> {
    core: QueryCore,
    holds: PhantomData<fn() -> T>,
}

/// The query without the type of what it reads, so that it is compiled once for all types.
#[derive(Clone, Copy)]
struct QueryCore {
    /// Tells only of a value that differs from the one before.
    data: RwSignal<Option<Erased>>,
    error: RwSignal<Option<Error>>,
    loading: RwSignal<bool>,
    again: RwSignal<u32>,
    state: StoredValue<QueryState>,
}

/// What a query does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QueryState {
    /// A call is under way, or none can be made yet.
    Asking,
    /// It will read again, after a wait or when the page is seen.
    Waiting,
    /// It will not read again by itself.
    Ended,
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

    /// Shows this until something was read, or in the place of what was read for something else.
    pub fn seed(self, data: T) {
        self.core.data.set(Some(Arc::new(data)));
        self.core.error.set(None);
    }

    /// What was read, tracked: told of only when it has changed.
    pub fn data(self) -> Option<Arc<T>> {
        self.core.data.get()?.downcast().ok()
    }

    /// Whether anything was read yet.
    pub fn has_data(self) -> Signal<bool> {
        let data = self.core.data;
        bool_signal(move || data.with(Option::is_some))
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

/// A call that was made and is not answered yet.
pub type Call<T> = LocalBoxFuture<'static, Result<T, Error>>;

/// Starts a query. `ask` makes the call, or `None` while it cannot be made yet; it is asked anew when
/// a signal that it reads changes, and the call before is aborted: its answer, should it still come, is
/// dropped. `pace` says how often to read again, by what was read. After a failure that may pass it is
/// read again anyway. Nothing is read again while the page is hidden, and what waited is read at once
/// when it is seen or the network returns.
pub fn use_query<T: PartialEq + Send + Sync + 'static>(
    ask: impl Fn() -> Option<Call<T>> + 'static,
    pace: impl Fn(&T) -> Pace + 'static,
) -> Query<T> {
    let ask = move || -> Option<Call<Erased>> {
        let call = ask()?;
        Some(Box::pin(async move { Ok(Arc::new(call.await?) as Erased) }))
    };
    let core = start(
        Rc::new(ask),
        Rc::new(move |data: &Erased| data.downcast_ref().map_or(Pace::Never, &pace)),
        |before, now| before.downcast_ref::<T>() == now.downcast_ref::<T>(),
    );
    Query {
        core,
        holds: PhantomData,
    }
}

type Ask = Rc<dyn Fn() -> Option<Call<Erased>>>;
type PaceOf = Rc<dyn Fn(&Erased) -> Pace>;

fn start(ask: Ask, pace: PaceOf, same: fn(&Erased, &Erased) -> bool) -> QueryCore {
    let core = QueryCore {
        data: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        again: RwSignal::new(0),
        state: StoredValue::new(QueryState::Asking),
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
        core.state.set_value(QueryState::Asking);
        let Some(first) = ask() else { return };
        let (run, handle) = abortable(repeat(core, first, ask.clone(), pace.clone(), same));
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted is how it ends when the page goes.
            let _ = run.await;
        });
    });
    on_cleanup(stop);
    let again = core.again;
    let seen = window_event_listener(ev::visibilitychange, move |_| {
        if !page::is_hidden() && core.state.try_get_value() == Some(QueryState::Waiting) {
            again.update(|count| *count += 1);
        }
    });
    let online = window_event_listener(ev::online, move |_| {
        let failed = core.error.with_untracked(Option::is_some);
        if failed || core.state.try_get_value() == Some(QueryState::Waiting) {
            again.update(|count| *count += 1);
        }
    });
    on_cleanup(move || {
        seen.remove();
        online.remove();
    });
    core
}

async fn repeat(
    core: QueryCore,
    first: Call<Erased>,
    ask: Ask,
    pace: PaceOf,
    same: fn(&Erased, &Erased) -> bool,
) {
    let mut call = Some(first);
    let mut schedule = Schedule::default();
    while let Some(asked) = call {
        set_changed(core.loading, true);
        match asked.await {
            Ok(data) => {
                let changed = core.data.with_untracked(|before| {
                    !before.as_ref().is_some_and(|before| same(before, &data))
                });
                schedule.answered(page::now_millis(), pace(&data), changed);
                if changed {
                    core.data.set(Some(data));
                }
                set_changed(core.error, None);
            }
            Err(error) => {
                schedule.failed(
                    page::now_millis(),
                    error.may_recover(),
                    error.pause(),
                    chance(),
                );
                set_changed(core.error, Some(error));
            }
        };
        set_changed(core.loading, false);
        core.state.set_value(QueryState::Waiting);
        match schedule.due(page::now_millis(), page::is_hidden()) {
            Due::Never => {
                core.state.set_value(QueryState::Ended);
                return;
            }
            Due::WhenVisible => return,
            // A longer wait would come at once: the browser counts in 31 bits.
            Due::In(delay) => {
                TimeoutFuture::new(delay.as_millis().min(i32::MAX as u128) as u32).await
            }
        }
        if page::is_hidden() {
            return; // Until it is seen.
        }
        core.state.set_value(QueryState::Asking);
        call = untrack(|| ask());
    }
}

/// Sets a signal that tells only of a new value.
fn set_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
