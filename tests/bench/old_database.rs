//! A database of an earlier version, with many builds.

use axum::body::Bytes;
use rusqlite::{Connection, Transaction, params};
use serde_json::{Value, json};
use std::path::Path;

/// The number of builds.
pub const BUILDS: usize = 300_000;

/// The size of the long log's parts in a database of an earlier version, in bytes.
const OLD_PART_BYTES: usize = 256 << 10;

/// The tables of a database before lists were counted.
const OLD_TABLES: &str = "
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY AUTOINCREMENT, namespace TEXT NOT NULL, repo_name TEXT NOT NULL,
        is_public INTEGER NOT NULL, repository TEXT NOT NULL, deploy_key TEXT, clone_url TEXT,
        UNIQUE (namespace, repo_name)
    );
    CREATE TABLE tag_configs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
        position INTEGER NOT NULL, tag_config TEXT NOT NULL, head TEXT
    );
    CREATE INDEX tag_configs_of ON tag_configs (repository_id, position);
    CREATE TABLE builds (
        number INTEGER PRIMARY KEY AUTOINCREMENT, build_id TEXT NOT NULL UNIQUE,
        repository_id INTEGER NOT NULL, namespace TEXT NOT NULL, repo_name TEXT NOT NULL,
        status TEXT NOT NULL, build TEXT NOT NULL, plan TEXT NOT NULL
    );
    CREATE INDEX builds_of ON builds (namespace, repo_name, number);
    CREATE INDEX builds_in ON builds (status, number);
    CREATE TABLE log (
        id INTEGER PRIMARY KEY, build_id TEXT NOT NULL, part INTEGER NOT NULL,
        first_time INTEGER NOT NULL, last_time INTEGER NOT NULL, entries TEXT NOT NULL,
        UNIQUE (build_id, part)
    );
    CREATE TABLE image_tags (
        namespace TEXT NOT NULL, repo_name TEXT NOT NULL, tag TEXT NOT NULL, build_id TEXT,
        PRIMARY KEY (namespace, repo_name, tag)
    ) WITHOUT ROWID;
    CREATE INDEX image_tags_of ON image_tags (build_id);
    PRAGMA user_version = 3;
";

/// The id of a build.
pub fn build_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// Writes a database of an earlier version: 10 namespaces of 30 repositories, builds with short logs, and one with
/// the long log.
pub fn old_database(data: &Path, long_log: &str) {
    std::fs::create_dir(data).expect("a folder");
    let mut connection = Connection::open(data.join("slipway.db")).expect("a database");
    let transaction = with_repositories(&mut connection);
    for number in 1..=BUILDS {
        add_build(&transaction, number);
        if number < BUILDS {
            add_short_log(&transaction, number);
        }
    }
    add_long_log(&transaction, BUILDS, long_log);
    transaction.commit().expect("is stored");
}

/// Writes a database of an earlier version: a build for each log, with its id, and nothing else.
pub fn database_of_logs(data: &Path, logs: &[(usize, Bytes)]) {
    std::fs::create_dir(data).expect("a folder");
    let mut connection = Connection::open(data.join("slipway.db")).expect("a database");
    let transaction = with_repositories(&mut connection);
    for (number, log) in logs {
        add_build(&transaction, *number);
        let log = std::str::from_utf8(log).expect("a text");
        add_long_log(&transaction, *number, log);
    }
    transaction.commit().expect("is stored");
}

/// Makes the tables of an earlier version, and 10 namespaces of 30 repositories.
fn with_repositories(connection: &mut Connection) -> Transaction<'_> {
    connection
        .execute_batch("PRAGMA synchronous = OFF")
        .expect("a setting");
    let transaction = connection.transaction().expect("a transaction");
    transaction.execute_batch(OLD_TABLES).expect("tables");
    for id in 0..300 {
        transaction
            .execute(
                "INSERT INTO repositories (id, namespace, repo_name, is_public, repository)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    id + 1,
                    format!("team-{}", id % 10),
                    format!("app-{}", id / 10),
                    id % 3 > 0,
                    repository(id).to_string()
                ],
            )
            .expect("a repository");
    }
    transaction
}

