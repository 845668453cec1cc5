//! The logs in the database. A log is one text, JSON objects separated by commas, cut into parts at the ends of
//! objects. Each part is stored as a zstd frame of its own, with its position in the text, so that a response can
//! join frames as they are. Small parts grow until they are worth one.
//!
//! The comma between two parts is in neither of them, but has its place: a part begins at least one byte after the
//! end of the one before it.

use crate::log_level::EntryLevel;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use slipway_api::LogEntry;
use std::io;
use zstd::bulk::Decompressor;

/// Consecutive entries of a log, ready to be stored.
pub(crate) struct LogChunk {
    /// The earliest time of an entry, in Unix seconds, UTC.
    pub(crate) first_time: i64,
    /// The latest time of an entry, in Unix seconds, UTC.
    pub(crate) last_time: i64,
    /// JSON objects, separated by commas.
    pub(crate) entries: String,
}

/// The size up to which a part grows, in bytes of text.
const PART_BYTES: i64 = 64 << 10;

/// How hard zstd works: its own default.
const ZSTD_LEVEL: i32 = 3;

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

/// Adds a chunk to the end of a log; not to that of a build that was removed.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn append(connection: &Connection, build_id: &str, chunk: &LogChunk) -> Result<()> {
    let build: Option<i64> = connection
        .prepare_cached("SELECT number FROM builds WHERE build_id = ?1")?
        .query_row([build_id], |row| row.get(0))
        .optional()?;
    match build {
        Some(build) => append_to(connection, build, chunk),
        None => Ok(()),
    }
}

fn append_to(connection: &Connection, build: i64, chunk: &LogChunk) -> Result<()> {
    let last = connection
        .prepare_cached(
            "SELECT id, position, size, first_time, last_time FROM log_parts
             WHERE build = ?1 ORDER BY position DESC LIMIT 1",
        )?
        .query_row([build], |row| {
            let part = Part {
                position: row.get(1)?,
                size: row.get(2)?,
                first_time: row.get(3)?,
                last_time: row.get(4)?,
            };
            Ok((row.get::<_, i64>(0)?, part))
        })
        .optional()?;
    let size = chunk.entries.len() as i64;
    match last {
        Some((id, last)) if last.size.saturating_add(size) < PART_BYTES => {
            let frame: Vec<u8> = connection
                .prepare_cached("SELECT entries FROM log_parts WHERE id = ?1")?
                .query_row([id], |row| row.get(0))?;
            let mut text = Vec::new();
            Unpacker::default().append(&frame, last.size, &mut text)?;
            text.push(b',');
            text.extend_from_slice(chunk.entries.as_bytes());
            connection
                .prepare_cached(
                    "UPDATE log_parts SET size = ?2, first_time = min(first_time, ?3),
                     last_time = max(last_time, ?4), entries = ?5 WHERE id = ?1",
                )?
                .execute(params![
                    id,
                    text.len() as i64,
                    chunk.first_time,
                    chunk.last_time,
                    pack(&text)?
                ])?;
        }
        last => {
            connection
                .prepare_cached(
                    "INSERT INTO log_parts (build, position, size, first_time, last_time, entries)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    build,
                    last.map_or(0, |(_, last)| last.position + last.size + 1),
                    size,
                    chunk.first_time,
                    chunk.last_time,
                    pack(chunk.entries.as_bytes())?
                ])?;
        }
    }
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

/// The place of a part in its log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    /// Where it begins in the log's text, in bytes.
    pub(crate) position: i64,
    /// The size of its text, in bytes.
    pub(crate) size: i64,
    /// The earliest time of an entry, in Unix seconds, UTC.
    first_time: i64,
    /// The latest time of an entry, in Unix seconds, UTC.
    last_time: i64,
}

/// Returns the size of a log's text, in bytes.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn size(connection: &Connection, build: i64) -> Result<i64> {
    let size = connection
        .prepare_cached(
            "SELECT position + size FROM log_parts WHERE build = ?1 ORDER BY position DESC LIMIT 1",
        )?
        .query_row([build], |row| row.get(0))
        .optional()?;
    Ok(size.unwrap_or_default())
}

