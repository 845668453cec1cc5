//! The commands that the console writes pull the image that was built: with a real registry and another builder.

use crate::support::registry::Registry;
use crate::support::steps::{connect, create_simple};
use crate::support::{Browser, Outcome, Server, Source, parts, story};
use std::path::Path;
use std::process::Command;

/// Runs a command that the console has written, with a storage that has no images yet. Returns the image's id.
fn run(program: &Path, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    let [_, "pull", name] = words.as_slice() else {
        panic!("not a command that pulls: {command}");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(program)
        .args(["--storage-driver", "vfs", "--root"])
        .arg(folder.path().join("root"))
        .arg("--runroot")
        .arg(folder.path().join("run"))
        .args(["pull", "--quiet", "--tls-verify=false", name])
        .output()
        .expect("the builder starts");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {error}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

async fn commands(browser: &Browser, name: &str) -> Vec<String> {
    let mut commands = Vec::new();
    for button in browser.all("button", name).await {
        let title = button.attr("title").await.ok().flatten();
        commands.push(title.unwrap_or_default());
    }
    commands
}

#[tokio::test]
async fn the_pull_command_pulls_the_image() -> Outcome {
    let Some(registry) = Registry::start() else {
        return Ok(());
    };
    // Only the program differs between the commands: buildah reads the same names.
    let Some(program) = parts::program("buildah", "buildah") else {
        return Ok(());
    };
    let source = Source::with_steps(&["/bin/busybox echo built"]);
    let folder = source.path().display().to_string();
    let push = format!("--registry={}/team-images", registry.address);
    let options = [
        "--allow-local-source",
        &folder,
        &push,
        "--registry-insecure",
    ];
    story(Server::start(&options).await)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("pulled-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            browser.see("the image is in the registry").await;
            browser.press("button", "Details").await;
            browser.find_in_dialog("button", "Copy digest").await;
            browser.axe("the details of an image in a registry").await;
            let (docker, podman) = (
                commands(browser, "Copy docker pull command").await,
                commands(browser, "Copy podman pull command").await,
            );
            let image = format!("{}/team-images/team/{name}", registry.address);
            assert_eq!(docker[0], format!("docker pull {image}:latest"));
            browser
                .see_in(
                    "dialog",
                    &format!("{}/team-images/team/{name}:latest", registry.address),
                )
                .await;
            browser.see_in("dialog", "Pushed").await;
            let by_digest = docker.last().cloned().unwrap_or_default();
            assert!(by_digest.starts_with(&format!("docker pull {image}@sha256:")));
            let ids: Vec<String> = (docker.iter().chain(&podman))
                .map(|command| run(&program, command))
                .collect();
            assert!(
                ids.len() >= 4 && ids.iter().all(|id| *id == ids[0]),
                "{ids:?}"
            );
            let short = &ids[0][..12];
            browser.see_in("dialog", short).await;
            browser.press_in_dialog("button", "Close").await;

            let repository = format!("{}/repositories/team/{name}", server.address);
            browser.open(&repository).await;
            browser.see(&docker[0]).await;
            browser.see(&podman[0]).await;
            browser.see("Last pushed").await;
            Ok(())
        })
        .await
}
