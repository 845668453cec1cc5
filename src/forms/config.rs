//! The tag config editor (call 6).

pub mod build_button;
pub mod changes_view;
pub mod conflict_dialog;
pub mod editor;
pub mod import_export;
pub mod save;
pub mod save_dialog;

use crate::api::SavedConfig;
use crate::forms::common::drafts::{DraftScope, Drafts};
use crate::forms::common::fields::TextField;
use crate::forms::common::form_shell::FormShell;
use crate::forms::common::form_state::FormState;
use crate::forms::common::import_panel::exchange_panel;
use crate::forms::common::submission::{Submission, SubmissionRequest, Verification};
use crate::forms::common::undoable::Document;
use crate::forms::config::build_button::row_build_button;
use crate::forms::config::changes_view::names;
use crate::forms::config::conflict_dialog::{Conflict, conflict_view};
use crate::forms::config::editor::{ConfigEditor, ConfigOrigin, EditorSnapshot, encode};
use crate::forms::config::import_export::exchange;
use crate::forms::config::save::{Saved, as_held, look, read, write_config};
use crate::forms::config::save_dialog::review_dialog;
use crate::forms::model::changes::{Review, review};
use crate::forms::model::draft::ConfigDraft;
use crate::forms::model::preview::update_frame;
use crate::forms::model::rules::check_editor;
use crate::forms::request_preview::request_preview;
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::table::rows_table;
use crate::platform::dom;
use crate::platform::page::absolute_url;
use crate::reactive::{bool_signal, effect, memo, show, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::ui::button::Button;
use crate::ui::dialog::Dialog;
use crate::ui::notice::notice;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Edits the build node and the tag configs of a repository, and saves them with call 6. `on_saved` is
/// given what the API holds then, as far as it is known.
pub fn config_form(
    namespace: String,
    name: String,
    origin: ConfigOrigin,
    on_saved: Callback<Option<SavedConfig>>,
) -> AnyView {
    let connection = use_connection();
    let navigation = use_navigation();
    let editor = ConfigEditor::new(origin);
    let ConfigEditor {
        held,
        is_known,
        is_readable,
        node,
        rows,
    } = editor;
    let verdict = memo(move || {
        let rows = rows.verdicts();
        node.with(|node| check_editor(node, &rows))
    });
    let form = FormState::provide(verdict, &["build_node", "tag_configs"], "");
    let sending = Submission::new(form);
    let path = StoredValue::new((namespace.clone(), name.clone()));
    let base = memo(move || held.with(|held| ConfigDraft::from(held)));
    let dirty = memo(move || {
        base.with(|base| !rows.hold(&base.rows) || node.with(|node| *node != base.build_node))
    });

    let write = move |text: &str| match serde_json::from_str::<EditorSnapshot>(text) {
        Ok(kept) => {
            editor.put(kept);
            true
        }
        Err(_) => false,
    };
    let document = Document::new(form, move || encode(&editor.kept()), write);
    let drafts = Drafts::keep(
        &DraftScope {
            form: "config",
            address: &untrack(move || connection.address()),
            namespace: &namespace,
            name: &name,
        },
        document.clone(),
        dirty.into(),
        move || encode(&editor.kept()),
        move || {
            rows.track();
            node.track();
        },
        move || names(&editor.draft().to_request().tag_configs),
    );

    let reviewing = RwSignal::new(None::<Review>);
    let open = RwSignal::new(false);
    let conflict = RwSignal::new(None::<Conflict>);
    let conflict_open = RwSignal::new(false);
    let was_saved = RwSignal::new(false);
    let show_review = move || {
        let draft = editor.draft();
        reviewing.set(Some(held.with_untracked(|held| review(held, &draft))));
        open.set(true);
    };
    // Ctrl+Enter in the form, or its button: nothing is sent before the changes were seen.
    let ask = move || {
        was_saved.set(false);
        if dirty.get_untracked() && sending.may_send() {
            show_review();
        }
    };
    let finish = move |now: Option<SavedConfig>, sent: ConfigDraft| {
        drafts.finish();
        drafts.begin_again();
        form.reset();
        form.dismiss_undo();
        editor.adopt(now.clone().unwrap_or_else(|| as_held(&sent)));
        is_known.set(true);
        was_saved.set(true);
        on_saved.run(now.or_else(|| (!is_readable).then(|| as_held(&sent))));
        request_animation_frame(|| {
            dom::focus("#saved");
        });
    };
    let done = move |saved: Saved, sent: ConfigDraft| match saved {
        Saved::Changed(theirs) => {
            conflict.set(Some(Conflict {
                loaded: held.get_untracked(),
                theirs,
                yours: editor.draft(),
            }));
            conflict_open.set(true);
        }
        Saved::Taken(Some(config)) => finish(Some(SavedConfig::from(&*config)), sent),
        Saved::Taken(None) => {
            let client = untrack(move || connection.client());
            leptos::task::spawn_local(async move {
                let now = match client.filter(|_| is_readable) {
                    Some(client) => read(&client, path).await.ok(),
                    None => None,
                };
                finish(now, sent);
            });
        }
    };
    let save = move || {
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        let sent_draft = editor.draft();
        let rows = sent_draft.rows.len();
        let loaded = held.get_untracked();
        let sent = Rc::new(Cell::new(false));
        let (looker, looked_for, before) = (client.clone(), sent_draft.clone(), loaded.clone());
        sending.send(SubmissionRequest {
            call: Box::pin(write_config(
                client,
                path,
                is_readable.then_some(loaded),
                sent_draft.clone(),
                sent.clone(),
            )),
            sent,
            look: Rc::new(move || {
                let look = look(looker.clone(), path, before.clone(), looked_for.clone());
                Box::pin(async move {
                    match is_readable {
                        true => look.await,
                        false => Ok(Verification::CannotTell),
                    }
                })
            }),
            rows,
            done: Rc::new(move |saved| done(saved, sent_draft.clone())),
        });
    };
    // However the sending ends, what it came to is told in the form.
    effect(move || {
        if !sending.is_busy() {
            open.set(false);
        }
    });
    let discard = move || {
        let kept = EditorSnapshot {
            held: held.get_untracked(),
            draft: base.get_untracked(),
        };
        drafts.discard(&encode(&kept), || t_string!(undo.discarded).to_owned());
        dom::focus("#heading");
    };
    let idle = bool_signal(move || !dirty.get());
    let no_discard = bool_signal(move || !dirty.get() || sending.is_busy());
    let hint = text_signal(move || match dirty.get() {
        true => t_string!(form.shortcut),
        false => t_string!(config.unchanged),
    });
    let url = text_signal(move || {
        let url = connection.client().map(|client| {
            path.with_value(|(namespace, name)| client.build_config_url(namespace, name))
        });
        absolute_url(url.unwrap_or_default())
    });
    let frame = memo(move || node.with(|node| update_frame(node)));
    let rows_editor = RowsEditor {
        rows,
        prefix: "",
        image: Signal::derive(move || path.get_value()),
        selects: true,
        beside: Some(Arc::new(move |row| row_build_button(path, row))),
    };
    let saved_notice = move || {
        view! {
            <div id="saved" tabindex="-1">
                {notice("success", t_signal!(config.saved))}
            </div>
        }
        .into_any()
    };
    let sections = view! {
        {show(move || was_saved.get() && !dirty.get(), saved_notice)}
        {show(move || !is_known.get(), || notice("warning", t_signal!(config.from_nowhere)).into_any())}
        <section class="form-section form-wide">
            <h2 id="rows-heading" tabindex="-1">
                {t_signal!(rows.heading)}
            </h2>
            <p class="quiet">{t_signal!(rows.explain)}</p>
            {rows_table(rows_editor)}
        </section>
        <section class="form-section">
            <h2>{t_signal!(config.building)}</h2>
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
        </section>
        {request_preview(rows, frame, "PUT", url)}
        {exchange_panel(exchange(editor, document, path))}
    };
    let buttons = view! {
        {sending
            .buttons(
                || t_string!(config.save),
                "send",
                |button| {
                    button
                        .disabled(idle)
                        .title(
                            text_signal(move || match dirty.get() {
                                true => "",
                                false => t_string!(config.unchanged),
                            }),
                        )
                },
            )}
        {Button::new(t_signal!(config.reset)).disabled(no_discard).on_press(discard)}
        <span class="quiet">{hint}</span>
    };
    let to_repository = text_signal(move || {
        let (namespace, name) = path.get_value();
        navigation.href(&Route::Config { namespace, name })
    });
    let form_view = FormShell {
        form,
        sending,
        drafts,
        unsaved: dirty.into(),
        label: t_signal!(config.title),
        what: t_signal!(config.saving),
        other: to_repository,
        sections: sections.into_any(),
        buttons: buttons.into_any(),
    }
    .view(ask);
    let review_dialog = move || match reviewing.get_untracked() {
        Some(review) => review_dialog(review, open, is_known.into(), sending, save),
        None => ().into_any(),
    };
    let conflict_dialog = move || match conflict.get_untracked() {
        Some(between) => {
            let theirs = between.theirs.clone();
            let go_on = move |merged: ConfigDraft| {
                conflict_open.set(false);
                form.rows_moved();
                editor.put(EditorSnapshot {
                    held: theirs.clone(),
                    draft: merged,
                });
                // What was put together is judged and seen like anything else that is saved.
                request_animation_frame(ask);
            };
            view! {
                <Dialog open=conflict_open title=t_signal!(conflict.title) wide=true>
                    {conflict_view(between, go_on, move || conflict_open.set(false))}
                </Dialog>
            }
            .into_any()
        }
        None => ().into_any(),
    };
    view! {
        {form_view}
        {show(move || open.get(), review_dialog)}
        {show(move || conflict_open.get(), conflict_dialog)}
    }
    .into_any()
}
