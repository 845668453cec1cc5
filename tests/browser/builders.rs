//! The builders of the API: on the settings page, and with a build.

use crate::support::fixtures::{BUILDS, build, builds_page, serve_build};
use crate::support::steps::{connect, create_simple};
use crate::support::{Api, Outcome, Reply, Server, Source, story};
use serde_json::{Value, json};

const BUILDERS: &str = "/v1/builders";

fn builder(name: &str, state: &str, running: u64) -> Value {
    json!({
        "name": name, "node": "cn", "state": state, "slots": 4, "running": running,
        "disk": { "used": 12_340_000_000_u64, "free": null },
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
            let details = browser.see_in("dialog", "Builder").await.text().await?;
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
        page(&[builder("near", "ready", 1), builder("far", "ready", 4)]),
    );
    story(api)
        .run(async |browser, api| {
            browser.open(&format!("{}/connection", api.address)).await;
            browser.see("12.3 GB used").await;
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
            let details = browser.see_in("dialog", "Build ID").await.text().await?;
            assert!(!details.contains("Builder"), "{details}");
            Ok(())
        })
        .await
}
