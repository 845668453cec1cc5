//! A published client of the API, PyPI's just4alauda, works with the server; and so do the `curl` lines of the README.

use crate::parts::program;
use crate::support::*;
use reqwest::StatusCode;
use serde_json::Value;
use std::path::PathBuf;
use tokio::process::Command;

/// Does with the client what this argument says: `build` creates a repository, finds it again and starts a build,
/// whose id it prints last; `delete` removes the repository.
const SCRIPT: &str = r"
import sys
from alauda import Alauda, BuildConfig, TagConfig
what, address, source = sys.argv[1:]
api = Alauda('t-client', 'secret', urlbase=address)
if what == 'build':
    rows = [TagConfig.create('latest', code_branch='master'), TagConfig.create('one', code_tag='v1')]
    config = BuildConfig.create_simple(source, rows)
    api.create_repo('app', 'made by a client', build_config=config)
    assert [repo.name for repo in api.list_repo()] == ['app']
    repo = api.get_repo('app')
    assert [row.image_tag for row in repo.build_config.tag_configs] == ['latest', 'one']
    assert repo.build_config.tag_configs[1].branch_or_tag_name == 'v1'
    print(repo.build('one').id)
else:
    assert api.get_repo('app').delete()
    assert api.get_repo('app') is None
";

/// Where `scripts/setup` keeps the client.
fn packages() -> PathBuf {
    let tools = std::env::var_os("SLIPWAY_TOOLS").map(PathBuf::from);
    let home =
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cache/slipway");
    tools.unwrap_or_else(home).join("python")
}

/// Runs the client and returns the last line that it prints.
async fn run(server: &TestServer, what: &str, source: &str) -> Result<String, String> {
    let output = Command::new("python3")
        .args(["-c", SCRIPT, what, &server.url, source])
        .env("PYTHONPATH", packages())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .await
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    match output.status.success() {
        true => Ok(text.lines().last().unwrap_or_default().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

#[tokio::test]
async fn a_published_client_creates_builds_and_removes() {
    if program("just4alauda", "python3").is_none() {
        return;
    }
    let import = Command::new("python3")
        .args(["-c", "import alauda, requests"])
        .env("PYTHONPATH", packages())
        .output();
    if !import.await.unwrap().status.success() {
        skip("just4alauda", "python has no package of this name");
        return;
    }
    let mut server = TestServer::start(&["--token=t-client=secret"]).await;
    server.token = Some("secret".to_owned());
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    source.git(&["tag", "v1"]);
    let id = run(&server, "build", &source.url()).await.unwrap();
    let build = server.wait_for_status(&id, "S").await;
    assert_eq!(build["docker_repo_tag"], "one");
    run(&server, "delete", &source.url()).await.unwrap();
    let (status, _) = server.get("/v1/repositories/t-client/app").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

/// The shell commands of the README that call the API, one text for each block.
fn curl_blocks() -> Vec<String> {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let blocks = readme.split("```sh\n").skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks
        .filter(|block| block.contains("Authorization: Token"))
        .collect()
}

#[tokio::test]
async fn the_curl_lines_of_the_readme_work() {
    if program("curl", "curl").is_none() {
        return;
    }
    let mut server = TestServer::start(&["--token=team=0123456789abcdef"]).await;
    server.token = Some("0123456789abcdef".to_owned());
    let source = server.repository("app", &[("Dockerfile", &server.minimal_dockerfile())]);
    source.git(&["branch", "-m", "main"]);
    let blocks = curl_blocks();
    assert!(!blocks.is_empty());
    for block in blocks {
        // Only the address, the token and the source are other ones.
        let script = block
            .replace("https://builds.example.com", &server.url)
            .replace("$(cat token)", "0123456789abcdef")
            .replace("https://git.example.com/team/app.git", &source.url());
        assert!(!script.contains("example.com"), "{script}");
        let output = Command::new("bash")
            .args(["-euo", "pipefail", "-c", &script])
            .env("no_proxy", "127.0.0.1")
            .output()
            .await
            .unwrap();
        let answers = String::from_utf8_lossy(&output.stdout).into_owned();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{script}\n{answers}{errors}");
        // Each answer is one JSON value.
        let values = serde_json::Deserializer::from_str(&answers).into_iter::<Value>();
        let values: Vec<Value> = values.map(Result::unwrap).collect();
        let calls = script.matches("curl").count();
        assert_eq!(values.len(), calls, "{answers}");
        let built = values.iter().find(|value| value["build_id"].is_string());
        let id = built.unwrap()["build_id"].as_str().unwrap().to_owned();
        server.wait_for_status(&id, "S").await;
    }
}