/// Adds a log in parts.
fn add_long_log(connection: &Connection, number: usize, long_log: &str) {
    let (mut part, mut rest) = (1, long_log.trim_matches(['[', ']', '\n']));
    while !rest.is_empty() {
        let mut ends = OLD_PART_BYTES.min(rest.len())..=rest.len();
        let least = ends
            .find(|end| rest.is_char_boundary(*end))
            .expect("an end");
        let end = rest[least..]
            .find("},{")
            .map_or(rest.len(), |at| least + at + 1);
        add_log(connection, number, part, &rest[..end]);
        rest = rest[end..].trim_start_matches(',');
        part += 1;
    }
}

fn repository(id: usize) -> Value {
    let (namespace, name) = (format!("team-{}", id % 10), format!("app-{}", id / 10));
    json!({
        "namespace": namespace, "repo_name": name, "repo_path": format!("{namespace}/{name}"),
        "description": "", "full_description": "", "created_by": "bench", "created_at": null,
        "updated_at": null, "is_public": !id.is_multiple_of(3), "is_automated": true,
        "repo_starred_count": 0, "download": 0, "upload": 0,
        "build_config": {
            "docker_repo_path": format!("{namespace}/{name}"), "code_repo_client": "GitHub",
            "code_repo_path": format!("{namespace}/{name}"), "created_by": "bench",
            "build_node": "in", "email_enabled": false, "tag_configs": []
        }
    })
}

fn add_build(connection: &Connection, number: usize) {
    let id = number * 7 % 300;
    let path = format!("team-{}/app-{}", id % 10, id / 10);
    let time = |seconds: usize| {
        format!(
            "2026-01-01T{:02}:{:02}:{:02}.000Z",
            number % 24,
            seconds / 60,
            seconds % 60
        )
    };
    let page = format!("https://github.com/{path}");
    let build = json!({
        "build_id": build_id(number), "created_at": time(1), "started_at": time(2), "ended_at": time(600),
        "code_head_commit": "0123456789abcdef0123456789abcdef01234567",
        "code_repo_client": "GitHub", "code_repo_path": path, "code_repo_type": "branch",
        "code_repo_type_value": "main", "created_by": "bench",
        "detail": format!("the image {path}:latest was built: {number:012x}\n"),
        "image_id": format!("{number:012x}"), "docker_repo_path": path, "docker_repo_tag": "latest",
        "docker_repo_version_tag": "", "dockerfile_location": "/", "status": "S", "auto_created": true,
        "step_at": 50, "build_node": "in", "build_context_path": "/",
        "code_repo_http_url": page, "code_commit_http_url": format!("{page}/commit/0123456789abcdef"),
        "code_repo_branch_url": format!("{page}/tree/main"), "is_removable": false
    });
    connection
        .prepare_cached(
            "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
             VALUES (?1, ?2, ?3, ?4, 'S', ?5, ?6)",
        )
        .expect("a statement")
        .execute(params![
            build_id(number),
            id + 1,
            format!("team-{}", id % 10),
            format!("app-{}", id / 10),
            build.to_string(),
            r#"{"clone_urls":[],"deploy_key":null,"commit":null,"tag_by_commit":false}"#,
        ])
        .expect("a build");
}

fn add_short_log(connection: &Connection, number: usize) {
    let lines = (0..10).map(|line| {
        json!({"level": "INFO", "message": format!("STEP {line}/10: RUN make part-{number}"), "time": 1})
            .to_string()
    });
    add_log(connection, number, 1, &lines.collect::<Vec<_>>().join(","));
}

fn add_log(connection: &Connection, number: usize, part: usize, entries: &str) {
    connection
        .prepare_cached(
            "INSERT INTO log (build_id, part, first_time, last_time, entries) VALUES (?1, ?2, 1, 1, ?3)",
        )
        .expect("a statement")
        .execute(params![build_id(number), part as i64, entries])
        .expect("a part of a log");
}