/// The time range of a request, in Unix seconds, UTC. Both bounds are included.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TimeWindow {
    /// The earliest time.
    pub(crate) start: i64,
    /// The latest time.
    pub(crate) end: i64,
}

/// The part of a log that a request asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LogRange {
    /// The number of the build.
    pub(crate) build: i64,
    /// The times.
    pub(crate) window: TimeWindow,
    /// The place in the text from which on to read, in bytes. Grows while the log is read.
    pub(crate) from: i64,
    /// The place in the text at which to end, in bytes: the size of the log when the request came.
    pub(crate) until: i64,
}

impl LogRange {
    /// Returns the next parts, about as many as have `limit` bytes of text, and moves on to the end of them. Returns none
    /// at the end.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) fn read(&mut self, connection: &Connection, limit: i64) -> Result<Vec<StoredPart>> {
        if self.from >= self.until {
            return Ok(Vec::new());
        }
        // The part that `from` is in can have begun before it: it may have grown since.
        let mut statement = connection.prepare_cached(
            "SELECT position, size, first_time, last_time, entries FROM log_parts
             WHERE build = ?1 AND position < ?3 AND last_time >= ?4 AND first_time <= ?5
             AND position >= coalesce(
                 (SELECT max(position) FROM log_parts WHERE build = ?1 AND position <= ?2), 0)
             AND position + size > ?2
             ORDER BY position",
        )?;
        let mut rows = statement.query(params![
            self.build,
            self.from,
            self.until,
            self.window.start,
            self.window.end
        ])?;
        let mut parts = Vec::new();
        let mut bytes = 0;
        while let Some(row) = rows.next()? {
            let part = part(row)?;
            let cut = (
                self.from.max(part.position) - part.position,
                self.until.min(part.position + part.size) - part.position,
            );
            self.from = part.position + part.size + 1;
            bytes += part.size;
            parts.push(StoredPart {
                part,
                cut,
                window: self.window,
                frame: row.get(4)?,
            });
            if bytes >= limit {
                break;
            }
        }
        Ok(parts)
    }
}

fn part(row: &Row) -> Result<Part> {
    Ok(Part {
        position: row.get(0)?,
        size: row.get(1)?,
        first_time: row.get(2)?,
        last_time: row.get(3)?,
    })
}

/// A part as it is stored, and what of it was asked for.
pub(crate) struct StoredPart {
    part: Part,
    /// The begin and the end of what was asked for in the part's text, in bytes.
    cut: (i64, i64),
    window: TimeWindow,
    frame: Vec<u8>,
}

impl StoredPart {
    /// Returns the zstd frame with the entries, if all of them were asked for.
    pub(crate) fn frame(&self) -> Option<&[u8]> {
        let is_whole = self.cut == (0, self.part.size)
            && self.part.first_time >= self.window.start
            && self.part.last_time <= self.window.end;
        is_whole.then_some(&self.frame)
    }

    /// Appends the entries that were asked for to a text, JSON objects separated by commas; nothing if there are none.
    ///
    /// # Errors
    ///
    /// When the part is damaged.
    pub(crate) fn append_to(&self, output: &mut Vec<u8>, unpacker: &mut Unpacker) -> Result<()> {
        if self.frame().is_some() {
            return unpacker.append(&self.frame, self.part.size, output);
        }
        let mut text = Vec::new();
        unpacker.append(&self.frame, self.part.size, &mut text)?;
        text.truncate(self.cut.1 as usize);
        text.drain(..self.cut.0 as usize);
        output.extend(entries_in_window(&text, self.window)?);
        Ok(())
    }
}

