//! The environment of child processes.

use std::process::Command;

/// Variables that change what git and ssh do. Variables that start with `GIT_` do so too.
const GIT_VARIABLES: [&str; 3] = ["XDG_CONFIG_HOME", "SSH_ASKPASS", "SSH_AUTH_SOCK"];

/// Removes the variables that a child must not inherit, except those in `keep`: git's own, which
/// would change what git does, and the server's, which hold tokens.
pub(crate) fn remove_private_variables(command: &mut Command, keep: &[&str]) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if is_private(&text) && !keep.contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
}

fn is_private(name: &str) -> bool {
    let is_server = name.starts_with("SLIPWAY_");
    let is_git = name.starts_with("GIT_") && !name.starts_with("GIT_SSL_");
    is_server || is_git || GIT_VARIABLES.contains(&name)
}
