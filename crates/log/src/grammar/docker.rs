//! The lines of Docker's classic builder, and of docker-compose with it.

use crate::grammar::table::{Grammar, HeaderStyle, Rest, Row, RowSays};

/// The words after the command that failed.
const RETURNED: &str = "' returned a non-zero code";

pub(super) static GRAMMAR: Grammar = Grammar {
    style: HeaderStyle::Capital,
    rows: &[
        Row {
            start: " ---> Using cache",
            rest: Rest::Nothing,
            says: RowSays::Cached,
        },
        Row {
            start: " ---> Running in ",
            rest: Rest::Id,
            says: RowSays::Runs,
        },
        Row {
            start: " ---> ",
            rest: Rest::Id,
            says: RowSays::Ended,
        },
        // pip names packages with these words.
        Row {
            start: "Successfully built ",
            rest: Rest::Id,
            says: RowSays::Finished,
        },
        Row {
            start: "The command '",
            rest: Rest::Has(RETURNED),
            says: RowSays::FailsCommand(RETURNED),
        },
        Row {
            start: "ERROR: Service '",
            rest: Rest::Has(RETURNED),
            says: RowSays::FailsCommand(RETURNED),
        },
        Row {
            start: "ERROR: Service '",
            rest: Rest::Has("failed to build"),
            says: RowSays::FailsCurrent(""),
        },
        Row {
            start: "COPY failed: ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("COPY"),
        },
        Row {
            start: "ADD failed: ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("ADD"),
        },
    ],
};
