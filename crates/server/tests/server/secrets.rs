//! Secrets in clone URLs: refused, or, where they are allowed, given to git and to nobody else.

use crate::program::Program;
use crate::support::*;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

const CLONE_URL: &str = "/build_config/code_repo_clone_url";

#[tokio::test]
async fn a_clone_url_with_a_secret_is_refused_without_repeating_it() {
    let server = TestServer::start(&[]).await;
    for (url, expected) in [
        ("https://me:hunter22@h.example/a", "a password"),
        (
            "https://oauth2:glpat-hunter22hunter@h.example/a",
            "a password",
        ),
        ("https://me:a@b:hunter22@h.example/a", "a password"),
        ("ssh://git:hunter22@h.example/a", "a password"),
        ("git:hunter22@h.example:a/b", "http(s), ssh or git URL"),
        (
            "https://ghp_hunter22hunter22@h.example/a",
            "a token as its user name",
        ),
        (
            "https://my-secret-hunter22@h.example/a",
            "a token as its user name",
        ),
        (
            "https://7c9e6679hunter22f4a2b:@h.example/a",
            "a token as its user name",
        ),
        ("https://me%3Ahunter22@h.example/a", "a password"),
        (
            "https://h.example/a?private_token=hunter22",
            "after its '?'",
        ),
        (
            "https://h.example/a?a=b&access_token=hunter22",
            "after its '?'",
        ),
        (
            "https://h.example/a?%70rivate%5Ftoken=hunter22",
            "after its '?'",
        ),
        ("https://h.example/a#token=hunter22", "after its '#'"),
        ("https://h.example/a%3Ftoken%3Dhunter22", "in its path"),
        ("HTTPS://me:hunter22@h.example/a", "http(s), ssh or git URL"),
        (
            "git+https://me:hunter22@h.example/a",
            "http(s), ssh or git URL",
        ),
        ("https://me:•••@h.example/a", "replaced by dots"),
    ] {
        let body = create_body("app", url, vec![tag_config("latest")]);
        let answer = server.post("/v1/repositories/demo", &body).await;
        assert_field(&answer, CLONE_URL, expected);
        assert!(!answer.1.to_string().contains("hunter22"), "{}", answer.1);
    }
    // A URL in the wrong field is not repeated either.
    let body = json!({"repo_name": "a", "build_config": {
        "code_repo_client": "https://me:hunter22@h.example/a", "tag_configs": [tag_config("latest")],
    }});
    let answer = server.post("/v1/repositories/demo", &body).await;
    assert_field(
        &answer,
        "/build_config/code_repo_client",
        "is not a valid choice",
    );
    assert!(!answer.1.to_string().contains("hunter22"), "{}", answer.1);
    // A user name is no secret.
    let body = create_body(
        "app",
        "https://me@bitbucket.org/a/b.git",
        vec![tag_config("latest")],
    );
    let (status, stored) = server.post("/v1/repositories/demo", &body).await;
    assert_eq!(status, StatusCode::CREATED);
    let config = &stored["build_config"];
    assert_eq!(
        config["code_repo_clone_url"],
        "https://me@bitbucket.org/a/b.git"
    );
    assert_eq!(config["code_repo_path_url"], "https://bitbucket.org/a/b");
}

/// Serves the repositories of a folder over http to the user `me` with the password `hunter22`.
async fn serve_git(folder: PathBuf) -> String {
    let router = axum::Router::new()
        .fallback(git_http)
        .with_state(Arc::new(folder));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.to_string()
}

