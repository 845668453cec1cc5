//! The create form (call 1).

use crate::api::{CodeClient, CreateRepository, Repository};
use crate::client::{Client, Error};
use crate::components::field::{CheckField, TextArea, TextField};
use crate::forms::document::{Document, Drafts, Place};
use crate::forms::frame::Frame;
use crate::forms::import_view::{Exchange, exchange_panel};
use crate::forms::model::changes::is_created;
use crate::forms::model::draft::{CreateDraft, RepositoryDraft};
use crate::forms::model::import::{Asker, Imported};
use crate::forms::model::paste;
use crate::forms::model::paste::Pasted;
use crate::forms::model::preview::create_frame;
use crate::forms::model::rules::check_repository;
use crate::forms::preview_view::request_preview;
use crate::forms::rows::Rows;
use crate::forms::rows_view::RowsEditor;
use crate::forms::sending::{Looked, Request, Sending};
use crate::forms::state::FormState;
use crate::i18n::api_words::client_name;
use crate::platform::dom;
use crate::platform::files::plain_text;
use crate::platform::page::absolute_url;
use crate::reactive::{choose, flag, live, memo, when};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::markdown::markdown;
use crate::{tr, ts};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::ClipboardEvent;

/// The form's fields, less the rows'.
const FIELDS: [&str; 11] = [
    "repo_name",
    "description",
    "full_description",
    "is_public",
    "build_config.code_repo_client",
    "build_config.code_repo_namespace",
    "build_config.code_repo_name",
    "build_config.code_repo_clone_url",
    "build_config.build_node",
    "build_config.email_enabled",
    "build_config.tag_configs",
];

/// What a client needs, told on its card.
fn client_hint(client: &CodeClient) -> &'static str {
    match client {
        CodeClient::GitHub => tr!(client.github_hint),
        CodeClient::Bitbucket => tr!(client.bitbucket_hint),
        CodeClient::OSChina => tr!(client.oschina_hint),
        CodeClient::GitCafe => tr!(client.gitcafe_hint),
        _ => tr!(client.simple_hint),
    }
}

