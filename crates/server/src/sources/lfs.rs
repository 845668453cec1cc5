//! The large files of a source, which git-lfs keeps apart from git. git itself checks out a pointer in place of each one:
//! a few lines of text, which would get into the image without a word.

use crate::builds::find_program::find_program;
use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::completion::warn;
use crate::sources::git::{Checkout, Git};
use crate::sources::tree::{Budget, POINTER_BYTES, TreeEntry};
use crate::sources::way::Destination;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

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
    /// Fetches the large files of a checkout. Warns of those that are still pointers.
    ///
    /// # Errors
    ///
    /// When there is no room for them, when git can't be run, or the build is stopped.
    pub(crate) async fn fetch_large_files(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        entries: &[TreeEntry],
        budget: &mut Budget,
    ) -> Result<(), Failure> {
        let candidates = entries.iter().filter(|entry| !entry.is_submodule);
        let candidates = candidates.map(|entry| entry.path.clone()).collect();
        let pointers = pointers(&checkout.folder, candidates).await?;
        if pointers.is_empty() {
            return Ok(());
        }
        if let Some(reason) = self.foreign_host(job, checkout).await? {
            warn(job, &pointer_warning(checkout, &pointers, &reason));
            return Ok(());
        }
        let limit = budget.bytes_left();
        for pointer in &pointers {
            budget.take_bytes(pointer.size).map_err(Failure::Other)?;
        }
        let is_remote = matches!(checkout.location, Location::Remote(_));
        let problem = match is_remote && !self.has_proxy {
            true => self.transfer(job, checkout, &pointers, limit).await?,
            false => self.pull(job, checkout, limit).await?,
        };
        let paths = pointers.into_iter().map(|pointer| pointer.path).collect();
        let left = self::pointers(&checkout.folder, paths).await?;
        if !left.is_empty() {
            let reason = problem.unwrap_or_else(|| "they could not be fetched".to_owned());
            warn(job, &pointer_warning(checkout, &left, &reason));
        }
        Ok(())
    }

    /// Lets git-lfs fetch the large files: of a source on this machine, or where a proxy of the environment decides
    /// about hosts. Returns why it did not.
    async fn pull(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        limit: u64,
    ) -> Result<Option<String>, Failure> {
        if find_program("git-lfs").is_none() {
            return Ok(Some("git-lfs is not installed on the server".to_owned()));
        }
        if let Some(reason) = self.refused_host(checkout) {
            return Ok(Some(reason));
        }
        let destination = Destination {
            location: &checkout.location,
            deploy_key: checkout.deploy_key.as_deref(),
            is_large_files: true,
            limit,
        };
        let (mut pull, way) = match self.command_to(&destination).await {
            Ok(found) => found,
            Err(reason) => return Ok(Some(reason)),
        };
        pull.arg("-C")
            .arg(&checkout.folder)
            .arg("-c")
            .arg(format!("remote.origin.url={}", way.url))
            .args(FILTERS)
            .args(["lfs", "pull", "origin"]);
        match job.run(pull, |_| None).await {
            Ok(()) | Err(Failure::Exit(..)) => {}
            Err(failure) => return Err(failure),
        }
        remove_copies(checkout.folder.join(".git/lfs")).await?;
        Ok(way.problem())
    }

    /// Returns why git-lfs is not sent to the host of a checkout.
    ///
    /// It asks whatever address its host answers with, and asks those of this machine without a proxy. So the host has to
    /// be one that the server trusts, and a source alone can't make it one.
    fn refused_host(&self, checkout: &Checkout) -> Option<String> {
        let own = match &checkout.location {
            Location::Remote(url) => host_of(&url.url).unwrap_or_default(),
            Location::Local(_) => return None,
        };
        (!self.sources().is_trusted_host(&own)).then(|| {
            format!(
                "git-lfs files are not fetched from {own} through a proxy, since it is not allowed with \
                 --allow-source-host"
            )
        })
    }

    /// Returns why the large files are not fetched from where the file `.lfsconfig` says.
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
        Ok(foreign.map(|host| {
            format!(
                "the file .lfsconfig names {host}, which is not the host of the source, and not allowed with \
                 --allow-submodule-host"
            )
        }))
    }
}

/// A file that stands for a large file.
pub(crate) struct Pointer {
    /// The path in the checkout.
    pub(crate) path: String,
    /// The SHA-256 of the large file, in hex digits; empty if the pointer has none.
    pub(crate) id: String,
    /// The size of the large file, in bytes.
    pub(crate) size: u64,
}

/// Returns those of the files that are pointers.
async fn pointers(folder: &Path, paths: Vec<String>) -> Result<Vec<Pointer>, Failure> {
    let folder = folder.to_owned();
    let find = move || {
        let pointer = |path: String| {
            let (id, size) = read_pointer(&folder.join(&path))?;
            Some(Pointer { path, id, size })
        };
        paths.into_iter().filter_map(pointer).collect()
    };
    let found = tokio::task::spawn_blocking(find).await;
    found.map_err(|error| Failure::Internal(error.to_string()))
}

/// Returns the SHA-256 and the size of the large file that a file stands for; `None` if it is no pointer.
fn read_pointer(path: &Path) -> Option<(String, u64)> {
    if !path.symlink_metadata().ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let mut file = File::open(path).ok()?.take(*POINTER_BYTES.end());
    file.read_to_end(&mut text).ok()?;
    let has_id = text.windows(5).any(|bytes| bytes == b"\noid ");
    if !has_id || !POINTER_STARTS.iter().any(|start| text.starts_with(start)) {
        return None;
    }
    let text = String::from_utf8_lossy(&text);
    let value = |key: &str| {
        let mut lines = text.lines();
        lines.find_map(|line| line.strip_prefix(key)).map(str::trim)
    };
    let size = value("size ").and_then(|size| size.parse().ok());
    let id = value("oid sha256:")
        .filter(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    Some((
        id.unwrap_or_default().to_ascii_lowercase(),
        size.unwrap_or_default(),
    ))
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
fn pointer_warning(checkout: &Checkout, pointers: &[Pointer], reason: &str) -> String {
    let named = pointers.iter().take(MAX_NAMED);
    let mut names: Vec<_> = named
        .map(|pointer| format!("{}{}", checkout.path, pointer.path))
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
