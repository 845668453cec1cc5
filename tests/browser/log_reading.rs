//! Reading the log: as it comes, cut off, merged, and while nobody looks.

use crate::api::{Api, Part, Reply};
use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::log::{
    START, api, build, count, counted, entries, entry, open, press, search, see_line, text_of,
};
use crate::source::Source;
use crate::stories::{connect, create_simple};
use serde_json::{Value, json};

const LOGS: &str = "/v1/builds/b1/logs";

fn part(entry: &Value, before: &str) -> Part {
    Part::Text(format!("{before}{entry}"))
}

/// Waits until nothing of the log has been asked for while two of its reads would have come.
async fn silence(api: &Api) {
    let mut before = usize::MAX;
    for _ in 0..40 {
        let now = api.asked("GET", LOGS).len();
        if now == before {
            return;
        }
        before = now;
        tokio::time::sleep(std::time::Duration::from_millis(1_600)).await;
    }
    panic!("the log is asked for again and again");
}

#[tokio::test]
async fn a_trickle_is_shown_line_by_line_and_a_cut_loses_nothing() -> Outcome {
    let api = api("I", Vec::new()).await;
    let log: Vec<Value> = (1..=6)
        .map(|number| entry(&format!("line {number}"), 0))
        .collect();
    let cut = Part::Text(r#",{"message":"lin"#.to_owned());
    let parts = vec![
        part(&log[0], "["),
        Part::Wait,
        part(&log[1], ","),
        Part::Wait,
        part(&log[2], ","),
        cut,
        Part::Wait,
        Part::Cut,
    ];
    api.on("GET", LOGS, Reply::Parts(parts));
    let browser = open(&api, "").await;
    // Each line is there while the answer is still open.
    for line in 1..=3 {
        browser.see(&format!("line {line}")).await;
        counted(&browser, line).await;
        api.release();
    }
    browser.see("Loading the log failed").await;
    counted(&browser, 3).await;
    api.on("GET", LOGS, Reply::Log(log));
    browser.see("line 6").await;
    browser.see_no_more("Loading the log failed").await;
    counted(&browser, 6).await;
    // The second of the last line was asked for again.
    let asked = api.asked("GET", LOGS);
    assert!(
        asked
            .iter()
            .any(|asked| asked.query == format!("start_time={START}"))
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn overlapping_answers_are_merged_and_the_end_is_known() -> Outcome {
    // The same text twice in one second is two lines.
    let log = |count: usize| -> Vec<Value> {
        let text = |number: usize| {
            if number.is_multiple_of(3) {
                "again"
            } else {
                "and"
            }
        };
        (0..count)
            .map(|number| entry(text(number), number as i64 / 8))
            .collect()
    };
    let api = api("I", log(20)).await;
    let browser = open(&api, "").await;
    counted(&browser, 20).await;
    for lines in [21, 24, 40] {
        api.on("GET", LOGS, Reply::Log(log(lines)));
        counted(&browser, lines as u64).await;
    }
    api.on("GET", "/v1/builds/b1", Reply::Json(200, build("S")));
    browser.see("Succeeded").await;
    // It ends when nothing new came twice: then nothing is asked any more.
    silence(&api).await;
    counted(&browser, 40).await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn what_is_no_log_is_told_and_odd_entries_are_counted() -> Outcome {
    let api = api("S", Vec::new()).await;
    let page = "<!doctype html><title>Proxy</title><p>Sign in".to_owned();
    api.on("GET", LOGS, Reply::Typed("text/html", page));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds/b1", api.address)).await;
    browser.see("Loading the log failed").await;
    browser.see("<title>Proxy</title>").await;
    let body = r#"[{"message":"good"},7,{"message":"also good","time":null},{"level":{"a":[]}}]"#;
    api.on("GET", LOGS, Reply::Typed("text/plain", body.to_owned()));
    browser.press("button", "Retry").await;
    browser.see("also good").await;
    browser.see_no_more("Loading the log failed").await;
    browser.see("1 entry couldn’t be read").await;
    api.on("GET", LOGS, Reply::Text(403, "not yours"));
    browser.reload().await;
    browser.see("not yours").await;
    browser.see("HTTP 403").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn nothing_is_asked_while_nobody_looks() -> Outcome {
    let api = api("I", entries(5)).await;
    let browser = open(&api, "").await;
    counted(&browser, 5).await;
    let hide = |hidden: bool| {
        format!(
            "Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {hidden}}});
             window.dispatchEvent(new Event('visibilitychange', {{bubbles: true}}));"
        )
    };
    browser.script(&hide(true)).await;
    // What was under way ends; then there is silence.
    silence(&api).await;
    api.on("GET", LOGS, Reply::Log(entries(9)));
    browser.script(&hide(false)).await;
    counted(&browser, 9).await;

    // A lost network: the lines stay, it is said, and it goes on by itself.
    api.on("GET", LOGS, Reply::CutAfter);
    browser.see("Loading the log failed").await;
    counted(&browser, 9).await;
    api.on("GET", LOGS, Reply::Log(entries(12)));
    browser
        .script("window.dispatchEvent(new Event('online'))")
        .await;
    counted(&browser, 12).await;
    browser.see_no_more("Loading the log failed").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn fifty_thousand_lines_in_bursts_are_read_without_loss() -> Outcome {
    let source = Source::with_steps(&[
        "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); echo burst $i; [ $((i%1000)) = 0 ] && /bin/busybox sleep 0.04; done; true",
        "/bin/busybox echo the compiler says no; exit 3",
    ]);
    let folder = source.parent();
    let mut server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    let name = format!("bursts-{}", std::process::id());
    create_simple(&browser, &name, &source).await;
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("burst ").await;
    browser.see("Failed").await;
    browser.see("the compiler says no").await;
    // As many lines as the API has, in one answer.
    let whole = browser
        .driver
        .execute_async(
            "const done = arguments[0]; fetch('/v1' + location.pathname + '/logs').then((a) => a.json())
               .then((log) => done(log.reduce((n, e) => n + e.message.split('\\n').length, 0)))",
            Vec::new(),
        )
        .await?;
    let whole = whole.json().as_u64().expect("a number");
    assert!(whole > 50_000, "{whole}");
    counted(&browser, whole).await;
    // And in their order.
    search(&browser, "burst 50000").await;
    crate::log::see_matches(&browser, "1 of 1").await;
    let last = browser
        .script("return document.querySelector('.log-line[aria-current]').dataset.line")
        .await;
    let last: u64 = last
        .as_str()
        .and_then(|line| line.parse().ok())
        .expect("a line");
    assert_eq!(text_of(&browser, last - 1).await, "burst 49999");

    // The step that failed, by its key and in the list.
    press(&browser, "g").await;
    see_line(&browser, 1).await;
    press(&browser, "F").await;
    browser.see("the compiler says no").await;
    let failed = browser
        .script("return document.querySelector('.log-steps [data-state=failed]')?.innerText")
        .await;
    assert!(
        failed.as_str().is_some_and(|text| text.contains("exit 3")),
        "{failed}"
    );

    // A server that goes takes no line with it.
    server.stop().await;
    assert_eq!(count(&browser).await, whole);
    server.start_again().await;
    browser.reload().await;
    counted(&browser, whole).await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_window_of_time_is_asked_of_the_api_and_stands_in_the_address() -> Outcome {
    let mut log = entries(400);
    log[0]["message"] = json!("STEP 1/2: FROM scratch");
    log[100]["message"] = json!("STEP 2/2: RUN make");
    let api = api("S", log).await;
    let browser = open(&api, "").await;
    counted(&browser, 400).await;
    browser
        .press("button", "Load only the time range of 2/2 RUN make")
        .await;
    browser.see("Line numbers start there").await;
    counted(&browser, 300 + 1).await;
    let place = format!("?start={}&end={}", START + 10, START + 40);
    browser.at(&format!("/builds/b1{place}")).await;
    let asked = api.asked("GET", LOGS);
    let window = format!("start_time={}&end_time={}", START + 10, START + 40);
    assert!(asked.iter().any(|asked| asked.query == window), "{asked:?}");
    browser.reload().await;
    counted(&browser, 301).await;
    browser.press("button", "Load whole log").await;
    counted(&browser, 400).await;
    browser.at("/builds/b1").await;

    // By time.
    browser.press("button", "Time range").await;
    browser.find("button", "Load this range").await;
    browser
        .script(
            "const [from, to] = document.querySelectorAll('input[type=datetime-local]');
             const put = (field, value) => { field.value = value; field.dispatchEvent(new Event('input', {bubbles: true})); };
             const zone = new Date(1441770706000).getTimezoneOffset() * 60;
             const at = (second) => new Date((second - zone) * 1000).toISOString().slice(0, 19);
             window.times = (first, last) => { put(from, at(first)); put(to, at(last)); };
             times(1441770709, 1441770708);",
        )
        .await;
    browser.press("button", "Load this range").await;
    browser.see("The end is before the start.").await;
    browser.script("times(1441770708, 1441770709);").await;
    browser.press("button", "Load this range").await;
    counted(&browser, 20).await;

    // By dragging on the overview.
    browser.press("button", "Load whole log").await;
    counted(&browser, 400).await;
    browser
        .script(
            "const strip = document.querySelector('.log-overview'); const box = strip.getBoundingClientRect();
             strip.setPointerCapture = () => {};
             const send = (kind, share) => strip.dispatchEvent(new PointerEvent(kind, {bubbles: true, button: 0,
               pointerId: 1, clientX: box.left + 5, clientY: box.top + share * box.height}));
             send('pointerdown', 0.25); send('pointermove', 0.4); send('pointermove', 0.5); send('pointerup', 0.5);",
        )
        .await;
    browser.see("Line numbers start there").await;
    eventually("a quarter of the log", async || {
        (80..140).contains(&count(&browser).await).then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}
