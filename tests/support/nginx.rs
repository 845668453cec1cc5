//! nginx with a configuration of its own, on a port of its own.

use super::parts;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The time that nginx may take to listen.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// An nginx that is set up, and not started yet.
pub(crate) struct Setup {
    program: PathBuf,
    /// Its configuration, certificate and temporary files. Sites are put here too.
    pub(crate) folder: TempDir,
    /// A port of this machine that is free.
    pub(crate) port: u16,
}

/// A running nginx. Dropping it stops it.
pub(crate) struct Nginx {
    child: Child,
    _folder: TempDir,
}

impl Setup {
    /// Returns `None` where there is no nginx, and says so.
    pub(crate) fn new() -> Option<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Some(Self {
            program: parts::program("nginx", "nginx")?,
            folder: tempfile::tempdir().expect("a folder"),
            port: listener.local_addr().expect("an address").port(),
        })
    }

    /// Makes a certificate. Returns its file and that of its key.
    pub(crate) fn certificate(&self) -> (PathBuf, PathBuf) {
        let file = |name: &str| self.folder.path().join(name);
        let (certificate, key) = (file("site.pem"), file("site.key"));
        run(Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            ])
            .args(["-subj", "/CN=localhost", "-out"])
            .arg(&certificate)
            .arg("-keyout")
            .arg(&key));
        (certificate, key)
    }

    /// Starts it with what stands in nginx's block `http`, such as a `server`. Returns once it listens.
    pub(crate) fn start(self, http: &str) -> Nginx {
        let place = self.folder.path().display();
        // What Debian's own nginx.conf has around the files of conf.d.
        let text = format!(
            "{} daemon off; pid {place}/nginx.pid; error_log stderr; worker_processes auto; events {{}}
             http {{ include /etc/nginx/mime.types; default_type application/octet-stream; sendfile on;
             tcp_nopush on; access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
             fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi;
             scgi_temp_path {place}/scgi;\n{http}\n}}",
            user_line()
        );
        let config = self.folder.path().join("nginx.conf");
        std::fs::write(&config, text).expect("writes");
        run(nginx(&self.program, &config).arg("-t"));
        let child = nginx(&self.program, &config)
            .stderr(Stdio::inherit())
            .spawn()
            .expect("starts");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(started.elapsed() < MAX_WAIT, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Nginx {
            child,
            _folder: self.folder,
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM, so that the master takes its workers along.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").arg(id).status();
        let _ = self.child.wait();
    }
}

/// Its workers are of the user who runs the test, where that is root.
fn user_line() -> &'static str {
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
    match is_root {
        true => "user root;",
        false => "",
    }
}

fn nginx(program: &Path, config: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-e").arg("stderr").arg("-c").arg(config);
    command
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {text}");
}
