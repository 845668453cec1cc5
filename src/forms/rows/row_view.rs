//! One row of the table: its cells, buttons and keys.

use crate::api::VersionTagging;
use crate::forms::common::form_state::FormState;
use crate::forms::model::fields::{IMAGE_TAG, SOURCE_VALUE, VERSION_TAGGING};
use crate::forms::model::preview::image_reference;
use crate::forms::rows::editor::{RowBeside, RowsEditor};
use crate::forms::rows::row::RowState;
use crate::forms::rows::row_cells::RowCells;
use crate::forms::rows::row_keys::{RowKey, field_of, row_key};
use crate::platform::dom;
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// The row with this key; `now` is the version tag of the current second.
pub(crate) fn row_view(editor: &RowsEditor, key: u64, row: RowState, now: Memo<String>) -> AnyView {
    let (rows, form) = (editor.rows, expect_context::<FormState>());
    let index = memo(move || rows.position(key));
    let title = memo(move || {
        let tag = row.with(|row| row.image_tag().to_owned());
        match tag.is_empty() {
            true => t_string!(rows.title_new, n = index.get() + 1),
            false => t_string!(rows.title, n = index.get() + 1, tag = tag),
        }
    });
    let actions = Arc::new(RowActions {
        editor: editor.clone(),
        form,
        key,
        index,
    });
    let on_key = {
        let actions = actions.clone();
        move |event: KeyboardEvent| actions.on_key(&event)
    };
    let cells = RowCells {
        form,
        row,
        index,
        prefix: editor.prefix,
    };
    let cells: Vec<AnyView> = editor
        .columns()
        .map(|column| {
            let title = match column.fields() {
                [field] if field.wire_name == IMAGE_TAG => Some(image_title(editor.image, row)),
                [field] if field.wire_name == VERSION_TAGGING => Some(version_title(row, now)),
                _ => None,
            };
            cells.cell(column, title)
        })
        .collect();
    let unsaved = memo(move || row.with(|row| !row.is_saved()));
    let has_saved = editor.beside.is_some();
    let (button, result) = match &editor.beside {
        Some(beside) => {
            let RowBeside { button, result } = beside(row);
            (Some(button), Some(result))
        }
        None => (None, None),
    };
    view! {
        <tr
            aria-label=title
            data-unsaved=bool_signal(move || has_saved && unsaved.get())
            data-selected=bool_signal(move || rows.is_selected(key))
            on:keydown=on_key
        >
            <th scope="row" class="cell-number">
                <label>
                    {editor.selects.then(|| actions.checkbox(title))}
                    <span aria-hidden="true">
                        {text_signal(move || (index.get() + 1).to_string())}
                    </span> <span class="row-number">{title}</span>
                </label>
            </th>
            {cells}
            <td class="cell-actions">
                <div class="row-buttons">{button} {actions.buttons(title)}</div>
                {result}
            </td>
        </tr>
    }
    .into_any()
}

/// The reference of the image that the row builds.
fn image_title(image: Signal<(String, String)>, row: RowState) -> Signal<String> {
    text_signal(move || {
        let tag = row.with(|row| row.image_tag().to_owned());
        let or_dots = |text: &str| match text {
            "" => "…".to_owned(),
            text => text.to_owned(),
        };
        image.with(|(namespace, name)| image_reference(namespace, &or_dots(name), &or_dots(&tag)))
    })
}

/// The version tag that a build of this second would get.
fn version_title(row: RowState, now: Memo<String>) -> Signal<String> {
    let tagging = memo(move || row.with(|row| row.values.version_tagging));
    text_signal(move || match tagging.get() {
        VersionTagging::Time => now.get(),
        VersionTagging::Commit => t_string!(rows.commit_id).to_owned(),
        _ => String::new(),
    })
}

/// The actions of a row, by key, button or checkbox.
struct RowActions {
    editor: RowsEditor,
    form: FormState,
    key: u64,
    index: Memo<usize>,
}

impl RowActions {
    /// Inserts a copy below and moves the focus to its image tag, which is still empty.
    fn duplicate(&self) {
        self.form.rows_moved();
        if let Some(index) = self.editor.rows.duplicate(self.key) {
            self.editor.focus(index, IMAGE_TAG);
        }
    }

    /// Removes the row and moves the focus to this field of the row that takes its position.
    fn remove(&self, field: &str) {
        let rows = self.editor.rows;
        let index = self.index.get_untracked();
        rows.remove(self.form, &[self.key]);
        match rows.count_untracked() {
            0 => {
                dom::focus("#add-row");
            }
            count => self.editor.focus(index.min(count - 1), field),
        }
    }

    fn on_key(&self, event: &KeyboardEvent) {
        let field = field_of(event);
        let field = field.as_deref().unwrap_or(SOURCE_VALUE);
        let index = self.index.get_untracked();
        let count = self.editor.rows.count_untracked();
        match row_key(event) {
            Some(RowKey::Down) if index + 1 < count => self.editor.focus_now(index + 1, field),
            Some(RowKey::Up) if index > 0 => self.editor.focus_now(index - 1, field),
            Some(RowKey::Down | RowKey::Up) => {}
            Some(RowKey::Add) => {
                self.form.rows_moved();
                self.editor.add(index + 1);
            }
            Some(RowKey::Duplicate) => self.duplicate(),
            Some(RowKey::Remove) => self.remove(field),
            None => return,
        }
        event.prevent_default();
    }

    /// Selects the row for bulk edit.
    fn checkbox(&self, title: Memo<String>) -> AnyView {
        let (rows, key) = (self.editor.rows, self.key);
        view! {
            <input
                type="checkbox"
                aria-label=t_signal!(rows.select, title = title.get())
                prop:checked=bool_signal(move || rows.is_selected(key))
                on:change=move |event| rows.select(key, event_target_checked(&event))
            />
        }
        .into_any()
    }

    fn buttons(self: &Arc<Self>, title: Memo<String>) -> [AnyView; 2] {
        let (duplicate, remove) = (self.clone(), self.clone());
        [
            icon_button(
                icon::COPY,
                t_signal!(rows.duplicate_title, title = title.get()),
                move || duplicate.duplicate(),
            ),
            icon_button(
                icon::TRASH,
                t_signal!(rows.remove_title, title = title.get()),
                move || remove.remove(SOURCE_VALUE),
            ),
        ]
    }
}

fn icon_button(shape: icon::Icon, name: Signal<String>, press: impl Fn() + 'static) -> AnyView {
    view! {
        <button
            type="button"
            class="button-icon"
            aria-label=name
            title=name
            on:click=move |_| press()
        >
            {icon::icon(shape)}
        </button>
    }
    .into_any()
}
