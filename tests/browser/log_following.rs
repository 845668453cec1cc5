//! Following the log of a running build to its end, whatever the clocks do and however the API reads the bounds: the page
//! then shows what a fresh load of it shows.

use crate::support::fixtures::{LOG, LOG_BUILD, log_api, log_build, log_entries};
use crate::support::log_page::{
    counted, press, search, see_line, see_matches, selected, show_log, text_of,
};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, eventually, eventually_eq, story};
use chrono::Utc;
use serde_json::{Value, json};

fn entry(text: &str, time: i64) -> Value {
    json!({ "message": text, "level": "INFO", "time": time })
}

fn texts(log: &[Value]) -> Vec<String> {
    let texts = log.iter().map(|entry| entry["message"].as_str());
    texts
        .map(|text| text.unwrap_or_default().to_owned())
        .collect()
}

/// The lines of a short log that is in view as a whole, in order.
async fn shown(browser: &Browser) -> Vec<String> {
    let script = "return [...document.querySelectorAll('[role=region] [role=list] > *')]
        .filter((line) => !line.hidden)
        .map((line) => line.querySelector('.log-text').textContent);";
    serde_json::from_value(browser.script(script).await).unwrap_or_default()
}

async fn see_log(browser: &Browser, what: &str, log: &[Value]) {
    eventually_eq(what, texts(log), async || shown(browser).await).await;
}

fn end(api: &Api, status: &str) {
    api.on("GET", LOG_BUILD, Reply::Json(200, log_build(status)));
}