/// Creates a build repository in a namespace; `on_created` is given what the API answers.
pub fn create_form(namespace: String, on_created: Callback<Repository>) -> AnyView {
    let connection = use_connection();
    let navigation = use_navigation();
    let fields = RwSignal::new(RepositoryDraft::default());
    let rows = Rows::new(CreateDraft::default().rows);
    let draft = move || CreateDraft {
        repository: fields.get_untracked(),
        rows: rows.drafts_now(),
    };
    let verdict = memo(move || {
        let rows = rows.verdicts();
        fields.with(|fields| check_repository(fields, &rows))
    });
    let form = FormState::provide(verdict, &FIELDS, "build_config.");
    let sending = Sending::new(form);
    let space = StoredValue::new(namespace);

    let encode = |draft: CreateDraft| serde_json::to_string(&draft).unwrap_or_default();
    let write = move |text: &str| match serde_json::from_str::<CreateDraft>(text) {
        Ok(draft) => {
            fields.set(draft.repository);
            rows.set(draft.rows);
            true
        }
        Err(_) => false,
    };
    let document = Document::new(form, move || encode(draft()), write);
    let untouched = CreateDraft::default();
    let dirty = memo(move || {
        !rows.hold(&untouched.rows) || fields.with(|fields| *fields != untouched.repository)
    });
    let sent = RwSignal::new(false);
    let drafts = Drafts::keep(
        &Place {
            form: "create",
            address: &untrack(move || connection.address()),
            namespace: &space.get_value(),
            name: "",
        },
        document.clone(),
        dirty.into(),
        move || encode(draft().without_secrets()),
        move || {
            rows.track();
            fields.track();
        },
        move || fields.with_untracked(|fields| fields.repo_name.clone()),
    );

    let send = move || {
        if !sending.may_send() {
            return;
        }
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        let draft = draft();
        let request = draft.repository.to_request(&draft.rows);
        let namespace = space.get_value();
        let (looker, looked_at, wanted) = (client.clone(), namespace.clone(), request.clone());
        sending.send(Request {
            call: Box::pin(async move { client.create_repository(&namespace, &request).await }),
            sent: Rc::new(Cell::new(true)),
            look: Rc::new(move || {
                Box::pin(look(looker.clone(), looked_at.clone(), wanted.clone()))
            }),
            rows: draft.rows.len(),
            done: Rc::new(move |repository| {
                drafts.finish();
                sent.set(true);
                on_created.run(repository);
            }),
        });
    };
    let other = live(move || {
        let name = fields.with(|fields| fields.repo_name.trim().to_owned());
        let namespace = space.get_value();
        navigation.href(&Route::Repository { namespace, name })
    });
    let frame = memo(move || create_frame(fields.with(|fields| fields.to_request(&[]))));
    let url = live(move || {
        let client = connection.client();
        let path = client.map(|client| client.repositories_url(&space.get_value()));
        absolute_url(path.unwrap_or_default())
    });
    let editor = RowsEditor {
        rows,
        prefix: "build_config.",
        image: Signal::derive(move || {
            let name = fields.with(|fields| fields.repo_name.trim().to_owned());
            (space.get_value(), name)
        }),
        selects: false,
        beside: None,
    };
    let import = {
        let document = document.clone();
        let take = move |imported: &Imported| {
            let mut draft = draft();
            imported.fill_create(&mut draft);
            document.exchange(&encode(draft), || tr!(exchange.taken).to_owned());
            dom::focus("#heading");
        };
        let export = move || {
            let draft = draft();
            let request = draft.repository.to_request(&draft.rows);
            let name = format!("{}-{}.json", space.get_value(), request.repo_name);
            (
                name,
                serde_json::to_string_pretty(&request).unwrap_or_default(),
            )
        };
        Exchange {
            asker: Asker::Create,
            take: vec![(ts!(exchange.take), Arc::new(take))],
            export: Arc::new(export),
        }
    };
    let paste = move |event: ClipboardEvent| {
        let Some(pasted) = plain_text(event.clipboard_data())
            .as_deref()
            .and_then(paste::understand)
        else {
            return;
        };
        event.prevent_default();
        let mut draft = draft();
        paste::apply(&pasted, &mut draft);
        document.exchange(&encode(draft), move || pasted_words(&pasted));
    };
    let sections = view! {
        {repository_section(fields, space)}
        <section class="form-section" on:paste=paste>
            {source_section(fields)}
        </section>
        <section class="form-section form-wide">
            <h2 id="rows-heading" tabindex="-1">
                {ts!(rows.heading)}
            </h2>
            <p class="quiet">{ts!(rows.explain)}</p>
            {editor.view()}
        </section>
        {request_preview(rows, frame, "POST", url)}
        {exchange_panel(import)}
    };
    let discard = move || {
        let empty = encode(CreateDraft::default());
        drafts.discard(&empty, || tr!(undo.discarded).to_owned());
        dom::focus("#heading");
    };
    let busy = flag(move || sending.is_busy());
    let buttons = view! {
        {sending.buttons(|| tr!(create.submit), "send", |button| button)}
        {when(
            move || dirty.get(),
            move || Button::new(ts!(draft.discard)).disabled(busy).on_press(discard),
        )}
        <span class="quiet">{ts!(form.shortcut)}</span>
    };
    Frame {
        form,
        sending,
        drafts,
        unsaved: flag(move || dirty.get() && !sent.get()),
        label: ts!(create.title),
        what: ts!(create.creating),
        other,
        sections: sections.into_any(),
        buttons: buttons.into_any(),
    }
    .view(send)
}

/// Looks whether the repository is there, by its own read or else by its builds.
async fn look(
    client: Client,
    namespace: String,
    request: CreateRepository,
) -> Result<Looked<Repository>, Error> {
    let name = &request.repo_name;
    match client.repository(&namespace, name).await {
        Ok(repository) if is_created(&repository, &request) => return Ok(Looked::Done(repository)),
        Ok(_) => return Ok(Looked::Other),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    // An API that lists repositories can read them too, so there is none.
    match client.repositories(&namespace, 1).await {
        Ok(_) => return Ok(Looked::Nothing),
        Err(error) if !error.is_not_offered() => return Err(error),
        Err(_) => {}
    }
    let builds = client.builds(Some(&namespace), Some(name), 1).await;
    Ok(match builds {
        Ok(page) if page.count > 0 => Looked::Other,
        _ => Looked::CannotTell,
    })
}

/// What was read from a paste, in words.
fn pasted_words(pasted: &Pasted) -> String {
    let mut words = match &pasted.place {
        paste::Place::Hosted {
            client,
            owner,
            name,
        } => tr!(
            paste.hosted,
            client = client_name(client),
            path = format!("{owner}/{name}")
        ),
        paste::Place::Address { .. } => tr!(paste.address).to_owned(),
    };
    if let Some((_, name)) = &pasted.reference {
        words.push(' ');
        words.push_str(&tr!(paste.reference, name = name));
    }
    words
}

fn text(fields: RwSignal<RepositoryDraft>, get: fn(&RepositoryDraft) -> &String) -> Signal<String> {
    live(move || fields.with(|fields| get(fields).clone()))
}

fn repository_section(fields: RwSignal<RepositoryDraft>, space: StoredValue<String>) -> AnyView {
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

fn source_section(fields: RwSignal<RepositoryDraft>) -> AnyView {
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
