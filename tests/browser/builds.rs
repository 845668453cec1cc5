//! The builds table: live rows, filters, sorting, pages, and building again from a row.

use crate::support::fixtures::{BUILDS, build, builds_page, running, serve_build, waiting};
use crate::support::steps::{connect, create_simple, round_trip};
use crate::support::{
    Api, Browser, Outcome, Reply, Server, Source, assert_soon, eventually, eventually_eq, story,
};
use serde_json::{Value, json};
use std::time::Duration;
use thirtyfour::Key;

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

/// Opens the menu of a button with this name, and chooses from it.
async fn choose(browser: &Browser, menu: &str, choice: &str) {
    browser.press("button", menu).await;
    browser.press("button", choice).await;
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
            assert_soon!(browser.focused_text().await, "team/app:two");
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
            assert_soon!(tags(browser).await[..2], ["t20", "t19"]);
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
            browser.press("button", "Repository").await;
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
    // No row fits, from the first view on.
    browser
        .open(&format!("{}/builds?namespace=team&q=zzz", api.address))
        .await;
    browser.see("No builds match these filters.").await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("no space left on device").await;
    // An unknown status displays as itself, and can be chosen.
    choose(browser, "Status", "Q").await;
    browser.at("/builds?status=Q").await;
    has_tags(browser, "b").await;
    browser.see("1–1 of 1").await;
    choose(browser, "Status: Q", "Any status").await;
    browser.at("/builds").await;
    choose(browser, "Source", "Bitbucket").await;
    browser.at("/builds?client=Bitbucket").await;
    has_tags(browser, "a").await;
    browser.press("button", "Remove filter: Source").await;
    browser.fill("Search", "space LEFT").await;
    browser.at("/builds?q=space%20LEFT").await;
    has_tags(browser, "c").await;
    browser.reload().await;
    has_tags(browser, "c").await;
    browser.fill("Search", "").await;
    has_tags(browser, "c a b").await;
    browser.press("link", "Duration").await;
    browser.at("/builds?sort=-duration").await;
    has_tags(browser, "a c b").await;
    browser.press("link", "Duration").await;
    has_tags(browser, "c a b").await;
    assert_soon!(browser.sort_order().await, "ascending");
    browser.press("link", "Duration").await;
    browser.at("/builds").await;
    // Namespace and repository are filtered by the API.
    browser.press("button", "Namespace").await;
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
            browser.press("link", "Older").await;
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
            browser.press("link", "Older").await;
            browser.see("Loading page 3").await;
            assert!(tags(browser).await.contains(&"t25".to_owned()));
            api.on("GET", "/v1/builds?page=3", builds_page(rows(1), 60, false));
            api.release_all();
            browser.see("41–60 of 60").await;
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
                let titles = browser.column_tooltips("Source").await;
                let commit = |title: &String| title.rsplit(' ').next().map(str::to_owned);
                let commits: Vec<String> = titles.iter().filter_map(commit).collect();
                let known = commits.iter().all(|commit| commit.len() == 40);
                (commits.len() == 2 && known).then(|| commits[0].clone())
            })
            .await;
            choose(
                browser,
                "More for team/again:latest",
                "Build a commit of team/again:latest",
            )
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
            assert_soon!(browser.all("alert", "").await.len(), 1);
            assert_eq!(api.requests("POST", BUILDS).len(), 1);
            browser.press("button", "Dismiss").await;
            browser.see_no_more("Your plan has no builds left.").await;
            Ok(())
        })
        .await
}

/// Twenty builds, the first of them running and the second failed.
fn a_page() -> Reply {
    let mut rows = vec![
        build(
            "20",
            "t20",
            "I",
            json!({ "ended_at": null, "detail": "STEP 4/9: RUN make\n" }),
        ),
        build(
            "19",
            "t19",
            "F",
            json!({ "detail": "STEP 6/9: RUN make test: exit code 2\n" }),
        ),
    ];
    rows.extend(
        (1..=18)
            .rev()
            .map(|n| build(&n.to_string(), &format!("t{n}"), "S", json!({}))),
    );
    builds_page(rows, 214, true)
}

