//! The means of this machine to contain a build: probed once, said in the server's log, and used for each build.

use crate::process::launch::Launch;
use crate::process::process_group::capture;
use crate::sandbox::cgroups::{ControlGroup, ControlGroups, GroupLimits};
use crate::sandbox::id_range::IdRange;
use crate::sandbox::spec::{Bind, FIRST_PROCESS, Network, ProcessLimits, Spec};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How long a sandbox may take that only shows that there can be one.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);

/// The folders with programs that a builder in a sandbox finds.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The variables of the server that a builder in a sandbox gets.
const PASSED_VARIABLES: [&str; 9] = [
    "http_proxy",
    "https_proxy",
    "ftp_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "FTP_PROXY",
    "NO_PROXY",
    "STORAGE_OPTS",
];

/// The variable that names the credentials for registries.
const AUTH_VARIABLE: &str = "REGISTRY_AUTH_FILE";

/// The credentials for registries, where the sandbox has them.
const AUTH_FILE: &str = "/sandbox/auth.json";

/// What the server wants of the sandbox of every build.
#[derive(Debug, Clone)]
pub(crate) struct Wishes {
    /// This program, which sets sandboxes up.
    pub(crate) program: PathBuf,
    /// The server's data folder, which no sandbox shows.
    pub(crate) data: PathBuf,
    /// The network: private is given if it can be had.
    pub(crate) network: WishedNetwork,
    pub(crate) limits: GroupLimits,
    /// The disk that a build may fill, in bytes.
    pub(crate) disk: u64,
}

/// The network that a build is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WishedNetwork {
    /// One of its own, by this slirp4netns, if it is installed.
    Private(Option<PathBuf>),
    None,
    Host,
}

/// The limits for all processes of a build together.
#[derive(Debug, Clone)]
enum Accounting {
    Groups(ControlGroups),
    /// `systemd-run --scope`, of the system's or of this user's instance.
    Scope {
        is_user: bool,
    },
    /// Limits for each process, and a look at all of them now and then.
    Processes,
}

/// A machine that can contain builds.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    wishes: Wishes,
    ids: Option<IdRange>,
    /// The program, with its arguments, that starts the rest in a user namespace, where the server is not root.
    entry: Vec<OsString>,
    accounting: Accounting,
    network: Network,
    /// An empty folder that sandboxes mount their root over.
    root: PathBuf,
}

/// The network of a program in a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// None, unless builds have this machine's.
    Nothing,
    /// That of builds.
    Build,
    /// This machine's: for a program that runs nothing of a build's.
    Machine,
}

/// A program that is to run in a sandbox.
pub(crate) struct Run<'a> {
    /// Its path, without symbolic links.
    pub(crate) program: &'a Path,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) binds: Vec<Bind>,
    /// Folders whose contents are removed first, and the start of the names that stay.
    pub(crate) emptied: Vec<(PathBuf, String)>,
    /// Small files that only the program is to read: path and text.
    pub(crate) files: Vec<(PathBuf, String)>,
    pub(crate) reach: Reach,
    pub(crate) group: Option<&'a ControlGroup>,
}

impl<'a> Run<'a> {
    /// A run of a builder without network, folders and limits.
    pub(crate) fn offline(program: &'a Path, arguments: Vec<OsString>) -> Self {
        Self {
            program,
            arguments,
            environment: Vec::new(),
            binds: Vec::new(),
            emptied: Vec::new(),
            files: Vec::new(),
            reach: Reach::Nothing,
            group: None,
        }
    }
}

/// Makes sure that the server's user, which is not root, may map more than its own id: a step of a Dockerfile can't run
/// without.
///
/// # Errors
///
/// A sentence for the operator.
async fn ensure_ids(builder: &Path) -> Result<(), String> {
    let mut command = Command::new(builder);
    command.args(["unshare", "cat", "/proc/self/uid_map", "/proc/self/gid_map"]);
    let output = capture(command, PROBE_TIMEOUT)
        .await
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    // A map with a range beside the user's own id has two lines.
    match text.lines().count() >= 4 {
        true => Ok(()),
        false => Err(
            "the server's user needs a range of ids in /etc/subuid and /etc/subgid, and the programs newuidmap and \
             newgidmap"
                .to_owned(),
        ),
    }
}

