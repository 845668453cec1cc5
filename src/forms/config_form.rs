//! The tag config editor (call 6).

use super::FormState;
use super::draft::{RowDraft, update_request};
use super::rows::{Rows, RowsEditor};
use super::rules::check_config;
use crate::components::button::Button;
use crate::components::field::TextField;
use crate::connection::use_connection;
use crate::view::{flag, live, memo};
use crate::{tr, ts};
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
    let form = FormState::provide(problems, &["build_node", "tag_configs"], "");
    let repository = StoredValue::new((namespace, name));
    let loaded = StoredValue::new((build_node, drafts));
    let changed = memo(move || {
        loaded.with_value(|(build_node, drafts)| {
            node.with(|node| node != build_node) || rows.drafts() != *drafts
        })
    });

    let send = move || {
        if !form.may_send() {
            return;
        }
        let Some(client) = untrack(move || connection.client()) else {
            return;
        };
        let drafts = untrack(move || rows.drafts());
        let request = update_request(&node.get_untracked(), &drafts);
        let (namespace, name) = repository.get_value();
        let call = async move {
            client
                .update_build_config(&namespace, &name, &request)
                .await
        };
        form.wait(call, drafts.len(), move |()| on_saved.run(()));
    };
    let reset = move || {
        let (build_node, drafts) = loaded.get_value();
        form.rows_moved();
        node.set(build_node);
        rows.set(drafts);
    };
    let idle = flag(move || !changed.get());
    let why = live(move || match changed.get() {
        true => "",
        false => tr!(config.unchanged),
    });
    let hint = live(move || match changed.get() {
        true => tr!(form.shortcut),
        false => tr!(config.unchanged),
    });
    let sections = view! {
        <section class="form-section">
            <h2>{ts!(rows.heading)}</h2>
            <p class="quiet">{ts!(rows.explain)}</p>
            <RowsEditor rows=rows prefix="" />
        </section>
        <section class="form-section">
            <h2>{ts!(config.building)}</h2>
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
    };
    let buttons = view! {
        {super::submit_button(form, || tr!(config.save)).title(why).disabled(idle).submit()}
        {Button::new(ts!(config.reset)).disabled(idle).on_press(reset)}
        <span class="quiet">{hint}</span>
    };
    super::frame(
        form,
        ts!(config.title),
        ts!(config.saving),
        send,
        sections.into_any(),
        buttons.into_any(),
    )
}
