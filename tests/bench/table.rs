//! The cost of a poll of the builds table: from its answer to the painted row, and in memory over many.

use crate::memory::renderer_memory;
use crate::support::fixtures::{BUILDS, sample_builds_page};
use crate::support::{Api, Browser, Reply, Setup, eventually};
use crate::{median, report};
use serde_json::{Value, json};

/// Polls that are measured.
const POLLS: usize = 30;
/// Polls before the memory is measured.
const MEMORY_POLLS: usize = 1_000;

/// Counts the answered polls, and notes when the last one was answered.
const WATCH: &str = "
  window.answered = 0; window.at = 0;
  const ask = window.fetch;
  window.fetch = (...call) => ask(...call).then((answer) => {
    const text = answer.text.bind(answer);
    answer.text = () => text().then((body) => { window.at = performance.now(); window.answered += 1; return body; });
    return answer;
  });";

/// A page of 20 builds, the first of which is running and at this step.
fn page(step: usize) -> Reply {
    let mut page = sample_builds_page();
    let row = page["results"][0].clone();
    let rows = (0..20).map(|index| {
        let mut row = row.clone();
        row["build_id"] = json!(format!("build-{index}"));
        if index == 0 {
            row["status"] = json!("I");
            row["ended_at"] = Value::Null;
            row["docker_repo_version_tag"] = json!(format!("step-{step}"));
        }
        row
    });
    page["results"] = rows.collect();
    page["next"] = Value::Null;
    Reply::Json(200, page)
}

/// Measures the table.
pub async fn table() {
    let api = Api::start().await;
    api.on("GET", BUILDS, page(0));
    let browser = Browser::start(Setup {
        records: false,
        ..Setup::default()
    })
    .await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("step-0").await;
    browser.script(WATCH).await;
    let mut painted = Vec::new();
    for step in 1..=POLLS {
        api.on("GET", BUILDS, page(step));
        let script = format!(
            "const done = arguments[0];
             const shown = () => document.querySelector('tbody').textContent.includes('step-{step}');
             new MutationObserver((_, own) => {{
               if (!shown()) return;
               own.disconnect();
               const channel = new MessageChannel();
               channel.port1.onmessage = () => done(performance.now() - window.at);
               requestAnimationFrame(() => channel.port2.postMessage(0));
             }}).observe(document.querySelector('tbody'), {{subtree: true, childList: true, characterData: true}});
             dispatchEvent(new Event('online'));"
        );
        let millis = browser.script_async(&script).await;
        painted.push(millis.as_f64().expect("a number"));
    }
    report(
        "a poll's answer to the painted row, 20 rows, one changed",
        median(painted),
    );

    poll(&browser, 100).await;
    let before = settled(&browser).await;
    poll(&browser, MEMORY_POLLS).await;
    let after = settled(&browser).await;
    println!(
        "{:<64} {:>10.1} MB, {:.1} MB before (objects of the page {:.2} and {:.2} MB)",
        "memory of the page after 1,000 polls", after.0, before.0, after.1, before.1
    );
    browser.close().await;
}

/// Has the list read this many times, one after the other.
async fn poll(browser: &Browser, polls: usize) {
    browser
        .script(&format!(
            "const end = window.answered + {polls}; let asked = window.answered; window.done = false;
             dispatchEvent(new Event('online'));
             const timer = setInterval(() => {{
               if (window.answered >= end) {{ clearInterval(timer); window.done = true; return; }}
               if (window.answered > asked) {{ asked = window.answered; dispatchEvent(new Event('online')); }}
             }}, 1);"
        ))
        .await;
    eventually("all polls are answered", async || {
        let done = browser.script("return window.done;").await;
        (done == true).then_some(())
    })
    .await;
}

/// The renderer's memory (PSS) and that of the page's own objects, in MB, after garbage collection.
async fn settled(browser: &Browser) -> (f64, f64) {
    let cdp = browser.driver.cdp();
    for _ in 0..3 {
        let collected = cdp.send_raw("HeapProfiler.collectGarbage", json!({})).await;
        collected.expect("collects");
    }
    let heap = browser
        .script("return performance.memory.usedJSHeapSize / 1e6;")
        .await;
    (renderer_memory(), heap.as_f64().unwrap_or(f64::NAN))
}
