//! A build's log while it is written: lines in, parts out to the store, at most a tenth of a
//! second late.

use crate::log_level::Level;
use crate::store::logs::Part;
use crate::store::{Store, builds, logs};
use chrono::Utc;
use std::time::Duration;
use tokio::time::Instant;

/// How late a line may reach the store.
const DELAY: Duration = Duration::from_millis(100);

/// The bytes after which a part is written at once.
const PART: usize = 256 << 10;

/// The longest single entry, in bytes; a longer line becomes several.
pub const LONGEST_LINE: usize = 1 << 20;

/// The log has met its limit.
#[derive(Debug)]
pub struct Full;

/// One build's log, open for writing.
pub struct BuildLog {
    store: Store,
    build_id: String,
    /// Bytes that may still be written.
    room: u64,
    pending: Option<Part>,
    due: Instant,
    step: i64,
    step_stored: i64,
}

impl BuildLog {
    /// `limit` is in bytes of text.
    pub fn new(store: Store, build_id: &str, limit: u64) -> Self {
        Self {
            store,
            build_id: build_id.to_owned(),
            room: limit,
            pending: None,
            due: Instant::now(),
            step: 1,
            step_stored: 1,
        }
    }

    /// The build has come this far, by the API's `step_at`; never backwards. Stored with the next
    /// lines.
    pub fn reach(&mut self, step: i64) {
        self.step = self.step.max(step);
    }

    /// How far the build has come.
    pub fn step(&self) -> i64 {
        self.step
    }

    /// A line of a program's output. `Full` when it does not fit; it is not written then.
    pub fn output(&mut self, line: &str) -> Result<(), Full> {
        let size = line.len() as u64 + 1;
        self.room = self.room.checked_sub(size).ok_or(Full)?;
        self.say(Level::of(line), line);
        Ok(())
    }

    /// A line of the server's own, which the limit does not keep out.
    pub fn say(&mut self, level: Level, line: &str) {
        let time = Utc::now().timestamp();
        let entry = logs::entry_json(time, level, line);
        match &mut self.pending {
            Some(part) => {
                part.first_time = part.first_time.min(time);
                part.last_time = part.last_time.max(time);
                part.entries.push(',');
                part.entries.push_str(&entry);
            }
            None => {
                self.due = Instant::now() + DELAY;
                self.pending = Some(Part {
                    first_time: time,
                    last_time: time,
                    entries: entry,
                });
            }
        }
    }

    /// When what is pending must be written; `None` when nothing is.
    pub fn due(&self) -> Option<Instant> {
        let part = self.pending.as_ref()?;
        Some(match part.entries.len() >= PART {
            true => Instant::now(),
            false => self.due,
        })
    }

    /// Whether so much is pending that it is to be written before more is read.
    pub fn is_heavy(&self) -> bool {
        self.pending
            .as_ref()
            .is_some_and(|part| part.entries.len() >= PART)
    }

    /// Writes what is pending.
    pub async fn flush(&mut self) -> rusqlite::Result<()> {
        let Some(part) = self.pending.take() else {
            return Ok(());
        };
        let build_id = self.build_id.clone();
        let step = (self.step != self.step_stored).then_some(self.step);
        self.step_stored = self.step;
        self.store
            .run(move |connection| {
                if let Some(step) = step {
                    builds::record_step(connection, &build_id, step)?;
                }
                logs::append(connection, &build_id, &part)
            })
            .await
    }
}
