//! The repositories of a namespace, each with the state of its last builds, and the page of one repository.

use crate::support::fixtures::{
    BUILDS, REPOSITORIES, REPOSITORY, build, builds_page, repository, serve_build, tag_config,
    waiting,
};
use crate::support::{Api, Outcome, Reply, assert_soon, story};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// A page with one repository; `next` and `previous` say whether another page follows or precedes it.
fn page(name: &str, previous: bool, next: bool) -> Reply {
    let link = |is: bool| is.then_some("https://api.test/v1/repositories/team?page=x");
    Reply::Json(
        200,
        json!({
            "count": 3, "next": link(next), "previous": link(previous),
            "results": [repository(name, json!([]))],
        }),
    )
}

#[tokio::test]
async fn the_page_number_is_in_the_url() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", REPOSITORIES, page("first", false, true));
            api.on(
                "GET",
                &format!("{REPOSITORIES}?page=2"),
                page("second", true, true),
            );
            api.on(
                "GET",
                &format!("{REPOSITORIES}?page=3"),
                page("third", true, false),
            );
            api.on(
                "GET",
                &format!("{REPOSITORIES}?page=9"),
                Reply::Json(404, json!({ "detail": "Invalid page." })),
            );
            browser
                .open(&format!("{}/repositories/team", api.address))
                .await;
            browser.find("link", "first").await;
            let next = browser.find("link", "Next").await;
            assert_soon!(browser.href(&next).await, "/repositories/team?page=2");
            browser.press("link", "Next").await;
            browser.at("/repositories/team?page=2").await;
            browser.find("link", "second").await;
            browser.focus_is_on("heading", "team").await;
            browser.press("link", "Next").await;
            browser.at("/repositories/team?page=3").await;
            browser.find("link", "third").await;
            // This is the last page.
            browser.find_no_more("link", "Next").await;
            browser.driver.back().await?;
            browser.at("/repositories/team?page=2").await;
            browser.find("link", "second").await;
            browser.driver.forward().await?;
            browser.find("link", "third").await;
            browser.reload().await;
            browser.find("link", "third").await;
            browser.press("link", "Previous").await;
            browser.find("link", "second").await;
            browser.press("link", "Previous").await;
            // The first page has no number.
            browser.at("/repositories/team").await;
            browser.find("link", "first").await;

            browser
                .open(&format!("{}/repositories/team?page=9", api.address))
                .await;
            browser.see("Page 9 doesn’t exist.").await;
            browser.press("link", "Go to first page").await;
            browser.at("/repositories/team").await;
            browser.find("link", "first").await;
            Ok(())
        })
        .await
}

/// A build of another repository than `team/app`.
fn build_of(path: &str, id: &str, tag: &str, status: &str) -> Value {
    build(id, tag, status, json!({ "docker_repo_path": path }))
}

/// A page with these repositories.
fn listed(repositories: Vec<Value>) -> Reply {
    Reply::Json(
        200,
        json!({
            "count": repositories.len(), "next": null, "previous": null, "results": repositories,
        }),
    )
}

