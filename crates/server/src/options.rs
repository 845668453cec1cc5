//! The server's options: the command line, and `SLIPWAY_…` in the environment.

use crate::option_values::{parse_duration, parse_origin, parse_size};
use crate::sources::clone_urls::SourceTemplate;
use clap::{Parser, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The v1 image build API on one machine: it takes build repositories, clones their source with
/// git, builds images with the builder found here, and keeps everything in one folder.
#[derive(Debug, Clone, Parser)]
#[command(name = "slipway", version, max_term_width = 100)]
pub struct Options {
    /// Address and port to listen on; port 0 takes a free one.
    ///
    /// Without --token, anyone who reaches this address may start builds on this machine.
    #[arg(long, env = "SLIPWAY_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Folder for the database, the deploy keys and the checkouts of running builds.
    ///
    /// [default: slipway in $XDG_DATA_HOME, else ~/.local/share/slipway]
    #[arg(long, value_name = "DIR", env = "SLIPWAY_DATA")]
    pub data: Option<PathBuf>,

    /// Folder of the built console, served beside the API.
    ///
    /// Paths that are no file there answer its index.html.
    #[arg(long, value_name = "DIR", env = "SLIPWAY_SITE")]
    pub site: Option<PathBuf>,

    /// A token and the namespace that it may write in. Repeatable.
    ///
    /// With at least one, every call needs `Authorization: Token <token>`. In the environment,
    /// where other users cannot read it, several are parted by commas.
    #[arg(
        long = "token",
        value_name = "NAMESPACE=TOKEN",
        env = "SLIPWAY_TOKEN",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = parse_access
    )]
    pub tokens: Vec<Access>,

    /// An origin whose pages may call this server, such as https://console.example.com. Repeatable.
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "SLIPWAY_ALLOW_ORIGIN",
        value_delimiter = ',',
        value_parser = parse_origin
    )]
    pub allow_origins: Vec<String>,

    /// A folder whose git repositories may be cloned by path. Repeatable.
    #[arg(
        long = "allow-local-source",
        value_name = "DIR",
        env = "SLIPWAY_ALLOW_LOCAL_SOURCE",
        value_delimiter = ','
    )]
    pub allow_local_sources: Vec<PathBuf>,

    /// The clone URL of a code client, with {namespace} and {name} in it. Repeatable.
    ///
    /// For example GitHub=https://github.com/{namespace}/{name}.git, which is the default, or
    /// GitHub=git@github.com:{namespace}/{name}.git to clone with deploy keys only. A local path
    /// stands for itself: the folder before its first brace counts as --allow-local-source.
    #[arg(
        long = "source",
        value_name = "CLIENT=URL",
        env = "SLIPWAY_SOURCE",
        value_delimiter = ',',
        value_parser = SourceTemplate::parse
    )]
    pub sources: Vec<SourceTemplate>,

    /// What builds the images; auto takes the first of them that works here.
    #[arg(long, env = "SLIPWAY_BUILDER", value_enum, default_value_t = BuilderChoice::Auto)]
    pub builder: BuilderChoice,

    /// Address of the BuildKit daemon that buildctl talks to.
    ///
    /// [default: buildctl's own]
    #[arg(long, value_name = "ADDRESS", env = "SLIPWAY_BUILDKIT_ADDR")]
    pub buildkit_addr: Option<String>,

    /// How many builds run at one time.
    #[arg(
        long,
        value_name = "COUNT",
        env = "SLIPWAY_WORKERS",
        default_value_t = 2,
        value_parser = clap::value_parser!(u16).range(1..=256)
    )]
    pub workers: u16,

    /// How long a build may take, from its clone on: 90s, 30m, 2h.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_BUILD_TIMEOUT",
        default_value = "30m",
        value_parser = parse_duration
    )]
    pub build_timeout: Duration,

    /// How long a build's log may get: 500K, 64M, 1G. A longer one fails the build.
    #[arg(
        long,
        value_name = "BYTES",
        env = "SLIPWAY_LOG_LIMIT",
        default_value = "64M",
        value_parser = parse_size
    )]
    pub log_limit: u64,

    /// How often the sources of active tag configs are asked for a new head.
    #[arg(
        long,
        value_name = "DURATION",
        env = "SLIPWAY_POLL_INTERVAL",
        default_value = "60s",
        value_parser = parse_duration
    )]
    pub poll_interval: Duration,

    /// On the first start, make a small sample repository in the namespace demo.
    #[arg(long, env = "SLIPWAY_SAMPLE")]
    pub sample: bool,
}

