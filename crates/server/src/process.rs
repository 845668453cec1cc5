//! The programs of a build: their process group, environment, output and log.

pub(crate) mod build_log;
pub(crate) mod environment;
pub(crate) mod job;
pub(crate) mod launch;
pub(crate) mod limited;
pub(crate) mod lines;
pub(crate) mod process_group;
pub(crate) mod step_headers;
