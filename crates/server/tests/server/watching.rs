//! What watches the server: `/healthz` and `/metrics`.

use crate::queue::{Held, ONE_WORKER};
use crate::support::*;
use reqwest::{Method, StatusCode};
use serde_json::json;

/// Returns the figures as lines, by the text before the last space.
async fn figures(server: &TestServer) -> Vec<(String, f64)> {
    let response = server
        .request(Method::GET, "/metrics")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(
        response.headers()["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    let text = response.text().await.unwrap();
    assert!(text.ends_with("# EOF\n"), "{text}");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

/// Returns a figure by its name and labels.
#[track_caller]
fn figure(figures: &[(String, f64)], name: &str) -> f64 {
    let found = figures.iter().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("no {name}: {figures:?}")).1
}

#[tokio::test]
async fn prometheus_reads_what_waits_runs_and_has_ended() {
    let server = TestServer::start(&ONE_WORKER).await;
    let source = server.repository("app", &[("x", "x")]);
    server
        .register("t-figures/app", &source, vec![failing_tag_config("latest")])
        .await;
    server.register_minimal("t-figures/good").await;
    let before = figures(&server).await;
    for result in ["succeeded", "failed", "cancelled"] {
        let name = format!("slipway_builds_total{{result=\"{result}\"}}");
        assert_eq!(figure(&before, &name), 0.0);
    }
    let held = Held::start(&server, "t-held/app").await;
    let fails = server.trigger("t-figures/app", "latest").await;
    let cancelled = server.trigger("t-figures/app", "latest").await;
    let succeeds = server.trigger("t-figures/good", "latest").await;
    let now = figures(&server).await;
    assert_eq!(figure(&now, "slipway_builds_waiting"), 3.0);
    assert_eq!(figure(&now, "slipway_builds_running"), 1.0);
    let (status, answer) = server.delete(&format!("/v1/builds/{cancelled}")).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    held.release();
    server.wait_for_status(&fails, "F").await;
    server.wait_for_status(&succeeds, "S").await;
    // A build is counted once its end is stored.
    let after = wait_for("all builds are counted", async || {
        let now = figures(&server).await;
        let count = figure(&now, "slipway_build_duration_seconds_count");
        (count >= 3.0).then_some(now)
    })
    .await;
    // The one that held the others has failed too.
    for (result, expected) in [("succeeded", 1.0), ("failed", 2.0), ("cancelled", 1.0)] {
        let name = format!("slipway_builds_total{{result=\"{result}\"}}");
        assert_eq!(figure(&after, &name), expected, "{result}");
    }
    for name in [
        "slipway_start_time_seconds",
        "slipway_disk_free_bytes",
        "slipway_database_size_bytes",
        "slipway_build_wait_seconds_count",
        "slipway_http_request_duration_seconds_count",
        "slipway_http_requests_total{method=\"POST\",status=\"201\"}",
    ] {
        assert!(figure(&after, name) > 0.0, "{name}");
    }
    let text = format!("{after:?}");
    assert!(!text.contains("t-figures"), "no name is in the figures");
}

#[tokio::test]
async fn the_figures_take_a_token_and_health_does_not() {
    let mut server = TestServer::start(&["--token=demo=secret"]).await;
    let (status, body) = server.get("/healthz").await;
    assert_eq!((status, body), (StatusCode::OK, json!({"status": "ok"})));
    assert_eq!(server.get("/metrics").await.0, StatusCode::UNAUTHORIZED);
    server.token = Some("secret".to_owned());
    assert!(!figures(&server).await.is_empty());
    // What calls a server by its name in a cluster gets an answer too.
    let open = TestServer::start(&[]).await;
    let get = |path: &str| open.request(Method::GET, path).header("Host", "a.example");
    let health = get("/healthz").send().await.unwrap();
    assert_eq!(health.status(), StatusCode::OK);
    let figures = get("/metrics").send().await.unwrap();
    assert_eq!(figures.status(), StatusCode::FORBIDDEN);
}