/// Returns the entries that are in the window.
fn entries_in_window(entries: &[u8], window: TimeWindow) -> Result<Vec<u8>> {
    let text = [b"[", entries, b"]"].concat();
    let entries: Vec<LogEntry> = super::decode(&String::from_utf8_lossy(&text))?;
    let inside: Vec<_> = entries
        .iter()
        .filter(|entry| {
            entry
                .time
                .is_none_or(|time| window.start <= time && time <= window.end)
        })
        .map(super::encode)
        .collect::<Result<_>>()?;
    Ok(inside.join(",").into_bytes())
}

/// Compresses a text to a zstd frame.
pub(crate) fn pack(text: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(text, ZSTD_LEVEL)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Reads zstd frames one after another, which is faster than each of them alone.
#[derive(Default)]
pub(crate) struct Unpacker {
    decompressor: Decompressor<'static>,
}

impl Unpacker {
    /// Appends the text of a frame, which has this many bytes.
    fn append(&mut self, frame: &[u8], size: i64, output: &mut Vec<u8>) -> Result<()> {
        let start = output.len();
        output.reserve(usize::try_from(size).unwrap_or_default());
        let mut rest = io::Cursor::new(&mut *output);
        rest.set_position(start as u64);
        let unpacked = self.decompressor.decompress_to_buffer(frame, &mut rest);
        unpacked.map(drop).map_err(|error| {
            output.truncate(start);
            let error = Box::new(error);
            rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, error)
        })
    }
}

