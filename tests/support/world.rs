//! An API with five repositories, 214 builds and their logs, or with less of them: what the scenes show.

use crate::support::api::Received;
use crate::support::{Api, Reply};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

/// The state of the API.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Five repositories and 214 builds.
    Full,
    /// The same, where BuildKit builds several stages at once.
    Stages,
    /// One repository with one build.
    One,
    /// One repository that has not been built.
    NotBuilt,
    /// Nothing.
    Empty,
    /// Each call fails.
    Broken,
    /// As `Full`, with this log for each build.
    Log(FailedLog),
}

/// A log of a failed build that tells less than others, or cannot be read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FailedLog {
    /// No line tells the cause.
    NoCause,
    /// The base image was not found, so that no step of the Dockerfile ran.
    NoStep,
    /// The server stopped.
    Stopped,
    /// The API does not have it.
    Missing,
}

impl FailedLog {
    fn reply(self) -> Reply {
        let lines: &[&str] = match self {
            Self::NoCause => &["STEP 1/1: RUN ./release.sh", "releasing", "giving up"],
            Self::NoStep => &[
                "#1 [internal] load build definition from Dockerfile",
                "#1 transferring dockerfile: 92B done",
                "#1 DONE 0.0s",
                "",
                "#2 [internal] load metadata for registry.example:5000/team/base:1.9",
                "#2 ERROR: registry.example:5000/team/base:1.9: not found",
                "------",
                " > [internal] load metadata for registry.example:5000/team/base:1.9:",
                "------",
                "Dockerfile:1",
                "--------------------",
                "   1 | >>> FROM registry.example:5000/team/base:1.9",
                "--------------------",
                "ERROR: failed to solve: registry.example:5000/team/base:1.9: not found",
            ],
            Self::Stopped => &[
                "STEP 1/2: FROM rust:1.96",
                "STEP 2/2: RUN cargo build --release",
                "   Compiling api-gateway v1.8.0 (/src)",
                "the server stopped while this build was running",
            ],
            Self::Missing => return Reply::Json(404, json!({ "detail": "Not found." })),
        };
        let entries = lines.iter().zip(1_441_770_706..);
        let entry = |(line, time)| json!({ "message": line, "level": "INFO", "time": time });
        Reply::Log(entries.map(entry).collect())
    }
}

/// The build page of a build that is running, one that failed, and one that succeeded.
pub const RUNNING: &str = "/builds/00000000-0000-4000-8000-000000000000";
pub const FAILED: &str = "/builds/00000000-0000-4000-8000-000000000001";
pub const SUCCEEDED: &str = "/builds/00000000-0000-4000-8000-000000000002";

/// A log of BuildKit: one stage fails, and two are canceled.
const STAGES_LOG: &str = include_str!("../../crates/log/tests/corpus/107-parallel-switch/log.json");

const PAGE: usize = 20;
const COUNT: usize = 214;

/// Name, source client, path, URL of the host, and tag configs: kind, ref, image tag, folder.
type RepositoryPlan = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str, &'static str, &'static str)],
);

const REPOSITORIES: [RepositoryPlan; 5] = [
    (
        "api-gateway",
        "GitHub",
        "acme/api-gateway",
        "https://github.com/acme/api-gateway",
        &[
            ("branch", "main", "latest", "/services/gateway"),
            ("branch", "release/1.8", "1.8", "/"),
            ("tag", "v3.2.0", "stable", "/"),
        ],
    ),
    (
        "web",
        "GitHub",
        "acme/web",
        "https://github.com/acme/web",
        &[
            ("branch", "main", "latest", "/"),
            ("tag", "v3.2.0", "stable", "/"),
        ],
    ),
    (
        "hello-slipway",
        "Simple",
        "hello-slipway",
        "",
        &[("branch", "main", "latest", "/")],
    ),
    (
        "billing-worker",
        "Bitbucket",
        "acme/billing",
        "https://bitbucket.org/acme/billing",
        &[("branch", "master", "latest", "/docker")],
    ),
    (
        "docs",
        "OSChina",
        "acme/docs",
        "https://gitee.com/acme/docs",
        &[("branch", "main", "latest", "/")],
    ),
];