/// The heights of the rows that are whole in the window, CSS pixels.
async fn rows_in_view(browser: &Browser) -> Vec<f64> {
    let heights = browser
        .script(
            "return [...document.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect())
               .filter((row) => row.bottom <= innerHeight).map((row) => row.height);",
        )
        .await;
    serde_json::from_value(heights).expect("heights")
}

#[tokio::test]
async fn the_first_view_has_many_builds() -> Outcome {
    let api = Api::start().await;
    api.on("GET", BUILDS, a_page());
    for (width, height, least, tallest) in [(1280, 800, 12, 52.0), (390, 844, 8, 76.0)] {
        let story = story(&api).size(width, height);
        let seen = story.run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.see("STEP 6/9: RUN make").await;
            let rows = rows_in_view(browser).await;
            assert!(rows.len() >= least, "{} rows at {width} px", rows.len());
            assert!(rows.iter().all(|row| *row <= tallest), "{rows:?}");
            browser.axe(&format!("20 builds at {width} px")).await;
            Ok(())
        });
        seen.await?;
    }
    Ok(())
}

#[tokio::test]
async fn on_a_phone_the_whole_row_is_a_link() -> Outcome {
    story(Api::start().await)
        .size(390, 844)
        .run(async |browser, api| {
            api.on("GET", BUILDS, a_page());
            serve_build(api, &build("19", "t19", "F", json!({})));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:t19").await;
            // Its last corner is the link too, and nothing in it is a button.
            let hit = browser
                .script(
                    "const row = document.querySelectorAll('tbody tr')[1].getBoundingClientRect();
                     return document.elementFromPoint(row.right - 20, row.bottom - 8).closest('a').textContent;",
                )
                .await;
            assert_eq!(hit, "team/app:t19");
            assert!(browser.all("button", "Build team/app").await.is_empty());
            let roles = browser
                .script("return [...document.querySelectorAll('tbody tr, tbody td')].every((part) => part.role);")
                .await;
            assert_eq!(roles, true, "it stays a table");
            browser.press("link", "team/app:t19").await;
            browser.at("/builds/19").await;
            Ok(())
        })
        .await
}

/// A list of 140 builds on seven pages, of which every fifth has failed.
fn serve_pages(api: &Api) {
    for page in 1..=7 {
        api.on("GET", &page_path(page), page_of_140(page));
    }
}

fn page_path(page: usize) -> String {
    format!("{BUILDS}?page={page}")
}

fn page_of_140(page: usize) -> Reply {
    let newest = 140 - (page - 1) * 20;
    let row = |n: usize| {
        let status = if n.is_multiple_of(5) { "F" } else { "S" };
        build(&n.to_string(), &format!("t{n}"), status, json!({}))
    };
    let rows = (newest - 19..=newest).rev().map(row).collect();
    builds_page(rows, 140, page < 7)
}

/// How often a page of the list was asked for.
fn reads_of(api: &Api, page: usize) -> usize {
    let requests = api.requests("GET", BUILDS);
    let of_page = requests
        .iter()
        .filter(|request| request.query == format!("page={page}"));
    of_page.count()
}

