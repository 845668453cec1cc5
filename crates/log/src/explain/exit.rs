//! Reads how a step ended from the line of the builder that says so.

use crate::explain::explanation::Exit;

/// The end of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ending {
    pub line: usize,
    pub exit: Exit,
}

/// Reads a line like `The command '…' returned a non-zero code: 2`. `None` for code 0.
pub(crate) fn read(text: &str) -> Option<Exit> {
    let number = |before: &str| {
        let (_, after) = text.rsplit_once(before)?;
        let digits = after.split(|char: char| !char.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|number| *number != 0)
    };
    if let Some((_, name)) = text.rsplit_once("signal: ") {
        let signal = [
            ("killed", 9),
            ("segmentation", 11),
            ("aborted", 6),
            ("terminated", 15),
        ];
        let signal = signal.iter().find(|(start, _)| name.starts_with(start));
        return signal.map(|(_, signal)| Exit::Signal(*signal));
    }
    let codes = ["non-zero code: ", "exit code: ", "exit status "];
    codes
        .iter()
        .find_map(|before| number(before))
        .map(Exit::Code)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::explain::explanation::Exit;

    #[test]
    fn how_steps_end() {
        for (text, exit) in [
            (
                "The command '/bin/sh -c make' returned a non-zero code: 2",
                Some(Exit::Code(2)),
            ),
            (
                "Error: building at STEP \"RUN sh -c 'exit status 7'\": while running runtime: exit status 137",
                Some(Exit::Code(137)),
            ),
            (
                "ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: 1",
                Some(Exit::Code(1)),
            ),
            (
                "executor failed running [/bin/sh -c exit 0]: exit code: 137: out of memory",
                Some(Exit::Code(137)),
            ),
            ("subprocess exited with status 1", None),
            (
                "Error: building at STEP \"RUN x\": signal: killed",
                Some(Exit::Signal(9)),
            ),
            ("exit status 0", None),
            ("exit status 99999999999", None),
        ] {
            assert_eq!(read(text), exit, "{text}");
        }
    }
}
