//! The address of a builder elsewhere, as the option `--builder-at` writes it.

use crate::builds::builder_choice::BuilderChoice;
use crate::rules;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// How many builds a builder runs at the same time, unless the option says it.
const DEFAULT_SLOTS: u16 = 2;

/// The most builds that one builder runs at the same time.
const MAX_SLOTS: u16 = 256;

/// The most characters of a builder's name.
const MAX_NAME: usize = 40;

/// The files of a folder with certificates, by the names that docker gives them: the authority's certificate, the
/// client's, and its key.
pub(crate) const TLS_FILES: [&str; 3] = ["ca.pem", "cert.pem", "key.pem"];

/// The form of the option's value, for its errors.
const FORM: &str = "expected NAME=ADDRESS[,slots=N][,node=NODE][,tls=DIR]";

/// A builder that is reached by an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuilderAt {
    /// Its name, which no other builder has.
    pub(crate) name: String,
    /// Docker, podman or buildctl.
    pub(crate) kind: BuilderChoice,
    /// The address as its client wants it: `unix:///run/docker.sock`, `ssh://user@host`, `tcp://host:2376`.
    pub(crate) address: String,
    /// How many builds it runs at the same time.
    pub(crate) slots: u16,
    /// The build node that it is of.
    pub(crate) node: Option<String>,
    /// The folder of the certificates with which it is reached.
    pub(crate) tls: Option<PathBuf>,
}

impl BuilderAt {
    /// Parses `NAME=ADDRESS[,slots=N][,node=NODE][,tls=DIR]`. The address begins with its scheme, and with `podman+` or
    /// `buildkit+` before it if the builder is no docker daemon.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (name, rest) = text.split_once('=').ok_or(FORM)?;
        let mut parts = rest.split(',');
        let (kind, address) = read_address(parts.next().unwrap_or_default())?;
        let mut builder = Self {
            name: read_name(name)?,
            kind,
            address: address.to_owned(),
            slots: DEFAULT_SLOTS,
            node: None,
            tls: None,
        };
        for part in parts {
            match part.split_once('=') {
                Some(("slots", count)) => builder.slots = read_slots(count)?,
                Some(("node", node)) => builder.node = Some(read_node(node)?),
                Some(("tls", folder)) if !folder.is_empty() => builder.tls = Some(folder.into()),
                _ => return Err(FORM.to_owned()),
            }
        }
        Ok(builder)
    }

    /// Checks what may not be repeated in a message of the command line, and the files.
    ///
    /// # Errors
    ///
    /// A sentence about what is wrong. It does not contain the address.
    pub(crate) fn check(&self) -> Result<(), String> {
        let name = &self.name;
        if has_password(&self.address) {
            return Err(format!(
                "the address of the builder {name} has a password in it, which other programs could see: use a key of \
                 ssh, or tls=DIR"
            ));
        }
        if let Some(folder) = &self.tls {
            return self.check_tls(folder);
        }
        match is_plain_and_elsewhere(&self.address) {
            true => Err(format!(
                "the builder {name} is on another machine and would be reached without encryption: whoever reaches it \
                 has all rights there. Use tls=DIR, or an address with ssh"
            )),
            false => Ok(()),
        }
    }

    fn check_tls(&self, folder: &Path) -> Result<(), String> {
        let name = &self.name;
        if !self.address.starts_with("tcp://") {
            return Err(format!(
                "the builder {name} has tls=, which only an address with tcp:// can have"
            ));
        }
        let missing = TLS_FILES.iter().find(|file| !folder.join(file).is_file());
        match missing {
            Some(file) => Err(format!(
                "the builder {name} has no {file} in the folder {} of its certificates",
                folder.display()
            )),
            None => Ok(()),
        }
    }
}

/// Checks a name: one that a table and a log can show.
fn read_name(name: &str) -> Result<String, String> {
    let fits = !name.is_empty()
        && name.len() <= MAX_NAME
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    match fits {
        true => Ok(name.to_owned()),
        false => Err(format!(
            "a builder's name has up to {MAX_NAME} letters, digits, '.', '_' and '-'"
        )),
    }
}

/// Returns the kind of a builder, and its address without the kind.
fn read_address(text: &str) -> Result<(BuilderChoice, &str), String> {
    let (kind, address) = match text.split_once('+') {
        Some(("docker", address)) => (BuilderChoice::Docker, address),
        Some(("podman", address)) => (BuilderChoice::Podman, address),
        Some(("buildkit", address)) => (BuilderChoice::Buildctl, address),
        _ => (BuilderChoice::Docker, text),
    };
    let schemes: &[&str] = match kind {
        BuilderChoice::Buildctl => &[
            "unix",
            "tcp",
            "ssh",
            "kube-pod",
            "docker-container",
            "podman-container",
        ],
        _ => &["unix", "tcp", "ssh"],
    };
    let is_known = address
        .split_once("://")
        .is_some_and(|(scheme, rest)| schemes.contains(&scheme) && !rest.is_empty());
    match is_known {
        true => Ok((kind, address)),
        false => Err(format!(
            "an address begins with one of {}, after docker+, podman+ or buildkit+: {FORM}",
            schemes.join("://, ") + "://"
        )),
    }
}

