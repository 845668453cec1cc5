//! The log of a build (reference, call 5). It is streamed, so that a long log is never in memory as a
//! whole.

use crate::app::App;
use crate::error::Error;
use crate::http::extract::{PathParams, QueryParams};
use crate::store::logs::TimeWindow;
use crate::store::{Caller, Store, builds, logs};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Map, json};
use std::sync::Arc;

/// Call 5: returns the entries between `start_time` and `end_time`, both optional and inclusive, in Unix
/// seconds, UTC.
pub(crate) async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    PathParams(build_id): PathParams<String>,
    parameters: QueryParams,
) -> Result<Response, Error> {
    let window = window(&parameters)?;
    let id = build_id.clone();
    let last_chunk = app
        .store
        .run(
            move |connection| match builds::find(connection, &caller, &id)? {
                Some(_) => logs::last_chunk(connection, &id).map(Some),
                None => Ok(None),
            },
        )
        .await?
        .ok_or(Error::NotFound)?;
    let streamer = LogStreamer {
        store: app.store.clone(),
        build_id,
        window,
        after: 0,
        last_chunk,
        sent: Sent::Start,
    };
    let body = Body::from_stream(stream::try_unfold(streamer, LogStreamer::next));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn window(parameters: &QueryParams) -> Result<TimeWindow, Error> {
    let mut errors = Map::new();
    let mut bound = |name: &str, default: i64| {
        let Some(text) = parameters.get(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            errors.insert(name.to_owned(), json!(["A valid integer is required."]));
            default
        })
    };
    let window = TimeWindow {
        start: bound("start_time", i64::MIN),
        end: bound("end_time", i64::MAX),
    };
    match errors.is_empty() {
        true => Ok(window),
        false => Err(Error::Invalid(errors)),
    }
}

/// How much of the JSON array has been sent.
enum Sent {
    Start,
    Entries,
    End,
}

/// Reads a log chunk by chunk and writes it as one JSON array.
struct LogStreamer {
    store: Store,
    build_id: String,
    window: TimeWindow,
    /// The last chunk that was read.
    after: i64,
    /// The last chunk to send.
    last_chunk: i64,
    sent: Sent,
}

impl LogStreamer {
    /// Returns the next piece of the array; `None` at the end.
    async fn next(mut self) -> Result<Option<(String, Self)>, rusqlite::Error> {
        let opening = match self.sent {
            Sent::Start => "[",
            Sent::Entries => ",",
            Sent::End => return Ok(None),
        };
        let is_first = matches!(self.sent, Sent::Start);
        loop {
            let (build_id, window) = (self.build_id.clone(), self.window);
            let (after, last_chunk) = (self.after, self.last_chunk);
            let excerpt = self
                .store
                .run(move |connection| logs::read(connection, &build_id, window, after, last_chunk))
                .await?;
            let Some(excerpt) = excerpt else {
                self.sent = Sent::End;
                let closing = if is_first { "[]" } else { "]" };
                return Ok(Some((closing.to_owned(), self)));
            };
            self.after = excerpt.last_chunk;
            // A chunk can overlap the window and still have no entry in it.
            if !excerpt.entries.is_empty() {
                self.sent = Sent::Entries;
                return Ok(Some((format!("{opening}{}", excerpt.entries), self)));
            }
        }
    }
}
