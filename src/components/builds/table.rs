//! The table of builds, on the Builds page, a repository's and the insight page. Rows are keyed by build
//! id: a poll changes only the cells that show what is new, and a row keeps its nodes and its focus.
//!
//! Each row is a memo of its own. `reactive_stores`' keyed fields would do the same for 8.7 kB more (brotli; a
//! small Leptos app with one polled list weighs 61.1 kB with keyed memos and 69.8 kB with a store).

use crate::api::{Build, Timestamp};
use crate::components::builds::builds_part::{BuildsPart, RowNotes, builds_part};
use crate::components::builds::cells::{
    duration_cell, finished_length, image_cell, second_line, second_line_view, source_ref,
    started_by, status_cell, tag_cell,
};
use crate::components::builds::row_actions::row_actions;
use crate::components::time::relative_time;
use crate::reactive::{Part, dynamic, for_each, memo, show, text_signal};
use crate::routing::routes::{Sort, SortBy};
use crate::t_signal;
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The order of a table's rows, and the `href` of the page in another order.
#[derive(Clone, Copy)]
pub(crate) struct Sorting {
    pub current: Signal<Option<Sort>>,
    pub href: Callback<Option<Sort>, String>,
}

/// The name that the link of a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowSubject {
    /// The whole image, `namespace/name:tag`.
    Image,
    /// Only the tag: all rows are of one repository, which the page names.
    Tag,
}

/// The table of these builds, in the given order.
pub(crate) fn builds_table(
    builds: Signal<Vec<Build>>,
    caption: Signal<String>,
    sorting: Option<Sorting>,
) -> AnyView {
    table_with(builds, caption, sorting, RowSubject::Image)
}

/// The table of one repository's builds: a row names the tag alone.
pub(crate) fn repository_builds_table(
    builds: Signal<Vec<Build>>,
    caption: Signal<String>,
) -> AnyView {
    table_with(builds, caption, None, RowSubject::Tag)
}

