//! Runs git, and reads the heads of sources with it. No value can become an option, run a helper program or ask at a
//! terminal.

use crate::process::environment::remove_private_variables;
use crate::process::limited::{Limited, ProcessLimits};
use crate::process::process_group::{capture, capture_into, collect_into};
use crate::sources::clone_urls::{Location, Sources};
use crate::sources::refs::{Refs, full_ref, unreadable};
use crate::sources::source_options::SourceOptions;
use crate::sources::way::{Destination, Way, has_proxy};
use slipway_api::SourceKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// The time that a git or ssh-keygen command whose output is not logged may take.
pub(crate) const GIT_TIMEOUT: Duration = Duration::from_secs(60);

/// The configuration of the server's git.
const CONFIG: &str = "[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n\tsymlinks = true\n\
     [protocol \"ext\"]\n\tallow = never\n[advice]\n\tdetachedHead = false\n\
     [credential]\n\thelper =\n[gc]\n\tauto = 0\n[uploadpack]\n\tallowFilter = true\n";

/// Why a source without a clone URL can't be read.
pub(crate) const NO_CLONE_URL: &str = "the source has no clone URL";

/// The arguments of `git fetch`. Its report would name refs that say nothing to the reader.
pub(crate) const FETCH: [&str; 5] = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-auto-gc",
];

/// git with a home folder of its own, so that it ignores the configuration of machine and user.
pub(crate) struct Git {
    home: PathBuf,
    keys: PathBuf,
    sources: Sources,
    options: SourceOptions,
    /// True if the environment names a proxy.
    pub(crate) has_proxy: bool,
}

/// The ref to fetch from a source.
pub(crate) struct Ref<'a> {
    /// The clone URLs, in the order in which to try them.
    pub(crate) clone_urls: &'a [String],
    /// The file name of the deploy key.
    pub(crate) deploy_key: Option<&'a str>,
    /// Branch or tag.
    pub(crate) kind: &'a SourceKind,
    /// The name of the branch or tag.
    pub(crate) value: &'a str,
    /// A commit on the branch or tag, short or full; `None` for the head.
    pub(crate) commit: Option<&'a str>,
}

/// A source, or one of its submodules, that is checked out.
pub(crate) struct Checkout {
    /// The folder of its files.
    pub(crate) folder: PathBuf,
    /// Its path in the source, with a slash at its end; empty for the source itself.
    pub(crate) path: String,
    /// Where it was fetched from.
    pub(crate) location: Location,
    /// The file name of the deploy key that its host knows.
    pub(crate) deploy_key: Option<String>,
    /// The full id of its commit.
    pub(crate) commit: String,
    /// The number of submodules that it is in.
    pub(crate) depth: usize,
}

/// A branch or tag by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RefName<'a> {
    /// Branch or tag.
    pub(crate) kind: &'a SourceKind,
    /// The name of the branch or tag.
    pub(crate) value: &'a str,
}

/// The refs of a source that could be read.
pub(crate) struct ReadRefs {
    /// Where they were read.
    pub(crate) location: Location,
    /// The refs.
    pub(crate) refs: Refs,
}

impl Git {
    /// Creates git's home and the folder of the deploy keys in the data folder.
    ///
    /// # Errors
    ///
    /// When a folder or a file can't be written.
    pub(crate) fn new(data: &Path, sources: Sources, options: SourceOptions) -> io::Result<Self> {
        let git = Self {
            home: data.join("git"),
            keys: data.join("keys"),
            sources,
            options,
            has_proxy: has_proxy(),
        };
        fs::create_dir_all(&git.home)?;
        fs::create_dir_all(&git.keys)?;
        fs::set_permissions(&git.keys, fs::Permissions::from_mode(0o700))?;
        // This is in a file because git does not pass configuration from the environment to its
        // helpers, and the helper that serves a local repository needs it.
        let path = git.home.join(".gitconfig");
        // A full disk has room for the file that is there, but not for another one.
        if !fs::read(&path).is_ok_and(|text| text == CONFIG.as_bytes()) {
            fs::write(path, CONFIG)?;
        }
        Ok(git)
    }

    /// The clone URLs of sources, and the rules about which are allowed.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    /// Where sources may be, and what they may take.
    pub(crate) fn options(&self) -> &SourceOptions {
        &self.options
    }

    /// Returns a git command that may use these protocols, by names with colons between them, and this ssh command.
    pub(crate) fn command(&self, protocols: &str, ssh_command: String) -> Limited {
        let mut command = Command::new("git");
        remove_private_variables(&mut command, &[]);
        command
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", protocols)
            .env("GIT_SSH_COMMAND", ssh_command)
            .args(["-c", "protocol.ext.allow=never"])
            .args(["-c", "core.symlinks=true"])
            .args(["-c", "core.hooksPath=/dev/null"])
            // Larger files are not read into memory as a whole.
            .args(["-c", "core.bigFileThreshold=64m"])
            .args(["-c", "pack.threads=2"]);
        Limited {
            command,
            limits: ProcessLimits {
                memory: Some(self.options.git_memory),
                file: Some(self.options.checkout_limit),
            },
        }
    }

