//! Chooses the lines around a cause that help to understand it.

use crate::explain::rules::Role;
use crate::explain::text::{indent, split};
use crate::log::Log;

/// The maximum number of lines.
const MAX_LINES: usize = 5;

/// The number of lines that are looked at on each side.
const REACH: usize = 40;

/// A line of the step, as far as it matters here.
struct Near {
    line: usize,
    indent: usize,
    text: String,
}

/// The lines to quote for the cause in `line`, which is among them, and the line that names what failed.
pub(super) fn around(log: &Log, line: usize, role: Role, named: Option<usize>) -> Vec<usize> {
    let Some(own) = near(log, line, line) else {
        return vec![line];
    };
    let mut lines = vec![line];
    lines.extend(named);
    let mut above = (line.saturating_sub(REACH)..line)
        .rev()
        .filter_map(|other| near(log, other, line));
    if matches!(role, Role::After | Role::Traceback) {
        let above =
            above.filter(|near| !is_underline(&near.text) && !near.text.contains("\"<frozen "));
        let above = above.take_while(|near| near.indent > own.indent).take(2);
        lines.extend(above.map(|near| near.line));
    } else if let Some(above) = above.next()
        && introduces(&above.text)
    {
        lines.push(above.line);
    }
    let below = line + 1..line.saturating_add(REACH);
    for near in below.filter_map(|other| near(log, other, line)) {
        let is_more = role == Role::Names
            || near.indent > own.indent
            || continues(&near.text)
            || of_npm(&near.text)
                .is_some_and(|rest| !rest.is_empty() && of_npm(&own.text).is_some());
        if lines.len() >= MAX_LINES || !is_more {
            break;
        }
        lines.push(near.line);
    }
    lines.sort_unstable();
    lines.dedup();
    lines
}

/// The text after npm's prefix.
fn of_npm(text: &str) -> Option<&str> {
    let rest = text
        .strip_prefix("npm error")
        .or(text.strip_prefix("npm ERR!"));
    rest.map(str::trim)
}

/// Returns true for a line that only points at the one above it.
fn is_underline(text: &str) -> bool {
    text.chars().all(|char| matches!(char, '^' | '~' | ' '))
}

/// Reads a line if it is of the same step as `of`, not blank and not of the builder.
fn near(log: &Log, line: usize, of: usize) -> Option<Near> {
    if line >= log.len() || log.steps().step_of_line(line) != log.steps().step_of_line(of) {
        return None;
    }
    let plain = log.plain(line);
    let (place, text) = split(&plain);
    let of_plain = split(&log.plain(of)).0;
    if text.is_empty() || place != of_plain || is_of_builder(text) {
        return None;
    }
    Some(Near {
        line,
        indent: indent(&plain),
        text: text.to_owned(),
    })
}

/// Returns true for lines after a message that belong to it, although they are not indented.
fn continues(text: &str) -> bool {
    let starts = [
        "-->", "|", "^", "at ", "left:", "right:", "Expected", "Received", "+ ", "- ", "E  ", "> ",
        "what():", "= note", "= help", "--- FAIL",
    ];
    let is_place = text.contains(".py:") && text.ends_with("Error") && text.split(' ').count() == 2;
    is_place
        || starts.iter().any(|start| text.starts_with(start))
        || text.split_once('|').is_some_and(|(number, _)| {
            let number = number.trim();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Returns true for lines before a message that belong to it.
fn introduces(text: &str) -> bool {
    let parts = [
        ": In ",
        ": in function",
        "：在函数",
        ": 在函数",
        "panicked at",
        "included from",
    ];
    let is_open = text.ends_with([':', '：', ',']) && parts.iter().any(|part| text.contains(part));
    is_open || text.starts_with("--- FAIL") || text.starts_with(">  ")
}

/// Returns true for the lines of the builders that plain text of a program cannot be.
pub(super) fn is_of_builder(text: &str) -> bool {
    let starts = [
        "STEP ",
        "Step ",
        "--> Using cache",
        "---> ",
        "------",
        "Removing intermediate container",
        "subprocess exited",
        "Error: building at STEP",
        "error building at STEP",
        "The command '",
        "DONE ",
        "ERROR: process",
        "CANCELED",
        "executor failed running",
    ];
    let is_id = text
        .strip_prefix("--> ")
        .is_some_and(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    is_id || starts.iter().any(|start| text.starts_with(start))
}