/// The first builds: repository, tag config, status and seconds. The others follow from their number.
const FIRST_BUILDS: [(usize, usize, &str, i64); 5] = [
    (0, 0, "I", 31),
    (0, 1, "F", 72),
    (2, 0, "S", 10),
    (0, 0, "S", 64),
    (1, 1, "S", 91),
];

/// Starts an API in this state, with the built site.
pub async fn serve(world: World) -> Api {
    let api = Api::start().await;
    let (repositories, builds) = content(world);
    api.otherwise(move |request| {
        if !request.path.starts_with("/v1/") {
            return None;
        }
        if world == World::Broken {
            let error = json!({ "detail": "database is locked" });
            return Some(Reply::Json(500, error));
        }
        if world == World::Stages && request.path.ends_with("/logs") {
            let entries = serde_json::from_str(STAGES_LOG).expect("a log is JSON");
            return Some(Reply::Log(entries));
        }
        match world {
            World::Log(log) if request.path.ends_with("/logs") => Some(log.reply()),
            _ => answer(request, &repositories, &builds),
        }
    });
    api
}

fn content(world: World) -> (Vec<Value>, Vec<Value>) {
    let repositories: Vec<Value> = REPOSITORIES.iter().map(repository).collect();
    let all: Vec<Value> = (0..COUNT).map(build).collect();
    match world {
        World::Full | World::Stages | World::Log(_) => (repositories, all),
        World::One => (repositories[..1].to_vec(), all[3..4].to_vec()),
        World::NotBuilt => (repositories[..1].to_vec(), Vec::new()),
        World::Empty | World::Broken => (Vec::new(), Vec::new()),
    }
}

fn answer(request: &Received, repositories: &[Value], builds: &[Value]) -> Option<Reply> {
    let segments: Vec<&str> = request.path.split('/').skip(2).collect();
    let is_of = |build: &Value, key: &str, part: usize| {
        let wanted = query_value(&request.query, key);
        let path = build["docker_repo_path"].as_str().unwrap_or_default();
        wanted.is_none_or(|wanted| path.split('/').nth(part) == Some(wanted))
    };
    match segments.as_slice() {
        ["builds"] => {
            let fitting =
                |build: &&Value| is_of(build, "namespace", 0) && is_of(build, "repo_name", 1);
            Some(page(
                builds.iter().filter(fitting).cloned().collect(),
                request,
            ))
        }
        ["builds", id] => Some(Reply::Json(200, find(builds, id)?)),
        ["builds", id, "logs"] => Some(Reply::Log(log(&find(builds, id)?))),
        ["repositories", "demo"] => Some(page(repositories.to_vec(), request)),
        ["repositories", "demo", name] => {
            let mut all = repositories.iter();
            let found = all.find(|repository| repository["repo_name"] == *name)?;
            Some(Reply::Json(200, found.clone()))
        }
        _ => None,
    }
}

fn find(builds: &[Value], id: &str) -> Option<Value> {
    builds.iter().find(|build| build["build_id"] == id).cloned()
}

fn query_value<'a>(query: &'a str, key: &str) -> Option<&'a str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
}

/// The page of a list that the request asks for.
fn page(rows: Vec<Value>, request: &Received) -> Reply {
    let number = query_value(&request.query, "page").and_then(|page| page.parse().ok());
    let start = number.unwrap_or(1_usize).saturating_sub(1) * PAGE;
    let shown: Vec<Value> = rows.iter().skip(start).take(PAGE).cloned().collect();
    let has_next = start + PAGE < rows.len();
    Reply::Json(
        200,
        json!({
            "count": rows.len(),
            "next": has_next.then_some("https://api.example/next"),
            "previous": (start > 0).then_some("https://api.example/previous"),
            "results": shown,
        }),
    )
}

