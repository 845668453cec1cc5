//! Reads a repository's builds page by page, two requests at a time. It can be stopped and resumed.

use crate::api::Build;
use crate::client::{Client, Error};
use crate::state::connection::{Connection, use_connection};
use futures_util::future::{AbortHandle, abortable, join};
use leptos::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// The builds to read: of one repository, of one tag (empty: all), the last so many (`None`: all).
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct StatsQuery {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) tag: String,
    pub(crate) last: Option<u64>,
}

/// The builds that were read so far. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct PagedReader {
    /// The builds by page number.
    pages: RwSignal<BTreeMap<u64, Vec<Build>>>,
    /// The number of pages; `None` until the first is read.
    pub(crate) total_pages: RwSignal<Option<u64>>,
    pub(crate) error: RwSignal<Option<Error>>,
    /// True while pages are read.
    pub(crate) is_reading: RwSignal<bool>,
    query: Memo<StatsQuery>,
    connection: Connection,
    abort: StoredValue<Option<AbortHandle>>,
}

impl PagedReader {
    /// The builds of the query that were read, newest first, each once. Tracked.
    pub(crate) fn builds(self) -> Vec<Build> {
        let query = self.query.get();
        self.pages.with(|pages| pick(pages, &query))
    }

    /// The number of pages that were read, tracked.
    pub(crate) fn pages_read(self) -> u64 {
        self.pages.with(|pages| pages.len() as u64)
    }

    /// Stops reading. Keeps what was read.
    pub(crate) fn stop(self) {
        if let Some(Some(handle)) = self.abort.try_update_value(Option::take) {
            handle.abort();
        }
        let _ = self.is_reading.try_set(false);
    }

    /// Returns true when the query has builds that were not read, tracked.
    pub(crate) fn is_partial(self) -> bool {
        let total = self.total_pages.get();
        total.is_none_or(|total| self.pages_read() < total) && !self.has_enough()
    }

    /// Returns true when as many builds were read as the query asks for, tracked.
    fn has_enough(self) -> bool {
        let query = self.query.get();
        let count = self.pages.with(|pages| pick(pages, &query).len() as u64);
        query.last.is_some_and(|last| count >= last)
    }

    /// Reads the pages that were not read yet.
    pub(crate) fn resume(self) {
        self.stop();
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        self.error.set(None);
        self.is_reading.set(true);
        let (run, handle) = abortable(self.read_all(client));
        self.abort.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            if run.await.is_ok() {
                let _ = self.is_reading.try_set(false);
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
        while !untrack(|| self.has_enough()) && self.read_next(client, next).await {}
    }

    /// Reads the next page that was not read yet. Returns false when there is none, or it failed.
    async fn read_next(self, client: &Client, next: &Rc<Cell<u64>>) -> bool {
        let total = self.total_pages.get_untracked();
        let page = loop {
            let page = next.get();
            next.set(page + 1);
            if total.is_some_and(|total| page > total) {
                return false;
            }
            // The first page is read again each time, because new builds come in there.
            if page == 1 || !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                break page;
            }
        };
        let query = self.query.get_untracked();
        let answer = client
            .builds(Some(&query.namespace), Some(&query.name), page)
            .await;
        match answer {
            Ok(answer) => {
                let _ = self.total_pages.try_set(Some(answer.pages()));
                self.pages
                    .update(|pages| drop(pages.insert(page, answer.results.read)));
                true
            }
            Err(error) => {
                let _ = self.error.try_set(Some(error));
                false
            }
        }
    }
}

/// Starts to read the query's builds, and resumes when the query changes. Call it while a component is being
/// built; the page of another repository is another component.
pub(crate) fn use_paged_reader(query: Memo<StatsQuery>) -> PagedReader {
    let reader = PagedReader {
        pages: RwSignal::new(BTreeMap::new()),
        total_pages: RwSignal::new(None),
        error: RwSignal::new(None),
        is_reading: RwSignal::new(true),
        query,
        connection: use_connection(),
        abort: StoredValue::new(None),
    };
    // An effect can run again without a change, which would read the first page twice.
    Effect::new(move |before: Option<Option<StatsQuery>>| {
        let now = reader.connection.is_ready().then(|| query.get());
        if now.is_some() && before.is_none_or(|before| before != now) {
            reader.resume();
        }
        now
    });
    on_cleanup(move || reader.stop());
    reader
}

/// Picks the builds of the query. New builds push others onto the next page, so one can be on two pages.
fn pick(pages: &BTreeMap<u64, Vec<Build>>, query: &StatsQuery) -> Vec<Build> {
    let mut seen = HashSet::new();
    let matches = |build: &&Build| {
        (query.tag.is_empty() || build.docker_repo_tag == query.tag)
            && seen.insert(build.build_id.clone())
    };
    let max_builds = query.last.map_or(usize::MAX, |last| last as usize);
    let all = pages.values().flatten();
    all.filter(matches).take(max_builds).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_build_of_the_query_is_picked_once() {
        let build = |id: &str, tag: &str| Build {
            build_id: id.to_owned(),
            docker_repo_tag: tag.to_owned(),
            ..Build::default()
        };
        let pages = BTreeMap::from([
            (1, vec![build("4", "a"), build("3", "b")]),
            (2, vec![build("3", "b"), build("2", "a"), build("1", "a")]),
        ]);
        let picked = |tag: &str, last| {
            let query = StatsQuery {
                tag: tag.to_owned(),
                last,
                ..StatsQuery::default()
            };
            let ids: Vec<String> = pick(&pages, &query)
                .into_iter()
                .map(|b| b.build_id)
                .collect();
            ids.join("")
        };
        assert_eq!(picked("", None), "4321");
        assert_eq!(picked("a", Some(2)), "42");
        assert_eq!(picked("c", Some(2)), "");
    }
}
