//! The webhook of a repository: where the source's host is to send its pushes, and what came of the last ones. An API
//! that does not offer the call shows the code alone.

use crate::api::{BuildConfig, CodeClient, Repository as RepositoryData, Webhook};
use crate::pages::repository::pushes::last_pushes;
use crate::query::intervals::PUSHES;
use crate::query::{Query, use_query};
use crate::reactive::{bool_signal, dynamic, memo, show, text_signal};
use crate::state::connection::use_connection;
use crate::t_signal;
use crate::ui::copy::{copy_button, copy_text_button};
use leptos::prelude::*;

/// Reads the webhook of the repository, once it is known to have one, and again while the page is open.
pub(crate) fn use_webhook(
    path: StoredValue<(String, String)>,
    repository: Memo<Option<RepositoryData>>,
) -> Query<Webhook> {
    let connection = use_connection();
    let has_code = memo(move || {
        repository.with(|repository| {
            let config = repository.as_ref()?.build_config.as_ref()?;
            code(config).map(|_| ())
        })
    });
    use_query(
        move || {
            has_code.get()?;
            let client = connection.client()?;
            let (namespace, name) = path.get_value();
            Some(Box::pin(
                async move { client.webhook(&namespace, &name).await },
            ))
        },
        |_| PUSHES,
    )
}

fn code(config: &BuildConfig) -> Option<&String> {
    let code = config.code_repo_webhook_code.as_ref();
    code.filter(|code| !code.is_empty())
}

/// The address, once it is known.
fn address(webhook: Query<Webhook>) -> Memo<Option<String>> {
    memo(move || Some(webhook.data()?.url.clone()).filter(|url| !url.is_empty()))
}

/// The hook of a git server of one's own: `hooks/post-receive`. The address is on no command line.
fn post_receive(url: &str) -> String {
    format!(
        "#!/bin/sh\n# hooks/post-receive\n\
         curl --silent --show-error --max-time 10 --header 'Accept: text/plain' --data-binary @- \
         --config /dev/fd/3 3<<'END'\n\
         url = \"{url}\"\nEND\n"
    )
}

fn hook_button(url: &str) -> AnyView {
    let name = t_signal!(webhook.post_receive);
    copy_text_button(post_receive(url), name, name)
}

/// The card beside the tags; `None` without a webhook. While the repository was never built, `is_new`, the address is
/// part of the first steps.
pub(crate) fn webhook_card(
    config: &BuildConfig,
    webhook: Query<Webhook>,
    is_new: Memo<bool>,
) -> Option<AnyView> {
    let code = code(config)?.clone();
    let is_in_steps = is_step(config);
    let own_server = config.code_repo_client == CodeClient::Simple;
    let url = address(webhook);
    let is_offered = memo(move || url.with(Option::is_some));
    let shows_address = move || !(is_new.get() && is_in_steps && is_offered.get());
    let parts = move || {
        let code = code.clone();
        let address = move || {
            let url = url.get()?;
            let hook = own_server.then(|| hook_button(&url));
            Some(view! {
                {labeled(url, t_signal!(webhook.address))}
                {hook}
            })
        };
        let why = text_signal(move || match is_offered.get() {
            true => t_signal!(webhook.why).get(),
            false => t_signal!(repository.webhook_why).get(),
        });
        view! {
            {dynamic(address)}
            {labeled(code, t_signal!(repository.webhook_code))}
            <p class="quiet">{why}</p>
        }
        .into_any()
    };
    Some(
        view! {
            <section class="side-card">
                <h2>{t_signal!(repository.webhook)}</h2>
                {show(shows_address, parts)}
                {show(move || is_offered.get(), move || state(webhook))}
            </section>
        }
        .into_any(),
    )
}

/// Says whether the webhook works, with the last pushes.
fn state(webhook: Query<Webhook>) -> AnyView {
    let works = bool_signal(move || webhook.data().is_some_and(|webhook| webhook.is_delivering));
    let text = text_signal(move || match works.get() {
        true => t_signal!(webhook.works).get(),
        false => t_signal!(webhook.silent).get(),
    });
    view! {
        <p>{text}</p>
        {last_pushes(webhook)}
    }
    .into_any()
}

/// Returns true if the webhook is one of the first steps: a push starts a build.
fn is_step(config: &BuildConfig) -> bool {
    config.tag_configs.iter().any(|row| row.is_active)
}

/// The step that adds the webhook at the source's host, once its address is known.
pub(crate) fn webhook_step(config: &BuildConfig, webhook: Query<Webhook>) -> Option<AnyView> {
    let code = code(config).filter(|_| is_step(config))?.clone();
    let own_server = config.code_repo_client == CodeClient::Simple;
    let url = address(webhook);
    let step = move || {
        let url = url.get()?;
        let hook = own_server.then(|| hook_button(&url));
        let code = code.clone();
        Some(view! {
            <li>
                {t_signal!(webhook.step)}
                {copy_button(Signal::stored(url.clone()), t_signal!(webhook.address))}
                <code class="code block">{url}</code> {t_signal!(webhook.step_code)}
                {copy_button(Signal::stored(code.clone()), t_signal!(repository.webhook_code))}
                <code class="code block">{code}</code> {hook}
            </li>
        })
    };
    Some(dynamic(step).into_any())
}

/// The same as [`copied`], with its name above it.
fn labeled(text: String, name: Signal<String>) -> AnyView {
    let shown = text_signal(move || name.with(|name| capitalized(name)));
    view! {
        <div role="group" aria-label=shown>
            <p class="quiet">{shown}</p>
            {copied(text, name)}
        </div>
    }
    .into_any()
}

/// A text of the console that begins a line.
fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(chars).collect()
}

/// A text on one line, cut at its end, with a button that copies all of it.
pub(crate) fn copied(text: String, name: Signal<String>) -> AnyView {
    view! {
        <div class="copied">
            <code class="code">{text.clone()}</code>
            {copy_button(Signal::stored(text), name)}
        </div>
    }
    .into_any()
}
