//! The recent builds of a namespace or a repository: the first page live, and some older pages, read once.

use crate::api::{Build, Page};
use crate::client::Client;
use crate::components::builds::last_builds::{add_older, merge_builds, needs_older};
use crate::components::builds::list::BuildsList;
use crate::reactive::{effect, memo};
use crate::state::connection::use_connection;
use crate::state::session_cache::{BuildsPage, BuildsRequest, SessionCache, use_session_cache};
use futures_util::future::join;
use leptos::prelude::*;
use std::sync::Arc;

/// The last page that is read.
const MAX_PAGE: u64 = 5;

/// The builds that were read, newest first. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct RecentBuilds {
    request: StoredValue<BuildsRequest>,
    cache: SessionCache,
    read: RwSignal<Vec<Build>>,
    is_reading: RwSignal<bool>,
    /// The API's number of builds; `None` before the first answer.
    count: Memo<Option<u64>>,
    all: Memo<Vec<Build>>,
}

impl RecentBuilds {
    /// The builds that were read, after those that this browser has just started. Tracked.
    pub(crate) fn all(self) -> Memo<Vec<Build>> {
        self.all
    }

    /// Returns true once all pages were read that are going to be. Tracked.
    pub(crate) fn is_known(self) -> bool {
        self.count.get().is_some() && !self.is_reading.get()
    }

    /// The number of builds that were looked at, if the API has more; `None` if those are all. Tracked.
    pub(crate) fn looked_at(self) -> Option<u64> {
        let read = self.read.with(Vec::len) as u64;
        (read < self.count.get().unwrap_or_default()).then_some(read)
    }

    /// Reads the pages after the first, two at a time, until there are no more or these are enough.
    async fn read_older(self, client: Client, is_enough: Callback<(), bool>) {
        let mut page = 2;
        while page <= MAX_PAGE && !is_enough.try_run(()).unwrap_or(true) {
            let pages = join(self.page(&client, page), self.page(&client, page + 1)).await;
            // An error is not shown: the first page's is.
            let (Some(first), second) = pages else { break };
            let next = first.next.is_some();
            let second = second.filter(|_| next);
            let mut older = first.results.read;
            let next = next && second.as_ref().is_some_and(|page| page.next.is_some());
            older.extend(second.into_iter().flat_map(|page| page.results.read));
            let added = self.read.try_update(|read| *read = add_older(read, &older));
            if added.is_none() || !next {
                break;
            }
            page += 2;
        }
        let _ = self.is_reading.try_set(false);
    }

    async fn page(self, client: &Client, number: u64) -> Option<Page<Build>> {
        if number > MAX_PAGE {
            return None;
        }
        let request = BuildsRequest {
            page: number,
            ..self.request.try_get_value()?
        };
        let filter = |text: &'_ str| (!text.is_empty()).then(|| text.to_owned());
        let (namespace, repo) = (filter(&request.namespace), filter(&request.repo));
        let page = client
            .builds(namespace.as_deref(), repo.as_deref(), number)
            .await
            .ok()?;
        self.cache.keep(Arc::new(BuildsPage {
            request,
            page: page.clone(),
            own: Vec::new(),
        }));
        Some(page)
    }
}

/// Reads on from a list's first page. `request` is that page's. `is_enough` says whether older pages are not needed,
/// given the builds so far. Call it while a component is being built.
pub(crate) fn use_recent_builds(
    list: BuildsList,
    request: BuildsRequest,
    is_enough: impl Fn(&[Build]) -> bool + Send + Sync + 'static,
) -> RecentBuilds {
    let connection = use_connection();
    let cache = use_session_cache();
    let read = RwSignal::new(Vec::new());
    let own = request.clone();
    let recent = RecentBuilds {
        request: StoredValue::new(request),
        cache,
        read,
        is_reading: RwSignal::new(false),
        count: memo(move || Some(list.answer()?.page.count)),
        all: memo(move || read.with(|read| merge_builds(&cache.started(&own), read))),
    };
    let is_enough = Callback::new(move |()| read.with_untracked(|read| is_enough(read)));
    effect(move || {
        let Some(answer) = list.answer() else { return };
        let needs_older = read.with_untracked(|read| needs_older(&answer.page, read));
        read.update(|read| *read = merge_builds(&answer.page.results.read, read));
        let client = untrack(move || connection.client());
        if let (true, Some(client)) = (needs_older && !recent.is_reading.get_untracked(), client) {
            recent.is_reading.set(true);
            leptos::task::spawn_local(recent.read_older(client, is_enough));
        }
    });
    recent
}
