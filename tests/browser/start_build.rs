//! Starting a build from each of the four places that offer it: one request, the build in the tables and
//! watched, and a lost response reported as doubtful.

use crate::support::fixtures::{
    BUILDS, REPOSITORY, build, builds_page, repository, serve_build, tag_config, waiting,
};
use crate::support::{Api, Browser, Outcome, Reply, assert_soon, story};
use serde_json::{Value, json};

/// The id of the build that the API starts.
const STARTED: &str = "57000000-0001";
const STARTED_PATH: &str = "/v1/builds/57000000-0001";

/// The message when the build may have started anyway.
const IN_DOUBT: &str = "may have started";

/// The build that the API starts, of `team/app:edge`.
fn started() -> Value {
    build(STARTED, "edge", "W", waiting())
}

/// A list with one finished build of `team/app:one`, after these.
fn list(newer: Vec<Value>) -> Reply {
    let mut rows = newer;
    rows.push(build("1", "one", "S", json!({})));
    let count = rows.len();
    builds_page(rows, count, false)
}

/// An API with one finished build and the repository `team/app`, whose tag is `edge`.
async fn api() -> Api {
    let api = Api::start().await;
    api.on("GET", BUILDS, list(Vec::new()));
    serve_build(&api, &started());
    api.on(
        "GET",
        REPOSITORY,
        Reply::Json(200, repository("app", json!([tag_config(1, "edge")]))),
    );
    api.on("POST", BUILDS, Reply::Json(201, started()));
    api
}

/// The user wants notifications, so that started builds are watched.
async fn watch_builds(browser: &Browser) {
    let script = "try { localStorage.setItem('slipway.notify', '1'); } catch {}
        window.Notification = class {
          static permission = 'granted';
          static async requestPermission() { return 'granted'; }
        };";
    browser.before_each_page(script).await;
}

/// The number of requests for lists of builds so far.
fn list_reads(api: &Api) -> usize {
    api.requests("GET", BUILDS).len()
}

/// Waits until a list of builds was asked for again.
async fn list_is_read_again(api: &Api, before: usize) {
    api.received("GET", BUILDS, before + 1).await;
}

/// Waits until builds were started with just these requests.
async fn were_posted(api: &Api, bodies: &[Value]) {
    api.received("POST", BUILDS, bodies.len()).await;
    let posts = api.requests("POST", BUILDS);
    let sent: Vec<Value> = posts.into_iter().map(|post| post.body).collect();
    assert_eq!(sent, bodies);
}

/// Waits until the started build is read twice more, on a page that does not show it: it is watched.
async fn is_watched(api: &Api) {
    let before = api.requests("GET", STARTED_PATH).len();
    api.received("GET", STARTED_PATH, before + 2).await;
}

/// Waits until the started build's page shows it while the API has not answered: it is in the cache.
async fn opens_from_the_cache(browser: &Browser) {
    browser.at(&format!("/builds/{STARTED}")).await;
    browser.find("heading", "team/app:edge").await;
}

