//! A disk without space, as the errors of the database and of files tell it.

use rusqlite::ffi;
use std::io::{self, ErrorKind};
use std::path::Path;

/// The free space with which a database can be opened and written again, in bytes.
const ROOM: u64 = 1 << 20;

/// Returns true if the database could not be written for want of space. Nothing of the transaction was stored then.
pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    let Some(error) = error.sqlite_error() else {
        return false;
    };
    // The second is of the file that readers and the writer share.
    error.extended_code & 0xff == ffi::SQLITE_FULL
        || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
}

/// The error of a write that was not tried, since the disk is full.
pub(crate) fn error() -> rusqlite::Error {
    let message = "the disk is full".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), Some(message))
}

/// Returns true if the database in a folder could not be opened for want of space. SQLite says of some of its files
/// only that they can't be opened or written.
pub(crate) fn is_cause(error: &rusqlite::Error, folder: &Path) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code & 0xff);
    let is_vague = matches!(code, Some(ffi::SQLITE_CANTOPEN | ffi::SQLITE_IOERR));
    is_full(error) || (is_vague && !has_room(folder))
}

/// Returns true if the disk of a path has room for a database to be written. What can't be known counts as room.
pub(crate) fn has_room(path: &Path) -> bool {
    rustix::fs::statvfs(path).map_or(true, |disk| {
        disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM
    })
}

/// Returns true if a file could not be written for want of space.
pub(crate) fn is_full_file(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    #[test]
    fn want_of_space_is_told_from_other_errors() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch("PRAGMA max_page_count = 2; CREATE TABLE a (b)")
            .unwrap();
        let full = connection.execute("INSERT INTO a VALUES (zeroblob(100000))", []);
        assert!(is_full(&full.unwrap_err()));
        let wrong = connection.execute("INSERT INTO missing VALUES (1)", []);
        assert!(!is_full(&wrong.unwrap_err()));
        assert!(is_full_file(&rustix::io::Errno::NOSPC.into()));
        assert!(is_full_file(&rustix::io::Errno::DQUOT.into()));
        assert!(!is_full_file(&rustix::io::Errno::NOENT.into()));
    }
}
