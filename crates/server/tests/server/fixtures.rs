//! Git repositories to build from, and the images that were built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// A label for the images of one test. Images are removed once no test is building any more: buildah
/// reads every image for its cache, and a build fails if one of them is removed meanwhile.
pub(crate) struct Label(String);

/// The number of labels in use, and the labels of the tests that have ended.
static LABELS: Mutex<(usize, Vec<String>)> = Mutex::new((0, Vec::new()));

fn labels() -> MutexGuard<'static, (usize, Vec<String>)> {
    LABELS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for Label {
    fn default() -> Self {
        labels().0 += 1;
        Self(format!("slipway.test={}", uuid::Uuid::new_v4()))
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Drop for Label {
    fn drop(&mut self) {
        // The lock is held until the end, so that no test starts meanwhile.
        let mut labels = labels();
        labels.0 -= 1;
        labels.1.push(self.0.clone());
        if labels.0 > 0 {
            return;
        }
        for label in labels.1.drain(..) {
            let filter = format!("label={label}");
            let ids = buildah(&[
                "images",
                "--all",
                "--quiet",
                "--no-trunc",
                "--filter",
                &filter,
            ]);
            let ids: Vec<_> = ids.split_whitespace().collect();
            if !ids.is_empty() {
                buildah(&[&["rmi", "--force"], ids.as_slice()].concat());
            }
        }
    }
}

/// Runs buildah as the server does, and returns its output.
pub(crate) fn buildah(arguments: &[&str]) -> String {
    let info = Command::new("buildah").arg("info").output();
    let info = info.expect("the tests need an image builder: install buildah");
    let mut command = Command::new("buildah");
    if std::env::var_os("STORAGE_DRIVER").is_none() && !info.status.success() {
        command.env("STORAGE_DRIVER", "vfs");
    }
    let output = command.args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Returns the images of a repository, as `name:tag` and short id.
pub(crate) fn images(path: &str) -> Vec<(String, String)> {
    buildah(&["images", "--format", "{{.Name}}:{{.Tag}} {{.ID}}"])
        .lines()
        .filter_map(|line| line.trim().split_once(' '))
        .filter(|(name, _)| {
            let name = name.trim_start_matches("localhost/");
            name.split(':').next() == Some(path)
        })
        .map(|(name, id)| (name.to_owned(), id.trim().to_owned()))
        .collect()
}
