//! Polls that bring nothing new: they are asked with the ETag that came last, and cost an answer without a body.

use crate::support::fixtures::{BUILDS, build, builds_page, running};
use crate::support::{Api, Engine, Outcome, Reply, eventually, story};
use serde_json::json;

/// Waits until the list was read `count` times with this `If-None-Match`.
async fn asked_with(api: &Api, tag: &str, count: usize) {
    eventually(&format!("{count} reads with {tag}"), async || {
        let requests = api.requests("GET", BUILDS);
        let with_tag = requests.iter().filter(|read| read.if_none_match == tag);
        (with_tag.count() >= count).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_poll_that_brings_nothing_has_the_tag_of_the_one_before() -> Outcome {
    story(Api::start().await)
        .not_in(Engine::WebKit, "under its driver it keeps no answers")
        .run(async |browser, api| {
            let page =
                |tag, more| Box::new(builds_page(vec![build("1", tag, "I", more)], 1, false));
            let first = page("one", running());
            api.on("GET", BUILDS, Reply::Tagged("\"first\"", first));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:one").await;
            assert_eq!(api.requests("GET", BUILDS)[0].if_none_match, "");
            browser.watch_rows().await;
            asked_with(api, "\"first\"", 3).await;
            assert_eq!(browser.changed_columns().await, [""; 0]);
            browser.find("link", "team/app:one").await;

            // What is new comes with a tag of its own, which is asked with from then on.
            let second = page("two", running());
            api.on("GET", BUILDS, Reply::Tagged("\"second\"", second));
            browser.find("link", "team/app:two").await;
            asked_with(api, "\"second\"", 2).await;

            // An API without tags is asked as ever.
            api.on("GET", BUILDS, *page("three", json!({"ended_at": null})));
            browser.find("link", "team/app:three").await;
            let reads = api.requests("GET", BUILDS).len();
            api.received("GET", BUILDS, reads + 2).await;
            let last = api.requests("GET", BUILDS).pop();
            assert_eq!(last.map(|read| read.if_none_match).as_deref(), Some(""));
            Ok(())
        })
        .await
}
