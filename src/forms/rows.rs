//! The rows of a form: which branch or tag becomes which image tag.

use super::FormState;
use super::draft::RowDraft;
use super::rules::row_path;
use crate::api::{SourceKind, VersionTagging};
use crate::browser;
use crate::components::button::Button;
use crate::components::field::{CheckField, SelectField, TextField, selector};
use crate::components::icon;
use crate::view::{list, live, memo, part, when};
use crate::{tr, ts};
use leptos::prelude::*;

/// A list of row drafts that can be edited. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct Rows {
    list: RwSignal<Vec<(u64, RwSignal<RowDraft>)>>,
    next_key: StoredValue<u64>,
    /// Rows that are added later live as long as the form.
    owner: StoredValue<Owner>,
    /// The row removed last, with its place, so that it can be brought back.
    removed: RwSignal<Option<(usize, RowDraft)>>,
}

impl Rows {
    /// A list with these rows.
    pub fn new(drafts: Vec<RowDraft>) -> Self {
        let rows = Self {
            list: RwSignal::new(Vec::new()),
            next_key: StoredValue::new(0),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
            removed: RwSignal::new(None),
        };
        rows.set(drafts);
        rows
    }

    /// Replaces all rows.
    pub fn set(self, drafts: Vec<RowDraft>) {
        let list = drafts.into_iter().map(|draft| self.make(draft)).collect();
        self.removed.set(None);
        self.list.set(list);
    }

    /// What the rows hold, tracked.
    pub fn drafts(self) -> Vec<RowDraft> {
        self.list
            .with(|list| list.iter().map(|(_, row)| row.get()).collect())
    }

    fn make(self, draft: RowDraft) -> (u64, RwSignal<RowDraft>) {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        let row = self
            .owner
            .with_value(|owner| owner.with(|| RwSignal::new(draft)));
        (key, row)
    }

    fn insert(self, index: usize, draft: RowDraft) {
        let row = self.make(draft);
        self.list
            .update(|list| list.insert(index.min(list.len()), row));
    }

    fn row(self, key: u64) -> Option<RwSignal<RowDraft>> {
        self.list.with_untracked(|list| {
            let found = list.iter().find(|(other, _)| *other == key);
            found.map(|(_, row)| *row)
        })
    }

    fn position(self, key: u64) -> usize {
        self.list
            .with(|list| list.iter().position(|(other, _)| *other == key))
            .unwrap_or(0)
    }

    fn remove(self, index: usize) {
        let mut gone = None;
        self.list.update(|list| {
            if index < list.len() {
                gone = Some(list.remove(index).1.get_untracked());
            }
        });
        self.removed.set(gone.map(|draft| (index, draft)));
    }
}

fn focus_row(prefix: &'static str, index: usize) {
    request_animation_frame(move || {
        browser::focus(&selector(&row_path(prefix, index, "code_repo_type_value")));
    });
}

/// Edits the rows. `prefix` is what stands before `tag_configs` in the API's paths.
#[component]
pub fn RowsEditor(rows: Rows, prefix: &'static str) -> impl IntoView {
    let form = expect_context::<FormState>();
    let list_path = format!("{prefix}tag_configs");
    let add = move || {
        let index = rows.list.with_untracked(Vec::len);
        rows.insert(index, RowDraft::blank());
        focus_row(prefix, index);
    };
    let undo = move || {
        if let Some((index, draft)) = rows.removed.get_untracked() {
            form.rows_moved();
            rows.insert(index, draft);
            rows.removed.set(None);
            focus_row(prefix, index);
        }
    };
    let keys = move || {
        rows.list
            .with(|list| list.iter().map(|(key, _)| *key).collect())
    };
    let editor = move |key| match rows.row(key) {
        Some(row) => row_editor(rows, key, row, prefix),
        // The list asks for the keys that it was just given.
        None => ().into_any(),
    };
    let removed = live(move || {
        rows.removed.with(|gone| match gone {
            Some((_, draft)) => tr!(rows.removed, tag = draft.image_tag),
            None => String::new(),
        })
    });
    view! {
        <div class="rows">
            {list(keys, editor)}
            <p class="field-problem">{part(move || form.problem(&list_path))}</p>
            <div class="rows-actions">
                {Button::new(ts!(rows.add)).icon(icon::PLUS).id("add-row").on_press(add)}
                <span role="status">{removed}</span>
                {when(
                    move || rows.removed.with(Option::is_some),
                    move || Button::new(ts!(rows.undo)).on_press(undo),
                )}
            </div>
        </div>
    }
}

