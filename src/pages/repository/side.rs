//! The column beside a repository's tags and builds: how to pull the image, its source, deploy key, webhook and facts.

use crate::api::{
    Build, BuildConfig, CodeClient, Repository as RepositoryData, SourceUrl, Webhook,
};
use crate::components::time::absolute_time;
use crate::i18n::api_words::client_name;
use crate::i18n::words;
use crate::pages::repository::tag_configs::TagBuilds;
use crate::pages::repository::webhook::{copied, webhook_card};
use crate::platform::page;
use crate::query::Query;
use crate::reactive::{dynamic, memo, show, text_signal};
use crate::state::connection::use_connection;
use crate::ui::external_link::external_link;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The cards. While the repository was never built, its deploy key is part of the first steps.
pub(crate) fn side(
    repository: &RepositoryData,
    builds: TagBuilds,
    webhook: Query<Webhook>,
) -> AnyView {
    let is_new = builds.is_new;
    let config = repository.build_config.as_ref();
    let image = config.map(|config| image(config, builds.recent.all()));
    let source = config.map(source);
    let key = config.and_then(|config| {
        let key = config.code_repo_public_key.clone()?;
        if key.trim().is_empty() {
            return None;
        }
        Some((key, config.deploy_url.as_ref().map(SourceUrl::link)))
    });
    let key = key.map(|(key, url)| {
        show(
            move || !is_new.get(),
            move || deploy_key(&key, url.as_deref()),
        )
    });
    let webhook = config.and_then(|config| webhook_card(config, webhook, is_new));
    view! { <div class="side">{image} {source} {key} {webhook} {about(repository)}</div> }
        .into_any()
}

fn card(title: Signal<String>, content: AnyView) -> AnyView {
    view! {
        <section class="side-card">
            <h2>{title}</h2>
            {content}
        </section>
    }
    .into_any()
}

/// The image of a tag that has one, once its build is known: of `latest`, or else of the first tag. The commands that
/// pull it, or its name where no registry is known.
fn image(config: &BuildConfig, builds: Memo<Vec<Build>>) -> AnyView {
    let connection = use_connection();
    let tags = config
        .tag_configs
        .iter()
        .map(|tag| tag.docker_repo_tag.clone());
    let mut tags: Vec<String> = tags.collect();
    tags.sort_by_key(|tag| tag != "latest");
    let image = memo(move || {
        let registry = connection.registry();
        builds.with(|builds| {
            let of_tag = |tag: &String| {
                let mut of_tag = builds.iter().filter(|build| build.docker_repo_tag == *tag);
                of_tag.find_map(|build| {
                    let has_image = build.has_image() && build.repository().is_some();
                    let name = build.pull_name(&registry, tag);
                    has_image.then(|| (build.image_reference(), name))
                })
            };
            tags.iter().find_map(of_tag)
        })
    });
    dynamic(move || {
        let (reference, name) = image.get()?;
        let Some(name) = name else {
            let content = copied(reference, t_signal!(build.image));
            return Some(card(t_signal!(build.image), content));
        };
        let content = view! {
            <div class="pull-commands">
                {copied(format!("docker pull {name}"), t_signal!(build.pull_command))}
                {copied(format!("podman pull {name}"), t_signal!(build.podman_command))}
            </div>
        };
        Some(card(t_signal!(repository.pull), content.into_any()))
    })
    .into_any()
}

/// The source with its host; where it is built and whether results are mailed.
fn source(config: &BuildConfig) -> AnyView {
    let client = config.code_repo_client.clone();
    let text = match config.code_repo_path.is_empty() {
        true => config.code_repo_clone_url.clone().unwrap_or_default(),
        false => config.code_repo_path.clone(),
    };
    let text = text.shown();
    let clone_url = config
        .code_repo_clone_url
        .as_ref()
        .map(SourceUrl::shown)
        .filter(|url| *url != text && !url.is_empty())
        .map(|url| copied(url, t_signal!(create.clone_url)));
    let node = config.build_node.clone().unwrap_or_default();
    let email = match config.email_enabled {
        true => t_signal!(repository.email_on),
        false => t_signal!(repository.email_off),
    };
    let project = config.code_repo_path_url.as_ref().map(SourceUrl::link);
    let path = (!text.trim().is_empty()).then(|| {
        let link = external_link(text, project.as_deref());
        view! { <p class="code">{link}</p> }
    });
    // An API need not say all of them.
    let facts = text_signal(move || {
        let client = match client == CodeClient::default() {
            true => String::new(),
            false => client_name(&client),
        };
        let node = match node.trim() {
            "" => String::new(),
            node => t_string!(repository.node, node = node),
        };
        joined([client, node, email.get()])
    });
    let content = view! {
        {path}
        {clone_url}
        <p class="quiet">{facts}</p>
    };
    card(t_signal!(build.source), content.into_any())
}

/// The facts that are known, with a dot between them that never begins a line.
fn joined(facts: [String; 3]) -> String {
    let known: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    known.join("\u{a0}· ")
}

fn deploy_key(key: &str, url: Option<&str>) -> AnyView {
    let link = url.and_then(page::web_link).map(|(href, host)| {
        let text = t_signal!(repository.deploy_key_at, host = host);
        view! { <p>{move || external_link(text.get(), Some(&href))}</p> }
    });
    let content = view! {
        {copied(key.to_owned(), t_signal!(repository.deploy_key))}
        <p class="quiet">{t_signal!(repository.deploy_key_why)}</p>
        {link}
    };
    card(t_signal!(repository.deploy_key), content.into_any())
}

fn about(repository: &RepositoryData) -> AnyView {
    let utc = Signal::stored(false);
    let visibility = match repository.is_public {
        true => t_signal!(repositories.public),
        false => t_signal!(repositories.private),
    };
    let creator = repository.created_by.clone();
    let by = (!creator.is_empty()).then(|| t_signal!(repository.created_by, name = creator));
    let created = repository.created_at.map(|time| {
        view! { <li>{t_signal!(repository.created)} " " {absolute_time(time, utc)} " " {by}</li> }
    });
    let pushed = repository.pushed_at.map(|time| {
        view! { <li>{t_signal!(repository.pushed)} " " {absolute_time(time, utc)}</li> }
    });
    let pulls = repository.download.map(|pulls| {
        view! { <li>{t_signal!(repository.pull_count, n = words().number(pulls))}</li> }
    });
    let content = view! {
        <ul class="plain-list quiet">
            <li>{visibility}</li>
            {created}
            {pushed}
            {pulls}
        </ul>
    };
    card(t_signal!(repository.about), content.into_any())
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn facts_that_are_not_known_leave_no_dot() {
        let facts = |facts: [&str; 3]| joined(facts.map(str::to_owned));
        assert_eq!(facts(["", "", "no emails"]), "no emails");
        assert_eq!(facts(["Gitee", "", "no emails"]), "Gitee\u{a0}· no emails");
        assert_eq!(facts(["", "cn", ""]), "cn");
    }
}
