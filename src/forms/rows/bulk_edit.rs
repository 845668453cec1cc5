//! Edits several selected rows at once.

use crate::api::{VersionTagging, grammar};
use crate::forms::common::form_state::FormState;
use crate::forms::common::wording;
use crate::forms::rows::{Edit, RowList};
use crate::platform::dom;
use crate::reactive::{bool_signal, memo, text_signal};
use crate::ui::button::Button;
use crate::ui::icon;
use crate::ui::input::{Input, select};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// What the selected rows can be set to, all at once; what is left empty stays as it is in each.
pub fn bulk_editor(rows: RowList) -> AnyView {
    let form = expect_context::<FormState>();
    let active = RwSignal::new(String::new());
    let tagging = RwSignal::new(String::new());
    let dockerfile = RwSignal::new(String::new());
    let context = RwSignal::new(String::new());
    let keep = (String::new(), t_signal!(bulk.keep));
    let path_problem = |text: RwSignal<String>| {
        move || {
            let text = text.get();
            let kind = grammar::path(text.trim()).filter(|_| !text.trim().is_empty())?;
            Some(wording::problem(kind))
        }
    };
    let path = |text: RwSignal<String>| {
        let text = grammar::clean_path(&text.get_untracked());
        (!text.is_empty()).then_some(text)
    };
    let edit = move || Edit {
        is_active: match active.get_untracked().as_str() {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        },
        version_tagging: tagging
            .get_untracked()
            .parse::<i64>()
            .ok()
            .map(VersionTagging::from),
        dockerfile_location: path(dockerfile),
        build_context_path: path(context),
    };
    let wrong =
        memo(move || path_problem(dockerfile)().is_some() || path_problem(context)().is_some());
    let nothing = memo(move || {
        let texts = [active, tagging, dockerfile, context];
        texts
            .iter()
            .all(|text| text.with(|text| text.trim().is_empty()))
    });
    let apply = move || {
        rows.edit_selected(form, edit());
        for text in [active, tagging, dockerfile, context] {
            text.set(String::new());
        }
    };
    let remove = move || {
        rows.remove(form, &rows.selected_keys());
        dom::focus("#add-row");
    };
    let unselect = move || {
        rows.select_all(false);
        dom::focus("#select-all");
    };
    let on_off = vec![
        keep.clone(),
        ("on".to_owned(), t_signal!(bulk.on)),
        ("off".to_owned(), t_signal!(bulk.off)),
    ];
    let taggings = vec![
        keep,
        ("0".to_owned(), t_signal!(rows.tagging_none)),
        ("1".to_owned(), t_signal!(rows.tagging_time_short)),
        ("2".to_owned(), t_signal!(rows.tagging_commit)),
    ];
    let why = text_signal(move || match (wrong.get(), nothing.get()) {
        (true, _) => t_string!(bulk.wrong),
        (false, true) => t_string!(bulk.nothing),
        _ => "",
    });
    view! {
        <fieldset class="bulk">
            <legend>{t_signal!(bulk.heading, n = rows.selected_count())}</legend>
            {select(
                t_signal!(rows.is_active),
                on_off,
                move || active.get(),
                move |text| active.set(text),
            )}
            {select(
                t_signal!(rows.version_tagging),
                taggings,
                move || tagging.get(),
                move |text| tagging.set(text),
            )}
            {Input::new(t_signal!(rows.dockerfile), dockerfile)
                .placeholder(t_signal!(bulk.keep))
                .problem(path_problem(dockerfile))
                .view()}
            {Input::new(t_signal!(rows.context), context)
                .placeholder(t_signal!(bulk.keep))
                .problem(path_problem(context))
                .view()}
            <div class="bulk-actions">
                {Button::new(t_signal!(bulk.apply))
                    .primary()
                    .disabled(bool_signal(move || wrong.get() || nothing.get()))
                    .title(why)
                    .on_press(apply)}
                {Button::new(t_signal!(bulk.remove)).icon(icon::TRASH).on_press(remove)}
                {Button::new(t_signal!(bulk.unselect)).on_press(unselect)}
            </div>
        </fieldset>
    }
    .into_any()
}
