//! Emptying a folder of temporary files.

use std::fs;
use std::io;
use std::path::Path;

/// Removes what is in a folder, except names that start with `kept`. Follows no link.
///
/// # Errors
///
/// When the folder can't be read, or something in it can't be removed.
pub(crate) fn empty(folder: &Path, kept: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(kept) {
            continue;
        }
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}
