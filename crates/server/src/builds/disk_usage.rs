//! The disk that a running build fills: the layers that it adds and its temporary files.

use crate::builds::storage::Folders;
use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The shortest time between two measurements.
const INTERVAL: Duration = Duration::from_secs(1);

/// The share of the time that measuring may take: one part of so many.
const SHARE: u32 = 20;

/// The disk that a file takes besides its contents, in bytes.
const BYTES_PER_FILE: u64 = 512;

/// The disk that a storage had filled before a build began.
pub(crate) struct DiskUsage {
    folders: Folders,
    layers: HashSet<PathBuf>,
    temporary: u64,
}

impl DiskUsage {
    /// Measures a storage before a build.
    pub(crate) fn begin(folders: &Folders) -> Self {
        Self {
            folders: folders.clone(),
            layers: folders.layers().into_iter().collect(),
            temporary: size_of(&folders.temporary()),
        }
    }

    /// The disk that was filled since then, in bytes.
    fn grown(&self) -> u64 {
        let layers = self.folders.layers().into_iter();
        let new = layers.filter(|layer| !self.layers.contains(layer));
        let temporary = size_of(&self.folders.temporary());
        new.map(|layer| size_of(&layer)).sum::<u64>() + temporary.saturating_sub(self.temporary)
    }

    /// Waits until more than `limit` bytes were filled, and returns a sentence that says so.
    pub(crate) async fn above(self, limit: u64) -> String {
        let usage = std::sync::Arc::new(self);
        let mut pause = INTERVAL;
        loop {
            tokio::time::sleep(pause).await;
            let started = Instant::now();
            let own = usage.clone();
            let grown = tokio::task::spawn_blocking(move || own.grown()).await;
            if grown.is_ok_and(|grown| grown > limit) {
                return format!(
                    "the build was stopped: it filled more disk than the limit of {limit} bytes"
                );
            }
            pause = INTERVAL.max(started.elapsed() * SHARE);
        }
    }
}

/// The disk that a folder fills, in bytes. What goes away meanwhile is not counted, and a file with several names once.
fn size_of(folder: &Path) -> u64 {
    let mut size = 0;
    let mut linked = HashSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(data) = entry.path().symlink_metadata() else {
                continue;
            };
            let is_known = data.nlink() > 1 && !data.is_dir() && !linked.insert(data.ino());
            size += if is_known { 0 } else { data.blocks() * 512 };
            size += BYTES_PER_FILE;
            if data.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    size
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builds::storage::Storages;

    #[tokio::test]
    async fn a_build_has_filled_what_came_after_it_began() {
        let data = tempfile::tempdir().unwrap();
        let storages = Storages::new(data.path(), false, None);
        let storage = storages.open("a").await.unwrap();
        let layers = storage.folders.containers().join("storage/vfs/dir");
        let write = |path: PathBuf| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![1; 100_000]).unwrap();
        };
        write(layers.join("old/file"));
        write(storage.folders.temporary().join("old"));
        let usage = DiskUsage::begin(&storage.folders);
        assert_eq!(usage.grown(), 0);
        write(layers.join("new/file"));
        fs::hard_link(layers.join("new/file"), layers.join("new/link")).unwrap();
        write(storage.folders.temporary().join("new"));
        assert!((200_000..250_000).contains(&usage.grown()));
        let message = usage.above(100_000).await;
        assert!(message.contains("the limit of 100000 bytes"), "{message}");
    }
}
