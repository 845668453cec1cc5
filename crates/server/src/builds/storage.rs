//! The storage of a builder: images, layers and temporary files, a folder for each namespace, below the data folder.

use serde::Deserialize;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// A file that is there while a builder uses a storage, and after it if the server was killed meanwhile.
const BUSY: &str = "busy";

/// The start of the names of temporary files that stay: the contents of cache mounts.
pub(crate) const KEPT: &str = "buildah-cache";

/// The storages of all namespaces.
pub(crate) struct Storages {
    /// `builder` in the data folder.
    folder: PathBuf,
    /// The name of the folder of each storage: one for each kind of owner that its files can have.
    label: String,
    /// The user and group that a builder in a sandbox is on this machine.
    owner: Option<(u32, u32)>,
    /// The states of the storages that were used, by namespace.
    states: Mutex<HashMap<String, Arc<State>>>,
}

#[derive(Default)]
struct State {
    /// Held by each build that uses the storage, and alone by who cleans it up.
    lock: Arc<RwLock<()>>,
    /// True if a build has left something behind.
    is_dirty: AtomicBool,
}

impl Storages {
    /// Storages below `data`, whose files belong to `owner` or, without a sandbox, to the server.
    pub(crate) fn new(data: &Path, is_contained: bool, owner: Option<(u32, u32)>) -> Self {
        let label = match (is_contained, owner) {
            (true, Some((user, _))) => format!("contained-{user}"),
            (true, None) => "contained".to_owned(),
            (false, _) => "unsafe".to_owned(),
        };
        Self {
            folder: data.join("builder"),
            label,
            owner,
            states: Mutex::default(),
        }
    }

    /// The namespaces whose storage was in use when the server ended.
    pub(crate) fn abandoned(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.path().join(&self.label).join(BUSY).exists())
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect()
    }

    /// Opens the storage of a namespace for one build, and makes it if it is missing. Waits while it is cleaned up.
    ///
    /// # Errors
    ///
    /// When a folder can't be made.
    pub(crate) async fn open(&self, namespace: &str) -> io::Result<Storage> {
        let folders = self.folders(namespace);
        make_folder(&folders.0)?;
        for folder in [folders.containers(), folders.temporary()] {
            make_folder(&folder)?;
            if let Some((user, group)) = self.owner
                && fs::metadata(&folder)?.uid() != user
            {
                chown(&folder, Some(user), Some(group))?;
            }
        }
        let state = self.state(namespace);
        let in_use = state.lock.clone().read_owned().await;
        fs::write(folders.0.join(BUSY), "")?;
        Ok(Storage {
            folders,
            state,
            _in_use: in_use,
        })
    }

    /// Takes the storage of a namespace for cleaning it up, if no build uses it. The second value is true if there is
    /// something to clean up.
    pub(crate) fn idle(&self, namespace: &str) -> Option<(IdleStorage, bool)> {
        let state = self.state(namespace);
        let alone = state.lock.clone().try_write_owned().ok()?;
        let is_dirty = state.is_dirty.load(Ordering::Relaxed);
        let storage = IdleStorage {
            folders: self.folders(namespace),
            state,
            _alone: alone,
        };
        Some((storage, is_dirty))
    }

    fn folders(&self, namespace: &str) -> Folders {
        Folders(self.folder.join(namespace).join(&self.label))
    }

    /// The state of a storage. One that was in use when the server ended has something left.
    fn state(&self, namespace: &str) -> Arc<State> {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = states.get(namespace) {
            return state.clone();
        }
        let state = Arc::new(State::default());
        let is_dirty = self.folders(namespace).0.join(BUSY).exists();
        state.is_dirty.store(is_dirty, Ordering::Relaxed);
        states.insert(namespace.to_owned(), state.clone());
        state
    }
}

/// Makes a folder that only its owner sees.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

/// The folders of one storage.
#[derive(Debug, Clone)]
pub(crate) struct Folders(PathBuf);

