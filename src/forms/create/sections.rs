//! The sections of the create form.

use crate::api::CodeClient;
use crate::forms::common::fields::{CheckField, TextArea, TextField};
use crate::forms::model::draft::RepositoryDraft;
use crate::i18n::api_words::client_name;
use crate::reactive::{choose, flag, live, when};
use crate::ui::markdown::markdown;
use crate::{tr, ts};
use leptos::prelude::*;

/// What a client needs, told on its card.
pub(crate) fn client_hint(client: &CodeClient) -> &'static str {
    match client {
        CodeClient::GitHub => tr!(client.github_hint),
        CodeClient::Bitbucket => tr!(client.bitbucket_hint),
        CodeClient::OSChina => tr!(client.oschina_hint),
        CodeClient::GitCafe => tr!(client.gitcafe_hint),
        _ => tr!(client.simple_hint),
    }
}

pub(crate) fn text(
    fields: RwSignal<RepositoryDraft>,
    get: fn(&RepositoryDraft) -> &String,
) -> Signal<String> {
    live(move || fields.with(|fields| get(fields).clone()))
}

pub(crate) fn repository_section(
    fields: RwSignal<RepositoryDraft>,
    space: StoredValue<String>,
) -> AnyView {
    let name_hint = live(move || {
        let name = fields.with(|fields| fields.repo_name.trim().to_owned());
        let name = if name.is_empty() { "…" } else { &name };
        let path = space.with_value(|space| format!("{space}/{name}"));
        tr!(create.repo_name_hint, path = path)
    });
    let has_text = move || fields.with(|fields| !fields.full_description.trim().is_empty());
    let preview = move || {
        view! {
            <details class="panel">
                <summary>{ts!(create.markdown_preview)}</summary>
                {markdown(text(fields, |fields| &fields.full_description))}
            </details>
        }
        .into_any()
    };
    view! {
        <section class="form-section">
            <h2>{ts!(create.repository)}</h2>
            <TextField
                path=Signal::stored("repo_name".to_owned())
                label=ts!(create.repo_name)
                hint=name_hint
                code=true
                required=true
                value=text(fields, |fields| &fields.repo_name)
                on_input=move |text| fields.update(|fields| fields.repo_name = text)
            />
            <TextField
                path=Signal::stored("description".to_owned())
                label=ts!(create.description)
                value=text(fields, |fields| &fields.description)
                on_input=move |text| fields.update(|fields| fields.description = text)
            />
            <TextArea
                path=Signal::stored("full_description".to_owned())
                label=ts!(create.full_description)
                hint=ts!(create.full_description_hint)
                value=text(fields, |fields| &fields.full_description)
                on_input=move |text| fields.update(|fields| fields.full_description = text)
            />
            {when(has_text, preview)}
            <CheckField
                path=Signal::stored("is_public".to_owned())
                label=ts!(create.is_public)
                hint=ts!(create.is_public_hint)
                checked=flag(move || fields.with(|fields| fields.is_public))
                on_change=move |on| fields.update(|fields| fields.is_public = on)
            />
        </section>
    }
    .into_any()
}

pub(crate) fn source_section(fields: RwSignal<RepositoryDraft>) -> AnyView {
    let card = |client: CodeClient| {
        let (value, name, hint) = (client.to_string(), client.clone(), client.clone());
        let chosen = client.clone();
        view! {
            <label class="card">
                <input
                    type="radio"
                    name="code_repo_client"
                    value=value
                    prop:checked=flag(move || fields.with(|fields| fields.client == chosen))
                    on:change=move |_| fields.update(|fields| fields.client = client.clone())
                />
                <span class="card-title">{live(move || client_name(&name))}</span>
                <span class="card-hint">{live(move || client_hint(&hint))}</span>
            </label>
        }
        .into_any()
    };
    let cards: Vec<AnyView> = CodeClient::KNOWN.into_iter().map(card).collect();
    let by_url = move || {
        view! {
            <TextField
                path=Signal::stored("build_config.code_repo_clone_url".to_owned())
                label=ts!(create.clone_url)
                hint=ts!(create.clone_url_hint)
                code=true
                required=true
                value=text(fields, |fields| &fields.clone_url)
                on_input=move |text| fields.update(|fields| fields.clone_url = text)
            />
        }
        .into_any()
    };
    let by_name = move || {
        view! {
            <div class="field-pair">
                <TextField
                    path=Signal::stored("build_config.code_repo_namespace".to_owned())
                    label=ts!(create.code_namespace)
                    code=true
                    required=true
                    value=text(fields, |fields| &fields.code_namespace)
                    on_input=move |text| fields.update(|fields| fields.code_namespace = text)
                />
                <TextField
                    path=Signal::stored("build_config.code_repo_name".to_owned())
                    label=ts!(create.code_name)
                    code=true
                    required=true
                    value=text(fields, |fields| &fields.code_name)
                    on_input=move |text| fields.update(|fields| fields.code_name = text)
                />
            </div>
        }
        .into_any()
    };
    view! {
        <h2>{ts!(create.source)}</h2>
        <p class="quiet">{ts!(paste.hint)}</p>
        <fieldset class="cards">
            <legend>{ts!(create.client)}</legend>
            {cards}
        </fieldset>
        {choose(move || fields.with(|fields| fields.client == CodeClient::Simple), by_url, by_name)}
        <TextField
            path=Signal::stored("build_config.build_node".to_owned())
            label=ts!(create.build_node)
            hint=ts!(create.build_node_hint)
            code=true
            list="build-nodes"
            required=true
            value=text(fields, |fields| &fields.build_node)
            on_input=move |text| fields.update(|fields| fields.build_node = text)
        />
        <CheckField
            path=Signal::stored("build_config.email_enabled".to_owned())
            label=ts!(create.email)
            checked=flag(move || fields.with(|fields| fields.email_enabled))
            on_change=move |on| fields.update(|fields| fields.email_enabled = on)
        />
    }
    .into_any()
}