#[tokio::test]
async fn a_row_of_the_builds_table_starts_a_build() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            api.on(
                "GET",
                BUILDS,
                builds_page(vec![build("1", "edge", "S", json!({}))], 1, false),
            );
            watch_builds(browser).await;
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:edge").await;
            // The list is not answered: what the table shows of the build comes from the cache.
            let both = vec![started(), build("1", "edge", "S", json!({}))];
            let answer = builds_page(both, 2, false);
            api.on("GET", BUILDS, Reply::Held(Box::new(answer.clone())));
            let before = list_reads(api);
            browser.press("button", "Build team/app:edge").await;
            let request = json!({ "namespace": "team", "repo_name": "app", "tag": "edge" });
            were_posted(api, std::slice::from_ref(&request)).await;
            browser.find("link", "Open build").await;
            browser.nth("link", "team/app:edge", 2).await;
            list_is_read_again(api, before).await;
            api.on("GET", BUILDS, answer);
            api.release_all();
            is_watched(api).await;

            api.on("POST", BUILDS, Reply::CutAfter);
            let before = list_reads(api);
            browser.press("button", "Build team/app:edge").await;
            browser.see(IN_DOUBT).await;
            list_is_read_again(api, before).await;
            were_posted(api, &[request.clone(), request]).await;
            assert_soon!(browser.all("link", "team/app:edge").await.len(), 2);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_s_page_starts_a_build_of_the_head_and_of_a_commit() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            serve_build(api, &build("1", "edge", "S", json!({})));
            let held = Reply::Held(Box::new(Reply::Json(200, started())));
            watch_builds(browser).await;
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.find("heading", "team/app:edge").await;
            api.on("GET", STARTED_PATH, held.clone());
            browser.press("button", "Build again: team/app:edge").await;
            let head = json!({ "namespace": "team", "repo_name": "app", "tag": "edge" });
            were_posted(api, std::slice::from_ref(&head)).await;
            opens_from_the_cache(browser).await;
            api.on("GET", STARTED_PATH, Reply::Json(200, started()));
            api.release_all();
            // Its page is left, and it is watched still.
            browser.press("link", "Builds").await;
            browser.at("/builds").await;
            is_watched(api).await;

            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.press("button", "Other actions").await;
            browser
                .press("button", "Build a commit of team/app:edge")
                .await;
            browser.fill("Commit ID", "ABCDEF0").await;
            api.on("GET", STARTED_PATH, held);
            browser.press_in_dialog("button", "Build").await;
            let mut commit = head.clone();
            commit["code_commit_id"] = json!("abcdef0");
            were_posted(api, &[head.clone(), commit.clone()]).await;
            opens_from_the_cache(browser).await;
            api.on("GET", STARTED_PATH, Reply::Json(200, started()));
            api.release_all();

            // Lost responses: of the button, and of the dialog over the list of builds.
            api.on("POST", BUILDS, Reply::CutAfter);
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.press("button", "Build again: team/app:edge").await;
            browser.see(IN_DOUBT).await;
            were_posted(api, &[head.clone(), commit.clone(), head.clone()]).await;
            browser.at("/builds/1").await;
            browser.open(&format!("{}/builds", api.address)).await;
            browser.press("button", "More for team/app:one").await;
            browser
                .press("button", "Build a commit of team/app:one")
                .await;
            browser.fill("Commit ID", "abcdef0").await;
            let before = list_reads(api);
            browser.press_in_dialog("button", "Build").await;
            browser.see(IN_DOUBT).await;
            list_is_read_again(api, before).await;
            let mut of_row = commit.clone();
            of_row["tag"] = json!("one");
            were_posted(api, &[head.clone(), commit, head, of_row]).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_repository_page_starts_a_build_of_each_tag() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            let url = format!("{}/repositories/team/app", api.address);
            let request = json!({ "namespace": "team", "repo_name": "app", "tag": "edge" });
            watch_builds(browser).await;
            // The first build of a tag opens at once.
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&url).await;
            browser.find("button", "Build now: team/app:edge").await;
            let held = Reply::Held(Box::new(Reply::Json(200, started())));
            api.on("GET", STARTED_PATH, held);
            browser.press("button", "Build now: team/app:edge").await;
            were_posted(api, std::slice::from_ref(&request)).await;
            opens_from_the_cache(browser).await;
            api.on("GET", STARTED_PATH, Reply::Json(200, started()));
            api.release_all();

            // Later ones appear in the table of the last builds.
            api.on("GET", BUILDS, list(Vec::new()));
            browser.open(&url).await;
            browser.find("link", "one").await;
            let answer = list(vec![started()]);
            api.on("GET", BUILDS, Reply::Held(Box::new(answer.clone())));
            let before = list_reads(api);
            browser.press("button", "Build team/app:edge").await;
            were_posted(api, &[request.clone(), request.clone()]).await;
            browser.find("link", "edge").await;
            list_is_read_again(api, before).await;
            api.on("GET", BUILDS, answer);
            api.release_all();
            is_watched(api).await;

            api.on("POST", BUILDS, Reply::CutAfter);
            let before = list_reads(api);
            browser.press("button", "Build team/app:edge").await;
            browser.see(IN_DOUBT).await;
            list_is_read_again(api, before).await;
            were_posted(api, &[request.clone(), request.clone(), request]).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_row_of_the_config_editor_starts_a_build() -> Outcome {
    story(api().await)
        .run(async |browser, api| {
            let url = format!("{}/repositories/team/app/config", api.address);
            let request = json!({ "namespace": "team", "repo_name": "app", "tag": "edge" });
            watch_builds(browser).await;
            browser.open(&url).await;
            browser.press("button", "Build team/app:edge").await;
            were_posted(api, std::slice::from_ref(&request)).await;
            is_watched(api).await;
            let held = Reply::Held(Box::new(Reply::Json(200, started())));
            api.on("GET", STARTED_PATH, held);
            browser.press("link", "Build started").await;
            opens_from_the_cache(browser).await;
            api.on("GET", STARTED_PATH, Reply::Json(200, started()));
            api.release_all();

            api.on("POST", BUILDS, Reply::CutAfter);
            browser.open(&url).await;
            browser.press("button", "Build team/app:edge").await;
            browser.see(IN_DOUBT).await;
            were_posted(api, &[request.clone(), request]).await;
            let before = list_reads(api);
            browser.press("link", "Back to the repository").await;
            browser.find("link", "one").await;
            list_is_read_again(api, before).await;
            Ok(())
        })
        .await
}

/// A build of `team/app:edge` with this commit, so many hours ago.
fn built(id: &str, status: &str, commit: &str, hours: i64) -> Value {
    let time = chrono::Utc::now() - chrono::TimeDelta::hours(hours);
    let time = time.format("%Y-%m-%dT%H:%M:%S.000Z").to_string();
    let more = json!({
        "code_head_commit": commit.repeat(20), "created_at": time, "started_at": time, "ended_at": time,
    });
    build(id, "edge", status, more)
}