#[tokio::test]
async fn a_filter_looks_through_all_builds_and_can_be_stopped() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_pages(api);
            let held = Reply::Held(Box::new(page_of_140(3)));
            api.on("GET", &page_path(3), held);
            browser
                .open(&format!("{}/builds?status=F", api.address))
                .await;
            // What fits so far is there while more is looked at, two pages at a time.
            has_tags(browser, "t140 t135 t130 t125").await;
            browser.see("Looked at 20 of 140").await;
            api.received_query("GET", BUILDS, "page=3").await;
            assert_eq!((reads_of(api, 2), reads_of(api, 4)), (1, 0));
            browser.axe("a search through all builds").await;
            browser.press("button", "Stop").await;
            browser.find("button", "Continue").await;
            browser.see("1–4 of at least 4").await;
            api.release_all();
            round_trip(browser).await;
            browser.see("Looked at 20 of 140").await;
            api.on("GET", &page_path(3), page_of_140(3));
            browser.press("button", "Continue").await;
            has_builds(browser, 20).await;
            browser.see("1–20 of at least 20").await;
            assert_eq!(reads_of(api, 6), 0, "a full page is enough");
            // The next page goes on from there.
            browser.press("link", "Older").await;
            browser.at("/builds?status=F&page=2").await;
            browser.see("21–28 of 28").await;
            has_tags(browser, "t40 t35 t30 t25 t20 t15 t10 t5").await;
            let older = browser.find("button", "Older").await;
            assert!(!older.is_enabled().await?);
            // Coming back costs nothing.
            let before = [4, 5, 6, 7].map(|page| reads_of(api, page));
            browser.press("link", "Newer").await;
            browser.see("1–20 of 28").await;
            has_builds(browser, 20).await;
            choose(browser, "Status: Failed", "Succeeded").await;
            browser.see("1–20 of 112").await;
            assert_eq!(before, [1; 4]);
            assert_eq!([4, 5, 6, 7].map(|page| reads_of(api, page)), before);
            // A reload shows the same.
            browser
                .open(&format!("{}/builds?status=F&page=2", api.address))
                .await;
            has_tags(browser, "t40 t35 t30 t25 t20 t15 t10 t5").await;
            browser
                .open(&format!("{}/builds?status=F&page=3", api.address))
                .await;
            browser.see("Page 3 doesn’t exist.").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_search_keeps_what_it_found_when_a_page_fails_and_rests_while_hidden() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            serve_pages(api);
            api.on(
                "GET",
                &page_path(3),
                Reply::Json(400, json!({ "detail": "page 3 is lost" })),
            );
            browser.speed_up_clock().await;
            browser
                .open(&format!("{}/builds?status=F", api.address))
                .await;
            browser.see("page 3 is lost").await;
            has_tags(browser, "t140 t135 t130 t125 t120 t115 t110 t105").await;
            browser.axe("a search that failed").await;
            browser.set_hidden(true).await;
            api.on("GET", &page_path(3), page_of_140(3));
            browser.press("button", "Retry").await;
            browser.see_no_more("page 3 is lost").await;
            let before = reads_of(api, 3);
            browser.wait_by_page_clock(Duration::from_secs(5)).await;
            assert_eq!(
                reads_of(api, 3),
                before,
                "nothing is read while the page is hidden"
            );
            browser.set_hidden(false).await;
            has_builds(browser, 20).await;
            assert_eq!((reads_of(api, 2), reads_of(api, 3)), (1, before + 1));
            Ok(())
        })
        .await
}

#[tokio::test]
async fn rows_that_a_filter_found_stay_live_and_do_not_move() -> Outcome {
    story(Api::start().await)
        .size(1000, 400)
        .run(async |browser, api| {
            let rows = |newest: usize, status: &str| -> Reply {
                let row = |n: usize| build(&n.to_string(), &format!("t{n}"), "S", json!({}));
                let mut rows: Vec<Value> = (newest - 19..=newest).rev().map(row).collect();
                let index = newest - 18;
                rows[index] = build("18", "t18", status, running_as(status));
                builds_page(rows, newest, false)
            };
            api.on("GET", BUILDS, rows(20, "I"));
            browser.speed_up_clock().await;
            browser.open(&format!("{}/builds?q=t1", api.address)).await;
            starts_with(browser, &["t19", "t18", "t17"]).await;
            browser.script("scrollTo(0, 200);").await;
            api.on("GET", BUILDS, rows(21, "S"));
            eventually("the build has ended", async || {
                let all = browser.column("Status").await;
                all.iter()
                    .all(|status| status.contains("Succeeded"))
                    .then_some(())
            })
            .await;
            starts_with(browser, &["t19", "t18", "t17"]).await;
            // Only what fits is new.
            browser.see_no_more("new build").await;
            let mut more = vec![build("x", "t1x", "S", json!({}))];
            more.extend(
                (3..=21)
                    .rev()
                    .map(|n| build(&n.to_string(), &format!("t{n}"), "S", json!({}))),
            );
            api.on("GET", BUILDS, builds_page(more, 22, false));
            browser.see("1 new build").await;
            starts_with(browser, &["t19", "t18"]).await;
            browser.press("button", "1 new build").await;
            starts_with(browser, &["t1x", "t19"]).await;
            Ok(())
        })
        .await
}

