//! Backups: one file with the database and the deploy keys, taken while the server runs, and put back while it does
//! not. The file is a tar archive, compressed with zstd.

use crate::data_folder::{DATABASE, DataFolder, DataOption, KEYS};
use crate::store::migrations::{OpenError, schema};
use clap::Args;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// How hard zstd works: its own default.
const ZSTD_LEVEL: i32 = 3;

/// The largest file of a deploy key, in bytes.
const MAX_KEY_BYTES: u64 = 64 << 10;

/// The options of `slipway backup`.
#[derive(Debug, Clone, Args)]
pub struct BackupOptions {
    /// The file to write. It holds deploy keys and must be kept private.
    pub file: PathBuf,

    /// The data folder.
    #[command(flatten)]
    pub data: DataOption,
}

/// The options of `slipway restore`.
#[derive(Debug, Clone, Args)]
pub struct RestoreOptions {
    /// The file that `slipway backup` has written.
    pub file: PathBuf,

    /// Put the backup in the place of a database that is there. That one is moved to a folder beside it.
    #[arg(long)]
    pub replace: bool,

    /// The data folder.
    #[command(flatten)]
    pub data: DataOption,
}

/// The reason why a backup was not made or not restored, as a sentence.
type Failure = Box<dyn Error>;

/// Writes a backup of a data folder, whose server may run. Returns a sentence about what was done.
///
/// # Errors
///
/// When there is no database, it can't be read, or the file can't be written.
pub fn backup(options: &BackupOptions) -> Result<String, Failure> {
    let data = options.data.folder();
    let database = data.join(DATABASE);
    if !database.is_file() {
        return Err(format!("there is no database in {}", data.display()).into());
    }
    let folder = match options.file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    // Beside the file, where there is room for it. Both are private to their owner.
    let work = tempfile::Builder::new()
        .prefix(".slipway-backup-")
        .tempdir_in(folder)?;
    // A key is missing before its repository is there, or after it is gone: one of the two reads has it.
    let mut keys = read_keys(&data.join(KEYS))?;
    let copy = work.path().join(DATABASE);
    copy_database(&database, &copy)?;
    for (name, key) in read_keys(&data.join(KEYS))? {
        keys.entry(name).or_insert(key);
    }
    let used = used_keys(&copy)?;
    keys.retain(|name, _| {
        used.iter()
            .any(|used| name.strip_suffix(".pub").unwrap_or(name) == used)
    });
    let archive = work.path().join("archive");
    write_archive(&archive, &copy, &keys)?;
    let size = fs::metadata(&archive)?.len();
    fs::rename(&archive, &options.file)?;
    File::open(folder)?.sync_all()?;
    Ok(format!(
        "wrote {} ({size} bytes), with {} deploy keys",
        options.file.display(),
        used.len()
    ))
}

/// Reads the files of the deploy keys, by name.
fn read_keys(folder: &Path) -> io::Result<BTreeMap<String, Vec<u8>>> {
    let mut keys = BTreeMap::new();
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(keys),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_key_name(&name) {
            continue;
        }
        match fs::read(entry.path()) {
            Ok(key) => keys.insert(name, key),
            // Removed meanwhile, with its repository.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
    }
    Ok(keys)
}

