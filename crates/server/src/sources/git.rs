//! Runs git: reads the head of a source and checks it out. No value can become an option, run a
//! helper program or ask at a terminal.

use crate::log_level::EntryLevel;
use crate::process::environment::remove_private_variables;
use crate::process::job::{Failure, Job};
use crate::process::process_group::capture;
use crate::rules;
use crate::sources::clone_urls::{Location, Sources, encode_path};
use slipway_api::SourceKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// How long a git or ssh-keygen command outside of a build may take.
const GIT_TIMEOUT: Duration = Duration::from_secs(60);

/// The ref of the fetched branch or tag in a checkout.
const FETCHED_REF: &str = "refs/slipway/head";

/// git with a home folder of its own, so that it ignores the configuration of machine and user.
pub(crate) struct Git {
    home: PathBuf,
    keys: PathBuf,
    sources: Sources,
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

impl Git {
    /// Creates git's home and the folder of the deploy keys in the data folder.
    ///
    /// # Errors
    ///
    /// When a folder or a file can't be written.
    pub(crate) fn new(data: &Path, sources: Sources) -> io::Result<Self> {
        let git = Self {
            home: data.join("git"),
            keys: data.join("keys"),
            sources,
        };
        fs::create_dir_all(&git.home)?;
        fs::create_dir_all(&git.keys)?;
        fs::set_permissions(&git.keys, fs::Permissions::from_mode(0o700))?;
        // This is in a file because git does not pass configuration from the environment to its
        // helpers, and the helper that serves a local repository needs it.
        fs::write(
            git.home.join(".gitconfig"),
            "[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n\tsymlinks = true\n\
             [protocol \"ext\"]\n\tallow = never\n[advice]\n\tdetachedHead = false\n\
             [credential]\n\thelper =\n[gc]\n\tauto = 0\n",
        )?;
        Ok(git)
    }

    /// The clone URLs of sources, and the rules about which are allowed.
    pub(crate) fn sources(&self) -> &Sources {
        &self.sources
    }

    fn command(&self, location: Option<&Location>, deploy_key: Option<&str>) -> Command {
        let mut command = Command::new("git");
        remove_private_variables(&mut command, &[]);
        let protocols = match location {
            Some(Location::Local(_)) => "file",
            _ => "http:https:ssh:git",
        };
        command
            .env("HOME", &self.home)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ALLOW_PROTOCOL", protocols)
            .env("GIT_SSH_COMMAND", self.ssh_command(deploy_key))
            .args(["-c", "protocol.ext.allow=never"])
            .args(["-c", "core.symlinks=true"])
            .args(["-c", "core.hooksPath=/dev/null"]);
        command
    }

    /// The ssh command, with the deploy key as its only key: a request must not use the identity of
    /// the user who runs the server.
    fn ssh_command(&self, deploy_key: Option<&str>) -> String {
        let key = match deploy_key {
            Some(name) => shell_quoted(&self.keys.join(name)),
            None => "none".to_owned(),
        };
        let hosts = shell_quoted(&self.home.join("known_hosts"));
        format!(
            "ssh -F none -i {key} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
             -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={hosts} -o ConnectTimeout=20"
        )
    }

    /// Reads the head commit of a branch or tag from the source; `None` if the source does not have
    /// that branch or tag.
    ///
    /// # Errors
    ///
    /// A sentence about why the last clone URL failed.
    pub(crate) async fn head(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        kind: &SourceKind,
        value: &str,
    ) -> Result<Option<String>, String> {
        let mut failure = "the source has no clone URL".to_owned();
        let name = full_ref(kind, value);
        let peeled = format!("{name}^{{}}");
        for url in clone_urls {
            let location = match self.sources.locate(url) {
                Ok(location) => location,
                Err(message) => {
                    failure = message;
                    continue;
                }
            };
            let mut command = self.command(Some(&location), deploy_key);
            command
                .args(["ls-remote", "--quiet", "--"])
                .arg(git_url(&location))
                .args([&name, &peeled]);
            match capture(command, GIT_TIMEOUT).await {
                Ok(output) if output.status.success() => {
                    let text = String::from_utf8_lossy(&output.stdout);
                    let find = |ref_name: &str| {
                        text.lines()
                            .filter_map(|line| line.split_once('\t'))
                            .find(|(_, name)| *name == ref_name)
                            .map(|(commit, _)| commit.to_owned())
                    };
                    return Ok(find(&peeled).or_else(|| find(&name)));
                }
                Ok(output) => {
                    failure = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                }
                Err(error) => failure = error.to_string(),
            }
        }
        Err(failure)
    }

