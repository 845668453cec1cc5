//! Call 5: time ranges, long logs and unusual output.

use crate::support::*;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::Read;

#[tokio::test]
async fn a_window_includes_both_bounds() {
    let server = TestServer::start(&[]).await;
    let step = "for n in 1 2 3 4; do echo line $n; sleep 1; done";
    server.register_step("t-window/app", step).await;
    let id = server.trigger("t-window/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let all = server.log(&id).await;
    let time = |entry: &Value| entry["time"].as_i64().unwrap();
    let times: Vec<_> = all.iter().map(time).collect();
    let (first, last) = (times[0], times[times.len() - 1]);
    assert!(first < last && times.is_sorted());
    let read = async |query: String| {
        let (status, log) = server.get(&format!("/v1/builds/{id}/logs?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{log}");
        log.as_array().unwrap().clone()
    };
    for from in first - 1..=last + 1 {
        for to in [first - 1, from, from + 1, last + 1] {
            let expected: Vec<_> = all
                .iter()
                .filter(|entry| from <= time(entry) && time(entry) <= to)
                .cloned()
                .collect();
            assert_eq!(
                read(format!("start_time={from}&end_time={to}")).await,
                expected
            );
        }
    }
    assert_eq!(read(format!("start_time={first}")).await, all);
    assert_eq!(read(format!("end_time={last}")).await, all);
    assert_eq!(read("start_time=&end_time=".to_owned()).await, all);
    let path = format!("/v1/builds/{id}/logs/?start_time=x&end_time=1.5");
    let answer = server.get(&path).await;
    assert_field(&answer, "/start_time", "A valid integer is required.");
    assert_field(&answer, "/end_time", "A valid integer is required.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_lines_are_stored_and_returned() {
    let server = TestServer::start(&["--log-limit=1G"]).await;
    // With chroot isolation, buildah loses output that a step has not written when it ends, so the
    // step waits at its end.
    server
        .register_step("t-million/app", "seq 1 1000000; sleep 3")
        .await;
    let id = server.trigger("t-million/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log(&id).await;
    let numbers = log
        .iter()
        .filter_map(|entry| entry["message"].as_str().unwrap().parse::<u32>().ok());
    let mismatch = numbers
        .clone()
        .zip(1..)
        .find(|(found, expected)| found != expected);
    assert_eq!(mismatch, None);
    assert_eq!(numbers.count(), 1_000_000);
}

#[tokio::test]
async fn output_is_not_changed() {
    let server = TestServer::start(&[]).await;
    let script =
        "printf 'ten\\rtwenty\\n\\033[31mred\\033[0m\\n\\xff \"quoted\"\\n\\n错误 end\\r\\n'\n";
    let dockerfile = format!(
        "{}COPY say.sh /say.sh\nRUN sh /say.sh\n",
        server.shell_dockerfile()
    );
    let source = server
        .repository("app", &[("Dockerfile", &dockerfile), ("say.sh", script)])
        .with_busybox();
    server
        .register("t-output/app", &source, vec![tag_config("latest")])
        .await;
    let id = server.trigger("t-output/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let log = server.log(&id).await;
    let messages: Vec<_> = log.iter().map(|entry| &entry["message"]).collect();
    let expected = [
        json!("ten\rtwenty"),
        json!("\u{1b}[31mred\u{1b}[0m"),
        json!("\u{fffd} \"quoted\""),
        json!(""),
        json!("错误 end"),
    ];
    let found = messages.windows(expected.len()).any(|run| {
        run.iter()
            .zip(&expected)
            .all(|(found, expected)| *found == expected)
    });
    assert!(found, "{messages:?}");
}

/// A step that prints only carriage returns would look dead until its end.
#[tokio::test]
async fn a_line_is_logged_before_its_end() {
    let server = TestServer::start(&[]).await;
    // The step never ends by itself, so its line stays open.
    let step =
        "n=0; while ! [ -e /never ]; do n=$((n+1)); printf \"progress $n%%\\r\"; sleep 0.2; done";
    server.register_step("t-open/app", step).await;
    let id = server.trigger("t-open/app", "latest").await;
    server.wait_for_log(&id, "\nprogress 1%\r").await;
    server.wait_for_log(&id, "progress 9%\r").await;
    assert_eq!(server.build(&id).await["status"], "I");
    // The pieces of the line are one line on a terminal.
    let mut log = slipway_log::Log::new();
    log.begin(None);
    let entries = Value::from(server.log(&id).await).to_string();
    log.feed(entries.as_bytes());
    let lines: Vec<_> = (0..log.len()).map(|line| log.plain(line)).collect();
    let progress = lines.iter().filter(|line| line.starts_with("progress "));
    assert_eq!(progress.count(), 1, "{lines:?}");
    let (status, _) = server.delete("/v1/repositories/t-open/app").await;
    assert_eq!(status, StatusCode::NO_CONTENT);
}

/// Unpacks a body by its `Content-Encoding`.
fn unpacked(encoding: &str, body: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    match encoding {
        "zstd" => zstd::Decoder::new(body).unwrap().read_to_end(&mut text),
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut text),
        _ => (&mut &body[..]).read_to_end(&mut text),
    }
    .unwrap();
    text
}

#[tokio::test]
async fn a_log_is_the_same_in_every_encoding_and_small_in_some() {
    let server = TestServer::start(&[]).await;
    server
        .register_step(
            "t-packed/app",
            "seq -f 'line %g of a long log' 1 20000; sleep 3",
        )
        .await;
    let id = server.trigger("t-packed/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let path = format!("/v1/builds/{id}/logs");
    let log = server.log(&id).await;
    let time = |entry: &Value| entry["time"].as_i64().unwrap();
    // All of it, which is sent as it is stored; some; none.
    let middle = time(&log[log.len() / 2]);
    let queries = [
        (String::new(), log.clone()),
        (
            format!("?end_time={middle}"),
            log.iter()
                .filter(|entry| time(entry) <= middle)
                .cloned()
                .collect(),
        ),
        ("?end_time=5".to_owned(), Vec::new()),
    ];
    for (query, expected) in queries {
        let mut plain = 0;
        for (accepted, encoding) in [
            ("identity", ""),
            ("gzip, deflate, br", "gzip"),
            ("gzip, deflate, br, zstd", "zstd"),
        ] {
            let request = server.request(Method::GET, &format!("{path}{query}"));
            let response = request
                .header(ACCEPT_ENCODING, accepted)
                .send()
                .await
                .unwrap();
            let header = response.headers().get(CONTENT_ENCODING);
            assert_eq!(header.map_or("", |value| value.to_str().unwrap()), encoding);
            assert_eq!(response.headers()[VARY], "accept-encoding");
            let body = response.bytes().await.unwrap();
            let found: Vec<Value> = serde_json::from_slice(&unpacked(encoding, &body)).unwrap();
            assert!(found == expected, "{encoding} {query}");
            match encoding {
                "" => plain = body.len(),
                _ if expected.len() > 1000 => {
                    assert!(
                        body.len() * 5 < plain,
                        "{encoding}: {} of {plain}",
                        body.len()
                    );
                }
                _ => {}
            }
        }
    }
}
