//! The table of rows: one line each on wide screens, one card each on narrow ones.

use crate::api::Timestamp;
use crate::forms::common::field_id::{id_of, selector};
use crate::forms::common::form_state::FormState;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::rules::row_path;
use crate::forms::rows::Rows;
use crate::forms::rows::bulk_edit::bulk_editor;
use crate::forms::rows::row::Row;
use crate::forms::rows::row_view::row_view;
use crate::platform::dom;
use crate::reactive::{flag, list, memo, part, when};
use crate::state::clock::use_clock;
use crate::ts;
use crate::ui::button::Button;
use crate::ui::icon;
use leptos::prelude::*;
use std::sync::Arc;

/// What a row shows beside its fields, such as a Build button.
pub type Beside = Arc<dyn Fn(Row) -> AnyView + Send + Sync>;

/// How the rows are edited.
#[derive(Clone)]
pub struct RowsEditor {
    pub rows: Rows,
    /// What stands before `tag_configs` in the API's paths.
    pub prefix: &'static str,
    /// Namespace and name of the image repository.
    pub image: Signal<(String, String)>,
    /// Whether several rows can be selected and edited at once.
    pub selects: bool,
    pub beside: Option<Beside>,
}

/// The column that gets the focus in a new row.
pub const FIRST_FIELD: &str = "code_repo_type_value";

impl RowsEditor {
    /// Puts the focus on a field of a row that is there, so that the next key is that row's already.
    pub fn focus_now(&self, index: usize, field: &str) {
        dom::focus(&selector(&row_path(self.prefix, index, field)));
    }

    /// Puts the focus on a field of the row at this place, which may only be drawn in the next frame.
    pub fn focus(&self, index: usize, field: &str) {
        let path = row_path(self.prefix, index, field);
        request_animation_frame(move || {
            dom::focus(&selector(&path));
        });
    }

    /// Adds an empty row at this place.
    pub fn add(&self, index: usize) {
        self.rows.insert(index, RowDraft::blank());
        self.focus(index, FIRST_FIELD);
    }

    /// The table, and what can be done with its rows.
    pub fn view(self) -> AnyView {
        let form = expect_context::<FormState>();
        let rows = self.rows;
        let clock = use_clock();
        // One text a second for all rows.
        let now = memo(move || {
            let now = Timestamp::from_millis(clock.now());
            now.map(Timestamp::version_tag).unwrap_or_default()
        });
        let list_path = format!("{}tag_configs", self.prefix);
        let list_id = id_of(&list_path);
        let (editor, adder) = (self.clone(), self.clone());
        let add = move || {
            form.rows_moved();
            adder.add(rows.list_len());
        };
        let selects = self.selects;
        let heads: Vec<AnyView> = [
            ts!(rows.source),
            ts!(rows.image_tag),
            ts!(rows.dockerfile),
            ts!(rows.context),
            ts!(rows.is_active),
            ts!(rows.version_tagging),
        ]
        .into_iter()
        .map(|head| view! { <th scope="col">{head}</th> }.into_any())
        .collect();
        let all = flag(move || rows.count() > 0 && rows.selected_count() == rows.count());
        let select_all = selects.then(|| {
            view! {
                <label>
                    <input
                        type="checkbox"
                        id="select-all"
                        prop:checked=all
                        on:change=move |event| rows.select_all(event_target_checked(&event))
                    />
                    <span class="select-all-text">{ts!(rows.select_all)}</span>
                </label>
            }
        });
        view! {
            <div class="rows">
                {selects
                    .then(|| when(move || rows.selected_count() > 0, move || bulk_editor(rows)))}
                <table class="rows-table" aria-label=ts!(rows.heading)>
                    <thead>
                        <tr>
                            <th scope="col" class="cell-number">
                                {select_all}
                                <span class="visually-hidden">{ts!(rows.row)}</span>
                            </th>
                            {heads}
                            <th scope="col">
                                <span class="visually-hidden">{ts!(builds.actions)}</span>
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {list(
                            move || rows.keys(),
                            move |key| match rows.row(key) {
                                Some(row) => row_view(&editor, key, row, now),
                                None => ().into_any(),
                            },
                        )}
                    </tbody>
                </table> <p class="field-problem" id=list_id tabindex="-1">
                    {part(move || form.problem(&list_path))}
                </p>
                <div class="rows-actions">
                    {Button::new(ts!(rows.add)).icon(icon::PLUS).id("add-row").on_press(add)}
                    <details class="keys">
                        <summary>{ts!(rows.keys)}</summary>
                        <dl>
                            {[
                                ("Enter, Alt ↓", ts!(rows.key_down)),
                                ("Shift Enter, Alt ↑", ts!(rows.key_up)),
                                ("Alt Enter", ts!(rows.key_add)),
                                ("Alt Shift ↓", ts!(rows.key_duplicate)),
                                ("Alt Shift ⌫", ts!(rows.key_remove)),
                                ("Ctrl/⌘ Enter", ts!(rows.key_send)),
                            ]
                                .map(|(keys, what)| {
                                    view! {
                                        <div>
                                            <dt>
                                                <kbd>{keys}</kbd>
                                            </dt>
                                            <dd>{what}</dd>
                                        </div>
                                    }
                                })
                                .collect_view()}
                        </dl>
                    </details>
                </div>
            </div>
        }
        .into_any()
    }
}