/// An API with builds of `team/app:edge`: a failed one, the last success, and older ones.
async fn api_with_older_builds() -> Api {
    let api = api().await;
    let builds = [
        built("4", "F", "4a", 1),
        built("3", "S", "3a", 2),
        built("2", "F", "2a", 50),
        built("1", "S", "1a", 75),
    ];
    builds.iter().for_each(|build| serve_build(&api, build));
    api.on("GET", BUILDS, builds_page(builds.to_vec(), 4, false));
    api
}

/// Opens a build's page, and presses an entry of its menu.
async fn press_of_build(browser: &Browser, api: &Api, id: &str, entry: &str) {
    browser.open(&format!("{}/builds/{id}", api.address)).await;
    browser.find("heading", "team/app:edge").await;
    browser.press("button", "Other actions").await;
    browser.press("button", entry).await;
}

const TAG_NOW: &str = "team/app:edge now has 3a3a3a3, built 2 hours ago.";
const GOES_BACK: &str = "This build moves team/app:edge back to it, even if that’s older code.";

#[tokio::test]
async fn building_an_older_commit_says_that_the_tag_goes_back() -> Outcome {
    story(api_with_older_builds().await)
        .run(async |browser, api| {
            // Its own commit, of a build that succeeded and of one that failed.
            for (id, commit, age) in [
                ("1", "1a1a1a1", "3 days ago"),
                ("2", "2a2a2a2", "2 days ago"),
            ] {
                press_of_build(browser, api, id, "Build same commit").await;
                browser.see(TAG_NOW).await;
                browser
                    .see(&format!("{commit} was built earlier, {age}. {GOES_BACK}"))
                    .await;
                assert!(api.requests("POST", BUILDS).is_empty(), "{id}");
                browser.axe("the dialog of an older commit").await;
                browser.press_in_dialog("button", "Cancel").await;
                browser.find_no_more("textbox", "Commit ID").await;
            }
            // Another one is typed: older, the tag's own, a newer one, one that nobody knows, and none.
            press_of_build(browser, api, "3", "Build a commit of team/app:edge").await;
            browser.see(TAG_NOW).await;
            assert!(!browser.text().await.contains(GOES_BACK));
            browser.fill("Commit ID", "1A1A1A1A").await;
            browser.see(GOES_BACK).await;
            browser.fill("Commit ID", "3a3a3a3").await;
            browser.see_no_more(GOES_BACK).await;
            browser.fill("Commit ID", "77777777").await;
            browser
                .see("moves team/app:edge to 7777777, even if that’s older code")
                .await;
            browser.fill("Commit ID", "4a4a4a4").await;
            browser.see_no_more("even if").await;
            browser.fill("Commit ID", "2a2a2a2a").await;
            browser.see(GOES_BACK).await;
            browser.fill("Commit ID", "").await;
            browser.see_no_more(GOES_BACK).await;
            browser.see(TAG_NOW).await;
            // It is built all the same when the user says so.
            browser.fill("Commit ID", "1a1a1a1").await;
            browser.press_in_dialog("button", "Build").await;
            let mut request = json!({ "namespace": "team", "repo_name": "app", "tag": "edge" });
            request["code_commit_id"] = json!("1a1a1a1");
            were_posted(api, &[request]).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn building_the_newest_commit_again_stays_one_press() -> Outcome {
    story(api_with_older_builds().await)
        .run(async |browser, api| {
            let request = |commit: &str| {
                json!({
                    "namespace": "team", "repo_name": "app", "tag": "edge",
                    "code_commit_id": commit.repeat(20),
                })
            };
            // The last success, and the failed build after it.
            press_of_build(browser, api, "3", "Build same commit").await;
            were_posted(api, &[request("3a")]).await;
            press_of_build(browser, api, "4", "Build same commit").await;
            were_posted(api, &[request("3a"), request("4a")]).await;
            // An API that does not list its builds tells nothing, and nothing is said.
            api.on("GET", BUILDS, Reply::Json(403, json!({ "detail": "No." })));
            press_of_build(browser, api, "1", "Build same commit").await;
            were_posted(api, &[request("3a"), request("4a"), request("1a")]).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_menu_of_an_older_row_says_that_the_tag_goes_back() -> Outcome {
    story(api_with_older_builds().await)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            let menu = browser.nth("button", "More for team/app:edge", 4).await;
            browser.script_on(&menu, "arguments[0].click()").await;
            browser
                .press("button", "Build a commit of team/app:edge")
                .await;
            browser.see(TAG_NOW).await;
            browser.see(GOES_BACK).await;
            // The tag is read when the dialog opens, not when the row was.
            browser.press_in_dialog("button", "Cancel").await;
            let builds = vec![built("5", "S", "5a", 1), built("1", "S", "1a", 75)];
            api.on("GET", BUILDS, builds_page(builds, 2, false));
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.press("button", "More for team/app:edge").await;
            browser
                .press("button", "Build a commit of team/app:edge")
                .await;
            browser
                .see("team/app:edge now has 5a5a5a5, built 1 hour ago.")
                .await;
            Ok(())
        })
        .await
}
