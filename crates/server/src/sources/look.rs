//! Looks into a source before anything of it is built: its branches and tags, and which files a commit has. Of the files
//! themselves nothing is fetched.

use crate::process::process_group::{capture, capture_into};
use crate::sources::git::{FETCH, GIT_TIMEOUT, Git, ReadRefs, why};
use crate::sources::outline::Outline;
use crate::sources::refs::full_ref;
use crate::sources::tree::{Budget, TreeEntries};
use crate::sources::way::Destination;
use slipway_api::grammar::clean_path;
use slipway_api::{RowSource, SourceKind, SourceListing, TagConfig};
use std::io;
use std::path::Path;

/// The most branches, and the most tags, that are listed.
const MAX_NAMES: usize = 1000;

/// The most that is fetched to see which files a commit has, in bytes.
const MAX_TREE_BYTES: u64 = 64 << 20;

/// The ref of what was fetched.
const LOOKED_AT: &str = "refs/slipway/look";

/// Why there is nothing to see in a source.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LookFailure {
    /// The source can't be read, for this reason.
    Unreadable(String),
    /// The source does not have the branch or tag, as this sentence says.
    MissingRef(String),
    /// It can't be seen which files the branch or tag has, for this reason.
    Unseen(String),
}

impl Git {
    /// Lists the branches and tags of a source, and looks for what a row names, in an empty folder.
    ///
    /// # Errors
    ///
    /// Why there is nothing to see.
    pub(crate) async fn look(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        row: Option<&TagConfig>,
        folder: &Path,
    ) -> Result<SourceListing, LookFailure> {
        let flags = ["--symref", "--sort=-version:refname"];
        let found = self.read_refs(clone_urls, deploy_key, &[], &flags).await;
        let found = found.map_err(LookFailure::Unreadable)?;
        let names = |kind| {
            let names = found.refs.names(&kind).map(str::to_owned);
            names.collect::<Vec<String>>()
        };
        let (mut branches, mut tags) = (names(SourceKind::Branch), names(SourceKind::Tag));
        branches.reverse();
        let is_complete = branches.len().max(tags.len()) <= MAX_NAMES;
        branches.truncate(MAX_NAMES);
        tags.truncate(MAX_NAMES);
        let row = match row {
            Some(row) => Some(self.look_for(&found, deploy_key, row, folder).await?),
            None => None,
        };
        Ok(SourceListing {
            default_branch: found.refs.default_branch().map(str::to_owned),
            branches,
            tags,
            is_complete,
            row,
        })
    }

    /// Looks for what a row names.
    async fn look_for(
        &self,
        source: &ReadRefs,
        deploy_key: Option<&str>,
        row: &TagConfig,
        folder: &Path,
    ) -> Result<RowSource, LookFailure> {
        let (kind, value) = (&row.code_repo_type, &row.code_repo_type_value);
        if source.refs.commit_of(kind, value).is_none() {
            return Err(LookFailure::MissingRef(source.refs.missing(kind, value)));
        }
        let fetched = self.fetch_tree(source, deploy_key, row, folder).await;
        fetched.map_err(LookFailure::Unseen)?;
        let commit = self.looked_at(folder).await;
        let commit = commit.map_err(|error| LookFailure::Unseen(error.to_string()))?;
        let Some(commit) = commit else {
            let reason =
                format!("the {kind} {value} is not a commit, so that there is no source to build");
            return Err(LookFailure::MissingRef(reason));
        };
        let location = clean_path(&row.dockerfile_location);
        let context = clean_path(row.context());
        let outline = Outline::new(&[&location, &context]);
        let outline = self.read_tree(folder, &commit, outline).await;
        let outline = outline.map_err(LookFailure::Unseen)?;
        Ok(RowSource {
            commit,
            dockerfile: outline.dockerfile(&location),
            build_context: outline.folder(&context),
            dockerfiles: outline.into_dockerfiles(),
        })
    }

    /// Fetches the commit of a branch or tag without its history and without the contents of its files, where the
    /// source can leave those out.
    async fn fetch_tree(
        &self,
        source: &ReadRefs,
        deploy_key: Option<&str>,
        row: &TagConfig,
        folder: &Path,
    ) -> Result<(), String> {
        let mut init = self.command("none", "false".to_owned());
        init.args(["init", "--quiet", "--initial-branch=slipway", "--"]);
        init.arg(folder);
        let failed = |error: io::Error| error.to_string();
        let made = capture(init, GIT_TIMEOUT).await.map_err(failed)?;
        if !made.status.success() {
            return Err("git could not make a folder for it".to_owned());
        }
        let limit = MAX_TREE_BYTES.min(self.options().checkout_limit);
        let destination = Destination {
            location: &source.location,
            deploy_key,
            is_large_files: false,
            limit,
        };
        let (mut fetch, way) = self.command_to(&destination).await?;
        // A source on this machine comes through no gate.
        fetch.limits.file = Some(limit);
        fetch.arg("-C").arg(folder).args(FETCH);
        fetch.args(["--depth", "1", "--filter=blob:none", "--"]);
        let name = full_ref(&row.code_repo_type, &row.code_repo_type_value);
        fetch.arg(&way.url).arg(format!("+{name}:{LOOKED_AT}"));
        match capture(fetch, self.options().source_timeout).await {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(why(&way, &output.stderr)),
            Err(error) => Err(way.problem().unwrap_or_else(|| error.to_string())),
        }
    }

    /// Returns the id of the commit that was fetched; `None` if it is something else.
    async fn looked_at(&self, folder: &Path) -> io::Result<Option<String>> {
        let mut parse = self.command("none", "false".to_owned());
        parse.arg("-C").arg(folder);
        parse.args(["rev-parse", "--verify", "--quiet", "--end-of-options"]);
        parse.arg(format!("{LOOKED_AT}^{{commit}}"));
        let output = capture(parse, GIT_TIMEOUT).await?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(output.status.success().then_some(commit))
    }

    /// Reads which files and folders a commit has, no more than a checkout may have.
    async fn read_tree(
        &self,
        folder: &Path,
        commit: &str,
        mut outline: Outline,
    ) -> Result<Outline, String> {
        let mut list = self.command("none", "false".to_owned());
        list.arg("-C").arg(folder);
        list.args(["ls-tree", "-r", "-t", "-z", "--full-tree", commit]);
        let mut budget = Budget::new(self.options());
        let mut entries = TreeEntries::default();
        let mut refused = None;
        let mut read = |bytes: &[u8]| {
            let taken = entries.push(bytes, |entry| {
                budget.take_file()?;
                outline.read(entry);
                Ok(())
            });
            taken.map_err(|reason| {
                let error = io::Error::other(reason.clone());
                refused = Some(reason);
                error
            })
        };
        let listed = capture_into(list, GIT_TIMEOUT, &mut read).await;
        if let Some(reason) = refused {
            return Err(reason);
        }
        match listed {
            Ok(output) if output.status.success() => Ok(outline),
            Ok(_) => Err("its files could not be listed".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
