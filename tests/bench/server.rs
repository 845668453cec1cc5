//! The server with 300,000 builds: its first start on a database of an earlier version, pages for 50 clients, polls,
//! writes beside them, and a log of a million lines.

use crate::client::{Client, millis, percentile};
use crate::generator;
use crate::old_database::{BUILDS, build_id, old_database};
use crate::{RUNS, median, report};
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The number of clients that ask at the same time.
const CLIENTS: usize = 50;

/// How long each kind of request is measured.
const DURATION: Duration = Duration::from_secs(5);

/// The lines of the long log.
const LINES: usize = 1_000_000;

/// Measures all of it.
pub async fn server() {
    let folder = tempfile::tempdir().expect("a folder for the server's data");
    let log = String::from_utf8(generator::log(LINES, LINES as u64)).expect("a text");
    let bare = folder.path().join("log.json");
    std::fs::write(&bare, &log).expect("a bare file");
    let data = folder.path().join("data");
    old_database(&data, &log);
    let size = log.len();
    drop(log);

    let begun = Instant::now();
    drop(Program::start(&data, &[]));
    report(
        "first start on 300,000 builds of an earlier version",
        millis(begun),
    );
    let begun = Instant::now();
    let program = Program::start(&data, &[]);
    report("next start", millis(begun));
    pages(&program).await;
    long_log(&program, &bare, size).await;
}

/// Serves a file to every connection, as fast as the system can. Returns the address.
fn serve_bare(file: &Path, size: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a listener");
    let address = listener.local_addr().expect("an address");
    let file = file.to_path_buf();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
            stream.write_all(head.as_bytes()).expect("sends");
            let mut file = File::open(&file).expect("the file");
            std::io::copy(&mut file, &mut stream).expect("sends");
        }
    });
    address.to_string()
}

/// The server as a process. Dropping it stops it.
pub struct Program {
    child: Child,
    /// `127.0.0.1:PORT`.
    pub address: String,
}

impl Program {
    /// Starts it with these further options.
    pub fn start(data: &Path, options: &[&str]) -> Self {
        let program = std::env::var_os("SLIPWAY_SERVER")
            .map_or_else(|| PathBuf::from("target/debug/slipway"), PathBuf::from);
        let mut child = Command::new(program)
            .args(["--listen=127.0.0.1:0", "--data"])
            .arg(data)
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server");
        let output = child.stdout.take().expect("its output");
        let lines = BufReader::new(output).lines().map_while(Result::ok);
        let address = lines
            .filter_map(|line| Some(line.split_once("listens on http://")?.1.trim().to_owned()))
            .next()
            .expect("its address");
        Self { child, address }
    }

