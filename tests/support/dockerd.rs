//! Docker daemons of a test's own: each with folders and a socket of its own, in namespaces that end with it.

use super::parts;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a daemon may take to answer.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A docker daemon. Dropping it kills it, with all that it runs.
pub struct Dockerd {
    folder: TempDir,
    daemon: PathBuf,
    client: PathBuf,
    child: Option<Child>,
}

impl Dockerd {
    /// Starts a daemon. Where this machine has none or can't run it, it says that the test is skipped.
    pub fn start() -> Option<Self> {
        let daemon = parts::program("docker", "dockerd")?;
        let client = parts::program("docker", "docker")?;
        let mut this = Self {
            folder: tempfile::tempdir().expect("a folder"),
            daemon,
            client,
            child: None,
        };
        match this.start_again() {
            Ok(()) => Some(this),
            Err(why) => {
                parts::skip("docker", why);
                None
            }
        }
    }

    /// Starts a daemon that was killed, with the images that it had.
    ///
    /// # Errors
    ///
    /// A sentence about why it does not answer.
    pub fn start_again(&mut self) -> Result<(), String> {
        let path = |name: &str| self.folder.path().join(name);
        let log = path("log");
        fs::write(path("config.json"), "{}").map_err(|error| error.to_string())?;
        let output = fs::File::create(&log).map_err(|error| error.to_string())?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        // As the first process of a namespace, it takes all of its processes and mounts with it.
        let mut child = Command::new("unshare")
            .args([
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--",
            ])
            .arg(&self.daemon)
            .arg("--config-file")
            .arg(path("config.json"))
            .arg("--data-root")
            .arg(path("data"))
            .arg("--exec-root")
            .arg(path("exec"))
            .arg("--pidfile")
            .arg(path("pid"))
            .args(["--host", &self.address()])
            .args(["--bridge=none", "--iptables=false", "--storage-driver=vfs"])
            .stdout(output)
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("unshare: {error}"))?;
        let begun = Instant::now();
        while self.docker(&["version"]).is_err() {
            let has_ended = child.try_wait().is_ok_and(|status| status.is_some());
            if has_ended || begun.elapsed() > TIMEOUT {
                let _ = child.kill();
                let _ = child.wait();
                let said = fs::read_to_string(&log).unwrap_or_default();
                let last = said.lines().last().unwrap_or("dockerd does not answer");
                return Err(last.to_owned());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        self.child = Some(child);
        Ok(())
    }

    /// The daemon's address: `unix://…`.
    pub fn address(&self) -> String {
        format!("unix://{}", self.folder.path().join("sock").display())
    }

    /// Runs a command of docker with the daemon, and returns its output.
    ///
    /// # Errors
    ///
    /// The command's errors.
    pub fn docker(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.client)
            .args(["--host", &self.address()])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr)),
        }
    }

    /// Makes an image of a static busybox, with a shell, and of these files.
    pub fn import_base(&self, name: &str, files: &[&str]) {
        let root = self.folder.path().join("root");
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("bin")).expect("a folder");
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].map(Path::new);
        let busybox = busybox.into_iter().find(|path| path.exists());
        let busybox = busybox.expect("busybox-static; `make test` installs it");
        let shell = root.join("bin/sh");
        fs::copy(busybox, &shell).expect("copies");
        fs::hard_link(&shell, root.join("bin/sleep")).expect("links");
        for file in files {
            fs::write(root.join(file), "").expect("writes");
        }
        let archive = self.folder.path().join("root.tar");
        let made = Command::new("tar")
            .arg("--create")
            .arg("--file")
            .arg(&archive)
            .arg("--directory")
            .arg(&root)
            .arg(".")
            .status();
        assert!(made.is_ok_and(|status| status.success()));
        let archive = archive.display().to_string();
        self.docker(&["import", &archive, name]).expect("imports");
    }

    /// Kills the daemon, with all that it runs. Its images stay.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = fs::remove_file(self.folder.path().join("pid"));
        let _ = fs::remove_dir_all(self.folder.path().join("exec"));
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        self.kill();
    }
}
