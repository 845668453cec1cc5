//! A database on a full disk. SQLite needs space even to read beside a writer, for the index that they share. With one
//! connection alone, that index is in memory.

use crate::store::full_disk;
use crate::store::migrations::{OpenError, SCHEMA, schema};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Opens an existing database to read it, without any other connection. It takes no space.
///
/// # Errors
///
/// When the file can't be read, or its tables are not those of this program.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    // Before the first read, or the index is a file.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "query_only", true)?;
    match schema(&connection)? == SCHEMA {
        true => Ok(connection),
        // Migrations need space.
        false => Err(full_disk::error().into()),
    }
}
