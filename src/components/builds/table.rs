//! The table of builds, on the Builds page, a repository's and the insight page. Rows are keyed by build
//! id: a poll changes only the cells that show what is new, and a row keeps its nodes and its focus.
//!
//! Each row is a memo of its own. `reactive_stores`' keyed fields would do the same for 8.7 kB more (brotli; a
//! small Leptos app with one polled list weighs 61.1 kB with keyed memos and 69.8 kB with a store).

use crate::api::Build;
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::cells::{image_cell, source_ref, started_by, status_cell, tag_cell};
use crate::components::time::{build_duration, relative_time};
use crate::reactive::{dynamic, for_each, memo, text_signal};
use crate::routing::routes::{Sort, SortBy};
use crate::state::start_build::{AfterStart, BuildTarget};
use crate::t_signal;
use crate::ui::table::{cell, head, row, table_of};
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The order of a table's rows, and the `href` of the page in another order.
#[derive(Clone, Copy)]
pub(crate) struct Sorting {
    pub current: Signal<Option<Sort>>,
    pub href: Callback<Option<Sort>, String>,
}

/// What the link of a row names.
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
    let rows = for_each(keys, move |key| build_row(row_build(builds, key), subject));
    let sortable = |label, by| match sorting {
        Some(sorting) => sortable_head(label, by, sorting),
        None => head(label),
    };
    let heads = vec![
        sortable(t_signal!(builds.status), SortBy::Status),
        sortable(t_signal!(builds.image), SortBy::Image),
        head(t_signal!(builds.source)),
        head(t_signal!(builds.started_by)),
        sortable(t_signal!(builds.when), SortBy::When),
        sortable(t_signal!(builds.duration), SortBy::Duration),
    ];
    table_of(caption, heads, rows)
}

/// Returns the key of a build's row: a hash of the build's id.
fn row_key(build: &Build) -> u64 {
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
fn sortable_head(label: Signal<String>, by: SortBy, sorting: Sorting) -> AnyView {
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
        <th scope="col" aria-sort=order>
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

/// The fields of a build that one cell shows. Notifies its subscribers only when these have changed.
fn facet(build: Memo<Build>, pick: fn(&Build) -> Build) -> Memo<Build> {
    memo(move || build.with(pick))
}

/// A cell that is drawn again only when the picked fields have changed.
fn facet_cell(
    label: Signal<String>,
    build: Memo<Build>,
    pick: fn(&Build) -> Build,
    view: fn(&Build) -> AnyView,
) -> AnyView {
    let facet = facet(build, pick);
    cell(label, dynamic(move || facet.with(view)).into_any())
}

fn build_row(build: Memo<Build>, subject: RowSubject) -> AnyView {
    let image: fn(&Build) -> AnyView = match subject {
        RowSubject::Image => image_cell,
        RowSubject::Tag => tag_cell,
    };
    let cells = vec![
        facet_cell(t_signal!(builds.status), build, status_fields, status_cell),
        facet_cell(t_signal!(builds.image), build, image_fields, image),
        facet_cell(t_signal!(builds.source), build, source_fields, |build| {
            source_ref(build).into_any()
        }),
        facet_cell(
            t_signal!(builds.started_by),
            build,
            starter_fields,
            started_by,
        ),
        facet_cell(
            t_signal!(builds.when),
            build,
            |build| Build {
                created_at: build.created_at.or(build.started_at),
                ..Build::default()
            },
            |build| build.created_at.map(relative_time).into_any(),
        ),
        facet_cell(
            t_signal!(builds.duration),
            build,
            duration_fields,
            build_duration,
        ),
    ];
    let target = facet(build, target_fields);
    let buttons = dynamic(move || {
        target.with(|build| build_buttons(BuildTarget::of(build), AfterStart::Stay))
    });
    row(cells, buttons.into_any())
}

fn status_fields(build: &Build) -> Build {
    Build {
        status: build.status.clone(),
        detail: build.detail.clone(),
        ..Build::default()
    }
}

fn image_fields(build: &Build) -> Build {
    Build {
        build_id: build.build_id.clone(),
        docker_repo_path: build.docker_repo_path.clone(),
        docker_repo_tag: build.docker_repo_tag.clone(),
        docker_repo_version_tag: build.docker_repo_version_tag.clone(),
        ..Build::default()
    }
}

fn source_fields(build: &Build) -> Build {
    Build {
        code_repo_type: build.code_repo_type.clone(),
        code_repo_type_value: build.code_repo_type_value.clone(),
        code_repo_branch_url: build.code_repo_branch_url.clone(),
        code_head_commit: build.code_head_commit.clone(),
        code_commit_http_url: build.code_commit_http_url.clone(),
        ..Build::default()
    }
}

fn starter_fields(build: &Build) -> Build {
    Build {
        auto_created: build.auto_created,
        created_by: build.created_by.clone(),
        ..Build::default()
    }
}

fn duration_fields(build: &Build) -> Build {
    Build {
        status: build.status.clone(),
        started_at: build.started_at,
        ended_at: build.ended_at,
        ..Build::default()
    }
}

fn target_fields(build: &Build) -> Build {
    Build {
        docker_repo_path: build.docker_repo_path.clone(),
        docker_repo_tag: build.docker_repo_tag.clone(),
        code_head_commit: build.code_head_commit.clone(),
        ..Build::default()
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
