//! Docker daemons and podman services of a test's own: each with folders and a socket of its own, in namespaces that end
//! with it.

use super::parts;
use std::fs;
use std::net::TcpListener;
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
    /// The port at which it takes clients with a certificate of [`Dockerd::certificates`].
    port: Option<u16>,
    child: Option<Child>,
}

impl Dockerd {
    /// Starts a daemon. Where this machine has none or can't run it, it says that the test is skipped.
    pub fn start() -> Option<Self> {
        Self::started(None)
    }

    /// Starts a daemon that also listens on a port of this machine, for clients that have a certificate.
    pub fn start_with_tls() -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        Self::started(Some(port))
    }

    fn started(port: Option<u16>) -> Option<Self> {
        let daemon = parts::program("docker", "dockerd")?;
        let client = parts::program("docker", "docker")?;
        let mut this = Self {
            folder: tempfile::tempdir().expect("a folder"),
            daemon,
            client,
            port,
            child: None,
        };
        if port.is_some()
            && let Err(why) = make_certificates(&this.certificates())
        {
            parts::skip("openssl", why);
            return None;
        }
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
        let mut command = in_namespaces(&self.daemon);
        command
            .arg("--config-file")
            .arg(path("config.json"))
            .arg("--data-root")
            .arg(path("data"))
            .arg("--exec-root")
            .arg(path("exec"))
            .arg("--pidfile")
            .arg(path("pid"))
            .args(["--host", &self.address()])
            .args(["--bridge=none", "--iptables=false", "--storage-driver=vfs"]);
        if let Some(address) = self.tls_address() {
            let certificates = self.certificates();
            command.args(["--host", &address, "--tlsverify"]);
            for (option, file) in [("cacert", "ca"), ("cert", "cert"), ("key", "key")] {
                let file = certificates.join(format!("{file}.pem"));
                command.arg(format!("--tls{option}={}", file.display()));
            }
        }
        let mut child = command
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

    /// The folder with the certificates and the key of clients, as docker names them.
    pub fn certificates(&self) -> PathBuf {
        self.folder.path().join("tls")
    }

    /// The address for clients with a certificate, if there is one: `tcp://127.0.0.1:PORT`.
    pub fn tls_address(&self) -> Option<String> {
        self.port.map(|port| format!("tcp://127.0.0.1:{port}"))
    }

    /// Runs a command of docker with the daemon, and returns its output.
    ///
    /// # Errors
    ///
    /// The command's errors.
    pub fn docker(&self, arguments: &[&str]) -> Result<String, String> {
        output_of(
            Command::new(&self.client)
                .args(["--host", &self.address()])
                .args(arguments),
        )
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

/// A program as the first process of a namespace, which takes all of its processes and mounts with it when it ends.
fn in_namespaces(program: &Path) -> Command {
    let mut command = Command::new("unshare");
    command
        .args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--",
        ])
        .arg(program);
    command
}

/// Makes an authority, and one certificate of it for a server at 127.0.0.1 and its clients, by the names that docker gives
/// to the files.
///
/// # Errors
///
/// Why openssl can't.
pub fn make_certificates(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let names = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n";
    fs::write(folder.join("names"), names).map_err(|error| error.to_string())?;
    for arguments in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca-key.pem -out ca.pem -days 2 -subj /CN=authority",
        "req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj /CN=127.0.0.1",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out cert.pem -days 2 -extfile names",
    ] {
        let output = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .output()
            .map_err(|error| format!("openssl: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    Ok(())
}

/// Podman's service. Dropping it kills it, with all that it runs.
pub struct PodmanService {
    folder: TempDir,
    client: PathBuf,
    child: Child,
}

impl PodmanService {
    /// Starts a service. Where this machine has no podman or can't run it, it says that the test is skipped.
    pub fn start() -> Option<Self> {
        let client = parts::program("podman", "podman")?;
        let folder = tempfile::tempdir().expect("a folder");
        let child = in_namespaces(&client)
            .arg("--root")
            .arg(folder.path().join("root"))
            .arg("--runroot")
            .arg(folder.path().join("run"))
            .args(["--storage-driver=vfs", "--cgroup-manager=cgroupfs"])
            .args(["system", "service", "--time=0"])
            .arg(format!("unix://{}", folder.path().join("sock").display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("unshare");
        let mut this = Self {
            folder,
            client,
            child,
        };
        let begun = Instant::now();
        while let Err(why) = this.podman(&["version"]) {
            let has_ended = this.child.try_wait().is_ok_and(|status| status.is_some());
            if has_ended || begun.elapsed() > TIMEOUT {
                parts::skip("podman", why);
                return None;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Some(this)
    }

    /// The service's address: `unix://…`.
    pub fn address(&self) -> String {
        format!("unix://{}", self.folder.path().join("sock").display())
    }

    /// Runs a command of podman with the service, and returns its output.
    ///
    /// # Errors
    ///
    /// The command's errors.
    pub fn podman(&self, arguments: &[&str]) -> Result<String, String> {
        output_of(
            Command::new(&self.client)
                .args(["--url", &self.address()])
                .args(arguments),
        )
    }
}

impl Drop for PodmanService {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a client, and returns its output.
fn output_of(command: &mut Command) -> Result<String, String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    match output.status.success() {
        true => Ok(text(&output.stdout)),
        false => Err(text(&output.stderr)),
    }
}

impl Drop for Dockerd {
    fn drop(&mut self) {
        self.kill();
    }
}
