//! The body of the repository page: first steps, tag configs, deploy key, facts.

use crate::api::{BuildConfig, Repository as RepositoryData, SourceKind, TagConfig};
use crate::components::builds::build_buttons::build_buttons;
use crate::components::time::absolute_time;
use crate::forms::common::wording::tagging as tagging_word;
use crate::i18n::api_words::client_name;
use crate::i18n::words;
use crate::platform::page;
use crate::reactive::{show, text_signal};
use crate::state::start_build::{AfterStart, BuildTarget};
use crate::t_signal;
use crate::ui::copy::copy_button;
use crate::ui::external_link::external_link;
use crate::ui::fact::{code_fact, fact};
use crate::ui::icon;
use crate::ui::markdown::markdown;
use crate::ui::table::{cell, row, table};
use leptos::prelude::*;

/// The repository's tag configs and facts. While it was never built (`is_new`), its deploy key is part of
/// the first steps.
pub(crate) fn about(repository: RepositoryData, is_new: Signal<bool>) -> AnyView {
    let utc = Signal::stored(false);
    let visibility = match repository.is_public {
        true => t_signal!(repositories.public),
        false => t_signal!(repositories.private),
    };
    let created = view! {
        {repository.created_at.map(|time| absolute_time(time, utc))}
        <span>{t_signal!(repository.created_by, name = repository.created_by)}</span>
    };
    let pushed = repository.pushed_at.map(|time| {
        fact(
            t_signal!(repository.pushed),
            absolute_time(time, utc).into_any(),
        )
    });
    let pulls = repository.download;
    let pulls = text_signal(move || words().number(pulls));
    let description = repository.description;
    let full_description = repository.full_description;
    let config = repository
        .build_config
        .map(|config| build_config(&repository.namespace, &repository.repo_name, config, is_new));
    view! {
        {(!description.is_empty()).then(|| view! { <p class="lead">{description}</p> })}
        {config}
        <section class="section">
            <h2>{t_signal!(repository.about)}</h2>
            <dl class="facts">
                {fact(t_signal!(repositories.visibility), visibility.into_any())}
                {fact(t_signal!(repository.created), created.into_any())} {pushed}
                {fact(t_signal!(repository.pulls), pulls.into_any())}
            </dl>
            {(!full_description.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary>{t_signal!(repository.full_description)}</summary>
                            {markdown(Signal::stored(full_description))}
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
    let stored = StoredValue::new((namespace.to_owned(), repo_name.to_owned(), config.clone()));
    let client = config.code_repo_client.clone();
    let source = config
        .code_repo_clone_url
        .unwrap_or(config.code_repo_path.clone());
    let source = view! {
        <span class="code">{external_link(source, config.code_repo_path_url.as_deref())}</span>
        <span class="quiet">{text_signal(move || client_name(&client))}</span>
    };
    let email = match config.email_enabled {
        true => t_signal!(build.yes),
        false => t_signal!(build.no),
    };
    let rows: Vec<AnyView> = config
        .tag_configs
        .iter()
        .map(|tag| tag_row(namespace, repo_name, tag))
        .collect();
    let columns = vec![
        t_signal!(rows.image_tag),
        t_signal!(builds.source),
        t_signal!(rows.dockerfile),
        t_signal!(rows.context),
        t_signal!(rows.is_active),
    ];
    let first_steps = move || {
        let (namespace, repo_name, config) = stored.get_value();
        first_steps(&namespace, &repo_name, config)
    };
    let key = move || {
        let (_, _, config) = stored.get_value();
        let key = config.code_repo_public_key;
        let key = key.map(|key| deploy_key(key, config.deploy_url.as_deref()));
        key.into_any()
    };
    view! {
        {show(move || is_new.get(), first_steps)}
        <section class="section">
            <h2>{t_signal!(rows.heading)}</h2>
            {table(t_signal!(rows.heading), columns, rows.into_any())}
            <dl class="facts">
                {fact(t_signal!(build.source), source.into_any())}
                {code_fact(t_signal!(build.node), config.build_node.as_deref())}
                {fact(t_signal!(repository.email), email.into_any())}
            </dl>
            {show(move || !is_new.get(), key)}
        </section>
    }
    .into_any()
}

fn tag_row(namespace: &str, repo_name: &str, tag: &TagConfig) -> AnyView {
    let kind_icon = match tag.code_repo_type {
        SourceKind::Tag => icon::TAG,
        _ => icon::BRANCH,
    };
    let tagging = tag.version_tagging;
    let image = view! {
        <span class="code strong">{tag.docker_repo_tag.clone()}</span>
        <div class="quiet">{text_signal(move || tagging_word(tagging))}</div>
    };
    let source = view! {
        <span class="source-ref">
            {icon::icon(kind_icon)} <span class="code">{tag.code_repo_type_value.clone()}</span>
        </span>
    };
    let code = |text: &str| view! { <span class="code">{text.to_owned()}</span> }.into_any();
    let active = match tag.is_active {
        true => t_signal!(repository.on_push),
        false => t_signal!(repository.by_hand),
    };
    let build = build_buttons(target(namespace, repo_name, tag), AfterStart::Stay);
    row(
        vec![
            cell(t_signal!(rows.image_tag), image.into_any()),
            cell(t_signal!(builds.source), source.into_any()),
            cell(t_signal!(rows.dockerfile), code(&tag.dockerfile_location)),
            cell(t_signal!(rows.context), code(tag.context())),
            cell(t_signal!(rows.is_active), active.into_any()),
        ],
        build,
    )
}

/// The target of a tag config's Build button.
fn target(namespace: &str, repo_name: &str, tag: &TagConfig) -> BuildTarget {
    BuildTarget {
        namespace: namespace.to_owned(),
        repo_name: repo_name.to_owned(),
        tag: tag.docker_repo_tag.clone(),
        commit: String::new(),
    }
}

/// The deploy key, and the steps to add it to the source's host.
fn deploy_key(key: String, deploy_url: Option<&str>) -> AnyView {
    view! {
        <details class="deploy-key">
            <summary>{t_signal!(repository.deploy_key)}</summary>
            <p>{t_signal!(repository.deploy_key_why)}</p>
            <ol>{deploy_key_steps(key, deploy_url)}</ol>
        </details>
    }
    .into_any()
}

fn deploy_key_steps(key: String, deploy_url: Option<&str>) -> AnyView {
    let page = deploy_url
        .and_then(page::web_link)
        .map(|(href, _)| external_link(href.clone(), Some(&href)));
    view! {
        <li>
            {t_signal!(repository.deploy_key_copy)}
            {copy_button(Signal::stored(key.clone()), t_signal!(repository.deploy_key))}
            <code class="code block">{key}</code>
        </li>
        <li>{t_signal!(repository.deploy_key_add)} " " {page}</li>
    }
    .into_any()
}

/// The steps after a repository was created: add its deploy key, if it has one, then build each tag.
fn first_steps(namespace: &str, repo_name: &str, config: BuildConfig) -> AnyView {
    let builds: Vec<AnyView> = config
        .tag_configs
        .iter()
        .map(|row| {
            view! {
                <li class="first-build">
                    <span class="code strong">{row.docker_repo_tag.clone()}</span>
                    {build_buttons(target(namespace, repo_name, row), AfterStart::First)}
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
        <section class="panel first-steps" aria-label=t_signal!(repository.first_steps)>
            <h2>{t_signal!(repository.first_steps)}</h2>
            {has_key.then(|| view! { <p>{t_signal!(repository.deploy_key_why)}</p> })}
            <ol>
                {key}
                <li>{t_signal!(repository.build_each)} <ul class="first-builds">{builds}</ul></li>
            </ol>
        </section>
    }
    .into_any()
}
