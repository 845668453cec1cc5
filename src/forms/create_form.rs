//! The create form (call 1).

use super::FormState;
use super::draft::{RepositoryDraft, RowDraft};
use super::rows::{Rows, RowsEditor};
use super::rules::{ROW_FIELDS, check_repository, row_path};
use crate::api::{CodeClient, Error, Repository};
use crate::components::builds_table::client_name;
use crate::components::button::Button;
use crate::components::field::{CheckField, TextArea, TextField};
use crate::components::notice::error_notice;
use crate::connection::use_connection;
use crate::view::{choose, flag, live, memo, part};
use crate::{tr, ts, tx};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

/// The paths of the form's own fields, less the rows'.
const FIELDS: [&str; 9] = [
    "repo_name",
    "description",
    "full_description",
    "is_public",
    "build_config.code_repo_namespace",
    "build_config.code_repo_name",
    "build_config.code_repo_clone_url",
    "build_config.build_node",
    "build_config.email_enabled",
];

/// Whether the form has a field at this path.
fn is_known(path: &str, rows: usize) -> bool {
    FIELDS.contains(&path)
        || path == "build_config.tag_configs"
        || (0..rows).any(|index| {
            ROW_FIELDS
                .iter()
                .any(|field| row_path("build_config.", index, field) == path)
        })
}

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
    let form = FormState::provide(problems);
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let namespace = StoredValue::new(namespace);

    let send = move || {
        if sending.get_untracked() || !form.submit() {
            return;
        }
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        sending.set(true);
        error.set(None);
        let drafts = untrack(move || rows.drafts());
        let request = draft.with_untracked(|draft| draft.to_request(&drafts));
        leptos::task::spawn_local(async move {
            let Some(namespace) = namespace.try_get_value() else {
                return;
            };
            let answer = client.create_repository(&namespace, &request).await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(repository) => on_created.run(repository),
                Err(Error::Refused(refusal)) => {
                    let rest = form.refuse(&refusal, |path| is_known(path, drafts.len()));
                    let all_placed = rest.message.is_empty() && rest.fields.is_empty();
                    if !all_placed || refusal.fields.is_empty() {
                        error.set(Some(Error::Refused(rest)));
                    }
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let text = move |get: fn(&RepositoryDraft) -> &String| {
        Signal::derive(move || draft.with(|draft| get(draft).clone()))
    };
    let submit = Button::new(live(move || match sending.get() {
        true => tr!(form.sending),
        false => tr!(create.submit),
    }))
    .primary()
    .disabled(sending)
    .submit();
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
                    <span class="card-title">{part(move || client_name(&name))}</span>
                    <span class="card-hint">{part(move || client_hint(&hint))}</span>
                </label>
            }
        })
        .collect_view();
    view! {
        <form
            class="form"
            novalidate
            aria-label=ts!(create.title)
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                send();
            }
            on:keydown=move |event: KeyboardEvent| {
                if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                    event.prevent_default();
                    send();
                }
            }
        >
            {part(move || {
                error.get().map(|error| error_notice(ts!(create.creating), error, false, None))
            })}
            <section class="form-section">
                <h2>{tx!(create.repository)}</h2>
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
                <h2>{tx!(create.source)}</h2>
                <fieldset class="cards">
                    <legend>{tx!(create.client)}</legend>
                    {cards}
                </fieldset>
                {choose(is_simple, move || view! { <TextField
                        path=Signal::stored("build_config.code_repo_clone_url".to_owned())
                        label=ts!(create.clone_url)
                        hint=ts!(create.clone_url_hint)
                        code=true
                        required=true
                        value=text(|draft| &draft.clone_url)
                        on_input=move |text| draft.update(|draft| draft.clone_url = text)
                    /> }.into_any(), move || ({
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
                                    on_input=move |text| draft.update(|draft| draft.code_name = text)
                                />
                            </div>
                        }
                    }).into_any())}
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
                <h2>{tx!(rows.heading)}</h2>
                <p class="quiet">{tx!(rows.explain)}</p>
                <RowsEditor rows=rows prefix="build_config." />
            </section>
            {super::build_nodes()}
            {super::summary(form)}
            <div class="form-actions">
                {submit}
                <span class="quiet">{tx!(form.shortcut)}</span>
            </div>
        </form>
    }
}
