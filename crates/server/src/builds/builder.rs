//! The image builders of this machine, and their command lines.

use crate::builds::checkout::BuildInputs;
use crate::builds::limits_options::BuildNetwork;
use crate::options::BuilderChoice;
use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use rustix::fs::{Mode, OFlags, open};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a builder may take to answer whether it works.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);

/// The largest report of a builder, in bytes.
const MAX_REPORT_BYTES: u64 = 1 << 20;

/// The capabilities that a step of a Dockerfile does not have, though builders give them: with them it could leave its
/// root folder, make devices, or send packets under another address.
const DROPPED_CAPABILITIES: &str = "--cap-drop=CAP_AUDIT_WRITE,CAP_DAC_READ_SEARCH,CAP_MKNOD,CAP_NET_ADMIN,\
     CAP_NET_RAW,CAP_SYS_ADMIN,CAP_SYS_CHROOT,CAP_SYS_PTRACE";

/// A builder of this machine. It is called as an external program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Builder {
    pub(crate) kind: BuilderChoice,
    /// Its path, without symbolic links.
    pub(crate) program: PathBuf,
    environment: HashMap<&'static str, &'static str>,
    buildkit_addr: Option<String>,
    network: BuildNetwork,
}

/// The files of one build, as the builder sees them.
#[derive(Debug)]
pub(crate) struct BuildPaths {
    pub(crate) inputs: BuildInputs,
    /// The file that the builder writes the image's id to.
    pub(crate) report: PathBuf,
}

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
        let name = match kind {
            Auto | Buildah => "buildah",
            Podman => "podman",
            Docker => "docker",
            Buildctl => "buildctl",
        };
        let Some(program) = find_program(name) else {
            continue;
        };
        let builder = Builder {
            kind,
            program: program.canonicalize().unwrap_or(program),
            environment: HashMap::new(),
            buildkit_addr: buildkit_addr.map(str::to_owned),
            network,
        };
        let works = match kind {
            Auto | Buildah | Podman => true,
            Docker => {
                // The client needs a running daemon.
                builder
                    .succeeds(&["version", "--format", "{{.Server.Version}}"])
                    .await
            }
            Buildctl => builder.succeeds(&["debug", "workers"]).await,
        };
        if works || choice != Auto {
            found.push(builder);
        }
    }
    found
}

impl Builder {
    /// The name of its program, for the log.
    pub(crate) fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Returns true if it builds in a process of its own, in a storage that is given to it; false if a daemon does,
    /// which the server can't contain.
    pub(crate) fn has_storage(&self) -> bool {
        !matches!(self.kind, BuilderChoice::Docker | BuilderChoice::Buildctl)
    }

    /// Returns its command outside of a sandbox.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // XDG_CONFIG_HOME contains the builder's own configuration.
        remove_private_variables(&mut command, &["XDG_CONFIG_HOME"]);
        command.envs(&self.environment);
        if self.kind == BuilderChoice::Docker {
            command.env("BUILDKIT_PROGRESS", "plain");
        }
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

    /// Sets what buildah does not detect itself outside of a sandbox: chroot isolation where containers can't run. A
    /// variable that is already set is kept.
    pub(crate) fn configure_unsafe(&mut self) {
        let has_runtime = ["crun", "runc"]
            .iter()
            .any(|name| find_program(name).is_some());
        let in_container = ["/run/.containerenv", "/.dockerenv"]
            .iter()
            .any(|path| Path::new(path).exists());
        if std::env::var_os("BUILDAH_ISOLATION").is_none() && (!has_runtime || in_container) {
            self.environment.insert("BUILDAH_ISOLATION", "chroot");
        }
    }