#[tokio::test]
async fn each_repository_says_whether_it_is_red() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let names = ["app", "web", "docs"];
            let tags = json!([tag_config(1, "latest"), tag_config(2, "edge")]);
            let all = names.map(|name| repository(name, tags.clone()));
            api.on("GET", REPOSITORIES, listed(all.to_vec()));
            let first = vec![
                build_of("team/app", "3", "latest", "F"),
                build_of("team/app", "2", "edge", "S"),
            ];
            // One of them has its last build on the second page.
            let second = vec![build_of("team/web", "1", "latest", "S")];
            let page = |page: usize| format!("{BUILDS}?page={page}&namespace=team");
            api.on("GET", &page(1), builds_page(first.clone(), 3, true));
            api.on("GET", &page(2), builds_page(second, 3, false));
            serve_build(api, &first[0]);
            browser
                .open(&format!("{}/repositories/team", api.address))
                .await;
            browser.see("Failed").await;
            browser.see("Succeeded").await;
            browser.see("No builds yet").await;
            let states = browser.column("Last build").await;
            let words: Vec<&str> = states
                .iter()
                .filter_map(|state| state.split_whitespace().next())
                .collect();
            assert_eq!(words, ["Failed", "Succeeded", "No"]);
            browser.find("image", "1 succeeded, 1 failed").await;
            browser.find("image", "1 succeeded, 0 failed").await;
            // Each tag has its own state, and leads to its last build.
            browser.find("link", "Succeeded edge").await;
            browser.axe("repositories with states").await;
            // A build that starts is seen without a reload.
            let running = build_of("team/docs", "4", "latest", "I");
            let mut now = first;
            now.insert(0, running);
            api.on("GET", &page(1), builds_page(now, 4, true));
            browser.go_online().await;
            browser.find("link", "In progress").await;
            browser.press("link", "Failed latest").await;
            browser.at("/builds/3").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_search_looks_at_all_pages() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let target = |number: usize| format!("{REPOSITORIES}?page={number}");
            api.on("GET", &target(2), page("second", true, false));
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            let first = json!({
                "count": 40, "next": "https://api.test/v1/repositories/team?page=2", "previous": null,
                "results": [repository("first", json!([]))],
            });
            api.on("GET", &target(1), Reply::Json(200, first));
            let url = format!("{}/repositories/team", api.address);
            browser.open(&url).await;
            browser.find("link", "first").await;
            browser.keys("/").await;
            browser.keys("SECO").await;
            browser.find("link", "second").await;
            browser.find_no_more("link", "first").await;
            browser.see("1 matching repository").await;
            browser.at("/repositories/team?q=SECO").await;
            browser.axe("repositories searched").await;
            browser.reload().await;
            browser.find("link", "second").await;
            let field = browser.find("searchbox", "Search repositories").await;
            browser.fill_in(&field, "nothing").await;
            browser.see("0 matching repositories").await;
            browser.fill_in(&field, "").await;
            browser.at("/repositories/team").await;
            browser.find("link", "first").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn without_a_list_the_known_repositories_are_shown() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let rows = vec![build_of("team/known", "1", "latest", "F")];
            api.on("GET", BUILDS, builds_page(rows, 1, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "known").await;
            browser
                .open(&format!("{}/repositories/team", api.address))
                .await;
            browser.see("This API doesn’t list repositories.").await;
            browser.find("link", "known").await;
            browser.find("link", "Failed latest").await;
            assert!(browser.all("alert", "").await.is_empty());
            browser.axe("known repositories").await;
            browser.fill("Repository name", "other").await;
            browser.press("button", "Open").await;
            browser.at("/repositories/team/other").await;
            Ok(())
        })
        .await
}

/// An API with `team/app`, which has two tags. One of them was built twice.
async fn api_with_two_tags() -> Api {
    let api = Api::start().await;
    let tags = json!([tag_config(1, "latest"), tag_config(2, "edge")]);
    let mut app = repository("app", tags);
    app["full_description"] = json!("# Of the app\n\nIt is **bold**.");
    app["build_config"]["code_repo_webhook_code"] = json!("5f2c9a7e");
    api.on("GET", REPOSITORY, Reply::Json(200, app));
    let version = json!({ "docker_repo_version_tag": "v20150528.111320" });
    let rows = vec![
        build("2", "latest", "F", json!({})),
        build("1", "latest", "S", version),
    ];
    serve_build(&api, &rows[0]);
    api.on("GET", BUILDS, builds_page(rows, 2, false));
    api
}

