//! Starting a build: of a tag's head at a press, or of one commit through a dialog.

use crate::api::{Build, TriggerBuild};
use crate::client::Error;
use crate::components::button::Button;
use crate::components::icon;
use crate::components::palette::{Over, Overlay};
use crate::components::toast::{Toasts, use_toasts};
use crate::connection::{Connection, use_connection};
use crate::reactive::live;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::Route;
use crate::visit::{Visit, use_visit};
use crate::watch::{Watch, use_watch};
use crate::{tr, ts};
use leptos::prelude::*;

/// What to build.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Target {
    pub namespace: String,
    pub repo_name: String,
    /// The image tag, which names the tag config.
    pub tag: String,
    /// The commit that 'At a commit' offers, in hex; empty: none.
    pub commit: String,
}

impl Target {
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
pub enum After {
    /// It stands in the table of this page, and is told of with a link.
    Stay,
    /// Its page is opened.
    Open,
    /// The same, for the first build of a tag: only 'Build now'.
    First,
}

/// What starting a build takes. A copy is the same.
#[derive(Clone, Copy)]
pub struct Starter {
    connection: Connection,
    navigation: Navigation,
    visit: Visit,
    toasts: Toasts,
    watch: Watch,
}

/// What starting a build takes. Call it while a component is being built.
pub fn use_starter() -> Starter {
    Starter {
        connection: use_connection(),
        navigation: use_navigation(),
        visit: use_visit(),
        toasts: use_toasts(),
        watch: use_watch(),
    }
}

impl Starter {
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
            let link = (ts!(trigger.open), self.navigation.href(&route));
            self.toasts
                .done(ts!(trigger.started, image = image), Some(link));
        }
        Ok(())
    }

    /// Builds the head of the target's branch or tag, and tells what came of it.
    pub fn start_head(self, target: &Target) {
        let request = target.request(None);
        let target = target.clone();
        leptos::task::spawn_local(async move {
            if let Err(error) = self.start(request, || false).await {
                self.failed(target, error);
            }
        });
    }

    /// Tells that the target could not be built.
    pub fn failed(self, target: Target, error: Error) {
        let image = target.image();
        let doubtful = error.is_doubtful() && !crate::platform::page::is_offline();
        let then = live(move || match doubtful {
            true => tr!(trigger.in_doubt).to_owned(),
            false => String::new(),
        });
        if doubtful {
            // The tables look whether it is there.
            self.visit.look();
        }
        self.toasts
            .failed(ts!(trigger.starting_image, image = image), error, then);
    }
}

/// 'Build' and 'At a commit' for one image tag. Where it is not known which, says so.
pub fn trigger_buttons(target: Target, after: After) -> AnyView {
    if !target.is_whole() {
        return view! {
            <div class="trigger">
                {Button::new(ts!(trigger.build)).title(ts!(trigger.unknown)).never()}
            </div>
        }
        .into_any();
    }
    let starter = use_starter();
    let over = expect_context::<Over>().0;
    let sending = RwSignal::new(false);
    let name = StoredValue::new(target.image());
    let target = StoredValue::new(target);
    let send = move || {
        if sending.get_untracked() {
            return;
        }
        sending.set(true);
        let request = target.with_value(|target| target.request(None));
        leptos::task::spawn_local(async move {
            // The page, or the row, may go meanwhile; what came of it is told all the same.
            let opens = move || after != After::Stay && sending.try_get_untracked().is_some();
            if let Err(error) = starter.start(request, opens).await {
                starter.failed(target.try_get_value().unwrap_or_default(), error);
            }
            let _ = sending.try_set(false);
        });
    };
    let now = after == After::First;
    let label = live(move || match sending.get() {
        true => tr!(trigger.sending),
        false if now => tr!(trigger.build_now),
        false => tr!(trigger.build),
    });
    let own_name = live(move || match now {
        true => tr!(trigger.build_image_now, image = name.get_value()),
        false => tr!(trigger.build_image, image = name.get_value()),
    });
    let at_commit = move || {
        Button::new(ts!(trigger.commit))
            .name(ts!(trigger.commit_of, image = name.get_value()))
            .busy(sending)
            .on_press(move || over.set(Some(Overlay::Commit(target.get_value(), after))))
    };
    // In a table each row has one: many of the loudest would say nothing.
    let button = match after {
        After::Stay => Button::new(label),
        After::Open | After::First => Button::new(label).primary(),
    };
    view! {
        <div class="trigger button-group">
            {button
                .icon(icon::PLAY)
                .name(own_name)
                .busy(sending)
                .on_press(send)} {(!now).then(at_commit)}
        </div>
    }
    .into_any()
}
