//! The first process of a sandbox. Everything in the sandbox ends with it, and it ends when the server closes its
//! standard input, as the kernel does for a server that was killed.

use crate::sandbox::root_folder::{PROGRAM, RootFolder, failed};
use crate::sandbox::spec::{CONFINE, ConfineSpec, KILLED, Network, Spec};
use crate::sandbox::{memory_watch, outside_network, user_namespace};
use rustix::fs::Mode;
use rustix::process::{Pid, WaitOptions, umask, wait};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// How long the second stage may take to enter its namespaces.
const NAMESPACE_TIMEOUT: Duration = Duration::from_secs(10);

/// How badly the kernel wants to end the processes of a build when memory runs out, from -1000 to 1000.
const OOM_SCORE: &str = "800";

/// Sets the sandbox up, starts the builder in it, and waits until the builder has ended.
///
/// # Errors
///
/// A sentence about what could not be set up.
pub(super) fn run() -> Result<ExitCode, String> {
    let mut input = BufReader::new(std::io::stdin());
    let mut line = String::new();
    input.read_line(&mut line).map_err(failed("the input"))?;
    let spec: Spec = serde_json::from_str(&line).map_err(failed("the input"))?;
    std::thread::spawn(move || {
        // Nothing else is sent.
        let _ = input.read(&mut [0]);
        std::process::exit(KILLED);
    });
    // The server may have a stricter one: the sandbox's users are others.
    umask(Mode::from_raw_mode(0o022));
    for file in &spec.control_groups {
        // 0 is the process that writes.
        fs::write(file, "0").map_err(failed(file.display()))?;
    }
    fs::write("/proc/self/oom_score_adj", OOM_SCORE).map_err(failed("oom_score_adj"))?;
    // Read before the network is another one.
    let refused_addresses = match spec.network {
        Network::Private { .. } => outside_network::own_addresses(),
        _ => Vec::new(),
    };
    let root = RootFolder::prepare(&spec)?;
    let users = spec
        .ids
        .map(|ids| user_namespace::create(ids, &root.inside("/proc")))
        .transpose()?;
    root.enter()?;
    let child = start(&spec, users.as_ref(), refused_addresses)?;
    if let Some(bytes) = spec.limits.memory {
        std::thread::spawn(move || memory_watch::end_above(bytes));
    }
    wait_for(&child)
}

/// Starts the second stage, in namespaces that belong to the sandbox's user namespace.
fn start(
    spec: &Spec,
    users: Option<&File>,
    refused_addresses: Vec<Ipv4Addr>,
) -> Result<Child, String> {
    let mut command = match users {
        Some(users) => {
            let mut command = Command::new("nsenter");
            command
                .arg(format!("--user=/proc/1/fd/{}", users.as_raw_fd()))
                .args(["--setuid", "0", "--setgid", "0", "--", "unshare"]);
            command
        }
        None => Command::new("unshare"),
    };
    command.args(["--mount", "--ipc", "--uts", "--propagation", "private"]);
    if spec.network != Network::Host {
        command.arg("--net");
    }
    command.args(["--", PROGRAM, CONFINE]);
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .map_err(failed("nsenter"))?;
    if let Network::Private { program } = &spec.network {
        wait_for_network(&child)?;
        outside_network::connect(program, child.id())?;
    }
    let text = serde_json::to_vec(&ConfineSpec {
        spec: spec.clone(),
        refused_addresses,
    })
    .map_err(failed("the sandbox's description"))?;
    let mut input = child.stdin.take().ok_or("no pipe")?;
    // If it has ended, its own message says why.
    let _ = input.write_all(&text);
    Ok(child)
}

/// Waits until a process has a network namespace of its own.
fn wait_for_network(child: &Child) -> Result<(), String> {
    let network = |process: &str| fs::read_link(format!("/proc/{process}/ns/net")).ok();
    let (own, id) = (network("self"), child.id().to_string());
    let deadline = Instant::now() + NAMESPACE_TIMEOUT;
    while network(&id).is_none_or(|network| own.as_ref() == Some(&network)) {
        if Instant::now() > deadline {
            return Err("no network namespace".to_owned());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Waits until the builder ends. Takes the exit status of all that has lost its parent, as a first process has to.
fn wait_for(child: &Child) -> Result<ExitCode, String> {
    let builder = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    loop {
        let Some((process, status)) = wait(WaitOptions::empty()).map_err(failed("wait"))? else {
            continue;
        };
        if Some(process) == builder {
            let signal = status.terminating_signal().map(|signal| 128 + signal);
            let code = status.exit_status().or(signal).unwrap_or(KILLED);
            return Ok(u8::try_from(code).unwrap_or(u8::MAX).into());
        }
    }
}
