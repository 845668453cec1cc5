//! The cells of a row: the inputs of its fields, made from the table of fields.

use crate::forms::common::field_id::id_of;
use crate::forms::common::form_state::{FieldMessage, FormState};
use crate::forms::common::source_line::{DOCKERFILES_LIST, names_list};
use crate::forms::common::source_looks::SourceLooks;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::fields::{
    CONTEXT, DOCKERFILE, FieldColumn, FieldKind, SOURCE_KIND, SOURCE_VALUE, TagConfigField,
    yes_no_text,
};
use crate::forms::model::rules::row_path;
use crate::forms::rows::row::RowState;
use crate::platform::dom;
use crate::reactive::{bool_signal, dynamic, memo, show, text_signal};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::field_frame::{FieldFrame, FieldNote};
use crate::ui::icon;
use leptos::prelude::*;

/// The fields that name something of the source.
const SOURCE_FIELDS: [&str; 3] = [SOURCE_VALUE, DOCKERFILE, CONTEXT];

/// A row, as its cells need it.
#[derive(Clone, Copy)]
pub(crate) struct RowCells {
    pub form: FormState,
    pub row: RowState,
    pub index: Memo<usize>,
    /// The part before `tag_configs` in the API's paths.
    pub prefix: &'static str,
}

impl RowCells {
    /// The cell of a column: its inputs. `title` is the tooltip of its last one.
    pub(crate) fn cell(self, column: FieldColumn, title: Option<Signal<String>>) -> AnyView {
        let input = |field| self.field(field, title).view();
        match column.fields() {
            [field] if matches!(field.kind, FieldKind::YesNo) => {
                view! { <td class="cell-check">{input(field)}</td> }.into_any()
            }
            [field] => view! { <td>{input(field)}</td> }.into_any(),
            fields => {
                let inputs: Vec<AnyView> = fields
                    .iter()
                    .map(|field| view! { <div>{input(field)}</div> }.into_any())
                    .collect();
                view! {
                    <td>
                        <div class="cell-pair">{inputs}</div>
                    </td>
                }
                .into_any()
            }
        }
    }

    fn field(self, field: &'static TagConfigField, title: Option<Signal<String>>) -> CellField {
        let Self {
            form, row, index, ..
        } = self;
        let name = field.wire_name;
        let path = memo(move || row_path(self.prefix, index.get(), name));
        let looks = use_context::<SourceLooks>();
        let message = memo(move || {
            let (kind, is_touched) = (row.violation(name), row.is_touched(name));
            let message = path.with(|path| form.message(path, kind, is_touched));
            message.or_else(|| {
                let looks = looks.filter(|_| SOURCE_FIELDS.contains(&name))?;
                if path.with(|path| form.typing.is_in(path)) {
                    return None;
                }
                let text = row.with(|row| looks.advice(&row.to_config(), name))?;
                Some(FieldMessage {
                    text,
                    blocks: false,
                })
            })
        });
        let frame = FieldFrame {
            id: text_signal(move || path.with(|path| id_of(path))),
            label: text_signal(field.label),
            is_invalid: bool_signal(move || {
                message.with(|message| message.as_ref().is_some_and(|message| message.blocks))
            }),
            described_by: &[FieldNote::Problem],
        };
        CellField {
            form,
            row,
            field,
            path,
            message,
            frame,
            title,
            looks,
        }
    }
}

/// One field of a row: its input, frame and message.
#[derive(Clone, Copy)]
struct CellField {
    form: FormState,
    row: RowState,
    field: &'static TagConfigField,
    path: Memo<String>,
    message: Memo<Option<FieldMessage>>,
    frame: FieldFrame,
    title: Option<Signal<String>>,
    looks: Option<SourceLooks>,
}

impl CellField {
    fn view(self) -> AnyView {
        match self.field.kind {
            FieldKind::Text(_) | FieldKind::Ref | FieldKind::Path => self.text(),
            FieldKind::Choice { .. } => self.choice(),
            FieldKind::YesNo => self.checkbox(),
        }
    }

    /// The field's value, tracked.
    fn value(self) -> String {
        self.row
            .with(|row| (self.field.get)(&row.values).into_owned())
    }

    fn edit(self, value: &str) {
        self.path.try_with_untracked(|path| self.form.edited(path));
        self.row
            .edit(|row| (self.field.set)(&mut row.values, value));
    }

    fn type_in(self, value: &str) {
        let form = self.form;
        self.path
            .try_with_untracked(|path| form.typing.edited(path));
        self.edit(value);
    }

