//! Remembers what is small about the log on screen once it is read as a whole, like that of a log that was read for
//! another page.

use crate::api::Build;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::read_logs::use_read_logs;
use crate::query::Query;
use crate::reactive::{effect, memo};
use leptos::prelude::*;

/// Remembers the facts of the log of a finished build. Those of a part, or of a file, would be others.
pub(crate) fn record_facts(commands: LogCommands, build: Query<Build>) {
    let viewer = commands.viewer;
    let logs = use_read_logs();
    // Lines can change while the explanation does not.
    let lines = memo(move || {
        let counts = viewer.counts.get();
        (counts.lines, counts.readings, counts.outcome)
    });
    effect(move || {
        lines.track();
        let is_whole = viewer.loaded.get() == (None, None);
        let (explained, build) = (viewer.explained.get(), build.data());
        let Some((explanation, build)) = explained.zip(build) else {
            return;
        };
        if is_whole && build.is_finished() && commands.source.is_api() {
            viewer.with_model(|model| logs.record(&build, &model.log, &explanation));
        }
    });
}