    /// The CPU time that it has used so far.
    fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks = fields.split_whitespace().skip(11).take(2);
        // A tick is a hundredth of a second on Linux.
        Duration::from_millis(
            10 * ticks
                .filter_map(|ticks| ticks.parse::<u64>().ok())
                .sum::<u64>(),
        )
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Measures pages of lists, and writes beside them.
async fn pages(program: &Program) {
    let repository = "/v1/builds?namespace=team-1&repo_name=app-0";
    let build = format!("/v1/builds/{}", build_id(BUILDS / 2));
    for (what, path, is_poll) in [
        ("page 1 of all builds", "/v1/builds", false),
        ("page 5,000 of all builds", "/v1/builds?page=5000", false),
        ("page 15,000 of all builds", "/v1/builds?page=15000", false),
        (
            "page 1 of a namespace",
            "/v1/builds?namespace=team-3",
            false,
        ),
        ("page 1 of a repository", repository, false),
        ("one build", &build, false),
        (
            "a poll of all builds that brings nothing",
            "/v1/builds",
            true,
        ),
    ] {
        load(program, what, path, is_poll, false).await;
    }
    load(
        program,
        "page 1 of all builds, writes beside",
        "/v1/builds",
        false,
        true,
    )
    .await;
}

/// Asks with many clients for a while, and prints what that took.
async fn load(program: &Program, what: &str, path: &str, is_poll: bool, has_writes: bool) {
    let mut first = Client::connect(&program.address).await;
    let known = first.ask("GET", path, "", b"").await;
    assert_eq!(known.status, 200, "{path}");
    let headers = match known.etag {
        Some(tag) if is_poll => format!("If-None-Match: {tag}\r\n"),
        _ => String::new(),
    };
    let before = program.cpu();
    let begun = Instant::now();
    let writes = tokio::spawn(writes(
        program.address.clone(),
        begun + DURATION,
        has_writes,
    ));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (address, path, headers) =
                (program.address.clone(), path.to_owned(), headers.clone());
            tokio::spawn(async move {
                let mut client = Client::connect(&address).await;
                let mut times = Vec::new();
                while begun.elapsed() < DURATION {
                    let asked = Instant::now();
                    let answer = client.ask("GET", &path, &headers, b"").await;
                    assert_eq!(answer.status, if is_poll { 304 } else { 200 });
                    times.push(millis(asked));
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.expect("a client"));
    }
    let seconds = begun.elapsed().as_secs_f64();
    let cpu = program.cpu().saturating_sub(before).as_secs_f64() * 1000.0 / times.len() as f64;
    println!(
        "{what:<48} {cpu:>7.2} ms of CPU {:>8.0} a second {:>8.1} ms p99",
        times.len() as f64 / seconds,
        percentile(times, 0.99)
    );
    let written = writes.await.expect("writes");
    if has_writes {
        println!(
            "{:<48} {:>31.0} a second {:>8.1} ms p99",
            "  the writes",
            written.len() as f64 / seconds,
            percentile(written, 0.99)
        );
    }
}

/// Writes again and again: replaces a build config. Returns how many milliseconds each took.
async fn writes(address: String, until: Instant, is_wanted: bool) -> Vec<f64> {
    let mut times = Vec::new();
    let mut client = Client::connect(&address).await;
    let body = json!({"tag_configs": [{
        "code_repo_type": "branch", "code_repo_type_value": "main", "docker_repo_tag": "latest",
        "dockerfile_location": "/", "build_context_path": "/", "is_active": false, "version_tagging": 0
    }]})
    .to_string();
    let path = "/v1/repositories/team-1/app-0/build-config";
    while is_wanted && Instant::now() < until {
        let begun = Instant::now();
        let headers = "Content-Type: application/json\r\n";
        let answer = client.ask("PUT", path, headers, body.as_bytes()).await;
        assert_eq!(answer.status, 200);
        times.push(millis(begun));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}

/// Measures the long log in each encoding against the bare file.
async fn long_log(program: &Program, bare: &Path, size: usize) {
    let bare = serve_bare(bare, size);
    let path = format!("/v1/builds/{}/logs", build_id(BUILDS));
    let kinds = [
        ("a bare file", "/", ""),
        ("the log", path.as_str(), ""),
        ("the log with gzip", &path, "Accept-Encoding: gzip\r\n"),
        (
            "the log with zstd",
            &path,
            "Accept-Encoding: gzip, deflate, br, zstd\r\n",
        ),
    ];
    let mut times = vec![Vec::new(); kinds.len()];
    let mut bytes = vec![0; kinds.len()];
    // In turns, so that what else the machine does is shared out.
    for _ in 0..RUNS {
        for (index, (_, path, headers)) in kinds.iter().enumerate() {
            let address = match index {
                0 => &bare,
                _ => &program.address,
            };
            let mut client = Client::connect(address).await;
            let begun = Instant::now();
            let answer = client.ask("GET", path, headers, b"").await;
            assert_eq!(answer.status, 200);
            times[index].push(millis(begun));
            bytes[index] = answer.bytes;
        }
    }
    let bare = median(times[0].clone());
    for ((what, ..), (times, bytes)) in kinds.iter().zip(times.into_iter().zip(bytes)) {
        let millis = median(times);
        println!(
            "1,000,000 lines, {what:<31} {millis:>7.0} ms, {:.2} of the bare file's; {:>5.1} % of its bytes",
            millis / bare,
            100.0 * bytes as f64 / size as f64
        );
    }
}
