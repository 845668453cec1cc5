//! The causes that the engine finds in the logs of the corpus, compared with those that a person marked.

mod samples;
mod support;

use proptest::prelude::*;
use samples::{Builder, samples};
use serde_json::Value;
use slipway_log::{Exit, Explainer, Explanation, FailureKind, Log, Outcome, explain};
use support::{Entry, corpus};

/// The share of causes that must be right.
const WANTED: f64 = 0.95;

fn outcome_of(entry: &Entry) -> Outcome {
    match entry.mark["outcome"].as_str() {
        Some("failed") => Outcome::Failed,
        _ => Outcome::Succeeded,
    }
}

fn read(body: &[u8], outcome: Outcome) -> Log {
    let mut log = Log::new();
    log.begin(None);
    log.feed(body);
    assert_eq!(log.end().unreadable, 0);
    log.set_outcome(outcome);
    log
}

/// The words of a line, without what BuildKit puts before them.
fn words(log: &Log, line: usize) -> String {
    let text = log.plain(line).into_owned();
    let text = match text.strip_prefix('#') {
        Some(rest) => rest.split_once(' ').map_or("", |(_, rest)| rest).to_owned(),
        None => text,
    };
    let is_offset =
        |word: &str| word.contains('.') && word.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match text.split_once(' ') {
        Some((first, rest)) if is_offset(first) => rest.trim().to_owned(),
        _ => text.trim().to_owned(),
    }
}

/// Scores a cause as `score.py` of the corpus does: 1 for a marked line, 0.5 for another one with the same words.
fn score(log: &Log, mark: &Value, found: Option<usize>) -> f64 {
    let found = found.map(|line| line as u64 + 1);
    let marked = mark["cause_line"].as_u64();
    let also = mark["also_right"].as_array().into_iter().flatten();
    if found == marked || (found.is_some() && also.into_iter().any(|line| line.as_u64() == found)) {
        return 1.0;
    }
    match (found, marked) {
        (Some(found), Some(marked))
            if words(log, found as usize - 1) == words(log, marked as usize - 1) =>
        {
            0.5
        }
        _ => 0.0,
    }
}

fn code(explanation: &Explanation) -> Option<u64> {
    match explanation.exit? {
        Exit::Code(code) => Some(u64::from(code)),
        Exit::Signal(signal) => Some(128 + u64::from(signal)),
    }
}