    /// Returns a git command in a checkout, without any way to its source.
    pub(crate) fn command_in(&self, checkout: &Checkout) -> Limited {
        let mut command = self.command("none", "false".to_owned());
        command.arg("-C").arg(&checkout.folder);
        command
    }

    /// The ssh command, with these options, and with the deploy key as its only key: a request must not use the
    /// identity of the user who runs the server.
    pub(crate) fn ssh_command(&self, deploy_key: Option<&str>, options: &str) -> String {
        let quoted = |path: PathBuf| shell_quoted(&path.to_string_lossy());
        let key = match deploy_key {
            Some(name) => quoted(self.keys.join(name)),
            None => "none".to_owned(),
        };
        let hosts = quoted(self.home.join("known_hosts"));
        format!(
            "ssh -F none -i {key} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
             -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={hosts} -o ConnectTimeout=20 {options}"
        )
    }

    /// Reads the head commits of branches and tags from the source, all in one request; `None` for each that
    /// the source does not have.
    ///
    /// # Errors
    ///
    /// A sentence about why the last clone URL failed.
    pub(crate) async fn heads(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        refs: &[RefName<'_>],
    ) -> Result<Vec<Option<String>>, String> {
        let found = self.read_refs(clone_urls, deploy_key, refs, &[]).await?;
        let heads = refs
            .iter()
            .map(|name| found.refs.commit_of(name.kind, name.value));
        Ok(heads.collect())
    }

    /// Reads some branches and tags of a source, or all of them, from the first clone URL that works. `flags` are more
    /// of `git ls-remote`.
    ///
    /// # Errors
    ///
    /// A sentence about why the last clone URL failed.
    pub(crate) async fn read_refs(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        only: &[RefName<'_>],
        flags: &[&str],
    ) -> Result<ReadRefs, String> {
        let mut failure = NO_CLONE_URL.to_owned();
        for url in clone_urls {
            let location = match self.sources.locate(url) {
                Ok(location) => location,
                Err(message) => {
                    failure = message;
                    continue;
                }
            };
            let listing = self.list_refs(&location, deploy_key, only, flags).await;
            let (command, way) = match listing {
                Ok(found) => found,
                Err(message) => {
                    failure = message;
                    continue;
                }
            };
            let mut listed = Vec::new();
            let mut sink = collect_into(&mut listed, self.options.refs_limit);
            let output = capture_into(command, self.options.source_timeout, &mut sink).await;
            drop(sink);
            match output {
                Ok(output) if output.status.success() => {
                    let refs = Refs::new(&listed);
                    return Ok(ReadRefs { location, refs });
                }
                Ok(output) => failure = why(&way, &output.stderr),
                Err(error) => failure = way.problem().unwrap_or_else(|| error.to_string()),
            }
        }
        Err(failure)
    }

    /// Returns the command that lists the refs of a source, and its way: those of some branches and tags, or all of
    /// them. `flags` are more of `git ls-remote`.
    pub(crate) async fn list_refs(
        &self,
        location: &Location,
        deploy_key: Option<&str>,
        only: &[RefName<'_>],
        flags: &[&str],
    ) -> Result<(Limited, Way), String> {
        let destination = Destination {
            location,
            deploy_key,
            is_large_files: false,
            limit: self.options.refs_limit,
        };
        let (mut command, way) = self.command_to(&destination).await?;
        command.args(["ls-remote", "--quiet"]).args(flags);
        command.arg("--").arg(&way.url);
        for name in only {
            let name = full_ref(name.kind, name.value);
            command.arg(format!("{name}^{{}}")).arg(name);
        }
        Ok((command, way))
    }

    /// Creates a deploy key. Returns the name of its file and its public half; `None` if
    /// ssh-keygen does not work on this machine.
    pub(crate) async fn make_key(&self, comment: &str) -> Option<(String, String)> {
        let name = uuid::Uuid::new_v4().to_string();
        let path = self.keys.join(&name);
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
            .arg(&path);
        let output = capture(command, GIT_TIMEOUT).await;
        match output {
            Ok(output) if output.status.success() => {}
            Ok(_) | Err(_) => {
                tracing::warn!(
                    "no deploy key for {comment}: ssh-keygen does not work on this machine"
                );
                return None;
            }
        }
        let public = fs::read_to_string(path.with_extension("pub")).ok()?;
        Some((name, public.trim().to_owned()))
    }

    /// Removes the files of a deploy key.
    pub(crate) fn remove_key(&self, name: &str) {
        let path = self.keys.join(name);
        for path in [path.with_extension("pub"), path] {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!("a deploy key could not be removed: {error}");
            }
        }
    }
}

/// Says why a command could not read its source, from its way and from what git wrote.
pub(crate) fn why(way: &Way, stderr: &[u8]) -> String {
    let stderr = String::from_utf8_lossy(stderr);
    way.problem().unwrap_or_else(|| unreadable(&stderr))
}

/// Quotes a text for the shell that git uses to start ssh.
pub(crate) fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
