//! Notes below the durations of a table's rows: how long a build still takes, and which took unusually long. What is
//! usual is taken from all builds that were read for tables since the console was opened.

use crate::api::Build;
use crate::components::builds::builds_part::RowNotes;
use crate::components::builds::duration_note::duration_note;
use crate::components::builds::expectation::{DurationNote, usual_duration};
use crate::components::builds::spread::Spread;
use crate::components::builds::table::row_key;
use crate::reactive::effect;
use crate::state::session_cache::use_session_cache;
use leptos::prelude::*;
use std::sync::Arc;

/// Keeps the notes of these rows.
pub(crate) fn row_notes(builds: Signal<Vec<Build>>, notes: RowNotes) -> AnyView {
    let cache = use_session_cache();
    // A note that stays the same is not drawn again: a build is the same as long as its times are.
    let before = StoredValue::new(Vec::new());
    effect(move || {
        let known = cache.all_builds();
        let noted: Vec<(Build, Spread)> = builds.with(|builds| {
            let known = builds.iter().chain(&known);
            let noted = builds.iter().filter_map(|build| {
                let usual = usual_duration(build, known.clone())?;
                may_have_note(build, usual).then(|| (times_of(build), usual))
            });
            noted.collect()
        });
        if before.with_value(|before| *before == noted) {
            return;
        }
        before.set_value(noted.clone());
        let views = noted.into_iter().map(|(build, usual)| {
            let key = row_key(&build);
            let view = move || duration_note(&build, usual);
            (
                key,
                Arc::new(view) as Arc<dyn Fn() -> AnyView + Send + Sync>,
            )
        });
        notes.set(views.collect());
    });
    ().into_any()
}

/// Returns true for a build that runs, and for one that took unusually long.
fn may_have_note(build: &Build, usual: Spread) -> bool {
    let Some(started) = build.started_at else {
        return false;
    };
    match build.ended_at {
        Some(ended) => {
            let millis = ended.since(started).num_milliseconds();
            DurationNote::of(millis, usual, false) == DurationNote::UnusuallyLong
        }
        None => !build.is_finished(),
    }
}

/// The parts of a note.
fn times_of(build: &Build) -> Build {
    Build {
        build_id: build.build_id.clone(),
        status: build.status.clone(),
        started_at: build.started_at,
        ended_at: build.ended_at,
        ..Build::default()
    }
}
