//! One build: what it is, how it went, what stands around it, and its log, which grows while it runs.

mod facts;
mod siblings;
pub mod watching;

use crate::actions::{Action, offer};
use crate::api::{Build as BuildData, Client, Error, LogEntry};
use crate::app::heading;
use crate::browser;
use crate::components::badge::{status_badge, status_word};
use crate::components::crumbs::{crumbs, namespace_crumb, repository_crumb};
use crate::components::log_view::{LogSource, LogView};
use crate::components::notice::{load_error, skeleton};
use crate::components::time::running;
use crate::components::trigger::{After, Target, trigger_buttons, use_starter};
use crate::connection::use_connection;
use crate::navigation::use_navigation;
use crate::query::{Query, use_query};
use crate::routes::{BuildsQuery, Route};
use crate::schedule::Pace;
use crate::view::{choose, effect, flag, memo, part, when};
use crate::visit::use_visit;
use crate::{tr, ts};
use leptos::prelude::*;

/// How often a build under way is read again, in milliseconds, and how often its log.
const BUILD_AGAIN: u32 = 1_000;
const LOG_AGAIN: u32 = 700;

/// How often the log of a finished build is read until it brings nothing new.
const LAST_READS: u32 = 2;

/// The page of one build.
#[component]
pub fn Build(build_id: String) -> impl IntoView {
    let connection = use_connection();
    let visit = use_visit();
    let id = StoredValue::new(build_id);
    let build = use_query(
        move || {
            let client = connection.client()?;
            let id = id.get_value();
            Some(Box::pin(async move { client.build(&id).await }))
        },
        |build: &BuildData| match build.is_finished() {
            true => Pace::Never,
            false => Pace::Steady(BUILD_AGAIN),
        },
    );
    // What a table told of it stands until it has been read by itself.
    if let Some(known) = id.with_value(|id| visit.build(id)) {
        build.seed(known);
    }
    effect(move || {
        if let Some(build) = build.data() {
            visit.keep_build(&build);
        }
    });
    let finished = memo(move || build.data().is_some_and(|build| build.is_finished()));
    let under_way = memo(move || build.data().is_some_and(|build| !build.is_finished()));
    let (source, log) = use_log(id, finished);
    let live = memo(move || !finished.get());
    let utc = RwSignal::new(false);
    let more_open = RwSignal::new(false);
    // The commit is known later than the rest.
    let target = memo(move || build.data().map(|build| Target::of(&build)));
    let repository = memo(move || {
        let build = build.data()?;
        let (namespace, name) = build.repository()?;
        Some((namespace.to_owned(), name.to_owned()))
    });
    let has_data = build.has_data();
    let error = build.error();
    let siblings = siblings::use_siblings(id, repository);
    let title = memo(move || match build.data() {
        Some(build) => format!(
            "{} · {}",
            status_word(&build.status),
            build.image_reference()
        ),
        None => tr!(build.title).to_string(),
    });
    watching::show_in_tab(memo(move || {
        let build = build.data()?;
        Some((
            build.build_id.clone(),
            build.status.clone(),
            build.is_finished(),
        ))
    }));
    offer_actions(target);
    let trigger = move || {
        target
            .get()
            .map(|target| trigger_buttons(target, After::Open))
    };
    let loaded = move || {
        view! {
            <div class="facts-head">
                {part(move || build.data().map(|build| stands(&build)))}
                {watching::notify_button(under_way)} {part(trigger)}
            </div>
            {siblings::neighbours(siblings)}
            {part(move || build.data().map(|build| facts::timeline(&build, utc)))}
            {part(move || build.data().map(|build| facts::facts(&build, siblings, utc, more_open)))}
        }
        .into_any()
    };
    // One place for one trouble: when the build cannot be read either, that was said above.
    let log_only = Signal::derive(move || match error.get() {
        None => log.error().get(),
        Some(_) => None,
    });
    let loading = move || error.get().is_none().then(|| skeleton(4)).into_any();
    let log_failed = flag(move || log.error().with(Option::is_some));
    let log_view = move || {
        view! { <LogView source=source.clone() growing=live failed=log_failed /> }.into_any()
    };
    let missing = memo(move || {
        let status = error.get().and_then(|error| error.status());
        status == Some(404) && !has_data.get()
    });
    view! {
        <div class="build-page">
            {part(move || above(repository.get()))} {heading(title.into())}
            {load_error(ts!(build.loading), error, has_data, move || build.refresh())}
            {when(move || missing.get(), move || near(id))}
            {choose(move || has_data.get(), loaded, loading)}
            {load_error(ts!(log.loading), log_only, has_data, move || log.refresh())}
            {when(move || has_data.get(), log_view)}
        </div>
    }
}

