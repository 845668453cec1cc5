//! Clients that keep the server waiting: they are cut off, and never keep it from answering others.

use crate::support::*;
use reqwest::StatusCode;
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A time that no test reaches.
const NEVER: &str = "1h";

const GET: &[u8] = b"GET /v1/builds HTTP/1.1\r\nHost: localhost\r\n\r\n";

async fn connect(server: &TestServer) -> TcpStream {
    let address = server.url.trim_start_matches("http://");
    TcpStream::connect(address).await.unwrap()
}

/// A server with one short time limit; the others are never reached.
async fn server_with(short: &str, options: &[&str]) -> TestServer {
    let limits = ["header", "body", "idle", "write"].map(|name| match name == short {
        true => format!("--{name}-timeout=300ms"),
        false => format!("--{name}-timeout={NEVER}"),
    });
    let limits = limits.iter().map(String::as_str);
    TestServer::start(&limits.chain(options.iter().copied()).collect::<Vec<_>>()).await
}

/// Reads until the server closes the connection.
async fn read_to_end(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    let read = timeout(MAX_WAIT, stream.read_to_end(&mut bytes)).await;
    // A connection that is closed while bytes arrive is reset.
    let _ = read.expect("the server closes the connection");
    String::from_utf8(bytes).unwrap()
}

/// Sends one byte after the other until the server has closed the connection.
async fn send_slowly(stream: &mut (impl AsyncWriteExt + Unpin), bytes: &[u8]) {
    let mut bytes = bytes.iter().cycle();
    wait_for("the server closes the connection", async || {
        let byte = *bytes.next()?;
        let sent = stream.write_all(&[byte]).await;
        sent.is_err().then_some(())
    })
    .await;
}

#[tokio::test]
async fn headers_that_come_too_slowly_end_the_connection() {
    let server = server_with("header", &[]).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    send_slowly(&mut stream, b"a").await;
    // The second request of a connection has no more time.
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 200");
    stream.write_all(b"GET / HTTP/1.1\r\nX: ").await.unwrap();
    read_to_end(stream).await;
}

#[tokio::test]
async fn a_body_that_comes_too_slowly_is_answered_with_an_error() {
    let server = server_with("body", &[]).await;
    let stream = connect(&server).await;
    let (mut reader, mut writer) = stream.into_split();
    let head = "POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 1000\r\n\r\n";
    writer.write_all(head.as_bytes()).await.unwrap();
    let mut text = String::new();
    let (read, ()) = tokio::join!(
        timeout(MAX_WAIT, reader.read_to_string(&mut text)),
        send_slowly(&mut writer, b" "),
    );
    // The rest of the body can reset the connection after the answer.
    let _ = read.expect("an answer");
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["detail"], "The request body did not arrive in time.");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let server = server_with("idle", &[]).await;
    read_to_end(connect(&server).await).await;
    let mut stream = connect(&server).await;
    stream.write_all(GET).await.unwrap();
    assert!(read_to_end(stream).await.starts_with("HTTP/1.1 200 "));
}

/// More bytes than the buffers of a connection can hold.
const LARGE: usize = 32 << 20;

/// A site with a large file.
fn large_site() -> (tempfile::TempDir, String) {
    let site = tempfile::tempdir().unwrap();
    std::fs::write(site.path().join("index.html"), "<!doctype html>").unwrap();
    let file = std::fs::File::create(site.path().join("large.bin")).unwrap();
    file.set_len(LARGE as u64).unwrap();
    let option = format!("--site={}", site.path().display());
    (site, option)
}

const GET_LARGE: &[u8] = b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn a_response_that_nobody_reads_ends_the_connection() {
    let (_site, option) = large_site();
    let server = server_with("write", &[&option]).await;
    let mut stream = connect(&server).await;
    stream.write_all(GET_LARGE).await.unwrap();
    send_slowly(&mut stream, b"GET / HTTP/1.1\r\n").await;
}

#[tokio::test]
async fn a_response_that_is_read_slowly_arrives() {
    let (_site, option) = large_site();
    let server = TestServer::start(&["--write-timeout=1s", &option]).await;
    let mut stream = connect(&server).await;
    stream.write_all(GET_LARGE).await.unwrap();
    let (mut total, mut buffer) = (0, vec![0; LARGE / 64]);
    while total < LARGE {
        let count = stream.read(&mut buffer).await.unwrap();
        assert_ne!(count, 0, "cut off after {total} bytes");
        total += count;
        // The pace of the reader: all of it takes longer than the limit.
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test]
async fn slow_clients_hold_nobody_up() {
    let (_site, option) = large_site();
    let server = server_with("none", &["--max-connections=12", &option]).await;
    let body = b"POST /v1/builds HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                 Content-Length: 1000\r\n\r\n{";
    // More than the limit of each kind: silent ones, and slow with headers, with a body, with reading.
    let mut slow = Vec::new();
    for beginning in [&b""[..], b"GET / HTTP/1.1\r\nX: ", body, GET_LARGE] {
        for _ in 0..15 {
            let mut stream = connect(&server).await;
            stream.write_all(beginning).await.unwrap();
            slow.push(stream);
        }
        for _ in 0..3 {
            // Each on a connection of its own.
            let client = reqwest::Client::new();
            let request = client.get(format!("{}/v1/builds", server.url));
            let answer = timeout(MAX_WAIT, request.send()).await;
            let answer = answer.expect("others are answered").unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn more_connections_than_files_can_be_open_are_refused_at_the_start() {
    let server = TestServer::start(&[]).await;
    let run = std::process::Command::new(env!("CARGO_BIN_EXE_slipway"))
        .args(server.arguments())
        .arg("--max-connections=1000000")
        .output()
        .unwrap();
    assert!(!run.status.success());
    let output = String::from_utf8(run.stderr).unwrap();
    assert!(output.contains("--max-connections"), "{output}");
}
