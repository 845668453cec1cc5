//! The log view in Chromium beside the baseline, on the same logs and in the same run.

use crate::generator::{COMMON, RARE};
use crate::harness::{Browser, Setup};
use crate::memory::renderer_memory;
use crate::server::{BenchServer, build_id};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Fresh browser processes for each figure.
const PROCESSES: usize = 3;

/// Jumps to random lines in each.
const JUMPS: usize = 50;

/// How long a log may take to be all there.
const PATIENCE: Duration = Duration::from_secs(90);

/// What is measured of a page in one browser process. Milliseconds; a figure that never came is no number.
#[derive(Default)]
struct Figures {
    first: Vec<f64>,
    all: Vec<f64>,
    floor: Vec<f64>,
    gap: Vec<f64>,
    stall: Vec<f64>,
    memory: Vec<f64>,
    jump: Vec<f64>,
    jump_p95: Vec<f64>,
    jump_blank: Vec<f64>,
    frames: Vec<f64>,
    frames_blank: Vec<f64>,
    rare_first: Vec<f64>,
    rare: Vec<f64>,
    common_first: Vec<f64>,
    common: Vec<f64>,
    nodes: Vec<f64>,
}

/// The value of an asynchronous function of the page.
async fn ask(browser: &Browser, call: &str) -> Value {
    let script =
        format!("const done = arguments[0]; Promise.resolve({call}).then(done, () => done(null));");
    let answer = browser.driver.execute_async(script, Vec::new()).await;
    answer.map_or(Value::Null, |answer| answer.json().clone())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

async fn open(server: &BenchServer, path: &str, lines: usize) -> Browser {
    let browser = Browser::start(Setup::default()).await;
    let probe = include_str!("probe.js").replace("WANTED", &lines.to_string());
    let cdp = browser.driver.cdp();
    let added = cdp.send_raw(
        "Page.addScriptToEvaluateOnNewDocument",
        json!({ "source": probe }),
    );
    added.await.expect("the probe");
    let timeout = browser.driver.set_script_timeout(PATIENCE);
    timeout.await.expect("a timeout");
    browser.open(&format!("{}{path}", server.address)).await;
    browser
}

/// Whether the log was all there in time.
async fn loaded(browser: &Browser) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if number(&browser.script("return slipwayBench.all;").await) > 0.0 {
            return true;
        }
        // Seldom, so as not to be what is measured.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}

/// Places all over the log, the same for every page.
fn places(lines: usize) -> impl Iterator<Item = usize> {
    (1..=JUMPS).map(move |jump| jump.wrapping_mul(7_368_787) % lines + 1)
}

fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() as f64 - 1.0) * part).round();
    values.get(at as usize).copied().unwrap_or(f64::NAN)
}

/// Measures a page once.
async fn measure(server: &BenchServer, path: &str, lines: usize, into: &mut Figures) {
    let browser = open(server, "/empty", lines).await;
    let url = format!("/v1/builds/{}/logs", build_id(lines));
    into.floor.push(number(
        &ask(&browser, &format!("slipwayBench.floor({url:?})")).await,
    ));
    browser.close().await;

    let browser = open(server, path, lines).await;
    if !loaded(&browser).await {
        println!("  {path}: not loaded after {PATIENCE:?}");
    }
    let times = ask(&browser, "slipwayBench.times()").await;
    into.first.push(number(&times["first"]));
    into.all.push(number(&times["all"]));
    into.gap.push(number(&times["gap"]));
    into.stall.push(number(&times["stall"]));
    // What is garbage goes sooner or later; here it goes before it is counted.
    let cdp = browser.driver.cdp();
    let collected = cdp.send_raw("HeapProfiler.collectGarbage", json!({})).await;
    collected.expect("collects");
    tokio::time::sleep(Duration::from_secs(1)).await;
    into.memory.push(renderer_memory());
    let nodes = browser
        .script("return document.querySelectorAll('*').length;")
        .await;
    into.nodes.push(number(&nodes));

    let (mut jumps, mut blank) = (Vec::new(), 0.0);
    for line in places(lines) {
        let jump = ask(&browser, &format!("slipwayBench.jump({line})")).await;
        jumps.push(number(&jump["time"]));
        blank += number(&jump["blank"]);
    }
    into.jump.push(percentile(jumps.clone(), 0.5));
    into.jump_p95.push(percentile(jumps, 0.95));
    into.jump_blank.push(blank);
    ask(&browser, "slipwayBench.jump(1)").await;
    let scroll = ask(&browser, "slipwayBench.scroll()").await;
    into.frames.push(number(&scroll["frames"]));
    into.frames_blank.push(number(&scroll["blank"]));
    let rare = ask(&browser, &format!("slipwayBench.search({RARE:?}, 1)")).await;
    into.rare_first.push(number(&rare["first"]));
    into.rare.push(number(&rare["count"]));
    let common = crate::engine::lines_with(&server.body(lines), COMMON);
    let common = ask(
        &browser,
        &format!("slipwayBench.search({COMMON:?}, {common})"),
    )
    .await;
    into.common_first.push(number(&common["first"]));
    into.common.push(number(&common["count"]));
    browser.close().await;
}

