//! Finds the lines with which a builder announces a step, where a step before has left its last line open. A builder
//! writes them as it goes, and does not look where its output stands.

/// What else buildah, podman and Docker begin a line with, after the output of a step.
const MARKERS: [&str; 6] = [
    "--> ",
    "COMMIT",
    "Error: building at STEP",
    "error building at STEP",
    " ---> ",
    "Removing intermediate container ",
];

/// The header of the step that is to come, as far as a builder has announced steps.
#[derive(Debug, Default)]
pub(crate) struct StepHeaders {
    next: Option<String>,
}

impl StepHeaders {
    /// Reads a line of output.
    pub(crate) fn read(&mut self, line: &str) {
        if let Some(header) = Header::read(line) {
            self.next = Some(header.next());
        }
    }

    /// Returns true if these bytes, which a program wrote after an open line, are the start of a line of the builder's.
    pub(crate) fn is_start(&self, bytes: &[u8]) -> bool {
        let text = text_of(bytes);
        self.next.is_some()
            && (Header::read(text).is_some()
                || MARKERS.iter().any(|marker| text.starts_with(marker)))
    }

    /// The place of the next step's header in the text of a line.
    pub(crate) fn find(&self, bytes: &[u8]) -> Option<usize> {
        let next = self.next.as_deref()?.as_bytes();
        bytes.windows(next.len()).position(|part| part == next)
    }
}

/// `STEP 2/3: `, `[1/2] STEP 2/3: ` or `Step 2/3 : `.
struct Header<'a> {
    stage: &'a str,
    word: &'static str,
    number: u32,
    total: u32,
    end: &'static str,
}

impl<'a> Header<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let words = [("STEP ", ": "), ("Step ", " : ")];
        let (at, word, end) = words
            .into_iter()
            .find_map(|(word, end)| Some((line.find(word)?, word, end)))?;
        let (stage, rest) = line.split_at(at);
        if !stage.is_empty() && !is_stage(stage) {
            return None;
        }
        let (numbers, _) = rest[word.len()..].split_once(end)?;
        let (number, total) = numbers.split_once('/')?;
        Some(Self {
            stage,
            word,
            number: number.parse().ok()?,
            total: total.parse().ok()?,
            end,
        })
    }

    /// The text that the header of the step after this one begins with.
    fn next(&self) -> String {
        let Self {
            stage,
            word,
            number,
            total,
            end,
        } = self;
        format!("{stage}{word}{}/{total}{end}", number.saturating_add(1))
    }
}

/// Returns true for `[1/2] `.
fn is_stage(text: &str) -> bool {
    let numbers = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix("] "));
    numbers
        .and_then(|numbers| numbers.split_once('/'))
        .is_some_and(|(number, total)| {
            number.parse::<u32>().is_ok() && total.parse::<u32>().is_ok()
        })
}

/// The text at the start of these bytes.
fn text_of(bytes: &[u8]) -> &str {
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_header_follows_from_the_last_one() {
        for (line, next) in [
            ("STEP 1/3: FROM a", "STEP 2/3: "),
            ("[1/2] STEP 9/12: RUN b", "[1/2] STEP 10/12: "),
            ("Step 1/3 : FROM a", "Step 2/3 : "),
        ] {
            let mut headers = StepHeaders::default();
            assert!(!headers.is_start(next.as_bytes()), "no builder yet");
            headers.read(line);
            headers.read("other output with STEP 7/9: in it");
            assert_eq!(headers.next.as_deref(), Some(next));
            let text = format!("100%{next}RUN c");
            assert_eq!(headers.find(text.as_bytes()), Some(4));
            assert!(headers.is_start(next.as_bytes()) && headers.is_start(b"--> 0123"));
            assert!(!headers.is_start(b"more output") && headers.find(b"STEP 9/9: ").is_none());
        }
    }
}
