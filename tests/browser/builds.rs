//! The builds table: live rows, filters, sorting, pages, and building again from a row.

use crate::support::fixtures::{BUILDS, build, builds_page, running, serve_build, waiting};
use crate::support::steps::{connect, create_simple, round_trip};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, eventually, eventually_eq, story,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Waits until the list has been read `more` times again, and what came is on the page.
async fn polls(browser: &Browser, api: &Api, more: usize) {
    let before = api.requests("GET", BUILDS).len();
    api.received("GET", BUILDS, before + more).await;
    round_trip(browser).await;
}

/// The tags of the builds in the table, from the top.
async fn tags(browser: &Browser) -> Vec<String> {
    let images = browser.column_links("Image").await;
    let tag = |image: &String| image.rsplit(':').next().unwrap_or_default().to_owned();
    images.iter().map(tag).collect()
}

/// Waits until the table has this many builds.
async fn has_builds(browser: &Browser, count: usize) {
    eventually_eq("the number of builds", count, async || {
        tags(browser).await.len()
    })
    .await;
}

/// Waits until these are the first tags of the table.
async fn starts_with(browser: &Browser, wanted: &[&str]) {
    eventually(&format!("the table starts with {wanted:?}"), async || {
        let tags = tags(browser).await;
        let first = tags.iter().take(wanted.len());
        first.eq(wanted).then_some(())
    })
    .await;
}

/// Waits until the table has these tags, in this order.
async fn has_tags(browser: &Browser, wanted: &str) {
    eventually_eq("the tags in the table", wanted.to_owned(), async || {
        tags(browser).await.join(" ")
    })
    .await;
}

