//! The choice among the docker clients of this machine: one that builds with BuildKit, if there is one.

use crate::builds::find_program::find_programs;
use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a client may take to say what it can do.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The versions that have a client for BuildKit of their own. Later ones need the plugin buildx.
const WITH_BUILDKIT: std::ops::Range<u32> = 19..23;

/// A docker client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DockerClient {
    /// Its path.
    pub(crate) program: PathBuf,
    /// True if it can build with the daemon's BuildKit. Without, the daemon builds one step after another.
    pub(crate) has_buildkit: bool,
}

/// Returns the first client that can build with BuildKit, or the first of all; `None` if docker is not installed.
pub(crate) async fn find_docker_client() -> Option<DockerClient> {
    let programs = find_programs("docker");
    for program in &programs {
        if has_buildkit(program).await {
            return Some(DockerClient {
                program: program.clone(),
                has_buildkit: true,
            });
        }
    }
    let program = programs.into_iter().next()?;
    Some(DockerClient {
        program,
        has_buildkit: false,
    })
}

async fn has_buildkit(program: &Path) -> bool {
    if output(program, &["buildx", "version"]).await.is_some() {
        return true;
    }
    let version = output(program, &["--version"]).await;
    version
        .as_deref()
        .and_then(major_version)
        .is_some_and(|major| WITH_BUILDKIT.contains(&major))
}

/// Returns what a client says; `None` if it fails. It asks no daemon.
async fn output(program: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new(program);
    remove_private_variables(&mut command, &[]);
    command.args(arguments.iter().map(OsStr::new));
    let output = capture(command, TIMEOUT).await.ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

/// Reads the first number of `Docker version 20.10.24+dfsg1, build 297e128`.
fn major_version(text: &str) -> Option<u32> {
    let version = text.trim().strip_prefix("Docker version ")?;
    version.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_tells_which_client_has_buildkit() {
        for (text, expected) in [
            ("Docker version 20.10.24+dfsg1, build 297e128\n", Some(20)),
            ("Docker version 28.2.2, build e6534b4", Some(28)),
            ("podman version 4.3.1", None),
            ("", None),
        ] {
            assert_eq!(major_version(text), expected, "{text}");
        }
    }
}
