//! What this visit has read and done already: pages of builds, which stand again at once on the way back,
//! and the builds that this browser started.

use crate::api::{Build, Page};
use leptos::prelude::*;
use std::sync::Arc;

/// The most pages of builds that are kept.
const MOST_PAGES: usize = 12;

/// The most builds that are kept besides.
const MOST_BUILDS: usize = 60;

/// What call 2 is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BuildsRequest {
    /// Empty: all.
    pub namespace: String,
    /// Empty: all.
    pub repo: String,
    /// Counted from 1.
    pub page: u64,
}

/// A page of builds, and what was asked for it.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildsPage {
    pub asked: BuildsRequest,
    pub page: Page<Build>,
    /// The ids of the builds that this browser started and that it is the first answer to know of.
    pub own: Vec<String>,
}

/// What this visit knows. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct SessionCache {
    /// Read last, last.
    pages: StoredValue<Vec<Arc<BuildsPage>>>,
    builds: StoredValue<Vec<Build>>,
    /// Builds that this browser started, and how often lists had been asked for by then.
    started: RwSignal<Vec<(Build, u64)>>,
    asks: StoredValue<u64>,
    looks: RwSignal<u32>,
}

impl SessionCache {
    /// Starts with nothing known.
    pub fn provide() -> Self {
        let visit = Self {
            pages: StoredValue::default(),
            builds: StoredValue::default(),
            started: RwSignal::new(Vec::new()),
            asks: StoredValue::new(0),
            looks: RwSignal::new(0),
        };
        provide_context(visit);
        visit
    }

    /// Forgets all: what another API or user may see is another thing.
    pub fn clear(self) {
        self.pages.update_value(Vec::clear);
        self.builds.update_value(Vec::clear);
        self.started.update(Vec::clear);
    }

    /// A page as it was read last.
    pub fn page(self, asked: &BuildsRequest) -> Option<Arc<BuildsPage>> {
        self.pages.with_value(|pages| {
            let found = pages.iter().find(|answer| answer.asked == *asked);
            found.cloned()
        })
    }

    /// Keeps a page that was read.
    pub fn keep(self, answer: Arc<BuildsPage>) {
        self.pages.update_value(|pages| {
            pages.retain(|known| known.asked != answer.asked);
            pages.push(answer);
            let over = pages.len().saturating_sub(MOST_PAGES);
            pages.drain(..over);
        });
    }

    /// Keeps a build that was read by itself.
    pub fn keep_build(self, build: &Build) {
        self.builds.update_value(|builds| {
            builds.retain(|known| known.build_id != build.build_id);
            builds.push(build.clone());
            let over = builds.len().saturating_sub(MOST_BUILDS);
            builds.drain(..over);
        });
    }

    /// A build that was read or started in this visit.
    pub fn build(self, build_id: &str) -> Option<Build> {
        self.all_builds()
            .into_iter()
            .find(|build| build.build_id == build_id)
    }

    /// All builds that were read or started in this visit, each once, what was read last first.
    pub fn all_builds(self) -> Vec<Build> {
        let mut all: Vec<Build> = Vec::new();
        let mut add = |build: &Build| {
            if all.iter().all(|known| known.build_id != build.build_id) {
                all.push(build.clone());
            }
        };
        self.builds
            .with_value(|builds| builds.iter().rev().for_each(&mut add));
        self.pages.with_value(|pages| {
            let pages = pages.iter().rev();
            pages
                .flat_map(|answer| &answer.page.results.read)
                .for_each(&mut add);
        });
        self.started
            .with_untracked(|started| started.iter().for_each(|(build, _)| add(build)));
        all
    }

    /// A list is asked for now: the number of this request.
    pub fn ask(self) -> u64 {
        self.asks
            .try_update_value(|asks| {
                *asks += 1;
                *asks
            })
            .unwrap_or_default()
    }

    /// Something may have happened that the lists would tell of: they are read again.
    pub fn look(self) {
        self.looks.update(|looks| *looks += 1);
    }

    /// How often the lists were to be read again, tracked.
    pub fn looks(self) -> u32 {
        self.looks.get()
    }

    /// This browser started a build: it stands in the tables until a list that was asked for later
    /// has come.
    pub fn start(self, build: Build) {
        let asks = self.asks.get_value();
        self.keep_build(&build);
        self.started.update(|started| started.push((build, asks)));
    }

    /// The answer to the list's request of this number has come. It knows of what was started before it
    /// was asked for: the ids of these builds, which the table has in this answer now.
    pub fn answered(self, number: u64, asked: &BuildsRequest) -> Vec<String> {
        let known = |(build, before): &(Build, u64)| *before < number && fits(build, asked);
        let own: Vec<String> = self.started.with_untracked(|started| {
            let known = started.iter().filter(|one| known(one));
            known.map(|(build, _)| build.build_id.clone()).collect()
        });
        if !own.is_empty() {
            self.started
                .update(|started| started.retain(|one| !known(one)));
        }
        own
    }

    /// The builds that this browser has started and that a list asked for like this has not told of yet,
    /// newest first, tracked.
    pub fn started(self, asked: &BuildsRequest) -> Vec<Build> {
        self.started.with(|started| {
            let fitting = started.iter().rev().map(|(build, _)| build);
            fitting
                .filter(|build| fits(build, asked))
                .cloned()
                .collect()
        })
    }
}

/// Whether a list asked for like this would hold the build, on its first page.
fn fits(build: &Build, asked: &BuildsRequest) -> bool {
    let (namespace, name) = build.repository().unwrap_or_default();
    let is = |wanted: &str, is: &str| wanted.is_empty() || wanted == is;
    asked.page <= 1 && is(&asked.namespace, namespace) && is(&asked.repo, name)
}

/// What this visit knows. Call it while a component is being built.
pub fn use_session_cache() -> SessionCache {
    expect_context()
}
