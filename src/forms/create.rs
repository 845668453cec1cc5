//! The create form (call 1).

pub mod confirm;
pub mod sections;

use crate::api::Repository;
use crate::forms::common::drafts::{DraftScope, Drafts};
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::form_state::FormState;
use crate::forms::common::import_panel::{Exchange, exchange_panel};
use crate::forms::common::submission::{Submission, SubmissionRequest};
use crate::forms::common::undoable::Document;
use crate::forms::create::confirm::look;
use crate::forms::create::sections::{repository_section, source_section};
use crate::forms::model::draft::{CreateDraft, RepositoryDraft};
use crate::forms::model::import::{Asker, Imported};
use crate::forms::model::paste;
use crate::forms::model::paste::Pasted;
use crate::forms::model::preview::create_frame;
use crate::forms::model::rules::check_repository;
use crate::forms::request_preview::request_preview;
use crate::forms::rows::RowList;
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::table::rows_table;
use crate::i18n::api_words::client_name;
use crate::platform::dom;
use crate::platform::files::plain_text;
use crate::platform::page::absolute_url;
use crate::reactive::{bool_signal, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::{t_signal, t_string};
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

/// Creates a build repository in a namespace; `on_created` is given what the API answers.
pub fn create_form(namespace: String, on_created: Callback<Repository>) -> AnyView {
    let connection = use_connection();
    let navigation = use_navigation();
    let fields = RwSignal::new(RepositoryDraft::default());
    let rows = RowList::new(CreateDraft::default().rows);
    let draft = move || CreateDraft {
        repository: fields.get_untracked(),
        rows: rows.drafts_now(),
    };
    let verdict = memo(move || {
        let rows = rows.verdicts();
        fields.with(|fields| check_repository(fields, &rows))
    });
    let form = FormState::provide(verdict, &FIELDS, "build_config.");
    let sending = Submission::new(form);
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
        &DraftScope {
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
        sending.send(SubmissionRequest {
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
    let other = text_signal(move || {
        let name = fields.with(|fields| fields.repo_name.trim().to_owned());
        let namespace = space.get_value();
        navigation.href(&Route::Repository { namespace, name })
    });
    let frame = memo(move || create_frame(fields.with(|fields| fields.to_request(&[]))));
    let url = text_signal(move || {
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
            document.exchange(&encode(draft), || t_string!(exchange.taken).to_owned());
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
            take: vec![(t_signal!(exchange.take), Arc::new(take))],
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
                {t_signal!(rows.heading)}
            </h2>
            <p class="quiet">{t_signal!(rows.explain)}</p>
            {rows_table(editor)}
        </section>
        {request_preview(rows, frame, "POST", url)}
        {exchange_panel(import)}
    };
    let discard = move || {
        let empty = encode(CreateDraft::default());
        drafts.discard(&empty, || t_string!(undo.discarded).to_owned());
        dom::focus("#heading");
    };
    let busy = bool_signal(move || sending.is_busy());
    let buttons = view! {
        {sending.buttons(|| t_string!(create.submit), "send", |button| button)}
        {show(
            move || dirty.get(),
            move || Button::new(t_signal!(draft.discard)).disabled(busy).on_press(discard),
        )}
        <span class="quiet">{t_signal!(form.shortcut)}</span>
    };
    FormShell {
        form,
        sending,
        drafts,
        unsaved: bool_signal(move || dirty.get() && !sent.get()),
        label: t_signal!(create.title),
        what: t_signal!(create.creating),
        other,
        sections: sections.into_any(),
        buttons: buttons.into_any(),
    }
    .view(send)
}

/// What was read from a paste, in words.
fn pasted_words(pasted: &Pasted) -> String {
    let mut words = match &pasted.source {
        paste::PastedSource::Hosted {
            client,
            owner,
            name,
        } => t_string!(
            paste.hosted,
            client = client_name(client),
            path = format!("{owner}/{name}")
        ),
        paste::PastedSource::Address { .. } => t_string!(paste.address).to_owned(),
    };
    if let Some((_, name)) = &pasted.reference {
        words.push(' ');
        words.push_str(&t_string!(paste.reference, name = name));
    }
    words
}