fn running_as(status: &str) -> Value {
    match status {
        "I" => running(),
        _ => json!({}),
    }
}

#[tokio::test]
async fn builds_of_a_day_are_found_by_its_date() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let at = |day: u32| json!({ "created_at": format!("2015-05-{day}T12:00:00.000Z") });
            let rows = vec![
                build("4", "d", "S", at(29)),
                build("3", "c", "S", at(28)),
                build("2", "b", "F", at(28)),
                build("1", "a", "S", at(27)),
            ];
            api.on("GET", BUILDS, builds_page(rows, 4, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.press("button", "Date").await;
            browser.find("button", "Today").await;
            browser.axe("the menu of the dates").await;
            browser.pick("date", "From", "2015-05-28").await;
            browser.pick("date", "To", "2015-05-28").await;
            browser.press("button", "Filter").await;
            browser.at("/builds?from=2015-05-28&to=2015-05-28").await;
            has_tags(browser, "c b").await;
            browser.find("button", "Date: 2015-05-28").await;
            choose(browser, "Status", "Failed").await;
            has_tags(browser, "b").await;
            browser.reload().await;
            has_tags(browser, "b").await;
            // By keys: the chip is taken off, and the focus stays with it.
            browser.blur().await;
            browser.tab_to("Remove filter: Status").await;
            browser.keys(Key::Enter + "").await;
            browser.at("/builds?from=2015-05-28&to=2015-05-28").await;
            browser.focus_is_on("button", "Status").await;
            has_tags(browser, "c b").await;
            choose(browser, "Date", "Today").await;
            browser.see("No builds match these filters.").await;
            // What is no day is no filter.
            let odd = format!("{}/builds?from=2015-02-30&to=soon", api.address);
            browser.open(&odd).await;
            has_tags(browser, "d c b a").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn times_can_be_absolute_and_a_row_has_a_menu() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, a_page());
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:t19").await;
            assert!(!browser.text().await.contains("2015"));
            choose(browser, "live", "Absolute times").await;
            browser.see("May 28, 2015").await;
            browser.reload().await;
            browser.see("May 28, 2015").await;
            choose(browser, "live", "Absolute times").await;
            browser.see("years ago").await;
            browser.press("button", "More for team/app:t19").await;
            browser.find("link", "Open commit 119d9dc").await;
            browser.find("link", "Open main").await;
            // It failed: there is no image to pull.
            assert!(browser.all("button", "docker pull").await.is_empty());
            browser.axe("the menu of a row").await;
            browser.press("button", "Copy build ID").await;
            browser.find_no_more("button", "Copy build ID").await;
            browser.press("link", "Show only team/app").await;
            browser.at("/builds?namespace=team&repo=app").await;
            browser.find("button", "Repository: app").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_short_build_of_a_new_commit_is_seen_while_it_runs() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox sleep 3"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "short", &source).await;
            browser.at("/repositories/team/short").await;
            // The console's own write, so that the poller knows the row before the commit.
            let started = browser
                .script_async(
                    "const done = arguments[0];
                     (async () => {
                       const path = '/v1/repositories/team/short';
                       const read = await (await fetch(path)).json();
                       const tag_configs = read.build_config.tag_configs.map(
                         (row) => ({...row, is_active: true}));
                       const answer = await fetch(path + '/build-config', {
                         method: 'PUT', headers: {'Content-Type': 'application/json'},
                         body: JSON.stringify({tag_configs})});
                       done(answer.status);
                     })();",
                )
                .await;
            assert_eq!(started, 200);
            browser.press("link", "Builds").await;
            browser.see("No builds").await;
            let is_seen = async |status: &str| {
                let cells = browser.column("Status").await;
                cells.iter().any(|cell| cell.contains(status)).then_some(())
            };
            // The first poll builds nothing: commit until a build is there.
            eventually("a commit is built, and seen running", async || {
                if browser.column("Status").await.is_empty() {
                    source.commit(&["/bin/busybox sleep 3"]);
                }
                is_seen("In progress").await
            })
            .await;
            eventually("it has succeeded", async || is_seen("Succeeded").await).await;
            Ok(())
        })
        .await
}
