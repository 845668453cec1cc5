//! The builders of the API: on the settings page, and with a build.

use crate::support::fixtures::{BUILDS, build, builds_page, serve_build};
use crate::support::steps::{connect, create_simple};
use crate::support::{Api, Outcome, Reply, Server, Source, story};
use serde_json::{Value, json};

const BUILDERS: &str = "/v1/builders";

fn builder(name: &str, state: &str, running: u64) -> Value {
    json!({
        "name": name, "node": "cn", "state": state, "slots": 4, "running": running,
        "disk": {
            "used": 12_340_000_000_u64, "free": null, "checked_at": "2015-05-28T11:13:20.000Z",
        },
    })
}

fn page(builders: &[Value]) -> Reply {
    Reply::Json(
        200,
        json!({ "count": builders.len(), "next": null, "previous": null, "results": builders }),
    )
}

#[tokio::test]
async fn a_build_goes_to_a_builder_that_answers() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.path().display().to_string();
    let server = Server::start(&[
        "--allow-local-source",
        &folder,
        "--workers=3",
        "--builder-node=in",
        "--builder-at=far=unix:///none/docker.sock,slots=5",
    ])
    .await;
    story(server)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            browser.find("heading", "Builders").await;
            for text in ["Ready", "0 of 3", "Not responding", "0 of 5"] {
                browser.see(text).await;
            }
            browser.axe("the settings with builders").await;
            let name = format!("builders-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            browser.see("on the builder local").await;
            browser.press("button", "Details").await;
            let details = browser
                .text_in(&browser.see_in("dialog", "Builder").await)
                .await;
            let mut lines = details.lines().map(str::trim);
            assert!(lines.any(|line| line == "Builder"), "{details}");
            assert_eq!(lines.next(), Some("local"), "{details}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn builders_are_shown_where_the_api_has_them() -> Outcome {
    let api = Api::start().await;
    api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
    api.on(
        "GET",
        BUILDERS,
        page(&[
            builder("near", "ready", 1),
            builder("far", "ready", 4),
            json!({ "name": "odd", "state": "ready", "disk": { "used": 0 } }),
        ]),
    );
    story(api)
        .run(async |browser, api| {
            browser.open(&format!("{}/connection", api.address)).await;
            browser.see("12.3 GB used").await;
            browser.see("checked 1").await;
            // Of this one, nothing is known.
            assert!(!browser.text().await.contains("0 B"));
            browser.see("4 of 4").await;
            api.on(
                "GET",
                BUILDERS,
                page(&[
                    builder("near", "ready", 2),
                    builder("far", "unreachable", 0),
                ]),
            );
            browser.see("Not responding").await;
            browser.see("2 of 4").await;
            // An API that does not have them, and a build of such an API.
            for status in [404, 405, 501] {
                api.on(
                    "GET",
                    BUILDERS,
                    Reply::Json(status, json!({ "detail": "No." })),
                );
                let before = api.requests("GET", BUILDERS).len();
                browser.open(&format!("{}/connection", api.address)).await;
                browser.find("heading", "Connection").await;
                api.received("GET", BUILDERS, before + 1).await;
                browser.find("button", "Save and test").await;
                browser.find_no_more("heading", "Builders").await;
            }
            let built = build("5709f780-e8fb", "one", "S", json!({}));
            serve_build(api, &built);
            browser
                .open(&format!("{}/builds/5709f780-e8fb", api.address))
                .await;
            browser.press("button", "Details").await;
            let details = browser
                .text_in(&browser.see_in("dialog", "Build ID").await)
                .await;
            assert!(!details.contains("Builder"), "{details}");
            Ok(())
        })
        .await
}

/// A log of these messages, a second apart.
fn log(messages: &[&str]) -> Value {
    let entries = messages.iter().enumerate();
    let entries = entries.map(|(second, message)| {
        json!({ "message": message, "level": "INFO", "time": 1_432_811_607 + second })
    });
    Value::from_iter(entries)
}

/// A build that has lost its builder.
const LOST: [&str; 6] = [
    "building with docker on the builder near",
    "Step 1/2 : FROM alpine",
    " ---> 0123456789ab",
    "Step 2/2 : RUN make",
    "the builder near doesn't answer: error during connect: EOF",
    "the build goes back to the queue, once",
];

#[tokio::test]
async fn a_build_that_has_lost_its_builder_says_why_it_waits() -> Outcome {
    let api = Api::start().await;
    let id = "57000000-0009";
    let build = |status: &str, more: Value| {
        let mut built = build(id, "edge", status, more);
        built["build_node"] = json!("cn");
        built
    };
    let waits = build("W", json!({ "started_at": null, "ended_at": null }));
    api.on("GET", BUILDS, builds_page(vec![waits.clone()], 1, false));
    serve_build(&api, &waits);
    let logs = format!("{BUILDS}/{id}/logs");
    api.on("GET", &logs, Reply::Json(200, log(&LOST)));
    let builders = [
        builder("near", "unreachable", 0),
        builder("far", "unreachable", 0),
    ];
    api.on("GET", BUILDERS, page(&builders));
    story(api)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/{id}", api.address)).await;
            browser
                .see("Builder near stopped responding, so this build is queued again.")
                .await;
            browser
                .see("No builder for build node cn is responding (near, far).")
                .await;
            let steps = browser.find("navigation", "Steps").await;
            browser.find_in(&steps, "image", "canceled").await;
            assert!(browser.all_in(&steps, "image", "running").await.is_empty());
            browser.axe("a build that waits for a builder").await;

            // All that answer are busy.
            api.on("GET", BUILDERS, page(&[builder("near", "ready", 4)]));
            browser
                .see("All builders are busy (4 of 4 slots in use).")
                .await;

            // It runs once more.
            let more = [
                &LOST[..],
                &[
                    "building with docker on the builder far",
                    LOST[1],
                    LOST[2],
                    LOST[3],
                ],
            ];
            api.on("GET", &logs, Reply::Json(200, log(&more.concat())));
            let runs = build("I", json!({ "ended_at": null, "builder": "far" }));
            api.on("GET", &format!("{BUILDS}/{id}"), Reply::Json(200, runs));
            browser.see_no_more("All builders are busy").await;
            browser
                .see("Attempt 1: builder near stopped responding")
                .await;
            browser.see("Attempt 2 on builder far").await;
            browser.see("2 steps").await;
            browser.axe("a build of two attempts").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_log_says_why_a_build_waits_where_builders_are_not_offered() -> Outcome {
    let api = Api::start().await;
    let id = "57000000-0010";
    let waits = build(
        id,
        "edge",
        "W",
        json!({ "started_at": null, "ended_at": null }),
    );
    serve_build(&api, &waits);
    let line = "no builder of the build node cn answers (near): the build waits until one does";
    let logs = format!("{BUILDS}/{id}/logs");
    api.on("GET", &logs, Reply::Json(200, log(&[line])));
    story(api)
        .languages("zh-CN")
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/{id}", api.address)).await;
            browser.see("构建节点 cn 没有构建器响应（near）").await;
            Ok(())
        })
        .await
}
