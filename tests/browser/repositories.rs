//! The repositories of a namespace: their pages are in the URL.

use crate::support::fixtures::{REPOSITORIES, repository};
use crate::support::{Api, Outcome, Reply, story};
use serde_json::json;

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
            let href = next.attr("href").await?;
            assert_eq!(href.as_deref(), Some("/repositories/team?page=2"));
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
