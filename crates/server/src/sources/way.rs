//! The way of a git command to what it reads from.

use crate::sources::clone_urls::Location;
use crate::sources::gate::Gate;

/// The variables that name a proxy for git and git-lfs, and what is asked without it.
pub(crate) const PROXY_VARIABLES: [&str; 8] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// What a command reads from.
pub(crate) struct Destination<'a> {
    /// The source.
    pub(crate) location: &'a Location,
    /// The file name of the deploy key.
    pub(crate) deploy_key: Option<&'a str>,
    /// True for git-lfs, whose files are at other hosts as well.
    pub(crate) is_large_files: bool,
    /// The most that the source may answer, in bytes.
    pub(crate) limit: u64,
}

/// The way of a command to its source. It has to be kept until the command has ended.
pub(crate) struct Way {
    /// The URL for git.
    pub(crate) url: String,
    gates: Vec<Gate>,
}

impl Way {
    /// Returns a way without a gate.
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            gates: Vec::new(),
        }
    }

    /// Adds a gate, which stays open as long as the way is there.
    pub(crate) fn add(&mut self, gate: Gate) {
        self.gates.push(gate);
    }

    /// Returns why the command could not have what it asked for, if the way knows that.
    pub(crate) fn problem(&self) -> Option<String> {
        self.gates.iter().find_map(Gate::problem)
    }
}

/// Returns true if the environment names a proxy for requests by HTTP.
pub(crate) fn has_proxy() -> bool {
    let names = PROXY_VARIABLES.iter().filter(|name| {
        let name = name.to_ascii_lowercase();
        name != "no_proxy"
    });
    names
        .into_iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}