/// A token and the namespace that it may write in. Has no way to print the token.
#[derive(Clone)]
pub struct Access {
    /// The namespace.
    pub namespace: String,
    token: String,
}

impl Access {
    /// Whether `token` is this one. Takes as long for a wrong one as for the right one.
    pub fn fits(&self, token: &str) -> bool {
        let (ours, theirs) = (self.token.as_bytes(), token.as_bytes());
        if ours.is_empty() {
            return false;
        }
        let mut difference = ours.len() ^ theirs.len();
        for (index, byte) in theirs.iter().enumerate() {
            difference |= usize::from(byte ^ ours[index % ours.len()]);
        }
        difference == 0
    }
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Access({})", self.namespace)
    }
}

/// The value of `--builder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum BuilderChoice {
    /// The first of the others that works on this machine.
    Auto,
    /// `buildah build`.
    Buildah,
    /// `podman build`.
    Podman,
    /// `docker build`, with a running daemon.
    Docker,
    /// `buildctl build`, with a running BuildKit daemon, here or elsewhere.
    Buildctl,
}

impl Options {
    /// What is wrong beyond what the command line's reading finds; no token is in the sentence.
    pub fn check(&self) -> Result<(), String> {
        for access in &self.tokens {
            let is_token = |byte: u8| byte.is_ascii_graphic();
            if access.token.is_empty() || !access.token.bytes().all(is_token) {
                return Err(
                    "a --token has the form NAMESPACE=TOKEN, the token visible ASCII \
                     without commas"
                        .to_owned(),
                );
            }
            crate::rules::namespace(&access.namespace)
                .map_err(|why| format!("a --token names no namespace. {why}"))?;
        }
        Ok(())
    }

    /// The data folder: `--data`, else the user's own place for data, else `.slipway` here.
    pub fn data_folder(&self) -> PathBuf {
        let from_environment = |name: &str| {
            std::env::var_os(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        self.data
            .clone()
            .or_else(|| from_environment("XDG_DATA_HOME").map(|home| home.join("slipway")))
            .or_else(|| from_environment("HOME").map(|home| home.join(".local/share/slipway")))
            .unwrap_or_else(|| PathBuf::from(".slipway"))
    }
}

/// Never fails, since clap would print the text, and the text holds a token: `Options::check` says
/// what is wrong.
fn parse_access(text: &str) -> Result<Access, std::convert::Infallible> {
    let (namespace, token) = text.split_once('=').unwrap_or_default();
    Ok(Access {
        namespace: namespace.to_owned(),
        token: token.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_only_itself_and_is_never_printed() {
        let Ok(access) = parse_access("demo=se=cret");
        assert!(access.fits("se=cret"));
        for wrong in ["", "se=cre", "se=cretse=cret", "Se=cret"] {
            assert!(!access.fits(wrong), "{wrong}");
        }
        assert_eq!(format!("{access:?}"), "Access(demo)");
        for wrong in [
            "demo:secret",
            "De mo=secret",
            "demo=",
            "=secret",
            "demo=se cret",
        ] {
            let options = Options::try_parse_from(["slipway", "--token", wrong]).unwrap();
            let why = options.check().unwrap_err();
            assert!(!why.contains("cret"), "{why}");
        }
    }
}
