//! The table of rows. On narrow screens each row is a card.

use crate::api::Timestamp;
use crate::forms::common::field_id::id_of;
use crate::forms::common::form_state::FormState;
use crate::forms::rows::RowList;
use crate::forms::rows::bulk_edit::bulk_editor;
use crate::forms::rows::editor::RowsEditor;
use crate::forms::rows::push_preview::push_preview;
use crate::forms::rows::row_keys::ROW_SHORTCUTS;
use crate::forms::rows::row_view::row_view;
use crate::reactive::{bool_signal, dynamic, for_each, memo, show, text_signal};
use crate::state::clock::use_clock;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use leptos::prelude::*;

/// The section of the rows. `action` stands at the end of its heading.
pub(crate) fn rows_section(editor: RowsEditor, action: AnyView) -> AnyView {
    let push = push_preview(editor.rows, editor.image);
    view! {
        <section class="form-section form-part">
            <div class="section-head">
                <h2 id="rows-heading" tabindex="-1">
                    {t_signal!(rows.images)}
                </h2>
                <p class="quiet">{t_signal!(rows.explain)}</p>
                {action}
            </div>
            {rows_table(editor)}
            {push}
        </section>
    }
    .into_any()
}

/// The table of rows, its bulk edit, and the button that adds a row.
pub fn rows_table(editor: RowsEditor) -> AnyView {
    let form = expect_context::<FormState>();
    let rows = editor.rows;
    let clock = use_clock();
    // One version tag a second for all rows.
    let now = memo(move || {
        let now = Timestamp::from_millis(clock.now());
        now.map(Timestamp::version_tag).unwrap_or_default()
    });
    let list_path = format!("{}tag_configs", editor.prefix);
    let list_id = id_of(&list_path);
    let adder = editor.clone();
    let add = move || {
        form.rows_moved();
        adder.add(rows.count_untracked());
    };
    let (selects, has_build_cache) = (editor.selects, editor.has_build_cache);
    view! {
        <div class="rows">
            {selects
                .then(|| show(
                    move || rows.selected_count() > 0,
                    move || bulk_editor(rows, has_build_cache),
                ))}
            <table
                class="rows-table"
                class:rows-selectable=selects
                class:rows-with-cache=has_build_cache
                aria-label=t_signal!(rows.images)
            >
                {table_head(&editor, selects.then(|| select_all(rows)))}
                <tbody>
                    {for_each(
                        move || rows.keys(),
                        move |key| match rows.row(key) {
                            Some(row) => row_view(&editor, key, row, now),
                            None => ().into_any(),
                        },
                    )}
                </tbody>
            </table> <p class="field-problem" id=list_id tabindex="-1">
                {dynamic(move || form.problem(&list_path))}
            </p>
            <div class="rows-actions">
                {Button::new(t_signal!(rows.add)).icon(icon::PLUS).id("add-row").on_press(add)}
                {keys_help()}
            </div>
        </div>
    }
    .into_any()
}

fn table_head(editor: &RowsEditor, select_all: Option<AnyView>) -> AnyView {
    let heads: Vec<AnyView> = editor
        .columns()
        .map(|column| {
            let heading = text_signal(move || column.heading());
            view! { <th scope="col">{heading}</th> }.into_any()
        })
        .collect();
    view! {
        <thead>
            <tr>
                <th scope="col" class="cell-number">
                    {select_all}
                    <span class="visually-hidden">{t_signal!(rows.row)}</span>
                </th>
                {heads}
                <th scope="col">
                    <span class="visually-hidden">{t_signal!(builds.actions)}</span>
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

/// The checkbox that selects all rows.
fn select_all(rows: RowList) -> AnyView {
    let all = bool_signal(move || rows.count() > 0 && rows.selected_count() == rows.count());
    view! {
        <label>
            <input
                type="checkbox"
                id="select-all"
                prop:checked=all
                on:change=move |event| rows.select_all(event_target_checked(&event))
            />
            <span class="select-all-text">{t_signal!(rows.select_all)}</span>
        </label>
    }
    .into_any()
}

/// The shortcuts of `row_keys.rs`, folded.
fn keys_help() -> AnyView {
    let rows = ROW_SHORTCUTS
        .iter()
        .map(|shortcut| (shortcut.keys, text_signal(shortcut.help)));
    let shortcuts: Vec<AnyView> = rows
        .chain([("Ctrl/⌘ Enter", t_signal!(rows.key_send))])
        .map(|(keys, action)| {
            view! {
                <div>
                    <dt>
                        <kbd>{keys}</kbd>
                    </dt>
                    <dd>{action}</dd>
                </div>
            }
            .into_any()
        })
        .collect();
    view! {
        <details class="keys for-keys">
            <summary>{t_signal!(rows.keys)}</summary>
            <dl>{shortcuts}</dl>
        </details>
    }
    .into_any()
}
