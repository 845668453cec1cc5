//! The watchlist: builds that end with a notification. It holds the builds that this browser started and the
//! one whose page is open. `app/build_watcher.rs` polls them; its code is loaded when there is one to poll.

use crate::platform::notifications::can_notify;
use crate::platform::storage::{Keep, store, stored};
use leptos::prelude::*;

/// The watched builds, and the setting that turns notifications on. Provided once; copies share it.
#[derive(Clone, Copy)]
pub struct BuildWatchlist {
    builds: RwSignal<Vec<String>>,
    /// Those that this browser started: they stay when the user leaves their page.
    own: StoredValue<Vec<String>>,
    is_enabled: RwSignal<bool>,
    /// True while a watcher polls the builds.
    is_polling: StoredValue<bool>,
}

const STORAGE_KEY: &str = "notify";

impl BuildWatchlist {
    /// Provides an empty watchlist, with the setting that this browser keeps.
    pub fn provide() -> Self {
        let watchlist = Self {
            builds: RwSignal::new(Vec::new()),
            own: StoredValue::default(),
            is_enabled: RwSignal::new(stored(Keep::Device, STORAGE_KEY).is_some() && can_notify()),
            is_polling: StoredValue::new(false),
        };
        provide_context(watchlist);
        watchlist
    }

    /// Adds a build.
    pub fn add(self, build_id: &str) {
        if self
            .builds
            .with_untracked(|ids| ids.iter().all(|id| id != build_id))
        {
            self.builds.update(|ids| ids.push(build_id.to_owned()));
        }
    }

    /// Adds a build that this browser started. It stays until it ends.
    pub fn add_own(self, build_id: &str) {
        self.own.update_value(|own| own.push(build_id.to_owned()));
        self.add(build_id);
    }

    /// Removes a build whose page is closed, unless this browser started it.
    pub fn remove_unless_own(self, build_id: &str) {
        if self
            .own
            .with_value(|own| own.iter().all(|id| id != build_id))
        {
            self.remove(build_id);
        }
    }

    /// Removes a build.
    pub fn remove(self, build_id: &str) {
        self.builds.update(|ids| ids.retain(|id| id != build_id));
    }

    /// The ids of the builds on the list now.
    pub fn builds(self) -> Vec<String> {
        self.builds.get_untracked()
    }

    /// Returns true while the user wants notifications. Tracked.
    pub fn is_enabled(self) -> bool {
        self.is_enabled.get()
    }

    /// Turns notifications on or off, and keeps the setting in this browser.
    pub fn set_enabled(self, is_enabled: bool) {
        store(Keep::Device, STORAGE_KEY, is_enabled.then_some("1"));
        self.is_enabled.set(is_enabled);
    }

    /// Returns true if there are builds to poll and no watcher polls them. The caller must start one. Tracked.
    pub fn try_start_polling(self) -> bool {
        let has_builds = self.is_enabled.get() && self.builds.with(|ids| !ids.is_empty());
        let starts = has_builds && !self.is_polling.get_value();
        if starts {
            self.is_polling.set_value(true);
        }
        starts
    }

    /// Returns true while the watcher has builds to poll. After false it must end; a new one may start.
    pub fn continue_polling(self) -> bool {
        let has_builds =
            self.is_enabled.get_untracked() && self.builds.with_untracked(|ids| !ids.is_empty());
        self.is_polling.set_value(has_builds);
        has_builds
    }
}

/// The watchlist of this console. Call it while a component is being built.
pub fn use_watchlist() -> BuildWatchlist {
    expect_context()
}
