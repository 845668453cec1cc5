//! Starting a build (reference, call 3). Every button, menu entry and dialog starts builds through
//! `BuildStarter`, so that each one is watched, is in the session's cache, and is looked for when the
//! API's response is lost.

use crate::api::{Build, TriggerBuild};
use crate::client::{Client, Error};
use crate::platform::page;
use crate::reactive::text_signal;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::state::session_cache::{SessionCache, use_session_cache};
use crate::state::toasts::{Toasts, use_toasts};
use crate::state::watched_builds::{BuildWatchlist, use_watchlist};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The image tag to build, and the commit to offer for it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BuildTarget {
    pub namespace: String,
    pub repo_name: String,
    /// The image tag, which names the tag config.
    pub tag: String,
    /// The commit that 'Build a commit…' offers, in hex; empty: none.
    pub commit: String,
}

impl BuildTarget {
    /// Returns the tag config and the commit of an earlier build.
    pub fn of(build: &Build) -> Self {
        let (namespace, repo_name) = build.repository().unwrap_or_default();
        Self {
            namespace: namespace.to_owned(),
            repo_name: repo_name.to_owned(),
            tag: build.docker_repo_tag.clone(),
            commit: build.code_head_commit.clone().unwrap_or_default(),
        }
    }

    /// Returns true when namespace, repository and tag are known: a request needs all three.
    pub fn is_complete(&self) -> bool {
        let parts = [&self.namespace, &self.repo_name, &self.tag];
        parts.iter().all(|part| !part.is_empty())
    }

    /// Returns the request of call 3. Without a commit it builds the head of the branch or tag.
    fn request(&self, commit: Option<String>) -> TriggerBuild {
        TriggerBuild {
            namespace: self.namespace.clone(),
            repo_name: self.repo_name.clone(),
            tag: self.tag.clone(),
            code_commit_id: commit,
        }
    }

    /// Returns `namespace/name:tag`, as `docker pull` takes it.
    pub fn image(&self) -> String {
        format!("{}/{}:{}", self.namespace, self.repo_name, self.tag)
    }
}

/// The next step once a build has started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterStart {
    /// The page stays; a toast links to the build.
    Stay,
    /// The build's page opens.
    Open,
    /// The build's page opens. For the first build of a tag: the only button is 'Build now'.
    First,
}

/// Why a build was not started.
#[derive(Debug, Clone, PartialEq)]
pub struct BuildStartError {
    pub error: Error,
    /// True when the build may have started anyway, because the API's response was lost.
    pub in_doubt: bool,
}

/// The outcome of a request to start a build.
pub type StartResult = Result<Build, BuildStartError>;

type OnStartResult = Box<dyn FnOnce(StartResult)>;

/// Starts builds. Copies share their state.
#[derive(Clone, Copy)]
pub struct BuildStarter {
    connection: Connection,
    navigation: Navigation,
    cache: SessionCache,
    toasts: Toasts,
    watchlist: BuildWatchlist,
}

/// Returns what starts builds. Call it while a component is being built.
pub fn use_build_starter() -> BuildStarter {
    BuildStarter {
        connection: use_connection(),
        navigation: use_navigation(),
        cache: use_session_cache(),
        toasts: use_toasts(),
        watchlist: use_watchlist(),
    }
}

impl BuildStarter {
    /// Builds the head of the target's branch or tag, and reports the result as a toast.
    pub fn start_head(self, target: &BuildTarget) {
        let target = target.clone();
        let request = target.request(None);
        self.send(
            request,
            Box::new(move |result| self.report(&target, result, AfterStart::Stay)),
        );
    }

