//! The submodules of a source: where they are fetched from, by the rules that hold for clone URLs.

use crate::log_level::EntryLevel;
use crate::process::job::{Failure, Job};
use crate::rules;
use crate::sources::clone_urls::{Location, host_of};
use crate::sources::git::{Checkout, FETCH, GIT_TIMEOUT, Git, why};
use crate::sources::tree::{Budget, TreeEntry};
use crate::sources::way::Destination;
use slipway_api::grammar::{self, RuleViolation};
use slipway_api::redact::masked;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Where the commits of a submodule are kept that does not give a single commit.
const FETCHED_REFS: [&str; 2] = [
    "+refs/heads/*:refs/slipway/heads/*",
    "+refs/tags/*:refs/slipway/tags/*",
];

/// A submodule as a commit names it.
pub(crate) struct Submodule {
    /// Its path in the source or in the submodule that it belongs to.
    pub(crate) path: String,
    /// The id of its commit.
    commit: String,
    /// Its URL in `.gitmodules`; `None` if it has none there.
    url: Option<String>,
    /// True if `.gitmodules` says that it is not fetched.
    is_left_out: bool,
}

impl Git {
    /// Reads which submodules a checkout has.
    pub(crate) async fn submodules(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        entries: &[TreeEntry],
    ) -> Result<Vec<Submodule>, Failure> {
        if !entries.iter().any(|entry| entry.is_submodule) {
            return Ok(Vec::new());
        }
        let keys = r"^submodule\..*\.(path|url|update)$";
        let pairs = self.config_of(job, checkout, ".gitmodules", keys).await?;
        let mut sections: HashMap<&str, HashMap<&str, &str>> = HashMap::new();
        for (key, value) in &pairs {
            let key = key.strip_prefix("submodule.").unwrap_or(key);
            if let Some((name, variable)) = key.rsplit_once('.') {
                sections.entry(name).or_default().insert(variable, value);
            }
        }
        let section_of = |path: &str| {
            let mut all = sections.values();
            all.find(|section| {
                section
                    .get("path")
                    .is_some_and(|own| own.trim_end_matches('/') == path)
            })
        };
        let submodule = |link: &TreeEntry| {
            let section = section_of(&link.path);
            let value = |name: &str| section.and_then(|section| section.get(name)).copied();
            Submodule {
                path: link.path.clone(),
                commit: link.id.clone(),
                url: value("url").map(str::to_owned),
                is_left_out: value("update") == Some("none"),
            }
        };
        let links = entries.iter().filter(|entry| entry.is_submodule);
        Ok(links.map(submodule).collect())
    }

