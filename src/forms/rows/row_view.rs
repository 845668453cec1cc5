//! One row of the table: its fields, what is said of them, its buttons and keys.

use crate::api::grammar::clean_path;
use crate::api::{SourceKind, VersionTagging};
use crate::forms::common::field_id::id_of;
use crate::forms::common::form_state::{FieldMessage, FormState};
use crate::forms::model::draft::RowDraft;
use crate::forms::model::preview::image_reference;
use crate::forms::model::rules::row_path;
use crate::forms::rows::editor::{FIRST_FIELD, RowsEditor};
use crate::forms::rows::row::RowState;
use crate::forms::rows::row_keys::{RowKey, field_of, step_of};
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, memo, text_signal};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;
use std::sync::Arc;
use web_sys::KeyboardEvent;

/// One row: what its fields need to know.
#[derive(Clone, Copy)]
struct Line {
    form: FormState,
    row: RowState,
    index: Memo<usize>,
    prefix: &'static str,
}

impl Line {
    fn path(self, field: &'static str) -> Memo<String> {
        memo(move || row_path(self.prefix, self.index.get(), field))
    }

    /// What is wrong with the field, or may be.
    fn said(self, field: &'static str, path: Memo<String>) -> Memo<Option<FieldMessage>> {
        let Self { form, row, .. } = self;
        memo(move || {
            let (kind, was_left) = (row.kind(field), row.was_left(field));
            path.with(|path| form.said(path, kind, was_left))
        })
    }

    fn text(
        self,
        field: &'static str,
        label: Signal<String>,
        get: fn(&RowDraft) -> &String,
        set: fn(&mut RowDraft, String),
        clean: fn(&str) -> String,
    ) -> AnyView {
        let Self { form, row, .. } = self;
        let path = self.path(field);
        let id = text_signal(move || path.with(|path| id_of(path)));
        let said = self.said(field, path);
        let left = move || {
            form.when_released(move || row.leave(field));
            // What will be sent is what is seen.
            let cleaned = row.try_with_untracked(|row| {
                // What the API holds stays as it is, to the letter.
                let held = row.origin.as_deref().map(RowDraft::new_like);
                let cleaned = clean(get(row));
                let edited = held.is_none_or(|held| get(&held) != get(row));
                (edited && cleaned != *get(row)).then_some(cleaned)
            });
            if let Some(Some(cleaned)) = cleaned {
                row.edit(|row| set(row, cleaned));
            }
        };
        view! {
            <label class="cell-label" for=id>
                {label}
            </label>
            <input
                type="text"
                class="code"
                id=id
                data-field=field
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-required="true"
                aria-invalid=text_signal(move || is_problem(said).to_string())
                aria-describedby=text_signal(move || path.with(|path| format!("{}-problem", id_of(path))))
                prop:value=text_signal(move || row.with(|row| get(row).clone()))
                on:input=move |event| {
                    path.try_with_untracked(|path| form.edited(path));
                    row.edit(|row| set(row, event_target_value(&event)));
                }
                on:blur=move |_| left()
            />
            {said_view(said, path)}
        }
        .into_any()
    }

    fn choice(
        self,
        field: &'static str,
        label: Signal<String>,
        options: Signal<Vec<(String, String)>>,
        get: fn(&RowDraft) -> String,
        set: fn(&mut RowDraft, String),
    ) -> AnyView {
        let Self { form, row, .. } = self;
        let path = self.path(field);
        let id = text_signal(move || path.with(|path| id_of(path)));
        let chosen = memo(move || row.with(get));
        let said = self.said(field, path);
        let options = move || {
            let option = |(value, word): (String, String)| {
                let own = value.clone();
                view! {
                    <option value=value prop:selected=bool_signal(move || chosen.with(|c| *c == own))>
                        {word}
                    </option>
                }
                .into_any()
            };
            options.get().into_iter().map(option).collect_view()
        };
        view! {
            <label class="cell-label" for=id>
                {label}
            </label>
            <select
                id=id
                data-field=field
                on:change=move |event| {
                    path.try_with_untracked(|path| form.edited(path));
                    row.edit(|row| set(row, event_target_value(&event)));
                }
            >
                {dynamic(options)}
            </select>
            {said_view(said, path)}
        }
        .into_any()
    }
}

