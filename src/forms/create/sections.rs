//! The sections of the create form.

use crate::api::CodeClient;
use crate::forms::common::fields::{CheckField, TextArea, TextField};
use crate::forms::model::draft::RepositoryDraft;
use crate::i18n::api_words::client_name;
use crate::reactive::{bool_signal, show, show_or, text_signal};
use crate::ui::markdown::markdown;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// Says what a client needs.
fn client_hint(client: &CodeClient) -> &'static str {
    match client {
        CodeClient::GitHub => t_string!(client.github_hint),
        CodeClient::Bitbucket => t_string!(client.bitbucket_hint),
        CodeClient::OSChina => t_string!(client.oschina_hint),
        CodeClient::GitCafe => t_string!(client.gitcafe_hint),
        _ => t_string!(client.simple_hint),
    }
}

fn field_text(
    fields: RwSignal<RepositoryDraft>,
    get: fn(&RepositoryDraft) -> &String,
) -> Signal<String> {
    text_signal(move || fields.with(|fields| get(fields).clone()))
}

/// The section about the repository itself.
pub(crate) fn repository_section(
    fields: RwSignal<RepositoryDraft>,
    namespace: StoredValue<String>,
) -> AnyView {
    let name_hint = text_signal(move || {
        let name = fields.with(|fields| fields.repo_name.trim().to_owned());
        let name = if name.is_empty() { "…" } else { &name };
        let path = namespace.with_value(|namespace| format!("{namespace}/{name}"));
        t_string!(create.repo_name_hint, path = path)
    });
    let has_text = move || fields.with(|fields| !fields.full_description.trim().is_empty());
    let preview = move || {
        view! {
            <details class="panel">
                <summary>{t_signal!(create.markdown_preview)}</summary>
                {markdown(field_text(fields, |fields| &fields.full_description))}
            </details>
        }
        .into_any()
    };
    view! {
        <section class="form-section">
            <h2>{t_signal!(create.repository)}</h2>
            <TextField
                path=Signal::stored("repo_name".to_owned())
                label=t_signal!(create.repo_name)
                hint=name_hint
                code=true
                required=true
                value=field_text(fields, |fields| &fields.repo_name)
                on_input=move |text| fields.update(|fields| fields.repo_name = text)
            />
            <TextField
                path=Signal::stored("description".to_owned())
                label=t_signal!(create.description)
                value=field_text(fields, |fields| &fields.description)
                on_input=move |text| fields.update(|fields| fields.description = text)
            />
            <TextArea
                path=Signal::stored("full_description".to_owned())
                label=t_signal!(create.full_description)
                hint=t_signal!(create.full_description_hint)
                value=field_text(fields, |fields| &fields.full_description)
                on_input=move |text| fields.update(|fields| fields.full_description = text)
            />
            {show(has_text, preview)}
            <CheckField
                path=Signal::stored("is_public".to_owned())
                label=t_signal!(create.is_public)
                hint=t_signal!(create.is_public_hint)
                checked=bool_signal(move || fields.with(|fields| fields.is_public))
                on_change=move |on| fields.update(|fields| fields.is_public = on)
            />
        </section>
    }
    .into_any()
}

/// The fields about the source and its build config, without the rows.
pub(crate) fn source_fields(fields: RwSignal<RepositoryDraft>) -> AnyView {
    view! {
        <h2>{t_signal!(create.source)}</h2>
        <p class="quiet">{t_signal!(paste.hint)}</p>
        {client_cards(fields)}
        {show_or(
            move || fields.with(|fields| fields.client == CodeClient::Simple),
            move || clone_url_field(fields),
            move || hosted_source_fields(fields),
        )}
        <TextField
            path=Signal::stored("build_config.build_node".to_owned())
            label=t_signal!(create.build_node)
            hint=t_signal!(create.build_node_hint)
            code=true
            list="build-nodes"
            required=true
            value=field_text(fields, |fields| &fields.build_node)
            on_input=move |text| fields.update(|fields| fields.build_node = text)
        />
        <CheckField
            path=Signal::stored("build_config.email_enabled".to_owned())
            label=t_signal!(create.email)
            checked=bool_signal(move || fields.with(|fields| fields.email_enabled))
            on_change=move |on| fields.update(|fields| fields.email_enabled = on)
        />
    }
    .into_any()
}

/// The choice of the code host, as cards.
fn client_cards(fields: RwSignal<RepositoryDraft>) -> AnyView {
    let card = |client: CodeClient| {
        let (value, name, hint) = (client.to_string(), client.clone(), client.clone());
        let shown = client.clone();
        view! {
            <label class="card">
                <input
                    type="radio"
                    name="code_repo_client"
                    value=value
                    prop:checked=bool_signal(move || fields.with(|fields| fields.client == shown))
                    on:change=move |_| fields.update(|fields| fields.client = client.clone())
                />
                <span class="card-title">{text_signal(move || client_name(&name))}</span>
                <span class="card-hint">{text_signal(move || client_hint(&hint))}</span>
            </label>
        }
        .into_any()
    };
    let cards: Vec<AnyView> = CodeClient::KNOWN.into_iter().map(card).collect();
    view! {
        <fieldset class="cards">
            <legend>{t_signal!(create.client)}</legend>
            {cards}
        </fieldset>
    }
    .into_any()
}

/// The source of any git server.
fn clone_url_field(fields: RwSignal<RepositoryDraft>) -> AnyView {
    view! {
        <TextField
            path=Signal::stored("build_config.code_repo_clone_url".to_owned())
            label=t_signal!(create.clone_url)
            hint=t_signal!(create.clone_url_hint)
            code=true
            required=true
            value=field_text(fields, |fields| &fields.clone_url)
            on_input=move |text| fields.update(|fields| fields.clone_url = text)
        />
    }
    .into_any()
}

/// The source at a host that the API knows.
fn hosted_source_fields(fields: RwSignal<RepositoryDraft>) -> AnyView {
    view! {
        <div class="field-pair">
            <TextField
                path=Signal::stored("build_config.code_repo_namespace".to_owned())
                label=t_signal!(create.code_namespace)
                code=true
                required=true
                value=field_text(fields, |fields| &fields.code_namespace)
                on_input=move |text| fields.update(|fields| fields.code_namespace = text)
            />
            <TextField
                path=Signal::stored("build_config.code_repo_name".to_owned())
                label=t_signal!(create.code_name)
                code=true
                required=true
                value=field_text(fields, |fields| &fields.code_name)
                on_input=move |text| fields.update(|fields| fields.code_name = text)
            />
        </div>
    }
    .into_any()
}
