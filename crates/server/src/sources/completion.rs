//! Completes a checkout with what git leaves out of it: the submodules, and the files of git-lfs. What can't be fetched is
//! a warning in the log, since the build may do without it.

use crate::log_level::EntryLevel;
use crate::process::job::{Failure, Job};
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::git::{Checkout, GIT_TIMEOUT, Git};
use crate::sources::tree::{Budget, TreeEntry};

/// The most submodules that are fetched for one build.
const MAX_SUBMODULES: usize = 100;

/// The most submodules in each other.
const MAX_DEPTH: usize = 5;

/// The most warnings of one build about submodules.
const MAX_WARNINGS: usize = 20;

impl Git {
    /// Fetches the submodules of a checkout, theirs in turn, and the large files of all of them.
    ///
    /// # Errors
    ///
    /// When there is no room for them, when git can't be run, or the build is stopped.
    pub(crate) async fn complete(
        &self,
        job: &mut Job,
        source: (Checkout, Vec<TreeEntry>),
        budget: &mut Budget,
    ) -> Result<(), Failure> {
        let mut pending = vec![source];
        let (mut count, mut missing) = (0, 0);
        while let Some((checkout, entries)) = pending.pop() {
            self.fetch_large_files(job, &checkout, &entries, budget)
                .await?;
            for submodule in self.submodules(job, &checkout, &entries).await? {
                count += 1;
                let fetched = if count > MAX_SUBMODULES {
                    Err(format!("only {MAX_SUBMODULES} submodules are fetched"))
                } else if checkout.depth >= MAX_DEPTH {
                    Err(format!(
                        "only {MAX_DEPTH} submodules in each other are fetched"
                    ))
                } else {
                    self.fetch_submodule(job, &checkout, &submodule, budget)
                        .await?
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

    /// Reads the values of a git config file in a checkout's commit, whose keys fit a regular expression; none if there
    /// is no such file.
    pub(crate) async fn config_of(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        file: &str,
        keys: &str,
    ) -> Result<Vec<(String, String)>, Failure> {
        let mut read = self.command_in(checkout);
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
