//! The image builders that this machine can call, its own and those elsewhere, and their command lines.

use crate::builds::builder_address::{BuilderAt, TLS_FILES};
use crate::builds::builder_choice::BuilderChoice;
use crate::builds::checkout::BuildInputs;
use crate::builds::find_program::find_program;
use crate::builds::known_host::{check_known, host_name};
use crate::builds::limits_options::BuildNetwork;
use crate::builds::registry_cache::CachePlace;
use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use rustix::fs::{Mode, OFlags, open};
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

/// The variables by which a client would use another daemon than that of its address.
const OTHER_DAEMONS: [&str; 8] = [
    "DOCKER_CONTEXT",
    "DOCKER_HOST",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
    "DOCKER_CERT_PATH",
    "CONTAINER_HOST",
    "CONTAINER_CONNECTION",
    "BUILDKIT_HOST",
];

/// The capabilities that a step of a Dockerfile does not have, though builders give them: with them it could leave its
/// root folder, make devices, or send packets under another address.
const DROPPED_CAPABILITIES: &str = "--cap-drop=CAP_AUDIT_WRITE,CAP_DAC_READ_SEARCH,CAP_MKNOD,CAP_NET_ADMIN,\
     CAP_NET_RAW,CAP_SYS_ADMIN,CAP_SYS_CHROOT,CAP_SYS_PTRACE";

/// A builder. It is called as an external program of this machine, which may be the client of a daemon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Builder {
    pub(crate) kind: BuilderChoice,
    /// Its path, without symbolic links.
    pub(crate) program: PathBuf,
    environment: Vec<(&'static str, OsString)>,
    /// The arguments before every command, which say where its daemon is.
    leading: Vec<OsString>,
    network: BuildNetwork,
    /// True if a daemon at an address of `--builder-at` does the work.
    is_elsewhere: bool,
    /// The host that has to be known before it is called, as [`host_name`] writes it.
    known_host: Option<String>,
}

/// The files of one build, as the builder sees them.
#[derive(Debug)]
pub(crate) struct BuildPaths {
    pub(crate) inputs: BuildInputs,
    /// The file that the builder writes the image's id to.
    pub(crate) report: PathBuf,
    /// Where layers of earlier builds are, besides the builder's own.
    pub(crate) cache: Option<CachePlace>,
}

impl Builder {
    /// A builder of this machine, at `program`. Its variables are set for every command.
    pub(crate) fn new(
        kind: BuilderChoice,
        program: PathBuf,
        environment: Vec<(&'static str, OsString)>,
        network: BuildNetwork,
    ) -> Self {
        Self {
            kind,
            program: program.canonicalize().unwrap_or(program),
            environment,
            leading: Vec::new(),
            network,
            is_elsewhere: false,
            known_host: None,
        }
    }

    /// Makes it the client of this machine's BuildKit daemon at an address.
    pub(crate) fn at_address(mut self, address: &str) -> Self {
        self.leading = vec!["--addr".into(), address.into()];
        self
    }

    /// Makes it the client of a builder elsewhere.
    pub(crate) fn elsewhere(mut self, at: &BuilderAt) -> Self {
        self.is_elsewhere = true;
        if at.address.starts_with("ssh://") {
            // ssh is not to ask anybody, as it does where the server was started in a terminal.
            self.environment.extend([
                ("SSH_ASKPASS", "false".into()),
                ("SSH_ASKPASS_REQUIRE", "force".into()),
            ]);
        }
        if at.kind == BuilderChoice::Podman {
            self.known_host = host_name(&at.address);
        }
        let flags = match at.kind {
            BuilderChoice::Docker => {
                self.environment.extend([
                    ("DOCKER_HOST", OsString::from(&at.address)),
                    // The name of another one in the user's settings is not followed.
                    ("BUILDX_BUILDER", "default".into()),
                ]);
                if let Some(folder) = &at.tls {
                    self.environment.extend([
                        ("DOCKER_TLS_VERIFY", "1".into()),
                        ("DOCKER_CERT_PATH", folder.into()),
                    ]);
                }
                return self;
            }
            BuilderChoice::Podman => ["--url", "--tls-ca", "--tls-cert", "--tls-key"],
            _ => ["--addr", "--tlscacert", "--tlscert", "--tlskey"],
        };
        let certificates = at.tls.iter().flat_map(|folder| {
            let files = TLS_FILES.iter();
            files.map(|file| folder.join(file).into_os_string())
        });
        let values = [OsString::from(&at.address)]
            .into_iter()
            .chain(certificates);
        let pairs = flags.into_iter().zip(values);
        self.leading = pairs
            .flat_map(|(flag, value)| [flag.into(), value])
            .collect();
        self
    }

    /// The name of its program, for the log.
    pub(crate) fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Returns true if it builds in a process of its own, in a storage that is given to it; false if a daemon does,
    /// which the server can't contain.
    pub(crate) fn has_storage(&self) -> bool {
        !self.is_elsewhere && !self.names_images()
    }

    /// Returns true if a build gives the image its names; false if [`Builder::tag_arguments`] does that later.
    pub(crate) fn names_images(&self) -> bool {
        matches!(self.kind, BuilderChoice::Docker | BuilderChoice::Buildctl)
    }

    /// Returns its command outside of a sandbox.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        // XDG_CONFIG_HOME contains the builder's own configuration; the agent has the keys for one elsewhere.
        remove_private_variables(&mut command, &["XDG_CONFIG_HOME", "SSH_AUTH_SOCK"]);
        if self.is_elsewhere {
            for name in OTHER_DAEMONS {
                command.env_remove(name);
            }
        }
        let environment = self.environment.iter();
        command.envs(environment.map(|(name, value)| (name, value)));
        command.args(&self.leading);
        command
    }

