//! How fast the console is: `make bench` prints it.
//!
//! The log engine natively, and the pages in Chromium against the real server. Medians; on a machine
//! that does other things too, only the figures of one run compare.
#![allow(unreachable_pub, reason = "nothing of a test program is reachable")]

// The tests use the rest of it.
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod api;
mod builders;
mod client;
mod engine;
mod engines;
mod generator;
mod http2;
mod log;
mod memory;
mod navigation;
mod old_database;
// The tests use the rest of it.
#[allow(dead_code)]
#[path = "../hosting/recipes.rs"]
mod recipes;
mod registry;
mod server;
mod site;
mod start;
mod table;
mod typing;

use support::{Browser, Server, Setup, Source};

/// JavaScript that is true once a line of the log is in the page.
const HAS_LINES: &str = "document.querySelector('[role=region] [role=list]')?.firstElementChild";

/// How often each figure is measured.
const RUNS: usize = 5;

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn report(what: &str, millis: f64) {
    println!("{what:<64} {millis:>10.1} ms");
}

/// Milliseconds from the press on the link with this text until the condition holds and was painted.
async fn press_to_paint(browser: &Browser, link: &str, condition: &str) -> f64 {
    browser.find("link", link).await;
    let script = format!(
        "const done = arguments[0];
         const link = [...document.querySelectorAll('a')].find((link) => link.textContent.trim() === {link:?});
         const start = performance.now(); link.click();
         const verify = () => ({condition})
           ? requestAnimationFrame(() => setTimeout(() => done(performance.now() - start)))
           : requestAnimationFrame(verify);
         verify();"
    );
    let millis = browser.script_async(&script).await;
    millis.as_f64().expect("a number")
}

/// `make bench` runs all of it; `scripts/bench engine log` some: `engine`, `server`, `builders`, `site`, `registry`,
/// `start`, `pages`, `navigation`, `log` (the tables), `engines` (a log in three engines), `long` (five million lines);
/// and what is never run but by its name: `console` or `baseline`, one side of the table's end once, and `serve`, which
/// only serves, to look at a long log by hand.
#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    if is_wanted("engine") {
        [10_000, 100_000, 1_000_000]
            .into_iter()
            .for_each(engine::figures);
    }
    if is_wanted("server") {
        server::server().await;
    }
    if is_wanted("builders") {
        builders::builders().await;
    }
    if is_wanted("site") {
        site::site().await;
    }
    if is_wanted("registry") {
        registry::registry().await;
    }
    if is_wanted("start") {
        start::start().await;
    }
    if is_wanted("pages") {
        pages().await;
    }
    let server = api::BenchServer::start().await;
    if is_wanted("navigation") {
        navigation::navigation(&server).await;
    }
    if is_wanted("log") {
        for lines in [10_000, 100_000, 1_000_000] {
            log::table(&server, lines).await;
            server.forget(lines);
        }
    }
    if is_wanted("engines") {
        engines::engines(&server).await;
    }
    if is_wanted("long") {
        log::alone(&server, &log::console_path(5_000_000), 5_000_000).await;
    }
    // Parts of the table above, so only by name.
    let is_named = |part: &str| wanted.iter().any(|word| word == part);
    if is_named("console") {
        log::alone(&server, &log::console_path(1_000_000), 1_000_000).await;
    }
    if is_named("baseline") {
        log::alone(&server, &log::baseline_path(1_000_000), 1_000_000).await;
    }
    if is_named("serve") {
        println!(
            "{}{}, or with another length",
            server.address,
            log::console_path(1_000_000)
        );
        std::future::pending::<()>().await;
    }
}

/// Measures the pages against the real server.
async fn pages() {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let server = Server::with_source(&source).await;
    first_visit(&server).await;
    page_changes(&server, &source).await;
    table::table().await;
    typing::typing().await;
}

async fn first_visit(server: &Server) {
    let mut first = Vec::new();
    for _ in 0..RUNS {
        let browser = Browser::start(Setup::default()).await;
        browser.open(&format!("{}/builds", server.address)).await;
        browser.see("No builds yet").await;
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
}

async fn page_changes(server: &Server, source: &Source) {
    let browser = Browser::start(Setup::default()).await;
    browser
        .open(&format!("{}/repositories/team/new", server.address))
        .await;
    browser.fill("Repository name", "bench").await;
    browser.press("radio", "Git URL").await;
    browser
        .fill("Clone URL", &source.path().display().to_string())
        .await;
    browser.press("button", "Create repository").await;
    browser.build("team/bench:latest").await;
    browser.see("Succeeded").await;
    let (mut to_build, mut to_table) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        browser.open(&format!("{}/builds", server.address)).await;
        to_build.push(press_to_paint(&browser, "team/bench:latest", HAS_LINES).await);
        to_table
            .push(press_to_paint(&browser, "Builds", "document.querySelector('tbody tr')").await);
    }
    report(
        "press on a row to its painted build page with log",
        median(to_build),
    );
    report("press on Builds to the painted table", median(to_table));
    browser.close().await;
}
