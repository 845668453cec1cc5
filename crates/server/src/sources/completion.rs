//! Completes a checkout with what git leaves out of it: the submodules, and the files of git-lfs. What can't be fetched is
//! a warning in the log, since the build may do without it.

use crate::log_level::EntryLevel;
use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::git::{Checkout, GIT_TIMEOUT, Git};

/// The most submodules that are fetched for one build.
const MAX_SUBMODULES: usize = 100;

/// The most submodules in each other.
const MAX_DEPTH: usize = 5;

/// The most warnings of one build about submodules.
const MAX_WARNINGS: usize = 20;

/// A file or a submodule of a commit.
pub(crate) struct TreeEntry {
    /// True for a submodule.
    pub(crate) is_submodule: bool,
    /// True for a file, but not for a symbolic link.
    pub(crate) is_file: bool,
    /// The id of the commit of a submodule, or of the content of a file.
    pub(crate) id: String,
    /// The size of a file, in bytes.
    pub(crate) size: u64,
    /// The path in the source.
    pub(crate) path: String,
}

/// Reads a line of `git ls-tree -l`: `100644 blob <id>     123<tab>path`.
fn tree_entry(line: &str) -> Option<TreeEntry> {
    let (facts, path) = line.split_once('\t')?;
    let mut facts = facts.split_ascii_whitespace();
    let (mode, _, id, size) = (facts.next()?, facts.next()?, facts.next()?, facts.next()?);
    Some(TreeEntry {
        is_submodule: mode == "160000",
        is_file: mode.starts_with("100"),
        id: id.to_owned(),
        size: size.parse().unwrap_or_default(),
        path: path.to_owned(),
    })
}

impl Git {
    /// Fetches the submodules of a checkout, theirs in turn, and the large files of all of them.
    ///
    /// # Errors
    ///
    /// When git can't be run, or the build is stopped.
    pub(crate) async fn complete(&self, job: &mut Job, source: Checkout) -> Result<(), Failure> {
        let mut pending = vec![source];
        let (mut count, mut missing) = (0, 0);
        while let Some(checkout) = pending.pop() {
            let entries = self.entries(job, &checkout).await?;
            self.fetch_large_files(job, &checkout, &entries).await?;
            for submodule in self.submodules(job, &checkout, &entries).await? {
                count += 1;
                let fetched = if count > MAX_SUBMODULES {
                    Err(format!("only {MAX_SUBMODULES} submodules are fetched"))
                } else if checkout.depth >= MAX_DEPTH {
                    Err(format!(
                        "only {MAX_DEPTH} submodules in each other are fetched"
                    ))
                } else {
                    self.fetch_submodule(job, &checkout, &submodule).await?
                };
                match fetched {
                    Ok(fetched) => pending.push(fetched),
                    Err(reason) => {
                        missing += 1;
                        if missing <= MAX_WARNINGS {
                            let path = format!("{}{}", checkout.path, submodule.path);
                            warn(job, &format!("the submodule {path} is missing: {reason}"));
                        }
                    }
                }
            }
        }
        if missing > MAX_WARNINGS {
            let more = missing - MAX_WARNINGS;
            warn(job, &format!("{more} more submodules are missing"));
        }
        Ok(())
    }

    /// Reads the files and submodules of a checkout's commit.
    async fn entries(&self, job: &mut Job, checkout: &Checkout) -> Result<Vec<TreeEntry>, Failure> {
        let mut list = self.command_in(checkout, None);
        list.args(["ls-tree", "-r", "-l", "-z", "--full-tree", &checkout.commit]);
        let output = job.capture(list, GIT_TIMEOUT).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        Ok(text.split('\0').filter_map(tree_entry).collect())
    }

    /// Reads the values of a git config file in a checkout's commit, whose keys fit a regular expression; none if there
    /// is no such file.
    pub(crate) async fn config_of(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        file: &str,
        keys: &str,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut read = self.command_in(checkout, None);
        read.args(["config", "--null", "--no-includes"]);
        read.arg(format!("--blob={}:{file}", checkout.commit));
        read.args(["--get-regexp", keys]);
        let output = job.capture(read, GIT_TIMEOUT).await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let pairs = text.split('\0').filter_map(|pair| pair.split_once('\n'));
        Ok(pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect())
    }

    /// Returns true if a checkout may have a part of it at this host: its own host, or one that any source may use.
    pub(crate) fn may_use_host(&self, checkout: &Checkout, host: &str) -> bool {
        let own = match &checkout.location {
            Location::Remote(url) => host_of(&url.url),
            Location::Local(_) => None,
        };
        own.as_deref() == Some(host) || self.sources().is_shared_host(host)
    }
}

/// Writes a warning to the log.
pub(crate) fn warn(job: &mut Job, message: &str) {
    job.log
        .write(EntryLevel::Warning, &format!("WARNING: {message}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_has_files_links_and_submodules() {
        let id = "119d9dc6f33992b6c4f8ddf068e347d426ddf22c";
        let file = tree_entry(&format!("100644 blob {id}     131\ta b/#1.bin")).unwrap();
        assert!(file.is_file && !file.is_submodule);
        assert_eq!((file.size, file.path.as_str()), (131, "a b/#1.bin"));
        let link = tree_entry(&format!("120000 blob {id}      11\tlink")).unwrap();
        assert!(!link.is_file && !link.is_submodule);
        let submodule = tree_entry(&format!("160000 commit {id}       -\tlib/a")).unwrap();
        assert!(submodule.is_submodule && !submodule.is_file);
        assert_eq!(submodule.id, id);
        assert!(tree_entry("").is_none());
    }
}
