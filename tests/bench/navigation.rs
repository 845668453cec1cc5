//! Logs from the navigation on, each in a fresh browser: the console, the baseline and a bare fetch in turn, from a plain
//! server and from the one of this project, on this machine's network and on an emulated 4G network.

use crate::api::BenchServer;
use crate::log::{ask, baseline_path, browser_for, console_path, loaded, number};
use crate::old_database::{build_id, database_of_logs};
use crate::server::Program;
use crate::support::project;
use crate::{RUNS, median};
use std::path::Path;

/// The lengths of the logs, and whether they are read on the slow network too: the longest would take minutes.
const LENGTHS: [(usize, bool); 3] = [(10_000, true), (100_000, true), (1_000_000, false)];

/// The times of a visit, in milliseconds.
#[derive(Default)]
struct Visits {
    /// From the navigation until the first line was painted.
    first: Vec<f64>,
    /// From the navigation until the number of all lines was painted.
    all: Vec<f64>,
    /// The same from the request for the log on.
    all_of_request: Vec<f64>,
}

/// A place that serves the console, the baseline and an empty page.
struct Place<'a> {
    name: &'static str,
    address: &'a str,
    empty: &'static str,
}

/// Measures all of it.
pub async fn navigation(plain: &BenchServer) {
    let folder = tempfile::tempdir().expect("a folder");
    let (site, data) = (folder.path().join("site"), folder.path().join("data"));
    copy_site(&site);
    let bodies = LENGTHS.map(|(lines, _)| (lines, plain.body(lines)));
    database_of_logs(&data, &bodies);
    drop(bodies);
    let site = format!("--site={}", site.display());
    let program = Program::start(&data, &[site.as_str()]);
    let address = format!("http://{}", program.address);
    let places = [
        Place {
            name: "plain",
            address: &plain.address,
            empty: "/empty",
        },
        Place {
            name: "shipped",
            address: &address,
            empty: "/baseline/empty.html",
        },
    ];
    println!(
        "\nLogs from the navigation in a fresh browser, medians of {RUNS}, in ms: console, baseline, ratio"
    );
    println!(
        "| lines | server | network | first line | | | all loaded | | | after the request | bare fetch | ratio |"
    );
    println!("| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (lines, reads_slowly) in LENGTHS {
        for is_slow in [false, true] {
            for place in places.iter().filter(|_| !is_slow || reads_slowly) {
                compare(place, lines, is_slow).await;
            }
        }
        plain.forget(lines);
    }
}

/// Puts the built site and the baseline's page into one folder.
fn copy_site(to: &Path) {
    let copy = |from: &Path, to: &Path| {
        std::fs::create_dir_all(to).expect("a folder");
        let files = std::fs::read_dir(from).expect("a site").flatten();
        for file in files.filter(|file| file.path().is_file()) {
            std::fs::copy(file.path(), to.join(file.file_name())).expect("a copy");
        }
    };
    copy(&project("dist"), to);
    let baseline = to.join("baseline");
    copy(&project("tests/bench/baseline"), &baseline);
    std::fs::write(
        baseline.join("empty.html"),
        "<!DOCTYPE html><title>Empty</title>",
    )
    .expect("a page");
}

/// Visits the console, the baseline and the empty page in turn, and prints a row of the table.
async fn compare(place: &Place<'_>, lines: usize, is_slow: bool) {
    let (mut console, mut baseline, mut bare) = (Visits::default(), Visits::default(), Vec::new());
    let baseline_path = match place.name {
        "plain" => baseline_path(lines),
        _ => format!("/baseline/index.html?build={}", build_id(lines)),
    };
    for _ in 0..RUNS {
        visit(place, &console_path(lines), lines, is_slow, &mut console).await;
        visit(place, &baseline_path, lines, is_slow, &mut baseline).await;
        bare.push(fetch(place, lines, is_slow).await);
    }
    let network = if is_slow { "4G" } else { "loopback" };
    let pair = |console: Vec<f64>, beside: Vec<f64>| {
        let (console, beside) = (median(console), median(beside));
        format!("{console:.0} | {beside:.0} | {:.2}", console / beside)
    };
    println!(
        "| {lines} | {} | {network} | {} | {} | {} |",
        place.name,
        pair(console.first, baseline.first),
        pair(console.all, baseline.all),
        pair(console.all_of_request, bare)
    );
}

async fn visit(place: &Place<'_>, path: &str, lines: usize, is_slow: bool, into: &mut Visits) {
    let browser = browser_for(lines, is_slow).await;
    browser.open(&format!("{}{path}", place.address)).await;
    if !loaded(&browser).await {
        println!("  {path}: not loaded in time");
    }
    let script = "[slipwayBench.first, slipwayBench.all, slipwayBench.all - slipwayBench.start]";
    let times = ask(&browser, script).await;
    into.first.push(number(&times[0]));
    into.all.push(number(&times[1]));
    into.all_of_request.push(number(&times[2]));
    browser.close().await;
}

/// Milliseconds in which a page that does nothing else reads a log's bytes.
async fn fetch(place: &Place<'_>, lines: usize, is_slow: bool) -> f64 {
    let browser = browser_for(lines, is_slow).await;
    browser
        .open(&format!("{}{}", place.address, place.empty))
        .await;
    let url = format!("/v1/builds/{}/logs", build_id(lines));
    let millis = ask(&browser, &format!("slipwayBench.floor({url:?})")).await;
    browser.close().await;
    number(&millis)
}
