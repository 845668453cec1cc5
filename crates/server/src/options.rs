//! The server's options, from the command line and from `SLIPWAY_…` in the environment.

use crate::builds::builder_choice::BuilderChoice;
use crate::builds::builders_options::BuildersOptions;
use crate::builds::free_space::SpaceOptions;
use crate::builds::limits_options::BuildLimits;
use crate::builds::registry_options::RegistryOptions;
use crate::builds::retention_options::RetentionOptions;
use crate::data_folder::DataOption;
use crate::http::connection_options::ConnectionOptions;
use crate::http::hosts::HostOptions;
use crate::mail::mail_options::MailOptions;
use crate::option_values::{parse_count, parse_duration, parse_origin, parse_size};
use crate::sources::clone_urls::SourceTemplate;
use crate::sources::source_options::SourceOptions;
use crate::token_options::TokenOptions;
use clap::Parser;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The v1 image build API on one machine. It clones the sources of build repositories with git,
/// builds images with the builder of this machine, and keeps its data in one folder.
#[derive(Debug, Clone, Parser)]
#[command(name = "slipway", version, max_term_width = 100)]
pub struct Options {
    /// Address and port to listen on. Port 0 picks a free port.
    ///
    /// Without a token, anyone who can reach this address can start builds on this machine.
    #[arg(long, env = "SLIPWAY_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// The data folder.
    #[command(flatten)]
    pub data: DataOption,

    /// Folder of the built console, which is then served along with the API.
    ///
    /// Without it, the console that is built into the program is served, if there is one. Paths that are not files of
    /// the console return its index.html.
    #[arg(long, value_name = "DIR", env = "SLIPWAY_SITE")]
    pub site: Option<PathBuf>,

    /// The tokens.
    #[command(flatten)]
    pub tokens: TokenOptions,

    /// The names that the server is called by.
    #[command(flatten)]
    pub hosts: HostOptions,

    /// An origin whose pages may call the API, such as https://console.example.com. Repeatable.
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "SLIPWAY_ALLOW_ORIGIN",
        value_delimiter = ',',
        value_parser = parse_origin
    )]
    pub allow_origins: Vec<String>,

    /// A folder whose git repositories may be cloned by their path. Repeatable.
    #[arg(
        long = "allow-local-source",
        value_name = "DIR",
        env = "SLIPWAY_ALLOW_LOCAL_SOURCE",
        value_delimiter = ','
    )]
    pub allow_local_sources: Vec<PathBuf>,

    /// The clone URL of a code client, with {namespace} and {name} in it. Repeatable.
    ///
    /// The default is GitHub=https://github.com/{namespace}/{name}.git, for example. Use
    /// GitHub=git@github.com:{namespace}/{name}.git to clone with deploy keys only. If the URL is a
    /// local path, the folder before its first brace is allowed as with --allow-local-source.
    #[arg(
        long = "source",
        value_name = "CLIENT=URL",
        env = "SLIPWAY_SOURCE",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = SourceTemplate::parse
    )]
    pub sources: Vec<SourceTemplate>,

    /// Accept clone URLs with a password or token in them.
    ///
    /// Without this, such a URL is refused, since the deploy key is safer. With it, the secret is kept in the
    /// database and given to git, and masked in answers and logs. A password is given to git by its
    /// environment. Other users of this machine can see a secret in the query of a URL while git runs.
    #[arg(long, env = "SLIPWAY_ALLOW_URL_SECRETS")]
    pub allow_url_secrets: bool,

    /// A host that any source may have its submodules and git-lfs files at. Repeatable.
    ///
    /// Without this, they are fetched from the host of the source itself and from the hosts of the code clients. For
    /// those at other hosts, the log has a warning.
    #[arg(
        long = "allow-submodule-host",
        value_name = "HOST",
        env = "SLIPWAY_ALLOW_SUBMODULE_HOST",
        value_delimiter = ','
    )]
    pub allow_submodule_hosts: Vec<String>,

    /// Where sources may be, and what they may take of this machine.
    #[command(flatten)]
    pub source_options: SourceOptions,

    /// The image builder. auto picks the first one that works on this machine.
    #[arg(long, env = "SLIPWAY_BUILDER", value_enum, default_value_t = BuilderChoice::Auto)]
    pub builder: BuilderChoice,

    /// Address of the BuildKit daemon for buildctl.
    ///
    /// [default: the default of buildctl]
    #[arg(long, value_name = "ADDRESS", env = "SLIPWAY_BUILDKIT_ADDR")]
    pub buildkit_addr: Option<String>,

    /// The limits of what a build may use of this machine.
    #[command(flatten)]
    pub build_limits: BuildLimits,

    /// Where images are pushed to.
    #[command(flatten)]
    pub registry: RegistryOptions,

    /// This program, which sets the sandboxes of builds up: the running one, unless another program serves.
    #[arg(skip)]
    pub sandbox_program: Option<PathBuf>,

    /// The builders beside that of this machine.
    #[command(flatten)]
    pub builders: BuildersOptions,

    /// How many builds run at the same time with the builder of this machine. 0 leaves it out.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_WORKERS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u16).range(0..=256)
    )]
    pub workers: u16,

    /// How many builds of one repository may wait. Another one is refused until some of them have begun.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_QUEUE_LIMIT",
        default_value = "50",
        value_parser = parse_count
    )]
    pub queue_limit: u64,

    /// How long a build may take, including the clone: 90s, 30m, 2h.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_BUILD_TIMEOUT",
        default_value = "30m",
        value_parser = parse_duration
    )]
    pub build_timeout: Duration,

    /// How large a build's log may get: 500K, 64M, 1G. A build that exceeds this fails.
    ///
    /// It is measured as the API returns it, as JSON, with some 50 bytes for each line beside its text. It takes less
    /// room on the disk, since it is stored compressed.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_LOG_LIMIT",
        default_value = "64M",
        value_parser = parse_size
    )]
    pub log_limit: u64,

    /// How long builds are kept.
    #[command(flatten)]
    pub retention: RetentionOptions,

    /// The interval at which a source of active tag configs is polled for new commits.
    ///
    /// A local source is polled each second. A host with many sources is asked about once a second. A source whose webhook
    /// works is polled every 5 minutes.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_POLL_INTERVAL",
        default_value = "10s",
        value_parser = parse_duration
    )]
    pub poll_interval: Duration,

    /// The free space that a build needs.
    #[command(flatten)]
    pub space: SpaceOptions,

    /// How mail is sent.
    #[command(flatten)]
    pub mail: MailOptions,

    /// The limits of connections.
    #[command(flatten)]
    pub connections: ConnectionOptions,

    /// Create a small sample repository in the namespace demo on the first start.
    #[arg(long, env = "SLIPWAY_SAMPLE")]
    pub sample: bool,
}

impl Options {
    /// Checks what clap does not check.
    ///
    /// # Errors
    ///
    /// A sentence about the first wrong option. It contains no secret.
    pub(crate) fn check(&self) -> Result<(), String> {
        for source in &self.sources {
            source
                .check(self.allow_url_secrets)
                .map_err(|message| format!("a --source is not valid: {message}"))?;
        }
        self.builders.check(self.workers)?;
        match &self.site {
            Some(site) if !site.join("index.html").is_file() => Err(format!(
                "there is no index.html in the site {}",
                site.display()
            )),
            _ => Ok(()),
        }
    }
}
