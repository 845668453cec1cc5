//! Passes over the lines that say nothing about steps, by their first bytes.

/// The operating systems with which the name of a platform begins.
pub(crate) const SYSTEMS: [&str; 3] = ["linux/", "windows/", "freebsd/"];

/// The longest number of a BuildKit line that is remembered, with its `#` and space.
const MAX_NUMBER_BYTES: usize = 8;

/// Returns false if a line without escapes cannot say anything about steps.
#[inline]
pub(crate) fn may_be_marker(line: &[u8]) -> bool {
    match line {
        [b'#', digit, ..] => digit.is_ascii_digit(),
        [b'[', digit @ b'0'..=b'9', rest @ ..] => may_be_stage(*digit, rest),
        [b'[', rest @ ..] => SYSTEMS
            .iter()
            .any(|system| rest.starts_with(system.as_bytes())),
        [b' ', b'>', b' ', b'[', ..] => true,
        [a, b, c, d, ..] => matches!(
            &[*a, *b, *c, *d],
            b"STEP"
                | b"Step"
                | b"--> "
                | b" ---"
                | b"----"
                | b"COMM"
                | b"Succ"
                | b"Erro"
                | b"erro"
                | b"ERRO"
                | b"The "
                | b"the "
                | b"COPY"
                | b"ADD "
                | b"exec"
                | b"fail"
        ),
        _ => false,
    }
}

/// Returns true for `1/3] STEP` and `1/3] COMMIT`, but not for the `12/340] CC` of other programs.
fn may_be_stage(first: u8, rest: &[u8]) -> bool {
    debug_assert!(first.is_ascii_digit());
    let end = rest.iter().take(10).position(|byte| *byte == b']');
    let after = end.and_then(|end| rest.get(end..));
    after.is_some_and(|after| after.starts_with(b"] STEP ") || after.starts_with(b"] COMMIT"))
}

/// [`may_be_marker`] for the lines of a log in order. It also passes over the output of a BuildKit step that
/// follows other output of the same step.
#[derive(Debug, Default)]
pub(crate) struct Prefilter {
    /// The `#8 ` of the line before this one, if that was output.
    number: [u8; MAX_NUMBER_BYTES],
    len: usize,
}

impl Prefilter {
    /// Returns false if the line cannot say anything about steps.
    #[inline]
    pub(crate) fn passes(&mut self, line: &[u8]) -> bool {
        if let [b'#', digit, ..] = line
            && digit.is_ascii_digit()
        {
            return self.passes_number(line);
        }
        let passes = may_be_marker(line);
        if passes || line.first() == Some(&0x1b) {
            self.len = 0;
        }
        passes
    }

    /// Forgets the line before this one.
    pub(crate) fn forget(&mut self) {
        self.len = 0;
    }

    fn passes_number(&mut self, line: &[u8]) -> bool {
        let end = line
            .iter()
            .take(MAX_NUMBER_BYTES)
            .position(|byte| *byte == b' ');
        let Some((number, rest)) = end.and_then(|end| line.split_at_checked(end + 1)) else {
            self.len = 0;
            return true;
        };
        // Output begins with its offset.
        let is_output = rest.first().is_some_and(u8::is_ascii_digit);
        if is_output && self.number.get(..self.len) == Some(number) {
            return false;
        }
        self.len = if is_output { number.len() } else { 0 };
        for (to, from) in self.number.iter_mut().zip(number) {
            *to = *from;
        }
        true
    }
}
