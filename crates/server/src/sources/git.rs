//! git: what a source's head is, and a checkout of it. No value can become an option, a helper
//! program or a question at a terminal.

use crate::log_level::Level;
use crate::process::group::capture;
use crate::process::job::{Failure, Job};
use crate::rules;
use crate::sources::clone_urls::{Location, Sources};
use slipway_api::SourceKind;
use slipway_api::url::encode;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// How long one look at a source's head may take.
const LOOK: Duration = Duration::from_secs(60);

/// The ref that a fetched branch or tag gets in the checkout.
const HEAD: &str = "refs/slipway/head";

/// git with its own home: no configuration of the machine or of the user has a say.
pub struct Git {
    home: PathBuf,
    keys: PathBuf,
    sources: Sources,
}

/// What to fetch.
pub struct Ref<'a> {
    /// Where from, in the order in which to try.
    pub clone_urls: &'a [String],
    /// The name of the deploy key's file.
    pub deploy_key: Option<&'a str>,
    /// Branch or tag.
    pub kind: &'a SourceKind,
    /// Its name.
    pub value: &'a str,
    /// A commit on it, short or whole; `None` for its head.
    pub commit: Option<&'a str>,
}

impl Git {
    /// Makes git's home and the folder of the deploy keys below the data folder.
    pub fn new(data: &Path, sources: Sources) -> io::Result<Self> {
        let git = Self {
            home: data.join("git"),
            keys: data.join("keys"),
            sources,
        };
        fs::create_dir_all(&git.home)?;
        fs::create_dir_all(&git.keys)?;
        fs::set_permissions(&git.keys, fs::Permissions::from_mode(0o700))?;
        // In a file rather than in the environment, because git gives the environment's
        // configuration to no helper, and the helper that serves a local repository must have it.
        fs::write(
            git.home.join(".gitconfig"),
            "[safe]\n\tdirectory = *\n[core]\n\thooksPath = /dev/null\n\tsymlinks = true\n\
             [protocol \"ext\"]\n\tallow = never\n[advice]\n\tdetachedHead = false\n\
             [credential]\n\thelper =\n[gc]\n\tauto = 0\n",
        )?;
        Ok(git)
    }

