//! Reads a list page by page, two requests at a time. It can be stopped and resumed.

use crate::api::Page;
use crate::client::{Client, Error};
use crate::i18n::words;
use crate::reactive::{bool_signal, show, show_or, text_signal};
use crate::state::connection::{Connection, use_connection};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable, join};
use leptos::prelude::*;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The rows that were read, by page number.
pub(crate) type ReadPages<T> = BTreeMap<u64, Vec<T>>;

/// A read of one page, counted from 1.
pub(crate) type PageCall<T> = LocalBoxFuture<'static, Result<Page<T>, Error>>;

/// Reads the page of this number.
type Fetch<T> = Rc<dyn Fn(Client, u64) -> PageCall<T>>;

/// The pages that were read so far. Copies share their state.
pub(crate) struct PagedReader<T: 'static> {
    pages: RwSignal<ReadPages<T>>,
    fetch: StoredValue<Fetch<T>, LocalStorage>,
    state: ReaderState,
}

/// The parts of a reader that do not depend on the type of its rows.
#[derive(Clone, Copy)]
pub(crate) struct ReaderState {
    pages_read: Signal<u64>,
    /// The number of pages; `None` until the first is read.
    total_pages: RwSignal<Option<u64>>,
    pub(crate) error: RwSignal<Option<Error>>,
    /// True while pages are read.
    pub(crate) is_reading: RwSignal<bool>,
    /// True once no more pages are needed.
    has_enough: Signal<bool>,
    connection: Connection,
    abort: StoredValue<Option<AbortHandle>>,
}

impl<T> Clone for PagedReader<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PagedReader<T> {}

impl ReaderState {
    /// Stops reading. Keeps what was read.
    pub(crate) fn stop(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
        let _ = self.is_reading.try_set(false);
    }

    /// Returns true when there are pages that were not read and are needed, tracked.
    pub(crate) fn is_partial(self) -> bool {
        self.has_more_pages() && !self.has_enough.get()
    }

    /// Returns true when there are pages that were not read, tracked.
    pub(crate) fn has_more_pages(self) -> bool {
        let total = self.total_pages.get();
        total.is_none_or(|total| self.pages_read.get() < total)
    }
}

impl<T: Clone + Send + Sync + 'static> PagedReader<T> {
    /// A reader of the pages that `fetch` reads. It reads nothing before [`Self::resume`]. `has_enough` says when the
    /// rows suffice. Call it while a component is being built.
    pub(crate) fn new(
        fetch: impl Fn(Client, u64) -> PageCall<T> + 'static,
        has_enough: impl Fn(&ReadPages<T>) -> bool + Send + Sync + 'static,
    ) -> Self {
        let pages = RwSignal::new(BTreeMap::new());
        let reader = Self {
            pages,
            fetch: StoredValue::new_local(Rc::new(fetch)),
            state: ReaderState {
                pages_read: Signal::derive(move || pages.with(|pages| pages.len() as u64)),
                total_pages: RwSignal::new(None),
                error: RwSignal::new(None),
                is_reading: RwSignal::new(false),
                has_enough: bool_signal(move || pages.with(&has_enough)),
                connection: use_connection(),
                abort: StoredValue::new(None),
            },
        };
        on_cleanup(move || reader.state.stop());
        reader
    }

    /// Progress and errors.
    pub(crate) fn state(self) -> ReaderState {
        self.state
    }

    /// The rows that were read, tracked.
    pub(crate) fn with_pages<O>(self, pick: impl FnOnce(&ReadPages<T>) -> O) -> O {
        self.pages.with(pick)
    }

    /// Reads the pages that were not read yet.
    pub(crate) fn resume(self) {
        self.state.stop();
        let Some(client) = untrack(move || self.state.connection.client()) else {
            return;
        };
        self.state.error.set(None);
        self.state.is_reading.set(true);
        let (run, handle) = abortable(self.read_all(client));
        self.state.abort.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            if run.await.is_ok() {
                let _ = self.state.is_reading.try_set(false);
            }
        });
    }

    async fn read_all(self, client: Client) {
        let next = Rc::new(Cell::new(1));
        // The first page says how many pages there are.
        if !self.read_next(&client, &next).await {
            return;
        }
        join(
            self.read_rest(&client, &next),
            self.read_rest(&client, &next),
        )
        .await;
    }

    async fn read_rest(self, client: &Client, next: &Rc<Cell<u64>>) {
        while !self.state.has_enough.get_untracked() && self.read_next(client, next).await {}
    }

    /// Reads the next page that was not read yet. Returns false when there is none, or it failed.
    async fn read_next(self, client: &Client, next: &Rc<Cell<u64>>) -> bool {
        let total = self.state.total_pages.get_untracked();
        let page = loop {
            let page = next.get();
            next.set(page + 1);
            if total.is_some_and(|total| page > total) {
                return false;
            }
            // The first page is read again each time, because new rows come in there.
            if page == 1 || !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                break page;
            }
        };
        let Some(call) = self
            .fetch
            .try_with_value(|fetch| fetch(client.clone(), page))
        else {
            return false;
        };
        match call.await {
            Ok(answer) => {
                let _ = self.state.total_pages.try_set(Some(answer.pages()));
                self.pages
                    .update(|pages| drop(pages.insert(page, answer.results.read)));
                true
            }
            Err(error) => {
                let _ = self.state.error.try_set(Some(error));
                false
            }
        }
    }
}

/// The number of pages that were read, with a button to stop or to go on with `resume`.
pub(crate) fn reading_progress(reader: ReaderState, resume: Callback<()>) -> AnyView {
    let pages_text = text_signal(move || {
        let read = words().number(reader.pages_read.get());
        match reader.total_pages.get() {
            Some(total) => t_string!(insight.read_of, read = read, total = words().number(total)),
            None => t_string!(state.loading).to_owned(),
        }
    });
    let running = move || {
        view! {
            <progress
                max=move || reader.total_pages.get().unwrap_or(1)
                value=reader.pages_read
                aria-label=t_signal!(build.progress)
            ></progress>
            <span>{pages_text}</span>
            {Button::new(t_signal!(insight.stop)).on_press(move || reader.stop())}
        }
        .into_any()
    };
    let stopped = move || {
        let is_partial = move || reader.is_partial() && reader.error.with(Option::is_none);
        let resume = move || {
            view! {
                <span>{pages_text} " " {t_signal!(insight.stopped)}</span>
                {Button::new(t_signal!(insight.go_on)).on_press(move || resume.run(()))}
            }
            .into_any()
        };
        show(is_partial, resume).into_any()
    };
    view! {
        <div class="reading" role="status">
            {show_or(move || reader.is_reading.get(), running, stopped)}
        </div>
    }
    .into_any()
}
