//! Reads the log from a file.

use crate::api::{Build, Status, Timestamp};
use crate::log_viewer::build_file::log_file::LogFile;
use crate::log_viewer::build_file::unpack::Problem;
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::reader::{FirstLines, feed, follow_outcome, read_again_on_change};
use crate::log_viewer::source::LogSource;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::log_viewer::yielding::TimeSlice;
use crate::platform::page;
use crate::query::Query;
use leptos::prelude::*;

/// Reads the log from a file. Starts again when the time window changes.
pub(crate) fn read_from_file(commands: LogCommands, build: Query<Build>) {
    let viewer = commands.viewer;
    if let LogSource::File(file) = commands.source {
        read_again_on_change(move || {
            let file = file.try_get_value()?;
            let time_window = viewer.loaded.get();
            viewer.clear();
            Some(Box::pin(async move {
                let problem = stream_file(viewer, &file, time_window).await;
                if file.head().is_none() {
                    end_unknown_build(viewer, build);
                }
                set_if_changed(viewer.file_problem, problem);
                set_if_changed(viewer.loading, false);
            }))
        });
    }
    follow_outcome(viewer, build);
}

/// Ends the build of a log alone, whose state nobody has told: it failed if its text says so.
fn end_unknown_build(viewer: LogViewer, build: Query<Build>) {
    let failing = viewer.with_model(|model| model.log.steps().failing());
    let Some(before) = untrack(move || build.data()) else {
        return;
    };
    let status = match &before.status {
        Status::Other(_) if failing.flatten().is_some() => Status::Failed,
        status => status.clone(),
    };
    build.seed(Build {
        status,
        ended_at: before
            .ended_at
            .or(Timestamp::from_millis(page::now_millis())),
        ..(*before).clone()
    });
}

/// Reads a file to its end. Returns why that cannot be done, or not to the end.
async fn stream_file(
    viewer: LogViewer,
    file: &LogFile,
    (start, end): (Option<i64>, Option<i64>),
) -> Option<Problem> {
    let mut stream = match file.stream() {
        Ok(stream) => stream,
        Err(problem) => return Some(problem),
    };
    let is_part = file.head().is_some_and(|head| head.is_part);
    viewer.update_model(|model| {
        if is_part {
            model.set_part();
        }
        model.log.begin_within(start, end);
    });
    let (mut slice, mut buffer) = (TimeSlice::background(), Vec::new());
    let mut first = FirstLines::new(viewer);
    let problem = loop {
        let more = first.wait_for(stream.next(&mut buffer)).await;
        feed(viewer, &buffer, &mut first, &mut slice).await;
        match more {
            Ok(true) => {}
            Ok(false) => break None,
            Err(problem) => break Some(problem),
        }
    };
    let summary = viewer.update_model(|model| model.log.end());
    let is_cut = summary.is_some_and(|summary| summary.truncated);
    let problem = problem.or(is_cut.then_some(Problem::CutShort));
    if problem.is_some() {
        viewer.update_model(LogModel::set_part);
    }
    viewer.draw_new_lines();
    problem
}
