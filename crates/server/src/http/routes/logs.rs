//! A build's log (reference, call 5), sent as it is read: a long one is never whole in memory.

use crate::app::App;
use crate::error::Error;
use crate::http::extract::{Parameters, Segments};
use crate::store::logs::Window;
use crate::store::{Caller, Store, builds, logs};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Map, json};
use std::sync::Arc;

/// Call 5: the entries between two times, both optional, in Unix seconds, UTC, both included.
pub async fn read(
    State(app): State<Arc<App>>,
    caller: Caller,
    Segments(build_id): Segments<String>,
    parameters: Parameters,
) -> Result<Response, Error> {
    let window = window(&parameters)?;
    let id = build_id.clone();
    let until = app
        .store
        .run(
            move |connection| match builds::find(connection, &caller, &id)? {
                Some(_) => logs::last_part(connection, &id).map(Some),
                None => Ok(None),
            },
        )
        .await?
        .ok_or(Error::NotFound)?;
    let reading = LogStreamer {
        store: app.store.clone(),
        build_id,
        window,
        after: 0,
        until,
        sent: Sent::Start,
    };
    let body = Body::from_stream(stream::try_unfold(reading, LogStreamer::next));
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

fn window(parameters: &Parameters) -> Result<Window, Error> {
    let mut problems = Map::new();
    let mut bound = |name: &str, missing: i64| {
        let Some(text) = parameters.get(name) else {
            return missing;
        };
        text.parse().unwrap_or_else(|_| {
            problems.insert(name.to_owned(), json!(["A valid integer is required."]));
            missing
        })
    };
    let window = Window {
        start: bound("start_time", i64::MIN),
        end: bound("end_time", i64::MAX),
    };
    match problems.is_empty() {
        true => Ok(window),
        false => Err(Error::Invalid(problems)),
    }
}

/// How much of the array has been sent.
enum Sent {
    Start,
    Entries,
    End,
}

/// An array on its way out.
struct LogStreamer {
    store: Store,
    build_id: String,
    window: Window,
    after: i64,
    until: i64,
    sent: Sent,
}

impl LogStreamer {
    async fn next(mut self) -> Result<Option<(String, Self)>, rusqlite::Error> {
        let opening = match self.sent {
            Sent::Start => "[",
            Sent::Entries => ",",
            Sent::End => return Ok(None),
        };
        let is_first = matches!(self.sent, Sent::Start);
        loop {
            let (build_id, window) = (self.build_id.clone(), self.window);
            let (after, until) = (self.after, self.until);
            let excerpt = self
                .store
                .run(move |connection| logs::read(connection, &build_id, window, after, until))
                .await?;
            let Some(excerpt) = excerpt else {
                self.sent = Sent::End;
                let closing = if is_first { "[]" } else { "]" };
                return Ok(Some((closing.to_owned(), self)));
            };
            self.after = excerpt.part;
            // A part that the window only touches may have nothing inside it.
            if !excerpt.entries.is_empty() {
                self.sent = Sent::Entries;
                return Ok(Some((format!("{opening}{}", excerpt.entries), self)));
            }
        }
    }
}
