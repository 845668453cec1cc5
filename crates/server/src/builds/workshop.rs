//! A place where images are built: a builder, and for one of this machine, what contains it and the storages of all
//! namespaces.

use crate::builds::builder::Builder;
use crate::builds::builder_address::BuilderAt;
use crate::builds::builder_choice::BuilderChoice;
use crate::builds::builder_search::{find_builders, find_client};
use crate::builds::find_program::find_program;
use crate::builds::limits_options::{BuildLimits, BuildNetwork};
use crate::builds::registry_access::AccessFiles;
use crate::builds::storage::{Folders, KEPT, Storages};
use crate::process::launch::Launch;
use crate::process::process_group::capture;
use crate::sandbox::cgroups::{ControlGroup, GroupLimits};
use crate::sandbox::emptying::empty;
use crate::sandbox::machine::{Machine, Reach, Run, WishedNetwork, Wishes};
use crate::sandbox::spec::Bind;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The log line of a build on a machine without a builder.
const NO_BUILDER: &str =
    "no image builder works on this machine: install buildah, podman or docker, or start BuildKit";

/// How long it may take to clean a storage up, and to find out if a storage driver works.
const CLEANING_TIMEOUT: Duration = Duration::from_secs(300);
const DRIVER_TIMEOUT: Duration = Duration::from_secs(60);

/// The folder of a builder's storage, in a sandbox.
const CONTAINERS: &str = "/var/lib/containers";
/// The folder for temporary files, in a sandbox.
pub(crate) const TEMPORARY: &str = "/var/tmp";
/// The folder of what a builder forgets when the machine stops, in a sandbox.
const STATE: &str = "/run/containers/storage";

/// The error of the system for a full disk, as builders print it.
const NO_SPACE: &str = "no space left on device";

/// The name of a storage that only shows which driver works. No namespace has it.
const PROBE: &str = ".probe";

/// The options of the server that are about builders.
#[derive(Debug, Clone)]
pub(crate) struct BuilderSettings {
    pub(crate) choice: BuilderChoice,
    pub(crate) buildkit_addr: Option<String>,
    pub(crate) limits: BuildLimits,
    /// The data folder, absolute and without symbolic links.
    pub(crate) data: PathBuf,
    /// This program, which sets sandboxes up.
    pub(crate) program: PathBuf,
}

/// A builder that works, and what contains it.
pub(crate) struct Workshop {
    pub(crate) builder: Builder,
    /// The means that contain a build; `None` for builders with a daemon, and with `--unsafe-builds` where nothing does.
    pub(crate) machine: Option<Machine>,
    /// The storages of a builder that has some: see [`Builder::has_storage`].
    pub(crate) storages: Option<Storages>,
    pub(crate) limits: BuildLimits,
    /// The storage driver, if it is not the builder's own choice.
    driver: Option<String>,
}

impl Workshop {
    /// Finds the builder of this machine.
    ///
    /// # Errors
    ///
    /// A sentence for the log of a build that can't be started.
    pub(crate) async fn find(settings: &BuilderSettings) -> Result<Self, String> {
        let BuilderSettings {
            choice,
            buildkit_addr,
            limits,
            ..
        } = settings;
        let builders = find_builders(*choice, buildkit_addr.as_deref(), limits.build_network).await;
        let mut refused = None;
        let mut first = None;
        for builder in builders {
            if !builder.has_storage() {
                tracing::info!(
                    "images are built with {}. Its daemon contains builds, not this server: memory, processes and \
                     disk of a build have the daemon's limits",
                    builder.program.display()
                );
                return Ok(Self::assemble(settings, builder, None));
            }
            match Machine::probe(wishes(settings), &builder.program).await {
                Ok(machine) => {
                    let mut this = Self::assemble(settings, builder, Some(machine));
                    this.choose_driver().await?;
                    return Ok(this);
                }
                Err(reason) => {
                    refused.get_or_insert(reason);
                    first.get_or_insert(builder);
                }
            }
        }
        let (Some(mut builder), Some(reason)) = (first, refused) else {
            return Err(NO_BUILDER.to_owned());
        };
        if !limits.unsafe_builds {
            return Err(format!(
                "this machine can't contain a build, so that none is started: {reason}. The server's option \
                 --unsafe-builds starts them with all rights of the server"
            ));
        }
        tracing::warn!(
            "builds are not contained: {reason}. Whoever can start one can read and change all that this server can"
        );
        builder.configure_unsafe();
        let mut this = Self::assemble(settings, builder, None);
        this.choose_driver().await?;
        Ok(this)
    }

