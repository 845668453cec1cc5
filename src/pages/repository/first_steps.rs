//! The steps after a repository was created: add its deploy key and its webhook, if it has them, then build each tag.

use crate::api::{BuildConfig, SourceUrl, Webhook};
use crate::components::builds::build_buttons::build_buttons;
use crate::pages::repository::tag_configs::target;
use crate::pages::repository::webhook::webhook_step;
use crate::platform::page;
use crate::query::Query;
use crate::state::start_build::AfterStart;
use crate::t_signal;
use crate::ui::copy::copy_button;
use crate::ui::external_link::external_link;
use leptos::prelude::*;

fn deploy_key_steps(key: String, deploy_url: Option<&SourceUrl>) -> AnyView {
    let page = deploy_url
        .and_then(|url| page::web_link(&url.link()))
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

/// The panel with the steps.
pub(crate) fn first_steps(
    namespace: &str,
    repo_name: &str,
    config: BuildConfig,
    webhook: Query<Webhook>,
) -> AnyView {
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
    let webhook = webhook_step(&config, webhook);
    let key = config.code_repo_public_key;
    let key = key.filter(|key| !key.trim().is_empty());
    let has_key = key.is_some();
    let key = key.map(|key| deploy_key_steps(key, config.deploy_url.as_ref()));
    view! {
        <section class="panel first-steps" aria-label=t_signal!(repository.first_steps)>
            <h2>{t_signal!(repository.first_steps)}</h2>
            {has_key.then(|| view! { <p>{t_signal!(repository.deploy_key_why)}</p> })}
            <ol>
                {key} {webhook}
                <li>{t_signal!(repository.build_each)} <ul class="first-builds">{builds}</ul></li>
            </ol>
        </section>
    }
    .into_any()
}
