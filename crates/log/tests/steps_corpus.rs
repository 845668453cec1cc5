//! Compares the steps of the logs in the corpus with their marks, and prints the score.

mod support;

use serde_json::Value;
use slipway_log::{Log, Outcome, Step, StepKind, StepState};
use std::fmt::Write;

/// A share of marks that are right.
#[derive(Default)]
struct Score {
    right: usize,
    of: usize,
    wrong: String,
}

impl Score {
    fn add(&mut self, is_right: bool, told: impl FnOnce() -> String) {
        self.of += 1;
        self.right += usize::from(is_right);
        if !is_right {
            writeln!(self.wrong, "  {}", told()).expect("a string takes it");
        }
    }

    fn percent(&self) -> f64 {
        self.right as f64 / self.of as f64 * 100.0
    }
}

fn read(entry: &support::Entry) -> Log {
    let mut log = Log::new();
    log.begin(None);
    log.feed(&entry.log);
    log.end();
    log.set_outcome(match entry.mark["outcome"].as_str() {
        Some("failed") => Outcome::Failed,
        _ => Outcome::Succeeded,
    });
    log
}

fn state(step: &Step) -> &'static str {
    match step.state {
        StepState::Running => "running",
        StepState::Done => "done",
        StepState::Cached => "cached",
        StepState::Failed => "failed",
        StepState::Canceled => "canceled",
    }
}

/// The marks of the steps that have a line.
fn marked(entry: &support::Entry) -> impl Iterator<Item = &Value> {
    let steps = entry.mark["steps"].as_array().expect("steps are marked");
    steps.iter().filter(|step| step["state"] != "not run")
}

/// The headers that are right for the failing step; empty if there is none or only an instruction is named.
fn failing_headers(mark: &Value) -> Vec<Option<&str>> {
    let also = mark["failing_step_also"].as_array().into_iter().flatten();
    std::iter::once(&mark["failing_step"])
        .chain(also)
        .map(Value::as_str)
        .collect()
}

#[test]
fn steps_are_those_that_were_marked() {
    let [
        mut failing,
        mut states,
        mut found,
        mut stages,
        mut seconds,
        mut kinds,
    ] = std::array::from_fn(|_| Score::default());
    for entry in support::corpus() {
        let log = read(&entry);
        let steps = log.steps();
        let header = steps
            .failing()
            .map(|step| steps.list()[step].header.as_str());
        failing.add(failing_headers(&entry.mark).contains(&header), || {
            format!("{}: {header:?}", entry.name)
        });
        let marks: Vec<&Value> = marked(&entry).collect();
        found.add(marks.len() == steps.list().len(), || {
            format!("{}: {} steps", entry.name, steps.list().len())
        });
        for mark in marks {
            let line = mark["line"].as_u64().expect("its line is marked") as usize - 1;
            let told = |what: &dyn std::fmt::Debug| format!("{}: {what:?}, not {mark}", entry.name);
            let step = steps.list().iter().find(|step| step.first == line);
            let is_found = step.is_some_and(|step| mark["text"] == step.header.as_str());
            found.add(is_found, || told(&step));
            let Some(step) = step else { continue };
            states.add(mark["state"] == state(step), || told(&step.state));
            let is_internal = step.kind == StepKind::Internal;
            kinds.add(is_internal == (mark["internal"] == true), || {
                told(&step.kind)
            });
            // A stage without a name has its number.
            let is_number = step
                .stage
                .as_ref()
                .is_none_or(|stage| stage.parse::<u32>().is_ok());
            let is_stage = match mark["stage"].as_str() {
                Some(stage) => step.stage.as_deref() == Some(stage),
                None => is_number,
            };
            stages.add(is_stage, || told(&step.stage));
            if let Some(marked) = mark["seconds"].as_f64() {
                let is_right = match step.tenths {
                    Some(tenths) => (f64::from(tenths) / 10.0 - marked).abs() < 0.051,
                    None => step
                        .duration()
                        .is_some_and(|seconds| (seconds as f64 - marked).abs() <= 1.0),
                };
                seconds.add(is_right, || told(&(step.tenths, step.duration())));
            }
        }
    }
    let all = [
        ("failing step", &failing, 100.0),
        ("found", &found, 100.0),
        ("state", &states, 98.0),
        ("stage", &stages, 98.0),
        ("seconds", &seconds, 98.0),
        ("kind", &kinds, 100.0),
    ];
    for (name, score, _) in all {
        println!(
            "{name:14} {:4} of {:4}  {:5.1} %",
            score.right,
            score.of,
            score.percent()
        );
        print!("{}", score.wrong);
    }
    for (name, score, least) in all {
        assert!(
            score.percent() >= least,
            "{name}: {:.1} %\n{}",
            score.percent(),
            score.wrong
        );
    }
}

/// The steps that the marks name and the log does not show are counted as not run, as far as the stage is known.
#[test]
fn steps_that_did_not_run_are_counted() {
    let mut score = Score::default();
    for entry in support::corpus() {
        let log = read(&entry);
        let counted: u32 = log
            .steps()
            .not_run()
            .iter()
            .map(|stage| stage.to - stage.from + 1)
            .sum();
        let marks = entry.mark["steps"].as_array().expect("steps are marked");
        let not_run = marks
            .iter()
            .filter(|step| step["state"] == "not run")
            .count() as u32;
        // Without a step, there is no count; a stage without one is not counted either.
        let is_counted =
            counted == not_run || log.steps().list().iter().all(|step| step.total.is_none());
        score.add(is_counted, || {
            format!("{}: {counted}, not {not_run}", entry.name)
        });
    }
    println!("not run {} of {}\n{}", score.right, score.of, score.wrong);
    assert!(score.percent() >= 90.0, "{}", score.wrong);
}

/// The facts of steps that do not depend on how the log arrived.
fn facts(log: &Log) -> (Vec<Step>, Option<usize>, Vec<Option<usize>>) {
    let steps = log.steps();
    let lines = (0..log.len())
        .map(|line| steps.step_of_line(line))
        .collect();
    (steps.list().to_vec(), steps.failing(), lines)
}

/// A log that arrives in pieces, and then is polled, has the steps of the whole one.
#[test]
fn steps_do_not_depend_on_how_the_log_arrives() {
    let mut random = 12345u64;
    let mut next = |below: usize| {
        random = random
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (random >> 33) as usize % below
    };
    for entry in support::corpus() {
        let whole = read(&entry);
        let entries: Vec<Value> = serde_json::from_slice(&entry.log).expect("a log is JSON");
        for _ in 0..3 {
            let mut log = Log::new();
            // A poll repeats the entries of the last second, and adds some.
            let mut end = 0;
            while end < entries.len() {
                end = (end + 1 + next(entries.len())).min(entries.len());
                let start_time = log.resume_at();
                let is_new = |entry: &&Value| {
                    start_time.is_none_or(|time| entry["time"].as_i64() >= Some(time))
                };
                let answer: Value = entries[..end].iter().filter(is_new).cloned().collect();
                let body = answer.to_string();
                log.begin(start_time);
                let cut = next(body.len());
                log.feed(&body.as_bytes()[..cut]);
                log.feed(&body.as_bytes()[cut..]);
                log.end();
            }
            log.set_outcome(match entry.mark["outcome"].as_str() {
                Some("failed") => Outcome::Failed,
                _ => Outcome::Succeeded,
            });
            assert_eq!(facts(&log), facts(&whole), "{}", entry.name);
        }
    }
}
