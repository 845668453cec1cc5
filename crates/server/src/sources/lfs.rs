//! The large files of a source, which git-lfs keeps apart from git. git itself checks out a pointer in place of each one:
//! a few lines of text, which would get into the image without a word.

use crate::builds::builder::find_program;
use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::completion::{TreeEntry, warn};
use crate::sources::git::{Checkout, Git, git_url};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The size of pointers, in bytes.
const POINTER_BYTES: std::ops::RangeInclusive<u64> = 60..=1024;

/// The start of a pointer.
const POINTER_STARTS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
    b"version http://git-media.io/v/",
];

/// The settings of `git lfs install`. Without it, git-lfs puts no file in place of its pointer.
const FILTERS: [&str; 8] = [
    "-c",
    "filter.lfs.clean=git-lfs clean -- %f",
    "-c",
    "filter.lfs.smudge=git-lfs smudge -- %f",
    "-c",
    "filter.lfs.process=git-lfs filter-process",
    "-c",
    "filter.lfs.required=true",
];

/// The most pointers that a warning names.
const MAX_NAMED: usize = 10;

impl Git {
    /// Fetches the large files of a checkout, with git-lfs where it is installed. Warns of those that are still pointers.
    ///
    /// # Errors
    ///
    /// When git can't be run, or the build is stopped.
    pub(crate) async fn fetch_large_files(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        entries: &[TreeEntry],
    ) -> Result<(), Failure> {
        let candidates = candidates(entries);
        let pointers = pointers(&checkout.folder, candidates).await?;
        if pointers.is_empty() {
            return Ok(());
        }
        if find_program("git-lfs").is_none() {
            let reason = "git-lfs is not installed on the server";
            warn(job, &pointer_warning(checkout, &pointers, reason));
            return Ok(());
        }
        if let Some(host) = self.foreign_host(job, checkout).await? {
            let reason = format!(
                "the file .lfsconfig names {host}, which is not the host of the source, and not allowed with \
                 --allow-submodule-host"
            );
            warn(job, &pointer_warning(checkout, &pointers, &reason));
            return Ok(());
        }
        let mut pull = self.command_in(checkout, Some(&checkout.location));
        pull.arg("-c")
            .arg(format!("remote.origin.url={}", git_url(&checkout.location)))
            .args(FILTERS)
            .args(["lfs", "pull", "origin"]);
        match job.run(pull, |_| None).await {
            Ok(()) | Err(Failure::Exit(..)) => {}
            Err(failure) => return Err(failure),
        }
        let left = self::pointers(&checkout.folder, pointers).await?;
        remove_copies(checkout.folder.join(".git/lfs")).await?;
        if !left.is_empty() {
            let reason = "they could not be fetched";
            warn(job, &pointer_warning(checkout, &left, reason));
        }
        Ok(())
    }

    /// Returns the host in `.lfsconfig` that the checkout may not use.
    async fn foreign_host(
        &self,
        job: &mut Job,
        checkout: &Checkout,
    ) -> Result<Option<String>, Failure> {
        let urls = self.config_of(job, checkout, ".lfsconfig", "url$").await?;
        let foreign = urls.into_iter().find_map(|(_, url)| {
            let host = host_of(&url);
            let is_allowed = match (&host, &checkout.location) {
                (Some(host), _) => self.may_use_host(checkout, host),
                (None, Location::Local(_)) => self.sources().locate(&url).is_ok(),
                (None, Location::Remote(_)) => false,
            };
            (!is_allowed).then(|| host.unwrap_or_else(|| "another folder".to_owned()))
        });
        Ok(foreign)
    }
}

/// Returns the paths of the files that are as small as a pointer.
fn candidates(entries: &[TreeEntry]) -> Vec<String> {
    let is_candidate = |entry: &&TreeEntry| entry.is_file && POINTER_BYTES.contains(&entry.size);
    let candidates = entries.iter().filter(is_candidate);
    candidates.map(|entry| entry.path.clone()).collect()
}

/// Returns those of the files that are pointers.
async fn pointers(folder: &Path, paths: Vec<String>) -> Result<Vec<String>, Failure> {
    let folder = folder.to_owned();
    let find = move || {
        let is_pointer = |path: &String| is_pointer(&folder.join(path));
        paths.into_iter().filter(is_pointer).collect()
    };
    let found = tokio::task::spawn_blocking(find).await;
    found.map_err(|error| Failure::Internal(error.to_string()))
}

fn is_pointer(path: &Path) -> bool {
    let is_file = path.symlink_metadata().is_ok_and(|data| data.is_file());
    let mut text = Vec::new();
    let read = || {
        File::open(path)?
            .take(*POINTER_BYTES.end())
            .read_to_end(&mut text)
    };
    if !is_file || { read }().is_err() {
        return false;
    }
    let has_id = text.windows(5).any(|bytes| bytes == b"\noid ");
    has_id && POINTER_STARTS.iter().any(|start| text.starts_with(start))
}

/// Removes the files that git-lfs has kept beside those of the checkout: they would make the image's context twice as
/// large.
async fn remove_copies(folder: PathBuf) -> Result<(), Failure> {
    let removed = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(folder)).await;
    match removed {
        Ok(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says how many files are pointers, and names the first.
fn pointer_warning(checkout: &Checkout, pointers: &[String], reason: &str) -> String {
    let named = pointers.iter().take(MAX_NAMED);
    let mut names: Vec<_> = named
        .map(|path| format!("{}{path}", checkout.path))
        .collect();
    if pointers.len() > MAX_NAMED {
        names.push(format!("and {} more", pointers.len() - MAX_NAMED));
    }
    let names = names.join(", ");
    match pointers.len() {
        1 => format!("1 file is a git-lfs pointer, not its content: {names} ({reason})"),
        count => {
            format!("{count} files are git-lfs pointers, not their content: {names} ({reason})")
        }
    }
}
