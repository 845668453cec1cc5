//! Tests the engine against slow and obvious versions of itself.

mod comparing;
mod decoding;
mod following;
mod frames;
mod merging;
mod normalizing;
mod painting;
mod repeating;
mod searching;
mod steps;

use crate::Summary;
use crate::log::Log;

/// The number of cases for each property. `SLIPWAY_CASES` overrides it for longer runs.
fn cases() -> proptest::test_runner::Config {
    let cases = std::env::var("SLIPWAY_CASES").ok();
    let cases = cases.and_then(|cases| cases.parse().ok());
    proptest::test_runner::Config {
        cases: cases.unwrap_or(256),
        max_global_rejects: u32::MAX,
        failure_persistence: None,
        ..Default::default()
    }
}

/// A log of one answer, cut into chunks at these positions, given in 1/256 of its length.
fn read(body: &[u8], cuts: &[u8]) -> (Log, Summary) {
    let mut log = Log::new();
    log.begin(None);
    for chunk in cut(body, cuts) {
        log.feed(chunk);
    }
    let summary = log.end();
    (log, summary)
}

fn cut<'a>(body: &'a [u8], cuts: &[u8]) -> Vec<&'a [u8]> {
    let mut positions: Vec<usize> = cuts
        .iter()
        .map(|cut| body.len() * usize::from(*cut) / 256)
        .collect();
    positions.push(body.len());
    positions.sort_unstable();
    let mut chunks = Vec::new();
    let mut from = 0;
    for position in positions {
        chunks.push(&body[from..position]);
        from = position;
    }
    chunks
}

fn texts(log: &Log) -> Vec<&str> {
    (0..log.len())
        .map(|line| log.line(line).expect("is there").text)
        .collect()
}

/// A body of entries with these messages, a second apart.
fn body(messages: &[impl AsRef<str>]) -> String {
    let entries = messages.iter().enumerate().map(|(index, message)| {
        serde_json::json!({"message": message.as_ref(), "level": "INFO", "time": 100 + index})
    });
    serde_json::Value::Array(entries.collect()).to_string()
}