#[tokio::test]
async fn a_poll_changes_only_what_is_new() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let first = vec![
                build("2", "two", "I", running()),
                build("1", "one", "S", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(first, 2, false));
            browser.open(&format!("{}/builds", api.address)).await;
            let link = browser.find("link", "team/app:two").await;
            link.focus().await?;
            browser.watch_rows().await;
            polls(browser, api, 2).await;
            assert_eq!(browser.changed_columns().await, [""; 0]);

            let second = vec![
                build("2", "two", "S", json!({})),
                build("1", "one", "S", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(second, 2, false));
            eventually_eq(
                "both have succeeded",
                ["Succeeded"; 2].join(" "),
                async || browser.column("Status").await.join(" "),
            )
            .await;
            // The text of a duration is not watched, but its cell changes with the status.
            let changed = browser.changed_columns().await;
            let fits = |cell: &String| ["Status", "Duration"].contains(&cell.as_str());
            assert!(
                !changed.is_empty() && changed.iter().all(fits),
                "{changed:?}"
            );
            assert_eq!(browser.focused_text().await, "team/app:two");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn new_builds_wait_while_the_user_reads_and_are_added_at_the_top() -> Outcome {
    story(Api::start().await)
        .size(1000, 500)
        .run(async |browser, api| {
            let rows = |from: usize| -> Vec<Value> {
                (from..from + 20)
                    .rev()
                    .map(|n| build(&n.to_string(), &format!("t{n}"), "S", json!({})))
                    .collect()
            };
            let mut live = rows(1);
            live[0] = build("20", "t20", "I", running());
            api.on("GET", BUILDS, builds_page(live, 40, true));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:t20").await;
            browser.script("scrollTo(0, 400);").await;
            let mut live = rows(3);
            live[0] = build("22", "t22", "I", running());
            api.on("GET", BUILDS, builds_page(live, 42, true));
            browser.see("2 new builds").await;
            assert_eq!(tags(browser).await[..2], ["t20", "t19"]);
            browser.press("button", "2 new builds").await;
            starts_with(browser, &["t22", "t21", "t20"]).await;
            browser.see_no_more("new builds").await;
            // At the top of the page they are added at once.
            api.on("GET", BUILDS, builds_page(rows(4), 43, true));
            starts_with(browser, &["t23", "t22"]).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn an_answer_that_comes_after_a_newer_one_is_dropped() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let old = builds_page(vec![build("1", "old", "S", json!({}))], 1, false);
            api.on("GET", "/v1/builds?page=1", Reply::Held(Box::new(old)));
            let new = builds_page(vec![build("2", "new", "S", json!({}))], 1, false);
            api.on("GET", BUILDS, new);
            browser.open(&format!("{}/builds", api.address)).await;
            browser.fill("Repository", "app").await;
            browser.press("button", "Filter").await;
            browser.at("/builds?repo=app").await;
            browser.find("link", "team/app:new").await;
            api.release();
            round_trip(browser).await;
            assert!(browser.all("link", "team/app:old").await.is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn filters_sorting_and_page_are_in_the_url() -> Outcome {
    story(Api::start().await).run(async |browser, api| {
    let rows = vec![
        build(
            "3",
            "c",
            "F",
            json!({ "detail": "no space left on device\n", "ended_at": "2015-05-28T11:13:29.000Z" }),
        ),
        build("2", "a", "S", json!({ "code_repo_client": "Bitbucket" })),
        build(
            "1",
            "b",
            "Q",
            waiting(),
        ),
    ];
    api.on("GET", BUILDS, builds_page(rows, 3, false));
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("no space left on device").await;
    // No row fits: the summary counts the rows all the same, from the first view on.
    browser
        .open(&format!("{}/builds?namespace=team&q=zzz", api.address))
        .await;
    browser.see("0 of 3 builds on page 1 match").await;
    browser.see("No builds on this page match the filters.").await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("no space left on device").await;
    // An unknown status displays as itself, and can be chosen.
    browser.choose("Status", "Q").await;
    browser.at("/builds?status=Q").await;
    browser.see("1 of 3 builds on page 1 matches").await;
    has_tags(browser, "b").await;
    browser.choose("Status", "Any status").await;
    browser.choose("Source client", "Bitbucket").await;
    browser.at("/builds?client=Bitbucket").await;
    has_tags(browser, "a").await;
    browser.choose("Source client", "Any client").await;
    browser.fill("Search", "space LEFT").await;
    browser.at("/builds?q=space%20LEFT").await;
    has_tags(browser, "c").await;
    browser.reload().await;
    has_tags(browser, "c").await;
    browser.fill("Search", "").await;
    browser.press("link", "Duration").await;
    browser.at("/builds?sort=-duration").await;
    has_tags(browser, "a c b").await;
    browser.press("link", "Duration").await;
    has_tags(browser, "c a b").await;
    assert_eq!(browser.sort_order().await, "ascending");
    browser.press("link", "Duration").await;
    browser.at("/builds").await;
    // Namespace and repository are filtered by the API.
    browser.fill("Namespace", "team").await;
    browser.press("button", "Filter").await;
    browser.at("/builds?namespace=team").await;
    api.received_query("GET", BUILDS, "namespace=team").await;
Ok(())
}).await
}

#[tokio::test]
async fn the_next_page_is_prefetched_and_the_scroll_position_is_restored() -> Outcome {
    story(Api::start().await)
        .size(1280, 600)
        .run(async |browser, api| {
            let rows = |from: usize| -> Vec<Value> {
                (from..from + 20)
                    .rev()
                    .map(|n| build(&n.to_string(), &format!("t{n}"), "S", json!({})))
                    .collect()
            };
            api.on("GET", "/v1/builds?page=1", builds_page(rows(41), 60, true));
            api.on("GET", "/v1/builds?page=2", builds_page(rows(21), 60, true));
            let third = builds_page(rows(1), 60, false);
            api.on("GET", "/v1/builds?page=3", Reply::Held(Box::new(third)));
            serve_build(api, &build("25", "t25", "S", json!({ "step_at": 50 })));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:t60").await;
            api.received_query("GET", BUILDS, "page=2").await;
            browser.press("link", "Next").await;
            browser.at("/builds?page=2").await;
            browser.find("link", "team/app:t40").await;
            // Into a build and back: same scroll position, same focus.
            let link = browser.find("link", "team/app:t25").await;
            link.scroll_into_view().await?;
            let before = browser.script("return scrollY;").await.as_f64();
            assert!(before.is_some_and(|at| at > 100.0));
            link.click().await?;
            browser.at("/builds/25").await;
            browser.find("heading", "team/app:t25").await;
            browser.driver.back().await?;
            eventually("the reader is where they were", async || {
                let now = browser
            .script("return document.activeElement.textContent === 'team/app:t25' ? scrollY : -1;")
            .await;
                (now.as_f64() == before).then_some(())
            })
            .await;
            // The old page stays until the next one is loaded.
            browser.press("link", "Next").await;
            browser.see("Loading page 3").await;
            assert!(tags(browser).await.contains(&"t25".to_owned()));
            api.on("GET", "/v1/builds?page=3", builds_page(rows(1), 60, false));
            api.release_all();
            browser.see("Page 3 of 3").await;
            browser.find("link", "team/app:t20").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_hidden_page_does_not_poll_and_polls_at_once_when_it_is_shown() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on(
                "GET",
                BUILDS,
                builds_page(vec![build("1", "one", "I", running())], 1, false),
            );
            browser.speed_up_clock().await;
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:one").await;
            browser.set_hidden(true).await;
            round_trip(browser).await;
            let before = api.requests("GET", BUILDS).len();
            // Longer than the wait between two polls, by the clock that the polls wait by.
            browser.wait_by_page_clock(Duration::from_secs(20)).await;
            assert_eq!(api.requests("GET", BUILDS).len(), before);
            browser.set_hidden(false).await;
            api.received("GET", BUILDS, before + 1).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn times_are_right_with_a_wrong_clock_and_odd_values() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            // An hour ahead of this machine.
            api.set_ahead(3600);
            let at = |seconds: i64| {
                let time = chrono::Utc::now() + chrono::TimeDelta::seconds(3600 + seconds);
                time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
            };
            let rows = vec![
                build(
                    "4",
                    "running",
                    "I",
                    json!({ "created_at": at(-70), "started_at": at(-65), "ended_at": null }),
                ),
                build(
                    "3",
                    "timeless",
                    "S",
                    json!({ "created_at": null, "started_at": null, "ended_at": null }),
                ),
                build(
                    "2",
                    "odd",
                    "S",
                    json!({ "created_at": "yesterday", "started_at": 5, "ended_at": {} }),
                ),
                build(
                    "1",
                    "late",
                    "S",
                    json!({ "created_at": at(-10), "started_at": at(-20), "ended_at": at(-15) }),
                ),
            ];
            api.on("GET", BUILDS, builds_page(rows.clone(), 4, false));
            serve_build(api, &rows[3]);
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:odd").await;
            // The durations tick by the API's clock.
            browser.see("1 m 0").await;
            browser.see("1 minute ago").await;
            let text = browser.text().await;
            assert!(!text.contains("NaN") && !text.contains("-"), "{text}");
            browser.press("link", "team/app:late").await;
            browser.see("waited 0 s").await;
            browser.see("took 5 s").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_started_again_from_its_row_is_in_the_table_at_once() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "again", &source).await;
            browser.at("/repositories/team/again").await;
            browser.press("button", "Build team/again:latest").await;
            browser.see("Build started: team/again:latest").await;
            has_builds(browser, 1).await;
            browser.open(&format!("{}/builds", server.address)).await;
            has_builds(browser, 1).await;
            browser.see("Succeeded").await;
            browser.press("button", "Build team/again:latest").await;
            has_builds(browser, 2).await;
            // The same commit can be built, once both rows show it.
            let commit = eventually("the commit of both", async || {
                let commits = browser.column_tooltips("Source").await;
                let known = commits.iter().all(|commit| commit.len() == 40);
                (commits.len() == 2 && known).then(|| commits[0].clone())
            })
            .await;
            browser
                .press("button", "Build a commit of team/again:latest")
                .await;
            browser.holds("Commit ID", 1, &commit).await;
            browser.press_in_dialog("button", "Build").await;
            has_builds(browser, 3).await;
            // From the palette, on the repository's page.
            browser
                .open(&format!("{}/repositories/team/again", server.address))
                .await;
            has_builds(browser, 3).await;
            browser.palette("build team/again").await;
            has_builds(browser, 4).await;
            browser.press("link", "Open build").await;
            browser.find("heading", "team/again:latest").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_disabled_build_button_says_why_and_a_refusal_is_shown_once() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = vec![
                build("2", "", "S", json!({ "docker_repo_path": "nowhere" })),
                build("1", "one", "S", json!({})),
            ];
            api.on("GET", BUILDS, builds_page(rows, 2, false));
            api.on(
                "POST",
                BUILDS,
                Reply::Json(403, json!({ "detail": "Your plan has no builds left." })),
            );
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:one").await;
            let dead = browser.find("button", "Build").await;
            assert!(!dead.is_enabled().await?);
            let why = dead.attr("title").await?.unwrap_or_default();
            assert!(why.contains("can’t be rebuilt here"), "{why}");
            browser.press("button", "Build team/app:one").await;
            browser.see("Your plan has no builds left.").await;
            browser.see("this token isn’t allowed to do that").await;
            assert_eq!(browser.all("alert", "").await.len(), 1);
            assert_eq!(api.requests("POST", BUILDS).len(), 1);
            browser.press("button", "Dismiss").await;
            browser.see_no_more("Your plan has no builds left.").await;
            Ok(())
        })
        .await
}
