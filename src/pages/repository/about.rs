//! What a repository is: its tag configs, each with a Build button; its deploy key; its first steps.

use crate::api::{BuildConfig, Repository as RepositoryData, SourceKind, TagConfig};
use crate::components::builds::build_buttons::trigger_buttons;
use crate::components::time::{absolute_time, outside_link};
use crate::forms::common::wording::tagging as tagging_word;
use crate::i18n::api_words::client_name;
use crate::i18n::words;
use crate::platform::page;
use crate::reactive::{live, when};
use crate::state::start_build::{AfterStart, BuildTarget};
use crate::ts;
use crate::ui::copy::copy_button;
use crate::ui::fact::{code_fact, fact};
use crate::ui::icon;
use crate::ui::markdown::markdown;
use crate::ui::table::{cell, row, table};
use leptos::prelude::*;

/// What the repository is, and its tag configs. While it is not built yet, its deploy key is told of in
/// the first steps.
pub fn about(repository: RepositoryData, is_new: Signal<bool>) -> AnyView {
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
        .map(|config| build_config(&repository.namespace, &repository.repo_name, config, is_new));
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
                            {markdown(Signal::stored(full))}
                        </details>
                    }
                })}
        </section>
    }
    .into_any()
}

fn build_config(
    namespace: &str,
    repo_name: &str,
    config: BuildConfig,
    is_new: Signal<bool>,
) -> AnyView {
    let steps = StoredValue::new((namespace.to_owned(), repo_name.to_owned(), config.clone()));
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
    let first_steps = move || {
        let (namespace, repo_name, config) = steps.get_value();
        first_steps(&namespace, &repo_name, config)
    };
    let key = move || {
        let (_, _, config) = steps.get_value();
        let key = config.code_repo_public_key;
        let key = key.map(|key| deploy_key(key, config.deploy_url.as_deref()));
        key.into_any()
    };
    view! {
        {when(move || is_new.get(), first_steps)}
        <section class="section">
            <h2>{ts!(rows.heading)}</h2>
            {table(ts!(rows.heading), columns, rows.into_any())}
            <dl class="facts">
                {fact(ts!(build.source), source.into_any())}
                {code_fact(ts!(build.node), config.build_node.as_deref())}
                {fact(ts!(repository.email), email.into_any())}
            </dl>
            {when(move || !is_new.get(), key)}
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
    let build = trigger_buttons(target(namespace, repo_name, tag), AfterStart::Stay);
    row(
        vec![
            cell(ts!(rows.image_tag), image.into_any()),
            cell(ts!(builds.source), source.into_any()),
            cell(ts!(rows.dockerfile), code(&tag.dockerfile_location)),
            cell(ts!(rows.context), code(tag.context())),
            cell(ts!(rows.is_active), active.into_any()),
        ],
        build,
    )
}

fn target(namespace: &str, repo_name: &str, tag: &TagConfig) -> BuildTarget {
    BuildTarget {
        namespace: namespace.to_owned(),
        repo_name: repo_name.to_owned(),
        tag: tag.docker_repo_tag.clone(),
        commit: String::new(),
    }
}

/// The deploy key, told as steps.
fn deploy_key(key: String, deploy_url: Option<&str>) -> AnyView {
    view! {
        <details class="deploy-key">
            <summary>{ts!(repository.deploy_key)}</summary>
            <p>{ts!(repository.deploy_key_why)}</p>
            <ol>{deploy_key_steps(key, deploy_url)}</ol>
        </details>
    }
    .into_any()
}

fn deploy_key_steps(key: String, deploy_url: Option<&str>) -> AnyView {
    let page = deploy_url
        .and_then(page::web_link)
        .map(|(href, _)| outside_link(href.clone(), Some(&href)));
    view! {
        <li>
            {ts!(repository.deploy_key_copy)}
            {copy_button(Signal::stored(key.clone()), ts!(repository.deploy_key))}
            <code class="code block">{key}</code>
        </li>
        <li>{ts!(repository.deploy_key_add)} " " {page}</li>
    }
    .into_any()
}

/// What comes after a repository was created: its deploy key, where it has one, then a build of each row.
fn first_steps(namespace: &str, repo_name: &str, config: BuildConfig) -> AnyView {
    let builds: Vec<AnyView> = config
        .tag_configs
        .iter()
        .map(|row| {
            view! {
                <li class="first-build">
                    <span class="code strong">{row.docker_repo_tag.clone()}</span>
                    {trigger_buttons(target(namespace, repo_name, row), AfterStart::First)}
                </li>
            }
            .into_any()
        })
        .collect();
    let has_key = config.code_repo_public_key.is_some();
    let key = config
        .code_repo_public_key
        .map(|key| deploy_key_steps(key, config.deploy_url.as_deref()));
    view! {
        <section class="panel first-steps" aria-label=ts!(repository.first_steps)>
            <h2>{ts!(repository.first_steps)}</h2>
            {has_key.then(|| view! { <p>{ts!(repository.deploy_key_why)}</p> })}
            <ol>
                {key} <li>{ts!(repository.build_each)} <ul class="first-builds">{builds}</ul></li>
            </ol>
        </section>
    }
    .into_any()
}
