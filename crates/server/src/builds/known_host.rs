//! The check that the key of a builder's host is known, for clients that take any key from a host that they don't know.

use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// How long the search may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Returns the name of an address's host, as files of known hosts write it; `None` for an address without ssh.
pub(crate) fn host_name(address: &str) -> Option<String> {
    let rest = address.strip_prefix("ssh://")?;
    let authority = rest.split(['/', '?']).next()?;
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, port)) => (name, port.strip_prefix(':')),
        None => match host.rsplit_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    Some(match port {
        None | Some("22") => name.to_owned(),
        Some(port) => format!("[{name}]:{port}"),
    })
}

/// Checks that the server's user knows a key of a host: in `~/.ssh/known_hosts`, where podman looks. If the host has
/// another one, podman refuses it.
///
/// # Errors
///
/// A sentence, if no key is there.
pub(crate) async fn check_known(host: &str) -> Result<(), String> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let file = home.map(|home| home.join(".ssh/known_hosts"));
    let file = file.ok_or_else(|| UNKNOWN.to_owned())?;
    let mut command = Command::new("ssh-keygen");
    remove_private_variables(&mut command, &[]);
    command.args(["-F", host, "-f"]).arg(file);
    let output = capture(command, TIMEOUT)
        .await
        .map_err(|error| format!("ssh-keygen can't be run: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(UNKNOWN.to_owned()),
    }
}

/// The reason why a builder is not called.
const UNKNOWN: &str = "the key of its host is not in ~/.ssh/known_hosts of the server's user, and podman would take any key";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_its_name_and_a_port_of_its_own() {
        for (address, expected) in [
            ("ssh://core@far.example/run/p.sock", Some("far.example")),
            ("ssh://far.example:22/x", Some("far.example")),
            ("ssh://core@far.example:2222/x", Some("[far.example]:2222")),
            ("ssh://[fd00::1]:2222/x", Some("[fd00::1]:2222")),
            ("ssh://[fd00::1]/x", Some("fd00::1")),
            ("unix:///x", None),
            ("tcp://far.example:2376", None),
        ] {
            assert_eq!(host_name(address).as_deref(), expected, "{address}");
        }
    }
}
