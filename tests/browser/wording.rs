//! Times, numbers and steps, as a reader of either language expects them.

use crate::support::fixtures::{
    BUILDS, LOG, LOG_BUILD, build, builds_page, log_build, log_entry, serve_build,
};
use crate::support::{Api, Outcome, Reply, story};
use chrono::{TimeDelta, Utc};
use serde_json::json;

#[tokio::test]
async fn chinese_times_and_durations_are_written_as_in_chinese() -> Outcome {
    story(Api::start().await)
        .languages("zh-CN,zh")
        .run(async |browser, api| {
            let ago = |seconds: i64| {
                let time = Utc::now() - TimeDelta::seconds(seconds);
                json!(time.format("%Y-%m-%dT%H:%M:%S.000Z").to_string())
            };
            let recent = json!({
                "created_at": ago(150), "started_at": ago(150), "ended_at": ago(139), "auto_created": true,
            });
            let old = build("1", "old", "S", json!({}));
            serve_build(api, &old);
            let builds = vec![build("2", "edge", "S", recent), old];
            api.on("GET", BUILDS, builds_page(builds, 2, false));
            let config = json!({ "registry": "r.example.com" });
            api.on("GET", "/config.json", Reply::Json(200, config));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.see("2 分钟前").await;
            browser.see("11 秒").await;
            browser.see("新提交").await;
            browser.see("第 1–2 个，共 2 个").await;
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.press("button", "详细信息").await;
            browser.press_in_dialog("button", "使用 UTC 时间").await;
            browser.see("2015年5月28日 11:13:20（UTC）").await;
            browser.find_in_dialog("button", "复制 docker pull 命令").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn progress_is_a_step_or_else_a_share() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let mut running = log_build("I");
            running["step_at"] = json!(34);
            api.on("GET", LOG_BUILD, Reply::Json(200, running));
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            let cases = [
                (vec!["STEP 1/5: FROM a", "STEP 3/5: RUN b"], "Step 3 of 5"),
                (
                    vec!["[1/2] STEP 2/2: RUN a", "[2/2] STEP 1/3: FROM b AS web"],
                    "Step 1 of 3 · web",
                ),
                (vec!["cloning"], "68%"),
            ];
            for (lines, expected) in cases {
                let entries = lines.iter().map(|line| log_entry(line, 0));
                api.on("GET", LOG, Reply::Log(entries.collect()));
                browser.open(&format!("{}/builds/b1", api.address)).await;
                browser.press("button", "Details").await;
                browser.see("Progress").await;
                browser.see(expected).await;
                assert!(!browser.text().await.contains("of 50"));
            }
            Ok(())
        })
        .await
}
