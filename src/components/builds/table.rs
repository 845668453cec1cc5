//! The table of builds, on the Builds page and on a repository's. A row is made once; news of its build
//! change only the cells that show them.

use crate::api::Build;
use crate::components::builds::build_buttons::build_buttons;
use crate::components::builds::cells::{image_cell, source_ref, starter, status_cell};
use crate::components::time::{build_duration, relative_time};
use crate::reactive::{dynamic, for_each, memo, text_signal};
use crate::routing::routes::{Sort, SortBy};
use crate::state::start_build::{AfterStart, BuildTarget};
use crate::t_signal;
use crate::ui::table::{cell, head, row, table_of};
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How the rows of a table are sorted, and the address of the page with another order.
#[derive(Clone, Copy)]
pub struct Sorting {
    pub now: Signal<Option<Sort>>,
    pub href: Callback<Option<Sort>, String>,
}

/// Rows of builds in the order given.
pub fn builds_table(
    builds: Signal<Vec<Build>>,
    caption: Signal<String>,
    sorting: Option<Sorting>,
) -> AnyView {
    let known = StoredValue::new(Vec::<(u64, ArcRwSignal<Build>)>::new());
    // Each row's own signal is told before the list of keys is looked at.
    let keys = move || {
        builds.with(|builds| {
            known.update_value(|known| take(known, builds));
            builds.iter().map(key).collect()
        })
    };
    let rows = for_each(keys, move |key| {
        let build = known.with_value(|known| {
            let found = known.iter().find(|(of, _)| *of == key);
            found.map(|(_, build)| build.clone())
        });
        // The list asks for the keys that it was just given.
        build.map_or_else(|| ().into_any(), |build| build_row(&build))
    });
    let sorted = |label, by| match sorting {
        Some(sorting) => sorted_head(label, by, sorting),
        None => head(label),
    };
    let heads = vec![
        sorted(t_signal!(builds.status), SortBy::Status),
        sorted(t_signal!(builds.image), SortBy::Image),
        head(t_signal!(builds.source)),
        head(t_signal!(builds.started_by)),
        sorted(t_signal!(builds.when), SortBy::When),
        sorted(t_signal!(builds.duration), SortBy::Duration),
    ];
    table_of(caption, heads, rows)
}

/// Tells each build's signal what is new of it, and forgets the builds that have gone.
pub(crate) fn take(known: &mut Vec<(u64, ArcRwSignal<Build>)>, builds: &[Build]) {
    let mut keys = Vec::with_capacity(builds.len());
    for build in builds {
        let key = key(build);
        keys.push(key);
        match known.iter().find(|(of, _)| *of == key) {
            Some((_, signal)) => {
                if signal.with_untracked(|before| before != build) {
                    signal.set(build.clone());
                }
            }
            None => known.push((key, ArcRwSignal::new(build.clone()))),
        }
    }
    known.retain(|(key, _)| keys.contains(key));
}

/// A build's identity in one number.
fn key(build: &Build) -> u64 {
    let mut hasher = DefaultHasher::new();
    build.build_id.hash(&mut hasher);
    hasher.finish()
}

/// The head of a column that the rows can be sorted by: descending first, then ascending, then as the
/// API has them.
fn sorted_head(label: Signal<String>, by: SortBy, sorting: Sorting) -> AnyView {
    let descending = move || {
        let now = sorting.now.get().filter(|sort| sort.by == by);
        now.map(|sort| sort.descending)
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
            <a class="sort" href=text_signal(href) title=t_signal!(builds.sort_by, column = label.get())>
                {label}
                <span aria-hidden="true">{text_signal(arrow)}</span>
            </a>
        </th>
    }
    .into_any()
}

/// What one cell shows of a build: told of only when that has changed.
fn facet(build: &ArcRwSignal<Build>, keep: fn(&Build) -> Build) -> Memo<Build> {
    let build = build.clone();
    memo(move || build.with(keep))
}

fn shown(
    label: Signal<String>,
    build: &ArcRwSignal<Build>,
    keep: fn(&Build) -> Build,
    view: fn(&Build) -> AnyView,
) -> AnyView {
    let facet = facet(build, keep);
    cell(label, dynamic(move || facet.with(view)).into_any())
}

fn build_row(build: &ArcRwSignal<Build>) -> AnyView {
    let cells = vec![
        shown(
            t_signal!(builds.status),
            build,
            |build| Build {
                status: build.status.clone(),
                detail: build.detail.clone(),
                ..Build::default()
            },
            status_cell,
        ),
        shown(
            t_signal!(builds.image),
            build,
            |build| Build {
                build_id: build.build_id.clone(),
                docker_repo_path: build.docker_repo_path.clone(),
                docker_repo_tag: build.docker_repo_tag.clone(),
                docker_repo_version_tag: build.docker_repo_version_tag.clone(),
                ..Build::default()
            },
            image_cell,
        ),
        shown(
            t_signal!(builds.source),
            build,
            |build| Build {
                code_repo_type: build.code_repo_type.clone(),
                code_repo_type_value: build.code_repo_type_value.clone(),
                code_repo_branch_url: build.code_repo_branch_url.clone(),
                code_head_commit: build.code_head_commit.clone(),
                code_commit_http_url: build.code_commit_http_url.clone(),
                ..Build::default()
            },
            |build| source_ref(build).into_any(),
        ),
        shown(
            t_signal!(builds.started_by),
            build,
            |build| Build {
                auto_created: build.auto_created,
                created_by: build.created_by.clone(),
                ..Build::default()
            },
            starter,
        ),
        shown(
            t_signal!(builds.when),
            build,
            |build| Build {
                created_at: build.created_at.or(build.started_at),
                ..Build::default()
            },
            |build| build.created_at.map(relative_time).into_any(),
        ),
        shown(
            t_signal!(builds.duration),
            build,
            |build| Build {
                status: build.status.clone(),
                started_at: build.started_at,
                ended_at: build.ended_at,
                ..Build::default()
            },
            |build| build_duration(build).into_any(),
        ),
    ];
    let again = facet(build, |build| Build {
        docker_repo_path: build.docker_repo_path.clone(),
        docker_repo_tag: build.docker_repo_tag.clone(),
        code_head_commit: build.code_head_commit.clone(),
        ..Build::default()
    });
    let again = dynamic(move || {
        again.with(|build| build_buttons(BuildTarget::of(build), AfterStart::Stay))
    });
    row(cells, again.into_any())
}