/// Moves the logs of some builds from the table of earlier versions, which had the entries as text. Returns of how
/// many builds. A log whose build is gone is dropped.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn pack_old(connection: &Connection, builds: u32) -> Result<u32> {
    let ids: Vec<String> = connection
        .prepare_cached("SELECT DISTINCT build_id FROM log ORDER BY build_id LIMIT ?1")?
        .query_map([builds], |row| row.get(0))?
        .collect::<Result<_>>()?;
    for build_id in &ids {
        let mut statement = connection.prepare_cached(
            "SELECT first_time, last_time, entries FROM log WHERE build_id = ?1 ORDER BY part",
        )?;
        let mut rows = statement.query([build_id])?;
        // Collected to whole parts first, since each change of a part compresses it again.
        let mut pending: Option<LogChunk> = None;
        while let Some(row) = rows.next()? {
            let (first_time, last_time): (i64, i64) = (row.get(0)?, row.get(1)?);
            let entries = row.get_ref(2)?.as_str()?;
            if entries.is_empty() {
                continue;
            }
            let chunk = pending.get_or_insert_with(|| LogChunk {
                first_time,
                last_time,
                entries: String::new(),
            });
            chunk.first_time = chunk.first_time.min(first_time);
            chunk.last_time = chunk.last_time.max(last_time);
            if !chunk.entries.is_empty() {
                chunk.entries.push(',');
            }
            chunk.entries.push_str(entries);
            if chunk.entries.len() as i64 >= PART_BYTES {
                append(connection, build_id, chunk)?;
                pending = None;
            }
        }
        if let Some(chunk) = pending {
            append(connection, build_id, &chunk)?;
        }
        connection
            .prepare_cached("DELETE FROM log WHERE build_id = ?1")?
            .execute([build_id])?;
    }
    Ok(ids.len() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrations::migrate;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
            .execute(
                "INSERT INTO builds (number, build_id, repository_id, namespace, repo_name, status, build, plan)
                 VALUES (7, 'x', 1, 'n', 'a', 'I', '{}', '{}')",
                [],
            )
            .unwrap();
        connection
    }

    const ALWAYS: TimeWindow = TimeWindow {
        start: i64::MIN,
        end: i64::MAX,
    };

    fn range(connection: &Connection) -> LogRange {
        LogRange {
            build: 7,
            window: ALWAYS,
            from: 0,
            until: size(connection, 7).unwrap(),
        }
    }

    /// The lines of the parts, and whether all of them are sent as they are stored.
    fn lines(parts: &[StoredPart]) -> (Vec<i64>, bool) {
        let texts: Vec<String> = parts
            .iter()
            .map(|part| {
                let mut text = Vec::new();
                part.append_to(&mut text, &mut Unpacker::default()).unwrap();
                String::from_utf8(text).unwrap()
            })
            .filter(|text| !text.is_empty())
            .collect();
        let entries: Vec<LogEntry> =
            serde_json::from_str(&format!("[{}]", texts.join(","))).unwrap();
        let numbers = entries.iter().map(|entry| entry.time.unwrap()).collect();
        (numbers, parts.iter().all(|part| part.frame().is_some()))
    }

    fn write(connection: &Connection, numbers: std::ops::Range<i64>, words: usize) {
        for number in numbers {
            let text = format!("line {number} {}", "of words, \"quoted\"".repeat(words));
            append_line(connection, "x", number, EntryLevel::Info, &text).unwrap();
        }
    }

    #[test]
    fn small_parts_grow_and_none_is_lost_or_read_twice() {
        let connection = database();
        let mut expected = 0;
        // Each read begins where an earlier one has ended, also in the middle of a part that has grown since.
        let mut readers: Vec<(LogRange, Vec<i64>)> = Vec::new();
        for round in 0..40 {
            write(&connection, expected..expected + 37, 1 + round % 7 * 9);
            expected += 37;
            readers.push((range(&connection), Vec::new()));
            for (range, read) in &mut readers {
                range.until = size(&connection, 7).unwrap();
                read.extend(lines(&range.read(&connection, 1 << 20).unwrap()).0);
            }
        }
        let all: Vec<i64> = (0..expected).collect();
        for (mut range, mut read) in readers {
            while let parts @ [_, ..] = &*range.read(&connection, 1 << 20).unwrap() {
                read.extend(lines(parts).0);
            }
            assert_eq!(read, all);
        }
        let parts: i64 = connection
            .query_row("SELECT count(*) FROM log_parts", [], |row| row.get(0))
            .unwrap();
        let text = size(&connection, 7).unwrap();
        assert!(
            parts <= text / PART_BYTES * 2 + 1,
            "{parts} parts of {text} bytes"
        );
        let (_, are_whole) = lines(&range(&connection).read(&connection, 1 << 20).unwrap());
        assert!(are_whole);
        let stored: i64 = connection
            .query_row("SELECT sum(length(entries)) FROM log_parts", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert!(stored < text / 5, "{stored} of {text} bytes");
    }

    #[test]
    fn what_comes_after_the_request_is_not_read() {
        let connection = database();
        write(&connection, 0..10, 1);
        let mut early = range(&connection);
        write(&connection, 10..3000, 3);
        assert_eq!(
            lines(&early.read(&connection, 1 << 20).unwrap()).0,
            Vec::from_iter(0..10)
        );
        assert!(early.read(&connection, 1 << 20).unwrap().is_empty());
    }

    #[test]
    fn a_window_cuts_parts_that_lie_across_its_bounds() {
        let connection = database();
        write(&connection, 0..4000, 3);
        for (start, end) in [
            (0, 3999),
            (17, 17),
            (100, 3500),
            (3999, 9000),
            (-5, -1),
            (9, 8),
        ] {
            let mut range = range(&connection);
            range.window = TimeWindow { start, end };
            let mut read = Vec::new();
            while let parts @ [_, ..] = &*range.read(&connection, 1 << 20).unwrap() {
                read.extend(lines(parts).0);
            }
            assert_eq!(read, Vec::from_iter(start.max(0)..=end.min(3999)));
        }
    }

    #[test]
    fn the_log_of_a_removed_build_goes_with_it_and_does_not_come_back() {
        let connection = database();
        write(&connection, 0..10, 1);
        connection.execute("DELETE FROM builds", []).unwrap();
        write(&connection, 10..20, 1);
        let parts: i64 = connection
            .query_row("SELECT count(*) FROM log_parts", [], |row| row.get(0))
            .unwrap();
        assert_eq!(parts, 0);
    }
}
