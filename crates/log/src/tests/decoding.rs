//! Tests the decoder against `serde_json`, and with input that is not JSON.

use crate::log::Log;
use crate::tests::{cases, read, texts};
use crate::{Fault, Summary};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// The facts of a line: text, level, time, and true if it continues an entry.
type LineFacts = (String, String, Option<i64>, bool);

fn line_facts(log: &Log) -> Vec<LineFacts> {
    let lines = (0..log.len()).map(|index| log.line(index).expect("is there"));
    lines
        .map(|line| {
            (
                line.text.to_owned(),
                line.level.to_owned(),
                line.time,
                line.continues,
            )
        })
        .collect()
}

/// The lines of an entry, from what `serde_json` reads.
fn expected(entry: &Map<String, Value>) -> Vec<LineFacts> {
    let text = |key: &str| match entry.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let time = match entry.get("time") {
        Some(Value::Number(time)) => time
            .as_i64()
            .or(time.as_f64().map(|time| time.floor() as i64)),
        _ => None,
    };
    let message = text("message");
    let message = message.strip_suffix('\n').unwrap_or(&message);
    let lines = message.split('\n').enumerate();
    lines
        .map(|(index, line)| {
            let line = line.strip_suffix('\r').unwrap_or(line);
            (line.to_owned(), text("level"), time, index > 0)
        })
        .collect()
}

/// Normalizes JSON in place of a text, which keeps its original escapes and order of keys.
fn canonical((text, level, time, continues): LineFacts) -> LineFacts {
    let canonical = |text: String| match serde_json::from_str::<Value>(&text) {
        Ok(value) => value.to_string(),
        Err(_) => text,
    };
    (canonical(text), canonical(level), time, continues)
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,30}",
        "[a-c\\\\\"\n\r\t\u{0}\u{1b}\u{7f}é中😀\u{202e}\u{85}]{0,12}",
        "[a-z]{0,300}",
        any::<String>(),
    ]
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z\"\\\\]{0,3}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A level that is short enough to be kept, with any style of escapes.
fn short_value() -> impl Strategy<Value = Value> {
    any_value().prop_filter("short", |value| written(value, 2).len() < 64)
}

fn any_entry() -> impl Strategy<Value = Map<String, Value>> {
    let message = prop_oneof![8 => any_text().prop_map(Value::from), 1 => any_value()];
    let level =
        prop_oneof![8 => Just(json!("INFO")), 2 => Just(json!("ERROR")), 1 => short_value()];
    let time = prop_oneof![
        8 => (1_441_770_000i64..1_441_780_000).prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        // Quarters, which are exact as floats.
        1 => (-4_000_000_000_000i64..4_000_000_000_000).prop_map(|time| Value::from(time as f64 / 4.0)),
        1 => any_value(),
    ];
    (
        prop::option::weighted(0.9, message),
        prop::option::weighted(0.9, level),
        prop::option::weighted(0.9, time),
        prop::collection::vec((any::<bool>(), "[a-z\u{e9}\"]{1,8}", any_value()), 0..2),
    )
        .prop_map(|(message, level, time, others)| {
            let mut entry = Map::new();
            let (before, after): (Vec<_>, Vec<_>) =
                others.into_iter().partition(|(before, ..)| *before);
            entry.extend(before.into_iter().map(|(_, key, value)| (key, value)));
            entry.extend(time.map(|time| ("time".to_owned(), time)));
            entry.extend(message.map(|message| ("message".to_owned(), message)));
            entry.extend(level.map(|level| ("level".to_owned(), level)));
            entry.extend(after.into_iter().map(|(_, key, value)| (key, value)));
            entry
        })
}

/// Writes a value as `serde_json` does, or with unneeded white space or escapes.
fn written(value: &Value, style: u8) -> String {
    match style % 3 {
        0 => value.to_string(),
        1 => serde_json::to_string_pretty(value).expect("encodes"),
        _ => value
            .to_string()
            .chars()
            .map(|char| match char {
                ' '..='~' => char.to_string(),
                char => {
                    let units = char.encode_utf16(&mut [0; 2]).to_vec();
                    units.iter().map(|unit| format!("\\u{unit:04X}")).collect()
                }
            })
            .collect(),
    }
}