#[tokio::test]
async fn each_tag_shows_its_last_build() -> Outcome {
    story(api_with_two_tags().await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.see("No builds yet").await;
            let states = browser.column("Last build").await;
            assert!(states[0].contains("6 m 02 s"), "{states:?}");
            assert_eq!(states[1], "No builds yet");
            browser.find("image", "1 succeeded, 1 failed").await;
            let versions = browser.column("Version tag").await;
            assert_eq!(versions[0], "v20150528.111320");
            // What stands beside the tags.
            browser.see("team/app:latest").await;
            browser.find("button", "Copy image").await;
            browser.find("button", "Copy deploy key").await;
            browser.find("button", "Copy webhook code").await;
            browser.find("heading", "Of the app").await;
            let all = browser.find("link", "All 2").await;
            assert_soon!(browser.href(&all).await, "/builds?namespace=team&repo=app");
            browser.axe("a repository").await;
            browser.press("link", "Failed 6 m 02 s").await;
            browser.at("/builds/2").await;
            browser.driver.back().await?;
            // The namespace in the heading leads to its repositories.
            browser.press("link", "team").await;
            browser.at("/repositories/team").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn all_tags_are_built_with_one_request_each() -> Outcome {
    story(api_with_two_tags().await)
        .run(async |browser, api| {
            let started = build("9", "latest", "W", waiting());
            let held = Reply::Held(Box::new(Reply::Json(201, started.clone())));
            api.on("POST", BUILDS, held);
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.find("link", "Failed").await;
            browser.press("button", "More actions").await;
            browser.press("button", "Build all tags").await;
            api.received("POST", BUILDS, 1).await;
            browser.see("0 of 2 builds started").await;
            browser.axe("tags being built").await;
            // The second request is sent after the first answer. The API does not take it.
            let refusal = json!({ "detail": "No such branch." });
            api.on("POST", BUILDS, Reply::Json(400, refusal));
            assert_eq!(api.requests("POST", BUILDS).len(), 1);
            api.release();
            browser.see("1 of 2 builds started").await;
            browser.see("No such branch.").await;
            browser.find("button", "Close").await;
            let posts = api.requests("POST", BUILDS);
            let tags: Vec<&Value> = posts.iter().map(|post| &post.body["tag"]).collect();
            assert_eq!(tags, ["latest", "edge"]);
            browser.axe("tags built").await;
            browser.press("button", "Close").await;
            browser.focus_is_on("heading", "team").await;
            browser.see_no_more("builds started").await;
            assert_eq!(api.requests("POST", BUILDS).len(), 2);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_repository_is_deleted_from_its_menu_after_its_name_was_typed() -> Outcome {
    story(api_with_two_tags().await)
        .run(async |browser, api| {
            api.on("DELETE", REPOSITORY, Reply::Json(204, Value::Null));
            api.on("GET", REPOSITORIES, listed(Vec::new()));
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.press("button", "More actions").await;
            browser.press("button", "Delete repository").await;
            browser.find("dialog", "Delete team/app").await;
            browser.keys(Key::Escape + "").await;
            browser.find_no_more("dialog", "").await;
            browser.focus_is_on("button", "More actions").await;
            browser.press("button", "More actions").await;
            browser.press("button", "Delete repository").await;
            browser.fill("Type app to confirm", "app").await;
            browser.press_in_dialog("button", "Delete repository").await;
            browser.at("/repositories/team").await;
            assert_eq!(api.requests("DELETE", REPOSITORY).len(), 1);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn settings_are_tested_and_what_is_stored_can_be_forgotten() -> Outcome {
    story(api_with_two_tags().await)
        .run(async |browser, api| {
            browser
                .open(&format!("{}/repositories/team/app", api.address))
                .await;
            browser.find("link", "Failed").await;
            browser.open(&format!("{}/connection", api.address)).await;
            browser.find("heading", "Settings").await;
            browser.axe("settings").await;
            browser.fill("Namespace", "team").await;
            browser.press("button", "Save and test").await;
            browser.see("Connected. 2 builds.").await;
            browser.axe("settings, connected").await;
            // A live region inside another one is read twice.
            let nested = "return document.querySelectorAll(
                '[role=status] [role=status], [role=status] [role=alert]').length;";
            assert_soon!(browser.script(nested).await, 0);
            api.on("GET", BUILDS, Reply::Json(500, json!({})));
            browser.press("button", "Save and test").await;
            browser.see("Testing the connection failed").await;
            assert_soon!(browser.script(nested).await, 0);
            browser.choose("Theme", "Dark").await;
            browser.axe("settings, failed, dark").await;
            browser.forget_stored().await;
            browser.see("Forgotten.").await;
            let stored =
                "return Object.keys(localStorage).filter((key) => /\\.(names|seen)\\.|\\.builds$/.test(key)).length;";
            assert_soon!(browser.script(stored).await, 0);
            Ok(())
        })
        .await
}
