//! Random requests: no answer is a failure of the server, and no request ends it.

use crate::numbers::Numbers;
use crate::report::{Outcome, Report};
use crate::victim::{Setup, Victim};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The server's time limits, so that requests without an end do not take long.
const TIME_LIMITS: [&str; 3] = [
    "--header-timeout=1s",
    "--body-timeout=1s",
    "--idle-timeout=1s",
];

/// The time that one answer may take.
const ANSWER_TIME: Duration = Duration::from_secs(20);

/// The number of connections that send requests.
const CONNECTIONS: u32 = 8;

const METHODS: [&str; 9] = [
    "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "\u{1}",
];

const SEGMENTS: [&str; 24] = [
    "v1",
    "builds",
    "repositories",
    "logs",
    "build-config",
    "attacker",
    "app",
    "..",
    ".",
    "",
    "%00",
    "%ff",
    "%2e%2e",
    "%2f",
    "..%5c",
    "auth",
    "profile",
    "generate-api-token",
    "index.html",
    "config.json",
    "a'or'1'='1",
    "%25",
    "é",
    "0",
];

const QUERIES: [&str; 12] = [
    "",
    "page=0",
    "page=-1",
    "page=99999999999999999999",
    "page=2&page=3",
    "namespace=%00",
    "namespace=attacker",
    "repo_name='--",
    "start_time=x",
    "start_time=9223372036854775807&end_time=-9223372036854775808",
    "&&==",
    "%",
];

const HEADERS: [&str; 14] = [
    "Content-Type: application/json",
    "Content-Type: text/plain",
    "Accept-Encoding: br, gzip, zstd, \u{1}",
    "Range: bytes=-0",
    "Range: bytes=5-1,9-",
    "If-None-Match: *",
    "If-None-Match: \"",
    "Host: evil.example",
    "X-Forwarded-Proto: https",
    "Transfer-Encoding: chunked",
    "Content-Length: -1",
    "Expect: 100-continue",
    "Authorization: Token ",
    "Connection: upgrade",
];

const BODIES: [&str; 14] = [
    "",
    "{}",
    "[]",
    "null",
    "{",
    "\"\\ud800\"",
    "{\"namespace\":\"attacker\",\"repo_name\":\"app\",\"tag\":\"latest\"}",
    "{\"repo_name\":\"app\",\"is_public\":1,\"build_config\":{\"tag_configs\":[{}]}}",
    "{\"repo_name\":{\"a\":[]}}",
    "{\"repo_name\":\"\\u0000\"}",
    "1e999",
    "{\"tag_configs\":[null]}",
    "{\"namespace\":\"attacker\",\"repo_name\":\"app\",\
     \"tag\":\"latest\",\"code_commit_id\":\"--upload-pack=x\"}",
    "\u{0}\u{ff}",
];

/// Sends requests of random parts, and requests that are no HTTP.
pub(crate) async fn attack(setup: &Setup, requests: u32, seed: u64, report: &mut Report) {
    let mut victim = Victim::start(setup, None, &TIME_LIMITS);
    let tasks = (0..CONNECTIONS).map(|connection| {
        let (address, token) = (victim.address().to_owned(), victim.token.clone());
        let numbers = Numbers::new(seed.wrapping_add(u64::from(connection)));
        tokio::spawn(send(address, token, numbers, requests / CONNECTIONS))
    });
    let mut statuses: BTreeMap<String, u32> = BTreeMap::new();
    for task in tasks.collect::<Vec<_>>() {
        for (status, count) in task.await.unwrap_or_default() {
            *statuses.entry(status).or_default() += count;
        }
    }
    let mut problems = victim.problems().await;
    for (status, count) in &statuses {
        let is_failure = status.starts_with('5') && status != "501" && status != "505";
        if is_failure || status == "no answer" {
            problems.push(format!("{count} answers: {status}"));
        }
    }
    let sent: u32 = statuses.values().sum();
    report.add(
        format!("{sent} random requests"),
        Outcome::of(problems, "no failure of the server, no panic"),
    );
    deep_and_long(setup, report).await;
}