#[tokio::test]
async fn a_clock_that_goes_back_hides_no_line() -> Outcome {
    let now = Utc::now().timestamp();
    let mut log: Vec<Value> = (0..5)
        .map(|n| entry(&format!("before {n}"), now - 5 + n))
        .collect();
    story(log_api("I", log.clone()).await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "").await;
            see_log(browser, "the first lines", &log).await;
            log.extend((0..3).map(|n| entry(&format!("after {n}"), now - 3_600 + n)));
            api.on("GET", LOG, Reply::Log(log.clone()));
            // While the build runs as well, once nothing else comes.
            see_log(browser, "the lines of an earlier hour", &log).await;
            log.push(entry("the end", now - 3_500));
            api.on("GET", LOG, Reply::Log(log.clone()));
            end(api, "S");
            see_log(browser, "the whole log", &log).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_late_line_gets_its_place_and_what_one_looks_at_stays() -> Outcome {
    let mut log = log_entries(400);
    log[0]["message"] = json!("STEP 1/2: FROM scratch");
    log[250]["message"] = json!("STEP 2/2: RUN make");
    story(log_api("I", log.clone()).await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "#L151-L153").await;
            see_line(browser, 152).await;
            search(browser, "line 152").await;
            see_matches(browser, "1 of 1").await;
            for text in ["late 1", "late 2"] {
                let mut late = log[4].clone();
                late["message"] = json!(text);
                log.insert(5, late);
            }
            api.on("GET", LOG, Reply::Log(log.clone()));
            end(api, "S");
            browser.at("/builds/b1?search=line%20152#L153-L155").await;
            counted(browser, 402).await;
            assert_soon!(selected(browser).await, "153,154,155");
            assert_soon!(text_of(browser, 153).await, "line 151");
            see_line(browser, 154).await;
            see_matches(browser, "1 of 1").await;
            press(browser, "g").await;
            see_line(browser, 6).await;
            assert_soon!(text_of(browser, 6).await, "late 2");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_entry_from_the_future_is_not_asked_from() -> Outcome {
    let now = Utc::now().timestamp();
    let mut log = vec![
        entry("first", now - 9),
        entry("next year", now + 31_536_000),
    ];
    story(log_api("I", log.clone()).await)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "").await;
            for n in 0..3 {
                log.push(entry(&format!("today {n}"), now - 8 + n));
                api.on("GET", LOG, Reply::Log(log.clone()));
                see_log(browser, "a line of today", &log).await;
            }
            end(api, "S");
            browser.see("Succeeded").await;
            let read_without_bounds = async || {
                let requests = api.requests("GET", LOG);
                let whole = requests.iter().filter(|request| request.query.is_empty());
                (whole.count() > 1).then_some(())
            };
            eventually("a read without bounds", read_without_bounds).await;
            see_log(browser, "the whole log", &log).await;
            for request in api.requests("GET", LOG) {
                let start = request.query.strip_prefix("start_time=");
                let start = start.and_then(|start| start.parse::<i64>().ok());
                assert!(
                    start.is_none_or(|start| start <= Utc::now().timestamp()),
                    "{request:?}"
                );
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_api_that_ignores_the_bounds_makes_no_line_twice() -> Outcome {
    let now = Utc::now().timestamp();
    // Equal lines of one second stay as many as there are.
    let mut log: Vec<Value> = (0..9)
        .map(|n| entry(["same", "other"][n % 2], now - 20 + n as i64 / 4))
        .collect();
    let all = |log: &[Value]| Reply::Json(200, Value::from(log.to_vec()));
    let backend = log_api("I", Vec::new()).await;
    backend.on("GET", LOG, all(&log));
    story(backend)
        .run(async |browser, api| {
            browser.speed_up_clock().await;
            show_log(browser, api, "").await;
            see_log(browser, "the first lines", &log).await;
            let reads = api.requests("GET", LOG).len();
            api.received("GET", LOG, reads + 4).await;
            assert_soon!(shown(browser).await, texts(&log));
            log.push(entry("same", now - 10));
            api.on("GET", LOG, all(&log));
            see_log(browser, "a new line", &log).await;
            log.insert(2, entry("late", now - 20));
            api.on("GET", LOG, all(&log));
            end(api, "F");
            see_log(browser, "the whole log", &log).await;
            Ok(())
        })
        .await
}

/// The page's account of the build and its log.
async fn said(browser: &Browser) -> Value {
    let script = "const text = (element) => (element?.innerText ?? '').replace(/\\s+/g, ' ').trim();
        const named = (role, name) => [...document.querySelectorAll(role)]
            .find((element) => element.ariaLabel === name);
        const steps = named('nav', 'Steps');
        return {
            title: document.title,
            steps: [...(steps?.querySelectorAll('li') ?? [])].map((step) => [step.dataset.state, text(step)]),
            notes: text(steps?.lastElementChild),
            failure: text(named('section', 'Why it failed')?.querySelector('pre')),
            headline: text(named('section', 'Why it failed')?.querySelector('h2')),
            lines: text(document.querySelector('.log-count')),
            overview: document.querySelector('canvas')?.ariaLabel,
            progress: document.querySelectorAll('progress').length,
        };";
    browser.script(script).await
}

#[tokio::test]
async fn each_order_of_status_and_lines_ends_in_what_a_fresh_load_shows() -> Outcome {
    let now = Utc::now().timestamp();
    let begun = vec![
        entry("STEP 1/2: FROM scratch", now - 40),
        entry("Pulling", now - 39),
        entry("STEP 2/2: RUN make", now - 30),
    ];
    for status in ["S", "F"] {
        let last = match status {
            "S" => entry("COMMIT team/app:latest", now - 19),
            _ => entry("make: *** [all] Error 2", now - 19),
        };
        let mut whole = begun.clone();
        whole.extend([entry("compiling", now - 20), last]);
        // How many lines come before the status: all, some, none.
        for before in [whole.len(), whole.len() - 1, begun.len()] {
            story(log_api("I", begun.clone()).await)
                .run(async |browser, api| {
                    browser.speed_up_clock().await;
                    show_log(browser, api, "").await;
                    api.on("GET", LOG, Reply::Log(whole[..before].to_vec()));
                    counted(browser, before as u64).await;
                    end(api, status);
                    browser
                        .see(if status == "S" { "Succeeded" } else { "Failed" })
                        .await;
                    api.on("GET", LOG, Reply::Log(whole.clone()));
                    counted(browser, whole.len() as u64).await;
                    eventually("the log is read again", async || {
                        let requests = api.requests("GET", LOG);
                        let reads = requests.iter().filter(|request| request.query.is_empty());
                        (reads.count() > 2).then_some(())
                    })
                    .await;
                    let followed = said(browser).await;
                    show_log(browser, api, "").await;
                    counted(browser, whole.len() as u64).await;
                    eventually_eq("a fresh load", followed, async || said(browser).await).await;
                    Ok(())
                })
                .await?;
        }
    }
    Ok(())
}
