//! Checks out the source of a build: fetches its branch or tag, and writes its files if there is room for them.

use crate::log_level::EntryLevel;
use crate::process::job::{Failure, Job};
use crate::process::process_group::collect_into;
use crate::rules;
use crate::sources::clone_urls::Location;
use crate::sources::git::{Checkout, FETCH, GIT_TIMEOUT, Git, NO_CLONE_URL, Ref, RefName, why};
use crate::sources::refs::{Refs, full_ref};
use crate::sources::tree::{Budget, TreeEntry, TreeReader};
use crate::sources::way::Destination;
use slipway_api::redact::masked;
use std::path::Path;
use std::{fs, io};

/// The ref of the fetched branch or tag in a checkout.
const FETCHED_REF: &str = "refs/slipway/head";

impl Git {
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
        let mut budget = Budget::new(self.options());
        self.init(job, folder).await?;
        let location = self.fetch(job, target, folder, &budget).await?;
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
        let entries = self.check_out_commit(job, &checkout, &mut budget).await?;
        self.complete(job, (checkout, entries), &mut budget).await?;
        Ok(commit)
    }

    /// Makes a folder an empty repository.
    pub(crate) async fn init(&self, job: &mut Job, folder: &Path) -> Result<(), Failure> {
        let mut init = self.command("none", "false".to_owned());
        init.args(["init", "--quiet", "--initial-branch=slipway", "--"])
            .arg(folder);
        job.run(init, |_| None).await
    }

    /// Checks out the commit of a checkout, if there is room for it and for its history. Returns its submodules and the
    /// files that may stand for large files.
    ///
    /// # Errors
    ///
    /// When the budget does not suffice, or git fails, or the build is stopped.
    pub(crate) async fn check_out_commit(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        budget: &mut Budget,
    ) -> Result<Vec<TreeEntry>, Failure> {
        let history = checkout.folder.join(".git");
        let history = tokio::task::spawn_blocking(move || size_of(&history)).await;
        let history = history.map_err(|error| Failure::Internal(error.to_string()))?;
        budget.take_bytes(history).map_err(Failure::Other)?;
        let mut list = self.command_in(checkout);
        list.args(["ls-tree", "-r", "-t", "-l", "-z", "--full-tree"]);
        list.arg(&checkout.commit);
        let mut tree = TreeReader::new(budget);
        let mut refused = None;
        let mut read = |bytes: &[u8]| {
            tree.push(bytes).map_err(|reason| {
                let error = io::Error::other(reason.clone());
                refused = Some(reason);
                error
            })
        };
        let listed = job.capture_into(list, GIT_TIMEOUT, &mut read).await;
        if let Some(reason) = refused {
            return Err(Failure::Other(reason));
        }
        let entries = tree.entries;
        if !listed?.status.success() {
            let reason = "the files of the source could not be listed";
            return Err(Failure::Other(reason.to_owned()));
        }
        let mut command = self.command_in(checkout);
        command.args(["checkout", "--quiet", "--force", "--detach"]);
        command.args([&checkout.commit, "--"]);
        job.run(command, |_| None).await?;
        Ok(entries)
    }

    /// Fetches a branch or tag from the first clone URL that works. Returns its location.
    async fn fetch(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        folder: &Path,
        budget: &Budget,
    ) -> Result<Location, Failure> {
        let mut failure = NO_CLONE_URL.to_owned();
        for url in target.clone_urls {
            let location = self.sources().locate(url).map_err(Failure::Other)?;
            let shown = masked(url);
            job.log
                .write(EntryLevel::Info, &format!("Fetching {shown}"));
            let head = match self.look_up(job, target, &location).await? {
                Ok(head) => head,
                Err(reason) => {
                    failure = format!("the source at {shown} can't be read: {reason}");
                    job.log.write(EntryLevel::Info, &failure);
                    continue;
                }
            };
            let destination = Destination {
                location: &location,
                deploy_key: target.deploy_key,
                is_large_files: false,
                limit: budget.bytes_left(),
            };
            let way = self.command_to(&destination).await;
            let (mut fetch, way) = way.map_err(Failure::Other)?;
            fetch.arg("-C").arg(folder).args(FETCH);
            // An older commit needs the history.
            if target.commit.is_none_or(|commit| commit == head) {
                fetch.args(["--depth", "1"]);
            }
            let name = full_ref(target.kind, target.value);
            fetch.arg("--").arg(&way.url);
            fetch.arg(format!("+{name}:{FETCHED_REF}"));
            match job.run(fetch, |_| None).await {
                Ok(()) => return Ok(location),
                // The next URL is tried only when git itself failed.
                Err(Failure::Exit(..)) => {
                    let reason = way.problem().map(|problem| format!(": {problem}"));
                    failure = format!(
                        "the {} {} could not be fetched from {shown}{}",
                        target.kind,
                        target.value,
                        reason.unwrap_or_default()
                    );
                }
                Err(failure) => return Err(failure),
            }
        }
        Err(Failure::Other(failure))
    }

    /// Looks a branch or tag up in a source. Returns the full id of its commit, or why the source can't be read.
    ///
    /// # Errors
    ///
    /// When the source has no such branch or tag, or the build is stopped.
    async fn look_up(
        &self,
        job: &mut Job,
        target: &Ref<'_>,
        location: &Location,
    ) -> Result<Result<String, String>, Failure> {
        let Ref { kind, value, .. } = *target;
        let one = [RefName { kind, value }];
        let mut missing = String::new();
        for only in [&one[..], &[]] {
            let (command, way) = match self.list_refs(location, target.deploy_key, only, &[]).await
            {
                Ok(found) => found,
                Err(reason) => return Ok(Err(reason)),
            };
            let mut listed = Vec::new();
            let mut sink = collect_into(&mut listed, self.options().refs_limit);
            let timeout = self.options().source_timeout;
            let output = job.capture_into(command, timeout, &mut sink).await;
            drop(sink);
            let output = match output {
                Ok(output) => output,
                Err(Failure::Program(_, error)) => {
                    return Ok(Err(way.problem().unwrap_or_else(|| error.to_string())));
                }
                Err(failure) => return Err(failure),
            };
            if !output.status.success() {
                return Ok(Err(why(&way, &output.stderr)));
            }
            let refs = Refs::new(&listed);
            if let Some(head) = refs.commit_of(kind, value) {
                return Ok(Ok(head));
            }
            // The whole list, which is read last, tells what there is in its place.
            missing = refs.missing(kind, value);
        }
        Err(Failure::Other(missing))
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
        let mut parse = self.command_in(checkout);
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
        let mut show = self.command_in(checkout);
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
}

/// Returns the size of the files in a folder, in bytes. A link counts as itself.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => size_of(&entry.path()),
        _ => entry.metadata().map_or(0, |data| data.len()),
    });
    sizes.sum()
}