#[test]
fn causes_of_the_corpus() {
    let (mut failed, mut right) = (0.0, 0.0);
    let mut problems = Vec::new();
    let mut misses = Vec::new();
    for entry in corpus() {
        let outcome = outcome_of(&entry);
        let log = read(&entry.log, outcome);
        let explanation = explain(&log, outcome);
        let cause = explanation.cause.as_ref().map(|cause| cause.line);
        if outcome == Outcome::Succeeded {
            assert_eq!(explanation, Explanation::default(), "{}", entry.name);
            continue;
        }
        let points = score(&log, &entry.mark, cause);
        failed += 1.0;
        right += points;
        let text = |line: Option<usize>| {
            line.map_or_else(String::new, |line| log.plain(line).into_owned())
        };
        if points < 1.0 {
            let marked = entry.mark["cause_line"]
                .as_u64()
                .map(|line| line as usize - 1);
            misses.push(format!(
                "{}: {points} for {:?}\n    found  {}\n    marked {}",
                entry.name,
                cause.map(|c| c + 1),
                text(cause),
                text(marked)
            ));
        }
        let wrong = entry.mark["not_cause"].as_array().into_iter().flatten();
        if wrong
            .into_iter()
            .any(|line| line.as_u64() == cause.map(|line| line as u64 + 1))
        {
            problems.push(format!("{}: blames a line of the last success", entry.name));
        }
        if code(&explanation) != entry.mark["exit_code"].as_u64() {
            problems.push(format!(
                "{}: exit {:?}, marked {}",
                entry.name, explanation.exit, entry.mark["exit_code"]
            ));
        }
    }
    println!(
        "causes: {right} of {failed} ({:.1} %)\n{}",
        right / failed * 100.0,
        misses.join("\n")
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(right / failed >= WANTED, "{}", misses.join("\n"));
}

fn log_of(lines: &[String]) -> Log {
    let entries: Vec<Value> = lines
        .iter()
        .map(|line| serde_json::json!({"message": line, "level": "INFO"}))
        .collect();
    let body = serde_json::to_vec(&entries).expect("lines are JSON");
    read(&body, Outcome::Failed)
}

#[test]
fn causes_of_the_samples() {
    let samples = samples();
    let mut count = 0;
    let mut misses = Vec::new();
    for sample in &samples {
        assert!(
            !sample.right.is_empty(),
            "{}: no line is marked",
            sample.name
        );
        let builders = [Builder::Buildah, Builder::Docker, Builder::BuildKit];
        for builder in builders
            .into_iter()
            .skip(if sample.is_whole() { 2 } else { 0 })
        {
            count += 1;
            let (lines, first) = sample.log(builder);
            let log = log_of(&lines);
            let explanation = explain(&log, Outcome::Failed);
            let found = explanation.cause.as_ref().map(|cause| cause.line);
            if !sample.right.iter().any(|line| found == Some(first + line)) {
                let text = found.map_or_else(String::new, |line| log.plain(line).into_owned());
                misses.push(format!("{} ({builder:?}): {text}", sample.name));
            }
            if !sample.is_whole() {
                assert_eq!(
                    code(&explanation),
                    Some(u64::from(sample.code)),
                    "{} ({builder:?})",
                    sample.name
                );
            }
        }
    }
    println!("samples: {} of {count}", count - misses.len());
    assert!(
        misses.is_empty(),
        "{} of {count}\n{}",
        misses.len(),
        misses.join("\n")
    );
}

/// The generator of `156-long-make` of the corpus in brief: three files of a long build lack a header.
fn long_make(lines: usize) -> (Vec<String>, usize) {
    let mut log: Vec<String> = vec![
        "#7 [3/4] COPY . .".to_owned(),
        "#7 DONE 0.2s".to_owned(),
        String::new(),
        "#8 [4/4] RUN make -k -j4".to_owned(),
    ];
    let mut cause = None;
    for file in 1.. {
        if log.len() > lines {
            break;
        }
        let name = format!("src/drv/mod{file:04}");
        let mut say =
            |text: String| log.push(format!("#8 {}.{:03} {text}", file / 10, file % 1000));
        say(format!(
            "gcc -Wall -Wextra -O2 -Iinclude -c -o {name}.o {name}.c"
        ));
        for warning in 0..file % 5 {
            say(format!("{name}.c: In function ‘err_poll’:"));
            say(format!(
                "{name}.c:{warning}:9: warning: unused variable ‘error’ [-Wunused-variable]"
            ));
            say(format!("{warning:5} |     int error = 0;"));
            say("      |         ^~~~~".to_owned());
        }
        if matches!(file, 137 | 640 | 1500) {
            say(format!(
                "{name}.c:41:10: fatal error: regs/soc_v2.h: No such file or directory"
            ));
            say("   41 | #include \"regs/soc_v2.h\"".to_owned());
            say("      |          ^~~~~~~~~~~~~~~".to_owned());
            say("compilation terminated.".to_owned());
            say(format!("make: *** [Makefile:9: {name}.o] Error 1"));
            cause = cause.or(Some(log.len() - 5));
        }
    }
    log.push("#8 999.9 make: Target 'all' not remade because of errors.".to_owned());
    let end = "executor failed running [/bin/sh -c make -k -j4]: exit code: 2";
    log.push(format!("#8 ERROR: {end}"));
    log.push("------".to_owned());
    log.push(" > [4/4] RUN make -k -j4:".to_owned());
    log.push("------".to_owned());
    log.push(end.to_owned());
    (log, cause.expect("a file fails"))
}

#[test]
fn the_first_of_many_errors_is_the_cause_of_a_long_log() {
    let (lines, cause) = long_make(20_000);
    let log = log_of(&lines);
    let explanation = explain(&log, Outcome::Failed);
    let found = explanation.cause.expect("there is a cause");
    assert_eq!((found.line, found.kind), (cause, FailureKind::Compile));
    assert_eq!(found.evidence, [cause, cause + 1, cause + 2]);
    assert_eq!(explanation.exit, Some(Exit::Code(2)));
}

/// Reads a log in pieces, and explains it after each.
fn in_pieces(body: &[u8], outcome: Outcome, piece: usize, bytes: usize) -> (Explanation, Vec<u32>) {
    let mut log = Log::new();
    log.begin(None);
    let mut explainer = Explainer::new(outcome);
    for piece in body.chunks(piece.max(1)) {
        log.feed(piece);
        explainer.advance(&log, bytes);
    }
    log.end();
    log.set_outcome(outcome);
    while !explainer.advance(&log, bytes) {}
    let errors = explainer.error_lines();
    let errors = (0..errors.len())
        .filter_map(|index| errors.get(index))
        .collect();
    (explainer.explanation(&log), errors)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_read_in_pieces_explains_as_the_whole(
        which in any::<prop::sample::Index>(),
        piece in 1usize..5000,
        bytes in 1usize..20_000,
    ) {
        let entries = corpus();
        let entry = which.get(&entries);
        let outcome = outcome_of(entry);
        let whole = in_pieces(&entry.log, outcome, usize::MAX, usize::MAX);
        prop_assert_eq!(in_pieces(&entry.log, outcome, piece, bytes), whole);
    }

    #[test]
    fn any_lines_can_be_explained(
        lines in prop::collection::vec("(#[0-9] |[0-9]\\.[0-9] |STEP [12]/2: RUN |Step [12]/2 : RUN |\\+ )?(\\PC|\u{1b}\\[[0-9]*m|\r|error|: |Traceback \\(most recent call last\\):|Caused by: |panicked at a:1:2:|--- FAIL: |ERROR: process \"a\" did not complete successfully: exit code: 1){0,9}", 0..20),
        failed in any::<bool>(),
    ) {
        let log = log_of(&lines);
        let outcome = if failed { Outcome::Failed } else { Outcome::Running };
        if let Some(cause) = explain(&log, outcome).cause {
            prop_assert!(cause.line < log.len() && cause.evidence.contains(&cause.line));
            prop_assert!(cause.evidence.len() <= 5 && cause.evidence.is_sorted());
            prop_assert!(cause.evidence.iter().all(|line| *line < log.len()));
        }
    }
}
