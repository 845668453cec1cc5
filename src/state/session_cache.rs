//! A cache for as long as the console is open: pages of builds, which are shown at once when the user comes
//! back, what was read for a filter, single builds, and the builds that this browser started.

use crate::api::{Build, Page};
use crate::state::scanned_builds::ScannedBuilds;
use leptos::prelude::*;
use std::sync::Arc;

/// The most pages of builds in the cache.
const MAX_PAGES: usize = 12;

/// The most single builds in the cache.
const MAX_BUILDS: usize = 60;

/// The most builds that are kept of lists that were looked through, other than the list read last.
const MAX_SCANNED_BUILDS: usize = 4_000;

/// The parameters of a list of builds (reference, call 2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildsRequest {
    /// Empty: all namespaces.
    pub namespace: String,
    /// Empty: all repositories.
    pub repo: String,
    /// Counted from 1.
    pub page: u64,
}

impl BuildsRequest {
    /// The newest builds of all repositories.
    pub(crate) fn first() -> Self {
        Self {
            page: 1,
            ..Self::default()
        }
    }
}

/// A page of builds with the request that it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildsPage {
    pub request: BuildsRequest,
    pub page: Page<Build>,
    /// The ids of builds that this browser started and that this answer is the first to list.
    pub own: Vec<String>,
}

/// The cache. Provided once; copies share it.
#[derive(Clone, Copy)]
pub struct SessionCache {
    kept: StoredValue<Kept>,
    /// Builds that this browser started and no list has shown yet, each with the id of the last request for
    /// a list before the start.
    started: RwSignal<Vec<(Build, u64)>>,
    invalidations: RwSignal<u32>,
    /// When the first page of builds was read, if it is still that of the last visit: Unix seconds by this machine's
    /// clock. 0 if it is not.
    pub(crate) last_visit: RwSignal<u32>,
}

/// The part of the cache that notifies nobody.
#[derive(Default)]
struct Kept {
    /// The page read last comes last.
    pages: Vec<Arc<BuildsPage>>,
    builds: Vec<Build>,
    /// Lists that were looked through, by the request of their first page. The one used last comes last.
    scans: Vec<(BuildsRequest, ScannedBuilds)>,
    last_request_id: u64,
}

impl SessionCache {
    /// Provides an empty cache.
    pub fn provide() -> Self {
        let cache = Self {
            kept: StoredValue::default(),
            started: RwSignal::new(Vec::new()),
            invalidations: RwSignal::new(0),
            last_visit: RwSignal::new(0),
        };
        provide_context(cache);
        cache
    }

    /// Empties the cache: another API or user may not see the same builds.
    pub fn clear(self) {
        self.kept.update_value(|kept| {
            kept.pages.clear();
            kept.builds.clear();
            kept.scans.clear();
        });
        self.started.update(Vec::clear);
    }

    /// Adds the first page of the last visit, and when it was read.
    pub(crate) fn restore(self, page: Page<Build>, at: i64) {
        self.keep(Arc::new(BuildsPage {
            request: BuildsRequest::first(),
            page,
            own: Vec::new(),
        }));
        self.last_visit.set((at / 1000) as u32);
    }

    /// Notes that the API has answered a request: its list is no longer that of the last visit.
    pub(crate) fn note_answer(self, request: &BuildsRequest) {
        if *request == BuildsRequest::first() && self.last_visit.get_untracked() > 0 {
            self.last_visit.set(0);
        }
    }

    /// The answer to a request, as it was read last.
    pub fn page(self, request: &BuildsRequest) -> Option<Arc<BuildsPage>> {
        self.kept.with_value(|kept| {
            let found = kept.pages.iter().find(|answer| answer.request == *request);
            found.cloned()
        })
    }

    /// Adds a page that was read.
    pub fn keep(self, answer: Arc<BuildsPage>) {
        self.kept.update_value(|Kept { pages, .. }| {
            pages.retain(|known| known.request != answer.request);
            pages.push(answer);
            let excess = pages.len().saturating_sub(MAX_PAGES);
            pages.drain(..excess);
        });
    }

    /// Takes out what was read of a list to look through it. Nothing at first.
    pub fn take_scan(self, list: &BuildsRequest) -> ScannedBuilds {
        self.kept
            .try_update_value(|Kept { scans, .. }| {
                let index = scans.iter().position(|(known, _)| known == list)?;
                Some(scans.remove(index).1)
            })
            .flatten()
            .unwrap_or_default()
    }

