//! The create form (reference, call 1).

pub(crate) mod confirm;
pub(crate) mod editor;
pub(crate) mod import_export;
pub(crate) mod sections;

use crate::api::Repository;
use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::import_panel::import_panel;
use crate::forms::common::submission::SubmissionRequest;
use crate::forms::common::submission_view::submission_buttons;
use crate::forms::create::confirm::verify;
use crate::forms::create::editor::CreateEditor;
use crate::forms::create::import_export::{import_export, paste_source};
use crate::forms::create::sections::{repository_section, source_fields};
use crate::forms::model::preview::create_frame;
use crate::forms::request_preview::{RequestPreview, request_preview};
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::table::rows_table;
use crate::platform::page::absolute_url;
use crate::reactive::{memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// Creates a build repository in a namespace. `on_created` is given the API's answer.
pub(crate) fn create_form(namespace: String, on_created: Callback<Repository>) -> AnyView {
    let create = CreateForm {
        form: Form::new(CreateEditor::new(), &namespace, ""),
        namespace: StoredValue::new(namespace),
        connection: use_connection(),
        on_created,
    };
    create.form.view(FormShell {
        label: t_signal!(create.title),
        action: t_signal!(create.creating),
        existing_href: create.repository_href(),
        sections: create.sections(),
        buttons: create.buttons(),
        on_submit: Callback::new(move |()| create.send()),
    })
}

#[derive(Clone, Copy)]
struct CreateForm {
    form: Form<CreateEditor>,
    namespace: StoredValue<String>,
    connection: Connection,
    on_created: Callback<Repository>,
}

impl CreateForm {
    fn send(self) {
        let Self {
            form, on_created, ..
        } = self;
        if !form.submission.may_send() {
            return;
        }
        let Some(client) = untrack(move || self.connection.client()) else {
            return;
        };
        let draft = form.content.draft();
        let request = draft.repository.to_request(&draft.rows);
        let namespace = self.namespace.get_value();
        let sent = (client.clone(), namespace.clone(), request.clone());
        form.submission.send(SubmissionRequest {
            call: Box::pin(async move { client.create_repository(&namespace, &request).await }),
            was_sent: Rc::new(Cell::new(true)),
            verify: Rc::new(move || {
                let (client, namespace, request) = sent.clone();
                Box::pin(verify(client, namespace, request))
            }),
            row_count: draft.rows.len(),
            done: Rc::new(move |repository| {
                form.finish();
                on_created.run(repository);
            }),
        });
    }

    /// Links to the repository that already has the name.
    fn repository_href(self) -> Signal<String> {
        let navigation = use_navigation();
        text_signal(move || {
            navigation.href(&Route::Repository {
                namespace: self.namespace.get_value(),
                name: self.form.content.repo_name(),
            })
        })
    }

    fn sections(self) -> AnyView {
        let Self {
            form, namespace, ..
        } = self;
        let CreateEditor { fields, rows } = form.content;
        let rows_editor = RowsEditor {
            rows,
            prefix: CreateEditor::ROWS_PREFIX,
            image: Signal::derive(move || (namespace.get_value(), form.content.repo_name())),
            selects: false,
            beside: None,
        };
        view! {
            {repository_section(fields, namespace)}
            <section class="form-section" on:paste=move |event| paste_source(form, &event)>
                {source_fields(fields)}
            </section>
            <section class="form-section form-wide">
                <h2 id="rows-heading" tabindex="-1">
                    {t_signal!(rows.heading)}
                </h2>
                <p class="quiet">{t_signal!(rows.explain)}</p>
                {rows_table(rows_editor)}
            </section>
            {request_preview(self.request_preview())}
            {import_panel(import_export(form, namespace))}
        }
        .into_any()
    }

    fn request_preview(self) -> RequestPreview {
        let CreateEditor { fields, rows } = self.form.content;
        let url = move || {
            let client = self.connection.client();
            let url = client.map(|client| client.repositories_url(&self.namespace.get_value()));
            absolute_url(url.unwrap_or_default())
        };
        RequestPreview {
            rows,
            template: memo(move || create_frame(fields.with(|fields| fields.to_request(&[])))),
            method: "POST",
            url: text_signal(url),
        }
    }

    fn buttons(self) -> AnyView {
        let form = self.form;
        view! {
            {submission_buttons(form.submission, || t_string!(create.submit), |button| button)}
            {show(
                move || form.is_dirty.get(),
                move || form.discard_button(t_signal!(draft.discard)),
            )}
            <span class="quiet">{t_signal!(form.shortcut)}</span>
        }
        .into_any()
    }
}