    /// Asks its daemon, if it has one, for an answer.
    ///
    /// # Errors
    ///
    /// A sentence about why there is none.
    pub(crate) async fn answers(&self) -> Result<(), String> {
        let arguments: &[&str] = match self.kind {
            _ if self.has_storage() => return Ok(()),
            BuilderChoice::Buildctl => &["debug", "workers"],
            // The client needs a running daemon.
            _ => &["version", "--format", "{{.Server.Version}}"],
        };
        if let Some(host) = &self.known_host {
            check_known(host).await?;
        }
        self.ask(arguments, PROBE_TIMEOUT).await.map(|_| ())
    }

    /// Runs a command outside of any build, and returns what it prints.
    ///
    /// # Errors
    ///
    /// A sentence about why it failed.
    pub(crate) async fn ask(&self, arguments: &[&str], limit: Duration) -> Result<String, String> {
        let mut command = self.command();
        command.args(arguments);
        let output = capture(command, limit)
            .await
            .map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&output.stderr)),
        }
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
            let isolation = ("BUILDAH_ISOLATION", "chroot".into());
            self.environment.push(isolation);
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
            let output = format!("type=image,\"name={}\"", names.join(","));
            return self.buildctl_arguments(paths, &output);
        }
        let mut arguments: Vec<OsString> = vec!["build".into()];
        let (inputs, is_docker) = (&paths.inputs, self.kind == BuilderChoice::Docker);
        if !self.has_storage() {
            arguments.extend(
                self.daemon_network()
                    .map(|name| format!("--network={name}").into()),
            );
        }
        if !is_docker {
            // Without --force-rm, a failed build leaves the container of its step behind.
            arguments.extend(["--layers", "--force-rm", DROPPED_CAPABILITIES].map(OsString::from));
        }
        if inputs.without_cache {
            arguments.push("--no-cache".into());
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
        arguments.extend(self.cache_arguments(paths));
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
        if self.names_images() {
            return Ok(None);
        }
        let id = full_id(report)?;
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

    fn cache_arguments(&self, paths: &BuildPaths) -> Vec<OsString> {
        let place = paths.cache.as_ref();
        place.map_or_else(Vec::new, |place| place.arguments(self.kind))
    }

    /// The network that a daemon is asked for; `None` for the one that it gives to containers.
    fn daemon_network(&self) -> Option<&'static str> {
        match self.network {
            BuildNetwork::Private => None,
            BuildNetwork::None => Some("none"),
            BuildNetwork::Host => Some("host"),
        }
    }

    /// Returns the arguments of a build with buildctl. `output` says what becomes of the image.
    ///
    /// # Errors
    ///
    /// When the path of the Dockerfile has no folder or file name.
    pub(crate) fn buildctl_arguments(
        &self,
        paths: &BuildPaths,
        output: &str,
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
        if inputs.without_cache {
            arguments.push("--no-cache".into());
        }
        if let Some(network) = self.daemon_network() {
            arguments.push("--opt".into());
            arguments.push(format!("force-network-mode={network}").into());
        }
        arguments.extend(self.cache_arguments(paths));
        arguments.extend([
            format!("--output={output}").into(),
            "--metadata-file".into(),
            paths.report.clone().into(),
        ]);
        Ok(arguments)
    }
}

