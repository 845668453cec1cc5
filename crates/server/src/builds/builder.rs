//! The image builder: finds the one that works on this machine, and runs it.

use crate::builds::checkout::BuildInputs;
use crate::options::BuilderChoice;
use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tokio::sync::Mutex;

/// How long a builder may take to answer whether it works.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);

/// The log line of a build on a machine without a builder.
pub(crate) const NO_BUILDER: &str =
    "no image builder works on this machine: install buildah, podman or docker, or start BuildKit";

/// A builder of this machine. It is called as an external program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Builder {
    kind: BuilderChoice,
    program: PathBuf,
    environment: HashMap<&'static str, &'static str>,
    buildkit_addr: Option<String>,
}

/// Finds the builder when it is first needed, and tries again until there is one.
pub(crate) struct Builders {
    choice: BuilderChoice,
    buildkit_addr: Option<String>,
    /// The builder that was found; the lock is held while one is searched for.
    found: Mutex<Option<Builder>>,
}

impl Builders {
    /// Takes the values of `--builder` and `--buildkit-addr`.
    pub(crate) fn new(choice: BuilderChoice, buildkit_addr: Option<String>) -> Self {
        Self {
            choice,
            buildkit_addr,
            found: Mutex::new(None),
        }
    }

    /// Returns the builder of this machine; `None` if none works.
    pub(crate) async fn find(&self) -> Option<Builder> {
        let mut found = self.found.lock().await;
        let exists = found.as_ref().is_some_and(|b: &Builder| b.program.exists());
        if !exists {
            *found = self.detect().await;
            if let Some(builder) = &*found {
                tracing::info!("images are built with {}", builder.program.display());
            }
        }
        found.clone()
    }

    async fn detect(&self) -> Option<Builder> {
        use BuilderChoice::{Auto, Buildah, Buildctl, Docker, Podman};
        let kinds: &[_] = match self.choice {
            Auto => &[Buildah, Podman, Docker, Buildctl],
            ref chosen => std::slice::from_ref(chosen),
        };
        for &kind in kinds {
            let name = match kind {
                Auto | Buildah => "buildah",
                Podman => "podman",
                Docker => "docker",
                Buildctl => "buildctl",
            };
            let Some(program) = find_program(name) else {
                continue;
            };
            let mut builder = Builder {
                kind,
                program,
                environment: HashMap::new(),
                buildkit_addr: self.buildkit_addr.clone(),
            };
            let works = match kind {
                Auto | Buildah => {
                    builder.configure_buildah().await;
                    true
                }
                Podman => true,
                Docker => {
                    // The client needs a running daemon.
                    builder
                        .succeeds(&["version", "--format", "{{.Server.Version}}"])
                        .await
                }
                Buildctl => builder.succeeds(&["debug", "workers"]).await,
            };
            // A builder chosen with --builder is used anyway: its own error is the clearest.
            if works || self.choice != Auto {
                return Some(builder);
            }
        }
        None
    }
}

impl Builder {
    /// The name of its program, for the log.
    pub(crate) fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // XDG_CONFIG_HOME contains the builder's own configuration.
        remove_private_variables(&mut command, &["XDG_CONFIG_HOME"]);
        command.envs(&self.environment);
        if let (BuilderChoice::Buildctl, Some(address)) = (self.kind, &self.buildkit_addr) {
            command.arg("--addr").arg(address);
        }
        command
    }

    /// Returns true if a command of the builder succeeds.
    async fn succeeds(&self, arguments: &[&str]) -> bool {
        let mut command = self.command();
        command.args(arguments);
        let output = capture(command, PROBE_TIMEOUT).await;
        output.is_ok_and(|output| output.status.success())
    }

    /// Sets what buildah does not detect itself: a storage driver that works, and chroot isolation
    /// where containers can't run. Variables that are already set are kept.
    async fn configure_buildah(&mut self) {
        let unset = |name: &str| std::env::var_os(name).is_none();
        if unset("STORAGE_DRIVER") && !self.succeeds(&["info"]).await {
            self.environment.insert("STORAGE_DRIVER", "vfs");
        }
        let has_runtime = ["crun", "runc"]
            .iter()
            .any(|name| find_program(name).is_some());
        let in_container = ["/run/.containerenv", "/.dockerenv"]
            .iter()
            .any(|path| Path::new(path).exists());
        if unset("BUILDAH_ISOLATION") && (!has_runtime || in_container) {
            self.environment.insert("BUILDAH_ISOLATION", "chroot");
        }
    }

    /// Returns the command that builds an image and writes the image's id to the file `report`. It names the
    /// image (`namespace/name:tag`), unless [`Builder::tag`] does that later.
    ///
    /// # Errors
    ///
    /// When the path of the Dockerfile has no folder or file name.
    pub(crate) fn build(
        &self,
        inputs: &BuildInputs,
        names: &[String],
        report: &Path,
    ) -> io::Result<Command> {
        let mut command = self.command();
        if self.kind == BuilderChoice::Buildctl {
            add_buildctl_arguments(&mut command, inputs, names, report)?;
            return Ok(command);
        }
        command.arg("build");
        let names = match self.kind {
            BuilderChoice::Docker => {
                command.env("BUILDKIT_PROGRESS", "plain");
                names
            }
            _ => {
                // Without --force-rm, a failed build leaves the container of its step behind.
                command.args(["--layers", "--force-rm"]);
                &[]
            }
        };
        command.arg("--iidfile").arg(report);
        command.arg("--file");
        match self.kind {
            BuilderChoice::Docker => command.arg(&inputs.dockerfile),
            _ => command.arg(in_list(&inputs.dockerfile)),
        };
        for name in names {
            command.arg("--tag").arg(name);
        }
        command.arg("--").arg(&inputs.context);
        Ok(command)
    }

    /// Returns the command that names the image of a report, and the names as the builder writes them; `None` if
    /// `build` has named it.
    ///
    /// buildah and podman name an image by replacing the list of its names. Two builds that end with the same
    /// image at the same time, as those of one commit do, lose names so, or fail: no two of these commands may
    /// run at the same time.
    ///
    /// # Errors
    ///
    /// When the report can't be read.
    pub(crate) fn tag(
        &self,
        names: &[String],
        report: &Path,
    ) -> io::Result<Option<(Command, Vec<String>)>> {
        if matches!(self.kind, BuilderChoice::Docker | BuilderChoice::Buildctl) {
            return Ok(None);
        }
        let id = std::fs::read_to_string(report)?;
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("localhost/{name}"))
            .collect();
        let mut command = self.command();
        let id = id.trim();
        command
            .args(["tag", id.strip_prefix("sha256:").unwrap_or(id)])
            .args(&names);
        Ok(Some((command, names)))
    }

    /// Reads the image's short id, 12 hex digits, from the report of a successful build.
    pub(crate) fn image_id(&self, report: &Path) -> Option<String> {
        let text = std::fs::read_to_string(report).ok()?;
        let id = match self.kind {
            BuilderChoice::Buildctl => {
                let report: serde_json::Value = serde_json::from_str(&text).ok()?;
                ["containerimage.config.digest", "containerimage.digest"]
                    .iter()
                    .find_map(|key| report.get(key)?.as_str().map(str::to_owned))?
            }
            _ => text.trim().to_owned(),
        };
        let hex = id.strip_prefix("sha256:").unwrap_or(&id);
        hex.get(..12)
            .filter(|short| short.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(str::to_owned)
    }
}

