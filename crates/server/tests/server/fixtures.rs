//! Git repositories to build from, and the images that were built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A git repository of one test.
pub(crate) struct GitRepository(pub(crate) PathBuf);

impl GitRepository {
    /// Returns the clone URL, a local path.
    pub(crate) fn url(&self) -> String {
        self.0.display().to_string()
    }

    /// Runs git in the repository and returns its output.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.0)
            .args(["-c", "user.name=Test", "-c", "user.email=test@localhost"])
            .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"])
            .args(arguments)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes files, commits everything, and returns the commit's id.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=A change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Commits a static busybox, which gives RUN steps a shell.
    pub(crate) fn with_busybox(self) -> Self {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"]
            .iter()
            .map(Path::new)
            .find(|path| path.exists())
            .expect("the tests need a static busybox: install busybox-static");
        std::fs::copy(busybox, self.0.join("busybox")).unwrap();
        self.commit(&[]);
        self
    }
}

/// Returns the images of a repository that the builder has stored below a data folder, as `name:tag` and short id.
pub(crate) fn images(data: &Path, path: &str) -> Vec<(String, String)> {
    let namespace = path.split('/').next().unwrap();
    let mut found = Vec::new();
    for storage in storages(data, namespace) {
        for list in files_named(&storage, "images.json") {
            let images: serde_json::Value =
                serde_json::from_str(&std::fs::read_to_string(list).unwrap()).unwrap();
            for image in images.as_array().unwrap() {
                let id = image["id"].as_str().unwrap().get(..12).unwrap();
                let names = image["names"].as_array().into_iter().flatten();
                found.extend(names.map(|name| (name.as_str().unwrap().to_owned(), id.to_owned())));
            }
        }
    }
    found.retain(|(name, _)| {
        let name = name.trim_start_matches("localhost/");
        name.split(':').next() == Some(path)
    });
    found
}

/// Returns the folders of the builder's storages of a namespace.
pub(crate) fn storages(data: &Path, namespace: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(data.join("builder").join(namespace));
    let folders = folders.into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join("containers/storage"))
        .collect()
}

/// Returns the files of this name in the folders of a storage.
pub(crate) fn files_named(storage: &Path, name: &str) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(storage).into_iter().flatten().flatten();
    folders
        .map(|folder| folder.path().join(name))
        .filter(|file| file.exists())
        .collect()
}
