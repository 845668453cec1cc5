//! The place of one build: the checkout, the storage of its namespace, its limits, and the builder's commands there.

use crate::builds::builder::{BuildPaths, full_id, read_report};
use crate::builds::builder_choice::BuilderChoice;
use crate::builds::checkout::BuildInputs;
use crate::builds::disk_usage::DiskUsage;
use crate::builds::push_commands::{PushCommand, PushedImage, is_digest};
use crate::builds::registry_access::{AccessFiles, RegistryAccess};
use crate::builds::registry_cache::CachePlace;
use crate::builds::storage::{Folders, Storage};
use crate::builds::workshop::{BuilderRun, TEMPORARY, Workshop};
use crate::process::job::Failure;
use crate::process::launch::Launch;
use crate::sandbox::cgroups::ControlGroup;
use crate::sandbox::machine::{Machine, Reach};
use crate::sandbox::spec::Bind;
use std::ffi::OsString;
use std::fs;
use std::future::pending;
use std::io;
use std::os::unix::fs::{PermissionsExt, lchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The folder of the checkout, in a sandbox.
const SOURCE: &str = "/source";

/// The namespace of Docker Hub's own images, which Docker writes without it: `debian` is `library/debian`.
const LIBRARY: &str = "library";

/// The end of the name of the file that the builder writes the digest of a pushed image to.
const DIGEST: &str = "digest";

/// The layers of earlier builds in the registry, and what it takes to reach them.
pub(crate) struct BuildCache {
    pub(crate) place: CachePlace,
    pub(crate) access: AccessFiles,
}

/// The place of one build.
pub(crate) struct Workplace {
    workshop: Arc<Workshop>,
    namespace: String,
    /// The checkout, absolute and without symbolic links.
    checkout: PathBuf,
    /// The storage of the namespace, of a builder that has some.
    storage: Option<Storage>,
    /// The file that the builder writes the image's id to.
    report: PathBuf,
    /// The folder for what the builder needs to reach the registry, outside of a sandbox.
    access: PathBuf,
    group: Option<ControlGroup>,
}

impl Workplace {
    /// Prepares a build of a repository in `namespace`. `folder` is the build's own, with the checkout in it.
    ///
    /// # Errors
    ///
    /// A sentence about why the build can't be started.
    pub(crate) async fn open(
        workshop: Arc<Workshop>,
        namespace: &str,
        folder: &Path,
        checkout: &Path,
    ) -> Result<Self, Failure> {
        if workshop.builder.names_images() && namespace == LIBRARY {
            return Err(Failure::Other(format!(
                "{} takes an image of the namespace {LIBRARY} for one of Docker Hub's own, which others build from: \
                 choose another namespace",
                workshop.builder.name()
            )));
        }
        let checkout = checkout.canonicalize()?;
        if let Some(owner) = workshop.machine.as_ref().and_then(Machine::root_ids) {
            let folder = checkout.clone();
            tokio::task::spawn_blocking(move || make_readable(&folder, owner))
                .await
                .map_err(io::Error::other)??;
        }
        workshop.clean(namespace).await;
        let storage = match &workshop.storages {
            Some(storages) => Some(storages.open(namespace).await?),
            None => None,
        };
        let group = match &workshop.machine {
            Some(machine) => machine.control_group()?,
            None => None,
        };
        // A sandbox shows nothing else of the server that can be written to.
        let report = match (&workshop.machine, &storage) {
            (Some(_), Some(storage)) => {
                let name = format!("{}.image", uuid::Uuid::new_v4());
                storage.folders.temporary().join(name)
            }
            _ => folder.join("image"),
        };
        Ok(Self {
            namespace: namespace.to_owned(),
            checkout,
            storage,
            report,
            access: folder.join("registry"),
            group,
            workshop,
        })
    }

    /// The warnings for the build's log.
    pub(crate) fn warnings(&self) -> Option<&'static str> {
        self.workshop
            .machine
            .as_ref()
            .and_then(Machine::network_warning)
    }

    /// Returns the command that builds an image. It names the image (`namespace/name:tag`), unless [`Workplace::tag`]
    /// does that later.
    ///
    /// # Errors
    ///
    /// When a path can't be given to the builder.
    pub(crate) fn build(
        &self,
        inputs: &BuildInputs,
        names: &[String],
        cache: Option<&BuildCache>,
    ) -> io::Result<Launch> {
        let paths = self.paths(inputs, &self.report, cache.map(|cache| cache.place.clone()));
        let arguments = self.workshop.builder.build_arguments(&paths, names)?;
        let mut run = self.run(arguments);
        run.reach = Reach::Build;
        run.access = cache.map(|cache| &cache.access);
        run.binds.push(Bind {
            from: self.checkout.clone(),
            to: SOURCE.into(),
            is_writable: false,
        });
        self.workshop.launch(self.folders(), run)
    }

    /// Returns the command that names the image, and the names as the builder writes them; `None` if the build has
    /// named it. No two of these commands may run at the same time.
    ///
    /// # Errors
    ///
    /// When the builder did not say which image it built.
    pub(crate) fn tag(&self, names: &[String]) -> io::Result<Option<(Launch, Vec<String>)>> {
        let tag = self.workshop.builder.tag_arguments(names, &self.report)?;
        let Some((arguments, names)) = tag else {
            return Ok(None);
        };
        let launch = self.workshop.launch(self.folders(), self.run(arguments))?;
        Ok(Some((launch, names)))
    }

    fn folders(&self) -> Option<&Folders> {
        self.storage.as_ref().map(|storage| &storage.folders)
    }

    fn paths(&self, inputs: &BuildInputs, report: &Path, cache: Option<CachePlace>) -> BuildPaths {
        BuildPaths {
            inputs: BuildInputs {
                dockerfile: self.seen(&inputs.dockerfile),
                context: self.seen(&inputs.context),
                without_cache: inputs.without_cache,
            },
            report: self.seen(report),
            cache,
        }
    }

    /// The kind of its builder.
    pub(crate) fn kind(&self) -> BuilderChoice {
        self.workshop.builder.kind
    }

    /// Returns true if a build reaches a registry on this machine's own loopback. A daemon may be elsewhere.
    pub(crate) fn reaches_loopback(&self) -> bool {
        let machine = self.workshop.machine.as_ref();
        machine.is_none_or(Machine::reaches_loopback)
    }

    /// The files that the builder needs to reach the registry.
    pub(crate) fn access_files(&self, access: &RegistryAccess) -> AccessFiles {
        access.files(self.kind(), &self.access)
    }

    /// Returns the commands that push the image, in the order in which they are run.
    ///
    /// # Errors
    ///
    /// When the builder did not say which image it built.
    pub(crate) fn push_commands(
        &self,
        inputs: &BuildInputs,
        reference: &str,
        is_insecure: bool,
    ) -> io::Result<Vec<PushCommand>> {
        let digest = self.report.with_extension(DIGEST);
        // What another try has written is not this one's.
        let _ = fs::remove_file(&digest);
        let id = match self.kind() {
            BuilderChoice::Buildctl => String::new(),
            _ => full_id(&self.report)?,
        };
        let mut paths = self.paths(inputs, &digest, None);
        // Nothing is to be built again.
        paths.inputs.without_cache = false;
        self.workshop.builder.push_commands(&PushedImage {
            id: &id,
            paths: &paths,
            reference,
            is_insecure,
        })
    }

    /// Returns a command of the builder that runs nothing of the build's, and reaches the registry.
    ///
    /// # Errors
    ///
    /// When a file that it needs can't be written.
    pub(crate) fn reaching(
        &self,
        arguments: Vec<OsString>,
        access: &AccessFiles,
    ) -> io::Result<Launch> {
        let mut run = self.run(arguments);
        run.reach = Reach::Machine;
        run.access = Some(access);
        self.workshop.launch(self.folders(), run)
    }

    /// The digest of the image that the last push has put into the registry, as the builder has written it.
    pub(crate) fn pushed_digest(&self) -> Option<String> {
        let text = read_report(&self.report.with_extension(DIGEST)).ok()?;
        let digest = match self.kind() {
            BuilderChoice::Buildctl => {
                let report: serde_json::Value = serde_json::from_str(&text).ok()?;
                report.get("containerimage.digest")?.as_str()?.to_owned()
            }
            _ => text.trim().to_owned(),
        };
        is_digest(&digest).then_some(digest)
    }

    fn run(&self, arguments: Vec<OsString>) -> BuilderRun<'_> {
        let mut run = BuilderRun::offline(arguments);
        run.group = self.group.as_ref();
        run
    }

    /// The image's short id, 12 hex digits, after a successful build.
    pub(crate) fn image_id(&self) -> Option<String> {
        self.workshop.builder.image_id(&self.report)
    }

    /// Waits until the build has filled more disk than it may, and returns a sentence that says so.
    pub(crate) fn exceeded(&self) -> impl Future<Output = String> + use<> {
        let limit = self.workshop.limits.build_disk;
        let contained = self.workshop.machine.as_ref().and(self.folders());
        let folders: Option<Folders> = contained.cloned();
        async move {
            let Some(folders) = folders else {
                return pending().await;
            };
            let usage = tokio::task::spawn_blocking(move || DiskUsage::begin(&folders)).await;
            match usage {
                Ok(usage) => usage.above(limit).await,
                Err(_) => pending().await,
            }
        }
    }

    /// Says which limit was the reason for a builder's failure, if one was.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        let (Failure::Exit(..), Some(group)) = (&failure, &self.group) else {
            return failure;
        };
        let limits = &self.workshop.limits;
        if group.ran_out_of_memory() {
            return Failure::Exceeded(format!(
                "the build failed: it needed more memory than the limit of {} bytes",
                limits.build_memory
            ));
        }
        if group.ran_out_of_processes() {
            return Failure::Exceeded(format!(
                "the build failed: it started more processes than the limit of {}",
                limits.build_processes
            ));
        }
        failure
    }

    /// Says that a process was ended for its memory, though the build has gone on.
    pub(crate) fn survived(&self) -> Option<String> {
        let group = self.group.as_ref()?;
        group.ran_out_of_memory().then(|| {
            format!(
                "a process of the build was ended: together they needed more memory than the limit of {} bytes",
                self.workshop.limits.build_memory
            )
        })
    }

    /// Ends the build: removes what it has left, unless another build of the namespace is running, which then does it.
    pub(crate) async fn close(self, has_succeeded: bool) {
        let Self {
            workshop,
            namespace,
            storage,
            report,
            group,
            ..
        } = self;
        if let Some(storage) = storage.as_ref().filter(|_| !has_succeeded) {
            storage.set_dirty();
        }
        // Waits for the last process of the build, and that may take a moment.
        let _ = tokio::task::spawn_blocking(move || {
            drop(group);
            let _ = fs::remove_file(report.with_extension(DIGEST));
            let _ = fs::remove_file(report);
        })
        .await;
        drop(storage);
        workshop.clean(&namespace).await;
    }

    /// A path as the builder sees it.
    fn seen(&self, path: &Path) -> PathBuf {
        if self.workshop.machine.is_none() {
            return path.to_owned();
        }
        let temporary = self.folders().map(Folders::temporary);
        let folders = [(self.checkout.clone(), SOURCE)].into_iter();
        folders
            .chain(temporary.map(|folder| (folder, TEMPORARY)))
            .find_map(|(from, to)| Some(Path::new(to).join(path.strip_prefix(from).ok()?)))
            // A sandbox has no other path of the server's.
            .unwrap_or_else(|| path.to_owned())
    }
}

/// Gives a checkout to the user that a builder in a sandbox is, if it was made for the server's user alone: the server
/// may have been started with a strict umask.
fn make_readable(checkout: &Path, owner: (u32, u32)) -> io::Result<()> {
    const OTHERS_READ: u32 = 0o005;
    if fs::metadata(checkout)?.permissions().mode() & OTHERS_READ == OTHERS_READ {
        return Ok(());
    }
    let (user, group) = (Some(owner.0), Some(owner.1));
    lchown(checkout, user, group)?;
    let mut folders = vec![checkout.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            lchown(entry.path(), user, group)?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            }
        }
    }
    Ok(())
}
