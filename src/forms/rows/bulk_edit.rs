//! The panel that edits all selected rows at once.

use crate::forms::common::form_state::FormState;
use crate::forms::common::wording;
use crate::forms::model::bulk_edit::{BulkEdit, bulk_fields};
use crate::forms::model::fields::{BUILD_CACHE, TagConfigField};
use crate::forms::rows::RowList;
use crate::platform::dom;
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::{Input, select};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The panel. Fields that are left empty stay as they are in each row.
pub(crate) fn bulk_editor(rows: RowList, has_build_cache: bool) -> AnyView {
    let form = expect_context::<FormState>();
    let inputs: Vec<BulkInput> = bulk_fields()
        .into_iter()
        .filter(|field| has_build_cache || field.wire_name != BUILD_CACHE)
        .map(BulkInput::new)
        .collect();
    let views: Vec<AnyView> = inputs.iter().map(|input| input.view()).collect();
    let inputs = StoredValue::new(inputs);
    let has_problem =
        memo(move || inputs.with_value(|all| all.iter().any(|input| input.problem().is_some())));
    let is_empty = memo(move || inputs.with_value(|all| all.iter().all(|input| input.is_empty())));
    let apply = move || {
        let values =
            inputs.with_value(|all| all.iter().filter_map(|input| input.value()).collect());
        rows.edit_selected(form, BulkEdit(values));
        inputs.with_value(|all| all.iter().for_each(|input| input.text.set(String::new())));
        // Without new values, the button that was pressed is disabled.
        dom::focus("#select-all");
    };
    let remove = move || {
        rows.remove(form, &rows.selected_keys());
        dom::focus("#add-row");
    };
    let unselect = move || {
        rows.select_all(false);
        dom::focus("#select-all");
    };
    let why_disabled = text_signal(move || match (has_problem.get(), is_empty.get()) {
        (true, _) => t_string!(bulk.wrong),
        (false, true) => t_string!(bulk.nothing),
        _ => "",
    });
    view! {
        <fieldset class="bulk">
            <legend>{t_signal!(bulk.heading, n = rows.selected_count())}</legend>
            {views}
            <div class="bulk-actions">
                {Button::new(t_signal!(bulk.apply))
                    .disabled(bool_signal(move || has_problem.get() || is_empty.get()))
                    .title(why_disabled)
                    .on_press(apply)}
                {Button::new(t_signal!(bulk.remove)).icon(icon::TRASH).on_press(remove)}
                {Button::new(t_signal!(bulk.unselect)).on_press(unselect)}
            </div>
        </fieldset>
    }
    .into_any()
}

/// One field of the panel, and the value that it will set.
#[derive(Clone, Copy)]
struct BulkInput {
    field: &'static TagConfigField,
    /// Empty leaves the rows as they are.
    text: RwSignal<String>,
}

impl BulkInput {
    fn new(field: &'static TagConfigField) -> Self {
        let text = RwSignal::new(String::new());
        Self { field, text }
    }

    fn is_empty(self) -> bool {
        self.text.with(|text| text.trim().is_empty())
    }

    fn problem(self) -> Option<String> {
        let kind = self.text.with(|text| self.field.check(text))?;
        (!self.is_empty()).then(|| wording::problem(kind))
    }

    /// The field and its new value; `None` if there is none.
    fn value(self) -> Option<(&'static TagConfigField, String)> {
        let value = self.text.with_untracked(|text| self.field.clean(text));
        (!value.is_empty()).then_some((self.field, value))
    }

    fn view(self) -> AnyView {
        let (label, text) = (text_signal(self.field.label), self.text);
        if self.field.is_typed() {
            return Input::new(label, text)
                .placeholder(t_signal!(bulk.keep))
                .problem(move || self.problem())
                .view();
        }
        let mut options = vec![(String::new(), t_signal!(bulk.keep))];
        for option in self.field.options() {
            options.push((option.value.to_owned(), text_signal(option.word)));
        }
        select(
            label,
            options,
            move || text.get(),
            move |value| text.set(value),
        )
    }
}
