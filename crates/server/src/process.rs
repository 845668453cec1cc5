//! The programs of a build: their process group, their output, their log.

pub mod build_log;
pub mod group;
pub mod job;
pub mod lines;
