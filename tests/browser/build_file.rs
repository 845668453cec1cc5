//! A build as a file: saved from its page, and opened without an API.

use crate::support::files::{
    choose_file, drag_file, drop_file, record_saved_file, saved_file, unpacked,
};
use crate::support::fixtures::{
    LOG, LOG_BUILD, LOG_START, REPOSITORY, log_api, log_build, log_entries, log_entry, repository,
    tag_config,
};
use crate::support::log_page::{
    count, counted, in_view, load_window, press, press_in_menu, press_number, search, see_line,
    see_matches, selected, set_fragment, show_log, text_of,
};
use crate::support::{Api, Browser, Outcome, Part, Reply, assert_soon, eventually, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// The log of a build that failed, with a secret in it.
fn failed_log() -> Vec<Value> {
    let mut log = vec![
        log_entry("Cloning https://me:hunter22@git.test/team/app", 0),
        log_entry("STEP 1/2: FROM alpine", 1),
        log_entry("two\nlines \u{1b}[31mred\u{1b}[0m \"quoted\"", 2),
        log_entry("STEP 2/2: RUN make", 5),
    ];
    log.extend((0..300).map(|number| log_entry(&format!("cc part-{number}.c"), 6)));
    log.push(log_entry("main.c:7:5: error: expected expression", 8));
    log.push(json!({ "message": "make: *** [main.o] Error 1" }));
    log.push(log_entry(
        "Error: building at STEP \"RUN make\": exit status 2",
        9,
    ));
    log
}

/// An API with that build, and its repository with a secret in each place.
async fn failed_api() -> Api {
    let api = log_api("F", failed_log()).await;
    let mut repository = repository("app", json!([tag_config(7, "latest")]));
    let config = &mut repository["build_config"];
    config["code_repo_clone_url"] = json!("https://me:hunter22@git.test/team/app");
    config["code_repo_webhook_code"] = json!("hook-0123456789");
    config["code_repo_public_key"] = json!("ssh-rsa AAAAB3NzaC1yc2E deploy");
    api.on("GET", REPOSITORY, Reply::Json(200, repository));
    api
}

/// Saves the build whose page is shown.
async fn save(browser: &Browser) -> (String, Vec<u8>) {
    record_saved_file(browser).await;
    press_in_menu(browser, "More log tools", "button", "Save build as a file").await;
    browser.press_in_dialog("button", "Save file").await;
    let saved = saved_file(browser).await;
    browser.see(&format!("Saved as {}", saved.0)).await;
    saved
}

/// Opens the page that opens files, on a host that has no API.
async fn open_file_page(browser: &Browser, site: &Api, fragment: &str) {
    browser
        .open(&format!("{}/file{fragment}", site.address))
        .await;
    browser.see("Drop a file here").await;
}

#[tokio::test]
async fn a_saved_build_opens_on_a_host_without_an_api() -> Outcome {
    story(failed_api().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 308).await;
            let (name, file) = save(browser).await;
            assert_eq!(name, "app-latest-b1.slipway.json.gz");
            browser.focus_is_on("button", "More log tools").await;

            let content = unpacked(browser, &file).await;
            for secret in ["hunter22", "hook-0123456789", "AAAAB3NzaC1yc2E"] {
                assert!(!content.to_string().contains(secret), "{secret}");
            }
            assert_eq!(content["slipway"], 1);
            assert_eq!(content["is_part"], false);
            assert_eq!(content["build"]["build_id"], "b1");
            assert_eq!(
                content["config"]["tag_configs"][0]["docker_repo_tag"],
                "latest"
            );
            // The entries are those of the API, but for the secret.
            let mut entries = failed_log();
            entries[0]["message"] = json!("Cloning https://me:•••@git.test/team/app");
            assert_eq!(content["log"], Value::from(entries));

            let site = Api::start().await;
            open_file_page(browser, &site, "#L3-L4").await;
            browser.see("This link leads to a place in a log.").await;
            browser.sent_requests().await;
            drop_file(browser, &name, &file).await?;
            browser.focus_is_on("heading", "team/app:latest").await;
            counted(browser, 308).await;
            // The link is followed.
            see_line(browser, 3).await;
            assert_soon!(selected(browser).await, "3,4");
            assert_soon!(text_of(browser, 4).await, "lines red \"quoted\"");
            browser.find("region", "Why it failed").await;
            browser.see("2/2").await;
            browser.find("button", "2/2 RUN make").await;
            search(browser, "expected expression").await;
            see_matches(browser, "1 of 1").await;
            see_line(browser, 306).await;
            press_number(browser, 306, false).await;
            browser.at("/file?search=expected%20expression#L306").await;
            set_fragment(browser, "#L10").await;
            see_line(browser, 10).await;
            browser.press("button", "Details").await;
            browser.press("button", "Build config").await;
            browser
                .see_in("region", "\"docker_repo_tag\": \"latest\"")
                .await;
            let sent = browser.sent_requests().await;
            assert!(
                sent.iter().all(|(_, url)| url.starts_with("blob:")),
                "{sent:?}"
            );
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_needs_the_api_is_not_offered() -> Outcome {
    story(failed_api().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            let (name, file) = save(browser).await;
            let site = Api::start().await;
            open_file_page(browser, &site, "").await;
            drop_file(browser, &name, &file).await?;
            counted(browser, 308).await;
            for name in [
                "Build again",
                "Other actions",
                "Older build",
                "pull command",
            ] {
                assert!(browser.all("button", name).await.is_empty(), "{name}");
            }
            assert!(browser.all("link", "app").await.is_empty());
            browser.press("button", "More log tools").await;
            browser.find("button", "Download raw log").await;
            assert!(browser.all("button", "Save build").await.is_empty());
            browser.keys(Key::Escape + "").await;

            // A range of time is cut out of the file.
            press_in_menu(browser, "More log tools", "button", "Time range").await;
            load_window(browser, LOG_START + 2, LOG_START + 5).await;
            browser.see("3 of 308 lines").await;
            browser.press("button", "Load whole log").await;
            counted(browser, 308).await;

            // The file is still open on the way back from another page.
            browser.press("link", "Settings").await;
            browser.find("heading", "Settings").await;
            browser.driver.back().await?;
            counted(browser, 308).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_running_build_is_saved_as_far_as_it_is() -> Outcome {
    story(log_api("I", log_entries(20)).await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            counted(browser, 20).await;
            record_saved_file(browser).await;
            press_in_menu(browser, "More log tools", "button", "Save build as a file").await;
            browser
                .see("The log isn’t complete yet. The file gets the 20 lines loaded so far.")
                .await;
            browser.press_in_dialog("button", "Save file").await;
            // The API has no call that gives the config.
            browser.see("without the build config").await;
            let (name, file) = saved_file(browser).await;
            assert_soon!(unpacked(browser, &file).await["is_part"], true);

            let site = Api::start().await;
            open_file_page(browser, &site, "").await;
            drop_file(browser, &name, &file).await?;
            browser
                .see("The build was still running when it was saved.")
                .await;
            counted(browser, 20).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_browser_that_cannot_save_says_so() -> Outcome {
    story(failed_api().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            browser.script("delete window.CompressionStream;").await;
            press_in_menu(browser, "More log tools", "button", "Save build as a file").await;
            browser.press_in_dialog("button", "Save file").await;
            browser.see_in("alert", "The file couldn’t be saved.").await;
            browser.press_in_dialog("button", "Cancel").await;
            browser.focus_is_on("button", "More log tools").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_log_alone_opens_as_json_or_text() -> Outcome {
    story(Api::start().await)
        .run(async |browser, site| {
            open_file_page(browser, site, "").await;
            let text = "STEP 1/2: FROM alpine\nSTEP 2/2: RUN make\nmake: not found\n\
                        Error: building at STEP \"RUN make\": exit status 127\n";
            browser.tab_to("Choose file").await;
            choose_file(browser, "build.log", text.as_bytes()).await?;
            browser.focus_is_on("heading", "build.log").await;
            counted(browser, 4).await;
            assert_soon!(in_view(browser).await, [1, 2, 3, 4]);
            // Its text says that the build failed.
            browser.find("region", "Why it failed").await;
            browser.choose("Result of the build", "Succeeded").await;
            browser.find_no_more("region", "Why it failed").await;

            let entries = Value::from(log_entries(500)).to_string();
            browser.tab_to("Open another file").await;
            choose_file(browser, "log.json", entries.as_bytes()).await?;
            counted(browser, 500).await;
            press(browser, "g").await;
            see_line(browser, 1).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_file_that_cannot_be_opened_changes_nothing() -> Outcome {
    story(failed_api().await)
        .run(async |browser, api| {
            show_log(browser, api, "").await;
            let (name, file) = save(browser).await;
            let site = Api::start().await;
            open_file_page(browser, &site, "").await;
            drag_file(browser).await?;
            browser.see("Drop to open").await;
            drop_file(browser, "picture.png", &[0; 60]).await?;
            browser.see_in("alert", "picture.png").await;
            browser
                .see("This file is neither a saved build nor a text.")
                .await;
            browser.see_no_more("Drop to open").await;
            drop_file(browser, "empty.log", b"").await?;
            browser.see("This file is empty.").await;
            drop_file(browser, "odd.gz", b"\x1f\x8bnothing of the kind").await?;
            browser.see("couldn’t read or unpack this file").await;
            let newer = br#"{"slipway": 99, "log": []}"#;
            drop_file(browser, "newer.json", newer).await?;
            browser.see("saved by a newer Slipway (format 99)").await;
            drop_file(
                browser,
                "broken.json",
                br#"{"slipway": 1, "build": 7, "log": []}"#,
            )
            .await?;
            browser.see("its beginning is damaged").await;

            drop_file(browser, &name, &file).await?;
            counted(browser, 308).await;
            browser.see_no_more("its beginning is damaged").await;
            drop_file(browser, "picture.png", &[0; 60]).await?;
            browser.see_in("alert", "picture.png").await;
            counted(browser, 308).await;

            // A file that ends early shows what it has.
            drop_file(browser, "cut.gz", &file[..file.len() - 60]).await?;
            browser
                .see("The file is incomplete: the log ends early.")
                .await;
            assert!(count(browser).await < 308);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_way_to_the_page_needs_no_api() -> Outcome {
    story(Api::start().await)
        .run(async |browser, site| {
            // Below a host that has no API, the list of builds fails.
            browser.open(&format!("{}/builds", site.address)).await;
            browser.press("link", "Open a build from a file").await;
            browser.at("/file").await;
            browser
                .focus_is_on("heading", "Open a build from a file")
                .await;
            browser.open(&format!("{}/connection", site.address)).await;
            browser.press("link", "Open a build from a file").await;
            browser.at("/file").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn saving_waits_for_what_is_still_loading() -> Outcome {
    story(log_api("S", Vec::new()).await)
        .run(async |browser, api| {
            let first = Part::Text(format!("[{}", log_entry("first", 0)));
            let last = Part::Text(format!(",{}]", log_entry("last", 1)));
            api.on("GET", LOG_BUILD, Reply::Json(200, log_build("S")));
            api.on("GET", LOG, Reply::Parts(vec![first, Part::Wait, last]));
            show_log(browser, api, "").await;
            press_in_menu(browser, "More log tools", "button", "Save build as a file").await;
            browser
                .see("The log isn’t complete yet. The file gets the 1 line")
                .await;
            api.release();
            browser.see("The log has 2 lines.").await;
            eventually("both lines", async || {
                (count(browser).await == 2).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}