proptest! {
    #![proptest_config(cases())]

    /// Wherever the body is cut, the lines are the ones that `serde_json` reads.
    #[test]
    fn entries_are_those_of_the_body(
        entries in prop::collection::vec(any_entry(), 0..12),
        style in any::<u8>(),
        cuts in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        // Compare with the body, not with its source: floats lose their last digits when written.
        let body = written(&Value::from_iter(entries.iter().cloned().map(Value::Object)), style);
        let entries: Vec<Map<String, Value>> = serde_json::from_str(&body).expect("is JSON");
        let (log, summary) = read(body.as_bytes(), &cuts);
        let wanted: Vec<LineFacts> = entries.iter().flat_map(expected).map(canonical).collect();
        let found: Vec<LineFacts> = line_facts(&log).into_iter().map(canonical).collect();
        prop_assert_eq!(found, wanted);
        prop_assert_eq!((summary.entries, summary.unreadable), (entries.len() as u64, 0));
        prop_assert_eq!((summary.truncated, summary.fault), (false, None));
        prop_assert_eq!(summary.bytes, body.len() as u64);
    }

    /// Wherever arbitrary bytes are cut, the lines are the same. There is never a panic, and there are never
    /// more lines than bytes.
    #[test]
    fn cuts_change_nothing(
        body in any_body(),
        cuts in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let (whole, summary) = read(&body, &[]);
        let (log, of_chunks) = read(&body, &cuts);
        prop_assert_eq!(line_facts(&log), line_facts(&whole));
        prop_assert_eq!(&of_chunks, &summary);
        let bytes: Vec<[u8; 1]> = body.iter().map(|byte| [*byte]).collect();
        let mut by_byte = Log::new();
        by_byte.begin(None);
        bytes.iter().for_each(|byte| { by_byte.feed(byte); });
        prop_assert_eq!(by_byte.end(), summary);
        prop_assert_eq!(line_facts(&by_byte), line_facts(&whole));
        prop_assert!(whole.len() <= body.len());
    }

    /// Invalid UTF-8 is replaced like the standard library does.
    #[test]
    fn invalid_text_is_replaced(text in prop::collection::vec(any_byte(), 0..30), cut in any::<u8>()) {
        let mut body = b"[{\"message\":\"".to_vec();
        body.extend_from_slice(&text);
        body.extend_from_slice(b"\"}]");
        let (log, _) = read(&body, &[cut]);
        let raw: Vec<u8> = crate::export::raw(&log).flatten().copied().collect();
        prop_assert_eq!(String::from_utf8_lossy(&raw), String::from_utf8_lossy(&text) + "\n");
    }

    /// A body that is cut off gives its complete entries.
    #[test]
    fn what_came_stays(entries in prop::collection::vec(any_entry(), 0..6), end in any::<u8>()) {
        let body = Value::from_iter(entries.iter().cloned().map(Value::Object)).to_string();
        let (whole, _) = read(body.as_bytes(), &[]);
        let end = body.len() * usize::from(end) / 256;
        let (log, summary) = read(&body.as_bytes()[..end], &[]);
        let lines = line_facts(&log);
        prop_assert_eq!(&lines[..], &line_facts(&whole)[..lines.len()]);
        prop_assert_eq!(summary.truncated, end > 0);
        prop_assert_eq!(summary.unreadable, 0);
    }

    /// An invalid entry is lost, but no other one.
    #[test]
    fn the_next_entry_is_found(junk in "[^{}\"\\\\\\[\\]]{1,20}", before in 1usize..4, after in 1usize..4) {
        let entry = json!({"message": "good", "time": 1});
        let good = |count: usize| vec![entry.to_string(); count].join(",");
        let body = format!("[{},{{\"message\" {junk}}},{}]", good(before), good(after));
        prop_assume!(!junk.trim_start().starts_with(':'));
        let (log, summary) = read(body.as_bytes(), &[]);
        prop_assert_eq!(log.len(), before + after);
        prop_assert_eq!((summary.unreadable, summary.truncated), (1, false));
    }
}

fn any_byte() -> impl Strategy<Value = u8> {
    any::<u8>().prop_map(|byte| {
        if matches!(byte, b'"' | b'\\' | b'\n' | b'\r') {
            0xe4
        } else {
            byte
        }
    })
}

/// Pieces of JSON in any order, and a few arbitrary bytes.
fn any_body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "{\"message\":\"",
            "\"message\":",
            "\"level\":",
            "\"time\":",
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\\u",
            "\\ud83d",
            "\\ude00",
            "\\n",
            "},{",
            "{\"",
            "null",
            "12",
            "-1.5e3",
            " ",
            "\n",
            "中",
            "\"a\":[{\"b\":1}],",
            "tru",
            "x",
            "\u{feff}",
        ])
        .prop_map(|piece| piece.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    (any::<bool>(), prop::collection::vec(piece, 0..30)).prop_map(|(array, pieces)| {
        let mut body = if array { b"[{".to_vec() } else { Vec::new() };
        body.extend(pieces.into_iter().flatten());
        body
    })
}

fn lines_of(body: &str) -> (Vec<String>, Summary) {
    let (log, summary) = read(body.as_bytes(), &[]);
    (
        texts(&log).into_iter().map(str::to_owned).collect(),
        summary,
    )
}

#[test]
fn halves_of_pairs_are_replaced() {
    let (lines, _) = lines_of(
        r#"[{"message":"\ud83d\ude00 \ud83d. \ude00 \ud83d\ud83d\ude00 \ud83d\n\ud83d"},{"message":"\u12"}]"#,
    );
    assert_eq!(
        lines,
        [
            "😀 \u{fffd}. \u{fffd} \u{fffd}😀 \u{fffd}",
            "\u{fffd}",
            "\u{fffd}"
        ]
    );
}

