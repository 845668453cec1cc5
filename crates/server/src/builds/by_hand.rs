//! Running the builder by hand, in the storage of a namespace: to push an image, to list images, to remove some.

use crate::builds::builder_choice::BuilderChoice;
use crate::builds::limits_options::BuildLimits;
use crate::builds::workshop::{BuilderRun, BuilderSettings, Workshop};
use crate::data_folder::DataOption;
use crate::process::process_group::ProcessGroup;
use crate::rules;
use crate::sandbox::machine::Reach;
use clap::Args;
use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

/// The options of `slipway builder`.
#[derive(Debug, Clone, Args)]
pub struct BuilderOptions {
    /// The data folder. Its server may run.
    #[command(flatten)]
    pub data: DataOption,

    /// The image builder: buildah or podman. A daemon's images are its own.
    #[arg(long, env = "SLIPWAY_BUILDER", value_enum, default_value_t = BuilderChoice::Auto)]
    pub builder: BuilderChoice,

    /// The limits of what the builder may use of this machine.
    #[command(flatten)]
    pub limits: BuildLimits,

    /// The namespace whose images are meant.
    pub namespace: String,

    /// The command of the builder: `images`, or `push localhost/team/app docker://registry.example.com/team/app`. Files of
    /// this machine are not there for it. $REGISTRY_AUTH_FILE names the credentials for registries.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    pub arguments: Vec<OsString>,
}

/// Runs the builder in the storage of a namespace, as builds do, and returns its exit code.
///
/// # Errors
///
/// A sentence about why it can't be run.
pub async fn run_builder(options: BuilderOptions) -> Result<ExitCode, Box<dyn Error>> {
    rules::namespace(&options.namespace)?;
    let data = options.data.folder();
    let data = data
        .canonicalize()
        .map_err(|error| format!("the data folder {}: {error}", data.display()))?;
    let workshop = Workshop::find(&BuilderSettings {
        choice: options.builder,
        buildkit_addr: None,
        limits: options.limits,
        data,
        program: std::env::current_exe()?,
    })
    .await?;
    let Some(storages) = &workshop.storages else {
        let name = workshop.builder.name();
        return Err(format!("{name} has no storage of a namespace: run it itself").into());
    };
    let storage = storages.open(&options.namespace).await?;
    let mut run = BuilderRun::offline(options.arguments);
    run.reach = Reach::Build;
    let mut group = ProcessGroup::spawn(workshop.launch(Some(&storage.folders), run)?)?;
    let status = group.child.wait().await?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.unwrap_or(u8::MAX).into())
}
