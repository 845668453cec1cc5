//! The problems of a file in words.

use crate::log_viewer::build_file::unpack::{MAX_BYTES, Problem};
use crate::t_string;

/// Says why a file, or the rest of it, is not shown.
pub(crate) fn problem_words(problem: Problem) -> String {
    match problem {
        Problem::Empty => t_string!(build_file.empty).to_owned(),
        Problem::NotALog => t_string!(build_file.not_a_log).to_owned(),
        Problem::Damaged => t_string!(build_file.damaged).to_owned(),
        Problem::Newer(version) => t_string!(build_file.newer, version = version),
        Problem::TooLarge => t_string!(build_file.too_large, n = MAX_BYTES / 1_000_000),
        Problem::CutShort => t_string!(build_file.cut_short).to_owned(),
        Problem::Unreadable => t_string!(build_file.unreadable).to_owned(),
    }
}
