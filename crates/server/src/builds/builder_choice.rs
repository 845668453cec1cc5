//! The kinds of image builders, as the option `--builder` names them.

use clap::ValueEnum;

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
