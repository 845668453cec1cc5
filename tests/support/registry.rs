//! A real registry, on a port and in a folder of its own.

use super::daemons::make_certificates;
use super::parts;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a registry may take to listen.
const START_TIMEOUT: Duration = Duration::from_secs(30);

#[allow(dead_code, reason = "not every test program needs an account")]
/// The name and password of an account of [`Registry::with_account`], and its line in an htpasswd file.
pub(crate) const ACCOUNT: (&str, &str) = ("builder", "right-password");
const HTPASSWD: &str = "builder:$2b$04$QRLtGMctLtr92yp1INWyiumOxTTE4/Y7AeQa23r4ppgWxYz6YB6hm\n";

/// A registry. Dropping it stops it.
pub(crate) struct Registry {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    folder: TempDir,
}

impl Registry {
    /// Starts a registry that everybody can read and write. `None`, and it says so, where there is no registry to start.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with("", false)
    }

    #[allow(dead_code, reason = "not every test program needs one")]
    /// Starts a registry with a certificate of an authority of its own: see [`Registry::authority`].
    pub(crate) fn with_certificate() -> Option<Self> {
        Self::start_with("", true)
    }

    #[allow(dead_code, reason = "not every test program needs one")]
    /// The certificate of the authority.
    pub(crate) fn authority(&self) -> std::path::PathBuf {
        self.folder.path().join("ca.pem")
    }

    #[allow(dead_code, reason = "not every test program needs one")]
    /// Starts a registry that only [`ACCOUNT`] can use.
    pub(crate) fn with_account() -> Option<Self> {
        Self::start_with(HTPASSWD, false)
    }

    fn start_with(accounts: &str, has_certificate: bool) -> Option<Self> {
        let program = parts::program("registry", "docker-registry")?;
        let folder = tempfile::tempdir().expect("a folder for the registry");
        if has_certificate && let Err(why) = make_certificates(folder.path()) {
            parts::skip("openssl", why);
            return None;
        }
        // Another program may take the port that was free.
        for _ in 0..5 {
            let address = free_address();
            let config = write_config(folder.path(), &address, accounts, has_certificate);
            let mut child = Command::new(&program)
                .arg("serve")
                .arg(config)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the registry starts");
            if listens(&mut child, &address) {
                return Some(Self {
                    child,
                    address,
                    folder,
                });
            }
            let _ = child.kill();
            let _ = child.wait();
        }
        parts::skip("registry", "docker-registry does not listen");
        None
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

fn listens(child: &mut Child, address: &str) -> bool {
    let started = Instant::now();
    while started.elapsed() < START_TIMEOUT {
        if child.try_wait().is_ok_and(|status| status.is_some()) {
            return false;
        }
        if TcpStream::connect(address).is_ok() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

fn write_config(
    folder: &Path,
    address: &str,
    accounts: &str,
    has_certificate: bool,
) -> std::path::PathBuf {
    let (images, htpasswd) = (folder.join("images"), folder.join("htpasswd"));
    let auth = match accounts {
        "" => String::new(),
        accounts => {
            std::fs::write(&htpasswd, accounts).expect("written");
            format!(
                "auth: {{htpasswd: {{realm: test, path: {}}}}}\n",
                htpasswd.display()
            )
        }
    };
    let at = folder.display();
    let tls = match has_certificate {
        true => format!(", tls: {{certificate: {at}/cert.pem, key: {at}/key.pem}}"),
        false => String::new(),
    };
    let text = format!(
        "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
         storage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: \"{address}\"{tls}}}\n{auth}",
        images.display()
    );
    let path = folder.join("config.yml");
    std::fs::write(&path, text).expect("written");
    path
}
