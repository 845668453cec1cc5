//! The start of the console in a fresh browser: from the navigation to the first row of the builds table, and to the
//! first line of a log. Beside each a floor, measured in the same run: a bare page that loads one file of as many bytes
//! and then makes one call. On this machine's network and on an emulated 4G network, over HTTP/1.1 and over HTTP/2.

use crate::http2::front;
use crate::support::{Api, Browser, Reply, Server, Setup, Source};
use crate::{HAS_LINES, RUNS, median};
use axum::body::Bytes;
use serde_json::json;

/// JavaScript that is true once a row of the builds table is in the page.
const HAS_ROWS: &str = "document.querySelector('tbody tr')";

/// JavaScript that is true once the floor's page has its answer.
const HAS_ANSWER: &str = "document.querySelector('output')";

/// The floor's page: one file, then one call.
const FLOOR: &str = "<!DOCTYPE html><title>Floor</title><script>
  fetch('/file').then((answer) => answer.arrayBuffer())
    .then(() => fetch('/v1/call')).then((answer) => answer.json())
    .then(() => document.body.append(document.createElement('output')));
</script><body>";

/// A visit: milliseconds from the navigation until it was painted, and what was transferred until then.
struct Visit {
    millis: f64,
    bytes: f64,
    requests: f64,
}

/// Measures all of it.
pub async fn start() {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let server = Server::with_source(&source).await;
    let build = one_build(&server, &source).await;
    println!("\nFrom the navigation in a fresh browser, medians of {RUNS}");
    println!("| | network | HTTP | console | requests | bytes | floor | ratio |");
    println!("| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |");
    let front = front(&server.address);
    for is_slow in [false, true] {
        for (what, path, condition) in [
            ("first row", "/builds", HAS_ROWS),
            ("first line of a log", build.as_str(), HAS_LINES),
        ] {
            let goal = Goal {
                what,
                condition,
                is_slow,
            };
            compare(&goal, &format!("{}{path}", server.address), false).await;
            if let Some(front) = &front {
                compare(&goal, &format!("{}{path}", front.address), true).await;
            }
        }
    }
}

/// The condition that a visit waits for, and its network.
struct Goal {
    what: &'static str,
    /// JavaScript that is true once it is in the page.
    condition: &'static str,
    is_slow: bool,
}

/// Creates a repository and builds it once. Returns the path of the build's page.
async fn one_build(server: &Server, source: &Source) -> String {
    let browser = Browser::start(Setup::default()).await;
    browser
        .open(&format!("{}/repositories/team/new", server.address))
        .await;
    browser.fill("Repository name", "start").await;
    browser.press("radio", "Git URL").await;
    browser
        .fill("Clone URL", &source.path().display().to_string())
        .await;
    browser.press("button", "Create repository").await;
    browser.build("team/start:latest").await;
    browser.see("Succeeded").await;
    let path = browser.path().await;
    browser.close().await;
    path
}

/// Visits a page and its floor in turns, and prints a row of the table.
async fn compare(goal: &Goal, url: &str, is_http2: bool) {
    let (mut visits, mut floors) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let visit = visit(url, goal.condition, goal.is_slow).await;
        floors.push(floor(visit.bytes as usize, goal.is_slow, is_http2).await);
        visits.push(visit);
    }
    let of = |value: fn(&Visit) -> f64| median(visits.iter().map(value).collect());
    let (millis, floor) = (of(|visit| visit.millis), median(floors));
    let network = if goal.is_slow { "4G" } else { "loopback" };
    let version = if is_http2 { "2" } else { "1.1" };
    let what = goal.what;
    println!(
        "| {what} | {network} | {version} | {millis:.0} ms | {:.0} | {:.0} kB | {floor:.0} ms | {:.2} |",
        of(|visit| visit.requests),
        of(|visit| visit.bytes) / 1000.0,
        millis / floor
    );
}

/// Opens the floor's page with a file of so many bytes. Returns milliseconds.
async fn floor(bytes: usize, is_slow: bool, is_http2: bool) -> f64 {
    let api = Api::start().await;
    api.serve_fast();
    // Bytes that nothing on the way can compress.
    let mut state = 1_u64;
    let file: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
    .take(bytes)
    .collect();
    api.on("GET", "/floor", Reply::Typed("text/html", FLOOR.into()));
    api.on(
        "GET",
        "/file",
        Reply::Typed("application/octet-stream", Bytes::from(file)),
    );
    api.on("GET", "/v1/call", Reply::Json(200, json!({})));
    let front = if is_http2 { front(&api.address) } else { None };
    let address = front.as_ref().map_or(&api.address, |front| &front.address);
    visit(&format!("{address}/floor"), HAS_ANSWER, is_slow)
        .await
        .millis
}

/// Emulates a 4G network: 100 ms, and 9 Mbit/s.
pub async fn emulate_4g(browser: &Browser) {
    browser.devtools("Network.enable", json!({})).await;
    let network = json!({
        "offline": false, "latency": 100, "downloadThroughput": 1_125_000, "uploadThroughput": 1_125_000,
    });
    browser
        .devtools("Network.emulateNetworkConditions", network)
        .await;
}

/// Opens a page in a fresh browser and waits until the condition holds and was painted.
async fn visit(url: &str, condition: &str, is_slow: bool) -> Visit {
    let browser = Browser::start(Setup {
        has_workers: true,
        ..Setup::default()
    })
    .await;
    if is_slow {
        emulate_4g(&browser).await;
    }
    let probe = format!(
        "const look = () => ({condition})
           ? requestAnimationFrame(() => setTimeout(() => {{ window.slipwayFirst = performance.now(); }}))
           : requestAnimationFrame(look);
         requestAnimationFrame(look);"
    );
    browser.before_each_page(&probe).await;
    browser.open(url).await;
    let seen = browser
        .script_async(
            "const done = arguments[0];
             const look = () => {
               const first = window.slipwayFirst;
               if (!first) return setTimeout(look, 50);
               const entries = ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type));
               const before = entries.filter((entry) => entry.startTime < first);
               done([first, before.reduce((sum, entry) => sum + entry.transferSize, 0), before.length]);
             };
             look();",
        )
        .await;
    browser.close().await;
    let number = |index: usize| seen[index].as_f64().expect("a number");
    Visit {
        millis: number(0),
        bytes: number(1),
        requests: number(2),
    }
}
