//! Polling the API for a page: the data read last, the error of the last read, and a flag while a read is
//! under way.
//!
//! The way from a poll to a row of the builds table:
//!
//! 1. `components/builds/list.rs` calls [`use_query`] with a request (call 2 of the reference) and a pace.
//! 2. `start_polling` runs `poll` in an effect. When a signal that the request reads changes (a filter, the
//!    page number), the effect runs again: the old read is aborted and a new one begins.
//! 3. `poll` awaits the read and compares the answer with the data before. Only a different answer sets the
//!    signal [`Query::data`].
//! 4. `components/builds/table.rs` makes the rows from that signal, keyed by build id: a row that stays is
//!    not drawn again, and within it only the cells that changed are.
//! 5. [`Schedule`] says when the next read is due: by the pace of the data (`query/intervals.rs`), or by
//!    `client/backoff.rs` after a failure or a kept answer. While the page is hidden, `poll` ends; `visibilitychange` and
//!    `online` start it again.
//!
//! # Why not leptos-fetch
//!
//! leptos-fetch 0.4.10 adds 34 kB (brotli) to a small Leptos application with one polled list, measured as the
//! README's table of dependencies: 61.1 kB with a loop like `poll`, 95.0 kB with `local_resource`. Up to 6 kB of
//! that is chrono, which the console has anyway. It offers a pause while the page is hidden
//! (`with_refetch_enabled_toggle`). What it does not do, so that it would still be written here:
//!
//! - an interval that depends on the data: `refetch_interval` is fixed for a query
//! - backoff after a failure, and `Retry-After`
//! - a read when the network returns
//! - aborting a request when the key changes: it ends in the background and fills the cache
//! - comparing answers: each refetch notifies its subscribers, even if nothing has changed
//! - one compiled core for all types: its cache and its resources are generic over key and value

use crate::client::Error;
use crate::client::backoff::chance;
use crate::client::reachability::is_kept;
use crate::platform::page;
use crate::platform::timer::sleep;
use crate::query::schedule::{Due, Pace, Schedule};
use crate::reactive::{bool_signal, effect};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use leptos::ev;
use leptos::prelude::*;
use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;
pub(crate) mod intervals;
pub(crate) mod schedule;

/// Data of the API that is polled. The data stays during the next read, and when that fails. Copies share
/// the query.
pub(crate) struct Query<T> {
    core: QueryCore,
    data_type: PhantomData<fn() -> T>,
}

/// The query without the type of its data, so that it is compiled once for all types.
#[derive(Clone, Copy)]
struct QueryCore {
    /// Set only when a read brings different data.
    data: RwSignal<Option<Erased>>,
    error: RwSignal<Option<Error>>,
    loading: RwSignal<bool>,
    /// The delay between the last read and the next one, in seconds; 0 if none is due.
    interval: RwSignal<u32>,
    /// Counts calls of [`Query::refresh`] and other causes to read at once.
    refreshes: RwSignal<u32>,
    state: StoredValue<QueryState>,
}

/// The phase of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum QueryState {
    /// A read is under way, or the request is not known yet.
    Reading,
    /// The next read comes after a delay, or when the page becomes visible.
    Waiting,
    /// No read is due: the data cannot change, or the failure is final.
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
    /// A query that never reads: its data is given here, and later by [`Query::seed`].
    pub(crate) fn fixed(data: Option<T>) -> Self {
        let data = data.map(|data| Arc::new(data) as Erased);
        Self {
            core: QueryCore {
                data: RwSignal::new(data),
                error: RwSignal::new(None),
                loading: RwSignal::new(false),
                interval: RwSignal::new(0),
                refreshes: RwSignal::new(0),
                state: StoredValue::new(QueryState::Ended),
            },
            data_type: PhantomData,
        }
    }

    /// Reads again at once.
    pub(crate) fn refresh(self) {
        self.core.refreshes.update(|count| *count += 1);
    }

    /// Sets the data until the first read, or replaces the data of another request.
    pub(crate) fn seed(self, data: T) {
        self.core.data.set(Some(Arc::new(data)));
        self.core.error.set(None);
    }

    /// The data read last; `None` before the first read. Tracked: notifies only when it has changed.
    pub(crate) fn data(self) -> Option<Arc<T>> {
        self.core.data.get()?.downcast().ok()
    }

    /// True once there is data.
    pub(crate) fn has_data(self) -> Signal<bool> {
        let data = self.core.data;
        bool_signal(move || data.with(Option::is_some))
    }

    /// The error of the last read; `None` if it succeeded. Only the query sets it.
    pub(crate) fn error(self) -> RwSignal<Option<Error>> {
        self.core.error
    }

    /// The delay between the last read and the next one, in seconds; 0 if none is due. Tracked.
    pub(crate) fn interval(self) -> u32 {
        self.core.interval.get()
    }

    /// Returns true while a read is under way. Tracked.
    pub(crate) fn is_loading(self) -> bool {
        self.core.loading.get()
    }
}