/// Returns a path as the only item of a list. buildah and podman read `--file` as comma-separated values.
fn in_list(path: &Path) -> OsString {
    let text = path.to_string_lossy();
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        false => path.into(),
    }
}

fn add_buildctl_arguments(
    command: &mut Command,
    inputs: &BuildInputs,
    names: &[String],
    report: &Path,
) -> io::Result<()> {
    let missing = || io::Error::other("the path of the Dockerfile has no folder or file name");
    let folder = inputs.dockerfile.parent().ok_or_else(missing)?;
    let file = inputs.dockerfile.file_name().ok_or_else(missing)?;
    let pair = |key: &str, value: &OsStr| {
        let mut pair = OsString::from(key);
        pair.push("=");
        pair.push(value);
        pair
    };
    command
        .args(["build", "--progress=plain", "--frontend=dockerfile.v0"])
        .arg("--local")
        .arg(pair("context", inputs.context.as_os_str()))
        .arg("--local")
        .arg(pair("dockerfile", folder.as_os_str()))
        .arg("--opt")
        .arg(pair("filename", file))
        .arg(format!("--output=type=image,\"name={}\"", names.join(",")))
        .arg("--metadata-file")
        .arg(report);
    Ok(())
}

/// Returns the path of a program, from the folders in PATH.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|file| {
            file.metadata()
                .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_separate_arguments() {
        let inputs = BuildInputs {
            dockerfile: "/x/-f;rm".into(),
            context: "/x/--all".into(),
        };
        let names = ["a/b:c".to_owned(), "a/b:d".to_owned()];
        let arguments = |kind| {
            let builder = Builder {
                kind,
                program: "/bin/b".into(),
                environment: HashMap::new(),
                buildkit_addr: Some("tcp://build:1234".into()),
            };
            let command = builder.build(&inputs, &names, Path::new("/r")).unwrap();
            let text = |argument: &std::ffi::OsStr| argument.to_string_lossy().into_owned();
            command.get_args().map(text).collect::<Vec<_>>().join("|")
        };
        assert_eq!(
            arguments(BuilderChoice::Buildah),
            "build|--layers|--force-rm|--iidfile|/r|--file|/x/-f;rm|--|/x/--all"
        );
        assert_eq!(
            arguments(BuilderChoice::Docker),
            "build|--iidfile|/r|--file|/x/-f;rm|--tag|a/b:c|--tag|a/b:d|--|/x/--all"
        );
        assert_eq!(
            arguments(BuilderChoice::Buildctl),
            "--addr|tcp://build:1234|build|--progress=plain|--frontend=dockerfile.v0|\
             --local|context=/x/--all|--local|dockerfile=/x|--opt|filename=-f;rm|\
             --output=type=image,\"name=a/b:c,a/b:d\"|--metadata-file|/r"
        );
    }

    #[test]
    fn names_are_given_once_the_image_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report");
        let names = ["a/b:c".to_owned(), "a/b:d".to_owned()];
        let tag = |kind| {
            let builder = Builder {
                kind,
                program: "/bin/b".into(),
                environment: HashMap::new(),
                buildkit_addr: None,
            };
            let tag = builder.tag(&names, &report)?;
            let text = |argument: &std::ffi::OsStr| argument.to_string_lossy().into_owned();
            io::Result::Ok(tag.map(|(command, _)| command.get_args().map(text).collect::<Vec<_>>()))
        };
        assert!(tag(BuilderChoice::Podman).is_err());
        std::fs::write(&report, "sha256:0123abcd\n").unwrap();
        let expected = ["tag", "0123abcd", "localhost/a/b:c", "localhost/a/b:d"];
        for kind in [BuilderChoice::Buildah, BuilderChoice::Podman] {
            assert_eq!(tag(kind).unwrap().unwrap(), expected);
        }
        for kind in [BuilderChoice::Docker, BuilderChoice::Buildctl] {
            assert!(tag(kind).unwrap().is_none());
        }
    }
}
