//! Local git repositories to build from, and what the image builder knows of the images.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A git repository in a folder of its own.
pub struct Source {
    folder: TempDir,
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("GIT_AUTHOR_NAME", "Test")
        .env("GIT_AUTHOR_EMAIL", "test@example.invalid")
        .env("GIT_COMMITTER_NAME", "Test")
        .env("GIT_COMMITTER_EMAIL", "test@example.invalid")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {text}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

impl Source {
    /// A repository whose image starts from nothing, holds a static busybox, and runs these commands.
    pub fn with_steps(steps: &[&str]) -> Self {
        let source = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let busybox = ["/bin/busybox", "/usr/bin/busybox"]
            .into_iter()
            .find(|path| Path::new(path).exists())
            .expect("busybox-static; `make test` installs it");
        std::fs::copy(busybox, source.path().join("busybox")).expect("copies");
        // Differs between runs, so that the builder's cache does not skip the steps.
        let seed = format!("{:?}", std::time::SystemTime::now());
        std::fs::write(source.path().join("seed"), seed).expect("writes");
        run(
            "git",
            &["init", "--quiet", "--initial-branch=main", "."],
            source.path(),
        );
        source.commit(steps);
        source
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Commits a Dockerfile with these `RUN` steps, and returns the commit's id.
    pub fn commit(&self, steps: &[&str]) -> String {
        let mut dockerfile =
            "FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nCOPY seed /seed\n"
                .to_owned();
        for step in steps {
            dockerfile.push_str(&format!("RUN {step}\n"));
        }
        std::fs::write(self.path().join("Dockerfile"), dockerfile).expect("writes");
        run("git", &["add", "--all"], self.path());
        run(
            "git",
            &["commit", "--quiet", "--allow-empty", "-m", "steps"],
            self.path(),
        );
        run("git", &["rev-parse", "HEAD"], self.path())
    }

    /// Runs git in the repository, and returns what it prints.
    pub fn git(&self, arguments: &[&str]) -> String {
        run("git", arguments, self.path())
    }

    /// Makes a branch at the current commit.
    pub fn branch(&self, name: &str) {
        run("git", &["branch", name], self.path());
    }
}

/// Returns true if the image builder of a server has this image in its storage, which is below the server's data.
pub fn builder_has(data: &Path, image: &str) -> bool {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let namespace = image.split('/').next().unwrap_or_default();
    let name = serde_json::Value::from(format!("localhost/{image}"));
    below(&data.join("builder").join(namespace))
        .iter()
        .flat_map(|storage| below(&storage.join("containers/storage")))
        .filter_map(|folder| std::fs::read_to_string(folder.join("images.json")).ok())
        .filter_map(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .flat_map(|images| images.as_array().cloned().unwrap_or_default())
        .any(|image| {
            let names = image["names"].as_array();
            names.is_some_and(|names| names.contains(&name))
        })
}
