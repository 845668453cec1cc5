//! Writes the log of a running build. Lines are collected in chunks and stored within a tenth of a
//! second.

use crate::log_level::EntryLevel;
use crate::process::lines::Piece;
use crate::store::logs::LogChunk;
use crate::store::{Store, builds, logs};
use chrono::Utc;
use slipway_api::redact::{MASK, secrets_of};
use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest time that a line waits before it is stored.
const FLUSH_INTERVAL: Duration = Duration::from_millis(100);

/// The size at which a chunk is stored at once, in bytes.
const CHUNK_BYTES: usize = 256 << 10;

/// The most characters of a step's title that `detail` shows.
const MAX_STEP_CHARS: usize = 200;

/// The shortest secret that is looked for, in bytes: a shorter one would be found in many a word.
const MIN_SECRET_BYTES: usize = 4;

/// The error of a log that has reached its limit.
#[derive(Debug)]
pub(crate) struct LogFull;

/// The log of one build, open for writing.
pub(crate) struct BuildLog {
    store: Store,
    build_id: String,
    /// How many bytes of entries of output may still be written, as JSON.
    bytes_left: u64,
    pending: Option<LogChunk>,
    /// The time at which `pending` has to be stored.
    pending_due: Instant,
    step_at: i64,
    /// The title of the Dockerfile's step that the build is at.
    step: Option<String>,
    /// True if `step_at` or `step` is to be stored.
    has_progress: bool,
    /// The secrets of the clone URLs and of the registry, which are masked in each line. The longest come first.
    secrets: Vec<String>,
}

impl BuildLog {
    /// Opens the log of a build. `limit` is in bytes of entries as JSON, before they are compressed.
    pub(crate) fn new(store: Store, build_id: &str, limit: u64) -> Self {
        Self {
            store,
            build_id: build_id.to_owned(),
            bytes_left: limit,
            pending: None,
            pending_due: Instant::now(),
            step_at: 1,
            step: None,
            has_progress: false,
            secrets: Vec::new(),
        }
    }

    /// Masks the secrets of a clone URL in every line that follows.
    pub(crate) fn hide_secrets_of(&mut self, clone_url: &str) {
        self.hide(secrets_of(clone_url));
    }

    /// Masks these texts in every line that follows.
    pub(crate) fn hide(&mut self, secrets: impl IntoIterator<Item = String>) {
        self.secrets.extend(
            secrets
                .into_iter()
                .filter(|secret| secret.len() >= MIN_SECRET_BYTES),
        );
        self.secrets.sort_by_key(|secret| Reverse(secret.len()));
        self.secrets.dedup();
    }

    /// Returns a text with the secrets in it masked.
    pub(crate) fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    /// Sets the API's `step_at` of the build, which never decreases. It is stored together with the
    /// next lines.
    pub(crate) fn advance_to(&mut self, step_at: i64) {
        self.has_progress |= step_at > self.step_at;
        self.step_at = self.step_at.max(step_at);
    }

    /// Sets the step that the build is at, which becomes the `detail` of the running build. It is stored together
    /// with the next lines.
    pub(crate) fn enter_step(&mut self, title: &str) {
        let title = self.masked(title.trim());
        self.step = Some(title.chars().take(MAX_STEP_CHARS).collect());
        self.has_progress = true;
    }

    /// The title of the step that the build is at.
    pub(crate) fn step(&self) -> Option<&str> {
        self.step.as_deref()
    }

    /// The API's `step_at` of the build.
    pub(crate) fn step_at(&self) -> i64 {
        self.step_at
    }

    /// Writes a piece of a program's output, with the level of its line. Writes nothing if all of the line is written.
    ///
    /// # Errors
    ///
    /// `LogFull` when the piece would exceed the limit. It is not written then.
    pub(crate) fn write_output(&mut self, piece: &Piece) -> Result<(), LogFull> {
        if piece.is_written() {
            return Ok(());
        }
        let (time, entry) = self.entry(EntryLevel::of_line(piece.line()), &piece.message);
        // An entry is more than its message: empty lines alone would be gigabytes.
        let size = entry.len() as u64 + 1;
        self.bytes_left = self.bytes_left.checked_sub(size).ok_or(LogFull)?;
        self.add(time, &entry);
        Ok(())
    }

    /// Writes a line of the server's own. It does not count towards the limit.
    pub(crate) fn write(&mut self, level: EntryLevel, line: &str) {
        let (time, entry) = self.entry(level, line);
        self.add(time, &entry);
    }

    /// Returns a line as the JSON of an entry, with its time.
    fn entry(&self, level: EntryLevel, line: &str) -> (i64, String) {
        let time = Utc::now().timestamp();
        let entry = match self.secrets.is_empty() {
            true => logs::entry_json(time, level, line),
            false => logs::entry_json(time, level, &self.masked(line)),
        };
        (time, entry)
    }

    /// Adds an entry to the pending lines.
    fn add(&mut self, time: i64, entry: &str) {
        match &mut self.pending {
            Some(chunk) => {
                chunk.first_time = chunk.first_time.min(time);
                chunk.last_time = chunk.last_time.max(time);
                chunk.entries.push(',');
                chunk.entries.push_str(entry);
            }
            None => {
                self.pending_due = Instant::now() + FLUSH_INTERVAL;
                self.pending = Some(LogChunk {
                    first_time: time,
                    last_time: time,
                    entries: entry.to_owned(),
                });
            }
        }
    }

    /// Returns when the pending lines have to be flushed; `None` when there are none.
    pub(crate) fn flush_at(&self) -> Option<Instant> {
        self.pending.as_ref()?;
        Some(match self.is_chunk_full() {
            true => Instant::now(),
            false => self.pending_due,
        })
    }

    /// Returns true when the pending lines have to be flushed before more output is read.
    pub(crate) fn is_chunk_full(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|chunk| chunk.entries.len() >= CHUNK_BYTES)
    }

    /// Stores the pending lines.
    ///
    /// # Errors
    ///
    /// When the database fails. The lines stay pending then.
    pub(crate) async fn flush(&mut self) -> rusqlite::Result<()> {
        let Some(chunk) = self.pending.take().map(Arc::new) else {
            return Ok(());
        };
        let stored = chunk.clone();
        let build_id = self.build_id.clone();
        let step_at = self.has_progress.then_some(self.step_at);
        let detail = self.step.as_ref().map(|step| format!("{step}\n"));
        // What is not acknowledged to anybody need not wait for the disk. The end of the build does.
        let result = self
            .store
            .run_unsynced(move |connection| {
                let transaction = connection.transaction()?;
                if let Some(step_at) = step_at {
                    builds::record_progress(&transaction, &build_id, step_at, detail.as_deref())?;
                }
                logs::append(&transaction, &build_id, &stored)?;
                transaction.commit()
            })
            .await;
        match result {
            Ok(()) => self.has_progress = false,
            Err(_) => self.pending = Arc::into_inner(chunk),
        }
        result
    }
}
