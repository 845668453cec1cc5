//! Splits a program's output into lines.

use crate::process::build_log::LONGEST_LINE;

/// Bytes in, lines out. Lines end at `\n`; a `\r` before it goes, any other stays. What is not
/// UTF-8 is replaced.
#[derive(Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes bytes, and answers the lines that they complete.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end + 1..];
            lines.extend(self.finish_or_empty());
        }
        self.rest.extend_from_slice(bytes);
        while self.rest.len() > LONGEST_LINE {
            let cut = character_start(&self.rest, LONGEST_LINE);
            let after = self.rest.split_off(cut);
            lines.push(String::from_utf8_lossy(&self.rest).into_owned());
            self.rest = after;
        }
        lines
    }

    /// The line that has no end, when the output has.
    pub fn finish(&mut self) -> Vec<String> {
        match self.rest.is_empty() {
            true => Vec::new(),
            false => self.finish_or_empty(),
        }
    }

    fn finish_or_empty(&mut self) -> Vec<String> {
        let mut line = std::mem::take(&mut self.rest);
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        let mut lines = Vec::new();
        while line.len() > LONGEST_LINE {
            let after = line.split_off(character_start(&line, LONGEST_LINE));
            lines.push(String::from_utf8_lossy(&line).into_owned());
            line = after;
        }
        lines.push(String::from_utf8_lossy(&line).into_owned());
        lines
    }
}

/// The last place at or before `at` where a UTF-8 character starts, at most 3 bytes back.
pub(crate) fn character_start(bytes: &[u8], at: usize) -> usize {
    (at.saturating_sub(3)..=at)
        .rev()
        .find(|&index| bytes.get(index).is_none_or(|byte| byte & 0xC0 != 0x80))
        .unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_whole_however_the_bytes_are_cut() {
        let text = "one\r\ntwo 10%\rtwo 20%\n\n错误 \u{fffd}\nlast".as_bytes();
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let mut all: Vec<_> = text
                .chunks(size)
                .flat_map(|part| lines.push(part))
                .collect();
            all.extend(lines.finish());
            assert_eq!(
                all,
                ["one", "two 10%\rtwo 20%", "", "错误 \u{fffd}", "last"]
            );
        }
    }

    #[test]
    fn a_line_without_end_is_cut_between_characters() {
        let text = "错".repeat(LONGEST_LINE);
        let mut lines = Lines::default();
        let mut all = lines.push(text.as_bytes());
        all.extend(lines.finish());
        assert!(all.len() > 3 && all.iter().all(|line| line.len() <= LONGEST_LINE));
        assert_eq!(all.concat(), text);
    }

    #[test]
    fn what_is_no_utf_8_is_replaced() {
        assert_eq!(Lines::default().push(b"a\xffb\n"), ["a\u{fffd}b"]);
    }
}
