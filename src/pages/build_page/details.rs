//! The details: all that the API says of a build, in a dialog.

use crate::api::{Build, CodeClient, SourceUrl, Status};
use crate::components::builds::cells::started_by;
use crate::components::time::{absolute_time, relative_time};
use crate::i18n::api_words::client_name;
use crate::i18n::numbers;
use crate::pages::build_page::changes::changes_fact;
use crate::pages::build_page::facet::facet;
use crate::pages::build_page::facts::ref_icon;
use crate::pages::build_page::head::progress_words;
use crate::pages::build_page::siblings::Siblings;
use crate::pages::build_page::times::times;
use crate::query::Query;
use crate::reactive::{dynamic, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::copy::{copy_button, copy_text_button};
use crate::ui::dialog::Dialog;
use crate::ui::external_link::external_link;
use crate::ui::fact::{code_fact, copied_fact, fact};
use crate::ui::icon;
use leptos::prelude::*;

/// The data of the dialog. Copies share it.
#[derive(Clone, Copy)]
pub(crate) struct Details {
    pub(crate) build: Query<Build>,
    pub(crate) siblings: Query<Siblings>,
    pub(crate) detail: Memo<Option<String>>,
    /// True for a build that the API knows; false for one from a file.
    pub(crate) is_live: bool,
    /// The build config as it was saved with the build.
    pub(crate) config: StoredValue<Option<String>>,
}

/// The dialog, while `open` is true.
pub(crate) fn details(open: RwSignal<bool>, parts: Details) -> AnyView {
    let dialog = move || {
        view! {
            <Dialog open=open title=t_signal!(build.more) wide=true>
                {content(parts)}
                <div class="form-actions">
                    {Button::new(t_signal!(keys.close)).on_press(move || open.set(false))}
                </div>
            </Dialog>
        }
        .into_any()
    };
    show(move || open.get(), dialog).into_any()
}

fn content(parts: Details) -> AnyView {
    let Details {
        build,
        siblings,
        detail,
        is_live,
        config,
    } = parts;
    let utc = RwSignal::new(false);
    let zone = Button::new(Signal::stored("UTC".to_owned()))
        .name(t_signal!(log.utc))
        .pressed(utc)
        .on_press(move || utc.update(|utc| *utc = !*utc));
    let connection = use_connection();
    let said = move || code_fact(t_signal!(build.detail), detail.get().as_deref());
    view! {
        <div class="build-times">
            {facet(build, without_stage, move |build| times(build, utc))} {zone}
        </div>
        <dl class="facts build-details">
            {facet(build, without_stage, move |build| image_facts(build, connection, is_live, utc))}
            {facet(build, without_stage, source_facts)}
            {is_live.then(|| changes_fact(build, siblings))}
            {facet(build, without_stage, run_facts)} {dynamic(move || progress_fact(build))}
            {dynamic(said)}
        </dl>
        {facet(build, without_stage, unknown_status)}
        {config.get_value().map(config_text)}
    }
    .into_any()
}

/// The build config that was saved with the build.
fn config_text(json: String) -> AnyView {
    view! {
        <details class="saved-config">
            <summary>{t_signal!(build_file.config)}</summary>
            {copy_button(Signal::stored(json.clone()), t_signal!(build_file.config))}
            // The region can be scrolled by keys.
            <pre role="region" aria-label=t_signal!(build_file.config) tabindex="0">
                {json}
            </pre>
        </details>
    }
    .into_any()
}

/// The stage changes with each read while the build runs.
fn without_stage(build: &Build) -> Build {
    Build {
        step_at: None,
        ..build.clone()
    }
}

fn image_facts(
    build: &Build,
    connection: Connection,
    is_live: bool,
    utc: RwSignal<bool>,
) -> AnyView {
    // A file does not say where its image can be pulled from.
    let registry = match is_live {
        true => connection.registry(),
        false => String::new(),
    };
    let of_tag = |tag: &str| {
        let tag = tag.to_owned();
        move |command: Signal<String>| {
            let tag = tag.clone();
            t_signal!(build.command_for, command = command.get(), tag = tag)
        }
    };
    let image = |label: Signal<String>, copy: Signal<String>, reference: String, tag: &str| {
        let pulled = build.pull_name(&registry, tag);
        let shown = pulled.clone().unwrap_or(reference);
        let of_tag = of_tag(tag);
        let pull = pulled.map(|name| pull_buttons(&name, &|command| command, &of_tag));
        fact(label, named_image(shown, copy, pull))
    };
    let digest = build
        .image_digest
        .clone()
        .filter(|digest| !digest.is_empty());
    let digest = digest.map(|digest| {
        let label = t_signal!(build.digest);
        let by_digest =
            |command: Signal<String>| t_signal!(build.command_by_digest, command = command.get());
        let pulled = build.pull_name_by_digest(&registry);
        let pull = pulled.map(|name| pull_buttons(&name, &by_digest, &by_digest));
        fact(label, named_image(digest, label, pull))
    });
    let size = build.image_size.map(|size| {
        let text = text_signal(move || numbers::size(size));
        fact(t_signal!(build.image_size), text.into_any())
    });
    let pushed = build.pushed_at.map(|time| {
        let value = view! {
            <span>{absolute_time(time, utc.into())}</span>
            <span class="quiet">{relative_time(time)}</span>
        };
        fact(t_signal!(build.pushed), value.into_any())
    });
    let version = build.version_tag().filter(|_| !build.has_failed());
    let version = version.map(|tag| {
        let reference = match build.docker_repo_path.as_str() {
            "" => tag.to_owned(),
            path => format!("{path}:{tag}"),
        };
        let label = t_signal!(build.version_tag);
        image(label, label, reference, tag)
    });
    let repository = build
        .repository()
        .map(|(namespace, name)| repository_fact(namespace, name, is_live));
    view! {
        {image(
            t_signal!(build.image),
            t_signal!(build.image_reference),
            build.image_reference(),
            &build.docker_repo_tag,
        )}
        {version}
        {copied_fact(t_signal!(build.image_id), build.image_id.as_deref())}
        {digest}
        {size}
        {pushed}
        {repository}
    }
    .into_any()
}

/// An image's name with a button that copies it, and those that copy the commands which pull it.
fn named_image(reference: String, copy: Signal<String>, pull: Option<AnyView>) -> AnyView {
    view! {
        <span class="code">{reference.clone()}</span>
        {copy_button(Signal::stored(reference), copy)}
        {pull}
    }
    .into_any()
}

/// The label of a button that copies a command, by the name of the command.
type NameOf<'a> = &'a dyn Fn(Signal<String>) -> Signal<String>;

/// The buttons that copy the commands which pull an image by this name. `shown` is their text; `whole_name` tells them
/// apart from those of other names of the image.
fn pull_buttons(reference: &str, shown: NameOf<'_>, whole_name: NameOf<'_>) -> AnyView {
    let (docker, podman) = (
        t_signal!(build.pull_command),
        t_signal!(build.podman_command),
    );
    view! {
        <span class="copies">
            {copy_text_button(
                format!("docker pull {reference}"),
                shown(docker),
                whole_name(docker),
            )}
            {copy_text_button(
                format!("podman pull {reference}"),
                shown(podman),
                whole_name(podman),
            )}
        </span>
    }
    .into_any()
}

fn repository_fact(namespace: &str, name: &str, is_live: bool) -> AnyView {
    let navigation = use_navigation();
    let text = format!("{namespace}/{name}");
    if !is_live {
        let text = view! { <span class="code">{text}</span> };
        return fact(t_signal!(build.repository), text.into_any());
    }
    let href = navigation.href(&Route::Repository {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
    });
    let link = view! {
        <a class="code" href=href>
            {text}
        </a>
    };
    fact(t_signal!(build.repository), link.into_any())
}

fn source_facts(build: &Build) -> AnyView {
    view! {
        {source_fact(build)}
        {source_ref_fact(build)}
        {commit_fact(build)}
        {code_fact(t_signal!(build.dockerfile), Some(&build.dockerfile_location))}
        {code_fact(t_signal!(build.context), build.build_context_path.as_deref())}
    }
    .into_any()
}

/// The source and its host, as far as they are known.
fn source_fact(build: &Build) -> Option<AnyView> {
    let path = build.code_repo_path.shown().trim().to_owned();
    let project = build.code_repo_http_url.as_ref().map(SourceUrl::link);
    let path = (!path.is_empty()).then(|| {
        let link = external_link(path, project.as_deref());
        view! {
            <span class="code">{link}</span>
            " "
        }
    });
    let client = build.code_repo_client.clone();
    let client = (client != CodeClient::default()).then(|| {
        view! { <span class="quiet">{text_signal(move || client_name(&client))}</span> }
    });
    if path.is_none() && client.is_none() {
        return None;
    }
    let value = view! {
        {path}
        {client}
    };
    Some(fact(t_signal!(build.source), value.into_any()))
}

fn source_ref_fact(build: &Build) -> Option<AnyView> {
    let name = build.code_repo_type_value.trim().to_owned();
    if name.is_empty() {
        return None;
    }
    let branch = build.code_repo_branch_url.as_ref().map(SourceUrl::link);
    let value = view! {
        <span class="source-ref">
            {icon::icon(ref_icon(&build.code_repo_type))}
            <span class="code">{external_link(name, branch.as_deref())}</span>
        </span>
    };
    Some(fact(t_signal!(build.source_ref), value.into_any()))
}

fn commit_fact(build: &Build) -> Option<AnyView> {
    let commit = build.code_head_commit.clone();
    let commit = commit.filter(|commit| !commit.is_empty())?;
    let url = build.code_commit_http_url.as_ref().map(SourceUrl::link);
    let url = url.as_deref();
    let value = view! {
        <span class="code">{external_link(commit.clone(), url)}</span>
        {copy_button(Signal::stored(commit), t_signal!(build.commit))}
    };
    Some(fact(t_signal!(build.commit), value.into_any()))
}

fn run_facts(build: &Build) -> AnyView {
    let removable = build.is_removable.map(|removable| {
        let word = match removable {
            true => t_signal!(build.yes),
            false => t_signal!(build.no),
        };
        fact(t_signal!(build.removable), word.into_any())
    });
    view! {
        {(build.auto_created || !build.created_by.trim().is_empty())
            .then(|| fact(t_signal!(build.started_by), started_by(build)))}
        {code_fact(t_signal!(build.node), build.build_node.as_deref())}
        {code_fact(t_signal!(build.builder), build.builder.as_deref())}
        {copied_fact(t_signal!(build.id), Some(&build.build_id))}
        {removable}
    }
    .into_any()
}

/// The progress of the build: the step that the log is at or ended in, or else the API's measure in percent.
fn progress_fact(build: Query<Build>) -> Option<AnyView> {
    let text = progress_words(build).get()?;
    Some(fact(t_signal!(build.progress), text.into_any()))
}

fn unknown_status(build: &Build) -> AnyView {
    let is_unknown = matches!(build.status, Status::Other(_));
    is_unknown
        .then(|| view! { <p class="quiet">{t_signal!(build.unknown_status)}</p> })
        .into_any()
}
