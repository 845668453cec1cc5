//! The levels of log entries.

/// How serious a log entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryLevel {
    /// Normal output.
    Info,
    /// A possible problem.
    Warning,
    /// The reason why a build failed.
    Error,
}

impl EntryLevel {
    /// The level as the API writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }

    /// Returns the level of a line that git or a builder wrote.
    pub(crate) fn of_line(line: &str) -> Self {
        let line = line.trim_start();
        let starts = |words: &[&str]| words.iter().any(|word| line.starts_with(word));
        if starts(&["Error: ", "ERROR: ", "error: ", "fatal: ", "error building"])
            || line.contains(" level=error ")
        {
            Self::Error
        } else if starts(&["warning: ", "WARNING: ", "Warning: ", "WARN["])
            || line.contains(" level=warning ")
        {
            Self::Warning
        } else {
            Self::Info
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_decides_the_level() {
        assert_eq!(
            EntryLevel::of_line("Error: building at STEP \"RUN x\""),
            EntryLevel::Error
        );
        assert_eq!(EntryLevel::of_line("fatal: not found"), EntryLevel::Error);
        assert_eq!(
            EntryLevel::of_line("warning: redirecting"),
            EntryLevel::Warning
        );
        assert_eq!(
            EntryLevel::of_line("STEP 1/2: FROM scratch"),
            EntryLevel::Info
        );
        assert_eq!(EntryLevel::of_line("0 errors"), EntryLevel::Info);
    }
}
