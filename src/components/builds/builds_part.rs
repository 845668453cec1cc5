//! The parts of the builds' pages that open on demand. Their code is in a chunk of its own, which the application
//! loads; the components here cannot know that.

use crate::api::Build;
use crate::components::builds::list::BuildsList;
use crate::components::builds::scan::Scan;
use crate::routing::routes::BuildsQuery;
use leptos::prelude::*;
use std::cell::Cell;
use std::sync::Arc;

/// A part that is loaded when it is first shown.
#[derive(Clone)]
pub(crate) enum BuildsPart {
    /// The search through all builds for those that fit a filter, and how far it is.
    Scan(Scan),
    /// The menu that a filter's chip opens.
    Filter(BuildsFilter, Memo<BuildsQuery>, BuildsList),
    /// The known repositories whose names are like those that the list was asked for.
    Suggestions(BuildsQuery),
    /// How the list is read and shown.
    ListMenu(BuildsList),
    /// The notes on how long a table's builds take.
    RowNotes(Signal<Vec<Build>>, RowNotes),
    /// The rare actions of a build's row.
    RowMenu(Memo<Build>),
    /// Starts the row's build again, and says what came of it.
    BuildAgain(BuildAgain),
}

/// Notes below the durations of a table's rows, by the rows' keys.
pub(crate) type RowNotes = RwSignal<Vec<(u64, Arc<dyn Fn() -> AnyView + Send + Sync>)>>;

/// The Build button of a row. Copies are the same button.
#[derive(Clone, Copy)]
pub(crate) struct BuildAgain {
    pub build: Memo<Build>,
    /// How often it was pressed.
    pub presses: RwSignal<u32>,
    /// True while a request is under way.
    pub busy: RwSignal<bool>,
}

/// A filter with a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BuildsFilter {
    Namespace,
    Repository,
    Status,
    Client,
    Days,
}

/// A view of the part, which appears once its code has been loaded.
pub(crate) type LoadBuildsPart = fn(BuildsPart) -> AnyView;

thread_local! {
    static LOAD: Cell<LoadBuildsPart> = const { Cell::new(|_| ().into_any()) };
}

/// Sets what loads the parts. The application does so once.
pub(crate) fn set_builds_part_loader(load: LoadBuildsPart) {
    LOAD.set(load);
}

/// A view of the part, which appears once its code has been loaded. Call it while a component is being built.
pub(crate) fn builds_part(part: BuildsPart) -> AnyView {
    LOAD.get()(part)
}
