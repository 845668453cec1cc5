//! The log view in Chromium, Firefox and WebKit, in turn and in the same run.

use crate::api::BenchServer;
use crate::log::{
    Figures, ask, console_path, loaded, measure_moves, measure_searches, probe, wait_long,
};
use crate::support::{Browser, Engine, Setup};

/// Lines of the log.
const LINES: usize = 100_000;

/// Browser processes of each engine, each a new one.
const PROCESSES: usize = 3;

/// The name of a figure, and its values.
type Row = (&'static str, fn(&Figures) -> &Vec<f64>);

/// Times, in milliseconds. A browser may round them: Firefox does to a whole one.
const ROWS: &[Row] = &[
    ("first line after the request", |of| &of.first),
    ("all loaded after the request", |of| &of.all),
    ("longest gap between frames", |of| &of.gap),
    ("jump to a line, median", |of| &of.jump),
    ("jump to a line, p95", |of| &of.jump_p95),
    ("search, a rare word: first match", |of| &of.rare_first),
    ("search, a rare word: count", |of| &of.rare),
    ("search, a common word: first match", |of| &of.common_first),
    ("search, a common word: count", |of| &of.common),
];

/// Measures the console in each engine that this machine has. Prints the figures, and their ratio to Chromium's.
pub async fn engines(server: &BenchServer) {
    let mut engines = vec![Engine::Chromium, Engine::Firefox, Engine::WebKit];
    engines.retain(|engine| engine.is_here());
    let mut figures: Vec<Figures> = engines.iter().map(|_| Figures::default()).collect();
    // The same for all of them: no proxy, no records of the browser, no service worker. The page waits for this script,
    // so its times are those of this bench alone.
    let no_worker = "delete Navigator.prototype.serviceWorker;";
    server.run_first(&format!("{}\n{no_worker}", probe(LINES)));
    for _ in 0..PROCESSES {
        for (engine, into) in engines.iter().zip(&mut figures) {
            measure(*engine, server, into).await;
        }
    }
    server.run_first("");
    println!(
        "\nA log of {LINES} lines, medians of {PROCESSES} browser processes, in ms and as parts of Chromium's"
    );
    let names: Vec<&str> = engines.iter().map(|engine| engine.part()).collect();
    println!("| {:<36} | {} |", "", names.join(" | "));
    println!("| --- |{}", " ---: |".repeat(names.len()));
    for (name, values) in ROWS {
        let medians: Vec<f64> = figures
            .iter()
            .map(|of| crate::median(values(of).clone()))
            .collect();
        let text: Vec<String> = medians
            .iter()
            .map(|millis| format!("{millis:.1} ({:.2})", millis / medians[0]))
            .collect();
        println!("| {name:<36} | {} |", text.join(" | "));
    }
}

/// Visits the log once in a fresh browser.
async fn measure(engine: Engine, server: &BenchServer, into: &mut Figures) {
    let setup = Setup {
        records: false,
        ..Setup::default()
    };
    let browser = Browser::start_in(engine, setup).await;
    wait_long(&browser).await;
    let path = console_path(LINES);
    browser.open(&format!("{}{path}", server.address)).await;
    if !loaded(&browser).await {
        println!("  {path}: not loaded in time in {}", engine.part());
    }
    let times = ask(&browser, "slipwayBench.times()").await;
    into.take_times(&times);
    measure_moves(&browser, LINES, into).await;
    measure_searches(&browser, &server.body(LINES), into).await;
    browser.close().await;
}
