//! The log view in Chromium beside the baseline, on the same logs and in the same run.

use crate::api::{BenchServer, build_id};
use crate::generator::{COMMON, RARE};
use crate::memory::renderer_memory;
use crate::start::emulate_4g;
use crate::support::{Browser, Setup};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Browser processes for each figure, each a new one.
const PROCESSES: usize = 3;

/// Jumps to random lines in each process.
const JUMPS: usize = 50;

/// How long a log may take to load.
const MAX_LOADING_TIME: Duration = Duration::from_secs(90);

/// The figures of a page, one value for each browser process. Milliseconds; NaN for a figure that never came.
#[derive(Default)]
pub struct Figures {
    pub first: Vec<f64>,
    pub all: Vec<f64>,
    pub floor: Vec<f64>,
    pub gap: Vec<f64>,
    pub stall: Vec<f64>,
    pub memory: Vec<f64>,
    pub jump: Vec<f64>,
    pub jump_p95: Vec<f64>,
    pub jump_blank: Vec<f64>,
    pub frames: Vec<f64>,
    pub frames_blank: Vec<f64>,
    pub rare_first: Vec<f64>,
    pub rare: Vec<f64>,
    pub common_first: Vec<f64>,
    pub common: Vec<f64>,
    pub nodes: Vec<f64>,
}

impl Figures {
    /// Takes what the probe's `times` answers.
    pub fn take_times(&mut self, times: &Value) {
        self.first.push(number(&times["first"]));
        self.all.push(number(&times["all"]));
        self.gap.push(number(&times["gap"]));
        self.stall.push(number(&times["stall"]));
    }
}

