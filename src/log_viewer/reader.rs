//! Reads the log from the API: streams the first answer, then polls while the build runs.

use crate::api::{Build, Timestamp};
use crate::client::{Client, Error, LogStream, ServerClock, backoff};
use crate::log::{Fault, Rereading, Summary};
use crate::log_viewer::commands::LogCommands;
use crate::log_viewer::read_logs::facts::outcome_of;
use crate::log_viewer::reading_plan::{Answer, Known, Next, Read, ReadingPlan};
use crate::log_viewer::source::LogSource;
use crate::log_viewer::tools::load_tools;
use crate::log_viewer::view_state::{LogViewer, set_if_changed};
use crate::log_viewer::yielding::{TimeSlice, elapsed_since, now_millis};
use crate::platform::page;
use crate::platform::timer::sleep;
use crate::query::Query;
use crate::reactive::{effect, memo};
use crate::state::connection::use_connection;
use futures_util::future::{AbortHandle, Either, LocalBoxFuture, abortable, select};
use leptos::ev;
use leptos::prelude::*;
use std::pin::pin;
use std::time::Duration;

/// The number of bytes decoded between two checks of the clock.
const CHUNK_BYTES: usize = 64 * 1024;

/// The longest that the first lines wait for more of them.
const MAX_FIRST_DELAY: Duration = Duration::from_millis(8);

/// Reads a log from the API into the viewer, as long as the page exists.
pub(crate) fn read_from_api(commands: LogCommands, build: Query<Build>) {
    if let LogSource::Api(build_id) = commands.source {
        poll(commands, build_id, build);
    }
    follow_outcome(commands.viewer, build);
}

/// Tells the viewer the state of the build.
pub(crate) fn follow_outcome(viewer: LogViewer, build: Query<Build>) {
    // Not at each change of the build: a log that is repeated is asked for less often.
    let state = memo(move || {
        let build = build.data()?;
        Some((outcome_of(&build), build.is_finished()))
    });
    effect(move || {
        let outcome = state.get().map(|(outcome, _)| outcome);
        viewer.set_outcome(outcome.unwrap_or_default());
        viewer.poll_timer().wake();
    });
}

/// Reads the log from the API. Starts again when the connection or the time window changes.
fn poll(commands: LogCommands, build_id: StoredValue<String>, build: Query<Build>) {
    let viewer = commands.viewer;
    let connection = use_connection();
    let known = memo(move || {
        let build = build.data();
        Known {
            is_finished: build.as_ref().map(|build| build.is_finished()),
            ended_at: build
                .and_then(|build| build.ended_at)
                .map(Timestamp::millis),
        }
    });
    read_again_on_change(move || {
        let client = connection.client();
        let time_window = viewer.loaded.get();
        let client = client?;
        viewer.clear();
        let reader = LogReader {
            commands,
            client,
            clock: connection.clock(),
            build_id,
            time_window,
            known,
        };
        Some(Box::pin(reader.run()))
    });
    read_when_online_or_visible(viewer);
}

