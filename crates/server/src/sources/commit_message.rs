//! Reads the message of a commit from its source, with as little else as the source can leave out.

use crate::process::process_group::{capture, capture_into, collect_into};
use crate::sources::git::{FETCH, GIT_TIMEOUT, Git, NO_CLONE_URL, RefName, why};
use crate::sources::refs::full_ref;
use crate::sources::way::Destination;
use std::path::Path;

/// The ref of the fetched commit.
const FETCHED_REF: &str = "refs/slipway/head";

/// The longest message that is read, in bytes.
const MAX_MESSAGE_BYTES: u64 = 64 << 10;

/// A commit and its message.
#[derive(Debug)]
pub(crate) struct CommitMessage {
    /// The full id.
    pub(crate) commit: String,
    /// The message, or its beginning.
    pub(crate) message: String,
}

impl Git {
    /// Returns the head of a branch or tag with its message. Uses a folder of its own in `work_folder`.
    ///
    /// # Errors
    ///
    /// A sentence about why it can't be read.
    pub(crate) async fn commit_message(
        &self,
        clone_urls: &[String],
        deploy_key: Option<&str>,
        name: RefName<'_>,
        work_folder: &Path,
    ) -> Result<CommitMessage, String> {
        let folder = tempfile::Builder::new()
            .prefix("message-")
            .tempdir_in(work_folder);
        let folder = folder.map_err(|error| error.to_string())?;
        let mut init = self.command("none", "false".to_owned());
        init.args(["init", "--quiet", "--bare", "--"])
            .arg(folder.path());
        let made = capture(init, GIT_TIMEOUT).await;
        if !made.is_ok_and(|output| output.status.success()) {
            return Err("git could not make a repository".to_owned());
        }
        let mut failure = NO_CLONE_URL.to_owned();
        for url in clone_urls {
            match self
                .fetch_message(url, deploy_key, name, folder.path())
                .await
            {
                Ok(read) => return Ok(read),
                Err(reason) => failure = reason,
            }
        }
        Err(failure)
    }

    async fn fetch_message(
        &self,
        url: &str,
        deploy_key: Option<&str>,
        name: RefName<'_>,
        folder: &Path,
    ) -> Result<CommitMessage, String> {
        let location = self.sources().locate(url)?;
        let destination = Destination {
            location: &location,
            deploy_key,
            is_large_files: false,
            // Hosts that know the filter answer with some hundred bytes.
            limit: self.options().refs_limit,
        };
        let (mut fetch, way) = self.command_to(&destination).await?;
        fetch.arg("-C").arg(folder).args(FETCH);
        fetch
            .args(["--depth", "1", "--filter=tree:0", "--"])
            .arg(&way.url);
        let name = full_ref(name.kind, name.value);
        fetch.arg(format!("+{name}:{FETCHED_REF}"));
        let output = capture(fetch, self.options().source_timeout).await;
        match output {
            Ok(output) if output.status.success() => {}
            Ok(output) => return Err(why(&way, &output.stderr)),
            Err(error) => return Err(way.problem().unwrap_or_else(|| error.to_string())),
        }
        let mut show = self.command("none", "false".to_owned());
        show.arg("-C").arg(folder);
        show.args(["log", "-1", "--no-show-signature", "--format=%H%n%B"]);
        show.arg(format!("{FETCHED_REF}^{{commit}}"));
        let mut text = Vec::new();
        let mut sink = collect_into(&mut text, MAX_MESSAGE_BYTES);
        let shown = capture_into(show, GIT_TIMEOUT, &mut sink).await;
        drop(sink);
        let text = String::from_utf8_lossy(&text);
        match (shown, text.split_once('\n')) {
            (Ok(output), Some((commit, message))) if output.status.success() => Ok(CommitMessage {
                commit: commit.trim().to_owned(),
                message: message.to_owned(),
            }),
            _ => Err("the commit's message could not be read".to_owned()),
        }
    }
}