/// The value of an asynchronous function of the page.
pub async fn ask(browser: &Browser, call: &str) -> Value {
    let script =
        format!("const done = arguments[0]; Promise.resolve({call}).then(done, () => done(null));");
    let answer = browser.driver.execute_async(script, Vec::new()).await;
    answer.map_or(Value::Null, |answer| answer.json().clone())
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

/// Starts a browser with the bench's probe, on the emulated network if `is_slow`.
pub async fn browser_for(lines: usize, is_slow: bool) -> Browser {
    let browser = Browser::start(Setup::default()).await;
    browser.before_each_page(&probe(lines)).await;
    wait_long(&browser).await;
    if is_slow {
        emulate_4g(&browser).await;
    }
    browser
}

/// The bench's probe for a log of this many lines, a script before the page's own.
pub fn probe(lines: usize) -> String {
    include_str!("probe.js").replace("WANTED", &lines.to_string())
}

/// Lets scripts wait until a long log is loaded.
pub async fn wait_long(browser: &Browser) {
    let timeout = browser.driver.set_script_timeout(MAX_LOADING_TIME);
    timeout.await.expect("a timeout");
}

async fn open(server: &BenchServer, path: &str, lines: usize) -> Browser {
    let browser = browser_for(lines, false).await;
    browser.open(&format!("{}{path}", server.address)).await;
    browser
}

/// Returns true once the whole log is loaded, and false if it is not in time.
pub async fn loaded(browser: &Browser) -> bool {
    let start = Instant::now();
    while start.elapsed() < MAX_LOADING_TIME {
        if number(&browser.script("return slipwayBench.all;").await) > 0.0 {
            return true;
        }
        // Rarely, so that polling does not affect the figures.
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}

/// Lines all over the log, the same for every page.
fn jump_targets(lines: usize) -> impl Iterator<Item = usize> {
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
        println!("  {path}: not loaded after {MAX_LOADING_TIME:?}");
    }
    let times = ask(&browser, "slipwayBench.times()").await;
    into.take_times(&times);
    // Garbage is collected before the memory is counted.
    browser
        .devtools("HeapProfiler.collectGarbage", json!({}))
        .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    into.memory.push(renderer_memory());
    let nodes = browser
        .script("return document.querySelectorAll('*').length;")
        .await;
    into.nodes.push(number(&nodes));

    measure_moves(&browser, lines, into).await;
    measure_searches(&browser, &server.body(lines), into).await;
    browser.close().await;
}

/// Jumps to lines and scrolls.
pub async fn measure_moves(browser: &Browser, lines: usize, into: &mut Figures) {
    let (mut jumps, mut blank) = (Vec::new(), 0.0);
    for line in jump_targets(lines) {
        let jump = ask(browser, &format!("slipwayBench.jump({line})")).await;
        jumps.push(number(&jump["time"]));
        blank += number(&jump["blank"]);
    }
    into.jump.push(percentile(jumps.clone(), 0.5));
    into.jump_p95.push(percentile(jumps, 0.95));
    into.jump_blank.push(blank);
    ask(browser, "slipwayBench.jump(1)").await;
    let scroll = ask(browser, "slipwayBench.scroll()").await;
    into.frames.push(number(&scroll["frames"]));
    into.frames_blank.push(number(&scroll["blank"]));
}

/// Searches a rare word and a common one.
pub async fn measure_searches(browser: &Browser, body: &[u8], into: &mut Figures) {
    let rare = ask(browser, &format!("slipwayBench.search({RARE:?}, 1)")).await;
    into.rare_first.push(number(&rare["first"]));
    into.rare.push(number(&rare["count"]));
    let common = crate::engine::lines_with(body, COMMON);
    let common = ask(
        browser,
        &format!("slipwayBench.search({COMMON:?}, {common})"),
    )
    .await;
    into.common_first.push(number(&common["first"]));
    into.common.push(number(&common["count"]));
}

/// The figures of both pages.
#[derive(Default)]
struct Both {
    console: Figures,
    baseline: Figures,
}

/// A row of the table: a value of the console, the value beside it, and the bar that their ratio or the
/// console's value should meet.
struct Row {
    name: &'static str,
    unit: &'static str,
    value: fn(&Both) -> &Vec<f64>,
    beside: fn(&Both) -> &Vec<f64>,
    bar: &'static str,
}

const ROWS: &[Row] = &[
    Row {
        name: "fetch alone",
        unit: "ms",
        value: |both| &both.console.floor,
        beside: |both| &both.baseline.floor,
        bar: "",
    },
    Row {
        name: "first line visible after the request",
        unit: "ms",
        value: |both| &both.console.first,
        beside: |both| &both.baseline.first,
        bar: "under 100 ms",
    },
    Row {
        name: "all loaded",
        unit: "ms",
        value: |both| &both.console.all,
        beside: |both| &both.baseline.all,
        bar: "under 0.6 of the baseline",
    },
    Row {
        name: "all loaded, beside fetch alone",
        unit: "ms",
        value: |both| &both.console.all,
        beside: |both| &both.console.floor,
        bar: "under 2.2",
    },
    Row {
        name: "longest gap between frames from the first line",
        unit: "ms",
        value: |both| &both.console.gap,
        beside: |both| &both.baseline.gap,
        bar: "under 50 ms",
    },
    Row {
        name: "the same from the request on",
        unit: "ms",
        value: |both| &both.console.stall,
        beside: |both| &both.baseline.stall,
        bar: "",
    },
    Row {
        name: "renderer's memory (PSS)",
        unit: "MB",
        value: |both| &both.console.memory,
        beside: |both| &both.baseline.memory,
        bar: "under 0.9 of the baseline",
    },
    Row {
        name: "jump to a line, median",
        unit: "ms",
        value: |both| &both.console.jump,
        beside: |both| &both.baseline.jump,
        bar: "",
    },
    Row {
        name: "jump to a line, p95, beside the median",
        unit: "ms",
        value: |both| &both.console.jump_p95,
        beside: |both| &both.baseline.jump,
        bar: "a frame over it at most",
    },
    Row {
        name: "blank places after jumps",
        unit: "",
        value: |both| &both.console.jump_blank,
        beside: |both| &both.baseline.jump_blank,
        bar: "0",
    },
    Row {
        name: "frames in 3 s of scrolling",
        unit: "",
        value: |both| &both.console.frames,
        beside: |both| &both.baseline.frames,
        bar: "as many as the display gives",
    },
    Row {
        name: "of them with blank places",
        unit: "",
        value: |both| &both.console.frames_blank,
        beside: |both| &both.baseline.frames_blank,
        bar: "0",
    },
    Row {
        name: "search, a rare word: first match",
        unit: "ms",
        value: |both| &both.console.rare_first,
        beside: |both| &both.baseline.rare_first,
        bar: "under 60 ms",
    },
    Row {
        name: "search, a rare word: count",
        unit: "ms",
        value: |both| &both.console.rare,
        beside: |both| &both.baseline.rare,
        bar: "as the baseline",
    },
    Row {
        name: "search, a common word: first match",
        unit: "ms",
        value: |both| &both.console.common_first,
        beside: |both| &both.baseline.common_first,
        bar: "under 60 ms",
    },
    Row {
        name: "search, a common word: count",
        unit: "ms",
        value: |both| &both.console.common,
        beside: |both| &both.baseline.common,
        bar: "as the baseline",
    },
    Row {
        name: "nodes in the page",
        unit: "",
        value: |both| &both.console.nodes,
        beside: |both| &both.baseline.nodes,
        bar: "under 600",
    },
];

impl Row {
    fn print(&self, both: &Both) {
        let value = crate::median((self.value)(both).clone());
        let beside = crate::median((self.beside)(both).clone());
        let text = |value: f64| match value.is_finite() {
            true => format!("{value:.1} {}", self.unit).trim_end().to_owned(),
            false => "–".to_owned(),
        };
        println!(
            "| {:<48} | {:>10} | {:>10} | {:>6} | {} |",
            self.name,
            text(value),
            text(beside),
            format!("{:.2}", value / beside)
                .replace("NaN", "–")
                .replace("inf", "–"),
            self.bar
        );
    }
}

/// Measures both pages and prints the table for a log of this many lines.
pub async fn table(server: &BenchServer, lines: usize) {
    let bytes = server.body(lines).len();
    let mut both = Both::default();
    for _ in 0..PROCESSES {
        measure(server, &console_path(lines), lines, &mut both.console).await;
        measure(server, &baseline_path(lines), lines, &mut both.baseline).await;
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
    for row in ROWS {
        row.print(&both);
    }
}

/// The console's page of the build with this many lines.
pub fn console_path(lines: usize) -> String {
    format!("/builds/{}", build_id(lines))
}

/// The baseline's page of that build.
pub fn baseline_path(lines: usize) -> String {
    format!("/baseline/?build={}", build_id(lines))
}

/// Measures one page once and prints its figures.
pub async fn alone(server: &BenchServer, path: &str, lines: usize) {
    let bytes = server.body(lines).len();
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
