//! Marks in the message of a commit that say that it is not to be built.

/// The marks, in lower case.
const MARKS: [&str; 3] = ["[skip ci]", "[ci skip]", "[no ci]"];

/// Returns true if the message of a commit has one of the marks, in its title or below, in capitals or not.
pub(crate) fn has_skip_mark(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    MARKS.iter().any(|mark| message.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_anywhere_in_a_message() {
        for marked in [
            "[skip ci] Fix the docs",
            "Fix the docs\n\nNothing to build. [CI SKIP]\n",
            "文档 [no ci]",
        ] {
            assert!(has_skip_mark(marked), "{marked}");
        }
        for other in [
            "",
            "skip ci",
            "[skip-ci]",
            "[ skip ci ]",
            "Skip the ci [job]",
        ] {
            assert!(!has_skip_mark(other), "{other}");
        }
    }
}
