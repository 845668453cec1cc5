//! Writes the entries of a log as JSON, in the form in which the API sends them.

use crate::log::Log;
use crate::store::Entry;

/// Appends a text as the inside of a JSON string. Bytes that are not UTF-8 stay as they are.
pub fn escape(text: &[u8], into: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut rest = text;
    while let Some(at) = rest
        .iter()
        .position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\'))
    {
        let (plain, special) = rest.split_at(at);
        into.extend_from_slice(plain);
        let Some((byte, after)) = special.split_first() else {
            break;
        };
        match byte {
            b'"' | b'\\' => into.extend_from_slice(&[b'\\', *byte]),
            b'\n' => into.extend_from_slice(b"\\n"),
            b'\r' => into.extend_from_slice(b"\\r"),
            b'\t' => into.extend_from_slice(b"\\t"),
            _ => {
                let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or(b'0');
                into.extend_from_slice(b"\\u00");
                into.extend_from_slice(&[digit(byte >> 4), digit(byte & 15)]);
            }
        }
        rest = after;
    }
    into.extend_from_slice(rest);
}

/// The number of places of [`write`]. It is the number of lines, and one for each entry that was written over others.
pub fn places(log: &Log) -> usize {
    log.store().entries_len()
}

/// Appends the entries as they came from the place `from` on, at first 0, one a line and joined by commas, until about
/// so many `bytes` are written or the log ends. Returns the place to go on with: [`places`] at the end.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, entries};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"time": 7, "message": "a", "level": "INFO"}, {"message": "b\nc"}]"#);
/// let mut json = Vec::new();
/// assert_eq!(entries::write(&log, 0, usize::MAX, &mut json), 3);
/// let json = String::from_utf8_lossy(&json);
/// assert_eq!(json, "{\"message\":\"a\",\"level\":\"INFO\",\"time\":7},\n{\"message\":\"b\\nc\"}");
/// ```
pub fn write(log: &Log, from: usize, bytes: usize, into: &mut Vec<u8>) -> usize {
    let store = log.store();
    let enough = into.len().saturating_add(bytes);
    let mut place = from;
    while place < places(log) && into.len() < enough {
        if let Some(entry) = store.entry(place) {
            write_entry(log, entry, place > 0, into);
        }
        place += 1;
    }
    // What is left may be lines of the last entry.
    while place < places(log) && store.entry(place).is_none() {
        place += 1;
    }
    place
}

fn write_entry(log: &Log, entry: Entry<'_>, is_next: bool, into: &mut Vec<u8>) {
    if is_next {
        into.extend_from_slice(b",\n");
    }
    into.extend_from_slice(b"{\"message\":\"");
    escape(entry.text, into);
    if entry.text.ends_with(b"\n") {
        // A reader drops the last newline of an entry.
        into.extend_from_slice(b"\\n");
    }
    into.push(b'"');
    let level = log.levels().get(usize::from(entry.level));
    if let Some(level) = level.filter(|level| !level.name.is_empty()) {
        into.extend_from_slice(b",\"level\":\"");
        escape(level.name.as_bytes(), into);
        into.push(b'"');
    }
    if let Some(time) = entry.time {
        into.extend_from_slice(format!(",\"time\":{time}").as_bytes());
    }
    into.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &[u8]) -> Log {
        let mut log = Log::new();
        log.begin(None);
        log.feed(json);
        assert_eq!(log.end().unreadable, 0);
        log
    }

    proptest! {
        #[test]
        fn entries_read_as_the_log_they_were_written_from(
            entries in prop::collection::vec(
                (
                    "(\\PC|[\"\\\\\n\r\t\u{1}\u{1b}]){0,12}",
                    prop::option::of("[A-Z\"]{0,3}"),
                    prop::option::of(-5_i64..2_000_000_000),
                ),
                0..20,
            ),
            bytes in 1_usize..200,
        ) {
            let entries: Vec<serde_json::Value> = entries
                .iter()
                .map(|(message, level, time)| {
                    serde_json::json!({ "message": message, "level": level, "time": time })
                })
                .collect();
            let first = read(serde_json::Value::from(entries).to_string().as_bytes());
            let (mut json, mut line) = (b"[".to_vec(), 0);
            while line < places(&first) {
                line = write(&first, line, bytes, &mut json);
            }
            json.push(b']');
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&json).is_ok());
            let second = read(&json);
            prop_assert_eq!(first.len(), second.len());
            for index in 0..first.len() {
                let (a, b) = (first.line(index).unwrap(), second.line(index).unwrap());
                prop_assert_eq!((a.text, a.level, a.time), (b.text, b.level, b.time));
                prop_assert_eq!(a.continues, b.continues);
            }
        }
    }

    #[test]
    fn bytes_that_are_not_text_stay() {
        let mut json = Vec::new();
        escape(b"a\xff\"\x01", &mut json);
        assert_eq!(json, b"a\xff\\\"\\u0001");
    }
}
