//! The load that the static site carries: files and whole page opens, from the shipped server and from nginx with the
//! recipe of the README, without TLS.

use crate::client::{Client, millis, percentile};
use crate::recipes::block;
use crate::support::nginx::{self, Nginx};
use crate::support::{Server, project};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    if let Some((_nginx, address)) = nginx(&site) {
        figures("nginx", &address, &files).await;
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

/// Starts nginx with the recipe of the README for a site at the root, without TLS. Returns its host and port too.
fn nginx(site: &Path) -> Option<(Nginx, String)> {
    let setup = nginx::Setup::new()?;
    let address = format!("127.0.0.1:{}", setup.port);
    let recipe = block("### nginx", "nginx", 0);
    let lines: Vec<_> = recipe
        .lines()
        .filter(|line| !line.contains("ssl_"))
        .collect();
    let recipe = lines
        .join("\n")
        .replace("listen 443 ssl http2;", &format!("listen {address};"))
        .replace("root /srv/slipway", &format!("root {}", site.display()));
    let http = format!("keepalive_requests 1000000;\n{recipe}");
    Some((setup.start(&http), address))
}

fn run(command: &mut Command) {
    let status = command.status();
    assert!(status.is_ok_and(|status| status.success()), "{command:?}");
}
