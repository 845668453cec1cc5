//! One build repository: its tag configs, each with a Build button; its last builds; its deploy key.

use crate::api::{
    Build, BuildConfig, Error, Page, Repository as RepositoryData, SourceKind, TagConfig,
    VersionTagging,
};
use crate::app::heading;
use crate::browser;
use crate::components::builds_table::{builds_table, client_name};
use crate::components::button::Button;
use crate::components::copy::copy_button;
use crate::components::dialog::Dialog;
use crate::components::fact::{code_fact, fact};
use crate::components::icon;
use crate::components::input::Input;
use crate::components::notice::{error_notice, load_error, notice, skeleton};
use crate::components::table::{cell, row, table};
use crate::components::time::{absolute_time, outside_link};
use crate::components::trigger::TriggerButtons;
use crate::connection::use_connection;
use crate::known;
use crate::navigation::use_navigation;
use crate::query::{Query, use_query};
use crate::routes::{BuildsQuery, Route};
use crate::text::words;
use crate::view::{choose, effect, flag, live, memo, part, when};
use crate::{tr, ts};
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
    let error = read.error();
    // What an API does not read back may still be known here.
    let seen = memo(move || {
        error.get().filter(Error::is_not_offered)?;
        let (namespace, name) = path.get_value();
        known::find(&connection.address(), &namespace, &name)
    });
    let shown = memo(move || match read.data() {
        Some(answer) => (*answer).clone(),
        None => seen.get()?.repository,
    });
    let missing = memo(move || read.data().is_some_and(|answer| answer.is_none()));
    let exists = memo(move || read.data().is_some_and(|answer| answer.is_some()));
    let builds = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(async move {
                client.builds(Some(&namespace), Some(&name), 1).await
            }))
        },
        |page: &Page<Build>| Some(if page.is_live() { LIVE } else { IDLE }),
    );
    let config_href = live(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    });
    let all_builds = live(move || {
        let (namespace, repo) = path.get_value();
        navigation.href(&Route::Builds(BuildsQuery {
            namespace,
            repo,
            ..BuildsQuery::default()
        }))
    });
    let rows = memo(move || {
        let page = builds.data();
        page.map_or_else(Vec::new, |page| page.results.read.clone())
    });
    let (has_data, has_rows) = (read.has_data(), builds.has_data());
    // Not offered is told as what it means, not as an error.
    let told = Signal::derive(move || error.get().filter(|error| !error.is_not_offered()));
    // One place for one trouble: when both reads fail, the first was told above.
    let builds_error = Signal::derive(move || match told.get() {
        None => builds.error().get(),
        Some(_) => None,
    });
    let from_memory = move || {
        error.get().filter(Error::is_not_offered)?;
        Some(match seen.get().filter(|seen| seen.repository.is_some()) {
            Some(seen) => {
                let text = ts!(
                    repository.from_memory,
                    when = words().absolute(seen.at, false)
                );
                notice("info", text).into_any()
            }
            None => notice("warning", ts!(repository.not_read)).into_any(),
        })
    };
    let repository = move || match shown.get() {
        Some(repository) => about(repository),
        None if missing.get() => no_such_repository(path),
        // Its rows are not to be known, but a tag can be named.
        None if told.get().is_none() && error.get().is_some() => build_by_tag(path),
        None => error.get().is_none().then(|| skeleton(4)).into_any(),
    };
    let last_builds = move || builds_table(rows.into(), ts!(repository.last_builds));
    let none = || view! { <p class="empty">{ts!(repository.no_builds)}</p> }.into_any();
    let loaded = move || {
        choose(
            move || rows.with(|rows| !rows.is_empty()),
            last_builds,
            none,
        )
        .into_any()
    };
    let loading = move || builds_error.get().is_none().then(|| skeleton(3)).into_any();
    view! {
        <div class="page-head">
            {heading(Signal::stored(format!("{namespace}/{name}")))}
            {when(
                move || !missing.get(),
                move || Button::new(ts!(repository.edit_config)).link(config_href),
            )}
        </div>
        {load_error(ts!(repository.loading), told, has_data, move || read.refresh())}
        {part(from_memory)}
        {part(repository)}
        <section class="section">
            <div class="page-head">
                <h2>{ts!(repository.last_builds)}</h2>
                {Button::new(ts!(repository.all_builds)).link(all_builds)}
            </div>
            {load_error(ts!(builds.loading), builds_error, has_rows, move || builds.refresh())}
            {choose(move || has_rows.get(), loaded, loading)}
        </section>
        {when(move || exists.get(), move || remove(path))}
    }
}

