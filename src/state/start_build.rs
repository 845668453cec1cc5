//! Starting a build: the one way for every button, menu and dialog.

use crate::api::{Build, TriggerBuild};
use crate::client::Error;
use crate::reactive::text_signal;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::state::session_cache::{SessionCache, use_session_cache};
use crate::state::toasts::{Toasts, use_toasts};
use crate::state::watched_builds::{BuildWatchlist, use_watchlist};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// What to build.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BuildTarget {
    pub namespace: String,
    pub repo_name: String,
    /// The image tag, which names the tag config.
    pub tag: String,
    /// The commit that 'At a commit' offers, in hex; empty: none.
    pub commit: String,
}

impl BuildTarget {
    /// The tag config of a build, and its commit.
    pub fn of(build: &Build) -> Self {
        let (namespace, repo_name) = build.repository().unwrap_or_default();
        Self {
            namespace: namespace.to_owned(),
            repo_name: repo_name.to_owned(),
            tag: build.docker_repo_tag.clone(),
            commit: build.code_head_commit.clone().unwrap_or_default(),
        }
    }

    /// Whether all that a request needs is known.
    pub fn is_whole(&self) -> bool {
        let parts = [&self.namespace, &self.repo_name, &self.tag];
        parts.iter().all(|part| !part.is_empty())
    }

    /// The request of call 3; without a commit, of the head of the branch or tag.
    pub fn request(&self, commit: Option<String>) -> TriggerBuild {
        TriggerBuild {
            namespace: self.namespace.clone(),
            repo_name: self.repo_name.clone(),
            tag: self.tag.clone(),
            code_commit_id: commit,
        }
    }

    /// `namespace/name:tag`, as `docker pull` takes it.
    pub fn image(&self) -> String {
        format!("{}/{}:{}", self.namespace, self.repo_name, self.tag)
    }
}

/// What happens once the build has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterStart {
    /// It stands in the table of this page, and is told of with a link.
    Stay,
    /// Its page is opened.
    Open,
    /// The same, for the first build of a tag: only 'Build now'.
    First,
}

/// What starting a build takes. A copy is the same.
#[derive(Clone, Copy)]
pub struct BuildStarter {
    connection: Connection,
    navigation: Navigation,
    visit: SessionCache,
    toasts: Toasts,
    watch: BuildWatchlist,
}

/// What starting a build takes. Call it while a component is being built.
pub fn use_build_starter() -> BuildStarter {
    BuildStarter {
        connection: use_connection(),
        navigation: use_navigation(),
        visit: use_session_cache(),
        toasts: use_toasts(),
        watch: use_watchlist(),
    }
}

impl BuildStarter {
    /// Sends the request once. The build stands in the tables then, and is told of with a link, or its
    /// page is opened if `opens` still says so.
    pub async fn start(self, request: TriggerBuild, opens: impl Fn() -> bool) -> Result<(), Error> {
        let Some(client) = untrack(move || self.connection.client()) else {
            return Ok(()); // No page is there before the API's address is known.
        };
        let build = client.trigger_build(&request).await?;
        let route = Route::Build {
            build_id: build.build_id.clone(),
        };
        let image = build.image_reference();
        self.watch.add_own(&build.build_id);
        self.visit.start(build);
        if opens() {
            self.navigation.go(&route);
        } else {
            let link = (t_signal!(trigger.open), self.navigation.href(&route));
            self.toasts
                .done(t_signal!(trigger.started, image = image), Some(link));
        }
        Ok(())
    }

    /// Builds the head of the target's branch or tag, and tells what came of it.
    pub fn start_head(self, target: &BuildTarget) {
        let request = target.request(None);
        let target = target.clone();
        leptos::task::spawn_local(async move {
            if let Err(error) = self.start(request, || false).await {
                self.failed(target, error);
            }
        });
    }

    /// Tells that the target could not be built.
    pub fn failed(self, target: BuildTarget, error: Error) {
        let image = target.image();
        let doubtful = error.is_doubtful() && !crate::platform::page::is_offline();
        let then = text_signal(move || match doubtful {
            true => t_string!(trigger.in_doubt).to_owned(),
            false => String::new(),
        });
        if doubtful {
            // The tables look whether it is there.
            self.visit.look();
        }
        self.toasts.failed(
            t_signal!(trigger.starting_image, image = image),
            error,
            then,
        );
    }
}