fn timestamp(time: DateTime<Utc>) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn repository(plan: &RepositoryPlan) -> Value {
    let (name, client, path, url, tags) = *plan;
    let url = (!url.is_empty()).then_some(url);
    let has_key = matches!(name, "api-gateway" | "billing-worker");
    let tag_configs: Vec<Value> = (1..)
        .zip(tags)
        .map(|(id, (kind, reference, tag, folder))| {
            json!({
                "id": id, "docker_build_config_id": 1, "docker_repo_tag": tag,
                "dockerfile_location": folder, "code_repo_type": kind,
                "code_repo_type_value": reference, "is_active": *kind == "branch",
                "version_tagging": 1, "build_context_path": "/",
            })
        })
        .collect();
    let now = Utc::now();
    json!({
        "namespace": "demo", "repo_name": name, "repo_path": format!("demo/{name}"),
        "description": if name == "api-gateway" { "The public gateway" } else { "" },
        "full_description": "## Use\n\nRun it with `docker run`. It listens on port **8080**.\n",
        "created_by": "local", "created_at": timestamp(now - TimeDelta::days(80)),
        "updated_at": timestamp(now - TimeDelta::days(2)), "is_public": true, "is_automated": true,
        "logo_file": null, "repo_starred_count": 0, "download": 12, "upload": 3,
        "pulled_at": timestamp(now - TimeDelta::hours(2)), "pushed_at": timestamp(now - TimeDelta::hours(1)),
        "build_config": {
            "id": 1, "docker_repo_path": format!("demo/{name}"), "code_repo_client": client,
            "code_repo_path": path, "code_repo_clone_url": "https://git.example/hello-slipway.git",
            "code_repo_webhook_code": has_key.then_some("5f2c9a7e"),
            "code_repo_public_key": has_key.then_some("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 slipway"),
            "created_by": "local", "build_node": "in", "email_enabled": true, "code_repo_path_url": url,
            "deploy_url": url.filter(|_| has_key).map(|url| format!("{url}/settings/keys")),
            "tag_configs": tag_configs,
        },
    })
}

/// The repository, tag config, status and duration in seconds of a build by its number.
fn plan(number: usize) -> (usize, usize, &'static str, i64) {
    if let Some(plan) = FIRST_BUILDS.get(number) {
        return *plan;
    }
    let repository = (number * 7 + number / 5) % REPOSITORIES.len();
    let tag = (number / 3) % REPOSITORIES[repository].4.len();
    let status = if number % 6 == 5 { "F" } else { "S" };
    let seconds = [64, 30, 95, 9, 130, 71, 200][(number * 5) % 7] + (number as i64 * 13) % 17;
    (repository, tag, status, seconds)
}

fn build(number: usize) -> Value {
    let (repository, tag, status, seconds) = plan(number);
    let (name, client, path, url, tags) = REPOSITORIES[repository];
    let (kind, reference, tag, folder) = tags[tag];
    let age = match number {
        0 => 33,
        number => number as i64 * 840 + (number as i64 * number as i64 * 97) % 1_500,
    };
    let created = Utc::now() - TimeDelta::seconds(age);
    let started = created + TimeDelta::seconds(2);
    let ended = (status != "I").then(|| timestamp(started + TimeDelta::seconds(seconds)));
    let commit = format!(
        "{:040x}",
        (number as u128 + 3) * 0x9b1f_02c5_3086_816d_5c01_d2e7_77aa
    );
    let commit: String = commit.chars().rev().collect();
    let web = |rest: String| (!url.is_empty()).then(|| format!("{url}/{rest}"));
    let detail = match status {
        "F" => "STEP 6/9: RUN cargo build --release: exit code 101\n".to_owned(),
        "I" => "STEP 4/9: RUN cargo fetch\n".to_owned(),
        _ => format!("the image demo/{name}:{tag} was built\n"),
    };
    json!({
        "build_id": format!("00000000-0000-4000-8000-{number:012}"),
        "created_at": timestamp(created), "started_at": timestamp(started), "ended_at": ended,
        "code_head_commit": commit, "code_repo_client": client, "code_repo_path": path,
        "code_repo_type": kind, "code_repo_type_value": reference, "created_by": "local",
        "detail": detail, "image_id": (status == "S").then_some(&commit[..12]),
        "docker_repo_path": format!("demo/{name}"), "docker_repo_tag": tag,
        "docker_repo_version_tag": created.format("v%Y%m%d.%H%M%S").to_string(),
        "dockerfile_location": folder, "status": status, "auto_created": !number.is_multiple_of(3),
        "code_repo_http_url": (!url.is_empty()).then_some(url),
        "code_commit_http_url": web(format!("commit/{commit}")),
        "code_repo_branch_url": web(format!("tree/{reference}")),
        "step_at": if status == "I" { 23 } else { 50 }, "build_node": "in",
        "build_context_path": "/", "is_removable": false,
    })
}

