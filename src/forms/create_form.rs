//! The create form (call 1).

use super::FormState;
use super::draft::{RepositoryDraft, RowDraft};
use super::rows::{Rows, RowsEditor};
use super::rules::check_repository;
use crate::api::{CodeClient, Repository};
use crate::components::builds_table::client_name;
use crate::components::field::{CheckField, TextArea, TextField};
use crate::connection::use_connection;
use crate::view::{choose, flag, live, memo};
use crate::{tr, ts};
use leptos::prelude::*;

/// The form's fields, less the rows'.
const FIELDS: [&str; 10] = [
    "repo_name",
    "description",
    "full_description",
    "is_public",
    "build_config.code_repo_namespace",
    "build_config.code_repo_name",
    "build_config.code_repo_clone_url",
    "build_config.build_node",
    "build_config.email_enabled",
    "build_config.tag_configs",
];

/// What a client needs, told on its card.
fn client_hint(client: &CodeClient) -> String {
    match client {
        CodeClient::GitHub => tr!(client.github_hint),
        CodeClient::Bitbucket => tr!(client.bitbucket_hint),
        CodeClient::OSChina => tr!(client.oschina_hint),
        CodeClient::GitCafe => tr!(client.gitcafe_hint),
        _ => tr!(client.simple_hint),
    }
    .to_string()
}

/// Creates a build repository in a namespace.
#[component]
pub fn CreateForm(
    #[prop(into)] namespace: String,
    /// What to do with the repository that the API answers.
    #[prop(into)]
    on_created: Callback<Repository>,
) -> impl IntoView {
    let connection = use_connection();
    let draft = RwSignal::new(RepositoryDraft::default());
    let rows = Rows::new(vec![RowDraft::default()]);
    let problems = memo(move || draft.with(|draft| check_repository(draft, &rows.drafts())));
    let form = FormState::provide(problems, &FIELDS, "build_config.");
    let namespace = StoredValue::new(namespace);

    let send = move || {
        if !form.may_send() {
            return;
        }
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        let drafts = untrack(move || rows.drafts());
        let request = draft.with_untracked(|draft| draft.to_request(&drafts));
        let namespace = namespace.get_value();
        let call = async move { client.create_repository(&namespace, &request).await };
        form.wait(call, drafts.len(), move |repository| {
            on_created.run(repository)
        });
    };
    let text = move |get: fn(&RepositoryDraft) -> &String| {
        Signal::derive(move || draft.with(|draft| get(draft).clone()))
    };
    let is_simple = move || draft.with(|draft| draft.client == CodeClient::Simple);
    let cards = CodeClient::KNOWN
        .into_iter()
        .map(|client| {
            let (value, name, hint) = (client.clone(), client.clone(), client.clone());
            let chosen = client.clone();
            view! {
                <label class="card">
                    <input
                        type="radio"
                        name="code_repo_client"
                        value=value.to_string()
                        prop:checked=flag(move || draft.with(|draft| draft.client == chosen))
                        on:change=move |_| draft.update(|draft| draft.client = client.clone())
                    />
                    <span class="card-title">{live(move || client_name(&name))}</span>
                    <span class="card-hint">{live(move || client_hint(&hint))}</span>
                </label>
            }
        })
        .collect_view();
    let sections = view! {
        <section class="form-section">
            <h2>{ts!(create.repository)}</h2>
            <TextField
                path=Signal::stored("repo_name".to_owned())
                label=ts!(create.repo_name)
                hint=Signal::derive(move || {
                    let name = draft.with(|draft| draft.repo_name.trim().to_owned());
                    let name = if name.is_empty() { "…".to_owned() } else { name };
                    tr!(create.repo_name_hint, path = format!("{}/{name}", namespace.get_value()))
                })
                code=true
                required=true
                value=text(|draft| &draft.repo_name)
                on_input=move |text| draft.update(|draft| draft.repo_name = text)
            />
            <TextField
                path=Signal::stored("description".to_owned())
                label=ts!(create.description)
                value=text(|draft| &draft.description)
                on_input=move |text| draft.update(|draft| draft.description = text)
            />
            <TextArea
                path=Signal::stored("full_description".to_owned())
                label=ts!(create.full_description)
                hint=ts!(create.full_description_hint)
                value=text(|draft| &draft.full_description)
                on_input=move |text| draft.update(|draft| draft.full_description = text)
            />
            <CheckField
                path=Signal::stored("is_public".to_owned())
                label=ts!(create.is_public)
                hint=ts!(create.is_public_hint)
                checked=Signal::derive(move || draft.with(|draft| draft.is_public))
                on_change=move |on| draft.update(|draft| draft.is_public = on)
            />
        </section>
        <section class="form-section">
            <h2>{ts!(create.source)}</h2>
            <fieldset class="cards">
                <legend>{ts!(create.client)}</legend>
                {cards}
            </fieldset>
            {choose(
                is_simple,
                move || {
                    view! {
                        <TextField
                            path=Signal::stored("build_config.code_repo_clone_url".to_owned())
                            label=ts!(create.clone_url)
                            hint=ts!(create.clone_url_hint)
                            code=true
                            required=true
                            value=text(|draft| &draft.clone_url)
                            on_input=move |text| draft.update(|draft| draft.clone_url = text)
                        />
                    }
                        .into_any()
                },
                move || {
                    ({
                        view! {
                            <div class="field-pair">
                                <TextField
                                    path=Signal::stored(
                                        "build_config.code_repo_namespace".to_owned(),
                                    )
                                    label=ts!(create.code_namespace)
                                    code=true
                                    required=true
                                    value=text(|draft| &draft.code_namespace)
                                    on_input=move |text| {
                                        draft.update(|draft| draft.code_namespace = text)
                                    }
                                />
                                <TextField
                                    path=Signal::stored("build_config.code_repo_name".to_owned())
                                    label=ts!(create.code_name)
                                    code=true
                                    required=true
                                    value=text(|draft| &draft.code_name)
                                    on_input=move |text| {
                                        draft.update(|draft| draft.code_name = text)
                                    }
                                />
                            </div>
                        }
                    })
                        .into_any()
                },
            )}
            <TextField
                path=Signal::stored("build_config.build_node".to_owned())
                label=ts!(create.build_node)
                hint=ts!(create.build_node_hint)
                code=true
                list="build-nodes"
                required=true
                value=text(|draft| &draft.build_node)
                on_input=move |text| draft.update(|draft| draft.build_node = text)
            />
            <CheckField
                path=Signal::stored("build_config.email_enabled".to_owned())
                label=ts!(create.email)
                checked=Signal::derive(move || draft.with(|draft| draft.email_enabled))
                on_change=move |on| draft.update(|draft| draft.email_enabled = on)
            />
        </section>
        <section class="form-section">
            <h2>{ts!(rows.heading)}</h2>
            <p class="quiet">{ts!(rows.explain)}</p>
            <RowsEditor rows=rows prefix="build_config." />
        </section>
    };
    let buttons = view! {
        {super::submit_button(form, || tr!(create.submit)).submit()}
        <span class="quiet">{ts!(form.shortcut)}</span>
    };
    super::frame(
        form,
        ts!(create.title),
        ts!(create.creating),
        send,
        sections.into_any(),
        buttons.into_any(),
    )
}