/// Says that there is no such repository, where the API would know.
pub fn no_such_repository(path: StoredValue<(String, String)>) -> AnyView {
    let navigation = use_navigation();
    let (namespace, name) = path.get_value();
    let full = format!("{namespace}/{name}");
    let text = ts!(repository.missing, path = full);
    let href = navigation.href(&Route::Repositories { namespace });
    view! {
        <div class="empty">
            <p>{text}</p>
            {Button::new(ts!(nav.repositories)).primary().link(Signal::stored(href))}
        </div>
    }
    .into_any()
}

/// Builds a tag that is named by hand, where the tag configs are not to be known.
fn build_by_tag(path: StoredValue<(String, String)>) -> AnyView {
    let tag = RwSignal::new("latest".to_owned());
    let named = memo(move || tag.with(|tag| tag.trim().to_owned()));
    let trigger = move || {
        let tag = named.get();
        let (namespace, repo_name) = path.get_value();
        (!tag.is_empty()).then(|| {
            view! { <TriggerButtons namespace=namespace repo_name=repo_name tag=tag /> }
        })
    };
    view! {
        <section class="form-section">
            {Input::new(ts!(rows.image_tag), tag).hint(ts!(repository.by_tag)).view()}
            {part(trigger)}
        </section>
    }
    .into_any()
}

/// Reads a repository, and remembers it for when the API does not read it back. `None` is read where
/// there is no such repository: an API that lists repositories can also read them, so its 404 says so.
pub fn use_repository(path: StoredValue<(String, String)>) -> Query<Option<RepositoryData>> {
    let connection = use_connection();
    let read = use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(async move {
                match client.repository(&namespace, &name).await {
                    Err(error) if error.status() == Some(404) => {
                        match client.repositories(&namespace, 1).await {
                            Ok(_) => Ok(None),
                            Err(_) => Err(error),
                        }
                    }
                    answer => answer.map(Some),
                }
            }))
        },
        |_| None,
    );
    effect(move || {
        if let Some(repository) = read.data().as_deref().and_then(Option::as_ref) {
            let (namespace, name) = path.get_value();
            known::remember(&connection.address(), &namespace, &name, Some(repository));
        }
    });
    read
}

fn about(repository: RepositoryData) -> AnyView {
    let local = Signal::stored(false);
    let visibility = match repository.is_public {
        true => ts!(repositories.public),
        false => ts!(repositories.private),
    };
    let created = view! {
        {repository.created_at.map(|time| absolute_time(time, local))}
        <span>{ts!(repository.created_by, name = repository.created_by)}</span>
    };
    let pushed = repository.pushed_at.map(|time| {
        fact(
            ts!(repository.pushed),
            absolute_time(time, local).into_any(),
        )
    });
    let pulls = repository.download;
    let pulls = live(move || words().number(pulls));
    let description = repository.description;
    let full = repository.full_description;
    let config = repository
        .build_config
        .map(|config| build_config(&repository.namespace, &repository.repo_name, config));
    view! {
        {(!description.is_empty()).then(|| view! { <p class="lead">{description}</p> })}
        {config}
        <section class="section">
            <h2>{ts!(repository.about)}</h2>
            <dl class="facts">
                {fact(ts!(repositories.visibility), visibility.into_any())}
                {fact(ts!(repository.created), created.into_any())} {pushed}
                {fact(ts!(repository.pulls), pulls.into_any())}
            </dl>
            {(!full.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary>{ts!(repository.full_description)}</summary>
                            <p class="pre">{full}</p>
                        </details>
                    }
                })}
        </section>
    }
    .into_any()
}

fn build_config(namespace: &str, repo_name: &str, config: BuildConfig) -> AnyView {
    let client = config.code_repo_client.clone();
    let source = config
        .code_repo_clone_url
        .unwrap_or(config.code_repo_path.clone());
    let source = view! {
        <span class="code">{outside_link(source, config.code_repo_path_url.as_deref())}</span>
        <span class="quiet">{live(move || client_name(&client))}</span>
    };
    let email = match config.email_enabled {
        true => ts!(build.yes),
        false => ts!(build.no),
    };
    let rows: Vec<AnyView> = config
        .tag_configs
        .iter()
        .map(|tag| tag_row(namespace, repo_name, tag))
        .collect();
    let columns = vec![
        ts!(rows.image_tag),
        ts!(builds.source),
        ts!(rows.dockerfile),
        ts!(rows.context),
        ts!(rows.is_active),
    ];
    let key = config
        .code_repo_public_key
        .map(|key| deploy_key(key, config.deploy_url.as_deref()));
    view! {
        <section class="section">
            <h2>{ts!(rows.heading)}</h2>
            {table(ts!(rows.heading), columns, rows.into_any())}
            <dl class="facts">
                {fact(ts!(build.source), source.into_any())}
                {code_fact(ts!(build.node), config.build_node.as_deref())}
                {fact(ts!(repository.email), email.into_any())}
            </dl>
            {key}
        </section>
    }
    .into_any()
}

