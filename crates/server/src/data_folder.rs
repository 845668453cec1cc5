//! The data folder: private to its owner, and locked against a second server.

use clap::Args;
use rustix::fs::{FlockOperation, flock};
use std::fmt::Display;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The time to wait for the data folder of a server that is about to end.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);

/// The time between two attempts to lock the data folder.
const LOCK_RETRY: Duration = Duration::from_millis(20);

/// The time in which the programs of a server that was killed have ended.
const EMPTY_TIMEOUT: Duration = Duration::from_secs(10);

/// The permissions of a folder for its owner alone.
const PRIVATE_FOLDER: u32 = 0o700;

/// The permissions of a file for its owner alone.
const PRIVATE_FILE: u32 = 0o600;

/// The file name of the database.
pub(crate) const DATABASE: &str = "slipway.db";

/// The name of the folder with the deploy keys.
pub(crate) const KEYS: &str = "keys";

/// The option that names the data folder.
#[derive(Debug, Clone, Args)]
pub struct DataOption {
    /// Folder for the database, the deploy keys and the checkouts of running builds. It is made private to its owner.
    ///
    /// [default: slipway in $XDG_DATA_HOME, else ~/.local/share/slipway]
    #[arg(long, value_name = "DIR", env = "SLIPWAY_DATA")]
    pub data: Option<PathBuf>,
}

impl DataOption {
    /// Returns the data folder: `--data`, or the user's folder for data, or `.slipway` in the current
    /// folder.
    pub(crate) fn folder(&self) -> PathBuf {
        let from_environment = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        self.data
            .clone()
            .or_else(|| from_environment("XDG_DATA_HOME").map(|home| home.join("slipway")))
            .or_else(|| from_environment("HOME").map(|home| home.join(".local/share/slipway")))
            .unwrap_or_else(|| PathBuf::from(".slipway"))
    }
}

/// The data folder, locked against a second server.
pub(crate) struct DataFolder {
    /// Absolute, with every symbolic link resolved.
    pub(crate) path: PathBuf,
    _lock: File,
}

impl DataFolder {
    /// Creates the folder if it is missing, makes it private and locks it.
    ///
    /// # Errors
    ///
    /// A sentence about why it can't be used.
    pub(crate) fn lock(path: &Path) -> Result<Self, String> {
        let unusable = |error: &dyn Display| {
            format!("the data folder {} can't be used: {error}", path.display())
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(PRIVATE_FOLDER)
            .create(path)
            .map_err(|error| unusable(&error))?;
        let path = path.canonicalize().map_err(|error| unusable(&error))?;
        make_private(&path).map_err(|error| unusable(&error))?;
        Ok(Self {
            _lock: lock(&path)?,
            path,
        })
    }

    /// Does what [`DataFolder::lock`] does, and empties the folder of checkouts.
    ///
    /// # Errors
    ///
    /// A sentence about why it can't be used.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let data = Self::lock(path)?;
        let work_folder = data.work_folder();
        // The folder itself stays: a full disk may have no room for another one.
        fs::DirBuilder::new()
            .recursive(true)
            .create(&work_folder)
            .and_then(|()| empty_at_last(&work_folder))
            .map_err(|error| {
                format!(
                    "the data folder {} can't be used: {error}",
                    data.path.display()
                )
            })?;
        Ok(data)
    }

    /// The folder for the checkouts of running builds.
    pub(crate) fn work_folder(&self) -> PathBuf {
        self.path.join("tmp")
    }

    /// Returns the path of the database. Its files are private from the beginning: SQLite gives the permissions of
    /// the first to those beside it.
    ///
    /// # Errors
    ///
    /// A sentence about the file that can't be made private.
    pub(crate) fn database(&self) -> Result<PathBuf, String> {
        let path = self.path.join(DATABASE);
        let failed =
            |error: io::Error| format!("the database {} can't be opened: {error}", path.display());
        private_file(&path).map_err(failed)?;
        for beside in ["-wal", "-shm"] {
            let beside = self.path.join(format!("{DATABASE}{beside}"));
            if beside.exists() {
                fs::set_permissions(beside, Permissions::from_mode(PRIVATE_FILE))
                    .map_err(failed)?;
            }
        }
        Ok(path)
    }
}

/// Removes all that is in a folder. The programs of a server that was killed may still be ending, and write to it meanwhile.
fn empty_at_last(folder: &Path) -> io::Result<()> {
    let started = Instant::now();
    loop {
        match empty(folder) {
            Err(error) if started.elapsed() < EMPTY_TIMEOUT && is_of_another(&error) => {
                std::thread::sleep(LOCK_RETRY);
            }
            result => return result,
        }
    }
}

/// Returns true if another program has changed a folder while it was removed.
fn is_of_another(error: &io::Error) -> bool {
    let kind = error.kind();
    matches!(
        kind,
        io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::NotFound | io::ErrorKind::ResourceBusy
    )
}

/// Removes all that is in a folder, once.
fn empty(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => fs::remove_dir_all(entry.path())?,
            false => fs::remove_file(entry.path())?,
        }
    }
    Ok(())
}

/// Takes the permissions of others from a folder. A folder that others are meant to use is refused.
fn make_private(path: &Path) -> io::Result<()> {
    let mode = path.metadata()?.permissions().mode();
    let (others_write, sticky) = (0o002, 0o1000);
    if mode & (others_write | sticky) != 0 {
        return Err(io::Error::other(
            "all users of this machine can write to it. Choose a folder of its own",
        ));
    }
    if mode & 0o077 != 0 {
        fs::set_permissions(path, Permissions::from_mode(PRIVATE_FOLDER))?;
    }
    Ok(())
}

/// Opens a file that only its owner can read, and creates it if it is missing.
///
/// # Errors
///
/// When the file can't be opened or changed.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(PRIVATE_FILE)
        .open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(PRIVATE_FILE))?;
    }
    Ok(file)
}

fn lock(data: &Path) -> Result<File, String> {
    let path = data.join("lock");
    let file = private_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let started = Instant::now();
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        if started.elapsed() > LOCK_TIMEOUT {
            return Err(format!(
                "another server uses the data folder {}",
                data.display()
            ));
        }
        std::thread::sleep(LOCK_RETRY);
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_still_written_to_is_emptied() {
        let folder = tempfile::tempdir().unwrap();
        let start = std::sync::Barrier::new(2);
        for _ in 0..20 {
            let checkout = folder.path().join("build-1/source");
            fs::create_dir_all(&checkout).unwrap();
            std::thread::scope(|scope| {
                // Writes on as a program that is about to end.
                scope.spawn(|| {
                    start.wait();
                    for number in 0..500 {
                        let _ = fs::create_dir_all(checkout.join(number.to_string()));
                    }
                });
                start.wait();
                empty_at_last(folder.path()).unwrap();
            });
        }
        empty_at_last(folder.path()).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
