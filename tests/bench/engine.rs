//! The log engine by itself, compiled for this machine.

use crate::generator::{COMMON, RARE, log};
use crate::memory::own_memory;
use slipway_console::log::{
    EscapeMode, Explainer, Filter, Log, Outcome, Overview, Painted, Search, SearchQuery,
    VisibleRows,
};
use std::time::Instant;

fn read(log: &mut Log, start_time: Option<i64>, body: &[u8]) {
    log.begin(start_time);
    body.chunks(128 * 1024).for_each(|chunk| {
        log.feed(chunk);
    });
    let summary = log.end();
    assert_eq!((summary.unreadable, summary.truncated), (0, false));
}

fn search(log: &Log, query: &SearchQuery) -> Search {
    let mut search = Search::new(query.compile().expect("is a query"));
    while !search.advance(log.store(), 1 << 20) {}
    search
}

/// The number of lines that contain a word in this case.
pub fn lines_with(body: &[u8], word: &str) -> usize {
    let mut held = Log::new();
    read(&mut held, None, body);
    let query = SearchQuery {
        text: word.to_owned(),
        match_case: true,
        ..SearchQuery::default()
    };
    search(&held, &query).lines().len()
}

fn millis<T>(run: impl Fn() -> T) -> (f64, T) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..crate::RUNS {
        let start = Instant::now();
        last = Some(run());
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    (crate::median(times), last.expect("ran"))
}

/// Measures the engine and prints its figures for a log of this many lines.
pub fn figures(lines: usize) {
    let body = log(lines, 1);
    let megabytes = body.len() as f64 / 1e6;
    let before = own_memory();
    let (time, held) = millis(|| {
        let mut held = Log::new();
        read(&mut held, None, &body);
        held
    });
    assert_eq!(held.len(), lines);
    crate::report(
        &format!(
            "{lines} lines, {megabytes:.0} MB, decoded and stored ({:.0} MB/s)",
            megabytes / time * 1e3
        ),
        time,
    );
    let memory = own_memory() - before;
    let text = held.store().text_bytes() as f64 / 1e6;
    println!(
        "{:<64} {:>10.1} MB of {:.1} MB text, {:.1} bytes a line beside it",
        "  memory",
        memory,
        text,
        (memory - text) * 1e6 / lines as f64
    );
    explaining(&held, time);
    searches(&held);
    drawing(&held);
    let mut next = held;
    let start = Instant::now();
    next.begin(next.resume_at());
    crate::report(
        "  the next answer begun",
        start.elapsed().as_secs_f64() * 1e3,
    );
}

/// The work to explain a failed build, beside the time that reading its log took.
fn explaining(held: &Log, load: f64) {
    let (time, explainer) = millis(|| {
        let mut explainer = Explainer::new(Outcome::Failed);
        while !explainer.advance(held, 1 << 20) {}
        explainer
    });
    let errors = explainer.error_lines().len();
    let share = time / load * 100.0;
    crate::report(
        &format!("  explained ({errors} lines with errors, {share:.0} % of the load)"),
        time,
    );
    let (time, _) = millis(|| explainer.explanation(held));
    crate::report("  cause chosen", time);
}

/// Kinds of searches, with what they search for.
fn queries() -> [(&'static str, SearchQuery); 7] {
    let query = |text: &str| SearchQuery {
        text: text.to_owned(),
        match_case: true,
        ..SearchQuery::default()
    };
    [
        ("one rare word", query(RARE)),
        ("one common word", query(COMMON)),
        (
            "the same, either case",
            SearchQuery {
                match_case: false,
                ..query(COMMON)
            },
        ),
        (
            "the same, whole words",
            SearchQuery {
                whole_word: true,
                ..query(COMMON)
            },
        ),
        ("a letter that is everywhere", query("e")),
        (
            "a regular expression",
            SearchQuery {
                regex: true,
                ..query(r"case_\d+9_holds")
            },
        ),
        (
            "a regular expression without a fixed part",
            SearchQuery {
                regex: true,
                ..query(r"[a-f]{3}[0-9]{4}\b")
            },
        ),
    ]
}

fn searches(held: &Log) {
    for (name, query) in queries() {
        let (time, found) = millis(|| search(held, &query));
        crate::report(
            &format!("  search: {name} ({} lines)", found.lines().len()),
            time,
        );
    }
}

/// The work of the viewer on a log: visible rows, the overview, painted lines.
fn drawing(held: &Log) {
    let lines = held.len();
    let hidden = Filter {
        hidden_levels: [1].into(),
        ..Filter::default()
    };
    let (time, rows) = millis(|| {
        let mut rows = VisibleRows::new();
        while !rows.extend(held.store(), held.steps(), None, None, &hidden, 100_000) {}
        rows
    });
    crate::report(&format!("  rows without one level ({})", rows.len()), time);
    let (time, _) = millis(|| {
        let mut overview = Overview::new(1000);
        while !overview.extend(held.store(), 100_000) {}
        overview
    });
    crate::report("  overview", time);
    let (time, _) = millis(|| {
        let mut paints = 0;
        let mut painted = Painted::default();
        for line in (0..lines).step_by(997) {
            held.paint(line, EscapeMode::Interpret, &mut painted);
            paints += painted.spans.len();
        }
        paints
    });
    crate::report(
        &format!("  {} lines from everywhere painted", lines.div_ceil(997)),
        time,
    );
}
