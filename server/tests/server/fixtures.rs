//! What the tests build from and what they find built: git repositories and images.

use std::path::{Path, PathBuf};
use std::process::Command;

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

/// The images of the builder's own list, as `name:tag` and short id; gone again when dropped.
pub struct Images(Vec<String>);

impl Images {
    /// Of these repositories (`namespace/name`), and no others.
    pub fn of(paths: &[&str]) -> Self {
        Self(paths.iter().map(|path| path.to_string()).collect())
    }

    fn buildah(arguments: &[&str]) -> String {
        let works = Command::new("buildah").arg("info").output();
        let works = works.expect("the tests need an image builder: install buildah");
        let mut command = Command::new("buildah");
        if std::env::var_os("STORAGE_DRIVER").is_none() && !works.status.success() {
            command.env("STORAGE_DRIVER", "vfs");
        }
        let output = command.args(arguments).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    pub fn list(&self) -> Vec<(String, String)> {
        Self::buildah(&["images", "--format", "{{.Name}}:{{.Tag}} {{.ID}}"])
            .lines()
            .filter_map(|line| line.trim().split_once(' '))
            .filter(|(name, _)| {
                let path = name.trim_start_matches("localhost/").split(':').next();
                self.0.iter().any(|own| Some(own.as_str()) == path)
            })
            .map(|(name, id)| (name.to_owned(), id.trim().to_owned()))
            .collect()
    }
}

impl Drop for Images {
    fn drop(&mut self) {
        for (name, _) in self.list() {
            Self::buildah(&["rmi", "--force", &name]);
        }
    }
}