fn read_slots(count: &str) -> Result<u16, String> {
    let count = count.parse().ok();
    count
        .filter(|count| (1..=MAX_SLOTS).contains(count))
        .ok_or_else(|| format!("slots is a number from 1 to {MAX_SLOTS}"))
}

/// Checks a build node, as the option `--builder-node` and `node=` name it.
pub(crate) fn read_node(node: &str) -> Result<String, String> {
    let node = node.trim();
    if node.is_empty() {
        return Err("a node is a text such as in or cn".to_owned());
    }
    rules::build_node(node)?;
    Ok(node.to_owned())
}

/// Returns the part of an address between its scheme and its path.
fn authority(address: &str) -> &str {
    let rest = address.split_once("://").map_or("", |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or_default()
}

fn has_password(address: &str) -> bool {
    let user = authority(address).rsplit_once('@').map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':'))
}

/// Returns true if an address is plain TCP and not on this machine.
fn is_plain_and_elsewhere(address: &str) -> bool {
    if !address.starts_with("tcp://") {
        return false;
    }
    let host = authority(address);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let is_loopback = name
        .parse::<IpAddr>()
        .is_ok_and(|address| address.is_loopback());
    !is_loopback && !name.eq_ignore_ascii_case("localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> BuilderAt {
        BuilderAt::parse(text).unwrap()
    }

    #[test]
    fn a_builder_has_a_name_a_kind_an_address_and_options() {
        let builder = read("b-1=unix:///run/docker.sock");
        assert_eq!(
            builder,
            BuilderAt {
                name: "b-1".to_owned(),
                kind: BuilderChoice::Docker,
                address: "unix:///run/docker.sock".to_owned(),
                slots: 2,
                node: None,
                tls: None,
            }
        );
        let builder = read("far=podman+ssh://core@far.example:2222/run/p.sock,slots=4,node=cn");
        assert_eq!(builder.kind, BuilderChoice::Podman);
        assert_eq!(builder.address, "ssh://core@far.example:2222/run/p.sock");
        assert_eq!((builder.slots, builder.node.as_deref()), (4, Some("cn")));
        let builder = read("k=buildkit+kube-pod://buildkitd-0?namespace=build");
        assert_eq!(builder.kind, BuilderChoice::Buildctl);
        assert!(builder.check().is_ok());
    }

    #[test]
    fn what_is_no_builder_is_refused() {
        for text in [
            "",
            "b",
            "b=",
            "b=/run/docker.sock",
            "b=http://host",
            "b=unix://",
            "b=kube-pod://pod",
            "b=other+unix:///x",
            "b c=unix:///x",
            "=unix:///x",
            "b=unix:///x,slots=0",
            "b=unix:///x,slots=257",
            "b=unix:///x,slots=two",
            "b=unix:///x,node=",
            "b=unix:///x,node=a\nb",
            "b=unix:///x,tls=",
            "b=unix:///x,other=1",
        ] {
            assert!(BuilderAt::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_daemon_elsewhere_needs_encryption_and_no_password() {
        let checked = |text: &str| read(text).check();
        for address in [
            "unix:///x",
            "ssh://user@far.example",
            "tcp://127.0.0.1:2375",
            "tcp://[::1]:2375",
            "tcp://localhost:2375",
        ] {
            assert_eq!(checked(&format!("b={address}")), Ok(()), "{address}");
        }
        for address in [
            "tcp://far.example:2375",
            "tcp://10.0.0.1:2375",
            "tcp://[fd00::1]:2375",
            "tcp://localhost.example",
        ] {
            let message = checked(&format!("b={address}")).unwrap_err();
            assert!(message.contains("without encryption"), "{message}");
        }
        let message = checked("b=ssh://user:s3cr3t@far.example").unwrap_err();
        assert!(
            message.contains("password") && !message.contains("s3cr3t"),
            "{message}"
        );
    }

    #[test]
    fn certificates_are_three_files() {
        let folder = tempfile::tempdir().unwrap();
        let option = format!("b=tcp://far.example:2376,tls={}", folder.path().display());
        for file in TLS_FILES {
            let message = read(&option).check().unwrap_err();
            assert!(message.contains(file), "{message}");
            std::fs::write(folder.path().join(file), "").unwrap();
        }
        assert_eq!(read(&option).check(), Ok(()));
        let without = option.replace("tcp://far.example:2376", "unix:///x");
        assert!(read(&without).check().is_err());
    }
}
