//! The tag config editor (reference, call 6).

pub(crate) mod build_button;
pub(crate) mod changes_view;
pub(crate) mod conflict_dialog;
pub(crate) mod editor;
pub(crate) mod import_export;
pub(crate) mod save;
pub(crate) mod save_dialog;
pub(crate) mod save_flow;

use crate::api::SavedConfig;
use crate::forms::common::fields::TextField;
use crate::forms::common::form::Form;
use crate::forms::common::form_content::FormContent;
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::import_panel::ImportPanel;
use crate::forms::common::source_line::source_line;
use crate::forms::common::source_looks::{LookedAt, SourceLooks};
use crate::forms::common::submission_view::submission_buttons;
use crate::forms::config::build_button::row_build;
use crate::forms::config::editor::{ConfigEditor, ConfigOrigin};
use crate::forms::config::import_export::import_export;
use crate::forms::config::save_flow::SaveFlow;
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::preview::update_frame;
use crate::forms::request_preview::{RequestPreview, request_preview};
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::table::rows_section;
use crate::platform::page::absolute_url;
use crate::reactive::{bool_signal, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;

/// Edits the build node and the tag configs of a repository. `on_saved` is given what the API holds after
/// saving, as far as it is known.
pub(crate) fn config_form(
    namespace: String,
    name: String,
    origin: ConfigOrigin,
    on_saved: Callback<Option<SavedConfig>>,
) -> AnyView {
    let form = Form::new(ConfigEditor::new(origin), &namespace, &name);
    let path = StoredValue::new((namespace, name));
    let flow = SaveFlow::new(form, path, on_saved);
    let config = ConfigForm { form, path, flow };
    config.provide_looks();
    let import = ImportPanel::new(import_export(form, path));
    let shell = FormShell {
        label: t_signal!(config.title),
        action: t_signal!(config.saving),
        existing_href: config.repository_href(),
        sections: config.sections(import),
        beside: request_preview(config.request_preview()),
        buttons: config.buttons(),
        bar_end: form.discard_button(t_signal!(config.reset)),
        on_submit: Callback::new(move |()| flow.start_review()),
    };
    view! {
        {form.view(shell)}
        {flow.dialogs()}
        {import.dialog()}
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct ConfigForm {
    form: Form<ConfigEditor>,
    /// Namespace and name of the repository.
    path: StoredValue<(String, String)>,
    flow: SaveFlow,
}

impl ConfigForm {
    /// Asks about the repository's source while the rows are edited.
    fn provide_looks(self) {
        let looked_at = memo(move || {
            let (namespace, name) = self.path.get_value();
            Some(LookedAt::Repository { namespace, name })
        });
        let rows = self.form.content.rows.looked_at();
        SourceLooks::provide(self.form.state, looked_at, rows);
    }

    fn repository_href(self) -> Signal<String> {
        let navigation = use_navigation();
        text_signal(move || {
            let (namespace, name) = self.path.get_value();
            navigation.href(&Route::Config { namespace, name })
        })
    }

    fn sections(self, import: ImportPanel) -> AnyView {
        let Self { form, path, flow } = self;
        let ConfigEditor {
            node,
            rows,
            is_known,
            ..
        } = form.content;
        let rows_editor = RowsEditor {
            rows,
            prefix: ConfigEditor::ROWS_PREFIX,
            image: Signal::derive(move || path.get_value()),
            selects: true,
            has_build_cache: rows.hold_build_cache(),
            beside: Some(Arc::new(move |row| row_build(path, row))),
        };
        let unknown_notice = || notice("warning", t_signal!(config.from_nowhere)).into_any();
        view! {
            {show(move || flow.was_saved(), saved_notice)}
            {show(move || !is_known.get(), unknown_notice)}
            {source_line(expect_context::<SourceLooks>())}
            {rows_section(rows_editor, import.button())}
            <section class="form-section form-part">
                <h2>{t_signal!(config.building)}</h2>
                <div class="field-pair">
                    <TextField
                        path=Signal::stored("build_node".to_owned())
                        label=t_signal!(create.build_node)
                        hint=t_signal!(create.build_node_hint)
                        code=true
                        list="build-nodes"
                        required=true
                        value=node
                        on_input=move |text| node.set(text)
                    />
                </div>
            </section>
        }
        .into_any()
    }

    fn request_preview(self) -> RequestPreview {
        let connection = use_connection();
        let ConfigEditor {
            node, rows, held, ..
        } = self.form.content;
        let unchanged = move || {
            let request = held.with(|held| ConfigDraft::from(held).to_request());
            serde_json::to_string_pretty(&request).unwrap_or_default()
        };
        let url = move || {
            let url = connection.client().map(|client| {
                self.path
                    .with_value(|(namespace, name)| client.build_config_url(namespace, name))
            });
            absolute_url(url.unwrap_or_default())
        };
        let template = memo(move || node.with(|node| update_frame(node)));
        RequestPreview {
            rows,
            template,
            has_secret: Signal::stored(false),
            method: "PUT",
            url: text_signal(url),
            unchanged: Some(memo(unchanged)),
        }
    }

    fn buttons(self) -> AnyView {
        let form = self.form;
        let is_dirty = form.is_dirty;
        let title = text_signal(move || match is_dirty.get() {
            true => "",
            false => t_string!(config.unchanged),
        });
        let hint = text_signal(move || match is_dirty.get() {
            true => t_string!(form.shortcut),
            false => t_string!(config.unchanged),
        });
        let adjust = move |button: Button| {
            button
                .disabled(bool_signal(move || !is_dirty.get()))
                .title(title)
        };
        view! {
            {submission_buttons(form.submission, || t_string!(config.save), adjust)}
            <span class="form-hint quiet" class:for-keys=is_dirty>
                {hint}
            </span>
        }
        .into_any()
    }
}

fn saved_notice() -> AnyView {
    view! {
        <div id="saved" tabindex="-1">
            {notice("success", t_signal!(config.saved))}
        </div>
    }
    .into_any()
}
