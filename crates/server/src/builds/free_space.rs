//! The free space of the data folder. No build begins below a limit: the builds that run need what is left, and so do
//! their logs.

use crate::option_values::{format_size, parse_size};
use clap::Args;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// The digits of a size that nobody reads.
const MEGABYTE_DIGITS: u64 = (1 << 20) - 1;

/// How much space is left free.
#[derive(Debug, Clone, Args)]
pub struct SpaceOptions {
    /// The free space of the data folder below which no build begins: 500M, 2G. 0 for none.
    ///
    /// Builds wait in the queue until there is more.
    #[arg(
        long,
        value_name = "SIZE",
        env = "SLIPWAY_MIN_FREE_SPACE",
        default_value = "256M",
        value_parser = parse_space
    )]
    pub(crate) min_free_space: u64,
}

/// Parses a size that may be 0.
fn parse_space(text: &str) -> Result<u64, String> {
    match text {
        "0" => Ok(0),
        text => parse_size(text),
    }
}

/// Watches the free space of a folder.
#[derive(Debug)]
pub(crate) struct FreeSpace {
    folder: PathBuf,
    limit: u64,
    /// True while builds wait, so that the log says once that they do.
    is_low: AtomicBool,
}

impl FreeSpace {
    /// `limit` is in bytes.
    pub(crate) fn new(folder: PathBuf, limit: u64) -> Self {
        Self {
            folder,
            limit,
            is_low: AtomicBool::new(false),
        }
    }

    /// Returns true if a build may begin. The log says when that changes, and why.
    pub(crate) fn is_enough(&self) -> bool {
        let free = match self.bytes() {
            Ok(free) => free,
            Err(error) => {
                let folder = self.folder.display();
                tracing::error!("the free space of {folder} is not known: {error}");
                return true;
            }
        };
        let is_low = free < self.limit;
        if self.is_low.swap(is_low, Ordering::Relaxed) != is_low {
            let (folder, free) = (self.folder.display(), format_size(free & !MEGABYTE_DIGITS));
            let limit = format_size(self.limit);
            match is_low {
                true => tracing::warn!(
                    "no build begins: {folder} has {free} of free space, and --min-free-space is {limit}"
                ),
                false => tracing::info!("builds begin again: {folder} has {free} of free space"),
            }
        }
        !is_low
    }

    /// Returns the bytes that the server may still write.
    ///
    /// # Errors
    ///
    /// When the folder can't be looked at.
    pub(crate) fn bytes(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.folder)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_begins_where_there_is_space() {
        let folder = tempfile::tempdir().unwrap();
        let space = |limit| FreeSpace::new(folder.path().to_owned(), limit);
        let free = space(0).bytes().unwrap();
        assert!(free > 0 && space(0).is_enough());
        assert!(!space(u64::MAX).is_enough());
        // What can't be known does not stop all builds.
        let missing = FreeSpace::new(folder.path().join("missing"), u64::MAX);
        assert!(missing.is_enough());
    }
}
