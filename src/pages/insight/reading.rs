//! Reads a repository's builds page by page, two requests at a time, with progress and a stop.

use crate::api::Build;
use crate::client::{Client, Error};
use crate::state::connection::{Connection, use_connection};
use futures_util::future::{AbortHandle, abortable, join};
use leptos::prelude::*;
use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// What is to be read: a repository's builds, of one tag or (empty) of all, this many or (`None`) all.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatsQuery {
    pub namespace: String,
    pub name: String,
    pub tag: String,
    pub last: Option<u64>,
}

/// The builds that were read yet. A copy is the same.
#[derive(Clone, Copy)]
pub struct PagedReader {
    /// By page.
    pages: RwSignal<BTreeMap<u64, Vec<Build>>>,
    /// How many pages there are; `None` until the first has come.
    pub total: RwSignal<Option<u64>>,
    pub error: RwSignal<Option<Error>>,
    /// Whether reading goes on.
    pub runs: RwSignal<bool>,
    wanted: Memo<StatsQuery>,
    connection: Connection,
    stop: StoredValue<Option<AbortHandle>>,
}

impl PagedReader {
    /// The builds that are wanted and were read, newest first, each once.
    pub fn builds(self) -> Vec<Build> {
        let wanted = self.wanted.get();
        self.pages.with(|pages| pick(pages, &wanted))
    }

    /// How many pages were read.
    pub fn read(self) -> u64 {
        self.pages.with(|pages| pages.len() as u64)
    }

    /// Stops; what was read stays.
    pub fn stop(self) {
        if let Some(Some(handle)) = self.stop.try_update_value(Option::take) {
            handle.abort();
        }
        let _ = self.runs.try_set(false);
    }

    /// Whether more could be read.
    pub fn is_partial(self) -> bool {
        let total = self.total.get();
        total.is_none_or(|total| self.read() < total) && !self.has_enough()
    }

    fn has_enough(self) -> bool {
        let wanted = self.wanted.get();
        let have = self.pages.with(|pages| pick(pages, &wanted).len() as u64);
        wanted.last.is_some_and(|last| have >= last)
    }

    /// Reads what is not read yet.
    pub fn go_on(self) {
        self.stop();
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        self.error.set(None);
        self.runs.set(true);
        let (run, handle) = abortable(self.all(client));
        self.stop.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            if run.await.is_ok() {
                let _ = self.runs.try_set(false);
            }
        });
    }

    async fn all(self, client: Client) {
        let next = Rc::new(Cell::new(1));
        // The first page says how many there are.
        if !self.one(&client, &next).await {
            return;
        }
        join(self.rest(&client, &next), self.rest(&client, &next)).await;
    }

    async fn rest(self, client: &Client, next: &Rc<Cell<u64>>) {
        while !untrack(|| self.has_enough()) && self.one(client, next).await {}
    }

    /// Reads the next page that is not read yet. False when there is none, or it cannot be read.
    async fn one(self, client: &Client, next: &Rc<Cell<u64>>) -> bool {
        let total = self.total.get_untracked();
        let page = loop {
            let page = next.get();
            next.set(page + 1);
            if total.is_some_and(|total| page > total) {
                return false;
            }
            // The first page is read again each time: what has come since moves the others.
            if page == 1 || !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                break page;
            }
        };
        let wanted = self.wanted.get_untracked();
        let answer = client
            .builds(Some(&wanted.namespace), Some(&wanted.name), page)
            .await;
        match answer {
            Ok(answer) => {
                let _ = self.total.try_set(Some(answer.pages()));
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

/// Starts to read, and starts anew for another repository. Another tag or number reads on.
pub fn use_reading(wanted: Memo<StatsQuery>) -> PagedReader {
    let reading = PagedReader {
        pages: RwSignal::new(BTreeMap::new()),
        total: RwSignal::new(None),
        error: RwSignal::new(None),
        runs: RwSignal::new(true),
        wanted,
        connection: use_connection(),
        stop: StoredValue::new(None),
    };
    // An effect may run again for nothing new: that would ask for the first page twice.
    Effect::new(move |before: Option<Option<StatsQuery>>| {
        let now = reading.connection.is_ready().then(|| wanted.get());
        if now.is_some() && before.is_none_or(|before| before != now) {
            reading.go_on();
        }
        now
    });
    on_cleanup(move || reading.stop());
    reading
}

/// The builds that are wanted. A build that came while pages were read stands on two of them.
fn pick(pages: &BTreeMap<u64, Vec<Build>>, wanted: &StatsQuery) -> Vec<Build> {
    let mut seen = HashSet::new();
    let fits = |build: &&Build| {
        (wanted.tag.is_empty() || build.docker_repo_tag == wanted.tag)
            && seen.insert(build.build_id.clone())
    };
    let most = wanted.last.map_or(usize::MAX, |last| last as usize);
    let all = pages.values().flatten();
    all.filter(fits).take(most).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_build_counts_once_and_only_those_that_are_wanted() {
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
            let wanted = StatsQuery {
                tag: tag.to_owned(),
                last,
                ..StatsQuery::default()
            };
            let ids: Vec<String> = pick(&pages, &wanted)
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
