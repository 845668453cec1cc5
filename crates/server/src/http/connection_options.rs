//! The options that limit connections: how long the server waits for a client, and how many it serves at once.

use crate::http::connections::Timeouts;
use crate::option_values::parse_duration;
use clap::Args;
use std::time::Duration;

/// How long the server waits for a client, and how many clients it serves at once.
#[derive(Debug, Clone, Args)]
pub struct ConnectionOptions {
    /// How long a client may take to send the headers of a request, from its first byte.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_HEADER_TIMEOUT",
        default_value = "15s",
        value_parser = parse_duration
    )]
    header_timeout: Duration,

    /// How long a client may take to send the body of a request, which has 2 MiB at most.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_BODY_TIMEOUT",
        default_value = "60s",
        value_parser = parse_duration
    )]
    body_timeout: Duration,

    /// How long a connection stays open without a request.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_IDLE_TIMEOUT",
        default_value = "75s",
        value_parser = parse_duration
    )]
    idle_timeout: Duration,

    /// How long a client may read nothing of a response.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_WRITE_TIMEOUT",
        default_value = "60s",
        value_parser = parse_duration
    )]
    write_timeout: Duration,

    /// How many connections may be open at the same time.
    ///
    /// When one more comes, the server closes one that waits for its client. The limit leaves file descriptors for
    /// git and the image builder, so it can't exceed what `ulimit -Hn` allows.
    ///
    /// [default: 2048, or less where file descriptors are few]
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_MAX_CONNECTIONS",
        value_parser = clap::value_parser!(u32).range(1..)
    )]
    pub(crate) max_connections: Option<u32>,
}

impl ConnectionOptions {
    /// Returns how long the server waits for a client.
    pub(crate) fn timeouts(&self) -> Timeouts {
        Timeouts {
            header: self.header_timeout,
            body: self.body_timeout,
            idle: self.idle_timeout,
            write: self.write_timeout,
        }
    }
}
