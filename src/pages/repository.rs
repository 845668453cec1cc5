//! One build repository: its tag configs, each with a Build button; its last builds; its deploy key.

use crate::api::{
    Build, BuildConfig, Error, Page, Repository as RepositoryData, TagConfig, VersionTagging,
};
use crate::app::heading;
use crate::components::builds_table::{BuildsTable, client_name};
use crate::components::copy::copy_button;
use crate::components::dialog::Dialog;
use crate::components::icon;
use crate::components::notice::{error_notice, notice, skeleton};
use crate::components::time::{absolute_time, outside_link};
use crate::components::trigger::TriggerButtons;
use crate::connection::use_connection;
use crate::known;
use crate::navigation::use_navigation;
use crate::query::{Loaded, Query, use_query};
use crate::routes::{BuildsQuery, Route};
use crate::text::words;
use crate::view::{choose, effect, flag, part, when};
use crate::{tr, ts, tx};
use leptos::prelude::*;

/// How often the last builds are read again, in milliseconds, while one is under way, and else.
const LIVE: u32 = 2_000;
const IDLE: u32 = 15_000;

/// The page of one repository.
#[component]
pub fn Repository(namespace: String, name: String) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let read = use_repository(path);
    let data = Memo::new(move |_| read.data());
    let error = Memo::new(move |_| read.error());
    // What an API does not read back may still be known here.
    let seen = Memo::new(move |_| {
        error.get().filter(Error::is_not_offered)?;
        let (namespace, name) = path.get_value();
        known::find(&connection.address(), &namespace, &name)
    });
    let shown = Memo::new(move |_| data.get().or_else(|| seen.get()?.repository));
    let builds = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(async move {
                client.builds(Some(&namespace), Some(&name), 1).await
            }))
        },
        |state: &Loaded<Page<Build>>| {
            let page = state.data.as_ref()?;
            let live = page.results.read.iter().any(|build| !build.is_finished());
            Some(if live { LIVE } else { IDLE })
        },
    );
    let config_href = move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    };
    let all_builds = move || {
        let (namespace, repo) = path.get_value();
        navigation.href(&Route::Builds(BuildsQuery {
            namespace,
            repo,
            ..BuildsQuery::default()
        }))
    };
    let rows = Memo::new(move |_| {
        builds
            .state
            .with(|state| state.data.as_ref().map(|page| page.results.read.clone()))
    });
    let builds_error = Memo::new(move |_| builds.error());
    let repo_path = format!("{namespace}/{name}");
    view! {
        <div class="page-head">
            {heading(Signal::stored(repo_path))}
            <a class="button" href=config_href>
                {tx!(repository.edit_config)}
            </a>
        </div>
        {part(move || {
            error
                .get()
                .filter(|error| !error.is_not_offered())
                .map(|error| {
                    error_notice(ts!(repository.loading), error, data.get().is_some(), Some(Callback::new(move |()| read.refresh())))
                })
        })}
        {part(move || {
            error
                .get()
                .filter(Error::is_not_offered)
                .map(|_| match seen.get().filter(|seen| seen.repository.is_some()) {
                    Some(seen) => {
                        notice(
                                "info",
                                Signal::derive(move || {
                                    let when = words().absolute(seen.at, false);
                                    tr!(repository.from_memory, when = when)
                                }),
                            )
                            .into_any()
                    }
                    None => notice("warning", ts!(repository.not_read)).into_any(),
                })
        })}
        {part(move || match shown.get() {
            Some(repository) => view! { <About repository=repository /> }.into_any(),
            None => (error.get().is_none()).then(|| skeleton(4)).into_any(),
        })}
        <section class="section">
            <div class="page-head">
                <h2>{tx!(repository.last_builds)}</h2>
                <a class="button" href=all_builds>
                    {tx!(repository.all_builds)}
                </a>
            </div>
            {part(move || {
                builds_error
                    .get()
                    // One place for one trouble: when both reads fail, the first was told above.
                    .filter(|_| error.get().is_none_or(|error| error.is_not_offered()))
                    .map(|error| {
                        error_notice(ts!(builds.loading), error, rows.get().is_some(), Some(Callback::new(move |()| builds.refresh())))
                    })
            })}
            {choose(move || rows.with(Option::is_some), move || (choose(move || rows.with(|rows| rows.as_ref().is_some_and(|rows| !rows.is_empty())), move || view! { <BuildsTable
                        builds=Signal::derive(move || rows.get().unwrap_or_default())
                        caption=ts!(repository.last_builds)
                    /> }.into_any(), move || (view! { <p class="empty">{tx!(repository.no_builds)}</p> }).into_any())).into_any(), move || (builds_error.get().is_none().then(|| skeleton(3))).into_any())}
        </section>
        {when(move || data.with(Option::is_some), move || view! { <Remove path=path /> }.into_any())}
    }
}

