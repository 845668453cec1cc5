//! Chooses the lines around a cause that help to understand it.

use crate::explain::choose::indent;
use crate::explain::rules::Role;
use crate::explain::text::split;
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

/// The lines to quote for the cause in `line`, which is among them.
pub(crate) fn around(log: &Log, line: usize, role: Role) -> Vec<usize> {
    let own = near(log, line, line);
    let indent = own.as_ref().map_or(0, |near| near.indent);
    let mut lines = vec![line];
    let before = matches!(role, Role::After | Role::Traceback);
    if before {
        let above = (line.saturating_sub(REACH)..line).rev();
        let above = above.filter_map(|other| near(log, other, line));
        let above = above.take_while(|near| near.indent > indent).take(2);
        lines.extend(above.map(|near| near.line));
    } else if let Some(above) = (line.saturating_sub(REACH)..line)
        .rev()
        .find_map(|other| near(log, other, line))
        && introduces(&above.text)
    {
        lines.push(above.line);
    }
    let is_block = role == Role::Names;
    let below = (line + 1..line.saturating_add(REACH)).filter_map(|other| near(log, other, line));
    for near in below {
        if lines.len() >= MAX_LINES || !(is_block || near.indent > indent || continues(&near.text))
        {
            break;
        }
        lines.push(near.line);
    }
    lines.sort_unstable();
    lines
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
        "what():", "= note", "= help",
    ];
    starts.iter().any(|start| text.starts_with(start))
        || text.split_once('|').is_some_and(|(number, _)| {
            let number = number.trim();
            !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        })
}

/// Returns true for lines before a message that belong to it.
fn introduces(text: &str) -> bool {
    (text.ends_with(':') || text.ends_with('：') || text.ends_with(','))
        && (text.contains(": In ")
            || text.contains("：在函数")
            || text.contains("panicked at")
            || text.contains("included from")
            || text.contains(": In function"))
}

pub(super) fn is_of_builder(text: &str) -> bool {
    let starts = [
        "STEP ",
        "Step ",
        "--> ",
        "---> ",
        "------",
        "Removing intermediate container",
        "subprocess exited",
        "Error: building at STEP",
        "The command '",
        "DONE ",
        "ERROR: process",
        "CANCELED",
    ];
    starts.iter().any(|start| text.starts_with(start))
}
