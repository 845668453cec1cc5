//! Runs git: reads the head of a source and checks it out. No value can become an option, run a
//! helper program or ask at a terminal.

use crate::log_level::EntryLevel;
use crate::process::environment::remove_private_variables;
use crate::process::job::{Failure, Job};
use crate::process::process_group::capture;
use crate::rules;
use crate::sources::clone_urls::{Location, Sources, encode_path};
use crate::sources::refs::{Refs, full_ref, unreadable};
use slipway_api::SourceKind;
use slipway_api::redact::masked;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// The time that a git or ssh-keygen command whose output is not logged may take.
pub(crate) const GIT_TIMEOUT: Duration = Duration::from_secs(60);

/// The ref of the fetched branch or tag in a checkout.
const FETCHED_REF: &str = "refs/slipway/head";

/// Why a source without a clone URL can't be read.
const NO_CLONE_URL: &str = "the source has no clone URL";

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

    /// Returns a git command for a location, or for a checkout alone.
    pub(crate) fn command(&self, location: Option<&Location>, deploy_key: Option<&str>) -> Command {
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
        if let Some(Location::Remote(url)) = location {
            url.add_login(&mut command);
        }
        command
    }

    /// Returns a git command in a checkout.
    pub(crate) fn command_in(&self, checkout: &Checkout, location: Option<&Location>) -> Command {
        let mut command = self.command(location, checkout.deploy_key.as_deref());
        command.arg("-C").arg(&checkout.folder);
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
        let mut failure = NO_CLONE_URL.to_owned();
        for url in clone_urls {
            let location = match self.sources.locate(url) {
                Ok(location) => location,
                Err(message) => {
                    failure = message;
                    continue;
                }
            };
            let command = self.list_refs(&location, deploy_key, refs);
            match capture(command, GIT_TIMEOUT).await {
                Ok(output) if output.status.success() => {
                    let found = Refs::new(&output.stdout);
                    let heads = refs
                        .iter()
                        .map(|name| found.commit_of(name.kind, name.value));
                    return Ok(heads.collect());
                }
                Ok(output) => failure = unreadable(&String::from_utf8_lossy(&output.stderr)),
                Err(error) => failure = error.to_string(),
            }
        }
        Err(failure)
    }

    /// Returns the command that lists the refs of a source: those of some branches and tags, or all of them.
    fn list_refs(
        &self,
        location: &Location,
        deploy_key: Option<&str>,
        only: &[RefName<'_>],
    ) -> Command {
        let mut command = self.command(Some(location), deploy_key);
        command
            .args(["ls-remote", "--quiet", "--"])
            .arg(git_url(location));
        for name in only {
            let name = full_ref(name.kind, name.value);
            command.arg(format!("{name}^{{}}")).arg(name);
        }
        command
    }

    /// Fetches a branch or tag with its submodules and large files, checks out its commit into the folder, and returns
    /// the commit's id. What could not be fetched of submodules and large files is a warning in the log.
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
        for url in target.clone_urls {
            job.log.hide_secrets_of(url);
        }
        self.init(job, folder).await?;
        let location = self.fetch(job, target, folder).await?;
        let mut checkout = Checkout {
            folder: folder.to_owned(),
            path: String::new(),
            location,
            deploy_key: target.deploy_key.map(str::to_owned),
            commit: String::new(),
            depth: 0,
        };
        checkout.commit = self.resolve(job, target, &checkout).await?;
        let commit = checkout.commit.clone();
        self.check_out_commit(job, &checkout).await?;
        self.complete(job, checkout).await?;
        Ok(commit)
    }

    /// Makes a folder an empty repository.
    pub(crate) async fn init(&self, job: &mut Job, folder: &Path) -> Result<(), Failure> {
        let mut init = self.command(None, None);
        init.args(["init", "--quiet", "--initial-branch=slipway", "--"])
            .arg(folder);
        job.run(init, |_| None).await
    }

    /// Checks out the commit of a checkout.
    pub(crate) async fn check_out_commit(
        &self,
        job: &mut Job,
        checkout: &Checkout,
    ) -> Result<(), Failure> {
        let mut command = self.command_in(checkout, None);
        command.args(["checkout", "--quiet", "--force", "--detach"]);
        command.args([&checkout.commit, "--"]);
        job.run(command, |_| None).await
    }

    /// Fetches a branch or tag from the first clone URL that works. Returns its location.
    async fn fetch(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        folder: &Path,
    ) -> Result<Location, Failure> {
        let mut failure = NO_CLONE_URL.to_owned();
        for url in target.clone_urls {
            let location = self.sources.locate(url).map_err(Failure::Other)?;
            let shown = masked(url);
            job.log
                .write(EntryLevel::Info, &format!("Fetching {shown}"));
            if let Err(reason) = self.look_up(job, target, &location).await? {
                failure = format!("the source at {shown} can't be read: {reason}");
                job.log.write(EntryLevel::Info, &failure);
                continue;
            }
            let mut fetch = self.command(Some(&location), target.deploy_key);
            fetch.arg("-C").arg(folder).args(FETCH);
            if target.commit.is_none() {
                fetch.args(["--depth", "1"]);
            }
            let name = full_ref(target.kind, target.value);
            fetch.arg("--").arg(git_url(&location));
            fetch.arg(format!("+{name}:{FETCHED_REF}"));
            match job.run(fetch, |_| None).await {
                Ok(()) => return Ok(location),
                // The next URL is tried only when git itself failed.
                Err(Failure::Exit(..)) => {
                    failure = format!(
                        "the {} {} could not be fetched from {shown}",
                        target.kind, target.value
                    );
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Other(failure))
    }

    /// Looks a branch or tag up in a source. Returns why the source can't be read.
    ///
    /// # Errors
    ///
    /// When the source has no such branch or tag, or the build is stopped.
    async fn look_up(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        location: &Location,
    ) -> Result<Result<(), String>, Failure> {
        let Ref { kind, value, .. } = *target;
        let one = [RefName { kind, value }];
        for only in [&one[..], &[]] {
            let command = self.list_refs(location, target.deploy_key, only);
            let output = match job.capture(command, GIT_TIMEOUT).await {
                Ok(output) => output,
                Err(Failure::Program(_, error)) => return Ok(Err(error.to_string())),
                Err(failure) => return Err(failure),
            };
            if !output.status.success() {
                let stderr = String::from_utf8_lossy(&output.stderr);
                return Ok(Err(unreadable(&stderr)));
            }
            let refs = Refs::new(&output.stdout);
            if refs.commit_of(kind, value).is_some() {
                return Ok(Ok(()));
            }
            if only.is_empty() {
                return Err(Failure::Other(refs.missing(kind, value)));
            }
        }
        Ok(Ok(()))
    }

    /// Returns the full id of the commit to build.
    async fn resolve(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        checkout: &Checkout,
    ) -> Result<String, Failure> {
        let Ref { kind, value, .. } = *target;
        let name = target.commit.unwrap_or(FETCHED_REF);
        let mut parse = self.command_in(checkout, None);
        parse.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        parse.arg(format!("{name}^{{commit}}"));
        let output = job.capture(parse, GIT_TIMEOUT).await?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && rules::commit(&commit).is_ok() {
            return Ok(commit);
        }
        if let Some(commit) = target.commit {
            return Err(Failure::Other(format!(
                "the commit {commit} is not on the {kind} {value}"
            )));
        }
        let mut show = self.command_in(checkout, None);
        show.args(["cat-file", "-t", &format!("{FETCHED_REF}^{{}}")]);
        let output = job.capture(show, GIT_TIMEOUT).await?;
        let what = match String::from_utf8_lossy(&output.stdout).trim() {
            "blob" => "a single file",
            "tree" => "a folder",
            _ => "nothing that can be built",
        };
        Err(Failure::Other(format!(
            "the {kind} {value} names {what}, not a commit, so that there is no source to build"
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

/// Returns a location as a URL for git. A local folder becomes a `file://` URL, so that git fetches
/// from it in the same way as from a remote.
pub(crate) fn git_url(location: &Location) -> String {
    match location {
        Location::Remote(url) => url.url.clone(),
        Location::Local(path) => {
            format!("file://{}", encode_path(&path.to_string_lossy()))
        }
    }
}

/// Quotes a path for the shell that git uses to start ssh.
fn shell_quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
