//! nginx with a recipe of the README as its configuration.

use crate::parts;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The time that nginx may take to listen.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// A running nginx. Dropping it stops it.
pub(crate) struct Nginx {
    child: Child,
    /// `https://127.0.0.1:PORT`.
    pub(crate) address: String,
    _folder: TempDir,
}

impl Nginx {
    /// Starts nginx with a recipe. Only what belongs to a machine is replaced: the port, the certificate, the
    /// folder `/srv`, where a site is put as the place that is given with it, and addresses of other servers. Returns
    /// `None` where there is no nginx, and says so.
    pub(crate) fn start(
        recipe: &str,
        site: Option<(&Path, &str)>,
        addresses: &[(&str, &str)],
    ) -> Option<Self> {
        let program = parts::program("nginx", "nginx")?;
        let folder = tempfile::tempdir().expect("a folder");
        let mut replaced = Vec::new();
        if let Some((site, place)) = site {
            copy(site, &folder.path().join("srv").join(place));
            let root = format!("root {}/srv/", folder.path().display());
            replaced.push(("root /srv/", root));
        }
        let certificate = folder.path().join("site.pem");
        let key = folder.path().join("site.key");
        run(Command::new("openssl")
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            ])
            .args(["-subj", "/CN=localhost", "-out"])
            .arg(&certificate)
            .arg("-keyout")
            .arg(&key));
        let port = free_port();
        replaced.push(("listen 443 ssl;", format!("listen 127.0.0.1:{port} ssl;")));
        for (written, here) in addresses {
            replaced.push((written, (*here).to_owned()));
        }
        let mut recipe = recipe.to_owned();
        for (written, here) in replaced {
            assert!(recipe.contains(written), "the recipe has no {written}");
            recipe = recipe.replace(written, &here);
        }
        for (name, file) in [
            ("ssl_certificate ", &certificate),
            ("ssl_certificate_key ", &key),
        ] {
            let (before, rest) = recipe.split_once(name).expect("a certificate");
            let (_, after) = rest.split_once(';').expect("a semicolon");
            recipe = format!("{before}{name}{};{after}", file.display());
        }
        let config = folder.path().join("nginx.conf");
        let user = match std::fs::metadata("/proc/self").is_ok_and(|data| is_root(&data)) {
            true => "user root;",
            false => "",
        };
        let place = folder.path().display();
        // What Debian's own nginx.conf has around the files of conf.d.
        let text = format!(
            "{user} daemon off; pid {place}/nginx.pid; error_log stderr; events {{}}
             http {{ include /etc/nginx/mime.types; default_type application/octet-stream; sendfile on;
             access_log off; client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
             fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi;
             scgi_temp_path {place}/scgi;\n{recipe}\n}}"
        );
        std::fs::write(&config, text).expect("writes");
        run(nginx(&program, &config).arg("-t"));
        let child = nginx(&program, &config)
            .stderr(Stdio::inherit())
            .spawn()
            .expect("starts");
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < MAX_WAIT, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            child,
            address: format!("https://127.0.0.1:{port}"),
            _folder: folder,
        })
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

fn is_root(data: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(data) == 0
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

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a built site: run `make test`") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copies");
    }
}
