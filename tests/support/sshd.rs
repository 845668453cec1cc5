//! An ssh server of a test's own: on a port of loopback, with keys, known hosts and an environment of its own.

use super::parts;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long the server may take to listen.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An ssh server for the user who runs the tests. Dropping it ends it.
pub struct Sshd {
    folder: TempDir,
    /// Its port on 127.0.0.1.
    pub port: u16,
    user: String,
    child: Child,
}

impl Sshd {
    /// Starts a server whose commands have these variables. Where this machine has none or can't run it, it says that the
    /// test is skipped.
    pub fn start(variables: &[(&str, &str)]) -> Option<Self> {
        let program = parts::program("ssh", "sshd")?;
        parts::program("ssh", "ssh")?;
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["host", "other", "user"] {
            make_key(&folder.path().join(name));
        }
        fs::create_dir(folder.path().join("bin")).expect("a folder");
        let user = output(Command::new("id").arg("--user").arg("--name"));
        // Another program may take the port that was free.
        for _ in 0..5 {
            let port = free_port();
            let config = write_config(folder.path(), port, variables);
            let mut child = daemon(&program, &config, &folder.path().join("log"));
            if listens(&mut child, port) {
                let this = Self {
                    folder,
                    port,
                    user,
                    child,
                };
                this.write_client();
                this.allow(&this.public_key("user"));
                return Some(this);
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        let said = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        parts::skip("ssh", said.lines().last().unwrap_or("sshd does not listen"));
        None
    }

    /// Its address, with what follows the port: `ssh://USER@127.0.0.1:PORT…`.
    pub fn address(&self, path: &str) -> String {
        format!("ssh://{}@127.0.0.1:{}{path}", self.user, self.port)
    }

    /// Lets a key in.
    pub fn allow(&self, public_key: &str) {
        let path = self.folder.path().join("authorized");
        let before = fs::read_to_string(&path).unwrap_or_default();
        fs::write(path, format!("{before}{}\n", public_key.trim())).expect("writes");
    }

    /// A folder with an `ssh` that has the key of the tests, and knows the hosts of [`Sshd::known_hosts`] and no others. The
    /// programs in it are also those of the commands that the server runs.
    pub fn programs(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// The folder that is to be the home of clients that read `.ssh/known_hosts` there.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The private key of the tests.
    pub fn key(&self) -> PathBuf {
        self.folder.path().join("user")
    }

    /// The known hosts of the clients.
    fn known_hosts(&self) -> PathBuf {
        self.home().join(".ssh/known_hosts")
    }

    /// Makes the clients know the server, by its own key or by another one.
    pub fn make_known(&self, is_right: bool) {
        let key = self.public_key(if is_right { "host" } else { "other" });
        fs::write(
            self.known_hosts(),
            format!("[127.0.0.1]:{} {key}", self.port),
        )
        .expect("writes");
    }

    fn public_key(&self, name: &str) -> String {
        let file = self.folder.path().join(format!("{name}.pub"));
        fs::read_to_string(file).expect("a key")
    }

    fn write_client(&self) {
        fs::create_dir_all(self.home().join(".ssh")).expect("a folder");
        let config = self.folder.path().join("ssh_config");
        let text = format!(
            "IdentityFile {}\nIdentitiesOnly yes\nUserKnownHostsFile {}\nGlobalKnownHostsFile /dev/null\n",
            self.key().display(),
            self.known_hosts().display()
        );
        fs::write(&config, text).expect("writes");
        let ssh = parts::program("ssh", "ssh").expect("it was there");
        let (ssh, config) = (ssh.display(), config.display());
        let text = format!("#!/bin/sh\nexec {ssh} -F {config} \"$@\"\n");
        write_program(&self.programs().join("ssh"), &text);
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a script that can be run.
pub fn write_program(path: &Path, text: &str) {
    fs::write(path, text).expect("writes");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a mode");
}

fn make_key(path: &Path) {
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-f"])
        .arg(path)
        .status();
    assert!(made.is_ok_and(|status| status.success()), "ssh-keygen");
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("runs").stdout;
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn write_config(folder: &Path, port: u16, variables: &[(&str, &str)]) -> PathBuf {
    let at = folder.display();
    // The user's shell may set a path of its own.
    let mut run = format!("#!/bin/sh\nPATH={at}/bin:$PATH\n");
    for (name, value) in variables {
        run += &format!("export {name}='{value}'\n");
    }
    run += "exec sh -c \"$SSH_ORIGINAL_COMMAND\"\n";
    write_program(&folder.join("run"), &run);
    let text = format!(
        "ListenAddress 127.0.0.1\nPort {port}\nHostKey {at}/host\nPidFile none\nForceCommand {at}/run\n\
         AuthorizedKeysFile {at}/authorized\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n\
         KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
    );
    let config = folder.join("sshd_config");
    fs::write(&config, text).expect("writes");
    config
}

/// Starts the daemon. Of root it wants a folder in `/run`, which its package makes when the service starts: it gets one
/// that nobody else sees.
fn daemon(program: &Path, config: &Path, log: &Path) -> Child {
    let script = "mount -t tmpfs none /run && mkdir -m 755 /run/sshd && exec \"$@\"";
    let is_root = output(Command::new("id").arg("--user")) == "0";
    let mut command = match is_root {
        true => {
            let mut command = Command::new("unshare");
            command.args(["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]);
            command.args(["--", "sh", "-c", script, "sh"]).arg(program);
            command
        }
        false => Command::new(program),
    };
    let output = fs::File::create(log).expect("a log");
    command
        .args(["-D", "-e", "-f"])
        .arg(config)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(output)
        .spawn()
        .expect("the daemon starts")
}

fn listens(child: &mut Child, port: u16) -> bool {
    let started = Instant::now();
    while started.elapsed() < TIMEOUT {
        if child.try_wait().is_ok_and(|status| status.is_some()) {
            return false;
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}
