//! The options about builders beside that of this machine.

use crate::builds::builder_address::{BuilderAt, read_node};
use clap::Args;
use std::collections::HashSet;

/// The name of this machine's own builder.
pub(crate) const LOCAL: &str = "local";

/// The builders beside that of this machine.
#[derive(Debug, Clone, Args)]
pub struct BuildersOptions {
    /// Another builder: NAME=ADDRESS[,slots=N][,node=NODE][,tls=DIR]. Repeatable.
    ///
    /// ADDRESS is a docker daemon's: unix:///run/docker.sock, ssh://user@host, or tcp://host:2376 with tls=DIR, a folder
    /// with ca.pem, cert.pem and key.pem. With podman+ before it, it is that of podman's service; with buildkit+, that
    /// of a BuildKit daemon for buildctl, such as buildkit+tcp://host:1234. slots is how many builds run there at the
    /// same time, 2 by default. The builder of this machine has --workers slots; 0 leaves it out. In the environment,
    /// builders are separated by ';'.
    #[arg(
        long = "builder-at",
        value_name = "NAME=ADDRESS",
        env = "SLIPWAY_BUILDER_AT",
        hide_env_values = true,
        value_delimiter = ';',
        value_parser = BuilderAt::parse
    )]
    pub builders_at: Vec<BuilderAt>,

    /// The build node that this machine's own builder is of, such as in or cn.
    ///
    /// A build whose config names a node goes to the builders of that node. If no builder is of that node, it goes to
    /// any of them, and its log says so.
    #[arg(long, value_name = "NODE", env = "SLIPWAY_BUILDER_NODE", value_parser = read_node)]
    pub builder_node: Option<String>,
}

impl BuildersOptions {
    /// How many builds run at the same time, at most. `workers` is the number of slots of this machine's own builder.
    pub(crate) fn slots(&self, workers: u16) -> u16 {
        let others = self.builders_at.iter().map(|builder| builder.slots);
        others.fold(workers, u16::saturating_add)
    }

    /// Checks what clap does not check. `workers` is as for [`BuildersOptions::slots`].
    ///
    /// # Errors
    ///
    /// A sentence about the first wrong option. It contains no address.
    pub(crate) fn check(&self, workers: u16) -> Result<(), String> {
        if workers == 0 && self.builders_at.is_empty() {
            return Err("--workers 0 needs a builder elsewhere: add a --builder-at".to_owned());
        }
        let mut names = HashSet::from([LOCAL]);
        for builder in &self.builders_at {
            if !names.insert(&builder.name) {
                return Err(format!(
                    "there is more than one builder with the name {}; this machine's own is {LOCAL}",
                    builder.name
                ));
            }
            builder.check()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(workers: u16, builders: &[&str]) -> Result<(), String> {
        let options = BuildersOptions {
            builders_at: builders
                .iter()
                .map(|text| BuilderAt::parse(text).unwrap())
                .collect(),
            builder_node: None,
        };
        options.check(workers)
    }

    #[test]
    fn there_is_a_builder_and_each_has_a_name_of_its_own() {
        assert_eq!(check(2, &[]), Ok(()));
        assert_eq!(check(0, &["a=unix:///a", "b=unix:///b"]), Ok(()));
        for (workers, builders) in [
            (0, &[][..]),
            (1, &["a=unix:///a", "a=unix:///b"]),
            (1, &["local=unix:///a"]),
            (1, &["a=tcp://far.example:2375"]),
        ] {
            assert!(check(workers, builders).is_err(), "{workers} {builders:?}");
        }
    }
}