/// The log of a build: nine steps, which stop where the build did.
fn log(build: &Value) -> Vec<Value> {
    let start = build["started_at"].as_str().unwrap_or_default();
    let start = DateTime::parse_from_rfc3339(start).map_or(0, |time| time.timestamp());
    let status = build["status"].as_str().unwrap_or_default();
    let mut lines = Lines {
        at: start,
        entries: Vec::new(),
    };
    for (number, (step, seconds)) in (1..).zip(STEPS) {
        lines.add(&format!("STEP {number}/9: {step}"), 0);
        if number <= 3 {
            lines.add(&format!("--> Using cache {number:064x}"), 0);
            continue;
        }
        lines.output(step, seconds);
        if number == 6 && status == "F" {
            FAILURE.iter().for_each(|line| lines.add(line, 0));
            break;
        }
        lines.add(&format!("--> {:011x}", number * 0x9b1f_02c5_u64), 0);
    }
    let now = Utc::now().timestamp();
    let is_there = |entry: &Value| status != "I" || entry["time"].as_i64() <= Some(now);
    lines.entries.into_iter().filter(is_there).collect()
}

/// A step's instruction and its seconds.
const STEPS: [(&str, i64); 9] = [
    ("FROM rust:1.96", 0),
    ("WORKDIR /src", 0),
    ("COPY Cargo.* .", 0),
    ("RUN cargo fetch", 27),
    ("COPY src src", 1),
    ("RUN cargo build --release", 41),
    ("FROM debian:12-slim", 1),
    ("COPY --from=0 /src/target/release/gateway /", 1),
    ("CMD [\"/gateway\"]", 0),
];

const FAILURE: [&str; 9] = [
    "\u{1b}[1m\u{1b}[91merror[E0432]\u{1b}[0m: unresolved import `axum::body::Full`",
    "  --> src/http.rs:14:5",
    "   |",
    "14 | use axum::body::Full;",
    "   |     ^^^^^^^^^^^^^^^^ no `Full` in `body`",
    "",
    "For more information about this error, try `rustc --explain E0432`.",
    "\u{1b}[91merror\u{1b}[0m: could not compile `api-gateway` (bin \"gateway\") due to 1 previous error",
    "Error: building at STEP \"RUN cargo build --release\": while running runtime: exit status 101",
];

struct Lines {
    /// The time of the next line, Unix seconds.
    at: i64,
    entries: Vec<Value>,
}

impl Lines {
    fn add(&mut self, message: &str, seconds: i64) {
        self.at += seconds;
        let entry = json!({ "message": message, "level": "INFO", "time": self.at });
        self.entries.push(entry);
    }

    /// The output of a step that takes this many seconds.
    fn output(&mut self, step: &str, seconds: i64) {
        let verb = match step {
            "RUN cargo fetch" => "Downloaded",
            step if step.contains("build") => "Compiling",
            _ => return self.at += seconds,
        };
        for number in 0..seconds {
            let line =
                format!("\u{1b}[1m\u{1b}[92m{verb:>12}\u{1b}[0m crate-{number} v1.0.{number}");
            self.add(&line, 1);
        }
    }
}
