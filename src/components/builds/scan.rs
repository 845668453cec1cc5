//! The search through all builds, as the page shows it. The search itself is loaded on demand: see `scan_reader`.

use crate::api::Build;
use crate::components::builds::list::BuildsList;
use crate::routing::routes::BuildsQuery;
use leptos::prelude::*;

/// The search for the builds that fit the query's filters. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct Scan {
    pub query: Memo<BuildsQuery>,
    /// The list that is looked through; it reads its first page again and again.
    pub list: BuildsList,
    /// The builds that were found so far; `None` before the first page was looked at.
    pub found: RwSignal<Option<Found>>,
    /// How often the user asked to see all new builds.
    pub reveals: RwSignal<u32>,
    /// True after the user stopped the search, until it goes on.
    pub is_stopped: RwSignal<bool>,
}

/// The result of a search so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Found {
    /// The rows of the query's page.
    pub rows: Vec<Build>,
    /// The number of builds that fit, of those that were looked at.
    pub fitting: u64,
    /// The number of fitting builds that are newer than those on the pages.
    pub unseen: u64,
    /// True if no other build can fit.
    pub is_complete: bool,
    /// True while more builds are looked at.
    pub is_reading: bool,
}

impl Scan {
    /// Starts without anything found.
    pub(crate) fn new(query: Memo<BuildsQuery>, list: BuildsList) -> Self {
        Self {
            query,
            list,
            found: RwSignal::new(None),
            reveals: RwSignal::new(0),
            is_stopped: RwSignal::new(false),
        }
    }
}
