//! Explains a log on the command line: `cargo run --release -p slipway-log --example explain -- FILE.json`.
//!
//! | argument | meaning |
//! | --- | --- |
//! | `FILE.json` | an answer of call 5: the entries of a build's log |
//! | `--status S` or `--status F` | the status of the build; without it, what the log says |
//! | `--last-success OTHER.json` | the log of the last success before it, to compare with |
//!
//! Prints a JSON object:
//!
//! | field | meaning |
//! | --- | --- |
//! | `outcome` | `succeeded`, `failed` or `running` |
//! | `failing_step` | the header of the step that failed; `null` if none is to blame |
//! | `exit_code` | of the command that failed; 128 and the signal if it was killed; `null` if the log does not say |
//! | `cause_line` | the line that says why; `null` if none does |
//! | `evidence` | the lines to quote |
//! | `kind` | the kind of failure, such as `compile` |
//! | `steps` | each with `text` (its header), `stage`, `state`, `seconds`, `kind`, `first_line` and `last_line` |
//!
//! With a last success, also `new_lines`: the lines that its log has not, with the ones first that are likely to tell
//! why the build failed.
//!
//! Lines count from 1, over the lines of all messages. A `state` is `running`, `done`, `cached`, `failed`,
//! `canceled` or `not run`; a step that is not run has no lines. A `kind` of a step is `step` or `internal`, which
//! is work of the builder itself.

mod answer;
mod new_lines;

use answer::answer;
use new_lines::new_lines;
use slipway_log::{Log, Outcome};
use std::process::ExitCode;

const USAGE: &str = "usage: explain FILE.json [--status S|F] [--last-success OTHER.json]";

/// The arguments.
struct Arguments {
    file: String,
    outcome: Option<Outcome>,
    last_success: Option<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<String, String> {
    let arguments = arguments(std::env::args().skip(1)).ok_or(USAGE)?;
    let mut log = read(&arguments.file)?;
    let mut answer = answer(&mut log, arguments.outcome);
    if let Some(file) = arguments.last_success {
        answer["new_lines"] = new_lines(&mut read(&file)?, &log).into();
    }
    Ok(answer.to_string())
}

fn arguments(mut given: impl Iterator<Item = String>) -> Option<Arguments> {
    let (mut file, mut outcome, mut last_success) = (None, None, None);
    while let Some(argument) = given.next() {
        match argument.as_str() {
            "--status" => {
                outcome = Some(match given.next()?.as_str() {
                    "S" => Outcome::Succeeded,
                    "F" => Outcome::Failed,
                    _ => return None,
                });
            }
            "--last-success" => last_success = Some(given.next()?),
            name if !name.starts_with("--") && file.is_none() => file = Some(argument),
            _ => return None,
        }
    }
    Some(Arguments {
        file: file?,
        outcome,
        last_success,
    })
}

fn read(file: &str) -> Result<Log, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("{file}: {error}"))?;
    let mut log = Log::new();
    log.begin(None);
    log.feed(&bytes);
    match log.end().fault {
        None => Ok(log),
        Some(fault) => Err(format!("{file} is no log: {fault:?}")),
    }
}