fn above(repository: Option<(String, String)>) -> AnyView {
    let builds = (ts!(nav.builds), Route::Builds(BuildsQuery::default()));
    crumbs(match repository {
        Some((namespace, name)) => vec![
            namespace_crumb(&namespace),
            repository_crumb(&namespace, &name),
        ],
        None => vec![builds],
    })
}

/// What the palette offers here.
fn offer_actions(target: Memo<Option<Target>>) {
    let starter = use_starter();
    offer(move || {
        let Some(target) = target.get().filter(Target::is_whole) else {
            return Vec::new();
        };
        let image = target.image();
        let pull = format!("docker pull {image}");
        let copy = move || {
            let pull = pull.clone();
            leptos::task::spawn_local(async move {
                browser::copy(&pull).await;
            });
        };
        vec![
            Action::new(ts!(trigger.build_image, image = image), move || {
                starter.start_head(&target);
            }),
            Action::new(ts!(copy.label, what = tr!(build.pull_command)), copy),
        ]
    });
}

/// The builds of this visit whose ids begin like the one that there is not.
fn near(id: StoredValue<String>) -> AnyView {
    const SHARED: usize = 6;
    let navigation = use_navigation();
    let start: String = id.with_value(|id| id.chars().take(SHARED).collect());
    let near = use_visit().all_builds().into_iter();
    let near: Vec<AnyView> = near
        .filter(|build| !start.is_empty() && build.build_id.starts_with(&start))
        .map(|build| {
            let href = navigation.href(&Route::Build {
                build_id: build.build_id.clone(),
            });
            view! {
                <li>
                    <a class="code" href=href>
                        {build.image_reference()}
                        " · "
                        {build.build_id}
                    </a>
                </li>
            }
            .into_any()
        })
        .collect();
    let builds = navigation.href(&Route::Builds(BuildsQuery::default()));
    view! {
        <div class="empty">
            {(!near.is_empty())
                .then(|| {
                    view! {
                        <p>{ts!(build.near)}</p>
                        <ul>{near}</ul>
                    }
                })}
            <p>
                <a href=builds>{ts!(nav.builds)}</a>
            </p>
        </div>
    }
    .into_any()
}

/// Reads the log again and again while the build runs, and once it has ended until nothing new
/// comes. The query's data counts the reads that brought nothing since the build ended.
fn use_log(id: StoredValue<String>, finished: Memo<bool>) -> (LogSource, Query<u32>) {
    let connection = use_connection();
    let source = LogSource::new();
    let into = source.clone();
    let idle = StoredValue::new(0u32);
    let query = use_query(
        move || {
            let client = connection.client()?;
            let (id, source) = (id.get_value(), into.clone());
            let ended = finished.get_untracked();
            Some(Box::pin(async move {
                let fresh = read_log(&client, &id, &source).await?;
                let quiet = if ended && fresh == 0 {
                    idle.try_get_value().unwrap_or(LAST_READS) + 1
                } else {
                    0
                };
                idle.try_update_value(|idle| *idle = quiet);
                Ok(quiet)
            }))
        },
        |quiet: &u32| match *quiet < LAST_READS {
            true => Pace::Steady(LOG_AGAIN),
            false => Pace::Never,
        },
    );
    (source, query)
}

async fn read_log(client: &Client, id: &str, source: &LogSource) -> Result<usize, Error> {
    let start = source.resume_at();
    let answer: Vec<LogEntry> = client.logs(id, start, None).await?;
    Ok(source.merge(start, &answer))
}

/// Where the build stands, at a glance.
fn stands(build: &BuildData) -> AnyView {
    view! {
        {status_badge(build.status.clone())}
        {running(build.started_at, build.ended_at, build.is_finished())}
    }
    .into_any()
}