    /// Fetches a branch or tag, checks out its commit into the folder, and returns the commit's id.
    ///
    /// # Errors
    ///
    /// When the source or the commit can't be fetched, or the build is stopped.
    pub(crate) async fn check_out(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        folder: &Path,
    ) -> Result<String, Failure> {
        let in_folder = |location: Option<&Location>| {
            let mut command = self.command(location, target.deploy_key);
            command.arg("-C").arg(folder);
            command
        };
        let mut init = self.command(None, None);
        init.args(["init", "--quiet", "--initial-branch=slipway", "--"])
            .arg(folder);
        job.run(init, |_| None).await?;

        let refspec = format!("+{}:{FETCHED_REF}", full_ref(target.kind, target.value));
        let mut fetched = Err(Failure::Other("the source has no clone URL".to_owned()));
        for url in target.clone_urls {
            let location = self.sources.locate(url).map_err(Failure::Other)?;
            job.log.write(EntryLevel::Info, &format!("Fetching {url}"));
            let mut fetch = in_folder(Some(&location));
            fetch.args([
                "fetch",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-auto-gc",
            ]);
            if target.commit.is_none() {
                fetch.args(["--depth", "1"]);
            }
            fetch.arg("--").arg(git_url(&location)).arg(&refspec);
            fetched = job.run(fetch, |_| None).await;
            // The next URL is tried only when git itself failed.
            if !matches!(fetched, Err(Failure::Exit(..))) {
                break;
            }
        }
        fetched.map_err(|failure| match failure {
            Failure::Exit(..) => Failure::Other(format!(
                "the {} {} could not be fetched from the source",
                target.kind, target.value
            )),
            failure => failure,
        })?;

        let commit = self.resolve(&in_folder, target).await?;
        let mut check_out = in_folder(None);
        check_out.args(["checkout", "--quiet", "--force", "--detach", &commit, "--"]);
        job.run(check_out, |_| None).await?;
        Ok(commit)
    }

    /// Returns the full id of the commit to build.
    async fn resolve(
        &self,
        in_folder: &impl Fn(Option<&Location>) -> Command,
        target: &Ref<'_>,
    ) -> Result<String, Failure> {
        let name = target.commit.unwrap_or(FETCHED_REF);
        let mut parse = in_folder(None);
        parse.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        parse.arg(format!("{name}^{{commit}}"));
        let output = capture(parse, GIT_TIMEOUT).await?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && rules::commit(&commit).is_ok() {
            return Ok(commit);
        }
        Err(Failure::Other(format!(
            "the commit {name} is not on the {} {}",
            target.kind, target.value
        )))
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

/// Returns the full name of a branch or tag, `refs/heads/main`.
fn full_ref(kind: &SourceKind, value: &str) -> String {
    match kind {
        SourceKind::Tag => format!("refs/tags/{value}"),
        _ => format!("refs/heads/{value}"),
    }
}

/// Returns a location as a URL for git. A local folder becomes a `file://` URL, so that git fetches
/// from it in the same way as from a remote.
fn git_url(location: &Location) -> String {
    match location {
        Location::Remote(url) => url.clone(),
        Location::Local(path) => {
            format!("file://{}", encode_path(&path.to_string_lossy()))
        }
    }
}

/// Quotes a path for the shell that git uses to start ssh.
fn shell_quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
