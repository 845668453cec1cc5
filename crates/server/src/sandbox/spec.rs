//! A description of one sandbox: what the server tells the program that sets it up.

use crate::sandbox::id_range::IdRange;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::PathBuf;

/// The only argument of the first process of a sandbox.
pub(crate) const FIRST_PROCESS: &str = "sandbox-first-process";

/// The only argument of the program that confines itself and becomes the builder.
pub(crate) const CONFINE: &str = "sandbox-confine";

/// The exit code of a sandbox that was ended, as a shell has it for a process that was killed.
pub(crate) const KILLED: i32 = 137;

/// One sandbox, and the program that runs in it. The server writes it as one line of JSON to the first process's
/// standard input, and keeps that open: the sandbox ends when it is closed. No command line has it, because every
/// process can read those.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Spec {
    /// An empty folder of this machine, over which the sandbox's root folder is mounted.
    pub(crate) root: PathBuf,
    /// The ids of this machine that the sandbox's users are; `None` where the sandbox is started in a user namespace.
    pub(crate) ids: Option<IdRange>,
    /// What of this machine is there, besides the system's programs.
    pub(crate) binds: Vec<Bind>,
    /// Folders of this machine that are empty in the sandbox, wherever else they could be seen.
    pub(crate) hidden: Vec<PathBuf>,
    /// Small files of the sandbox: path and text.
    pub(crate) files: Vec<(PathBuf, String)>,
    pub(crate) network: Network,
    /// The files `cgroup.procs` of the control groups that the sandbox is in.
    pub(crate) control_groups: Vec<PathBuf>,
    pub(crate) limits: ProcessLimits,
    /// The folders whose contents are removed first, as the sandbox sees them, and the start of the names that stay.
    pub(crate) emptied: Vec<(PathBuf, String)>,
    /// The builder, its arguments and its whole environment.
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<OsString>,
    pub(crate) environment: Vec<(String, String)>,
}

/// A file or folder of this machine that is in the sandbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bind {
    pub(crate) from: PathBuf,
    pub(crate) to: PathBuf,
    pub(crate) is_writable: bool,
}

/// The network of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Network {
    /// A loopback interface of its own, and nothing else.
    None,
    /// This machine's.
    Host,
    /// A loopback interface of its own, and the way out by slirp4netns. This machine's loopback and own addresses
    /// and link-local ones are not reached.
    Private {
        /// The path of slirp4netns.
        program: PathBuf,
    },
}

/// The limits that each process has, and all of them where there are no control groups.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct ProcessLimits {
    /// The number of processes of one user.
    pub(crate) processes: Option<u64>,
    /// The memory of one process, and of all, in bytes.
    pub(crate) memory: Option<u64>,
    /// The size of one file, in bytes.
    pub(crate) file: Option<u64>,
}

/// What the second stage needs of a [`Spec`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ConfineSpec {
    pub(crate) spec: Spec,
    /// IPv4 addresses of this machine, which the sandbox does not reach over a network of its own.
    pub(crate) refused_addresses: Vec<std::net::Ipv4Addr>,
}