fn is_problem(said: Memo<Option<FieldMessage>>) -> bool {
    said.with(|said| said.as_ref().is_some_and(|said| said.blocks))
}

/// What is said of the field at this path, for its place below the field.
fn said_view(said: Memo<Option<FieldMessage>>, path: Memo<String>) -> AnyView {
    let kind = text_signal(move || match is_problem(said) {
        true => "field-problem",
        false => "field-warning",
    });
    let text = move || {
        said.with(|said| {
            said.as_ref()
                .map_or_else(String::new, |said| said.text.clone())
        })
    };
    view! {
        <p class=kind id=text_signal(move || path.with(|path| format!("{}-problem", id_of(path))))>
            {text_signal(text)}
        </p>
    }
    .into_any()
}

fn kind_options(row: RowState) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let mut options = vec![
            ("branch".to_owned(), t_string!(rows.branch).to_owned()),
            ("tag".to_owned(), t_string!(rows.tag).to_owned()),
        ];
        if let SourceKind::Other(text) = row.with(|row| row.source_kind.clone()) {
            options.push((text.clone(), text));
        }
        options
    })
}

/// The three version taggings that the API names, in words.
fn tagging_words() -> Vec<(String, String)> {
    vec![
        ("0".to_owned(), t_string!(rows.tagging_none).to_owned()),
        (
            "1".to_owned(),
            t_string!(rows.tagging_time_short).to_owned(),
        ),
        ("2".to_owned(), t_string!(rows.tagging_commit).to_owned()),
    ]
}

fn tagging_options(row: RowState) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let mut options = tagging_words();
        if let VersionTagging::Other(number) = row.with(|row| row.version_tagging) {
            options.push((number.to_string(), number.to_string()));
        }
        options
    })
}