/// Reads a repository, and remembers it for when the API does not read it back.
pub fn use_repository(path: StoredValue<(String, String)>) -> Query<RepositoryData> {
    let connection = use_connection();
    let read = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(async move {
                client.repository(&namespace, &name).await
            }))
        },
        |_| None,
    );
    effect(move || {
        if let Some(repository) = read.data() {
            let (namespace, name) = path.get_value();
            known::remember(&connection.address(), &namespace, &name, Some(&repository));
        }
    });
    read
}

#[component]
fn About(repository: RepositoryData) -> impl IntoView {
    let RepositoryData {
        namespace,
        repo_name,
        description,
        full_description,
        is_public,
        created_by,
        created_at,
        pushed_at,
        download,
        build_config,
        ..
    } = repository;
    let local = Signal::stored(false);
    view! {
        {(!description.is_empty()).then(|| view! { <p class="lead">{description}</p> })}
        {build_config
            .map(|config| view! { <Config namespace=namespace repo_name=repo_name config=config /> })}
        <section class="section">
            <h2>{tx!(repository.about)}</h2>
            <dl class="facts">
                <div class="fact">
                    <dt>{tx!(repositories.visibility)}</dt>
                    <dd>
                        {part(move || {
                            if is_public { tr!(repositories.public) } else { tr!(repositories.private) }
                        })}
                    </dd>
                </div>
                <div class="fact">
                    <dt>{tx!(repository.created)}</dt>
                    <dd>{created_at.map(|time| absolute_time(time, local))} " " {created_by}</dd>
                </div>
                {pushed_at
                    .map(|time| {
                        view! {
                            <div class="fact">
                                <dt>{tx!(repository.pushed)}</dt>
                                <dd>{absolute_time(time, local)}</dd>
                            </div>
                        }
                    })}
                <div class="fact">
                    <dt>{tx!(repository.pulls)}</dt>
                    <dd class="number">{part(move || words().number(download))}</dd>
                </div>
            </dl>
            {(!full_description.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary>{tx!(repository.full_description)}</summary>
                            <p class="pre">{full_description}</p>
                        </details>
                    }
                })}
        </section>
    }
}