fn table_with(
    builds: Signal<Vec<Build>>,
    caption: Signal<String>,
    sorting: Option<Sorting>,
    subject: RowSubject,
) -> AnyView {
    let keys = move || builds.with(|builds| builds.iter().map(row_key).collect());
    let longest = memo(move || {
        builds.with(|builds| builds.iter().map(finished_length).max().unwrap_or_default())
    });
    let notes = RowNotes::new(Vec::new());
    let rows = for_each(keys, move |key| {
        build_row(row_build(builds, key), key, longest, subject, notes)
    });
    let has_rows = move || builds.with(|builds| !builds.is_empty());
    let sortable = |class, label, by| match sorting {
        Some(sorting) => sortable_head(class, label, by, sorting),
        None => plain_head(class, label),
    };
    // The style lays the rows out as lines on a phone, which takes a table's own roles away.
    view! {
        <div class="table-scroll">
            <table class="builds-table" role="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {sortable("col-status", t_signal!(builds.status), SortBy::Status)}
                        {sortable("col-image", t_signal!(builds.image), SortBy::Image)}
                        {plain_head("col-source", t_signal!(builds.source))}
                        {plain_head("col-starter", t_signal!(builds.started_by))}
                        {sortable("col-when", t_signal!(builds.when), SortBy::When)}
                        {sortable("col-took", t_signal!(builds.duration), SortBy::Duration)}
                        <th scope="col" role="columnheader" class="col-actions">
                            <span class="visually-hidden">{t_signal!(builds.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows}</tbody>
            </table>
        </div>
        {show(has_rows, move || builds_part(BuildsPart::RowNotes(builds, notes)))}
    }
    .into_any()
}

fn plain_head(class: &'static str, label: Signal<String>) -> AnyView {
    view! {
        <th scope="col" role="columnheader" class=class>
            {label}
        </th>
    }
    .into_any()
}

/// Returns the key of a build's row: a hash of the build's id.
pub(crate) fn row_key(build: &Build) -> u64 {
    let mut hasher = DefaultHasher::new();
    build.build_id.hash(&mut hasher);
    hasher.finish()
}

/// Selects one row's build from the list. Notifies its subscribers only when that build has changed.
fn row_build(builds: Signal<Vec<Build>>, key: u64) -> Memo<Build> {
    Memo::new(move |last: Option<&Build>| {
        let found = builds.with(|builds| {
            let build = builds.iter().find(|build| row_key(build) == key);
            build.cloned()
        });
        // When the build leaves the list, this can run once more before its row is removed.
        found.or_else(|| last.cloned()).unwrap_or_default()
    })
}

/// The head of a column that sorts the rows. Each press goes on to the next order: descending,
/// ascending, the API's own.
fn sortable_head(
    class: &'static str,
    label: Signal<String>,
    by: SortBy,
    sorting: Sorting,
) -> AnyView {
    let descending = move || {
        let current = sorting.current.get().filter(|sort| sort.by == by);
        current.map(|sort| sort.descending)
    };
    let href = move || {
        let next = match descending() {
            None => Some(true),
            Some(true) => Some(false),
            Some(false) => None,
        };
        sorting
            .href
            .run(next.map(|descending| Sort { by, descending }))
    };
    let order = move || {
        descending().map(|descending| {
            if descending {
                "descending"
            } else {
                "ascending"
            }
        })
    };
    let arrow = move || match descending() {
        None => "",
        Some(true) => " ↓",
        Some(false) => " ↑",
    };
    view! {
        <th scope="col" role="columnheader" class=class aria-sort=order>
            <a
                class="sort"
                href=text_signal(href)
                title=t_signal!(builds.sort_by, column = label.get())
            >
                {label}
                <span aria-hidden="true">{text_signal(arrow)}</span>
            </a>
        </th>
    }
    .into_any()
}

/// Adds the fields of a build that one cell shows.
type Fields = fn(&Build, &mut DefaultHasher);

/// A cell that is drawn again only when its fields have changed. They are compared by their hash, which takes less code
/// than a copy of each.
fn facet_cell(
    class: &'static str,
    build: Memo<Build>,
    fields: Fields,
    view: impl Fn(&Build) -> AnyView + Send + 'static,
) -> AnyView {
    cell(class, vec![facet(build, fields, Box::new(view))])
}

fn cell(class: &'static str, parts: Vec<Part>) -> AnyView {
    view! {
        <td role="cell" class=class>
            {parts}
        </td>
    }
    .into_any()
}

/// A part of a cell that is drawn again only when its fields have changed.
fn facet(build: Memo<Build>, fields: Fields, view: Box<dyn Fn(&Build) -> AnyView + Send>) -> Part {
    let facet = memo(move || {
        let mut hasher = DefaultHasher::new();
        build.with(|build| fields(build, &mut hasher));
        hasher.finish()
    });
    dynamic(move || {
        // `track` would not compute it.
        facet.get();
        build.with_untracked(&view)
    })
}

fn build_row(
    build: Memo<Build>,
    key: u64,
    longest: Memo<u64>,
    subject: RowSubject,
    notes: RowNotes,
) -> AnyView {
    let image: fn(&Build) -> AnyView = match subject {
        RowSubject::Image => image_cell,
        RowSubject::Tag => tag_cell,
    };
    // The link may have the focus: it stays when only the line below it changes.
    let lines = vec![
        facet(build, image_fields, Box::new(image)),
        facet(build, line_fields, Box::new(second_line_view)),
    ];
    let when = |build: &Build| match build.created_at.or(build.started_at) {
        Some(time) => relative_time(time).into_any(),
        None => "–".into_any(),
    };
    let took = move |build: &Build| duration_cell(build, longest);
    let note = move || {
        notes.with(|notes| {
            let note = notes.iter().find(|(noted, _)| *noted == key);
            note.map(|(_, view)| view())
        })
    };
    let took = vec![facet(build, duration_fields, Box::new(took)), dynamic(note)];
    view! {
        <tr role="row">
            {facet_cell("col-status", build, status_fields, status_cell)} {cell("col-image", lines)}
            {facet_cell("col-source", build, source_fields, source_ref)}
            {facet_cell("col-starter", build, starter_fields, started_by)}
            {facet_cell("col-when", build, time_fields, when)} {cell("col-took", took)}
            <td role="cell" class="col-actions">
                {row_actions(build)}
            </td>
        </tr>
    }
    .into_any()
}

fn status_fields(build: &Build, hasher: &mut DefaultHasher) {
    (build.status.as_str(), &build.detail).hash(hasher);
}

fn image_fields(build: &Build, hasher: &mut DefaultHasher) {
    (&build.docker_repo_path, &build.docker_repo_tag).hash(hasher);
}

fn line_fields(build: &Build, hasher: &mut DefaultHasher) {
    second_line(build).hash(hasher);
}

fn source_fields(build: &Build, hasher: &mut DefaultHasher) {
    (build.code_repo_type.as_str(), &build.code_repo_type_value).hash(hasher);
    build.code_head_commit.hash(hasher);
}

fn starter_fields(build: &Build, hasher: &mut DefaultHasher) {
    (build.auto_created, &build.created_by).hash(hasher);
}

fn time_fields(build: &Build, hasher: &mut DefaultHasher) {
    let time = build.created_at.or(build.started_at);
    time.map(Timestamp::millis).hash(hasher);
}

fn duration_fields(build: &Build, hasher: &mut DefaultHasher) {
    build.status.as_str().hash(hasher);
    for time in [build.started_at, build.ended_at] {
        time.map(Timestamp::millis).hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Status;
    use leptos::reactive::owner::Owner;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn build(id: &str, status: Status) -> Build {
        Build {
            build_id: id.to_owned(),
            status,
            ..Build::default()
        }
    }

    #[test]
    fn a_row_follows_its_own_build_and_nothing_else() {
        Owner::new().with(|| {
            let first = [build("1", Status::InProgress), build("2", Status::Waiting)];
            let list = RwSignal::new(first.to_vec());
            let row = row_build(list.into(), row_key(&build("1", Status::Waiting)));
            let drawn = Arc::new(AtomicU32::new(0));
            let count = drawn.clone();
            let status = memo(move || {
                count.fetch_add(1, Ordering::Relaxed);
                row.with(|build| build.status.clone())
            });
            assert_eq!(status.get_untracked(), Status::InProgress);
            // Another build changes, and the rows change places.
            list.set(vec![
                build("2", Status::Failed),
                build("1", Status::InProgress),
            ]);
            assert_eq!(status.get_untracked(), Status::InProgress);
            assert_eq!(drawn.load(Ordering::Relaxed), 1);
            list.set(vec![build("1", Status::Succeeded)]);
            assert_eq!(status.get_untracked(), Status::Succeeded);
            // The build leaves the list before its row is removed.
            list.set(Vec::new());
            assert_eq!(status.get_untracked(), Status::Succeeded);
            assert_eq!(drawn.load(Ordering::Relaxed), 2);
        });
    }
}