    /// Where sources are, and which are allowed.
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    fn command(&self, location: Option<&Location>, deploy_key: Option<&str>) -> Command {
        let mut command = Command::new("git");
        for (name, _) in std::env::vars_os() {
            if is_private(&name) {
                command.env_remove(name);
            }
        }
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

    /// ssh with the deploy key and no other: the identity of whoever runs the server is not the
    /// requests' to use.
    fn ssh_command(&self, deploy_key: Option<&str>) -> String {
        let key = match deploy_key {
            Some(name) => quoted(&self.keys.join(name)),
            None => "none".to_owned(),
        };
        let hosts = quoted(&self.home.join("known_hosts"));
        format!(
            "ssh -F none -i {key} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes \
             -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile={hosts} -o ConnectTimeout=20"
        )
    }

    /// The commit that a branch or tag stands at, asked from the source; `None` when it has no such
    /// one. Err says in a sentence why no source answered.
    pub async fn head(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        kind: &SourceKind,
        value: &str,
    ) -> Result<Option<String>, String> {
        let mut why = "there is no URL to ask".to_owned();
        let name = full_ref(kind, value);
        let peeled = format!("{name}^{{}}");
        for url in clone_urls {
            let location = match self.sources.locate(url) {
                Ok(location) => location,
                Err(refusal) => {
                    why = refusal;
                    continue;
                }
            };
            let mut command = self.command(Some(&location), deploy_key);
            command
                .args(["ls-remote", "--quiet", "--"])
                .arg(git_url(&location))
                .args([&name, &peeled]);
            match capture(command, LOOK).await {
                Ok(output) if output.status.success() => {
                    let text = String::from_utf8_lossy(&output.stdout);
                    let find = |wanted: &str| {
                        text.lines()
                            .filter_map(|line| line.split_once('\t'))
                            .find(|(_, name)| *name == wanted)
                            .map(|(commit, _)| commit.to_owned())
                    };
                    return Ok(find(&peeled).or_else(|| find(&name)));
                }
                Ok(output) => {
                    why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                }
                Err(error) => why = error.to_string(),
            }
        }
        Err(why)
    }

    /// Fetches what is wanted, checks it out into the folder, and answers the commit.
    pub async fn check_out(
        &self,
        job: &mut Job,
        wanted: &Ref<'_>,
        folder: &Path,
    ) -> Result<String, Failure> {
        let in_folder = |location: Option<&Location>| {
            let mut command = self.command(location, wanted.deploy_key);
            command.arg("-C").arg(folder);
            command
        };
        let mut init = self.command(None, None);
        init.args(["init", "--quiet", "--initial-branch=slipway", "--"])
            .arg(folder);
        job.run(init, |_| None).await?;

        let refspec = format!("+{}:{HEAD}", full_ref(wanted.kind, wanted.value));
        let mut fetched = Err(Failure::Refused("there is no URL to clone".to_owned()));
        for url in wanted.clone_urls {
            let location = self.sources.locate(url).map_err(Failure::Refused)?;
            job.log.say(Level::Info, &format!("Fetching {url}"));
            let mut fetch = in_folder(Some(&location));
            fetch.args([
                "fetch",
                "--no-tags",
                "--no-recurse-submodules",
                "--no-auto-gc",
            ]);
            if wanted.commit.is_none() {
                fetch.args(["--depth", "1"]);
            }
            fetch.arg("--").arg(git_url(&location)).arg(&refspec);
            fetched = job.run(fetch, |_| None).await;
            // Only git's own refusal is a reason to try the next URL.
            if !matches!(fetched, Err(Failure::Exit(..))) {
                break;
            }
        }
        fetched.map_err(|failure| match failure {
            Failure::Exit(..) => Failure::Refused(format!(
                "the {} {} could not be fetched from the source",
                wanted.kind, wanted.value
            )),
            other => other,
        })?;

        let commit = self.resolve(&in_folder, wanted).await?;
        let mut check_out = in_folder(None);
        check_out.args(["checkout", "--quiet", "--force", "--detach", &commit, "--"]);
        job.run(check_out, |_| None).await?;
        Ok(commit)
    }

    /// The whole id of the commit that is wanted.
    async fn resolve(
        &self,
        in_folder: &impl Fn(Option<&Location>) -> Command,
        wanted: &Ref<'_>,
    ) -> Result<String, Failure> {
        let name = wanted.commit.unwrap_or(HEAD);
        let mut parse = in_folder(None);
        parse.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        parse.arg(format!("{name}^{{commit}}"));
        let output = capture(parse, LOOK).await?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && rules::commit(&commit).is_ok() {
            return Ok(commit);
        }
        Err(Failure::Refused(format!(
            "the commit {name} is not on the {} {}",
            wanted.kind, wanted.value
        )))
    }

    /// Makes a deploy key: the name of its file and its public half. `None` where there is no
    /// ssh-keygen.
    pub async fn make_key(&self, comment: &str) -> Option<(String, String)> {
        let name = uuid::Uuid::new_v4().to_string();
        let path = self.keys.join(&name);
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f"])
            .arg(&path);
        let output = capture(command, LOOK).await;
        match output {
            Ok(output) if output.status.success() => {}
            Ok(_) | Err(_) => {
                tracing::warn!("no deploy key for {comment}: ssh-keygen is not on this machine");
                return None;
            }
        }
        let public = fs::read_to_string(path.with_extension("pub")).ok()?;
        Some((name, public.trim().to_owned()))
    }

    /// Removes a deploy key's files.
    pub fn remove_key(&self, name: &str) {
        let path = self.keys.join(name);
        for path in [path.with_extension("pub"), path] {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!("a deploy key could not be removed: {error}");
            }
        }
    }
}

/// Whether a variable of this process is none of its children's business: git's own, which would
/// change what it does, and the server's, which hold tokens.
pub fn is_private(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let ours = name.starts_with("SLIPWAY_");
    let gits = name.starts_with("GIT_") && !name.starts_with("GIT_SSL_");
    ours || gits || ["XDG_CONFIG_HOME", "SSH_ASKPASS", "SSH_AUTH_SOCK"].contains(&name.as_ref())
}

fn full_ref(kind: &SourceKind, value: &str) -> String {
    match kind {
        SourceKind::Tag => format!("refs/tags/{value}"),
        _ => format!("refs/heads/{value}"),
    }
}

/// A location as git takes it: a local one as a `file://` URL, so that it is copied as a remote one
/// would be.
fn git_url(location: &Location) -> String {
    match location {
        Location::Remote(url) => url.clone(),
        Location::Local(path) => {
            let path = path.to_string_lossy();
            let parts: Vec<_> = path.split('/').map(encode).collect();
            format!("file://{}", parts.join("/"))
        }
    }
}

/// A path as one word of the shell by which git starts ssh.
fn quoted(path: &Path) -> String {
    format!("'{}'", path.to_string_lossy().replace('\'', r"'\''"))
}