#[test]
fn a_body_that_is_not_a_log_is_reported() {
    for body in [
        "<!doctype html><p>Sign in",
        "{\"detail\": \"no\"}",
        "",
        "  ",
    ] {
        let (log, summary) = read(body.as_bytes(), &[3]);
        assert_eq!(log.len(), 0);
        assert_eq!(
            summary.fault,
            Some(Fault::NotAnArray(body.trim().to_owned()))
        );
        assert!(!summary.truncated);
    }
    let long = "页".repeat(100_000);
    let (_, summary) = read(long.as_bytes(), &[1, 2]);
    assert_eq!(summary.fault, Some(Fault::NotAnArray("页".repeat(500))));
}

#[test]
fn odd_elements_are_counted() {
    let (lines, summary) =
        lines_of(r#"["a", 1, null, [{"message":"inner"}], {"message":"b"}, true]"#);
    assert_eq!(lines, ["b"]);
    assert_eq!((summary.unreadable, summary.entries), (5, 1));
    assert!(!summary.truncated);
}

#[test]
fn the_last_of_two_keys_counts() {
    let (log, _) = read(
        br#"[{"message":"a","message":"b","time":1,"level":"X","time":2,"level":null},{"message":"c","message":null,"time":1,"time":"x"}]"#,
        &[],
    );
    let lines = line_facts(&log);
    assert_eq!(lines[0], ("b".to_owned(), String::new(), Some(2), false));
    assert_eq!(lines[1], (String::new(), String::new(), None, false));
}

#[test]
fn depth_costs_neither_stack_nor_memory() {
    let depth = 1_000_000;
    let body = format!(
        r#"[{{"x":{}1{},"message":"a"}},{{"message":{}{}}}]"#,
        "[".repeat(depth),
        "]".repeat(depth),
        "{\"a\":[".repeat(3),
        "]}".repeat(3),
    );
    let (lines, summary) = lines_of(&body);
    assert_eq!(lines, ["a", r#"{"a":[{"a":[{"a":[]}]}]}"#]);
    assert_eq!(summary.unreadable, 0);
}

#[test]
fn brackets_that_do_not_fit_lose_one_entry() {
    let (lines, summary) =
        lines_of(r#"[{"x":[{]},"message":"a"},{"message":"b"},{"message":"c"}]"#);
    assert_eq!(lines, ["b", "c"]);
    assert_eq!((summary.unreadable, summary.truncated), (1, false));
}

#[test]
fn what_follows_the_end_is_counted() {
    let (lines, summary) = lines_of("[{\"message\":\"a\"}] \n");
    assert_eq!((lines.len(), summary.unreadable), (1, 0));
    let (lines, summary) = lines_of("[{\"message\":\"a\"}] <p>");
    assert_eq!((lines.len(), summary.unreadable), (1, 1));
}

#[test]
fn a_line_of_a_megabyte_is_a_line() {
    let long = "x".repeat(1 << 20);
    let (log, _) = read(super::body(&["a", &long, "b"]).as_bytes(), &[9, 77, 200]);
    assert_eq!(texts(&log), ["a", &long, "b"]);
    assert_eq!(log.byte_len(1), 1 << 20);
}

#[test]
fn a_log_that_is_too_long_ends_and_says_so() {
    let entry = format!(r#"{{"message":"{}","level":"INFO"}},"#, "x".repeat(99_000));
    let mut log = Log::new();
    log.begin(None);
    log.feed(b"[");
    for _ in 0..100 {
        log.feed(entry.as_bytes());
    }
    assert_eq!(log.received(), 1 + 100 * entry.len() as u64);
    let summary = log.end();
    assert_eq!(summary.entries + summary.unreadable, 100);
    assert_eq!(summary.entries, log.len() as u64);
    // At least half of 4 MiB, and at most 4 MiB.
    assert!(
        (2 << 20..4 << 20).contains(&log.text_bytes()),
        "{}",
        log.text_bytes()
    );
    assert!(texts(&log).iter().all(|text| text.len() == 99_000));
    // Entries that the log has are not added twice, even when there is no more room.
    log.begin(None);
    log.feed(b"[");
    log.feed(entry.as_bytes());
    log.feed(br#"{"message":"y"}]"#);
    assert_eq!(log.end().known, 1);
}

#[test]
fn an_entry_that_is_too_long_is_counted() {
    let long = "x".repeat((2 << 20) + 1);
    let (log, summary) = read(super::body(&["a", &long, "b"]).as_bytes(), &[9, 77, 200]);
    assert_eq!(texts(&log), ["a", "b"]);
    assert_eq!((summary.entries, summary.unreadable), (2, 1));
}
