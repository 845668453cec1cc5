//! How fast the console is: `make bench` prints it.
//!
//! The log engine natively, and the pages in Chromium against the real server. Medians; on a machine
//! that does other things too, only the figures of one run compare.

#[allow(dead_code)]
#[path = "../browser/harness.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../browser/page.rs"]
mod page;
#[allow(dead_code)]
#[path = "../browser/source.rs"]
mod source;

use harness::{Browser, Server, Setup, eventually};
use slipway_console::api::LogEntry;
use slipway_console::log::Log;
use source::Source;
use std::time::Instant;

const RUNS: usize = 5;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(what: &str, millis: f64) {
    println!("{what:<64} {millis:>10.1} ms");
}

/// A log of this many lines, 20 to the second.
fn log(lines: usize) -> Vec<LogEntry> {
    (0..lines)
        .map(|index| LogEntry {
            message: format!(
                "#{} compiling unit {index} of the whole with options -O2 -g",
                index % 40
            ),
            level: Some("INFO".to_owned()),
            time: Some(1_441_770_706 + index as i64 / 20),
        })
        .collect()
}

fn encoded(entries: &[LogEntry]) -> Vec<u8> {
    serde_json::to_vec(entries).expect("encodes")
}

/// Reads an answer as the browser hands it over.
fn read(log: &mut Log, start_time: Option<i64>, body: &[u8]) {
    log.begin(start_time);
    body.chunks(128 * 1024).for_each(|chunk| {
        log.feed(chunk);
    });
    assert_eq!(log.end().unreadable, 0);
}

fn engine() {
    let entries = log(100_000);
    let text = serde_json::to_string(&entries).expect("encodes");
    let decode = (0..RUNS).map(|_| {
        let start = Instant::now();
        let mut store = Log::new();
        read(&mut store, None, text.as_bytes());
        assert_eq!(store.len(), entries.len());
        start.elapsed().as_secs_f64() * 1e3
    });
    report(
        "a log of 100,000 lines, decoded and stored (native)",
        median(decode.collect()),
    );
    let polls = (0..RUNS).map(|_| {
        let mut store = Log::new();
        read(&mut store, None, &encoded(&entries[..90_000]));
        let start = Instant::now();
        let mut at = 90_000;
        while at < entries.len() {
            let next = (at + 100).min(entries.len());
            let from = store.resume_at();
            let first = entries.partition_point(|entry| entry.time < from);
            read(&mut store, from, &encoded(&entries[first..next]));
            at = next;
        }
        start.elapsed().as_secs_f64() * 1e3 / 100.0
    });
    report(
        "one poll of 100 new lines, merged at 100,000 (native)",
        median(polls.collect()),
    );
}

/// Milliseconds from the press on a link until this holds and was painted.
async fn press_to_paint(browser: &Browser, link: &str, until: &str) -> f64 {
    let script = format!(
        "const done = arguments[0]; const link = document.querySelector({link:?});
         const start = performance.now(); link.click();
         const look = () => ({until}) ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
           : requestAnimationFrame(look); look();"
    );
    let result = browser.driver.execute_async(script, Vec::new()).await;
    result
        .expect("the script runs")
        .json()
        .as_f64()
        .expect("a number")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    engine();
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.path().display().to_string();
    let server = Server::start(&["--allow-local-source", &folder]).await;
    let mut first = Vec::new();
    for _ in 0..RUNS {
        let browser = Browser::start(Setup::default()).await;
        browser.open(&format!("{}/builds", server.address)).await;
        browser.see("No build yet").await;
        let answered = browser
            .script(
                "return performance.getEntriesByType('resource')
                   .find((entry) => entry.name.includes('/v1/builds')).responseEnd;",
            )
            .await;
        first.push(answered.as_f64().expect("a number"));
        browser.close().await;
    }
    report(
        "first visit: navigation to the answer of the first call",
        median(first),
    );

    let browser = Browser::start(Setup::default()).await;
    browser
        .open(&format!("{}/repositories/team/new", server.address))
        .await;
    browser.fill("Name", "bench").await;
    browser.press("radio", "Git URL (Simple)").await;
    browser.fill("Clone URL", &folder).await;
    browser.press("button", "Create repository").await;
    browser.press("button", "Build team/bench:latest").await;
    browser.see("Succeeded").await;
    let build = browser.path().await;
    let (mut to_build, mut to_table) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        browser.open(&format!("{}/builds", server.address)).await;
        eventually("the row", async || {
            browser
                .all("link", "team/bench:latest")
                .await
                .into_iter()
                .next()
        })
        .await;
        let link = format!("a[href='{build}']");
        to_build.push(press_to_paint(&browser, &link, "document.querySelector('.log-line')").await);
        to_table.push(
            press_to_paint(
                &browser,
                "a[href='/builds']",
                "document.querySelector('tbody tr')",
            )
            .await,
        );
    }
    report(
        "press on a row to its painted build page with log",
        median(to_build),
    );
    report("press on Builds to the painted table", median(to_table));
    browser.close().await;
}