    /// The button that puts in the branch or tag that is likely to be meant, where the source lacks the one of the row.
    fn use_ref_button(self) -> Option<AnyView> {
        let looks = self
            .looks
            .filter(|_| self.field.wire_name == SOURCE_VALUE)?;
        let (form, row, path) = (self.form, self.row, self.path);
        let meant = memo(move || {
            let is_typing = path.with(|path| form.typing.is_in(path));
            let meant = row.with(|row| looks.ref_to_use(&row.to_config()));
            meant.filter(|_| !is_typing)
        });
        let use_it = move || {
            if let Some(name) = meant.get_untracked() {
                self.edit(&name);
                // The button goes.
                dom::focus(&format!("#{}", self.frame.id.get_untracked()));
            }
        };
        let button = move || {
            let name = text_signal(move || meant.get().unwrap_or_default());
            let button = Button::new(t_signal!(look.use_branch, name = name.get()));
            view! { <div class="field-actions">{button.on_press(use_it)}</div> }.into_any()
        };
        Some(show(move || meant.with(Option::is_some), button).into_any())
    }

    /// Shows the value as it will be sent, once the user has left the input.
    fn leave(self) {
        let Self { row, field, .. } = self;
        let Self { form, path, .. } = self;
        form.when_released(move || {
            path.try_with_untracked(|path| form.typing.left(path));
            row.mark_touched(field.wire_name);
        });
        if let Some(Some(_)) = row.try_with_untracked(|row| row.cleaned(field)) {
            row.edit(|row| row.clean(field));
        }
    }

    /// The id of the list with suggestions for the field, once the source is known; none before.
    fn suggestions(self) -> Option<Signal<Option<&'static str>>> {
        let (looks, row) = (self.looks?, self.row);
        let list: fn(&RowDraft) -> &'static str = match self.field.wire_name {
            SOURCE_VALUE => |row| names_list(&row.values.code_repo_type),
            DOCKERFILE => |_| DOCKERFILES_LIST,
            _ => return None,
        };
        let list = memo(move || looks.listing().map(|_| row.with(list)));
        Some(list.into())
    }

    fn text(self) -> AnyView {
        let frame = self.frame;
        let list = self.suggestions().unwrap_or_default();
        view! {
            {frame.label("cell-label")}
            <input
                type="text"
                class="code"
                id=frame.id
                title=self.title
                data-field=self.field.wire_name
                list=list
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-required="true"
                aria-invalid=frame.aria_invalid()
                aria-describedby=frame.described_by()
                prop:value=text_signal(move || self.value())
                on:input=move |event| self.type_in(&event_target_value(&event))
                on:blur=move |_| self.leave()
            />
            {self.message()}
            {self.use_ref_button()}
        }
        .into_any()
    }

    fn choice(self) -> AnyView {
        let chosen = memo(move || self.value());
        let option = move |value: String, word: Signal<String>| {
            let own = value.clone();
            view! {
                <option value=value prop:selected=bool_signal(move || chosen.with(|c| *c == own))>
                    {word}
                </option>
            }
            .into_any()
        };
        let known: Vec<AnyView> = self
            .field
            .options()
            .iter()
            .map(|known| option(known.value.to_owned(), text_signal(known.word)))
            .collect();
        // A value that the API holds and this console does not know can be kept.
        let unknown = move || {
            let value = chosen.get();
            let options = self.field.options();
            let is_unknown = options.iter().all(|option| option.value != value);
            is_unknown.then(|| option(value.clone(), Signal::stored(value)))
        };
        view! {
            {self.frame.label("cell-label")}
            <span class="cell-select">
                {(self.field.wire_name == SOURCE_KIND).then(|| kind_icon(chosen))}
                <select
                    id=self.frame.id
                    title=self.title
                    data-field=self.field.wire_name
                    on:change=move |event| self.edit(&event_target_value(&event))
                >
                    {known}
                    {dynamic(unknown)}
                </select>
            </span>
            {self.message()}
        }
        .into_any()
    }

    fn checkbox(self) -> AnyView {
        view! {
            <label>
                <input
                    type="checkbox"
                    id=self.frame.id
                    data-field=self.field.wire_name
                    prop:checked=bool_signal(move || self.value() == yes_no_text(true))
                    on:change=move |event| self.edit(yes_no_text(event_target_checked(&event)))
                />
                <span class="cell-label">{self.frame.label}</span>
            </label>
            {self.message()}
        }
        .into_any()
    }

    /// The field's problem or warning.
    fn message(self) -> AnyView {
        let class = text_signal(move || match self.frame.is_invalid.get() {
            true => FieldNote::Problem.class(),
            false => FieldNote::Warning.class(),
        });
        let text = text_signal(move || {
            let message = self.message.get();
            message.map_or_else(String::new, |message| message.text)
        });
        self.frame.note_with_class(FieldNote::Problem, class, text)
    }
}

/// The icon of a branch or a tag, which the select shows in place of the word.
fn kind_icon(chosen: Memo<String>) -> AnyView {
    dynamic(move || {
        icon::icon(match chosen.with(|kind| kind == "tag") {
            true => icon::TAG,
            false => icon::BRANCH,
        })
    })
    .into_any()
}