    /// Returns the arguments that come before a command's name: where the builder has its storage, and which driver.
    pub(crate) fn storage_arguments(
        &self,
        root: &Path,
        state: &Path,
        driver: Option<&str>,
    ) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec![
            "--root".into(),
            root.into(),
            "--runroot".into(),
            state.into(),
        ];
        if let Some(driver) = driver {
            arguments.extend(["--storage-driver".into(), driver.into()]);
        }
        if self.kind == BuilderChoice::Podman {
            arguments.push("--cgroup-manager=cgroupfs".into());
        }
        arguments
    }

    /// Returns the arguments that build an image and write the image's id to a file. They name the image
    /// (`namespace/name:tag`), unless [`Builder::tag_arguments`] does that later.
    ///
    /// # Errors
    ///
    /// When the path of the Dockerfile has no folder or file name.
    pub(crate) fn build_arguments(
        &self,
        paths: &BuildPaths,
        names: &[String],
    ) -> io::Result<Vec<OsString>> {
        if self.kind == BuilderChoice::Buildctl {
            return self.buildctl_arguments(paths, names);
        }
        let mut arguments: Vec<OsString> = vec!["build".into()];
        let (inputs, is_docker) = (&paths.inputs, self.kind == BuilderChoice::Docker);
        if is_docker {
            arguments.extend(
                self.daemon_network()
                    .map(|name| format!("--network={name}").into()),
            );
        } else {
            // Without --force-rm, a failed build leaves the container of its step behind.
            arguments.extend(["--layers", "--force-rm", DROPPED_CAPABILITIES].map(OsString::from));
        }
        arguments.extend(["--iidfile".into(), paths.report.clone().into()]);
        arguments.push("--file".into());
        match is_docker {
            true => arguments.push(inputs.dockerfile.clone().into()),
            false => arguments.push(in_list(&inputs.dockerfile)),
        }
        if is_docker {
            arguments.extend(names.iter().flat_map(|name| ["--tag".into(), name.into()]));
        }
        arguments.extend(["--".into(), inputs.context.clone().into()]);
        Ok(arguments)
    }

    /// Returns the arguments that name the image of a report, and the names as the builder writes them; `None` if
    /// the build has named it.
    ///
    /// buildah and podman name an image by replacing the list of its names. Two builds that end with the same
    /// image at the same time, as those of one commit do, lose names so, or fail: no two of these commands may
    /// run at the same time.
    ///
    /// # Errors
    ///
    /// When the report can't be read.
    pub(crate) fn tag_arguments(
        &self,
        names: &[String],
        report: &Path,
    ) -> io::Result<Option<(Vec<OsString>, Vec<String>)>> {
        if !self.has_storage() {
            return Ok(None);
        }
        let id = read_report(report)?;
        let id = id.trim();
        let id = id.strip_prefix("sha256:").unwrap_or(id);
        if !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(io::Error::other("the builder wrote no image id"));
        }
        let names: Vec<String> = names
            .iter()
            .map(|name| format!("localhost/{name}"))
            .collect();
        let mut arguments: Vec<OsString> = vec!["tag".into(), id.into()];
        arguments.extend(names.iter().map(OsString::from));
        Ok(Some((arguments, names)))
    }

    /// Reads the image's short id, 12 hex digits, from the report of a successful build.
    pub(crate) fn image_id(&self, report: &Path) -> Option<String> {
        let text = read_report(report).ok()?;
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

    /// The network that a daemon is asked for; `None` for the one that it gives to containers.
    fn daemon_network(&self) -> Option<&'static str> {
        match self.network {
            BuildNetwork::Private => None,
            BuildNetwork::None => Some("none"),
            BuildNetwork::Host => Some("host"),
        }
    }

    fn buildctl_arguments(
        &self,
        paths: &BuildPaths,
        names: &[String],
    ) -> io::Result<Vec<OsString>> {
        let missing = || io::Error::other("the path of the Dockerfile has no folder or file name");
        let inputs = &paths.inputs;
        let folder = inputs.dockerfile.parent().ok_or_else(missing)?;
        let file = inputs.dockerfile.file_name().ok_or_else(missing)?;
        let pair = |key: &str, value: &OsStr| {
            let mut pair = OsString::from(key);
            pair.push("=");
            pair.push(value);
            pair
        };
        let mut arguments: Vec<OsString> =
            ["build", "--progress=plain", "--frontend=dockerfile.v0"]
                .map(OsString::from)
                .into();
        arguments.extend([
            "--local".into(),
            pair("context", inputs.context.as_os_str()),
            "--local".into(),
            pair("dockerfile", folder.as_os_str()),
            "--opt".into(),
            pair("filename", file),
        ]);
        if let Some(network) = self.daemon_network() {
            arguments.push("--opt".into());
            arguments.push(format!("force-network-mode={network}").into());
        }
        arguments.extend([
            format!("--output=type=image,\"name={}\"", names.join(",")).into(),
            "--metadata-file".into(),
            paths.report.clone().into(),
        ]);
        Ok(arguments)
    }
}

