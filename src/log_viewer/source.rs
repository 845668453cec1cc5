//! The place that a log is read from: the API or a file.

use crate::log_viewer::build_file::log_file::LogFile;
use leptos::prelude::*;

/// The source of a log. A handle: copies refer to the same source.
#[derive(Clone, Copy)]
pub(crate) enum LogSource {
    /// The API, by the build's id.
    Api(StoredValue<String>),
    /// A file of the user's. No request is made.
    File(StoredValue<LogFile, LocalStorage>),
}

impl LogSource {
    /// Returns true if the API can be asked about the build.
    pub(crate) fn is_api(self) -> bool {
        matches!(self, Self::Api(_))
    }

    /// The name of a file that the log is saved as, without an extension.
    pub(crate) fn file_name(self) -> String {
        let name = match self {
            Self::Api(build_id) => build_id.try_get_value(),
            Self::File(file) => file.try_with_value(|file| file.stem()),
        };
        name.unwrap_or_default()
    }
}