impl Machine {
    /// Finds out what this machine can do to contain `builder`.
    ///
    /// # Errors
    ///
    /// A sentence about why a build can't be contained at all.
    pub(crate) async fn probe(wishes: Wishes, builder: &Path) -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("only Linux has the namespaces that contain a build".to_owned());
        }
        let root = wishes.data.join("builder/root");
        fs::create_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        let is_root = rustix::process::geteuid().is_root();
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let ids = match is_root {
            true => Some(
                IdRange::choose(
                    &read("/etc/subuid"),
                    &read("/etc/subgid"),
                    &read("/proc/self/uid_map"),
                )
                .ok_or("the ids of this user namespace can't be read")?,
            ),
            false => None,
        };
        if !is_root {
            ensure_ids(builder).await?;
        }
        let entry: &[&OsStr] = match is_root {
            true => &[],
            false => &[builder.as_os_str(), "unshare".as_ref()],
        };
        let mut machine = Self {
            network: Network::None,
            wishes,
            ids,
            entry: entry.iter().map(|&part| part.to_owned()).collect(),
            accounting: Accounting::Processes,
            root,
        };
        machine.find_means(builder).await?;
        Ok(machine)
    }

    /// Finds the network and the limits: the best that a sandbox can be made with.
    async fn find_means(&mut self, builder: &Path) -> Result<(), String> {
        let mut missing = None;
        let mut networks = Vec::new();
        match &self.wishes.network {
            WishedNetwork::Private(Some(program)) => {
                let program = program.clone();
                networks.extend([Network::Private { program }, Network::None]);
            }
            WishedNetwork::Private(None) => {
                missing = Some("slirp4netns is not installed".to_owned());
                networks.push(Network::None);
            }
            WishedNetwork::None => networks.push(Network::None),
            WishedNetwork::Host => networks.push(Network::Host),
        }
        let mut reason = String::new();
        for network in networks {
            for accounting in accountings(self.ids.is_none()) {
                self.network = network.clone();
                self.accounting = accounting;
                match self.try_sandbox(builder).await {
                    Ok(()) => {
                        self.warn_of_network(missing.as_deref());
                        return Ok(());
                    }
                    Err(error) => reason = error,
                }
            }
            missing = Some(reason.clone());
        }
        Err(reason)
    }

    /// Warns of a network that builds were to have, and why they do not.
    fn warn_of_network(&self, reason: Option<&str>) {
        if let (Some(reason), Some(_)) = (reason, self.network_warning()) {
            tracing::warn!(
                "builds have no network: {reason}. Install slirp4netns, or share this machine's network with \
                 --build-network=host"
            );
        }
    }

    /// Runs the builder in a sandbox, where it only says its version.
    async fn try_sandbox(&self, builder: &Path) -> Result<(), String> {
        let mut run = Run::offline(builder, vec!["--version".into()]);
        run.reach = Reach::Build;
        let launch = self.launch(run).map_err(|error| error.to_string())?;
        let output = capture(launch, PROBE_TIMEOUT)
            .await
            .map_err(|error| error.to_string())?;
        match output.status.success() {
            true => Ok(()),
            false => {
                let text = String::from_utf8_lossy(&output.stderr);
                let last = text.trim().lines().next_back();
                Err(last.unwrap_or("it ended with an error").to_owned())
            }
        }
    }

    /// Says how builds are contained, for the server's log.
    pub(crate) fn describe(&self) -> String {
        let users = match self.ids {
            Some(ids) if ids.first_user > 0 => {
                format!("its root is user {} of this machine", ids.first_user)
            }
            Some(_) => "with a user namespace of its own".to_owned(),
            None => "its root is the server's user".to_owned(),
        };
        let network = match self.network {
            Network::None => "no network",
            Network::Host => "this machine's network",
            Network::Private { .. } => "a network of its own",
        };
        let limits = match self.accounting {
            Accounting::Groups(ControlGroups::Unified(_)) => "control groups (version 2)",
            Accounting::Groups(ControlGroups::Split { .. }) => "control groups (version 1)",
            Accounting::Scope { .. } => "systemd-run --scope",
            Accounting::Processes => {
                "limits of single processes, because there are no control groups to use"
            }
        };
        format!("a build runs in a sandbox: {users}, {network}, memory and processes by {limits}")
    }

    /// Returns true if a build reaches the addresses of this machine's own loopback.
    pub(crate) fn reaches_loopback(&self) -> bool {
        self.network == Network::Host
    }

    /// The warning for the log of a build that is to have a network and has none.
    pub(crate) fn network_warning(&self) -> Option<&'static str> {
        let wishes_private = matches!(self.wishes.network, WishedNetwork::Private(_));
        (wishes_private && self.network == Network::None).then_some(
            "this build has no network, because slirp4netns does not work on the server's machine",
        )
    }

    /// The ids of this machine that root of a sandbox has; `None` for those of the server.
    pub(crate) fn root_ids(&self) -> Option<(u32, u32)> {
        self.ids.map(|ids| (ids.first_user, ids.first_group))
    }

    /// Makes the control group of one build; `None` where the limits are set otherwise.
    ///
    /// # Errors
    ///
    /// When the group can't be made.
    pub(crate) fn control_group(&self) -> io::Result<Option<ControlGroup>> {
        match &self.accounting {
            Accounting::Groups(groups) => groups.create(self.wishes.limits).map(Some),
            _ => Ok(None),
        }
    }

    /// Returns the command that runs a program in a sandbox.
    ///
    /// # Errors
    ///
    /// When a path is not UTF-8.
    pub(crate) fn launch(&self, run: Run) -> io::Result<Launch> {
        let name = run.program.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let network = match run.reach {
            Reach::Nothing if self.network != Network::Host => Network::None,
            Reach::Nothing | Reach::Build => self.network.clone(),
            Reach::Machine => Network::Host,
        };
        let mut files = small_files();
        let mut environment = environment();
        let has_auth = (run.environment.iter()).any(|(name, _)| name == AUTH_VARIABLE);
        if let Some(auth) = std::env::var_os(AUTH_VARIABLE)
            && network != Network::None
            && !has_auth
            && let Ok(text) = fs::read_to_string(auth)
        {
            files.push((AUTH_FILE.into(), text));
            environment.push((AUTH_VARIABLE.to_owned(), AUTH_FILE.to_owned()));
        }
        files.extend(run.files);
        environment.extend(run.environment);
        let mut hidden = vec![self.wishes.data.clone()];
        hidden.extend(std::env::var_os("HOME").map(PathBuf::from));
        let (limits, is_single) = (
            self.wishes.limits,
            matches!(self.accounting, Accounting::Processes),
        );
        let spec = Spec {
            root: self.root.clone(),
            ids: self.ids,
            binds: run.binds,
            hidden,
            files,
            network,
            control_groups: run
                .group
                .map(ControlGroup::process_files)
                .unwrap_or_default(),
            limits: ProcessLimits {
                processes: is_single.then_some(limits.processes),
                memory: is_single.then_some(limits.memory),
                file: Some(self.wishes.disk),
            },
            emptied: run.emptied,
            program: run.program.to_owned(),
            arguments: run.arguments,
            environment,
        };
        let mut description = serde_json::to_vec(&spec)?;
        description.push(b'\n');
        Ok(Launch::sandboxed(self.command(), name, description))
    }

    /// The command line of every sandbox. What differs is in its description.
    fn command(&self) -> Command {
        let mut line: Vec<OsString> = Vec::new();
        if let Accounting::Scope { is_user } = self.accounting {
            line.extend(scope_arguments(self.wishes.limits, is_user));
        }
        line.extend(self.entry.iter().cloned());
        line.extend(
            [
                "unshare",
                "--fork",
                "--pid",
                "--kill-child=KILL",
                "--mount",
                "--propagation",
                "private",
                "--",
            ]
            .map(OsString::from),
        );
        line.push(self.wishes.program.clone().into());
        line.push(FIRST_PROCESS.into());
        let mut line = line.into_iter();
        let mut command = Command::new(line.next().unwrap_or_default());
        command.args(line);
        command.env_clear();
        let passed = |name: &'static str| std::env::var_os(name).map(|value| (name, value));
        command.envs(["HOME", "XDG_RUNTIME_DIR"].into_iter().filter_map(passed));
        command.env("PATH", PATH);
        command
    }
}

