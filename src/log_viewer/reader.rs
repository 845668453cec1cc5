//! Reads the log: from the API, where it streams the first answer and then polls while the build runs, or from a file.

use crate::api::{Build, Status, Timestamp};
use crate::client::{Client, Error, LogStream, backoff};
use crate::log::Fault;
use crate::log_viewer::build_file::log_file::LogFile;
use crate::log_viewer::build_file::unpack::Problem;
use crate::log_viewer::model::LogModel;
use crate::log_viewer::read_logs::facts::outcome_of;
use crate::log_viewer::source::LogSource;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::log_viewer::yielding::{TimeSlice, next_frame};
use crate::platform::page;
use crate::query::{Query, intervals};
use crate::reactive::{effect, memo};
use crate::state::connection::use_connection;
use futures_util::future::{AbortHandle, LocalBoxFuture, abortable};
use leptos::ev;
use leptos::prelude::*;

/// The number of consecutive reads without new lines after which the log of a finished build is complete.
const FINAL_EMPTY_READS: u32 = 2;

/// The number of bytes decoded between two checks of the clock.
const CHUNK_BYTES: usize = 64 * 1024;

/// Reads a log into the viewer as long as the page exists.
pub(crate) fn start_reading(viewer: LogViewer, source: LogSource, build: Query<Build>) {
    match source {
        LogSource::Api(build_id) => poll(viewer, build_id, build),
        LogSource::File(file) => read_file(viewer, file, build),
    }
    effect(move || {
        let outcome = build.data().map(|build| outcome_of(&build));
        viewer.set_outcome(outcome.unwrap_or_default());
        viewer.poll_timer().wake();
    });
}

/// Reads the log from the API. Starts again when the connection or the time window changes.
fn poll(viewer: LogViewer, build_id: StoredValue<String>, build: Query<Build>) {
    let connection = use_connection();
    let finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    read_again_on_change(move || {
        let client = connection.client();
        let time_window = viewer.time_window.get();
        let client = client?;
        viewer.clear();
        let reader = LogReader {
            viewer,
            client,
            build_id,
            time_window,
            finished,
        };
        Some(Box::pin(reader.run()))
    });
    read_when_online_or_visible(viewer);
}

/// Runs the read that `start` returns, until a signal that it tracks changes or the page is gone.
fn read_again_on_change(start: impl Fn() -> Option<LocalBoxFuture<'static, ()>> + 'static) {
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    };
    effect(move || {
        stop();
        let Some(run) = start() else { return };
        let (run, handle) = abortable(run);
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // An error means that the read was aborted, because the page is gone or a new read started.
            let _ = run.await;
        });
    });
    on_cleanup(stop);
}

/// Reads the log from a file. Starts again when the time window changes.
fn read_file(viewer: LogViewer, file: StoredValue<LogFile, LocalStorage>, build: Query<Build>) {
    read_again_on_change(move || {
        let file = file.try_get_value()?;
        let time_window = viewer.time_window.get();
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
    let problem = loop {
        let more = stream.next(&mut buffer).await;
        feed(viewer, &buffer, &mut slice).await;
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

/// Feeds bytes of an answer to the log, in slices. Returns the number of new lines.
async fn feed(viewer: LogViewer, bytes: &[u8], slice: &mut TimeSlice) -> usize {
    let mut new_lines = 0;
    for chunk in bytes.chunks(CHUNK_BYTES) {
        let was_empty = viewer.with_model(|model| model.log.is_empty()) == Some(true);
        let fed = viewer.update_model(|model| model.log.feed(chunk));
        let fed = fed.unwrap_or(0);
        new_lines += fed;
        viewer.request_redraw();
        match was_empty && fed > 0 {
            // Show the first lines before decoding more.
            true => {
                viewer.draw_new_lines();
                next_frame().await;
            }
            false => slice.next().await,
        }
    }
    new_lines
}

/// Reads at once when the device is online again or the page becomes visible.
fn read_when_online_or_visible(viewer: LogViewer) {
    let online = window_event_listener(ev::online, move |_| viewer.poll_timer().wake());
    let visible = window_event_listener(ev::visibilitychange, move |_| {
        if !page::is_hidden() {
            viewer.poll_timer().wake();
            viewer.request_redraw();
        }
    });
    on_cleanup(move || {
        online.remove();
        visible.remove();
    });
}

struct LogReader {
    viewer: LogViewer,
    client: Client,
    build_id: StoredValue<String>,
    /// Start and end, Unix seconds, UTC.
    time_window: (Option<i64>, Option<i64>),
    finished: Memo<bool>,
}

impl LogReader {
    /// Reads until the log is complete. Retries after errors.
    async fn run(self) {
        let viewer = self.viewer;
        let (mut failures, mut empty_reads) = (0, 0);
        let mut buffer = Vec::new();
        while empty_reads < FINAL_EMPTY_READS {
            let finished = self.finished.try_get_untracked().unwrap_or(true);
            match self.read_once(&mut buffer).await {
                Ok(new_lines) => {
                    failures = 0;
                    set_if_changed(viewer.error, None);
                    set_if_changed(viewer.loading, false);
                    empty_reads = match finished && new_lines == 0 {
                        true => empty_reads + 1,
                        false => 0,
                    };
                    viewer.poll_timer().wait(Some(intervals::LOG)).await;
                }
                Err(error) => {
                    // After a permanent error, waits until the user retries.
                    let delay = error.is_transient().then(|| {
                        let earlier = failures;
                        failures += 1;
                        backoff::LOG.delay_after(error.pause(), earlier, backoff::chance())
                    });
                    set_if_changed(viewer.error, Some(error));
                    viewer.poll_timer().wait(delay).await;
                }
            }
        }
    }

    /// Reads one answer, from the second of the last line on. Returns the number of new lines.
    async fn read_once(&self, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        let viewer = self.viewer;
        let resume_at = viewer.with_model(|model| model.log.resume_at()).flatten();
        let (start, end) = self.time_window;
        let start = resume_at.max(start);
        let Some(id) = self.build_id.try_get_value() else {
            return Ok(0);
        };
        let stream = self.client.log_stream(&id, start, end).await?;
        viewer.update_model(|model| model.log.begin(start));
        let received = self.receive(stream, buffer).await;
        let summary = match &received {
            Ok(_) => viewer.update_model(|model| model.log.end()),
            Err(_) => viewer.update_model(|model| model.log.abort()),
        };
        viewer.draw_new_lines();
        let new_lines = received?;
        match summary {
            Some(summary) => match summary.fault {
                Some(Fault::NotAnArray(reason)) => Err(Error::Unreadable { reason }),
                // The connection was cut, even though it ended without an error.
                None if summary.truncated => Err(Error::Unreachable),
                None => Ok(new_lines),
            },
            None => Ok(new_lines),
        }
    }

    /// Feeds the answer to the log while it streams in. Returns the number of new lines.
    async fn receive(&self, mut stream: LogStream, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        let mut slice = TimeSlice::background();
        let mut new_lines = 0;
        while stream.next(buffer).await? {
            new_lines += feed(self.viewer, buffer, &mut slice).await;
        }
        Ok(new_lines)
    }
}
