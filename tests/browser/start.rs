//! The start of the console: each file is fetched once, and a browser that can't run it is told so.

use crate::support::fixtures::{BUILDS, builds_page, log_api, log_entries};
use crate::support::{Api, Outcome, Reply, story};
use std::collections::BTreeMap;

/// The code of the site that was asked for more than once, and how often.
fn asked_again(api: &Api) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for path in api.files() {
        *counts.entry(path).or_default() += 1;
    }
    let main = counts.keys().filter(|path| path.ends_with("_bg.wasm"));
    assert_eq!(main.count(), 1, "the main wasm, of {counts:?}");
    let is_code = |path: &str| path.ends_with(".wasm") || path.ends_with(".js");
    counts.retain(|path, count| is_code(path) && *count > 1);
    counts
}

#[tokio::test]
async fn each_file_of_the_code_is_fetched_once_for_the_table() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.see("No builds yet.").await;
            assert_eq!(asked_again(api), BTreeMap::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn each_file_of_the_code_is_fetched_once_for_a_build() -> Outcome {
    story(log_api("S", log_entries(3)).await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 2").await;
            assert_eq!(asked_again(api), BTreeMap::new());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_browser_without_simd_or_without_webassembly_is_told_so_and_asks_for_nothing() -> Outcome
{
    const NO_SIMD: &str = "WebAssembly.validate = () => false;";
    const NOTHING: &str = "delete window.WebAssembly;";
    for (lacking, languages, told, other) in [
        (
            NO_SIMD,
            "en-US,en",
            "This browser has no WebAssembly with SIMD",
            "check your connection",
        ),
        (NOTHING, "zh-CN,zh", "请更新浏览器", "请检查网络连接"),
    ] {
        let story = story(Api::start().await).languages(languages);
        let shown = story.run(async |browser, api| {
            browser.before_each_page(lacking).await;
            api.on("GET", BUILDS, Reply::CutAfter);
            browser.open(&format!("{}/builds", api.address)).await;
            browser.see_in("alert", told).await;
            let text = browser.text().await;
            assert!(!text.contains(other), "{text}");
            browser.find_no_more("button", "").await;
            assert!(api.all_requests().is_empty());
            Ok(())
        });
        shown.await?;
    }
    Ok(())
}

/// A script before each page: its event `trap` lets code of the page stop as after a fault of the browser's compiler.
fn trap(within: &str) -> String {
    let module = "0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,5,1,3,0,0,11";
    format!(
        "addEventListener('trap', () => {{
           const module = new WebAssembly.Module(Uint8Array.of({module}));
           const {{ f }} = new WebAssembly.Instance(module).exports;
           {within};
         }});"
    )
}

#[tokio::test]
async fn a_console_that_stops_says_so_in_view_and_offers_a_reload() -> Outcome {
    for within in ["setTimeout(f)", "Promise.resolve().then(f)"] {
        let story = story(log_api("S", log_entries(100)).await);
        let told = story.run(async |browser, api| {
            browser.before_each_page(&trap(within)).await;
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 99").await;
            // What the dialog holds back would be out of reach.
            browser.press("button", "Details").await;
            browser.find("dialog", "").await;
            browser.script("dispatchEvent(new Event('trap'));").await;
            let alert = browser.see_in("alert", "it stopped working").await;
            let (top, bottom) = browser.edges(&alert).await;
            let height = browser.script("return innerHeight;").await;
            assert!(
                top > 0.0 && bottom.round() <= height.as_f64().unwrap_or_default(),
                "{within}: from {top} to {bottom}"
            );
            browser.axe("a console that has stopped").await;
            browser.press_in(&alert, "button", "Reload").await;
            browser.see_no_more("it stopped working").await;
            browser.see("line 99").await;
            Ok(())
        });
        told.await?;
    }
    Ok(())
}
