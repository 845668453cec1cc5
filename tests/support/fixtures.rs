//! Sample builds, repositories, configs and logs, as the API answers them, and their addresses.

use super::{Api, Reply};
use serde_json::{Value, json};

/// The page with the create form of the namespace `team`.
pub const NEW_PAGE: &str = "/repositories/team/new";
/// The page with the editor of `team/app`'s build config.
pub const CONFIG_PAGE: &str = "/repositories/team/app/config";
/// The list of the namespace's repositories; a POST creates one.
pub const REPOSITORIES: &str = "/v1/repositories/team";
/// The repository that most tests use.
pub const REPOSITORY: &str = "/v1/repositories/team/app";
/// Its build config, to be replaced.
pub const BUILD_CONFIG: &str = "/v1/repositories/team/app/build-config";
/// The list of builds; a POST starts one.
pub const BUILDS: &str = "/v1/builds";

/// A build (reference, call 2). Fields in `more` replace the ones here.
pub fn build(id: &str, tag: &str, status: &str, more: Value) -> Value {
    let mut build = json!({
        "build_id": id, "created_at": "2015-05-28T11:13:20.000Z", "started_at": "2015-05-28T11:13:27.000Z",
        "ended_at": "2015-05-28T11:19:29.000Z", "code_head_commit": "119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
        "code_repo_client": "GitHub", "code_repo_path": "team/app", "code_repo_type": "branch",
        "code_repo_type_value": "main", "created_by": "ada", "docker_repo_path": "team/app",
        "docker_repo_tag": tag, "docker_repo_version_tag": "", "dockerfile_location": "/", "status": status,
        "auto_created": false, "code_repo_http_url": "https://github.com/team/app",
        "code_commit_http_url": "https://github.com/team/app/commit/119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
        "code_repo_branch_url": "https://github.com/team/app/tree/main",
    });
    if let (Some(build), Value::Object(more)) = (build.as_object_mut(), more) {
        build.extend(more);
    }
    build
}

/// The fields of a build that is running.
pub fn running() -> Value {
    json!({ "ended_at": null, "status": "I" })
}

/// The fields of a build that waits.
pub fn waiting() -> Value {
    json!({ "started_at": null, "ended_at": null })
}

/// A page of builds (reference, call 2); `next` is true if another one follows.
pub fn builds_page(builds: Vec<Value>, count: usize, next: bool) -> Reply {
    let next = next.then_some("https://api.test/v1/builds?page=2");
    Reply::Json(
        200,
        json!({ "count": count, "next": next, "previous": null, "results": builds }),
    )
}

/// The reference's own sample of such a page.
pub fn sample_builds_page() -> Value {
    let sample = include_str!("../samples/builds-page.response.json");
    serde_json::from_str(sample).expect("JSON")
}

/// The reference's own sample of a build that was just started.
pub fn sample_started_build() -> Value {
    let sample = include_str!("../samples/trigger-build.response.json");
    serde_json::from_str(sample).expect("JSON")
}

/// A page of any list that has nothing on it.
pub fn empty_page() -> Value {
    json!({ "count": 0, "next": null, "previous": null, "results": [] })
}

/// Has the API answer for a build and its empty log.
pub fn serve_build(api: &Api, build: &Value) {
    let id = build["build_id"].as_str().unwrap_or_default();
    let path = format!("{BUILDS}/{id}");
    api.on("GET", &path, Reply::Json(200, build.clone()));
    api.on("GET", &format!("{path}/logs"), Reply::Json(200, json!([])));
}

/// A repository in the namespace `team` with these tag configs.
pub fn repository(name: &str, tag_configs: Value) -> Value {
    let sample = include_str!("../samples/repository.response.json");
    let mut repository: Value = serde_json::from_str(sample).expect("JSON");
    repository["namespace"] = json!("team");
    repository["repo_name"] = json!(name);
    repository["build_config"]["code_repo_path"] = json!("octo/app");
    repository["build_config"]["tag_configs"] = tag_configs;
    repository
}

/// A tag config of the branch `main`.
pub fn tag_config(id: u64, tag: &str) -> Value {
    json!({
        "id": id, "docker_build_config_id": 3, "docker_repo_tag": tag, "dockerfile_location": "/",
        "code_repo_type": "branch", "code_repo_type_value": "main", "is_active": false,
        "version_tagging": 1, "build_context_path": "/"
    })
}

/// The second in which the logs begin: 2015-09-09 03:51:46 UTC.
pub const LOG_START: i64 = 1_441_770_706;

/// The build whose page shows these logs.
pub const LOG_BUILD: &str = "/v1/builds/b1";
/// Its log.
pub const LOG: &str = "/v1/builds/b1/logs";

/// The build with this status.
pub fn log_build(status: &str) -> Value {
    let ended = (status != "I").then_some("2015-09-09T04:00:00.000Z");
    json!({
        "build_id": "b1", "status": status, "created_at": "2015-09-09T03:51:40.000Z",
        "started_at": "2015-09-09T03:51:46.000Z", "ended_at": ended,
        "docker_repo_path": "team/app", "docker_repo_tag": "latest",
    })
}

/// A log entry, this many seconds after the start.
pub fn log_entry(message: &str, after: i64) -> Value {
    json!({ "message": message, "level": "INFO", "time": LOG_START + after })
}

/// This many entries, `line 1` and so on, ten to the second.
pub fn log_entries(count: usize) -> Vec<Value> {
    (1..=count)
        .map(|number| log_entry(&format!("line {number}"), number as i64 / 10))
        .collect()
}

/// Six lines: two steps, an error and a warning among them.
pub fn mixed_log() -> Vec<Value> {
    let entry = |text: &str, after: i64, level: &str| json!({ "message": text, "level": level, "time": LOG_START + after });
    vec![
        log_entry("STEP 1/2: FROM scratch", 0),
        entry("careful", 1, "WARN"),
        entry("it broke", 3, "ERROR"),
        log_entry("STEP 2/2: RUN make", 65),
        json!({ "message": "no time, no level" }),
        log_entry("done", 70),
    ]
}

/// An API with one build of this status and this log.
pub async fn log_api(status: &str, log: Vec<Value>) -> Api {
    let api = Api::start().await;
    api.on("GET", LOG_BUILD, Reply::Json(200, log_build(status)));
    api.on("GET", LOG, Reply::Log(log));
    api
}