/// Reads the image's id, in hex, from the report of a build.
///
/// # Errors
///
/// When the report can't be read, or has none.
pub(crate) fn full_id(report: &Path) -> io::Result<String> {
    let id = read_report(report)?;
    let id = id.trim();
    let id = id.strip_prefix("sha256:").unwrap_or(id);
    match !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok(id.to_owned()),
        false => Err(io::Error::other("the builder wrote no image id")),
    }
}

/// Reads the file that a builder wrote. A build may have put anything in its place.
///
/// # Errors
///
/// When it is no file, or can't be read.
pub(crate) fn read_report(path: &Path) -> io::Result<String> {
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

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn builder(kind: BuilderChoice, network: BuildNetwork) -> Builder {
        Builder::new(kind, "/bin/b".into(), Vec::new(), network)
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
                without_cache: false,
            },
            report: "/r".into(),
            cache: None,
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
    }

    #[test]
    fn a_builder_elsewhere_is_reached_by_its_address_alone() {
        let private = BuildNetwork::Private;
        let at = |text: &str| {
            let at = BuilderAt::parse(text).unwrap();
            builder(at.kind, private).elsewhere(&at)
        };
        let leading = |builder: &Builder| {
            let command = builder.command();
            let arguments: Vec<_> = command.get_args().map(OsStr::to_owned).collect();
            joined(&arguments)
        };
        let docker = at("b=tcp://far.example:2376,tls=/certs");
        assert_eq!(leading(&docker), "");
        let command = docker.command();
        let variables: Vec<_> = command.get_envs().collect();
        for (name, value) in [
            ("DOCKER_HOST", Some("tcp://far.example:2376")),
            ("DOCKER_TLS_VERIFY", Some("1")),
            ("DOCKER_CERT_PATH", Some("/certs")),
            ("BUILDX_BUILDER", Some("default")),
            ("DOCKER_CONTEXT", None),
        ] {
            let expected = (OsStr::new(name), value.map(OsStr::new));
            assert!(variables.contains(&expected), "{name}: {variables:?}");
        }
        let podman = at("b=podman+ssh://core@far.example/run/podman.sock");
        assert_eq!(
            leading(&podman),
            "--url|ssh://core@far.example/run/podman.sock"
        );
        assert!(!podman.has_storage() && builder(BuilderChoice::Podman, private).has_storage());
        let buildkit = at("b=buildkit+tcp://far.example:1234,tls=/certs");
        assert_eq!(
            leading(&buildkit),
            "--addr|tcp://far.example:1234|--tlscacert|/certs/ca.pem|--tlscert|/certs/cert.pem|\
             --tlskey|/certs/key.pem"
        );
        let here = builder(BuilderChoice::Buildctl, private).at_address("tcp://build:1234");
        assert_eq!(leading(&here), "--addr|tcp://build:1234");
    }

    #[test]
    fn a_build_without_cache_says_so_to_every_builder() {
        let paths = |without_cache| BuildPaths {
            inputs: BuildInputs {
                dockerfile: "/x/Dockerfile".into(),
                context: "/x".into(),
                without_cache,
            },
            report: "/r".into(),
            cache: None,
        };
        for kind in [
            BuilderChoice::Buildah,
            BuilderChoice::Podman,
            BuilderChoice::Docker,
            BuilderChoice::Buildctl,
        ] {
            let builder = builder(kind, BuildNetwork::Private);
            for without_cache in [false, true] {
                let arguments = builder.build_arguments(&paths(without_cache), &[]).unwrap();
                let is_said = arguments.iter().any(|argument| argument == "--no-cache");
                assert_eq!(is_said, without_cache, "{kind:?}");
            }
        }
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