    /// Puts back what was read of a list.
    pub fn keep_scan(self, list: BuildsRequest, scan: ScannedBuilds) {
        self.kept.update_value(|Kept { scans, .. }| {
            let mut others: usize = scans.iter().map(|(_, scan)| scan.len()).sum();
            while others > MAX_SCANNED_BUILDS {
                others -= scans.remove(0).1.len();
            }
            scans.push((list, scan));
        });
    }

    /// Adds a single build that was read.
    pub fn keep_build(self, build: &Build) {
        self.kept.update_value(|Kept { builds, .. }| {
            builds.retain(|known| known.build_id != build.build_id);
            builds.push(build.clone());
            let excess = builds.len().saturating_sub(MAX_BUILDS);
            builds.drain(..excess);
        });
    }

    /// Finds a build that was read or started since the console was opened.
    pub fn build(self, build_id: &str) -> Option<Build> {
        self.all_builds()
            .into_iter()
            .find(|build| build.build_id == build_id)
    }

    /// All builds in the cache, each once, the one read last first.
    pub fn all_builds(self) -> Vec<Build> {
        let mut all: Vec<Build> = Vec::new();
        let mut add = |build: &Build| {
            if all.iter().all(|known| known.build_id != build.build_id) {
                all.push(build.clone());
            }
        };
        self.kept.with_value(|kept| {
            kept.builds.iter().rev().for_each(&mut add);
            let pages = kept.pages.iter().rev();
            pages
                .flat_map(|answer| &answer.page.results.read)
                .for_each(&mut add);
        });
        self.started
            .with_untracked(|started| started.iter().for_each(|(build, _)| add(build)));
        all
    }

    /// Returns the id of a request for a list that is sent now. Ids grow.
    pub fn next_request_id(self) -> u64 {
        self.kept
            .try_update_value(|kept| {
                kept.last_request_id += 1;
                kept.last_request_id
            })
            .unwrap_or_default()
    }

    /// Makes all lists of builds read again: a build may have started that they do not show.
    pub fn invalidate(self) {
        self.invalidations.update(|count| *count += 1);
    }

    /// The number of calls of [`Self::invalidate`]. Tracked.
    pub fn invalidations(self) -> u32 {
        self.invalidations.get()
    }

    /// Adds a build that this browser started. Tables show it until a list that was requested later has
    /// been read.
    pub fn start(self, build: Build) {
        let request_id = self.kept.with_value(|kept| kept.last_request_id);
        self.keep_build(&build);
        self.started
            .update(|started| started.push((build, request_id)));
    }

    /// Resolves started builds when a list has been read: those that were started before the list was
    /// requested are in it now. Returns their ids.
    pub fn resolve_started(self, request_id: u64, request: &BuildsRequest) -> Vec<String> {
        let is_listed =
            |(build, before): &(Build, u64)| *before < request_id && matches(build, request);
        let listed: Vec<String> = self.started.with_untracked(|started| {
            let listed = started.iter().filter(|entry| is_listed(entry));
            listed.map(|(build, _)| build.build_id.clone()).collect()
        });
        if !listed.is_empty() {
            self.started
                .update(|started| started.retain(|entry| !is_listed(entry)));
        }
        listed
    }

    /// The builds that this browser started and that this list should have but has not shown yet, newest
    /// first. Tracked.
    pub fn started(self, request: &BuildsRequest) -> Vec<Build> {
        self.started.with(|started| {
            let builds = started.iter().rev().map(|(build, _)| build);
            builds
                .filter(|build| matches(build, request))
                .cloned()
                .collect()
        })
    }
}

/// Returns true if the build belongs on the first page of this list, and that page is requested.
fn matches(build: &Build, request: &BuildsRequest) -> bool {
    let (namespace, name) = build.repository().unwrap_or_default();
    let fits = |filter: &str, value: &str| filter.is_empty() || filter == value;
    request.page <= 1 && fits(&request.namespace, namespace) && fits(&request.repo, name)
}

/// The cache of this console. Call it while a component is being built.
pub fn use_session_cache() -> SessionCache {
    expect_context()
}
