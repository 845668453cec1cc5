//! Git repositories that an attack lets the server build.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A program of one file for the shells of RUN steps.
const BUSYBOX: &str = "/bin/busybox";

/// The start of a Dockerfile with a shell.
pub(crate) const SHELL: &str =
    "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\n";

/// Returns why no RUN step can run here, if that is so.
pub(crate) fn no_shell() -> Option<String> {
    (!Path::new(BUSYBOX).exists())
        .then(|| format!("there is no {BUSYBOX} (package busybox-static)"))
}

/// A git repository.
pub(crate) struct Source(PathBuf);

impl Source {
    /// Creates a repository in the folder `git` of a server.
    pub(crate) fn new(folder: &Path, name: &str) -> Self {
        let source = Self(folder.join("git").join(name));
        std::fs::create_dir_all(&source.0).expect("a folder");
        source.git(&["init", "--quiet", "--initial-branch=master"]);
        source
    }

    /// Creates a repository with this Dockerfile and a shell for it.
    pub(crate) fn with_dockerfile(folder: &Path, name: &str, dockerfile: &str) -> Self {
        let source = Self::new(folder, name);
        source.write("Dockerfile", dockerfile);
        if Path::new(BUSYBOX).exists() {
            std::fs::copy(BUSYBOX, source.0.join("busybox")).expect("busybox");
        }
        source.commit();
        source
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn url(&self) -> String {
        self.0.display().to_string()
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).expect("a file");
    }

    pub(crate) fn link(&self, name: &str, target: &str) {
        std::os::unix::fs::symlink(target, self.0.join(name)).expect("a link");
    }

    pub(crate) fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=attack"]);
    }

    /// Runs git in the repository. Returns its output.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_with(arguments, "")
    }

    /// Runs git in the repository with this input. Returns its output.
    pub(crate) fn git_with(&self, arguments: &[&str], input: &str) -> String {
        use std::io::Write;
        let mut child = Command::new("git")
            .current_dir(&self.0)
            .args([
                "-c",
                "user.name=attack",
                "-c",
                "user.email=attack@example.com",
            ])
            .args(["-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("git");
        let mut stdin = child.stdin.take().expect("its input");
        stdin.write_all(input.as_bytes()).expect("its input");
        drop(stdin);
        let output = child.wait_with_output().expect("git");
        assert!(output.status.success(), "git {arguments:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }
}
