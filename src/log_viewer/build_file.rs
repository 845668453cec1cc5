//! A build as a file: the build, its log and the repository's build config in one file, which opens without an API.
//!
//! | file | behavior |
//! | --- | --- |
//! | `format` | the head of the file, and what is never in it |
//! | `unpack` | the log in a file, whatever its kind, as an answer of the API |
//! | `log_file` | opening a file of the user's, and reading it while it streams in |
//! | `words` | why a file is not shown |
//! | `saving` | writing the file |
//! | `save_dialog` | what is said before, the progress, and the errors |

pub(crate) mod format;
pub(crate) mod log_file;
pub(crate) mod save_dialog;
mod saving;
pub(crate) mod unpack;
pub(crate) mod words;
