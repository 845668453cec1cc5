//! The stages of a sandbox that this program itself is.

use crate::sandbox::spec::{CONFINE, FIRST_PROCESS};
use std::process::ExitCode;

/// The exit code of a sandbox that could not be set up.
#[cfg(target_os = "linux")]
const FAILED: u8 = 125;

/// Runs a stage of a sandbox if the command line asks for one, and returns how it ended; `None` for any other command
/// line. Call it before the program has another thread.
pub fn sandbox_stage() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let stage = arguments.next()?;
    if arguments.next().is_some() {
        return None;
    }
    run(stage.to_str()?)
}

#[cfg(target_os = "linux")]
fn run(stage: &str) -> Option<ExitCode> {
    let result = match stage {
        FIRST_PROCESS => super::first_process::run(),
        CONFINE => super::confine::run(),
        _ => return None,
    };
    Some(result.unwrap_or_else(|message| {
        eprintln!("Error: the sandbox of the build could not be set up: {message}");
        FAILED.into()
    }))
}

#[cfg(not(target_os = "linux"))]
fn run(stage: &str) -> Option<ExitCode> {
    matches!(stage, FIRST_PROCESS | CONFINE).then_some(ExitCode::FAILURE)
}