/// A read under way.
pub(crate) type Call<T> = LocalBoxFuture<'static, Result<T, Error>>;

/// Starts a query. It ends with the component that is being built.
///
/// `request` sends the read. It returns `None` while it cannot be sent yet. When a signal that it reads
/// changes, it runs again, the read under way is aborted, and its answer is dropped.
///
/// `pace` gives the poll interval for the data read last. After a failure that may pass, the next read comes
/// with backoff. Nothing is read while the page is hidden. A read that becomes due while it is hidden starts when the
/// page becomes visible; a failed one also when the network returns.
pub(crate) fn use_query<T: PartialEq + Send + Sync + 'static>(
    request: impl Fn() -> Option<Call<T>> + 'static,
    pace: impl Fn(&T) -> Pace + 'static,
) -> Query<T> {
    let request = move || -> Option<Call<Erased>> {
        let call = request()?;
        Some(Box::pin(async move { Ok(Arc::new(call.await?) as Erased) }))
    };
    let core = start_polling(
        Rc::new(request),
        Rc::new(move |data: &Erased| data.downcast_ref().map_or(Pace::Never, &pace)),
        |before, now| before.downcast_ref::<T>() == now.downcast_ref::<T>(),
    );
    Query {
        core,
        data_type: PhantomData,
    }
}

type Request = Rc<dyn Fn() -> Option<Call<Erased>>>;
type PaceOf = Rc<dyn Fn(&Erased) -> Pace>;
type IsSame = fn(&Erased, &Erased) -> bool;

/// Polls from now on. Starts again after each refresh and each change of the request.
fn start_polling(request: Request, pace: PaceOf, is_same: IsSame) -> QueryCore {
    let core = QueryCore {
        data: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        interval: RwSignal::new(0),
        refreshes: RwSignal::new(0),
        state: StoredValue::new(QueryState::Reading),
    };
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    };
    effect(move || {
        core.refreshes.track();
        stop();
        core.state.set_value(QueryState::Reading);
        let Some(first) = request() else { return };
        let polling = poll(core, first, request.clone(), pace.clone(), is_same);
        let (polling, handle) = abortable(polling);
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Err means that it was aborted.
            let _ = polling.await;
        });
    });
    on_cleanup(stop);
    refresh_on_return(core);
    core
}

/// Reads at once what became due while the page was hidden, and what failed while the network was down.
fn refresh_on_return(core: QueryCore) {
    let refreshes = core.refreshes;
    let visible = window_event_listener(ev::visibilitychange, move |_| {
        if !page::is_hidden() && core.state.try_get_value() == Some(QueryState::Waiting) {
            refreshes.update(|count| *count += 1);
        }
    });
    let online = window_event_listener(ev::online, move |_| {
        let failed = core.error.with_untracked(Option::is_some);
        if failed || core.state.try_get_value() == Some(QueryState::Waiting) {
            refreshes.update(|count| *count += 1);
        }
    });
    on_cleanup(move || {
        visible.remove();
        online.remove();
    });
}

/// Reads again and again, until no read is due or the page is hidden.
async fn poll(
    core: QueryCore,
    first: Call<Erased>,
    request: Request,
    pace: PaceOf,
    is_same: IsSame,
) {
    let mut call = Some(first);
    let mut schedule = Schedule::default();
    while let Some(read) = call {
        set_changed(core.loading, true);
        match read.await {
            Ok(data) => {
                let changed = core.data.with_untracked(|before| {
                    !before.as_ref().is_some_and(|before| is_same(before, &data))
                });
                let now = page::now_millis();
                match is_kept() {
                    // It was given for want of a better one, which is asked for again as after a failure.
                    true => schedule.record_failure(now, true, None, chance()),
                    false => schedule.record_success(now, pace(&data), changed),
                }
                if changed {
                    core.data.set(Some(data));
                }
                set_changed(core.error, None);
            }
            Err(error) => {
                schedule.record_failure(
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
        set_changed(core.interval, schedule.delay_seconds());
        match schedule.due(page::now_millis(), page::is_hidden()) {
            Due::Never => {
                core.state.set_value(QueryState::Ended);
                return;
            }
            Due::WhenVisible => return,
            // A timer counts in 31 bits: a longer delay would end at once.
            Due::In(delay) => sleep(delay).await,
        }
        if page::is_hidden() {
            return; // Goes on when the page becomes visible.
        }
        core.state.set_value(QueryState::Reading);
        call = untrack(|| request());
    }
}

/// Sets a signal if the value differs.
fn set_changed<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|before| *before != value) {
        signal.set(value);
    }
}
