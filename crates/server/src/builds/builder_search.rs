//! The search for the builders that this machine can call.

use crate::builds::builder::Builder;
use crate::builds::builder_address::BuilderAt;
use crate::builds::builder_choice::BuilderChoice;
use crate::builds::docker_client::find_docker_client;
use crate::builds::find_program::find_program;
use crate::builds::limits_options::BuildNetwork;

/// Finds the programs of this machine that can build, the first choice first. A builder chosen by `choice` is used
/// even if it does not seem to work: its own error is the clearest.
pub(crate) async fn find_builders(
    choice: BuilderChoice,
    buildkit_addr: Option<&str>,
    network: BuildNetwork,
) -> Vec<Builder> {
    use BuilderChoice::{Auto, Buildah, Buildctl, Docker, Podman};
    let kinds: &[_] = match choice {
        Auto => &[Buildah, Podman, Docker, Buildctl],
        ref chosen => std::slice::from_ref(chosen),
    };
    let mut found = Vec::new();
    for &kind in kinds {
        let Some(mut builder) = find(kind, network).await else {
            continue;
        };
        if let (Buildctl, Some(address)) = (kind, buildkit_addr) {
            builder = builder.at_address(address);
        }
        if choice != Auto || builder.answers().await.is_ok() {
            found.push(builder);
        }
    }
    found
}

/// Finds the client for a builder elsewhere.
///
/// # Errors
///
/// A sentence, when the client is not installed.
pub(crate) async fn find_client(at: &BuilderAt, network: BuildNetwork) -> Result<Builder, String> {
    match find(at.kind, network).await {
        Some(builder) => Ok(builder.elsewhere(at)),
        None => Err(format!("{} is not installed here", name_of(at.kind))),
    }
}

/// Finds the program of a builder; `None` if it is not installed.
async fn find(kind: BuilderChoice, network: BuildNetwork) -> Option<Builder> {
    let mut environment = Vec::new();
    let program = match kind {
        BuilderChoice::Docker => {
            let client = find_docker_client().await?;
            environment.push(("BUILDKIT_PROGRESS", "plain".into()));
            if client.has_buildkit {
                environment.push(("DOCKER_BUILDKIT", "1".into()));
            }
            client.program
        }
        _ => find_program(name_of(kind))?,
    };
    Some(Builder::new(kind, program, environment, network))
}

/// The name of a builder's program.
fn name_of(kind: BuilderChoice) -> &'static str {
    match kind {
        BuilderChoice::Auto | BuilderChoice::Buildah => "buildah",
        BuilderChoice::Podman => "podman",
        BuilderChoice::Docker => "docker",
        BuilderChoice::Buildctl => "buildctl",
    }
}
