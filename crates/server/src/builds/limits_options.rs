//! The options that say what a build may use of this machine.

use crate::option_values::parse_size;
use clap::{Args, ValueEnum};

/// The limits of what a build may use of this machine.
#[derive(Debug, Clone, Args)]
pub struct BuildLimits {
    /// The network of a build: of its base images, its ADD and its RUN steps.
    ///
    /// With docker and buildctl, private is the network that their daemon gives to containers. Base images of a registry
    /// on this machine's own loopback need host.
    #[arg(long, env = "SLIPWAY_BUILD_NETWORK", value_enum, default_value_t = BuildNetwork::Private)]
    pub build_network: BuildNetwork,

    /// How much memory the processes of a build may have together: 512M, 4G.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_BUILD_MEMORY",
        default_value = "4G",
        value_parser = parse_size
    )]
    pub build_memory: u64,

    /// How many processes and threads a build may have at once.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_BUILD_PROCESSES",
        default_value_t = 4096,
        value_parser = clap::value_parser!(u64).range(64..=4_000_000)
    )]
    pub build_processes: u64,

    /// How much disk a build may fill with layers, downloads and temporary files: 500M, 20G.
    ///
    /// Builds of one namespace that run at the same time share it.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_BUILD_DISK",
        default_value = "20G",
        value_parser = parse_size
    )]
    pub build_disk: u64,

    /// Build where this machine can't contain a build, too: with all rights of the server, and without these limits.
    ///
    /// Whoever can start a build can then read and change all that the server can.
    #[arg(long, env = "SLIPWAY_UNSAFE_BUILDS")]
    pub unsafe_builds: bool,
}

/// The value of `--build-network`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BuildNetwork {
    /// A network of its own with a way out by slirp4netns; none where that is not installed. The server, this
    /// machine's loopback and addresses, and link-local addresses are not reached.
    Private,
    /// No network.
    None,
    /// This machine's network, with its loopback.
    Host,
}
