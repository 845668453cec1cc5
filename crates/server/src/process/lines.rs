//! Splits the output of a program into lines.

/// The largest size of one line, in bytes. Longer lines are split.
pub(crate) const MAX_LINE_BYTES: usize = 1 << 20;

/// Splits bytes into lines at `\n`. A `\r` right before it is removed; any other is kept. Bytes that
/// are not UTF-8 are replaced.
#[derive(Default)]
pub(crate) struct LineSplitter {
    /// The start of the line that has no end yet.
    partial: Vec<u8>,
}

impl LineSplitter {
    /// Adds bytes and returns the lines that are complete now.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.partial.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            lines.extend(self.take_line());
        }
        self.partial.extend_from_slice(bytes);
        split_long(&mut self.partial, &mut lines);
        lines
    }

    /// Returns the last line if the output did not end with a line break.
    pub(crate) fn finish(&mut self) -> Vec<String> {
        match self.partial.is_empty() {
            true => Vec::new(),
            false => self.take_line(),
        }
    }

    fn take_line(&mut self) -> Vec<String> {
        let mut line = std::mem::take(&mut self.partial);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let mut lines = Vec::new();
        split_long(&mut line, &mut lines);
        lines.push(String::from_utf8_lossy(&line).into_owned());
        lines
    }
}

/// Moves pieces of the largest allowed size from the start of `line` to `lines`.
fn split_long(line: &mut Vec<u8>, lines: &mut Vec<String>) {
    while line.len() > MAX_LINE_BYTES {
        let rest = line.split_off(char_boundary(line, MAX_LINE_BYTES));
        lines.push(String::from_utf8_lossy(line).into_owned());
        *line = rest;
    }
}

/// Returns the last start of a UTF-8 character at or before `index`, at most 3 bytes back.
fn char_boundary(bytes: &[u8], index: usize) -> usize {
    (index.saturating_sub(3)..=index)
        .rev()
        .find(|&start| bytes.get(start).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_do_not_depend_on_where_the_bytes_are_split() {
        let text = "one\r\ntwo 10%\rtwo 20%\n\n错误 \u{fffd}\nlast".as_bytes();
        for size in 1..text.len() {
            let mut lines = LineSplitter::default();
            let mut all: Vec<_> = text
                .chunks(size)
                .flat_map(|chunk| lines.push(chunk))
                .collect();
            all.extend(lines.finish());
            assert_eq!(
                all,
                ["one", "two 10%\rtwo 20%", "", "错误 \u{fffd}", "last"]
            );
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_split_between_characters() {
        let text = "错".repeat(MAX_LINE_BYTES);
        let mut lines = LineSplitter::default();
        let mut all = lines.push(text.as_bytes());
        all.extend(lines.finish());
        assert!(all.len() > 3 && all.iter().all(|line| line.len() <= MAX_LINE_BYTES));
        assert_eq!(all.concat(), text);
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_replaced() {
        assert_eq!(LineSplitter::default().push(b"a\xffb\n"), ["a\u{fffd}b"]);
    }
}
