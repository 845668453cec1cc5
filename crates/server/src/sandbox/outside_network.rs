//! The way out of a sandbox with a network of its own: slirp4netns, a program that passes its connections on.

use crate::sandbox::root_folder::failed;
use rustix::io::{FdFlags, fcntl_setfd};
use std::io::Read;
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};

/// The name server that slirp4netns answers as, for the sandbox.
pub(crate) const NAME_SERVER: &str = "10.0.2.3";

/// Connects the network namespace of a process. Returns once it is connected. slirp4netns ends with the sandbox.
///
/// # Errors
///
/// A sentence about what failed.
pub(super) fn connect(program: &Path, process: u32) -> Result<(), String> {
    let (mut ready, writer) = std::io::pipe().map_err(failed("pipe"))?;
    fcntl_setfd(&writer, FdFlags::empty()).map_err(failed("pipe"))?;
    Command::new(program)
        .args(["--configure", "--mtu=65520", "--disable-host-loopback"])
        .args(["--enable-sandbox", "--enable-seccomp"])
        .arg(format!("--ready-fd={}", writer.as_raw_fd()))
        .args([&process.to_string(), "tap0"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed("slirp4netns"))?;
    drop(writer);
    ready
        .read_exact(&mut [0])
        .map_err(failed("slirp4netns did not connect the network"))
}

/// The IPv4 addresses of this machine in its network, without loopback.
pub(super) fn own_addresses() -> Vec<Ipv4Addr> {
    let table = std::fs::read_to_string("/proc/net/fib_trie").unwrap_or_default();
    addresses_in(&table)
}

/// Reads them from the kernel's routing table: each stands before the line that says that it is local.
fn addresses_in(table: &str) -> Vec<Ipv4Addr> {
    let mut found = Vec::new();
    let mut last: Option<Ipv4Addr> = None;
    for line in table.lines() {
        let line = line.trim();
        if let Some(address) = line.strip_prefix("|-- ") {
            last = address.parse().ok();
        } else if line == "/32 host LOCAL" {
            found.extend(last.filter(|address| !address.is_loopback()));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_this_machine_are_read_from_its_routes() {
        let table = "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 0.0.0.0\n        /0 universe UNICAST\n\
            Local:\n     |-- 10.1.2.0\n        /24 link UNICAST\n     |-- 10.1.2.3\n        /32 host LOCAL\n\
                 |-- 10.1.2.255\n        /32 link BROADCAST\n     |-- 127.0.0.1\n        /32 host LOCAL\n\
                 |-- 10.1.2.3\n        /32 host LOCAL\n";
        assert_eq!(addresses_in(table), [Ipv4Addr::new(10, 1, 2, 3)]);
    }
}
