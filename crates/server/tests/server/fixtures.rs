//! What the tests build from and what they find built: git repositories and images.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A git repository of a test's own.
pub struct GitRepository(pub PathBuf);

impl GitRepository {
    pub fn url(&self) -> String {
        self.0.display().to_string()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.0)
            .args(["-c", "user.name=Test", "-c", "user.email=test@localhost"])
            .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"])
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Writes files, commits everything, and answers the commit.
    pub fn commit(&self, files: &[(&str, &str)]) -> String {
        for (name, text) in files {
            let path = self.0.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=A change"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Puts a static busybox beside the Dockerfile, so that RUN steps have a shell.
    pub fn with_busybox(self) -> Self {
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

/// What marks the images of one test, and no two tests the same. Its images go when no test is left
/// that builds: buildah looks at every image for its cache, and a build fails when one of them is
/// removed just then.
pub struct Label(String);

/// How many labels there are, and those of the tests that are over.
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
        // Locked to the end, so that no test begins meanwhile.
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

/// Runs buildah as the server does, and answers what it says.
pub fn buildah(arguments: &[&str]) -> String {
    let works = Command::new("buildah").arg("info").output();
    let works = works.expect("the tests need an image builder: install buildah");
    let mut command = Command::new("buildah");
    if std::env::var_os("STORAGE_DRIVER").is_none() && !works.status.success() {
        command.env("STORAGE_DRIVER", "vfs");
    }
    let output = command.args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The images of a repository in the builder's own list, as `name:tag` and short id.
pub fn images(path: &str) -> Vec<(String, String)> {
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
