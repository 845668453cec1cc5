//! The rows of a form: which branch or tag becomes which image tag.

use super::FormState;
use super::draft::RowDraft;
use super::rules::row_path;
use crate::api::{SourceKind, VersionTagging};
use crate::browser;
use crate::components::field::{CheckField, SelectField, TextField, selector};
use crate::components::icon;
use crate::view::{part, when};
use crate::{tr, ts, tx};
use leptos::prelude::*;

/// A list of row drafts that can be edited. Copies are the same thing.
#[derive(Clone, Copy)]
pub struct Rows {
    list: RwSignal<Vec<(u32, RwSignal<RowDraft>)>>,
    next_key: StoredValue<u32>,
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

    fn make(self, draft: RowDraft) -> (u32, RwSignal<RowDraft>) {
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

    fn position(self, key: u32) -> usize {
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
    let add = move |_| {
        let index = rows.list.with_untracked(Vec::len);
        rows.insert(index, RowDraft::blank());
        focus_row(prefix, index);
    };
    let undo = move |_| {
        if let Some((index, draft)) = rows.removed.get_untracked() {
            form.rows_moved();
            rows.insert(index, draft);
            rows.removed.set(None);
            focus_row(prefix, index);
        }
    };
    view! {
        <div class="rows">
            <For each=move || rows.list.get() key=|(key, _)| *key let:((key, row))>
                <RowEditor rows=rows key=key row=row prefix=prefix />
            </For>
            <p class="field-problem">{part(move || form.problem(&list_path))}</p>
            <div class="rows-actions">
                <button type="button" class="button" id="add-row" on:click=add>
                    {icon::icon(icon::PLUS)}
                    {tx!(rows.add)}
                </button>
                <span role="status">
                    {part(move || {
                        rows.removed
                            .with(|gone| {
                                gone.as_ref()
                                    .map(|(_, draft)| {
                                        tr!(rows.removed, tag = draft.image_tag.clone())
                                    })
                            })
                    })}
                </span>
                {when(move || rows.removed.with(Option::is_some), move || view! { <button type="button" class="button" on:click=undo>
                        {tx!(rows.undo)}
                    </button> }.into_any())}
            </div>
        </div>
    }
}

#[component]
fn RowEditor(rows: Rows, key: u32, row: RwSignal<RowDraft>, prefix: &'static str) -> impl IntoView {
    let form = expect_context::<FormState>();
    let index = Memo::new(move |_| rows.position(key));
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
    let title = Memo::new(move |_| {
        let tag = row.with(|row| row.image_tag.trim().to_owned());
        match tag.is_empty() {
            true => tr!(rows.title_new, n = index.get() + 1),
            false => tr!(rows.title, n = index.get() + 1, tag = tag),
        }
    });
    let duplicate = move |_| {
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
    let remove = move |_| {
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
                value=Signal::derive(move || row.with(|row| row.version_tagging.number().to_string()))
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
                <button type="button" class="button" on:click=duplicate>
                    {icon::icon(icon::COPY)}
                    {tx!(rows.duplicate)}
                </button>
                <button
                    type="button"
                    class="button"
                    aria-label=ts!(rows.remove_title, title = title.get())
                    on:click=remove
                >
                    {icon::icon(icon::TRASH)}
                    {tx!(rows.remove)}
                </button>
            </div>
        </fieldset>
    }
}
