//! The text of a line as a program printed it, without what BuildKit puts before it.

/// The place of a line in the output of a builder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Output of a step or of the builder: only BuildKit tells them apart.
    Plain,
    /// BuildKit's `#8 0.123 `: output of a step.
    Step,
    /// BuildKit's `#8 `: what the builder says of a step.
    Vertex,
    /// `0.123 `: BuildKit repeats the last lines of a step that failed.
    Repeated,
}

/// Takes off BuildKit's prefix and the spaces around.
pub(crate) fn split(line: &str) -> (Place, &str) {
    if let Some(rest) = line.strip_prefix('#')
        && let Some(rest) = after_digits(rest).and_then(|rest| rest.strip_prefix(' '))
    {
        return match after_seconds(rest) {
            Some(rest) => (Place::Step, bare(rest)),
            None => (Place::Vertex, bare(rest)),
        };
    }
    match after_seconds(line) {
        Some(rest) => (Place::Repeated, bare(rest)),
        None => (Place::Plain, bare(line)),
    }
}

fn after_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|char: char| char.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// The text after `0.123 ` or `12.1 `, which may be its end.
fn after_seconds(text: &str) -> Option<&str> {
    let rest = after_digits(text)?.strip_prefix('.')?;
    let rest = after_digits(rest)?;
    match rest.is_empty() {
        true => Some(rest),
        false => rest.strip_prefix(' '),
    }
}

/// A text without spaces around it, and without the lines and arrows that frame a message.
fn bare(text: &str) -> &str {
    let framed = |char: char| {
        char.is_whitespace()
            || matches!(
                char,
                '│' | '┃' | '╰' | '╭' | '├' | '└' | '─' | '▶' | '×' | '✗' | '⨯' | '❌'
            )
    };
    text.trim_start_matches(framed).trim_end()
}

/// The number of bytes before the text of a line, BuildKit's prefix not counted.
pub(crate) fn indent(line: &str) -> usize {
    let raw = match split(line).0 {
        Place::Step => line.splitn(3, ' ').nth(2).unwrap_or_default(),
        Place::Vertex | Place::Repeated => line.split_once(' ').map_or("", |(_, rest)| rest),
        Place::Plain => line,
    };
    raw.len() - raw.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::{Place, split};

    #[test]
    fn what_stands_before_a_text() {
        for (line, place, text) in [
            ("  make: x ", Place::Plain, "make: x"),
            ("#8 0.312   make: x", Place::Step, "make: x"),
            ("#12 ERROR: x", Place::Vertex, "ERROR: x"),
            ("0.312 make: x", Place::Repeated, "make: x"),
            ("12.1", Place::Repeated, ""),
            ("#8 0.3", Place::Step, ""),
            ("# x", Place::Plain, "# x"),
            ("#8", Place::Plain, "#8"),
            ("  ╰─▶ Because x", Place::Plain, "Because x"),
            ("1.5x faster", Place::Plain, "1.5x faster"),
        ] {
            assert_eq!(split(line), (place, text), "{line}");
        }
    }
}