    /// Fetches a submodule of a checkout into its folder. Returns why it can't be fetched.
    ///
    /// # Errors
    ///
    /// When there is no room for it, when git can't be run, or the build is stopped.
    pub(crate) async fn fetch_submodule(
        &self,
        job: &mut Job,
        parent: &Checkout,
        submodule: &Submodule,
        budget: &mut Budget,
    ) -> Result<Result<(Checkout, Vec<TreeEntry>), String>, Failure> {
        let (location, url) = match self.locate_submodule(parent, submodule) {
            Ok(found) => found,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(folder) = folder_of(&parent.folder, &submodule.path) else {
            return Ok(Err("its folder leads out of the source".to_owned()));
        };
        job.log.hide_secrets_of(&url);
        let same_host = host_of_location(&parent.location) == host_of(&url);
        let checkout = Checkout {
            folder,
            path: format!("{}{}/", parent.path, submodule.path),
            location,
            deploy_key: parent.deploy_key.clone().filter(|_| same_host),
            commit: submodule.commit.clone(),
            depth: parent.depth + 1,
        };
        let path = checkout.path.trim_end_matches('/');
        let line = format!("Fetching the submodule {path} from {}", masked(&url));
        job.log.write(EntryLevel::Info, &line);
        self.init(job, &checkout.folder).await?;
        // Not every server gives a single commit, and not every one gives the last ones only.
        let attempts: [&[&str]; 2] = [&[submodule.commit.as_str()], &FETCHED_REFS];
        let mut reason = String::new();
        for (attempt, refs) in attempts.into_iter().enumerate() {
            let destination = Destination {
                location: &checkout.location,
                deploy_key: checkout.deploy_key.as_deref(),
                is_large_files: false,
                limit: budget.bytes_left(),
            };
            let (mut fetch, way) = match self.command_to(&destination).await {
                Ok(found) => found,
                Err(reason) => return Ok(Err(reason)),
            };
            fetch.arg("-C").arg(&checkout.folder).args(FETCH);
            if attempt == 0 {
                fetch.args(["--depth", "1"]);
            }
            fetch.arg("--").arg(&way.url).args(refs);
            // What git says of a failed attempt is no error of the build.
            let output = job.capture(fetch, job.time_limit).await?;
            if !output.status.success() {
                reason = why(&way, &output.stderr);
                continue;
            }
            if let Some(entries) = self.check_out_submodule(job, &checkout, budget).await? {
                return Ok(Ok((checkout, entries)));
            }
            "there is no such commit".clone_into(&mut reason);
        }
        let short = submodule.commit.get(..12).unwrap_or(&submodule.commit);
        Ok(Err(format!(
            "its commit {short} could not be fetched from {}: {reason}",
            masked(&url)
        )))
    }

    /// Checks out the commit of a submodule. Returns `None` if it was not fetched.
    async fn check_out_submodule(
        &self,
        job: &mut Job,
        checkout: &Checkout,
        budget: &mut Budget,
    ) -> Result<Option<Vec<TreeEntry>>, Failure> {
        let mut find = self.command_in(checkout);
        find.args(["cat-file", "-e"]);
        find.arg(format!("{}^{{commit}}", checkout.commit));
        if !job.capture(find, GIT_TIMEOUT).await?.status.success() {
            return Ok(None);
        }
        self.check_out_commit(job, checkout, budget).await.map(Some)
    }

    /// Returns where a submodule is fetched from, and its URL.
    fn locate_submodule(
        &self,
        parent: &Checkout,
        submodule: &Submodule,
    ) -> Result<(Location, String), String> {
        let url = match &submodule.url {
            Some(_) if submodule.is_left_out => {
                return Err("the file .gitmodules says not to fetch it (update = none)".to_owned());
            }
            Some(url) => url,
            None => return Err("the file .gitmodules has no URL for it".to_owned()),
        };
        let base = match &parent.location {
            Location::Remote(url) => url.url.clone(),
            Location::Local(path) => path.to_string_lossy().into_owned(),
        };
        let url = resolve(&base, url)?;
        let shown = masked(&url);
        if rules::local_path(&url).is_some() {
            if matches!(parent.location, Location::Remote(_)) {
                return Err(format!("its address {shown} is a folder, not a URL"));
            }
            let location = self.sources().locate(&url);
            return location.map(|location| (location, url)).map_err(|_| {
                format!("{shown} is not in a folder allowed with --allow-local-source")
            });
        }
        match grammar::clone_url(&url) {
            None => {}
            Some(RuleViolation::Secret(_)) => {
                let allowed = self.sources().locate(&url);
                allowed.map_err(|_| format!("its address {shown} contains a password or token"))?;
            }
            Some(_) => return Err(format!("{shown} is not an address that is fetched from")),
        }
        let host = host_of(&url).unwrap_or_default();
        if !self.may_use_host(parent, &host) {
            return Err(format!(
                "{host} is not the host of the source, and not allowed with --allow-submodule-host"
            ));
        }
        match (self.sources().locate(&url)?, &parent.location) {
            (Location::Remote(own), Location::Remote(parent)) => {
                Ok((Location::Remote(own.with_login_of(parent)), url))
            }
            (location, _) => Ok((location, url)),
        }
    }
}

/// Returns the host of a location; `None` for a folder.
fn host_of_location(location: &Location) -> Option<String> {
    match location {
        Location::Remote(url) => host_of(&url.url),
        Location::Local(_) => None,
    }
}

/// Returns the folder of a submodule: one that git has made, inside of its checkout.
fn folder_of(checkout: &Path, path: &str) -> Option<PathBuf> {
    let folder = checkout.join(path);
    let is_own = !folder.symlink_metadata().ok()?.is_symlink();
    let root = checkout.canonicalize().ok()?;
    let folder = folder.canonicalize().ok()?;
    (is_own && folder.is_dir() && folder != root && folder.starts_with(&root)).then_some(folder)
}

/// Returns the URL of a submodule: as it is, or, if it begins with `./` or `../`, below the URL of what it belongs to,
/// as git reads it.
fn resolve(parent: &str, url: &str) -> Result<String, String> {
    if !url.starts_with("./") && !url.starts_with("../") {
        return Ok(url.to_owned());
    }
    let leads_out = || format!("its address {} leads out of the host", masked(url));
    // What stays: the scheme and the host, or `user@host:`, or the root of the file system.
    let root = match parent.find("://") {
        Some(at) => at + 3 + parent[at + 3..].find('/').ok_or_else(leads_out)? + 1,
        None if parent.starts_with('/') => 1,
        None => parent.find(':').ok_or_else(leads_out)? + 1,
    };
    let (root, path) = parent.split_at(root);
    let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    for part in url.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or_else(leads_out)?;
            }
            part => parts.push(part),
        }
    }
    Ok(format!("{root}{}", parts.join("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_url_is_below_that_of_its_source() {
        for (parent, url, expected) in [
            ("https://h/a/b.git", "../c.git", "https://h/a/c.git"),
            ("https://h/a/b.git/", "../../c/d", "https://h/c/d"),
            ("https://h:8443/a/b", "./c", "https://h:8443/a/b/c"),
            ("https://h/a/b", "../../c", "https://h/c"),
            ("git@h:a/b.git", "../c.git", "git@h:a/c.git"),
            ("git@h:b.git", "../c.git", "git@h:c.git"),
            ("ssh://git@h:22/a/b", "../c", "ssh://git@h:22/a/c"),
            ("/srv/git/b", "../c", "/srv/git/c"),
            ("https://h/a/b", "https://other/c", "https://other/c"),
        ] {
            assert_eq!(
                resolve(parent, url).as_deref(),
                Ok(expected),
                "{parent} {url}"
            );
        }
        for (parent, url) in [
            ("https://h/a/b", "../../../c"),
            ("https://h/a/b", "../../../other.example/c"),
            ("git@h:b", "../../c"),
            ("/b", "../../c"),
        ] {
            assert!(resolve(parent, url).is_err(), "{parent} {url}");
        }
    }

    #[test]
    fn a_folder_that_leads_out_is_no_submodule() {
        let folder = tempfile::tempdir().unwrap();
        let (source, outside) = (folder.path().join("source"), folder.path().join("outside"));
        std::fs::create_dir_all(source.join("lib")).unwrap();
        std::fs::create_dir_all(outside.join("lib")).unwrap();
        std::os::unix::fs::symlink(&outside, source.join("link")).unwrap();
        std::fs::write(source.join("file"), "").unwrap();
        assert!(folder_of(&source, "lib").is_some());
        for path in ["link", "link/lib", "../outside/lib", ".", "file", "missing"] {
            assert_eq!(folder_of(&source, path), None, "{path}");
        }
    }
}
