//! The names by which the server may be called. A page can give a name of its own the address of this server, and
//! would then be of the same origin (DNS rebinding): without a token, only names that nobody else can take are
//! accepted.

use clap::Args;
use std::net::{IpAddr, SocketAddr};

/// The names that the server is called by.
#[derive(Debug, Clone, Args)]
pub struct HostOptions {
    /// A name by which a server without tokens may be called, such as builds.example.com. Repeatable.
    ///
    /// Its addresses and the name of this machine need no option. With a token, any name is accepted.
    #[arg(
        long = "allow-host",
        value_name = "NAME",
        env = "SLIPWAY_ALLOW_HOST",
        value_delimiter = ','
    )]
    pub(crate) allow_hosts: Vec<String>,
}

/// The names by which the server may be called without a token.
#[derive(Debug)]
pub(crate) struct Hosts {
    listen: IpAddr,
    /// In lower case.
    names: Vec<String>,
}

impl Hosts {
    /// `listen` is the address that the server listens on.
    pub(crate) fn new(options: &HostOptions, listen: SocketAddr) -> Self {
        let mut names: Vec<String> = options
            .allow_hosts
            .iter()
            .map(|name| host_name(name.trim()))
            .collect();
        if !listen.ip().is_loopback() {
            let machine = rustix::system::uname();
            if let Some(machine) = machine
                .nodename()
                .to_str()
                .ok()
                .filter(|name| !name.is_empty())
            {
                let machine = machine.to_ascii_lowercase();
                names.push(format!("{machine}.local"));
                names.push(machine);
            }
        }
        Self {
            listen: listen.ip(),
            names,
        }
    }

    /// Returns true if a `Host` header names this server. A server that only this machine can reach is called by a
    /// loopback name or address, others by any address.
    pub(crate) fn is_own(&self, host: &str) -> bool {
        let name = host_name(host);
        if name == "localhost" || name.ends_with(".localhost") || self.names.contains(&name) {
            return true;
        }
        name.parse::<IpAddr>().is_ok_and(|address| {
            !self.listen.is_loopback() || address.is_loopback() || address == self.listen
        })
    }
}

/// Returns the name or address in a `Host` header, in lower case.
fn host_name(host: &str) -> String {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listen: &str) -> Hosts {
        let options = HostOptions {
            allow_hosts: vec!["Builds.example.com".to_owned()],
        };
        Hosts::new(&options, listen.parse().unwrap())
    }

    #[test]
    fn a_server_of_this_machine_is_called_by_a_loopback_name() {
        let hosts = hosts("127.0.0.1:8080");
        for own in [
            "localhost",
            "LOCALHOST:80",
            "a.localhost.",
            "127.0.0.1:8080",
            "[::1]:8080",
            "builds.example.com:443",
        ] {
            assert!(hosts.is_own(own), "{own}");
        }
        for other in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "127.0.0.1.evil.example",
            "builds.example.com.evil.example",
            "",
            "?",
        ] {
            assert!(!hosts.is_own(other), "{other}");
        }
    }

    #[test]
    fn a_server_of_a_network_is_called_by_an_address_or_the_name_of_its_machine() {
        let hosts = hosts("0.0.0.0:8080");
        let machine = rustix::system::uname();
        let machine = machine.nodename().to_str().unwrap().to_owned();
        for own in [
            "10.0.0.1:8080",
            "[fe80::1]",
            "localhost",
            "builds.example.com",
            &machine,
            &format!("{machine}.local:8080"),
        ] {
            assert!(hosts.is_own(own), "{own}");
        }
        for other in ["evil.example", "10.0.0.1.evil.example", "local", ""] {
            assert!(!hosts.is_own(other), "{other}");
        }
    }
}
