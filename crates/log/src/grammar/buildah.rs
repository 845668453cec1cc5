//! The lines of buildah, and of OpenShift's builder, which is made of it.

use crate::grammar::table::{Grammar, HeaderStyle, Rest, Row, RowSays};

pub(super) static GRAMMAR: Grammar = Grammar {
    style: HeaderStyle::Upper,
    rows: &[
        Row {
            start: "--> Using cache ",
            rest: Rest::Id,
            says: RowSays::Cached,
        },
        Row {
            start: "--> ",
            rest: Rest::Id,
            says: RowSays::Ended,
        },
        // A bare COMMIT may be of a database's client.
        Row {
            start: "COMMIT ",
            rest: Rest::Word,
            says: RowSays::Finished,
        },
        Row {
            start: "Error: building at STEP \"",
            rest: Rest::Any,
            says: RowSays::FailsQuoted,
        },
        Row {
            start: "error building at STEP \"",
            rest: Rest::Any,
            says: RowSays::FailsQuoted,
        },
        Row {
            start: "error: build error: error building at STEP \"",
            rest: Rest::Any,
            says: RowSays::FailsQuoted,
        },
        Row {
            start: "error: build error: building at STEP \"",
            rest: Rest::Any,
            says: RowSays::FailsQuoted,
        },
        Row {
            start: "Error: creating build container: ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("FROM"),
        },
        Row {
            start: "error creating build container: ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("FROM"),
        },
        Row {
            start: "Error: COPY --from=",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("COPY"),
        },
        Row {
            start: "Error: committing container for step ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent(""),
        },
        Row {
            start: "error committing container for step ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent(""),
        },
    ],
};