/// The ways to limit all processes of a build together, the best first.
fn accountings(is_user: bool) -> Vec<Accounting> {
    let mut found = Vec::new();
    if let Some(groups) = ControlGroups::find() {
        found.push(Accounting::Groups(groups));
    } else if Path::new("/run/systemd/system").exists() {
        found.push(Accounting::Scope { is_user });
    }
    found.push(Accounting::Processes);
    found
}

/// The start of a command line that gives the rest the limits of a scope of systemd.
fn scope_arguments(limits: GroupLimits, is_user: bool) -> Vec<OsString> {
    let mut line = vec!["systemd-run".to_owned()];
    line.extend(is_user.then(|| "--user".to_owned()));
    line.extend(["--scope", "--quiet", "--collect"].map(str::to_owned));
    for property in [
        format!("MemoryMax={}", limits.memory),
        "MemorySwapMax=0".to_owned(),
        format!("TasksMax={}", limits.processes),
    ] {
        line.extend(["--property".to_owned(), property]);
    }
    line.push("--".to_owned());
    line.into_iter().map(OsString::from).collect()
}

/// The environment of a builder in a sandbox.
fn environment() -> Vec<(String, String)> {
    let fixed = [
        ("PATH", PATH),
        ("HOME", "/root"),
        ("TMPDIR", "/var/tmp"),
        ("XDG_RUNTIME_DIR", "/run"),
        // It is in a user namespace already, and must not make one.
        ("_CONTAINERS_USERNS_CONFIGURED", "done"),
        // The sandbox is what isolates a step from this machine.
        ("BUILDAH_ISOLATION", "chroot"),
    ];
    let passed = PASSED_VARIABLES
        .into_iter()
        .filter_map(|name| Some((name, std::env::var(name).ok()?)));
    let fixed = fixed.map(|(name, value)| (name, value.to_owned()));
    fixed
        .into_iter()
        .chain(passed)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The files of a sandbox that are not this machine's.
fn small_files() -> Vec<(PathBuf, String)> {
    let resolver = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    [
        (
            "/etc/passwd",
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n",
        ),
        ("/etc/group", "root:x:0:\nnogroup:x:65534:\n"),
        ("/etc/resolv.conf", &resolver),
    ]
    .map(|(path, text)| (path.into(), text.to_owned()))
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_of_systemd_has_the_limits() {
        let limits = GroupLimits {
            memory: 4 << 30,
            processes: 100,
        };
        let line = scope_arguments(limits, true).join(OsStr::new(" "));
        assert_eq!(
            line,
            "systemd-run --user --scope --quiet --collect --property MemoryMax=4294967296 \
             --property MemorySwapMax=0 --property TasksMax=100 --"
        );
    }
}