    /// Finds the client for a builder elsewhere. It need not answer.
    ///
    /// # Errors
    ///
    /// A sentence, when the client is not installed.
    pub(crate) async fn elsewhere(
        settings: &BuilderSettings,
        at: &BuilderAt,
    ) -> Result<Self, String> {
        let builder = find_client(at, settings.limits.build_network).await?;
        tracing::info!(
            "the builder {} is called by {}. Its daemon contains builds, not this server",
            at.name,
            builder.program.display()
        );
        Ok(Self::assemble(settings, builder, None))
    }

    fn assemble(settings: &BuilderSettings, builder: Builder, machine: Option<Machine>) -> Self {
        if let Some(machine) = &machine {
            let program = builder.program.display();
            tracing::info!("images are built with {program}: {}", machine.describe());
        }
        let owner = machine.as_ref().and_then(Machine::root_ids);
        let storages = builder
            .has_storage()
            .then(|| Storages::new(&settings.data, machine.is_some(), owner));
        Self {
            storages,
            builder,
            machine,
            limits: settings.limits.clone(),
            driver: None,
        }
    }

    /// Chooses the storage driver: the one that the server's environment names, overlay where it works, or vfs, which
    /// always does.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no room to find out: images of one driver are not there for the other.
    async fn choose_driver(&mut self) -> Result<(), String> {
        if let Ok(driver) = std::env::var("STORAGE_DRIVER") {
            self.driver = Some(driver);
            return Ok(());
        }
        let Some(storages) = &self.storages else {
            return Ok(());
        };
        self.driver = Some("overlay".to_owned());
        let unusable = |reason: String| format!("the builder's storage can't be used: {reason}");
        let storage = storages.open(PROBE).await;
        let storage = storage.map_err(|error| unusable(error.to_string()))?;
        let works = self
            .succeeds(&storage.folders, &["info"], DRIVER_TIMEOUT)
            .await;
        match works {
            Ok(()) => Ok(()),
            Err(reason) if reason.to_lowercase().contains(NO_SPACE) => Err(unusable(reason)),
            Err(_) => {
                self.driver = Some("vfs".to_owned());
                tracing::warn!("images are stored without overlay, which needs more disk and time");
                Ok(())
            }
        }
    }

    /// Returns the program that runs a command of the builder, in a storage if it has one.
    ///
    /// # Errors
    ///
    /// When a path is not UTF-8.
    pub(crate) fn launch(&self, folders: Option<&Folders>, run: BuilderRun) -> io::Result<Launch> {
        let (Some(machine), Some(folders)) = (&self.machine, folders) else {
            let mut command = self.builder.command();
            if let Some(folders) = folders {
                let root = folders.containers().join("storage");
                let state = folders.containers().join("state");
                let driver = self.driver.as_deref();
                let before = self.builder.storage_arguments(&root, &state, driver);
                command.args(before).env("TMPDIR", folders.temporary());
            }
            if let Some(access) = run.access {
                command.envs(access.write()?);
            }
            command.args(run.arguments);
            return Ok(command.into());
        };
        let root = Path::new(CONTAINERS).join("storage");
        let driver = self.driver.as_deref();
        let mut arguments = self
            .builder
            .storage_arguments(&root, Path::new(STATE), driver);
        arguments.extend(run.arguments);
        let mut sandboxed = Run::offline(&self.builder.program, arguments);
        sandboxed.reach = run.reach;
        if let Some(access) = run.access {
            sandboxed.files = access.in_sandbox().collect();
            sandboxed.environment = access.sandbox_variables().collect();
        }
        sandboxed.group = run.group;
        sandboxed.binds = run.binds;
        for (from, to) in [
            (folders.containers(), CONTAINERS),
            (folders.temporary(), TEMPORARY),
        ] {
            sandboxed.binds.push(Bind {
                from,
                to: to.into(),
                is_writable: true,
            });
        }
        if run.is_cleaning {
            sandboxed.emptied = vec![(TEMPORARY.into(), KEPT.to_owned())];
        }
        machine.launch(sandboxed)
    }

