//! Compares the corpus' pairs: the log of a failed build and that of the last success before it. The marked cause must be
//! among the first new lines.

#[path = "../examples/explain/new_lines.rs"]
mod new_lines;
mod support;

use new_lines::new_lines;
use slipway_log::{Log, Outcome};
use support::{Entry, corpus};

/// The number of new lines that a person looks at.
const FIRST_LINES: usize = 10;

/// The least share of pairs whose cause is among them, in percent.
const MIN_PERCENT: usize = 90;

fn read(entry: &Entry, outcome: Outcome) -> Log {
    let mut log = Log::new();
    log.begin(None);
    log.feed(&entry.log);
    log.end();
    log.set_outcome(outcome);
    log
}

/// The lines of a mark.
fn lines(mark: &serde_json::Value) -> Vec<u32> {
    let line = |line: &serde_json::Value| line.as_u64().map(|line| line as u32);
    match mark {
        serde_json::Value::Array(lines) => lines.iter().filter_map(line).collect(),
        other => line(other).into_iter().collect(),
    }
}

#[test]
fn the_cause_is_among_the_first_new_lines() {
    let corpus = corpus();
    let (mut pairs, mut right) = (0, 0);
    for entry in corpus
        .iter()
        .filter(|entry| entry.mark["kind"] == "pair-bad")
    {
        let success = entry.mark["pair_of"].as_str().expect("names its pair");
        let starts = |other: &&Entry| other.name.split('-').next() == Some(success);
        let Some(success) = corpus.iter().find(starts) else {
            continue;
        };
        let mut old = read(success, Outcome::Succeeded);
        let new = read(entry, Outcome::Failed);
        let ranked = new_lines(&mut old, &new);

        let mut causes = lines(&entry.mark["cause_line"]);
        causes.extend(lines(&entry.mark["also_right"]));
        let rank = ranked.iter().position(|line| causes.contains(line));
        let all = new.len();
        println!(
            "{}: cause at {rank:?} of {} new of {all} lines",
            entry.name,
            ranked.len()
        );
        for line in ranked.iter().take(FIRST_LINES) {
            println!("  {line:>4} {}", new.plain(*line as usize - 1));
        }
        pairs += 1;
        right += usize::from(rank.is_some_and(|rank| rank < FIRST_LINES));
        for line in lines(&entry.mark["not_cause"]) {
            assert!(
                !ranked.contains(&line),
                "{}: line {line} is not new",
                entry.name
            );
        }
    }
    println!("the cause is among the first {FIRST_LINES} new lines in {right} of {pairs} pairs");
    assert!(pairs > 0 && right * 100 >= pairs * MIN_PERCENT);
}