/// Reads the file that a builder wrote. A build may have put anything in its place.
fn read_report(path: &Path) -> io::Result<String> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = File::from(open(path, flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("the builder's report is not a file"));
    }
    let mut text = String::new();
    file.take(MAX_REPORT_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

/// Returns a path as the only item of a list. buildah and podman read `--file` as comma-separated values.
fn in_list(path: &Path) -> OsString {
    let text = path.to_string_lossy();
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")).into(),
        false => path.into(),
    }
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

    fn builder(kind: BuilderChoice, network: BuildNetwork) -> Builder {
        Builder {
            kind,
            program: "/bin/b".into(),
            environment: HashMap::new(),
            buildkit_addr: Some("tcp://build:1234".into()),
            network,
        }
    }

    fn joined(arguments: &[OsString]) -> String {
        arguments.join(OsStr::new("|")).into_string().unwrap()
    }

    #[test]
    fn names_and_paths_are_separate_arguments() {
        let paths = BuildPaths {
            inputs: BuildInputs {
                dockerfile: "/x/-f;rm".into(),
                context: "/x/--all".into(),
            },
            report: "/r".into(),
        };
        let names = ["a/b:c".to_owned(), "a/b:d".to_owned()];
        let arguments = |kind, network| {
            let builder = builder(kind, network);
            joined(&builder.build_arguments(&paths, &names).unwrap())
        };
        assert_eq!(
            arguments(BuilderChoice::Buildah, BuildNetwork::Private),
            format!(
                "build|--layers|--force-rm|{DROPPED_CAPABILITIES}|--iidfile|/r|--file|/x/-f;rm|--|/x/--all"
            )
        );
        assert_eq!(
            arguments(BuilderChoice::Docker, BuildNetwork::Private),
            "build|--iidfile|/r|--file|/x/-f;rm|--tag|a/b:c|--tag|a/b:d|--|/x/--all"
        );
        assert!(
            arguments(BuilderChoice::Docker, BuildNetwork::None)
                .starts_with("build|--network=none|--iidfile")
        );
        assert_eq!(
            arguments(BuilderChoice::Buildctl, BuildNetwork::Private),
            "build|--progress=plain|--frontend=dockerfile.v0|\
             --local|context=/x/--all|--local|dockerfile=/x|--opt|filename=-f;rm|\
             --output=type=image,\"name=a/b:c,a/b:d\"|--metadata-file|/r"
        );
        assert!(
            arguments(BuilderChoice::Buildctl, BuildNetwork::Host)
                .contains("|--opt|force-network-mode=host|")
        );
        let command = builder(BuilderChoice::Buildctl, BuildNetwork::Private).command();
        let arguments: Vec<_> = command.get_args().collect();
        assert_eq!(arguments, ["--addr", "tcp://build:1234"]);
    }

    #[test]
    fn names_are_given_once_the_image_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report");
        let names = ["a/b:c".to_owned(), "a/b:d".to_owned()];
        let tag = |kind| {
            let tag = builder(kind, BuildNetwork::Private).tag_arguments(&names, &report)?;
            io::Result::Ok(tag.map(|(arguments, _)| joined(&arguments)))
        };
        assert!(tag(BuilderChoice::Podman).is_err());
        std::fs::write(&report, "sha256:0123abcd\n").unwrap();
        let expected = "tag|0123abcd|localhost/a/b:c|localhost/a/b:d";
        for kind in [BuilderChoice::Buildah, BuilderChoice::Podman] {
            assert_eq!(tag(kind).unwrap().unwrap(), expected);
        }
        for kind in [BuilderChoice::Docker, BuilderChoice::Buildctl] {
            assert!(tag(kind).unwrap().is_none());
        }
        std::fs::write(&report, "--all").unwrap();
        assert!(tag(BuilderChoice::Buildah).is_err());
    }

    #[test]
    fn a_report_that_is_not_a_file_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let report = folder.path().join("report");
        for target in ["/dev/zero", "/etc/passwd"] {
            std::os::unix::fs::symlink(target, &report).unwrap();
            let builder = builder(BuilderChoice::Buildah, BuildNetwork::Private);
            assert_eq!(builder.image_id(&report), None, "{target}");
            std::fs::remove_file(&report).unwrap();
        }
    }
}