fn tag_row(namespace: &str, repo_name: &str, tag: &TagConfig) -> AnyView {
    let shape = match tag.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let tagging = tag.version_tagging;
    let image = view! {
        <span class="code strong">{tag.docker_repo_tag.clone()}</span>
        <div class="quiet">{live(move || tagging_word(tagging))}</div>
    };
    let source = view! {
        <span class="source-ref">
            {icon::icon(shape)} <span class="code">{tag.code_repo_type_value.clone()}</span>
        </span>
    };
    let code = |text: &str| view! { <span class="code">{text.to_owned()}</span> }.into_any();
    let active = match tag.is_active {
        true => ts!(repository.on_push),
        false => ts!(repository.by_hand),
    };
    let build = view! {
        <TriggerButtons
            namespace=namespace.to_owned()
            repo_name=repo_name.to_owned()
            tag=tag.docker_repo_tag.clone()
        />
    };
    row(
        vec![
            cell(ts!(rows.image_tag), image.into_any()),
            cell(ts!(builds.source), source.into_any()),
            cell(ts!(rows.dockerfile), code(&tag.dockerfile_location)),
            cell(ts!(rows.context), code(tag.context())),
            cell(ts!(rows.is_active), active.into_any()),
        ],
        build.into_any(),
    )
}

/// What a version tagging does, in words.
fn tagging_word(tagging: VersionTagging) -> String {
    match tagging {
        VersionTagging::None => tr!(rows.tagging_none).to_owned(),
        VersionTagging::Time => tr!(rows.tagging_time).to_owned(),
        VersionTagging::Commit => tr!(rows.tagging_commit).to_owned(),
        VersionTagging::Other(number) => number.to_string(),
    }
}

/// The deploy key, told as steps.
fn deploy_key(key: String, deploy_url: Option<&str>) -> AnyView {
    let page = deploy_url
        .and_then(browser::web_link)
        .map(|(href, _)| outside_link(href.clone(), Some(&href)));
    view! {
        <details class="deploy-key">
            <summary>{ts!(repository.deploy_key)}</summary>
            <p>{ts!(repository.deploy_key_why)}</p>
            <ol>
                <li>
                    {ts!(repository.deploy_key_copy)}
                    {copy_button(Signal::stored(key.clone()), ts!(repository.deploy_key))}
                    <code class="code block">{key}</code>
                </li>
                <li>{ts!(repository.deploy_key_add)} " " {page}</li>
            </ol>
        </details>
    }
    .into_any()
}

/// Removing the repository, where the API offers it.
fn remove(path: StoredValue<(String, String)>) -> AnyView {
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
    let title = ts!(
        remove.title,
        path = path.with_value(|(namespace, name)| format!("{namespace}/{name}"))
    );
    let label = ts!(
        remove.type_name,
        name = path.with_value(|(_, name)| name.clone())
    );
    let dialog = move || {
        view! {
            <Dialog open=open title=title>
                <form
                    class="form"
                    on:submit=move |event| {
                        event.prevent_default();
                        send();
                    }
                >
                    <p>{ts!(remove.text)}</p>
                    {Input::new(label, typed).view()}
                    {part(move || {
                        let error = error.get()?;
                        Some(error_notice(ts!(remove.removing), error, false, None))
                    })}
                    <div class="form-actions">
                        {Button::new(ts!(remove.button))
                            .danger()
                            .busy(sending)
                            .disabled(flag(move || !matches()))
                            .submit()}
                        {Button::new(ts!(form.cancel)).on_press(move || open.set(false))}
                    </div>
                </form>
            </Dialog>
        }
        .into_any()
    };
    view! {
        <section class="section danger-zone">
            {Button::new(ts!(remove.button))
                .danger()
                .icon(icon::TRASH)
                .on_press(move || {
                    typed.set(String::new());
                    error.set(None);
                    open.set(true);
                })} {when(move || open.get(), dialog)}
        </section>
    }
    .into_any()
}
