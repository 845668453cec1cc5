//! The create form (reference, call 1).

pub(crate) mod confirm;
pub(crate) mod editor;
pub(crate) mod import_export;
pub(crate) mod mail_hint;
pub(crate) mod sections;
pub(crate) mod source;
pub(crate) mod source_link;

use crate::api::Repository;
use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::import_panel::ImportPanel;
use crate::forms::common::source_looks::{LookedAt, SourceLooks};
use crate::forms::common::submission::SubmissionRequest;
use crate::forms::common::submission_view::submission_buttons;
use crate::forms::create::confirm::verify;
use crate::forms::create::editor::CreateEditor;
use crate::forms::create::import_export::import_export;
use crate::forms::create::sections::{repository_section, settings_section};
use crate::forms::create::source::source_section;
use crate::forms::create::source_link::SourceLink;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::preview::create_frame;
use crate::forms::request_preview::{RequestPreview, request_preview};
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::table::rows_section;
use crate::platform::page::absolute_url;
use crate::reactive::{bool_signal, memo, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::{Connection, use_connection};
use crate::ui::button::Button;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;

/// The most rows of which all are built at once. Of more rows only the first is.
const MAX_BUILT_ROWS: usize = 3;

/// Creates a build repository in a namespace. `on_created` is given the API's answer and the image tags to build.
pub(crate) fn create_form(
    namespace: String,
    on_created: Callback<(Repository, Vec<String>)>,
) -> AnyView {
    let form = Form::new(CreateEditor::new(), &namespace, "");
    let namespace = StoredValue::new(namespace);
    let create = CreateForm {
        form,
        namespace,
        connection: use_connection(),
        on_created,
    };
    create.provide_looks();
    let import = ImportPanel::new(import_export(form, namespace));
    let shell = FormShell {
        label: t_signal!(create.title),
        action: t_signal!(create.creating),
        existing_href: create.repository_href(),
        sections: create.sections(import),
        beside: request_preview(create.request_preview()),
        buttons: create.buttons(),
        bar_end: form.discard_button(t_signal!(draft.discard)),
        on_submit: Callback::new(move |()| create.send(true)),
    };
    view! {
        {form.view(shell)}
        {import.dialog()}
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct CreateForm {
    form: Form<CreateEditor>,
    namespace: StoredValue<String>,
    connection: Connection,
    on_created: Callback<(Repository, Vec<String>)>,
}

/// The image tags that 'Create and build' builds.
fn built_tags(rows: &[RowDraft]) -> Vec<String> {
    let count = if rows.len() <= MAX_BUILT_ROWS {
        rows.len()
    } else {
        1
    };
    let tags = rows[..count].iter();
    tags.map(|row| row.image_tag().to_owned()).collect()
}

impl CreateForm {
    /// Asks about the source while the form is filled in.
    fn provide_looks(self) {
        let CreateEditor { fields, rows, .. } = self.form.content;
        let looked_at = memo(move || {
            let source = fields.with(|fields| fields.askable_source())?;
            let namespace = self.namespace.get_value();
            Some(LookedAt::New { namespace, source })
        });
        SourceLooks::provide(self.form.state, looked_at, rows.looked_at());
    }

    /// Sends the request. `builds` says if builds are started once the repository is there.
    fn send(self, builds: bool) {
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
        let tags = match builds {
            true => built_tags(&draft.rows),
            false => Vec::new(),
        };
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
                on_created.run((repository, tags.clone()));
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

    fn sections(self, import: ImportPanel) -> AnyView {
        let Self {
            form, namespace, ..
        } = self;
        let editor = form.content;
        let rows_editor = RowsEditor {
            rows: editor.rows,
            prefix: CreateEditor::ROWS_PREFIX,
            image: Signal::derive(move || (namespace.get_value(), editor.repo_name())),
            selects: false,
            // Nothing says so before there is a repository.
            has_build_cache: false,
            beside: None,
        };
        view! {
            {source_section(SourceLink::new(editor, form.state))}
            {repository_section(editor, namespace)}
            {rows_section(rows_editor, import.button())}
            {settings_section(editor, form.state, namespace)}
        }
        .into_any()
    }

    fn request_preview(self) -> RequestPreview {
        let CreateEditor { fields, rows, .. } = self.form.content;
        let url = move || {
            let client = self.connection.client();
            let url = client.map(|client| client.repositories_url(&self.namespace.get_value()));
            absolute_url(url.unwrap_or_default())
        };
        RequestPreview {
            rows,
            template: memo(move || {
                create_frame(fields.with(|fields| fields.to_shown_request(&[])))
            }),
            has_secret: bool_signal(move || fields.with(|fields| fields.has_secret())),
            method: "POST",
            url: text_signal(url),
            unchanged: None,
        }
    }

    fn buttons(self) -> AnyView {
        let submission = self.form.submission;
        let rows = self.form.content.rows;
        let title = text_signal(move || {
            let tags = built_tags(&rows.drafts());
            match rows.count() > MAX_BUILT_ROWS {
                true => t_string!(
                    create.build_first,
                    tag = tags.join(t_string!(words.list)),
                    n = rows.count()
                ),
                false => t_string!(create.build_all, tags = tags.join(t_string!(words.list))),
            }
        });
        let create = Button::new(t_signal!(create.submit))
            .name(t_signal!(create.submit_name))
            .busy(bool_signal(move || submission.is_busy()))
            .on_press(move || self.send(false));
        view! {
            {submission_buttons(
                submission,
                || t_string!(create.submit_build),
                |button| button.title(title),
            )}
            {create}
            <span class="form-hint quiet for-keys">{t_signal!(form.shortcut)}</span>
        }
        .into_any()
    }
}
