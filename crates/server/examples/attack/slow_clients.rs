//! Clients that keep the server waiting.

use crate::report::{Outcome, Report};
use crate::victim::{Setup, Victim};
use reqwest::StatusCode;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

/// The number of connections that each kind of client opens.
const CLIENTS: usize = 600;

/// The most connections of the server.
const LIMIT: usize = 200;

/// The time that others may have to wait for an answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);

/// Opens many slow connections of each kind, and calls the server meanwhile.
pub(crate) async fn attack(setup: &Setup, report: &mut Report) {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(site.path().join("index.html"), "<!doctype html>").expect("a file");
    std::fs::write(site.path().join("large.bin"), vec![b'a'; 512 << 10]).expect("a file");
    let options = [
        format!("--site={}", site.path().display()),
        format!("--max-connections={LIMIT}"),
        "--header-timeout=2s".to_owned(),
        "--body-timeout=2s".to_owned(),
        "--idle-timeout=2s".to_owned(),
        "--write-timeout=2s".to_owned(),
    ];
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let mut victim = Victim::start(setup, None, &options);
    let token = victim.token.clone();
    let body = format!(
        "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n\
         Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{"
    );
    let large = "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (tried, beginning) in [
        ("silent connections", ""),
        ("connections with slow headers", "GET / HTTP/1.1\r\nX: "),
        ("connections with slow bodies", &body),
        ("connections that read nothing", large),
    ] {
        let mut slow = Vec::new();
        let mut slowest = Duration::ZERO;
        let mut problems = Vec::new();
        for number in 0..CLIENTS {
            if let Ok(mut stream) = connect(&victim).await {
                let _ = stream.write_all(beginning.as_bytes()).await;
                slow.push(stream);
            }
            if number % 100 == 99 {
                let started = Instant::now();
                let answer = call(victim.url(), &token).await;
                slowest = slowest.max(started.elapsed());
                if answer != Some(StatusCode::OK) {
                    problems.push(format!("after {number} of them, others are not answered"));
                }
            }
        }
        if slowest > ANSWER_TIME {
            problems.push(format!("others waited {} ms", slowest.as_millis()));
        }
        if !all_closed(&victim).await {
            problems.push("they were not closed in time".to_owned());
        }
        drop(slow);
        problems.extend(victim.problems().await);
        report.add(
            format!("{CLIENTS} {tried}, {LIMIT} allowed"),
            Outcome::of(
                problems,
                format!(
                    "others waited {} ms at most; all were closed",
                    slowest.as_millis()
                ),
            ),
        );
    }
}

/// Opens a connection that takes little of what it does not read.
async fn connect(victim: &Victim) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4096)?;
    let address = victim.address().parse().map_err(std::io::Error::other)?;
    socket.connect(address).await
}

/// Calls the API on a connection of its own.
async fn call(url: &str, token: &str) -> Option<StatusCode> {
    let request = reqwest::Client::new()
        .get(format!("{url}/v1/builds"))
        .header("Authorization", format!("Token {token}"));
    let answer = request.timeout(Duration::from_secs(20)).send().await.ok()?;
    Some(answer.status())
}

/// Waits until the server has closed the slow connections, seen by its open files.
async fn all_closed(victim: &Victim) -> bool {
    let folder = format!("/proc/{}/fd", victim.process());
    for _ in 0..300 {
        let sockets = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let sockets = sockets.filter(|file| {
            std::fs::read_link(file.path())
                .is_ok_and(|target| target.to_string_lossy().starts_with("socket:"))
        });
        if sockets.count() < LIMIT / 10 {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    false
}
