//! The options about what a source may be and take.

use crate::option_values::{parse_count, parse_duration, parse_size};
use crate::sources::hosts::AllowedHost;
use clap::Args;
use std::time::Duration;

/// Where sources may be, and what they may take of this machine.
#[derive(Debug, Clone, Args)]
pub struct SourceOptions {
    /// A host that sources may be at though it is not on the public internet. Repeatable.
    ///
    /// A name, an address, or a network such as 10.0.0.0/8. Without this, sources at addresses of this machine, of
    /// private networks and of the link are not asked, so that users can't reach what only this machine can.
    /// The hosts of --source and --allow-submodule-host are allowed as well. A host that is named may have its files of
    /// git-lfs at any of the hosts that are allowed, and any other one at itself and on the public internet.
    #[arg(
        long = "allow-source-host",
        value_name = "HOST",
        env = "SLIPWAY_ALLOW_SOURCE_HOST",
        value_delimiter = ',',
        value_parser = AllowedHost::parse
    )]
    pub allow_source_hosts: Vec<AllowedHost>,

    /// How long a source may take to list its branches and tags.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_SOURCE_TIMEOUT",
        default_value = "30s",
        value_parser = parse_duration
    )]
    pub source_timeout: Duration,

    /// How large a source's list of branches and tags may be. A source that exceeds this can't be built.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_REFS_LIMIT",
        default_value = "32M",
        value_parser = parse_size
    )]
    pub refs_limit: u64,

    /// How large a checkout may be, with its history, submodules and git-lfs files. A build that exceeds this fails.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_CHECKOUT_LIMIT",
        default_value = "4G",
        value_parser = parse_size
    )]
    pub checkout_limit: u64,

    /// How many files and folders a checkout may have, with its submodules. A build that exceeds this fails.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_CHECKOUT_FILES",
        default_value = "500000",
        value_parser = parse_count
    )]
    pub checkout_files: u64,

    /// How much memory each process of git may take. A source with a very long history may need more.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_GIT_MEMORY",
        default_value = "1G",
        value_parser = parse_size
    )]
    pub git_memory: u64,
}