impl Folders {
    /// The builder's own folder, `/var/lib/containers` of a sandbox.
    pub(crate) fn containers(&self) -> PathBuf {
        self.0.join("containers")
    }

    /// The folder for temporary files, `/var/tmp` of a sandbox.
    pub(crate) fn temporary(&self) -> PathBuf {
        self.0.join("tmp")
    }

    /// The folders of layers. Each build adds some.
    pub(crate) fn layers(&self) -> Vec<PathBuf> {
        let storage = self.containers().join("storage");
        ["overlay", "vfs/dir"]
            .iter()
            .flat_map(|folder| fs::read_dir(storage.join(folder)))
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .collect()
    }
}

impl Folders {
    /// Returns true if an image, by the start of its id, is there and has no name. The list is the builder's own.
    pub(crate) fn image_is_nameless(&self, id: &str) -> bool {
        let storage = self.containers().join("storage");
        let entries = fs::read_dir(storage).into_iter().flatten().flatten();
        let lists = entries.filter_map(|entry| fs::read(entry.path().join("images.json")).ok());
        lists
            .filter_map(|list| serde_json::from_slice::<Vec<StoredImage>>(&list).ok())
            .flatten()
            .any(|image| image.id.starts_with(id) && image.names.unwrap_or_default().is_empty())
    }
}

/// An image in the list that buildah and podman keep.
#[derive(Deserialize)]
struct StoredImage {
    id: String,
    names: Option<Vec<String>>,
}

/// The storage of a namespace, in use by one build.
pub(crate) struct Storage {
    pub(crate) folders: Folders,
    state: Arc<State>,
    _in_use: OwnedRwLockReadGuard<()>,
}

impl Storage {
    /// Notes that the build did not end by itself: its containers and temporary files are still there.
    pub(crate) fn set_dirty(&self) {
        self.state.is_dirty.store(true, Ordering::Relaxed);
    }
}

/// The storage of a namespace, which no build uses as long as this is kept.
pub(crate) struct IdleStorage {
    pub(crate) folders: Folders,
    state: Arc<State>,
    _alone: OwnedRwLockWriteGuard<()>,
}

impl IdleStorage {
    /// Notes that nothing is left of any build.
    pub(crate) fn set_clean(&self) {
        self.state.is_dirty.store(false, Ordering::Relaxed);
        let _ = fs::remove_file(self.folders.0.join(BUSY));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_without_a_name_is_found_in_the_builders_list() {
        let data = tempfile::tempdir().unwrap();
        let storages = Storages::new(data.path(), false, None);
        let folders = storages.folders("a");
        assert!(!folders.image_is_nameless("0123"));
        let lists = folders.containers().join("storage/overlay-images");
        fs::create_dir_all(&lists).unwrap();
        let list = r#"[{"id": "012345", "names": ["localhost/a/b:c"]}, {"id": "6789ab"}]"#;
        fs::write(lists.join("images.json"), list).unwrap();
        assert!(!folders.image_is_nameless("0123"));
        assert!(folders.image_is_nameless("6789"));
        assert!(!folders.image_is_nameless("beef"));
    }

    #[tokio::test]
    async fn a_storage_that_was_left_in_use_is_cleaned_when_no_build_uses_it() {
        let data = tempfile::tempdir().unwrap();
        let storages = Storages::new(data.path(), false, None);
        let first = storages.open("a").await.unwrap();
        let second = storages.open("a").await.unwrap();
        first.set_dirty();
        drop(first);
        assert!(storages.idle("a").is_none());
        drop(second);
        assert!(storages.idle("a").unwrap().1);
        assert_eq!(storages.abandoned(), ["a"]);

        let next = Storages::new(data.path(), false, None);
        assert_eq!(next.abandoned(), ["a"]);
        let (idle, is_dirty) = next.idle("a").unwrap();
        assert!(is_dirty);
        idle.set_clean();
        drop(idle);
        assert!(!next.idle("a").unwrap().1);
        assert_eq!(next.abandoned(), Vec::<String>::new());
    }
}
