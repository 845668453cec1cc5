//! Exports lines as text, to copy, download or print.

use crate::log::Log;
use std::ops::Range;

/// The format of exported lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain text, one line each.
    Text,
    /// A Markdown code block, whose fence is longer than any run of backticks in the text.
    Markdown,
}

/// Returns the visible text of these lines, each followed by a newline. `time`, if given, formats a
/// line's time (Unix seconds, UTC) to put before it; a line without a time is indented by as much.
///
/// # Examples
///
/// ```
/// use slipway_log::Log;
/// use slipway_log::export::{self, Format};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "\u001b[1mmake\u001b[0m", "time": 7}, {"message": "done"}]"#);
///
/// assert_eq!(export::lines(&log, 0..2, Format::Text, None), "make\ndone\n");
/// let time = |seconds: i64| format!("{seconds}s");
/// assert_eq!(export::lines(&log, 0..2, Format::Text, Some(&time)), "7s make\n   done\n");
/// ```
pub fn lines(
    log: &Log,
    range: Range<usize>,
    format: Format,
    time: Option<&dyn Fn(i64) -> String>,
) -> String {
    let mut out = String::new();
    let mut width = 0;
    for index in range.start..range.end.min(log.len()) {
        if let Some(time) = time {
            let text = log.time(index).map(time).unwrap_or_default();
            width = width.max(text.chars().count());
            out.push_str(&format!("{text:width$} "));
        }
        out.push_str(&log.plain(index));
        out.push('\n');
    }
    match format {
        Format::Text => out,
        Format::Markdown => fenced(&out),
    }
}

/// Returns the original text of all lines, escapes included, each followed by a newline. It is in
/// parts, so that no copy is needed. Each part is valid UTF-8.
///
/// # Examples
///
/// ```
/// use slipway_log::{Log, export};
///
/// let mut log = Log::new();
/// log.begin(None);
/// log.feed(br#"[{"message": "a"}, {"message": "b"}]"#);
/// let file: Vec<u8> = export::raw(&log).flatten().copied().collect();
/// assert_eq!(file, b"a\nb\n");
/// ```
pub fn raw(log: &Log) -> impl Iterator<Item = &[u8]> {
    log.store().arena.parts()
}

/// Puts a text into a Markdown code block.
fn fenced(text: &str) -> String {
    let runs = text.split(|char| char != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
    format!("{fence}\n{text}{fence}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(body: &str) -> Log {
        let mut log = Log::new();
        log.begin(None);
        log.feed(body.as_bytes());
        log.end();
        log
    }

    #[test]
    fn lines_with_and_without_times() {
        let log = log(r#"[{"message":"\u001b[1ma","time":7},{"message":"b"},{"message":"c"}]"#);
        assert_eq!(lines(&log, 0..2, Format::Text, None), "a\nb\n");
        let time = |time: i64| format!("<{time}>");
        assert_eq!(
            lines(&log, 0..9, Format::Text, Some(&time)),
            "<7> a\n    b\n    c\n"
        );
        assert_eq!(lines(&log, 5..9, Format::Text, None), "");
    }

    #[test]
    fn raw_lines_are_as_they_came() {
        let messages = [
            "\u{1b}[31mé".repeat(20),
            "b\n".to_owned(),
            String::new(),
            "x".repeat(300),
        ];
        let entries = messages
            .iter()
            .map(|message| serde_json::json!({"message": message}));
        let log = log(&serde_json::Value::from_iter(entries).to_string());
        let parts: Vec<&str> = raw(&log)
            .map(|part| std::str::from_utf8(part).expect("valid"))
            .collect();
        assert!(parts.len() > 1);
        assert_eq!(
            parts.concat(),
            format!("{}\nb\n\n{}\n", messages[0], messages[3])
        );
    }

    #[test]
    fn no_text_ends_the_fence() {
        let log = log(r#"[{"message":"```` x ```"}]"#);
        assert_eq!(
            lines(&log, 0..1, Format::Markdown, None),
            "`````\n```` x ```\n`````\n"
        );
    }
}
