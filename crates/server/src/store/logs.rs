//! Logs. A log is stored in parts, each a run of entries in the wire's own JSON, parted by commas:
//! an answer is made by joining parts, and a part is only taken apart where a time bound cuts it.

use crate::log_level::Level;
use rusqlite::{Connection, Result, params};
use slipway_api::LogEntry;

/// A run of entries, ready to be stored.
pub struct Part {
    /// The earliest time in it, Unix seconds, UTC.
    pub first_time: i64,
    /// The latest time in it.
    pub last_time: i64,
    /// JSON objects, parted by commas.
    pub entries: String,
}

/// One entry as JSON.
pub fn entry_json(time: i64, level: Level, message: &str) -> String {
    let entry = LogEntry {
        message: message.to_owned(),
        level: Some(level.as_str().to_owned()),
        time: Some(time),
    };
    // A struct of texts and numbers is always JSON.
    serde_json::to_string(&entry).unwrap_or_default()
}

/// Adds a part at the log's end.
pub fn append(connection: &Connection, build_id: &str, part: &Part) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO log (build_id, part, first_time, last_time, entries)
             SELECT ?1, coalesce(max(part), 0) + 1, ?2, ?3, ?4 FROM log WHERE build_id = ?1",
        )?
        .execute(params![
            build_id,
            part.first_time,
            part.last_time,
            part.entries
        ])?;
    Ok(())
}

/// Adds one line at the log's end.
pub fn append_line(
    connection: &Connection,
    build_id: &str,
    time: i64,
    level: Level,
    message: &str,
) -> Result<()> {
    let part = Part {
        first_time: time,
        last_time: time,
        entries: entry_json(time, level, message),
    };
    append(connection, build_id, &part)
}

/// The part that a log ends with now, 0 when it is empty.
pub fn last_part(connection: &Connection, build_id: &str) -> Result<i64> {
    connection.query_row(
        "SELECT coalesce(max(part), 0) FROM log WHERE build_id = ?1",
        [build_id],
        |row| row.get(0),
    )
}

/// Which entries are asked for: both bounds in Unix seconds, UTC, both included.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// No entry before this.
    pub start: i64,
    /// No entry after this.
    pub end: i64,
}

/// Some of a log: entries parted by commas (never empty ones), and the part to go on after.
pub struct Excerpt {
    /// JSON objects, parted by commas; can be empty.
    pub entries: String,
    /// The last part that was read.
    pub part: i64,
}

/// The most bytes that are read at once, give or take one part.
const EXCERPT: usize = 1 << 20;

/// Reads on after part `after`, up to part `until`; `None` at the end.
pub fn read(
    connection: &Connection,
    build_id: &str,
    window: Window,
    after: i64,
    until: i64,
) -> Result<Option<Excerpt>> {
    let mut statement = connection.prepare_cached(
        "SELECT part, first_time, last_time, entries FROM log
         WHERE build_id = ?1 AND part > ?2 AND part <= ?3 AND last_time >= ?4 AND first_time <= ?5
         ORDER BY part",
    )?;
    let mut rows = statement.query(params![build_id, after, until, window.start, window.end])?;
    let mut excerpt: Option<Excerpt> = None;
    while let Some(row) = rows.next()? {
        let found = excerpt.get_or_insert_with(|| Excerpt {
            entries: String::new(),
            part: after,
        });
        found.part = row.get(0)?;
        let is_whole = row.get::<_, i64>(1)? >= window.start && row.get::<_, i64>(2)? <= window.end;
        let entries = row.get_ref(3)?.as_str()?;
        let cut;
        let entries = if is_whole {
            entries
        } else {
            cut = cut_out(entries, window)?;
            &cut
        };
        if !found.entries.is_empty() && !entries.is_empty() {
            found.entries.push(',');
        }
        found.entries.push_str(entries);
        if found.entries.len() >= EXCERPT {
            break;
        }
    }
    Ok(excerpt)
}

/// The entries of a part that lie in the window.
fn cut_out(entries: &str, window: Window) -> Result<String> {
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