/// Returns true for the name of a file of a deploy key, private or public.
fn is_key_name(name: &str) -> bool {
    let name = name.strip_suffix(".pub").unwrap_or(name);
    !name.is_empty()
        && name.len() <= 64
        && name
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Copies a database that others may write to meanwhile: the copy is of one moment.
fn copy_database(database: &Path, copy: &Path) -> Result<(), Failure> {
    let failed = |error: &dyn std::fmt::Display| {
        format!("the database {} can't be read: {error}", database.display())
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection =
        Connection::open_with_flags(database, flags).map_err(|error| failed(&error))?;
    schema(&connection).map_err(|error| failed(&error))?;
    crate::data_folder::private_file(copy)?;
    connection
        .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
        .map_err(|error| failed(&error))?;
    Ok(())
}

/// The file names of the deploy keys that repositories use.
fn used_keys(database: &Path) -> rusqlite::Result<Vec<String>> {
    Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?
        .prepare("SELECT deploy_key FROM repositories WHERE deploy_key IS NOT NULL")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn write_archive(path: &Path, database: &Path, keys: &BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    let file = crate::data_folder::private_file(path)?;
    let mut archive = tar::Builder::new(zstd::Encoder::new(file, ZSTD_LEVEL)?);
    for (name, key) in keys {
        let mut header = header(key.len() as u64);
        archive.append_data(&mut header, format!("{KEYS}/{name}"), key.as_slice())?;
    }
    let mut copy = File::open(database)?;
    let mut header = header(copy.metadata()?.len());
    archive.append_data(&mut header, DATABASE, &mut copy)?;
    let mut file = archive.into_inner()?.finish()?;
    file.flush()?;
    file.sync_all()
}

fn header(size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Regular);
    header.set_mode(0o600);
    header.set_size(size);
    header
}

/// Puts a backup into a data folder that no server uses. Returns a sentence about what was done.
///
/// # Errors
///
/// When a server uses the folder, when there is a database and it is not to be replaced, or when the file is no
/// sound backup, or one of a newer version.
pub fn restore(options: &RestoreOptions) -> Result<String, Failure> {
    let data = DataFolder::lock(&options.data.folder())?;
    let database = data.path.join(DATABASE);
    if database.exists() && !options.replace {
        let sentence = format!(
            "{} has a database. Add --replace to put the backup in its place; the database is then moved to a \
             folder beside it",
            data.path.display()
        );
        return Err(sentence.into());
    }
    let file = File::open(&options.file)
        .map_err(|error| format!("{} can't be read: {error}", options.file.display()))?;
    // In the data folder, so that it can be renamed; private to its owner.
    let work = tempfile::Builder::new()
        .prefix("restore-")
        .tempdir_in(&data.path)?;
    let not_sound = |error: &dyn std::fmt::Display| {
        format!("{} is not a sound backup: {error}", options.file.display())
    };
    let keys = unpack(file, work.path()).map_err(|error| not_sound(&error))?;
    let copy = work.path().join(DATABASE);
    let repositories = check(&copy).map_err(|error| not_sound(&error))?;
    let replaced = set_aside(&data.path)?;
    put_in_place(&data.path, &work)?;
    let replaced = replaced.map(|folder| format!("; what was there is in {}", folder.display()));
    Ok(format!(
        "restored {repositories} repositories and {keys} files of deploy keys to {}{}",
        data.path.display(),
        replaced.unwrap_or_default()
    ))
}

/// Unpacks a backup into an empty folder. Returns how many files of keys it had.
fn unpack(file: File, folder: &Path) -> Result<usize, Failure> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(file)?);
    fs::DirBuilder::new()
        .mode(0o700)
        .create(folder.join(KEYS))?;
    let mut keys = 0;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.to_string_lossy().into_owned();
        let key = name
            .strip_prefix(KEYS)
            .and_then(|rest| rest.strip_prefix('/'));
        let is_known = match key {
            Some(key) => is_key_name(key) && entry.size() <= MAX_KEY_BYTES,
            None => name == DATABASE,
        };
        if !is_known || entry.header().entry_type() != tar::EntryType::Regular {
            return Err(format!("it has a file that no backup has, {name:?}").into());
        }
        keys += usize::from(key.is_some());
        let mut target = File::options()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(folder.join(&name))?;
        io::copy(&mut entry, &mut target)?;
        target.sync_all()?;
    }
    // What is cut off is found at the end only.
    io::copy(&mut archive.into_inner().take(u64::MAX), &mut io::sink())?;
    match folder.join(DATABASE).is_file() {
        true => Ok(keys),
        false => Err("it has no database".into()),
    }
}

/// Checks a database. Returns how many repositories it has.
fn check(database: &Path) -> Result<i64, OpenError> {
    let connection = Connection::open(database)?;
    schema(&connection)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(OpenError::Damaged(verdict));
    }
    Ok(connection.query_row("SELECT count(*) FROM repositories", [], |row| row.get(0))?)
}

/// Moves the database and the deploy keys of a data folder to a folder in it. Returns that folder, if there was
/// something to move.
fn set_aside(data: &Path) -> io::Result<Option<PathBuf>> {
    let names = [
        format!("{DATABASE}-wal"),
        format!("{DATABASE}-shm"),
        DATABASE.to_owned(),
        KEYS.to_owned(),
    ];
    let present: Vec<_> = names
        .iter()
        .filter(|name| data.join(name).exists())
        .collect();
    if present.is_empty() {
        return Ok(None);
    }
    let folder = tempfile::Builder::new()
        .prefix(&format!(
            "replaced-{}-",
            chrono::Utc::now().format("%Y%m%d")
        ))
        .tempdir_in(data)?
        .keep();
    for name in present {
        fs::rename(data.join(name), folder.join(name))?;
    }
    Ok(Some(folder))
}

/// Moves what was unpacked to its place, the database last.
fn put_in_place(data: &Path, work: &TempDir) -> io::Result<()> {
    for name in [KEYS, DATABASE] {
        fs::rename(work.path().join(name), data.join(name))?;
        File::open(data)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_keys_are_taken() {
        for name in ["5709f780-e8fb-4b52-9b1e-000000000000", "ab.pub"] {
            assert!(is_key_name(name), "{name}");
        }
        for name in ["", ".pub", "..", "../x", "a/b", "config", "ab.pub.pub"] {
            assert!(!is_key_name(name), "{name}");
        }
    }
}
