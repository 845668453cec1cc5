//! Builds whose end the user wants to be told of: those that this browser started, and the one that is
//! open. Only the list is here; the watching is loaded when there is something to watch.

use crate::platform::notifications::can_notify;
use crate::platform::storage::{Keep, store, stored};
use leptos::prelude::*;

/// The builds to be watched, and whether the user wants that. Provided once; copies are the same thing.
#[derive(Clone, Copy)]
pub struct BuildWatchlist {
    builds: RwSignal<Vec<String>>,
    /// Those of them that this browser started: watched wherever the user goes.
    own: StoredValue<Vec<String>>,
    wanted: RwSignal<bool>,
    /// Whether the watching has been started and has not ended.
    runs: StoredValue<bool>,
}

const WANTED: &str = "notify";

impl BuildWatchlist {
    /// Starts with nothing to watch.
    pub fn provide() -> Self {
        let watch = Self {
            builds: RwSignal::new(Vec::new()),
            own: StoredValue::default(),
            wanted: RwSignal::new(stored(Keep::Device, WANTED).is_some() && can_notify()),
            runs: StoredValue::new(false),
        };
        provide_context(watch);
        watch
    }

    /// Watches this build too.
    pub fn add(self, build_id: &str) {
        if self
            .builds
            .with_untracked(|ids| ids.iter().all(|id| id != build_id))
        {
            self.builds.update(|ids| ids.push(build_id.to_owned()));
        }
    }

    /// Watches this build, which this browser started, until it ends.
    pub fn add_own(self, build_id: &str) {
        self.own.update_value(|own| own.push(build_id.to_owned()));
        self.add(build_id);
    }

    /// The page of this build is left: it is watched no more, unless this browser started it.
    pub fn leave(self, build_id: &str) {
        if self
            .own
            .with_value(|own| own.iter().all(|id| id != build_id))
        {
            self.remove(build_id);
        }
    }

    /// Watches this build no more.
    pub fn remove(self, build_id: &str) {
        self.builds.update(|ids| ids.retain(|id| id != build_id));
    }

    /// The builds to be watched now.
    pub fn builds(self) -> Vec<String> {
        self.builds.get_untracked()
    }

    /// Whether the user wants to be told, tracked.
    pub fn wanted(self) -> bool {
        self.wanted.get()
    }

    /// The user wants to be told, or no more. Kept in this browser.
    pub fn want(self, wanted: bool) {
        store(Keep::Device, WANTED, wanted.then_some("1"));
        self.wanted.set(wanted);
    }

    /// Whether there is something to watch, and nobody who does; whoever is told yes does it from now
    /// on. Tracked.
    pub fn begins(self) -> bool {
        let begins = self.wanted.get() && self.builds.with(|ids| !ids.is_empty());
        begins && !self.runs.get_value() && {
            self.runs.set_value(true);
            true
        }
    }

    /// Whether there still is something to watch; after no, somebody else may begin.
    pub fn goes_on(self) -> bool {
        let goes_on =
            self.wanted.get_untracked() && self.builds.with_untracked(|ids| !ids.is_empty());
        self.runs.set_value(goes_on);
        goes_on
    }
}

/// What is watched. Call it while a component is being built.
pub fn use_watchlist() -> BuildWatchlist {
    expect_context()
}
