//! The load that the static site carries: files and whole page opens, from the shipped server and from nginx with the
//! recipe of the README, without TLS.

use crate::client::{Client, millis, percentile};
use crate::recipes::block;
use crate::support::{Server, parts, project};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The number of clients that ask at the same time.
const CLIENTS: usize = 50;

/// How long each figure is measured.
const DURATION: Duration = Duration::from_secs(5);

/// The headers of a browser's request.
const ACCEPT: &str = "Accept: */*\r\nAccept-Encoding: gzip, deflate, br\r\n";

/// Measures all of it. The site has its packed files beside it, as in the shipped program.
pub async fn site() {
    let folder = tempfile::tempdir().expect("a folder");
    let site = folder.path().join("srv/slipway");
    std::fs::create_dir_all(site.parent().expect("a parent")).expect("a folder");
    // With the times of the files: a packed one that is older than its file is not sent.
    run(Command::new("cp").arg("-a").arg(project("dist")).arg(&site));
    let page = std::fs::read_to_string(site.join("index.html")).expect("the page");
    let files = first_files(&page);
    println!("site: a page open is the page and {} files", files.len());
    let server = Server::start(&[]).await;
    let address = server.address.trim_start_matches("http://");
    figures("slipway", address, &files).await;
    if let Some(nginx) = Nginx::start(folder) {
        figures("nginx", &nginx.address, &files).await;
    }
}

/// The files that a browser loads with the page: those of the links that have a `rel` for it, and scripts.
fn first_files(page: &str) -> Vec<String> {
    let mut files = Vec::new();
    for tag in page
        .split('<')
        .map(|rest| rest.split('>').next().unwrap_or_default())
    {
        let value = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}="))?;
            rest.trim_start_matches('"').split([' ', '"']).next()
        };
        let file = match (tag.split(' ').next(), value("rel")) {
            (Some("link"), Some("modulepreload" | "preload" | "stylesheet")) => value("href"),
            (Some("script"), _) => value("src"),
            _ => None,
        };
        files.extend(file.map(str::to_owned));
    }
    files.sort();
    files.dedup();
    assert!(files.len() > 2, "{files:?}");
    files
}

/// Prints the figures of one server.
async fn figures(name: &str, address: &str, files: &[String]) {
    let is_wasm = |file: &&String| file.ends_with("_bg.wasm");
    let wasm = files.iter().find(is_wasm).expect("the console").clone();
    let mut open = vec!["/builds".to_owned()];
    open.extend(files.iter().cloned());
    for (what, paths) in [
        ("the page", vec!["/".to_owned()]),
        ("the console's code", vec![wasm]),
        ("a page open", open),
    ] {
        let load = load(address, &paths).await;
        println!(
            "{:<40} {:>8.0} a second {:>8.1} ms p99 {:>8.1} MB/s {:>8.0} kB each",
            format!("{name}: {what}"),
            load.rate,
            load.p99,
            load.rate * load.bytes / 1e6,
            load.bytes / 1e3
        );
    }
}

/// The result of a load.
struct Load {
    /// How often a second all paths were answered.
    rate: f64,
    /// Milliseconds.
    p99: f64,
    /// Of all paths once, as they were sent.
    bytes: f64,
}

/// Asks for these paths, one after the other, with many clients for a while.
async fn load(address: &str, paths: &[String]) -> Load {
    let begun = Instant::now();
    let paths = Arc::new(paths.to_vec());
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (address, paths) = (address.to_owned(), paths.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(&address).await;
                let (mut times, mut bytes) = (Vec::new(), 0);
                while begun.elapsed() < DURATION {
                    let asked = Instant::now();
                    bytes = 0;
                    for path in paths.iter() {
                        let answer = client.ask("GET", path, ACCEPT, b"").await;
                        assert_eq!(answer.status, 200, "{path}");
                        bytes += answer.bytes;
                    }
                    times.push(millis(asked));
                }
                (times, bytes)
            })
        })
        .collect();
    let (mut times, mut bytes) = (Vec::new(), 0);
    for client in clients {
        let (of_client, of_all) = client.await.expect("a client");
        times.extend(of_client);
        bytes = of_all;
    }
    Load {
        rate: times.len() as f64 / begun.elapsed().as_secs_f64(),
        p99: percentile(times, 0.99),
        bytes: bytes as f64,
    }
}

/// nginx with the recipe of the README for a site at the root, without TLS. Dropping it stops it.
struct Nginx {
    child: Child,
    address: String,
    _folder: TempDir,
}

impl Nginx {
    /// Starts it on the site in `srv` of a folder.
    fn start(folder: TempDir) -> Option<Self> {
        let program = parts::program("nginx", "nginx")?;
        let place = folder.path().display().to_string();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let recipe = block("### nginx", "nginx", 0);
        let lines = recipe.lines().filter(|line| !line.contains("ssl_"));
        let recipe: Vec<_> = lines.collect();
        let recipe = recipe
            .join("\n")
            .replace("listen 443 ssl;", &format!("listen 127.0.0.1:{port};"))
            .replace("root /srv/", &format!("root {place}/srv/"));
        let text = format!(
            "daemon off; pid {place}/pid; error_log stderr crit; worker_processes auto; events {{}}
             http {{ include /etc/nginx/mime.types; default_type application/octet-stream; sendfile on; tcp_nopush on;
             access_log off; keepalive_requests 1000000; client_body_temp_path {place}/body;
             proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi; uwsgi_temp_path {place}/uwsgi;
             scgi_temp_path {place}/scgi;\n{recipe}\n}}"
        );
        let config = folder.path().join("nginx.conf");
        std::fs::write(&config, format!("{}{text}", user_line())).expect("writes");
        let child = Command::new(program)
            .args(["-e", "stderr", "-c"])
            .arg(&config)
            .stdout(Stdio::null())
            .spawn()
            .expect("nginx starts");
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "nginx listens");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self {
            child,
            address: format!("127.0.0.1:{port}"),
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

/// Its workers are of the user who runs the bench, where that is root.
fn user_line() -> String {
    let is_root = std::fs::metadata("/proc/self")
        .is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
    match is_root {
        true => "user root; ".to_owned(),
        false => String::new(),
    }
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}
