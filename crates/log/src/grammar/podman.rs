//! The lines of podman that differ from those of buildah, which builds for it.

use crate::grammar::table::{Grammar, HeaderStyle, Rest, Row, RowSays};

pub(super) static GRAMMAR: Grammar = Grammar {
    style: HeaderStyle::Upper,
    rows: &[
        // Podman 3 and 4 put an `Error:` before the one of buildah.
        Row {
            start: "Error: error building at STEP \"",
            rest: Rest::Any,
            says: RowSays::FailsQuoted,
        },
        Row {
            start: "Error: error creating build container: ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent("FROM"),
        },
        Row {
            start: "Error: error committing container for step ",
            rest: Rest::Any,
            says: RowSays::FailsCurrent(""),
        },
    ],
};
