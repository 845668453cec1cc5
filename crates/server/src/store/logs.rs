//! The logs in the database. A log is stored in chunks: JSON objects separated by commas, numbered from
//! 1 in the column `part`. A response joins chunks, and only parses those that a time bound cuts.

use crate::log_level::EntryLevel;
use rusqlite::{Connection, Result, params};
use slipway_api::LogEntry;

/// Consecutive entries of a log, ready to be stored.
pub(crate) struct LogChunk {
    /// The earliest time of an entry, in Unix seconds, UTC.
    pub(crate) first_time: i64,
    /// The latest time of an entry, in Unix seconds, UTC.
    pub(crate) last_time: i64,
    /// JSON objects, separated by commas.
    pub(crate) entries: String,
}

/// Returns one entry as JSON. `time` is in Unix seconds, UTC.
pub(crate) fn entry_json(time: i64, level: EntryLevel, message: &str) -> String {
    let entry = LogEntry {
        message: message.to_owned(),
        level: Some(level.as_str().to_owned()),
        time: Some(time),
    };
    // A struct of texts and numbers can always be serialized.
    serde_json::to_string(&entry).unwrap_or_default()
}

/// Adds a chunk to the end of a log.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn append(connection: &Connection, build_id: &str, chunk: &LogChunk) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO log (build_id, part, first_time, last_time, entries)
             SELECT ?1, coalesce(max(part), 0) + 1, ?2, ?3, ?4 FROM log WHERE build_id = ?1",
        )?
        .execute(params![
            build_id,
            chunk.first_time,
            chunk.last_time,
            chunk.entries
        ])?;
    Ok(())
}

/// Adds one line to the end of a log.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn append_line(
    connection: &Connection,
    build_id: &str,
    time: i64,
    level: EntryLevel,
    message: &str,
) -> Result<()> {
    let chunk = LogChunk {
        first_time: time,
        last_time: time,
        entries: entry_json(time, level, message),
    };
    append(connection, build_id, &chunk)
}

/// Returns the number of a log's last chunk; 0 if the log is empty.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn last_chunk(connection: &Connection, build_id: &str) -> Result<i64> {
    connection.query_row(
        "SELECT coalesce(max(part), 0) FROM log WHERE build_id = ?1",
        [build_id],
        |row| row.get(0),
    )
}

/// The time range of a request, in Unix seconds, UTC. Both bounds are included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeWindow {
    /// The earliest time.
    pub(crate) start: i64,
    /// The latest time.
    pub(crate) end: i64,
}

/// A piece of a log.
pub(crate) struct LogExcerpt {
    /// JSON objects, separated by commas; can be empty.
    pub(crate) entries: String,
    /// The last chunk that was read.
    pub(crate) last_chunk: i64,
}

/// The size at which an excerpt is complete, in bytes. The last chunk can exceed it.
const EXCERPT_BYTES: usize = 1 << 20;

/// Reads the chunks after `after`, up to and including `last_chunk`; `None` at the end.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn read(
    connection: &Connection,
    build_id: &str,
    window: TimeWindow,
    after: i64,
    last_chunk: i64,
) -> Result<Option<LogExcerpt>> {
    let mut statement = connection.prepare_cached(
        "SELECT part, first_time, last_time, entries FROM log
         WHERE build_id = ?1 AND part > ?2 AND part <= ?3 AND last_time >= ?4 AND first_time <= ?5
         ORDER BY part",
    )?;
    let mut rows = statement.query(params![
        build_id,
        after,
        last_chunk,
        window.start,
        window.end
    ])?;
    let mut excerpt: Option<LogExcerpt> = None;
    while let Some(row) = rows.next()? {
        let found = excerpt.get_or_insert_with(|| LogExcerpt {
            entries: String::new(),
            last_chunk: after,
        });
        found.last_chunk = row.get(0)?;
        let is_whole = row.get::<_, i64>(1)? >= window.start && row.get::<_, i64>(2)? <= window.end;
        let entries = row.get_ref(3)?.as_str()?;
        let filtered;
        let entries = if is_whole {
            entries
        } else {
            filtered = entries_in_window(entries, window)?;
            &filtered
        };
        if !found.entries.is_empty() && !entries.is_empty() {
            found.entries.push(',');
        }
        found.entries.push_str(entries);
        if found.entries.len() >= EXCERPT_BYTES {
            break;
        }
    }
    Ok(excerpt)
}

/// Returns the entries of a chunk that are in the window.
fn entries_in_window(entries: &str, window: TimeWindow) -> Result<String> {
    let entries: Vec<LogEntry> = super::decode(&format!("[{entries}]"))?;
    let inside: Vec<_> = entries
        .iter()
        .filter(|entry| {
            entry
                .time
                .is_none_or(|time| window.start <= time && time <= window.end)
        })
        .map(super::encode)
        .collect::<Result<_>>()?;
    Ok(inside.join(","))
}
