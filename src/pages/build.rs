//! One build: what it is, how it went, and its log, which grows while it runs.

use crate::api::{Build as BuildData, Client, Error, LogEntry, Status};
use crate::app::heading;
use crate::components::badge::{status_badge, status_word};
use crate::components::builds_table::{client_name, source_ref, starter};
use crate::components::copy::CopyButton;
use crate::components::log_view::{LogSource, LogView};
use crate::components::notice::{ErrorNotice, skeleton};
use crate::components::time::{absolute_time, build_duration, outside_link, relative_time};
use crate::components::trigger::TriggerButtons;
use crate::connection::use_connection;
use crate::format::duration;
use crate::navigation::use_navigation;
use crate::query::{Loaded, Query, use_query};
use crate::routes::Route;
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
    let id = StoredValue::new(build_id);
    let build = use_query(
        move || {
            let client = connection.client()?;
            let id = id.get_value();
            Some(Box::pin(async move { client.build(&id).await }))
        },
        |state: &Loaded<BuildData>| {
            let live = state
                .data
                .as_ref()
                .is_some_and(|build| !build.is_finished());
            live.then_some(BUILD_AGAIN)
        },
    );
    let finished = Memo::new(move |_| {
        build
            .state
            .with(|state| state.data.as_ref().is_some_and(BuildData::is_finished))
    });
    let (source, log) = use_log(id, finished);
    let live = Memo::new(move |_| !finished.get());
    // Only a change of the build itself makes its facts anew, not every read of it.
    let data = Memo::new(move |_| build.data());
    let utc = RwSignal::new(false);
    let image = Memo::new(move |_| {
        let build = data.get()?;
        let (namespace, name) = build.repository()?;
        Some((
            namespace.to_owned(),
            name.to_owned(),
            build.docker_repo_tag.clone(),
        ))
    });
    let has_data = Memo::new(move |_| build.state.with(|state| state.data.is_some()));
    let error = Memo::new(move |_| build.error());
    let log_error = Memo::new(move |_| log.error());
    let title = Memo::new(move |_| match build.data() {
        Some(build) => format!(
            "{} · {}",
            status_word(&build.status),
            build.image_reference()
        ),
        None => tr!(build.title).to_string(),
    });
    view! {
        <div class="build-page">
            {heading(title.into())}
            {move || {
                error
                    .get()
                    .map(|error| {
                        view! {
                            <ErrorNotice
                                what=ts!(build.loading)
                                error=error
                                stale=has_data.get()
                                retry=Callback::new(move |()| build.refresh())
                            />
                        }
                    })
            }}
            <Show
                when=move || has_data.get()
                fallback=move || error.get().is_none().then(|| skeleton(4))
            >
                <div class="facts-head">
                    {move || data.get().map(|build| view! { <Progress of=build /> })}
                    {move || {
                        image
                            .get()
                            .map(|(namespace, repo_name, tag)| {
                                view! {
                                    <TriggerButtons
                                        namespace=namespace
                                        repo_name=repo_name
                                        tag=tag
                                    />
                                }
                            })
                    }}
                </div>
                {move || data.get().map(|build| view! { <Facts of=build utc=utc /> })}
            </Show>
            // One place for one trouble: when the build cannot be read either, that was said above.
            {move || {
                (error.get().is_none())
                    .then(|| log_error.get())
                    .flatten()
                    .map(|error| {
                        view! {
                            <ErrorNotice
                                what=ts!(log.loading)
                                error=error
                                stale=true
                                retry=Callback::new(move |()| log.refresh())
                            />
                        }
                    })
            }}
            <Show when=move || has_data.get()>
                <LogView source=source.clone() live=live />
            </Show>
        </div>
    }
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
        |state: &Loaded<u32>| {
            state
                .data
                .is_none_or(|quiet| quiet < LAST_READS)
                .then_some(LOG_AGAIN)
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
#[component]
fn Progress(of: BuildData) -> impl IntoView {
    let build = of;
    let step = build.step_at.filter(|_| !build.is_finished());
    view! {
        {status_badge(build.status.clone())}
        {step
            .map(|step| {
                // 50 is where the API counts a build as succeeded.
                view! { <progress max="50" value=step aria-label=ts!(build.progress)></progress> }
            })}
        {build_duration(&build)}
    }
}

/// Everything that the API says of a build.
#[component]
fn Facts(of: BuildData, utc: RwSignal<bool>) -> impl IntoView {
    let build = of;
    let navigation = use_navigation();
    let times = Signal::derive(move || utc.get());
    let repository = build.repository().map(|(namespace, name)| {
        let route = Route::Repository {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let text = build.docker_repo_path.clone();
        view! { <a class="code" href=move || navigation.href(&route)>{text}</a> }
    });
    let image = build.image_reference();
    let pull = format!("docker pull {image}");
    let version = build.version_tag().map(str::to_owned).map(|tag| {
        let text = tag.clone();
        view! {
            <Fact label=ts!(build.version_tag)>
                <span class="code">{tag}</span>
                <CopyButton text=Signal::stored(text.clone()) what=ts!(build.version_tag) />
            </Fact>
        }
    });
    let commit = build
        .code_head_commit
        .clone()
        .filter(|commit| !commit.is_empty())
        .map(|commit| {
            let url = build.code_commit_http_url.clone();
            view! {
                <Fact label=ts!(build.commit)>
                    <span class="code">{outside_link(commit.clone(), url.as_deref())}</span>
                    <CopyButton text=Signal::stored(commit.clone()) what=ts!(build.commit) />
                </Fact>
            }
        });
    let image_id = build
        .image_id
        .clone()
        .filter(|id| !id.is_empty())
        .map(|id| {
            view! {
                <Fact label=ts!(build.image_id)>
                    <span class="code">{id.clone()}</span>
                    <CopyButton text=Signal::stored(id.clone()) what=ts!(build.image_id) />
                </Fact>
            }
        });
    let optional = |label: Signal<String>, text: Option<String>| {
        text.map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .map(|text| view! { <Fact label=label><span class="code">{text.clone()}</span></Fact> })
    };
    let wait = build
        .started_at
        .zip(build.created_at)
        .map(|(started, created)| started.since(created));
    let event = |label: Signal<String>, time| {
        view! {
            <li data-reached=Option::is_some(&time).to_string()>
                <span class="timeline-label">{label}</span>
                {match time {
                    Some(time) => {
                        view! {
                            <span>{absolute_time(time, times)}</span>
                            <span class="quiet">{relative_time(time)}</span>
                        }
                            .into_any()
                    }
                    None => view! { <span class="quiet">"–"</span> }.into_any(),
                }}
            </li>
        }
    };
    let created = event(ts!(build.created), build.created_at);
    let started = event(ts!(build.started), build.started_at);
    let ended = event(ts!(build.ended), build.ended_at);
    let branch = source_ref(&BuildData {
        code_head_commit: None,
        ..build.clone()
    });
    let by = starter(&build);
    let dockerfile = optional(
        ts!(build.dockerfile),
        Some(build.dockerfile_location.clone()),
    );
    let context = optional(ts!(build.context), build.build_context_path.clone());
    let node = optional(ts!(build.node), build.build_node.clone());
    let step = optional(ts!(build.step), build.step_at.map(|step| step.to_string()));
    let detail = optional(ts!(build.detail), build.detail.clone());
    let unknown = matches!(build.status, Status::Other(_));
    let id = build.build_id.clone();
    let removable = build.is_removable;
    let source_page = outside_link(
        build.code_repo_path.clone(),
        build.code_repo_http_url.as_deref(),
    );
    let source_client = build.code_repo_client.clone();
    view! {
        <ol class="timeline">
            {created} {started} {ended}
        </ol>
        <dl class="facts">
            <Fact label=ts!(build.image)>
                <span class="code">{image}</span>
                <CopyButton text=Signal::stored(pull) what=ts!(build.pull_command) />
            </Fact>
            {version}
            {image_id}
            <Fact label=ts!(build.repository)>{repository}</Fact>
            <Fact label=ts!(build.source)>
                <span class="code">{source_page}</span>
                <span class="quiet">{move || client_name(&source_client)}</span>
            </Fact>
            <Fact label=ts!(build.source_ref)>{branch}</Fact>
            {commit}
            <Fact label=ts!(build.started_by)>{by}</Fact>
            {wait
                .map(|wait| {
                    view! {
                        <Fact label=ts!(build.wait)>
                            <span class="number">{move || duration(wait)}</span>
                        </Fact>
                    }
                })}
            {dockerfile} {context} {node} {step}
            {removable
                .map(|removable| {
                    view! {
                        <Fact label=ts!(build.removable)>
                            {move || if removable { tr!(build.yes) } else { tr!(build.no) }}
                        </Fact>
                    }
                })}
            {detail}
            <Fact label=ts!(build.id)>
                <span class="code">{id.clone()}</span>
                <CopyButton text=Signal::stored(id.clone()) what=ts!(build.id) />
            </Fact>
            <Fact label=ts!(build.zone)>
                <button
                    type="button"
                    class="button"
                    aria-pressed=move || utc.get().to_string()
                    on:click=move |_| utc.update(|utc| *utc = !*utc)
                >
                    "UTC"
                </button>
            </Fact>
        </dl>
        {unknown
            .then(|| view! { <p class="quiet">{move || tr!(build.unknown_status)}</p> })}
    }
}

#[component]
fn Fact(#[prop(into)] label: Signal<String>, children: Children) -> impl IntoView {
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