/// The row with this key; `now` is the version tag of the current second.
pub fn row_view(editor: &RowsEditor, key: u64, row: RowState, now: Memo<String>) -> AnyView {
    let form = expect_context::<FormState>();
    let (rows, prefix, image) = (editor.rows, editor.prefix, editor.image);
    let index = memo(move || rows.position(key));
    let line = Line {
        form,
        row,
        index,
        prefix,
    };
    let title = memo(move || {
        let tag = row.with(|row| row.image_tag.trim().to_owned());
        match tag.is_empty() {
            true => t_string!(rows.title_new, n = index.get() + 1),
            false => t_string!(rows.title, n = index.get() + 1, tag = tag),
        }
    });
    let reference = memo(move || {
        let tag = row.with(|row| row.image_tag.trim().to_owned());
        let or_dots = |text: &str| match text {
            "" => "…".to_owned(),
            text => text.to_owned(),
        };
        image.with(|(namespace, name)| image_reference(namespace, &or_dots(name), &or_dots(&tag)))
    });
    let tagging = memo(move || row.with(|row| row.version_tagging));
    let version = text_signal(move || match tagging.get() {
        VersionTagging::Time => now.get(),
        VersionTagging::Commit => t_string!(rows.commit_id).to_owned(),
        _ => String::new(),
    });
    let (duplicator, remover) = (editor.clone(), editor.clone());
    let keys = editor.clone();
    let duplicate = move |field: &str| {
        form.rows_moved();
        if let Some(at) = rows.duplicate(key) {
            duplicator.focus(at, field);
        }
    };
    let remove = move |field: &str| {
        let at = index.get_untracked();
        rows.remove(form, &[key]);
        match rows.list_len() {
            0 => {
                dom::focus("#add-row");
            }
            count => remover.focus(at.min(count - 1), field),
        }
    };
    let (duplicate, remove) = (Arc::new(duplicate), Arc::new(remove));
    let (by_key, gone_by_key) = (duplicate.clone(), remove.clone());
    let on_key = move |event: KeyboardEvent| {
        let field = field_of(&event);
        let field = field.as_deref().unwrap_or(FIRST_FIELD);
        let at = index.get_untracked();
        let count = rows.list_len();
        match step_of(&event) {
            Some(RowKey::Down) if at + 1 < count => keys.focus_now(at + 1, field),
            Some(RowKey::Up) if at > 0 => keys.focus_now(at - 1, field),
            Some(RowKey::Down | RowKey::Up) => {}
            Some(RowKey::Add) => {
                form.rows_moved();
                keys.add(at + 1);
            }
            Some(RowKey::Duplicate) => by_key("docker_repo_tag"),
            Some(RowKey::Remove) => gone_by_key(field),
            None => return,
        }
        event.prevent_default();
    };
    let select_row = editor.selects.then(|| {
        view! {
            <input
                type="checkbox"
                aria-label=t_signal!(rows.select, title = title.get())
                prop:checked=bool_signal(move || rows.is_selected(key))
                on:change=move |event| rows.select(key, event_target_checked(&event))
            />
        }
    });
    let unsaved = memo(move || row.with(|row| !row.is_saved()));
    let has_saved = editor.beside.is_some();
    let active_path = line.path("is_active");
    view! {
        <tr
            aria-label=title
            data-unsaved=bool_signal(move || has_saved && unsaved.get())
            data-selected=bool_signal(move || rows.is_selected(key))
            on:keydown=on_key
        >
            <th scope="row" class="cell-number">
                <label>
                    {select_row} <span class="row-index" aria-hidden="true">
                        {text_signal(move || (index.get() + 1).to_string())}
                    </span> <span class="row-number">{title}</span>
                </label>
            </th>
            <td>
                <div class="cell-pair">
                    <div>
                        {line
                            .choice(
                                "code_repo_type",
                                t_signal!(rows.source_kind),
                                kind_options(row),
                                |row| row.source_kind.to_string(),
                                |row, text| row.source_kind = SourceKind::from(text.as_str()),
                            )}
                    </div>
                    <div>
                        {line
                            .text(
                                FIRST_FIELD,
                                t_signal!(rows.source_value),
                                |row| &row.source_value,
                                |row, text| row.source_value = text,
                                |text| text.trim().to_owned(),
                            )}
                    </div>
                </div>
            </td>
            <td>
                {line
                    .text(
                        "docker_repo_tag",
                        t_signal!(rows.image_tag),
                        |row| &row.image_tag,
                        |row, text| row.image_tag = text,
                        |text| text.trim().to_owned(),
                    )} <p class="cell-preview code" title=t_signal!(preview.reference)>
                    {reference}
                </p>
            </td>
            <td>
                {line
                    .text(
                        "dockerfile_location",
                        t_signal!(rows.dockerfile),
                        |row| &row.dockerfile_location,
                        |row, text| row.dockerfile_location = text,
                        clean_path,
                    )}
            </td>
            <td>
                {line
                    .text(
                        "build_context_path",
                        t_signal!(rows.context),
                        |row| &row.build_context_path,
                        |row, text| row.build_context_path = text,
                        clean_path,
                    )}
            </td>
            <td class="cell-check">
                <label>
                    <input
                        type="checkbox"
                        id=text_signal(move || active_path.with(|path| id_of(path)))
                        data-field="is_active"
                        prop:checked=bool_signal(move || row.with(|row| row.is_active))
                        on:change=move |event| {
                            active_path.try_with_untracked(|path| form.edited(path));
                            row.edit(|row| row.is_active = event_target_checked(&event));
                        }
                    />
                    <span class="cell-label">{t_signal!(rows.is_active)}</span>
                </label>
                {said_view(line.said("is_active", active_path), active_path)}
            </td>
            <td>
                {line
                    .choice(
                        "version_tagging",
                        t_signal!(rows.version_tagging),
                        tagging_options(row),
                        |row| row.version_tagging.number().to_string(),
                        |row, text| {
                            if let Ok(number) = text.parse::<i64>() {
                                row.version_tagging = VersionTagging::from(number);
                            }
                        },
                    )} <p class="cell-preview code">{version}</p>
            </td>
            <td class="cell-actions">
                {editor.beside.as_ref().map(|beside| beside(row))}
                {icon_button(
                    icon::COPY,
                    t_signal!(rows.duplicate_title, title = title.get()),
                    move || duplicate("docker_repo_tag"),
                )}
                {icon_button(
                    icon::TRASH,
                    t_signal!(rows.remove_title, title = title.get()),
                    move || remove(FIRST_FIELD),
                )}
            </td>
        </tr>
    }
    .into_any()
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