async fn git_http(State(folder): State<Arc<PathBuf>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let text = |name: &str| {
        let value = parts
            .headers
            .get(name)
            .and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    // `me:hunter22` in Base64.
    if text("authorization") != "Basic bWU6aHVudGVyMjI=" {
        let realm = [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")];
        return (StatusCode::UNAUTHORIZED, realm).into_response();
    }
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut command = Command::new("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder.as_path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "safe.directory")
        .env("GIT_CONFIG_VALUE_0", "*")
        .env("PATH_INFO", parts.uri.path())
        .env("QUERY_STRING", parts.uri.query().unwrap_or_default())
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("CONTENT_TYPE", text("content-type"))
        .env("HTTP_CONTENT_ENCODING", text("content-encoding"))
        .env("GIT_PROTOCOL", text("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&body).unwrap();
        child.wait_with_output().unwrap().stdout
    });
    let output = output.await.unwrap();
    let end = output
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let mut response = Response::new(axum::body::Body::from(output[end + 4..].to_vec()));
    for (name, value) in head.lines().filter_map(|line| line.split_once(": ")) {
        match name {
            "Status" => {
                *response.status_mut() = StatusCode::from_bytes(&value.as_bytes()[..3]).unwrap()
            }
            "Content-Type" => {
                response
                    .headers_mut()
                    .insert(header::CONTENT_TYPE, value.parse().unwrap());
            }
            _ => {}
        }
    }
    response
}

/// Makes the repository `app`, whose submodule is on the same host and whose builder prints the secret.
fn source_with_submodule(fixtures: &TestServer) {
    let source = fixtures.repository("app", &[("Dockerfile", &fixtures.minimal_dockerfile())]);
    let library = fixtures.repository("library", &[("lib", "lib")]);
    let commit = library.git(&["rev-parse", "HEAD"]);
    for (key, value) in [("path", "lib"), ("url", "../../library/.git")] {
        let key = format!("submodule.lib.{key}");
        source.git(&["config", "--file", ".gitmodules", &key, value]);
    }
    let entry = format!("160000,{commit},lib");
    source.git(&["update-index", "--add", "--cacheinfo", &entry]);
    source.git(&["add", ".gitmodules"]);
    let dockerfile = fixtures.minimal_dockerfile() + "COPY lib/lib /lib\nLABEL key=hunter22\n";
    source.git(&["rm", "--quiet", "--cached", "Dockerfile"]);
    std::fs::write(source.0.join("Dockerfile"), dockerfile).unwrap();
    source.git(&["add", "Dockerfile"]);
    source.git(&["commit", "--quiet", "--message=x"]);
}

/// Makes a program `git` that records its arguments in the file `calls` of the folder. Returns a `PATH` that finds it.
fn recording_git(folder: &Path) -> String {
    let programs = folder.join("bin");
    std::fs::create_dir(&programs).unwrap();
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|path| path.exists())
        .unwrap();
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}'\nexec '{}' \"$@\"\n",
        folder.join("calls").display(),
        real.display()
    );
    std::fs::write(programs.join("git"), script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(programs.join("git"), mode).unwrap();
    format!("{}:{}", programs.display(), std::env::var("PATH").unwrap())
}

#[tokio::test]
async fn an_allowed_secret_is_given_to_git_alone() {
    let fixtures = TestServer::start(&[]).await;
    source_with_submodule(&fixtures);
    let git = fixtures.folder.path().join("git");
    let address = serve_git(git.clone()).await;
    let folder = tempfile::tempdir().unwrap();
    let (calls, log) = (folder.path().join("calls"), folder.path().join("log"));
    let path = recording_git(folder.path());
    let program = Program::start(folder, &git, |command| {
        command
            .env("PATH", &path)
            .arg("--allow-url-secrets")
            .arg("--allow-source-host=127.0.0.1")
            .arg("--poll-interval=100ms");
        command.stderr(std::fs::File::create(&log).unwrap());
    });
    let server = &program.server;
    let url = format!("http://me:hunter22@{address}/app/.git");
    let shown = format!("http://me:•••@{address}/app/.git");
    let row = with(tag_config("latest"), json!({"is_active": true}));
    let missing = with(failing_tag_config("missing"), json!({"is_active": true}));
    let body = create_body("app", &url, vec![row, missing]);
    let (status, stored) = server.post("/v1/repositories/t-secret", &body).await;
    assert_eq!(status, StatusCode::CREATED, "{stored}");
    assert_eq!(stored["build_config"]["code_repo_clone_url"], *shown);
    // One with a wrong password.
    let wrong = format!("http://me:hunter22x@{address}/app/.git");
    let body = create_body("wrong", &wrong, vec![tag_config("latest")]);
    server.post("/v1/repositories/t-secret", &body).await;

    let id = server.trigger("t-secret/app", "latest").await;
    server.wait_for_status(&id, "S").await;
    let text = server.log_text(&id).await;
    assert!(text.contains(&format!("Fetching {shown}")), "{text}");
    assert!(text.contains("key=•••"), "{text}");
    let failing = server.trigger("t-secret/app", "missing").await;
    server.wait_for_failure(&failing).await;
    let refused = server.trigger("t-secret/wrong", "latest").await;
    let message = server.wait_for_failure(&refused).await;
    assert!(
        message.contains("it is private, or it does not exist"),
        "{message}"
    );

    for path in [
        "/v1/repositories/t-secret",
        "/v1/repositories/t-secret/app",
        "/v1/builds?namespace=t-secret",
        &format!("/v1/builds/{id}"),
        &format!("/v1/builds/{id}/logs"),
        &format!("/v1/builds/{failing}/logs"),
        &format!("/v1/builds/{refused}"),
        &format!("/v1/builds/{refused}/logs"),
    ] {
        let (_, answer) = server.get(path).await;
        assert!(!answer.to_string().contains("hunter22"), "{path}: {answer}");
    }
    let calls = std::fs::read_to_string(&calls).unwrap();
    assert!(
        calls.contains("fetch") && calls.contains(&address),
        "{calls}"
    );
    let log = std::fs::read_to_string(&log).unwrap();
    assert!(
        !calls.contains("hunter22") && !log.contains("hunter22"),
        "{calls}\n{log}"
    );

    // After a start without the option, the stored secret is not used.
    let data = program.end("-TERM");
    let program = Program::start(data, &git, |_| {});
    let id = program.server.trigger("t-secret/app", "latest").await;
    let message = program.server.wait_for_failure(&id).await;
    assert!(message.contains("contains a password"), "{message}");
}

#[tokio::test]
async fn the_secret_of_an_option_is_not_printed() {
    for (source, allows, expected) in [
        (
            "GitHub=https://me:hunter22@h.example/{namespace}/{name}",
            false,
            "a password",
        ),
        (
            "Simple=https://me:hunter22@h.example/{name}",
            true,
            "the clients are",
        ),
        ("https://me:hunter22@h.example/{name}", true, "CLIENT=URL"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_slipway"));
        command.args(["--listen", "127.0.0.1:0", "--source", source]);
        if allows {
            command.arg("--allow-url-secrets");
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && text.contains(expected),
            "{text}"
        );
        assert!(!text.contains("hunter22"), "{text}");
    }
    let mut help = Command::new(env!("CARGO_BIN_EXE_slipway"));
    let help = help.arg("--help").env(
        "SLIPWAY_SOURCE",
        "GitHub=https://me:hunter22@h.example/{name}",
    );
    let output = help.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("--allow-url-secrets") && !text.contains("hunter22"),
        "{text}"
    );
}