#[component]
fn Config(namespace: String, repo_name: String, config: BuildConfig) -> impl IntoView {
    let client = config.code_repo_client.clone();
    let source_text = match &config.code_repo_clone_url {
        Some(url) => url.clone(),
        None => config.code_repo_path.clone(),
    };
    let source = outside_link(source_text, config.code_repo_path_url.as_deref());
    let node = config.build_node.clone().unwrap_or_default();
    let email = config.email_enabled;
    let row = move |tag: TagConfig| {
        let kind = match tag.code_repo_type {
            crate::api::SourceKind::Tag => icon::TAG,
            _ => icon::BRANCH,
        };
        let (tagging, active) = (tag.version_tagging, tag.is_active);
        let context = tag.context().to_owned();
        view! {
            <tr>
                <td data-label=ts!(rows.image_tag)>
                    <span class="code strong">{tag.docker_repo_tag.clone()}</span>
                    <div class="quiet">{part(move || tagging_word(tagging))}</div>
                </td>
                <td data-label=ts!(builds.source)>
                    <span class="source-ref">
                        {icon::icon(kind)} <span class="code">{tag.code_repo_type_value.clone()}</span>
                    </span>
                </td>
                <td class="code" data-label=ts!(rows.dockerfile)>
                    {tag.dockerfile_location.clone()}
                </td>
                <td class="code" data-label=ts!(rows.context)>
                    {context}
                </td>
                <td data-label=ts!(rows.is_active)>
                    {part(move || if active { tr!(repository.on_push) } else { tr!(repository.by_hand) })}
                </td>
                <td class="row-actions">
                    <TriggerButtons
                        namespace=namespace.clone()
                        repo_name=repo_name.clone()
                        tag=tag.docker_repo_tag.clone()
                    />
                </td>
            </tr>
        }
    };
    let caption = ts!(rows.heading);
    let key = config.code_repo_public_key.clone().map(|key| {
        view! { <DeployKey key=key deploy_url=config.deploy_url.clone() /> }
    });
    view! {
        <section class="section">
            <h2>{caption}</h2>
            <div class="table-scroll" role="region" aria-label=caption tabindex="0">
                <table class="table">
                    <caption class="visually-hidden">{caption}</caption>
                    <thead>
                        <tr>
                            <th scope="col">{tx!(rows.image_tag)}</th>
                            <th scope="col">{tx!(builds.source)}</th>
                            <th scope="col">{tx!(rows.dockerfile)}</th>
                            <th scope="col">{tx!(rows.context)}</th>
                            <th scope="col">{tx!(rows.is_active)}</th>
                            <th scope="col">
                                <span class="visually-hidden">{tx!(builds.actions)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>{config.tag_configs.into_iter().map(row).collect_view()}</tbody>
                </table>
            </div>
            <dl class="facts">
                <div class="fact">
                    <dt>{tx!(build.source)}</dt>
                    <dd>
                        <span class="code">{source}</span>
                        <span class="quiet">{part(move || client_name(&client))}</span>
                    </dd>
                </div>
                <div class="fact">
                    <dt>{tx!(build.node)}</dt>
                    <dd class="code">{node}</dd>
                </div>
                <div class="fact">
                    <dt>{tx!(repository.email)}</dt>
                    <dd>{part(move || if email { tr!(build.yes) } else { tr!(build.no) })}</dd>
                </div>
            </dl>
            {key}
        </section>
    }
}

/// What a version tagging does, in words.
fn tagging_word(tagging: VersionTagging) -> String {
    match tagging {
        VersionTagging::None => tr!(rows.tagging_none).to_string(),
        VersionTagging::Time => tr!(rows.tagging_time).to_string(),
        VersionTagging::Commit => tr!(rows.tagging_commit).to_string(),
        VersionTagging::Other(number) => number.to_string(),
    }
}

/// The deploy key, told as steps.
#[component]
pub fn DeployKey(key: String, deploy_url: Option<String>) -> impl IntoView {
    let page = deploy_url
        .as_deref()
        .and_then(crate::browser::web_link)
        .map(|(href, _)| outside_link(href.clone(), Some(&href)));
    view! {
        <details class="deploy-key">
            <summary>{tx!(repository.deploy_key)}</summary>
            <p>{tx!(repository.deploy_key_why)}</p>
            <ol>
                <li>
                    {tx!(repository.deploy_key_copy)}
                    {copy_button(Signal::stored(key.clone()), ts!(repository.deploy_key))}
                    <code class="code block">{key.clone()}</code>
                </li>
                <li>{tx!(repository.deploy_key_add)} " " {page}</li>
            </ol>
        </details>
    }
}

/// Removing the repository, where the API offers it.
#[component]
fn Remove(path: StoredValue<(String, String)>) -> impl IntoView {
    let navigation = use_navigation();
    let connection = use_connection();
    let open = RwSignal::new(false);
    let typed = RwSignal::new(String::new());
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let matches = move || path.with_value(|(_, name)| typed.with(|typed| typed == name));
    let send = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        if sending.get_untracked() || !untrack(matches) {
            return;
        }
        sending.set(true);
        error.set(None);
        let (namespace, name) = path.get_value();
        leptos::task::spawn_local(async move {
            let answer = client.delete_repository(&namespace, &name).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => {
                    known::forget(&untrack(move || connection.address()), &namespace, &name);
                    navigation.go(&Route::Repositories { namespace });
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let title = Signal::derive(move || {
        path.with_value(|(namespace, name)| tr!(remove.title, path = format!("{namespace}/{name}")))
    });
    view! {
        <section class="section">
            <button
                type="button"
                class="button"
                data-kind="danger"
                on:click=move |_| {
                    typed.set(String::new());
                    error.set(None);
                    open.set(true);
                }
            >
                {icon::icon(icon::TRASH)}
                {tx!(remove.button)}
            </button>
            <Dialog open=open title=title>
                <form
                    class="form"
                    on:submit=move |event| {
                        event.prevent_default();
                        send();
                    }
                >
                    <p>{tx!(remove.text)}</p>
                    <label class="field">
                        <span class="field-label">
                            {part(move || path.with_value(|(_, name)| tr!(remove.type_name, name = name)))}
                        </span>
                        <input
                            type="text"
                            class="code"
                            autocomplete="off"
                            autocapitalize="off"
                            spellcheck="false"
                            prop:value=typed
                            on:input=move |event| typed.set(event_target_value(&event))
                        />
                    </label>
                    {part(move || {
                        error
                            .get()
                            .map(|error| error_notice(ts!(remove.removing), error, false, None))
                    })}
                    <div class="form-actions">
                        <button
                            type="submit"
                            class="button"
                            data-kind="danger"
                            disabled=flag(move || sending.get() || !matches())
                        >
                            {part(move || if sending.get() { tr!(form.sending) } else { tr!(remove.button) })}
                        </button>
                        <button type="button" class="button" on:click=move |_| open.set(false)>
                            {tx!(form.cancel)}
                        </button>
                    </div>
                </form>
            </Dialog>
        </section>
    }
}