fn row(what: &str, unit: &str, ours: &[f64], baseline: &[f64], bar: &str) {
    let of = |values: &[f64]| crate::median(values.to_vec());
    let (ours, baseline) = (of(ours), of(baseline));
    let text = |value: f64, unit: &str| match value.is_finite() {
        true => format!("{value:.1} {unit}").trim_end().to_owned(),
        false => "–".to_owned(),
    };
    println!(
        "| {what:<48} | {:>10} | {:>10} | {:>6} | {bar} |",
        text(ours, unit),
        text(baseline, unit),
        format!("{:.2}", ours / baseline)
            .replace("NaN", "–")
            .replace("inf", "–")
    );
}

/// Prints the table for a log of so many lines.
pub async fn table(server: &BenchServer, lines: usize) {
    let bytes = server.prepare(lines);
    let (mut ours, mut baseline) = (Figures::default(), Figures::default());
    for _ in 0..PROCESSES {
        measure(server, &console_path(lines), lines, &mut ours).await;
        measure(server, &baseline_path(lines), lines, &mut baseline).await;
    }
    println!(
        "\nA log of {lines} lines, {:.0} MB, medians of {PROCESSES} browser processes",
        bytes as f64 / 1e6
    );
    println!(
        "| {:<48} | {:>10} | {:>10} | {:>6} | bar |",
        "", "console", "baseline", "ratio"
    );
    println!("| --- | ---: | ---: | ---: | --- |");
    let (o, b) = (&ours, &baseline);
    row("fetch alone", "ms", &o.floor, &b.floor, "");
    row(
        "first line visible after the request",
        "ms",
        &o.first,
        &b.first,
        "under 100 ms",
    );
    row(
        "all loaded",
        "ms",
        &o.all,
        &b.all,
        "under 0.6 of the baseline",
    );
    row(
        "all loaded, beside fetch alone",
        "ms",
        &o.all,
        &o.floor,
        "under 2.2",
    );
    row(
        "longest gap between frames from the first line",
        "ms",
        &o.gap,
        &b.gap,
        "under 50 ms",
    );
    row("the same from the request on", "ms", &o.stall, &b.stall, "");
    row(
        "renderer's memory (PSS)",
        "MB",
        &o.memory,
        &b.memory,
        "under 0.9 of the baseline",
    );
    row("jump to a line, median", "ms", &o.jump, &b.jump, "");
    row(
        "jump to a line, p95, beside the median",
        "ms",
        &o.jump_p95,
        &b.jump,
        "a frame over it at most",
    );
    row(
        "blank places after jumps",
        "",
        &o.jump_blank,
        &b.jump_blank,
        "0",
    );
    row(
        "frames in 3 s of scrolling",
        "",
        &o.frames,
        &b.frames,
        "as many as the display gives",
    );
    row(
        "of them with blank places",
        "",
        &o.frames_blank,
        &b.frames_blank,
        "0",
    );
    row(
        "search, a rare word: first match",
        "ms",
        &o.rare_first,
        &b.rare_first,
        "under 60 ms",
    );
    row(
        "search, a rare word: count",
        "ms",
        &o.rare,
        &b.rare,
        "as the baseline",
    );
    row(
        "search, a common word: first match",
        "ms",
        &o.common_first,
        &b.common_first,
        "under 60 ms",
    );
    row(
        "search, a common word: count",
        "ms",
        &o.common,
        &b.common,
        "as the baseline",
    );
    row("nodes in the page", "", &o.nodes, &b.nodes, "under 600");
}

/// The console's page of the build with so many lines.
pub fn console_path(lines: usize) -> String {
    format!("/builds/{}", build_id(lines))
}

/// The baseline's page of it.
pub fn baseline_path(lines: usize) -> String {
    format!("/baseline/?build={}", build_id(lines))
}

/// Prints the figures of one page alone, measured once.
pub async fn alone(server: &BenchServer, path: &str, lines: usize) {
    let bytes = server.prepare(lines);
    let mut figures = Figures::default();
    measure(server, path, lines, &mut figures).await;
    let ours = &figures;
    println!(
        "\n{path}: {lines} lines, {:.0} MB, once",
        bytes as f64 / 1e6
    );
    for (what, values) in [
        ("fetch alone, ms", &ours.floor),
        ("first line visible after the request, ms", &ours.first),
        ("all loaded, ms", &ours.all),
        (
            "longest gap between frames from the first line on, ms",
            &ours.gap,
        ),
        ("the same from the request on, ms", &ours.stall),
        ("renderer's memory (PSS), MB", &ours.memory),
        ("jump to a line, median, ms", &ours.jump),
        ("jump to a line, p95, ms", &ours.jump_p95),
        ("blank places after jumps", &ours.jump_blank),
        ("frames in 3 s of scrolling", &ours.frames),
        ("of them with blank places", &ours.frames_blank),
        ("search, a rare word: first match, ms", &ours.rare_first),
        ("search, a rare word: count, ms", &ours.rare),
        ("search, a common word: first match, ms", &ours.common_first),
        ("search, a common word: count, ms", &ours.common),
        ("nodes in the page", &ours.nodes),
    ] {
        println!("{what:<64} {:>10.1}", crate::median(values.clone()));
    }
    server.forget(lines);
}
