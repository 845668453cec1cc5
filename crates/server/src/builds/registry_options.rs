//! The options that say where images are pushed, and where builders keep their layers.

use clap::{Args, ValueEnum};
use slipway_api::grammar;
use std::fmt::{self, Display};
use std::net::IpAddr;
use std::path::PathBuf;

/// The registry that images are pushed to.
#[derive(Debug, Clone, Args)]
pub struct RegistryOptions {
    /// The registry that each image is pushed to after its build, and the path in it, such as
    /// registry.example.com:5000/team.
    ///
    /// The image team/app is pushed to HOST/PREFIX/team/app, by its tag and by its version tag. Without this, images stay
    /// where their builder keeps them.
    #[arg(
        long,
        value_name = "HOST[:PORT][/PREFIX]",
        env = "SLIPWAY_REGISTRY",
        value_parser = RegistryName::parse
    )]
    pub registry: Option<RegistryName>,

    /// A docker config.json with the credentials for the registry: what 'docker login' writes.
    ///
    /// An entry for a path, such as registry.example.com/team, is used for the images below it, before the one for the
    /// whole registry. The file is read for each push, so that its credentials can be renewed.
    #[arg(long, value_name = "FILE", env = "SLIPWAY_REGISTRY_AUTH")]
    pub registry_auth: Option<PathBuf>,

    /// Call the registry by http, or by https with a certificate that nobody can check.
    ///
    /// A docker daemon decides by itself: name the registry in its insecure-registries.
    #[arg(long, env = "SLIPWAY_REGISTRY_INSECURE")]
    pub registry_insecure: bool,

    /// Where the layers of earlier builds are looked for: with the builder, or also in the registry, where each builder
    /// finds those of all others.
    ///
    /// With registry, a build can also read all images that the credentials for the registry can read.
    #[arg(long, env = "SLIPWAY_CACHE", value_enum, default_value_t = LayerCache::Builder)]
    pub cache: LayerCache,
}

/// The value of `--cache`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LayerCache {
    /// Each builder finds the layers that it has built itself.
    Builder,
    /// Each builder also finds those that others have put into the registry.
    Registry,
}

impl RegistryOptions {
    /// Checks that the options fit together, and that the credentials can be read.
    ///
    /// # Errors
    ///
    /// A sentence about the first wrong option.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.registry.is_some() {
            return Ok(());
        }
        let given = [
            ("--registry-auth", self.registry_auth.is_some()),
            ("--registry-insecure", self.registry_insecure),
            ("--cache=registry", self.cache == LayerCache::Registry),
        ];
        match given.iter().find(|(_, is_given)| *is_given) {
            Some((option, _)) => Err(format!("{option} needs --registry")),
            None => Ok(()),
        }
    }
}

/// A registry and the path in it below which images are pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryName {
    /// The host, with its port if it has one.
    host: String,
    /// The path below it, without slashes at its ends; may be empty.
    prefix: String,
}

impl RegistryName {
    /// Parses `registry.example.com`, `localhost:5000` or `registry.example.com/team`.
    ///
    /// # Errors
    ///
    /// A sentence about the expected form.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("a registry is written without http:// or https://".to_owned());
        }
        let (host, prefix) = text.split_once('/').unwrap_or((text, ""));
        if !is_host(host) {
            return Err("a registry is a host with an optional port and path: registry.example.com:5000/team".to_owned());
        }
        // Otherwise builders take it for a name at Docker Hub.
        if !host.contains(['.', ':']) && host != "localhost" {
            return Err(format!(
                "the host of a registry has a dot, a port, or is localhost: write docker.io/{host} for Docker Hub"
            ));
        }
        let prefix = prefix.trim_end_matches('/');
        let is_path = |prefix: &str| {
            prefix
                .split('/')
                .all(|name| grammar::repo_name(name).is_none())
        };
        if !prefix.is_empty() && !is_path(prefix) {
            return Err("the path of a registry consists of names of lower-case letters and digits, such as team/images".to_owned());
        }
        Ok(Self {
            host: host.to_owned(),
            prefix: prefix.to_owned(),
        })
    }

    /// The host, with its port if it has one.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Returns the name of an image in the registry, without a tag: `HOST/PREFIX/namespace/name`.
    pub(crate) fn repository(&self, docker_repo_path: &str) -> String {
        format!("{self}/{docker_repo_path}")
    }

    /// Returns true if its host is this machine's loopback, which a network of another has too.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = match self.host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.host.split(':').next().unwrap_or_default(),
        };
        let is_loopback = |address: IpAddr| address.is_loopback();
        host == "localhost" || host.parse().is_ok_and(is_loopback)
    }
}

impl Display for RegistryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.host)?;
        match self.prefix.as_str() {
            "" => Ok(()),
            prefix => write!(f, "/{prefix}"),
        }
    }
}

/// Checks a host, or an address, with an optional port.
fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, rest)) = rest.split_once(']') else {
                return false;
            };
            let is_address = address.parse::<std::net::Ipv6Addr>().is_ok();
            (if is_address { "v6" } else { "" }, rest)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let is_port = match port.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => port.is_empty(),
    };
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        is_edge(bytes.first())
            && is_edge(bytes.last())
            && bytes
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    is_port && host.len() <= 253 && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_a_host_with_an_optional_port_and_path() {
        for (text, shown, repository) in [
            (
                "registry.example.com",
                "registry.example.com",
                "registry.example.com/a/b",
            ),
            ("localhost:5000/", "localhost:5000", "localhost:5000/a/b"),
            (
                "10.0.0.2:5000/x/y-z/",
                "10.0.0.2:5000/x/y-z",
                "10.0.0.2:5000/x/y-z/a/b",
            ),
            ("[::1]:5000/x", "[::1]:5000/x", "[::1]:5000/x/a/b"),
            ("docker.io", "docker.io", "docker.io/a/b"),
        ] {
            let name = RegistryName::parse(text).unwrap();
            assert_eq!(name.to_string(), shown);
            assert_eq!(name.repository("a/b"), repository);
        }
        for text in [
            "",
            "/",
            "https://registry.example.com",
            "registry",
            "team/app",
            "a b.example.com",
            "user:secret@registry.example.com",
            "registry.example.com:0",
            "registry.example.com:https",
            "registry.example.com/Team",
            "registry.example.com//team",
            "registry.example.com/../team",
            "-x.example.com",
            "[::1",
            "[x]:1",
            "registry.example.com/team:tag",
            "registry.example.com/team@sha256:0",
        ] {
            let message = RegistryName::parse(text).unwrap_err();
            assert!(!message.contains("secret"), "{text}: {message}");
        }
    }

    #[test]
    fn a_registry_on_this_machines_loopback_is_known() {
        for text in [
            "localhost:5000",
            "127.0.0.1:5000/x",
            "[::1]:5000",
            "127.8.8.8",
        ] {
            assert!(RegistryName::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "registry.example.com",
            "10.0.0.2:5000",
            "localhost.example.com",
        ] {
            assert!(!RegistryName::parse(text).unwrap().is_loopback(), "{text}");
        }
    }
}
