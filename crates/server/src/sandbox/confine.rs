//! The second stage of a sandbox: in its namespaces, it gives up the rights that no build needs and becomes the builder.

use crate::sandbox::emptying::empty;
use crate::sandbox::interfaces;
use crate::sandbox::outside_network::NAME_SERVER;
use crate::sandbox::root_folder::failed;
use crate::sandbox::spec::{ConfineSpec, Network, ProcessLimits};
use rustix::mount::{MountFlags, mount, mount_bind};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::system::sethostname;
use rustix::thread::{CapabilitySet, remove_capability_from_bounding_set};
use std::ffi::CStr;
use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// The name of the machine that a build sees.
const HOST_NAME: &[u8] = b"build";

/// The memory that a build may use in `/dev/shm`, and in `/run` and `/root`, where builders keep small files.
const SHM: &CStr = c"mode=1777,size=64m";
const SMALL: &CStr = c"mode=755,size=64m,nr_inodes=65536";

/// The memory that a process may ask for above the limit of all, in bytes: the kernel counts what it asks for, and the
/// stack of each thread is far more than it needs.
const DATA_RESERVE: u64 = 1 << 30;

/// What the builder itself needs. A step of a Dockerfile has less: see `STEP_CAPABILITIES` in `builds/builder.rs`.
const BUILDER_CAPABILITIES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::FOWNER)
    .union(CapabilitySet::FSETID)
    .union(CapabilitySet::KILL)
    .union(CapabilitySet::MKNOD)
    .union(CapabilitySet::NET_BIND_SERVICE)
    .union(CapabilitySet::SETFCAP)
    .union(CapabilitySet::SETGID)
    .union(CapabilitySet::SETPCAP)
    .union(CapabilitySet::SETUID)
    .union(CapabilitySet::SYS_ADMIN)
    .union(CapabilitySet::SYS_CHROOT);

/// Confines this process and becomes the builder: returns only what went wrong.
///
/// # Errors
///
/// A sentence about what failed.
pub(super) fn run() -> Result<ExitCode, String> {
    let input = std::io::read_to_string(std::io::stdin()).map_err(failed("the input"))?;
    let ConfineSpec {
        spec,
        refused_addresses,
    } = serde_json::from_str(&input).map_err(failed("the input"))?;
    mount_small_folders()?;
    sethostname(HOST_NAME).map_err(failed("the host name"))?;
    connect(&spec.network, &refused_addresses)?;
    for (folder, kept) in &spec.emptied {
        empty(folder, kept).map_err(failed(folder.display()))?;
    }
    limit(spec.limits)?;
    for capability in CapabilitySet::all().iter() {
        if !BUILDER_CAPABILITIES.contains(capability) {
            // An older kernel does not know all of them.
            let _ = remove_capability_from_bounding_set(capability);
        }
    }
    let error = Command::new(&spec.program)
        .args(&spec.arguments)
        .env_clear()
        .envs(spec.environment)
        .current_dir("/")
        .stdin(Stdio::null())
        .exec();
    Err(format!("{}: {error}", spec.program.display()))
}

/// Mounts the folders that belong to the sandbox's own users.
fn mount_small_folders() -> Result<(), String> {
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    for (path, options) in [("/dev/shm", SHM), ("/run", SMALL), ("/root", SMALL)] {
        mount("tmpfs", path, "tmpfs", flags, options).map_err(failed(path))?;
    }
    let flags = MountFlags::NOSUID | MountFlags::NOEXEC;
    let options = c"newinstance,ptmxmode=0666,mode=620";
    mount("devpts", "/dev/pts", "devpts", flags, options).map_err(failed("/dev/pts"))
}

/// Sets up the network, if it is the sandbox's own.
fn connect(network: &Network, refused: &[Ipv4Addr]) -> Result<(), String> {
    if *network == Network::Host {
        return Ok(());
    }
    interfaces::start_loopback()?;
    if *network == Network::None {
        return Ok(());
    }
    // Link-local addresses, among them those of the services that tell a cloud's machines their secrets.
    interfaces::refuse(Ipv4Addr::new(169, 254, 0, 0), 16)?;
    for address in refused {
        interfaces::refuse(*address, 32)?;
    }
    let file = Path::new("/run/resolv.conf");
    fs::write(file, format!("nameserver {NAME_SERVER}\n")).map_err(failed(file.display()))?;
    mount_bind(file, "/etc/resolv.conf").map_err(failed("/etc/resolv.conf"))
}

/// Sets the limits that the kernel has for each process.
fn limit(limits: ProcessLimits) -> Result<(), String> {
    for (resource, limit) in [
        (Resource::Nproc, limits.processes),
        (
            Resource::Data,
            limits
                .memory
                .map(|memory| memory.saturating_add(DATA_RESERVE)),
        ),
        (Resource::Fsize, limits.file),
        (Resource::Core, Some(0)),
    ] {
        let Some(limit) = limit else { continue };
        // No process may raise what it has.
        let limit = getrlimit(resource)
            .maximum
            .map_or(limit, |maximum| maximum.min(limit));
        let both = Rlimit {
            current: Some(limit),
            maximum: Some(limit),
        };
        setrlimit(resource, both).map_err(failed(format!("{resource:?}")))?;
    }
    Ok(())
}
