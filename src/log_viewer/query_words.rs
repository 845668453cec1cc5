//! Words for what is wrong with a search.

use crate::log::QueryErrorKind;
use crate::t_string;

/// Words for the fault of a query; none for an empty one.
pub(crate) fn query_error_words(kind: QueryErrorKind) -> &'static str {
    match kind {
        QueryErrorKind::Empty => "",
        QueryErrorKind::Group => t_string!(log.wrong_group),
        QueryErrorKind::Class => t_string!(log.wrong_class),
        QueryErrorKind::Repetition => t_string!(log.wrong_repetition),
        QueryErrorKind::Escape => t_string!(log.wrong_escape),
        QueryErrorKind::Unsupported => t_string!(log.wrong_unsupported),
        QueryErrorKind::TooLarge => t_string!(log.wrong_large),
    }
}