/// Runs the read that `start` returns, until a signal that it tracks changes or the page is gone.
pub(crate) fn read_again_on_change(
    start: impl Fn() -> Option<LocalBoxFuture<'static, ()>> + 'static,
) {
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

/// Feeds bytes of an answer to the log, in slices.
pub(crate) async fn feed(
    viewer: LogViewer,
    bytes: &[u8],
    first: &mut FirstLines,
    slice: &mut TimeSlice,
) {
    for chunk in bytes.chunks(CHUNK_BYTES) {
        settle(viewer, slice).await;
        viewer.update_model(|model| model.log.take(chunk));
        settle(viewer, slice).await;
        viewer.mark_fed();
        match first.must_be_drawn() {
            // Before more is decoded.
            true => {
                first.draw();
                slice.draw().await;
            }
            false => slice.next().await,
        }
        if !first.are_awaited {
            viewer.request_redraw();
        }
    }
}

/// The first lines of a log. They are drawn soon, but not so soon that a short log would be drawn twice.
pub(crate) struct FirstLines {
    viewer: LogViewer,
    /// True until they are drawn.
    are_awaited: bool,
    /// When the reading of the answer began, see `now_millis`.
    began_millis: f64,
}

impl FirstLines {
    pub(crate) fn new(viewer: LogViewer) -> Self {
        Self {
            viewer,
            are_awaited: viewer.with_model(|model| model.log.is_empty()) == Some(true),
            began_millis: now_millis(),
        }
    }

    /// Returns true if there are lines, and decoding more of them would take too long.
    fn must_be_drawn(&self) -> bool {
        self.are_awaited && elapsed_since(self.began_millis) > MAX_FIRST_DELAY && self.are_there()
    }

    fn are_there(&self) -> bool {
        self.viewer.with_model(|model| !model.log.is_empty()) == Some(true)
    }

    fn draw(&mut self) {
        self.are_awaited = false;
        self.viewer.draw_new_lines();
    }

    /// Waits for the next bytes. Draws the first lines if that takes long.
    pub(crate) async fn wait_for<T>(&mut self, next: impl Future<Output = T>) -> T {
        let next = pin!(next);
        if !self.are_awaited || !self.are_there() {
            return next.await;
        }
        match select(next, pin!(sleep(MAX_FIRST_DELAY))).await {
            Either::Left((bytes, _)) => bytes,
            Either::Right(((), next)) => {
                self.draw();
                next.await
            }
        }
    }
}

/// Compares an answer with the lines that are there, in slices.
async fn settle(viewer: LogViewer, slice: &mut TimeSlice) {
    while viewer.update_model(|model| model.log.settle(CHUNK_BYTES)) == Some(false) {
        slice.next().await;
    }
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
    commands: LogCommands,
    client: Client,
    /// The API's clock.
    clock: ServerClock,
    build_id: StoredValue<String>,
    /// Start and end, Unix seconds, UTC.
    time_window: (Option<i64>, Option<i64>),
    known: Memo<Known>,
}

impl LogReader {
    /// Reads until the log is complete. Retries after errors.
    async fn run(self) {
        let viewer = self.commands.viewer;
        let (mut plan, mut read, mut failures) = (ReadingPlan::default(), Read::Tail, 0);
        let mut buffer = Vec::new();
        loop {
            let received = match read {
                Read::Tail => self.read_tail(&mut buffer).await,
                Read::Whole => self.read_whole(&mut buffer).await,
            };
            let size = viewer.with_model(|model| model.log.text_bytes());
            match received {
                Ok(received) => {
                    failures = 0;
                    set_if_changed(viewer.error, None);
                    set_if_changed(viewer.loading, false);
                    let answer = Answer {
                        read,
                        // By the clock of the API, which its first answer tells.
                        asked_at: received.asked_at.saturating_add(self.clock.ahead()),
                        is_news: received.is_news,
                        repeated_bytes: received.repeated_bytes,
                    };
                    match plan.after(answer, self.known(), size.unwrap_or(0)) {
                        Next::Done => return,
                        Next::Read(next, delay) => {
                            read = next;
                            viewer.poll_timer().wait(Some(delay)).await;
                            if plan.is_complete(self.known()) {
                                return;
                            }
                        }
                    }
                }
                Err(error) => {
                    if size.is_some_and(|size| size > 0) {
                        plan.record_failure();
                    }
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

    /// Returns what is known of the build. Without its page, nothing more is read.
    fn known(&self) -> Known {
        self.known.try_get_untracked().unwrap_or(Known {
            is_finished: Some(true),
            ended_at: None,
        })
    }

    /// The time by the API's clock, Unix milliseconds.
    fn now_millis(&self) -> i64 {
        page::now_millis().saturating_add(self.clock.ahead())
    }

    /// Reads one answer, from the second of the last line on, but never from a second that is still to come.
    async fn read_tail(&self, buffer: &mut Vec<u8>) -> Result<Received, Error> {
        let viewer = self.commands.viewer;
        let now = self.now_millis().div_euclid(1_000);
        let resume_at = viewer.with_model(|model| model.log.resume_until(now));
        let (start, end) = self.time_window;
        let start = resume_at.flatten().max(start);
        let Some(id) = self.build_id.try_get_value() else {
            return Ok(Received::default());
        };
        let stream = self.client.log_stream(&id, start, end).await?;
        let asked_at = stream.asked_at();
        let size = || viewer.with_model(|model| model.log.text_bytes());
        let before = size();
        viewer.update_model(|model| model.log.begin(start));
        let received = self.receive(stream, buffer).await;
        let summary = match &received {
            Ok(_) => viewer.update_model(|model| model.log.end()),
            Err(_) => viewer.update_model(|model| model.log.abort()),
        };
        viewer.draw_new_lines();
        received?;
        let summary = whole_answer(summary.unwrap_or_default())?;
        let share = summary.known as f64 / summary.entries.max(1) as f64;
        Ok(Received {
            asked_at,
            is_news: size() > before,
            repeated_bytes: (summary.bytes as f64 * share) as u64,
        })
    }

    /// Feeds the answer to the log while it streams in.
    async fn receive(&self, mut stream: LogStream, buffer: &mut Vec<u8>) -> Result<(), Error> {
        let viewer = self.commands.viewer;
        let (mut first, mut slice) = (FirstLines::new(viewer), TimeSlice::background());
        while first.wait_for(stream.next(buffer)).await? {
            feed(viewer, buffer, &mut first, &mut slice).await;
        }
        Ok(())
    }

    /// Reads all of the log and compares it with the page, which gets what it lacks, in the API's order.
    async fn read_whole(&self, buffer: &mut Vec<u8>) -> Result<Received, Error> {
        let viewer = self.commands.viewer;
        let (start, end) = self.time_window;
        let Some(id) = self.build_id.try_get_value() else {
            return Ok(Received::default());
        };
        // What was kept may lack the end that the page has.
        let client = self.client.live();
        let mut stream = client.log_stream(&id, start, end).await?;
        let asked_at = stream.asked_at();
        let before =
            viewer.with_model(|model| (model.log.text_bytes(), Rereading::new(&model.log)));
        let Some((bytes, mut rereading)) = before else {
            return Ok(Received::default());
        };
        let mut slice = TimeSlice::background();
        while stream.next(buffer).await? {
            viewer.with_model(|model| rereading.feed(&model.log, buffer));
            settle_reread(viewer, &mut rereading, &mut slice).await;
            slice.next().await;
        }
        let summary = viewer.update_model(|model| rereading.close(&mut model.log, true));
        let summary = whole_answer(summary.unwrap_or_default())?;
        settle_reread(viewer, &mut rereading, &mut slice).await;
        viewer.draw_new_lines();
        let same = viewer.with_model(|model| rereading.same(&model.log));
        let other = rereading.into_log();
        let is_other = other.is_some();
        if let Some(log) = other {
            // Without its code, it is as if the answer had not come.
            let tools = load_tools().await.ok_or(Error::CUT_OFF)?;
            (tools.replace)(self.commands, log, same.unwrap_or(0)).await;
        }
        let has_grown = viewer.with_model(|model| model.log.text_bytes() > bytes) == Some(true);
        Ok(Received {
            asked_at,
            is_news: is_other || has_grown,
            repeated_bytes: summary.bytes,
        })
    }
}

/// The yield of a complete answer, see [`Answer`].
#[derive(Default)]
struct Received {
    /// By this machine's clock, Unix milliseconds.
    asked_at: i64,
    is_news: bool,
    repeated_bytes: u64,
}

/// Returns why an answer is no whole log.
fn whole_answer(summary: Summary) -> Result<Summary, Error> {
    match summary.fault {
        Some(Fault::NotAnArray(reason)) => Err(Error::Unreadable { reason }),
        // The connection was cut, even though it ended without an error.
        None if summary.truncated => Err(Error::CUT_OFF),
        None => Ok(summary),
    }
}

/// Adds new lines to the page, or copies those of it to the other log, in slices.
async fn settle_reread(viewer: LogViewer, rereading: &mut Rereading, slice: &mut TimeSlice) {
    let mut settle = || viewer.update_model(|model| rereading.settle(&mut model.log, CHUNK_BYTES));
    while settle() == Some(false) {
        slice.next().await;
    }
}
