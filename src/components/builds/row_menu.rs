//! The menu of a build's row: what is done with a build now and then. Loaded on demand.

use crate::api::{Build, SourceUrl};
use crate::i18n::format::short_commit;
use crate::platform::{clipboard, page};
use crate::reactive::text_signal;
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::overlay::{OpenOverlay, Overlay};
use crate::state::start_build::{AfterStart, BuildTarget};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The entries of the menu.
pub(crate) fn row_menu(build: &Build) -> AnyView {
    let navigation = use_navigation();
    let commit = build.code_head_commit.as_deref().unwrap_or_default();
    let commit = short_commit(commit).to_owned();
    let source = build.code_repo_type_value.trim().to_owned();
    let (has_commit, has_source) = (!commit.is_empty(), !source.is_empty());
    let of_repository = build.repository().map(|(namespace, name)| {
        let query = BuildsQuery::of_repository(namespace.to_owned(), name.to_owned());
        let href = navigation.href(&Route::Builds(query));
        let path = build.docker_repo_path.clone();
        Button::new(t_signal!(builds.only_repository, name = path)).link(Signal::stored(href))
    });
    let connection = use_connection();
    let pull = build
        .pull_command(&untrack(move || connection.registry()))
        .map(|command| copy_entry(command, t_signal!(build.pull_command)));
    view! {
        {build_commit(build)}
        {has_commit
            .then(|| {
                host_link(
                    t_signal!(builds.open_commit, commit = commit),
                    build.code_commit_http_url.as_ref(),
                )
            })}
        {has_source
            .then(|| {
                host_link(
                    t_signal!(builds.open_source, name = source),
                    build.code_repo_branch_url.as_ref(),
                )
            })}
        {pull}
        {copy_entry(build.build_id.clone(), t_signal!(build.id))}
        {of_repository}
    }
    .into_any()
}

fn build_commit(build: &Build) -> Option<AnyView> {
    let overlay = expect_context::<OpenOverlay>().0;
    let target = BuildTarget::of(build);
    target.is_complete().then(|| {
        let image = target.image();
        Button::new(t_signal!(trigger.commit))
            .name(t_signal!(trigger.commit_of, image = image))
            .on_press(move || overlay.set(Some(Overlay::Commit(target.clone(), AfterStart::Stay))))
    })
}

/// A link to the code's host, which opens in a new tab; nothing without an address.
fn host_link(text: Signal<String>, url: Option<&SourceUrl>) -> Option<AnyView> {
    let (href, host) = page::web_link(&url?.link())?;
    let link = view! {
        <a
            class="button"
            href=href
            rel="noopener noreferrer"
            target="_blank"
            title=t_signal!(link.outside, host = host)
        >
            {text}
            {icon::icon(icon::LINK)}
        </a>
    };
    Some(link.into_any())
}

/// An entry that copies a text, which its tooltip shows, and says so.
fn copy_entry(text: String, name: Signal<String>) -> AnyView {
    let title = text.clone();
    let copied = RwSignal::new(None::<bool>);
    let press = move |_| {
        let text = text.clone();
        leptos::task::spawn_local(async move {
            let done = clipboard::copy(&text).await;
            // The menu may have been closed.
            let _ = copied.try_set(Some(done));
        });
    };
    let label = text_signal(move || match copied.get() {
        None => t_string!(copy.label, what = name.get()),
        Some(true) => t_string!(copy.done).to_owned(),
        Some(false) => t_string!(copy.refused).to_owned(),
    });
    view! {
        <button type="button" class="button" data-keep-open="" title=title on:click=press>
            <span aria-live="polite">{label}</span>
        </button>
    }
    .into_any()
}