fn row_editor(rows: Rows, key: u64, row: RwSignal<RowDraft>, prefix: &'static str) -> AnyView {
    let form = expect_context::<FormState>();
    let index = memo(move || rows.position(key));
    let path =
        move |field: &'static str| Signal::derive(move || row_path(prefix, index.get(), field));
    let kind_options = Signal::derive(move || {
        let mut options = vec![
            ("branch".to_owned(), tr!(rows.branch).to_string()),
            ("tag".to_owned(), tr!(rows.tag).to_string()),
        ];
        if let SourceKind::Other(text) = row.with(|row| row.source_kind.clone()) {
            options.push((text.clone(), text));
        }
        options
    });
    let tagging_options = Signal::derive(move || {
        let mut options = vec![
            ("0".to_owned(), tr!(rows.tagging_none).to_string()),
            ("1".to_owned(), tr!(rows.tagging_time).to_string()),
            ("2".to_owned(), tr!(rows.tagging_commit).to_string()),
        ];
        if let VersionTagging::Other(number) = row.with(|row| row.version_tagging) {
            options.push((number.to_string(), number.to_string()));
        }
        options
    });
    let title = memo(move || {
        let tag = row.with(|row| row.image_tag.trim().to_owned());
        match tag.is_empty() {
            true => tr!(rows.title_new, n = index.get() + 1),
            false => tr!(rows.title, n = index.get() + 1, tag = tag),
        }
    });
    let duplicate = move || {
        let at = index.get_untracked() + 1;
        form.rows_moved();
        rows.insert(
            at,
            RowDraft {
                id: None,
                docker_build_config_id: None,
                image_tag: String::new(),
                ..row.get_untracked()
            },
        );
        focus_row(prefix, at);
    };
    let remove = move || {
        form.rows_moved();
        rows.remove(index.get_untracked());
        request_animation_frame(|| {
            browser::focus("#add-row");
        });
    };
    view! {
        <fieldset class="row">
            <legend>{title}</legend>
            <SelectField
                path=path("code_repo_type")
                label=ts!(rows.source_kind)
                value=Signal::derive(move || row.with(|row| row.source_kind.to_string()))
                options=kind_options
                on_change=move |text: String| {
                    row.update(|row| row.source_kind = SourceKind::from(text.as_str()))
                }
            />
            <TextField
                path=path("code_repo_type_value")
                label=ts!(rows.source_value)
                code=true
                required=true
                value=Signal::derive(move || row.with(|row| row.source_value.clone()))
                on_input=move |text| row.update(|row| row.source_value = text)
            />
            <TextField
                path=path("docker_repo_tag")
                label=ts!(rows.image_tag)
                code=true
                required=true
                value=Signal::derive(move || row.with(|row| row.image_tag.clone()))
                on_input=move |text| row.update(|row| row.image_tag = text)
            />
            <SelectField
                path=path("version_tagging")
                label=ts!(rows.version_tagging)
                value=Signal::derive(move || {
                    row.with(|row| row.version_tagging.number().to_string())
                })
                options=tagging_options
                on_change=move |text: String| {
                    if let Ok(number) = text.parse::<i64>() {
                        row.update(|row| row.version_tagging = VersionTagging::from(number));
                    }
                }
            />
            <TextField
                path=path("dockerfile_location")
                label=ts!(rows.dockerfile)
                code=true
                required=true
                value=Signal::derive(move || row.with(|row| row.dockerfile_location.clone()))
                on_input=move |text| row.update(|row| row.dockerfile_location = text)
            />
            <TextField
                path=path("build_context_path")
                label=ts!(rows.context)
                code=true
                required=true
                value=Signal::derive(move || row.with(|row| row.build_context_path.clone()))
                on_input=move |text| row.update(|row| row.build_context_path = text)
            />
            <CheckField
                path=path("is_active")
                label=ts!(rows.is_active)
                checked=Signal::derive(move || row.with(|row| row.is_active))
                on_change=move |on| row.update(|row| row.is_active = on)
            />
            <div class="row-actions">
                {Button::new(ts!(rows.duplicate))
                    .icon(icon::COPY)
                    .name(ts!(rows.duplicate_title, title = title.get()))
                    .on_press(duplicate)}
                {Button::new(ts!(rows.remove))
                    .icon(icon::TRASH)
                    .name(ts!(rows.remove_title, title = title.get()))
                    .on_press(remove)}
            </div>
        </fieldset>
    }
    .into_any()
}