    /// Runs a command of the builder in a storage, without network.
    ///
    /// # Errors
    ///
    /// A sentence about why it failed.
    async fn succeeds(
        &self,
        folders: &Folders,
        arguments: &[&str],
        limit: Duration,
    ) -> Result<(), String> {
        let run = BuilderRun::offline(arguments.iter().map(OsString::from).collect());
        self.finish(self.launch(Some(folders), run), limit).await
    }

    /// Runs a program of the builder to its end.
    ///
    /// # Errors
    ///
    /// A sentence about why it failed.
    pub(crate) async fn finish(
        &self,
        launch: io::Result<Launch>,
        limit: Duration,
    ) -> Result<(), String> {
        let launch = launch.map_err(|error| error.to_string())?;
        let output = capture(launch, limit)
            .await
            .map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        }
    }

    /// Removes the containers and temporary files that builds have left in a storage, if no build uses it.
    pub(crate) async fn clean(&self, namespace: &str) {
        let idle = self
            .storages
            .as_ref()
            .and_then(|storages| storages.idle(namespace));
        let Some((storage, is_dirty)) = idle else {
            return;
        };
        if is_dirty {
            let mut run = BuilderRun::offline(vec!["rm".into(), "--all".into()]);
            run.is_cleaning = true;
            let launch = self.launch(Some(&storage.folders), run);
            let mut result = self.finish(launch, CLEANING_TIMEOUT).await;
            if self.machine.is_none() {
                let emptied = empty(&storage.folders.temporary(), KEPT);
                result = result.and(emptied.map_err(|error| error.to_string()));
            }
            if let Err(reason) = result {
                tracing::warn!("the storage of {namespace} can't be cleaned up: {reason}");
                return;
            }
        }
        storage.set_clean();
    }
}

/// A command of a builder.
pub(crate) struct BuilderRun<'a> {
    pub(crate) arguments: Vec<OsString>,
    pub(crate) binds: Vec<Bind>,
    pub(crate) reach: Reach,
    /// The files with which it reaches the registry.
    pub(crate) access: Option<&'a AccessFiles>,
    /// True if the temporary files are removed first.
    pub(crate) is_cleaning: bool,
    pub(crate) group: Option<&'a ControlGroup>,
}

impl BuilderRun<'_> {
    /// A command without network, files and limits of its own.
    pub(crate) fn offline(arguments: Vec<OsString>) -> Self {
        Self {
            arguments,
            binds: Vec::new(),
            reach: Reach::Nothing,
            access: None,
            is_cleaning: false,
            group: None,
        }
    }
}

fn wishes(settings: &BuilderSettings) -> Wishes {
    let limits = &settings.limits;
    Wishes {
        program: settings.program.clone(),
        data: settings.data.clone(),
        network: match limits.build_network {
            BuildNetwork::Private => WishedNetwork::Private(find_program("slirp4netns")),
            BuildNetwork::None => WishedNetwork::None,
            BuildNetwork::Host => WishedNetwork::Host,
        },
        limits: GroupLimits {
            memory: limits.build_memory,
            processes: limits.build_processes,
        },
        disk: limits.build_disk,
    }
}
