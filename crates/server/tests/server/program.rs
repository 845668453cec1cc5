//! The `slipway` program as a separate process.

use crate::support::TestServer;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The `slipway` program as a separate process. Dropping it kills the process.
pub(crate) struct Program {
    child: Child,
    /// Sends requests to the process, and keeps its data folder.
    pub(crate) server: TestServer,
}

impl Program {
    /// Starts the program with its data in `folder`. It may clone the repositories in `git`.
    /// `configure` can change the command before it runs.
    pub(crate) fn start(folder: TempDir, git: &Path, configure: impl FnOnce(&mut Command)) -> Self {
        Self::start_with(
            Command::new(env!("CARGO_BIN_EXE_slipway")),
            folder,
            git,
            configure,
        )
    }

    /// Starts the program as [`Program::start`] does, by a command that takes its arguments.
    pub(crate) fn start_with(
        mut command: Command,
        folder: TempDir,
        git: &Path,
        configure: impl FnOnce(&mut Command),
    ) -> Self {
        command
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .arg("--allow-local-source")
            .arg(git)
            .stdout(Stdio::piped());
        configure(&mut command);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let url = line.strip_prefix("Slipway listens on ").unwrap();
        let server = TestServer::remote(folder, url.trim());
        Self { child, server }
    }

    /// The id of the process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, waits until the program has ended, and returns the folder with its data.
    pub(crate) fn end(mut self, signal: &str) -> TempDir {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let status = self.child.wait().unwrap();
        assert_eq!(status.success(), signal != "-KILL", "{status}");
        let folder = tempfile::tempdir().unwrap();
        std::mem::replace(&mut self.server.folder, folder)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