    /// Builds the head of each target's branch or tag, one after another, each with one request. `on_result` gets each
    /// result, and returns false to start no more. Returns false before the API's address is known.
    pub fn start_each(
        self,
        targets: Vec<BuildTarget>,
        on_result: impl Fn(&BuildTarget, StartResult) -> bool + 'static,
    ) -> bool {
        let Some(client) = untrack(move || self.connection.client()) else {
            return false;
        };
        leptos::task::spawn_local(async move {
            for target in targets {
                let result = self.start(&client, &target.request(None)).await;
                if !on_result(&target, result) {
                    return;
                }
            }
        });
        true
    }

    /// Sends the request once, and passes the result on. Sends nothing and returns false before the
    /// API's address is known; no page is shown then.
    fn send(self, request: TriggerBuild, on_result: OnStartResult) -> bool {
        let Some(client) = untrack(move || self.connection.client()) else {
            return false;
        };
        leptos::task::spawn_local(async move {
            on_result(self.start(&client, &request).await);
        });
        true
    }

    async fn start(self, client: &Client, request: &TriggerBuild) -> StartResult {
        match client.trigger_build(request).await {
            Ok(build) => {
                self.watchlist.add_own(&build.build_id);
                self.cache.start(build.clone());
                Ok(build)
            }
            Err(error) => {
                let in_doubt = error.is_doubtful() && !page::is_offline();
                if in_doubt {
                    // The lists are read again: the build may be there.
                    self.cache.invalidate();
                }
                Err(BuildStartError { error, in_doubt })
            }
        }
    }

    /// Opens the started build's page where `after` says so; otherwise reports the result as a toast.
    pub fn report(self, target: &BuildTarget, result: StartResult, after: AfterStart) {
        match result {
            Ok(build) => {
                let image = build.image_reference();
                let route = Route::Build {
                    build_id: build.build_id,
                };
                if after == AfterStart::Stay {
                    let link = (t_signal!(trigger.open), self.navigation.href(&route));
                    self.toasts
                        .done(t_signal!(trigger.started, image = image), Some(link));
                } else {
                    self.navigation.go(&route);
                }
            }
            Err(BuildStartError { error, in_doubt }) => {
                let image = target.image();
                let consequence = text_signal(move || match in_doubt {
                    true => t_string!(trigger.in_doubt),
                    false => "",
                });
                let action = t_signal!(trigger.starting_image, image = image);
                self.toasts.failed(action, error, consequence);
            }
        }
    }
}

/// One control that starts builds, such as a button or a dialog. Copies are the same control.
#[derive(Clone, Copy)]
pub struct BuildControl {
    starter: BuildStarter,
    busy: RwSignal<bool>,
}

/// Returns a new control that starts builds. Call it while a component is being built.
pub fn use_build_control() -> BuildControl {
    BuildControl {
        starter: use_build_starter(),
        busy: RwSignal::new(false),
    }
}

impl BuildControl {
    /// True while a request is under way, tracked.
    pub fn busy(self) -> Signal<bool> {
        self.busy.into()
    }

    /// Starts a build of the commit, or of the head of the branch or tag, unless a request is under way.
    /// `on_result` runs while the control is on the page; once it is gone, a toast reports the result.
    pub fn start(
        self,
        target: BuildTarget,
        commit: Option<String>,
        on_result: impl FnOnce(BuildTarget, StartResult) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        let request = target.request(commit);
        let is_sent = self.starter.send(
            request,
            Box::new(move |result| match self.busy.try_set(false) {
                None => on_result(target, result),
                Some(_) => self.starter.report(&target, result, AfterStart::Stay),
            }),
        );
        self.busy.set(is_sent);
    }

    /// Starts a build of the head of the branch or tag, as `start` does, and reports the result: see
    /// `BuildStarter::report`.
    pub fn start_head(self, target: BuildTarget, after: AfterStart) {
        let starter = self.starter;
        self.start(target, None, move |target, result| {
            starter.report(&target, result, after);
        });
    }

    /// See `BuildStarter::report`.
    pub fn report(self, target: &BuildTarget, result: StartResult, after: AfterStart) {
        self.starter.report(target, result, after);
    }
}
