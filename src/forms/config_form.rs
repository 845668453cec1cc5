//! The tag config editor (call 6).

use super::FormState;
use super::draft::{RowDraft, update_request};
use super::rows::{Rows, RowsEditor};
use super::rules::{ROW_FIELDS, check_config, row_path};
use crate::api::Error;
use crate::components::button::Button;
use crate::components::field::TextField;
use crate::components::notice::error_notice;
use crate::connection::use_connection;
use crate::view::{flag, live, memo, part};
use crate::{tr, ts, tx};
use leptos::ev::{KeyboardEvent, SubmitEvent};
use leptos::prelude::*;

/// Edits the build node and the tag configs of a repository, and saves them with call 6.
#[component]
pub fn ConfigForm(
    namespace: String,
    name: String,
    build_node: String,
    drafts: Vec<RowDraft>,
    /// What to do once the API has taken the request.
    #[prop(into)]
    on_saved: Callback<()>,
) -> impl IntoView {
    let connection = use_connection();
    let node = RwSignal::new(build_node.clone());
    let rows = Rows::new(drafts.clone());
    let problems = memo(move || node.with(|node| check_config(node, &rows.drafts())));
    let form = FormState::provide(problems);
    let sending = RwSignal::new(false);
    let error = RwSignal::new(None::<Error>);
    let repository = StoredValue::new((namespace, name));
    let loaded = StoredValue::new((build_node, drafts));
    let changed = memo(move || {
        loaded.with_value(|(build_node, drafts)| {
            node.with(|node| node != build_node) || rows.drafts() != *drafts
        })
    });

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
        let request = update_request(&node.get_untracked(), &drafts);
        leptos::task::spawn_local(async move {
            let Some((namespace, name)) = repository.try_get_value() else {
                return;
            };
            let answer = client
                .update_build_config(&namespace, &name, &request)
                .await;
            if sending.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(()) => on_saved.run(()),
                Err(Error::Refused(refusal)) => {
                    let known = |path: &str| {
                        path == "build_node"
                            || path == "tag_configs"
                            || (0..drafts.len()).any(|index| {
                                ROW_FIELDS
                                    .iter()
                                    .any(|field| row_path("", index, field) == path)
                            })
                    };
                    let rest = form.refuse(&refusal, known);
                    let all_placed = rest.message.is_empty() && rest.fields.is_empty();
                    if !all_placed || refusal.fields.is_empty() {
                        error.set(Some(Error::Refused(rest)));
                    }
                }
                Err(failure) => error.set(Some(failure)),
            }
        });
    };
    let reset = move || {
        let (build_node, drafts) = loaded.get_value();
        form.rows_moved();
        node.set(build_node);
        rows.set(drafts);
    };
    let why = live(move || match changed.get() {
        true => "",
        false => tr!(config.unchanged),
    });
    let save = Button::new(live(move || match sending.get() {
        true => tr!(form.sending),
        false => tr!(config.save),
    }))
    .primary()
    .title(why)
    .disabled(flag(move || sending.get() || !changed.get()))
    .submit();
    view! {
        <form
            class="form"
            novalidate
            aria-label=ts!(config.title)
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
                error.get().map(|error| error_notice(ts!(config.saving), error, false, None))
            })}
            <section class="form-section">
                <h2>{tx!(rows.heading)}</h2>
                <p class="quiet">{tx!(rows.explain)}</p>
                <RowsEditor rows=rows prefix="" />
            </section>
            <section class="form-section">
                <h2>{tx!(config.building)}</h2>
                <TextField
                    path=Signal::stored("build_node".to_owned())
                    label=ts!(create.build_node)
                    hint=ts!(create.build_node_hint)
                    code=true
                    list="build-nodes"
                    required=true
                    value=node
                    on_input=move |text| node.set(text)
                />
            </section>
            {super::build_nodes()}
            {super::summary(form)}
            <div class="form-actions">
                {save}
                {Button::new(ts!(config.reset))
                    .disabled(flag(move || sending.get() || !changed.get()))
                    .on_press(reset)}
                <span class="quiet">
                    {part(move || {
                        if changed.get() { tr!(form.shortcut) } else { tr!(config.unchanged) }
                    })}
                </span>
            </div>
        </form>
    }
}
