//! Reads the log: as it comes in, and again and again while the build runs.

use crate::api::Build;
use crate::client::{Client, Error, LogStream, backoff};
use crate::log::{Fault, Outcome};
use crate::log_viewer::view_state::{LogViewer, set};
use crate::log_viewer::yielding::{TimeSlice, frame};
use crate::query::{Query, intervals};
use crate::reactive::{effect, memo};
use crate::state::connection::use_connection;
use futures_util::future::{AbortHandle, abortable};
use leptos::ev;
use leptos::prelude::*;

/// How often the log of a finished build must have brought nothing new to be at its end.
const LAST_READS: u32 = 2;

/// How much is decoded between two looks at the clock, in bytes.
const PART: usize = 64 * 1024;

/// Reads the log of a build into the view for as long as the page is there.
pub fn read(view: LogViewer, build_id: StoredValue<String>, build: Query<Build>) {
    let connection = use_connection();
    let finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let running = StoredValue::new(None::<AbortHandle>);
    let stop = move || {
        if let Some(Some(handle)) = running.try_update_value(Option::take) {
            handle.abort();
        }
    };
    effect(move || {
        let client = connection.client();
        let window = view.window.get();
        stop();
        let Some(client) = client else { return };
        view.clear();
        let reading = LogReader {
            view,
            client,
            build_id,
            window,
            finished,
        };
        let (run, handle) = abortable(reading.run());
        running.set_value(Some(handle));
        leptos::task::spawn_local(async move {
            // Aborted is how it ends when the page goes, or another window is read.
            let _ = run.await;
        });
    });
    on_cleanup(stop);
    effect(move || {
        let outcome = build.data().map(|build| match build.status {
            crate::api::Status::Failed => Outcome::Failed,
            _ if build.is_finished() => Outcome::Succeeded,
            _ => Outcome::Running,
        });
        view.write(|core| core.set_outcome(outcome.unwrap_or_default()));
        view.ask();
        view.alarm().ring();
    });
    let ring = move || view.alarm().ring();
    let online = window_event_listener(ev::online, move |_| ring());
    let seen = window_event_listener(ev::visibilitychange, move |_| {
        if !crate::platform::page::is_hidden() {
            ring();
            view.ask();
        }
    });
    on_cleanup(move || {
        online.remove();
        seen.remove();
    });
}

struct LogReader {
    view: LogViewer,
    client: Client,
    build_id: StoredValue<String>,
    /// Unix seconds.
    window: (Option<i64>, Option<i64>),
    finished: Memo<bool>,
}

impl LogReader {
    async fn run(self) {
        let view = self.view;
        let (mut failures, mut quiet) = (0, 0);
        let mut buffer = Vec::new();
        while quiet < LAST_READS {
            let finished = self.finished.try_get_untracked().unwrap_or(true);
            match self.once(&mut buffer).await {
                Ok(fresh) => {
                    failures = 0;
                    set(view.error, None);
                    set(view.loading, false);
                    quiet = if finished && fresh == 0 { quiet + 1 } else { 0 };
                    view.alarm().wait(Some(intervals::LOG)).await;
                }
                Err(error) => {
                    // A failure that stays waits until the reader asks for another attempt.
                    let delay = error
                        .is_passing()
                        .then(|| backoff::LOG.delay(failures, backoff::chance()));
                    failures += 1;
                    set(view.error, Some(error));
                    view.alarm().wait(delay).await;
                }
            }
        }
    }

    /// One answer, from the last line's second on; how many lines it brought.
    async fn once(&self, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        let view = self.view;
        let known = view.read(|core| core.log.resume_at()).flatten();
        let (start, end) = self.window;
        let start = known.max(start);
        let Some(id) = self.build_id.try_get_value() else {
            return Ok(0);
        };
        let stream = self.client.log_stream(&id, start, end).await?;
        view.write(|core| core.log.begin(start));
        let received = self.receive(stream, buffer).await;
        let summary = match &received {
            Ok(_) => view.write(|core| core.log.end()),
            Err(_) => view.write(|core| core.log.abort()),
        };
        view.catch_up();
        let fresh = received?;
        match summary {
            Some(summary) => match summary.fault {
                Some(Fault::NotAnArray(reason)) => Err(Error::Unreadable { reason }),
                // It was cut off, however politely.
                None if summary.truncated => Err(Error::Unreachable),
                None => Ok(fresh),
            },
            None => Ok(fresh),
        }
    }

    async fn receive(&self, mut stream: LogStream, buffer: &mut Vec<u8>) -> Result<usize, Error> {
        let view = self.view;
        let mut slices = TimeSlice::new();
        let mut fresh = 0;
        while stream.next(buffer).await? {
            for part in buffer.chunks(PART) {
                let empty = view.read(|core| core.log.is_empty()) == Some(true);
                let new = view.write(|core| core.log.feed(part)).unwrap_or(0);
                fresh += new;
                view.ask();
                match empty && new > 0 {
                    // The first lines are shown before more is read.
                    true => {
                        view.catch_up();
                        frame().await;
                    }
                    false => slices.next().await,
                }
            }
        }
        Ok(fresh)
    }
}