/// Sends requests, each on a connection of its own, and counts the statuses.
async fn send(
    address: String,
    token: String,
    mut numbers: Numbers,
    count: u32,
) -> BTreeMap<String, u32> {
    let mut statuses = BTreeMap::new();
    for _ in 0..count {
        let request = random_request(&mut numbers, &token);
        let status = status_of(&address, &request).await;
        *statuses.entry(status).or_default() += 1;
    }
    statuses
}

fn random_request(numbers: &mut Numbers, token: &str) -> Vec<u8> {
    if numbers.below(50) == 0 {
        // No HTTP at all.
        return (0..numbers.below(200))
            .map(|_| numbers.below(256) as u8)
            .collect();
    }
    let method = numbers.one_of(&METHODS.map(str::as_bytes)).to_vec();
    let mut path = String::new();
    for _ in 0..numbers.below(6) {
        path.push('/');
        path.push_str(numbers.one_of(&SEGMENTS));
    }
    if numbers.below(3) == 0 {
        path = "/v1/builds".to_owned();
    }
    let body = numbers.one_of(&BODIES);
    let mut head = format!(
        " {path}?{} HTTP/1.1\r\nConnection: close\r\n",
        numbers.one_of(&QUERIES)
    );
    if numbers.below(4) > 0 {
        head.push_str(&format!(
            "Host: localhost\r\nAuthorization: Token {token}\r\nContent-Length: {}\r\n",
            body.len()
        ));
    }
    for _ in 0..numbers.below(4) {
        head.push_str(numbers.one_of(&HEADERS));
        head.push_str("\r\n");
    }
    [
        method,
        head.into_bytes(),
        b"\r\n".to_vec(),
        body.as_bytes().to_vec(),
    ]
    .concat()
}

/// The status of an answer, or how the connection ended.
async fn status_of(address: &str, request: &[u8]) -> String {
    let talk = async {
        let mut stream = TcpStream::connect(address).await?;
        // The server may close before all is sent. What is never complete is closed by its time limits.
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        std::io::Result::Ok(answer)
    };
    match timeout(ANSWER_TIME, talk).await {
        Ok(Ok(answer)) if answer.is_empty() => "closed".to_owned(),
        Ok(Ok(answer)) => String::from_utf8_lossy(&answer)
            .split(' ')
            .nth(1)
            .unwrap_or("closed")
            .chars()
            .take(3)
            .collect(),
        Ok(Err(_)) | Err(_) => "no answer".to_owned(),
    }
}

/// Requests that are too much in one way: depth, length, number.
async fn deep_and_long(setup: &Setup, report: &mut Report) {
    let site = tempfile::tempdir().expect("a folder");
    std::fs::write(site.path().join("index.html"), "<!doctype html>").expect("a file");
    let option = format!("--site={}", site.path().display());
    let options = [&TIME_LIMITS[..], &[&option]].concat();
    let mut victim = Victim::start(setup, None, &options);
    let post = |body: String| {
        format!(
            "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Token {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            victim.token,
            body.len()
        )
    };
    let get = |path: String| {
        format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    };
    let cases = [
        (
            "JSON that is nested a million deep",
            post("[".repeat(1 << 20)),
            "400",
        ),
        ("a body of 60 MB", post(" ".repeat(60 << 20)), "413"),
        (
            "a header of 1 MB",
            get(format!("/ HTTP/1.1\r\nX: {}", "a".repeat(1 << 20))),
            "4",
        ),
        (
            "10,000 headers",
            get(format!("/ HTTP/1.1\r\n{}Y: b", "X: a\r\n".repeat(10_000))),
            "4",
        ),
        (
            "a path of 60 kB",
            get(format!("/{}", "a".repeat(60_000))),
            "404",
        ),
        (
            "a path of 100 kB",
            get(format!("/{}", "a/".repeat(50_000))),
            "4",
        ),
        ("a path with NUL", get("/a%00b".to_owned()), "404"),
        (
            "a path that leads out of the site",
            get("/../../etc/passwd".to_owned()),
            "404",
        ),
    ];
    for (tried, request, expected) in cases {
        let status = status_of(victim.address(), request.as_bytes()).await;
        let mut problems = victim.problems().await;
        // A connection may be reset while the rest of a large request arrives.
        if !status.starts_with(expected) && status != "closed" {
            problems.push(format!("the answer was {status}"));
        }
        report.add(tried, Outcome::of(problems, status));
    }
}
