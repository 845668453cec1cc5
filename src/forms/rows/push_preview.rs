//! Says what a push to the source would build with the rows as they are, where the source is known.

use crate::api::{SourceKind, TagConfig};
use crate::forms::common::source_looks::SourceLooks;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::preview::image_reference;
use crate::forms::model::source_findings::{Push, pushes};
use crate::forms::rows::RowList;
use crate::reactive::dynamic;
use crate::t_string;
use crate::ui::button::Button;
use crate::ui::icon;
use leptos::prelude::*;

/// The most branches and tags that are named.
const MAX_PUSHES: usize = 5;

/// What a push would build. `image` has namespace and name of the image repository.
pub(crate) fn push_preview(rows: RowList, image: Signal<(String, String)>) -> AnyView {
    let Some(looks) = use_context::<SourceLooks>() else {
        return ().into_any();
    };
    view! {
        <div class="push-preview" role="status">
            {dynamic(move || lines(looks, rows, image))}
        </div>
    }
    .into_any()
}

fn lines(looks: SourceLooks, rows: RowList, image: Signal<(String, String)>) -> Option<AnyView> {
    looks.listing()?;
    let drafts = rows.drafts();
    let configs: Vec<TagConfig> = drafts.iter().map(RowDraft::to_config).collect();
    let pushes = pushes(configs.iter(), |row| looks.would_fail(row));
    let mut texts: Vec<(String, bool)> = Vec::new();
    for push in pushes.iter().take(MAX_PUSHES) {
        texts.push((push_words(push, image), false));
        if !push.fails.is_empty() {
            let tags = push.fails.join(t_string!(words.list));
            texts.push((t_string!(look.push_fails, tags = tags), true));
        }
    }
    match pushes.len().checked_sub(MAX_PUSHES) {
        None if pushes.is_empty() => texts.push((t_string!(look.push_none).to_owned(), false)),
        Some(more) if more > 0 => texts.push((t_string!(look.push_more, n = more), false)),
        _ => {}
    }
    let texts: Vec<AnyView> = texts
        .into_iter()
        .map(|(text, is_problem)| match is_problem {
            true => {
                let sign = icon::icon(icon::WARNING);
                view! { <p class="field-warning">{sign} {text}</p> }.into_any()
            }
            false => view! { <p class="quiet">{text}</p> }.into_any(),
        })
        .collect();
    let renamed = configs.iter().find_map(|row| looks.branch_to_use(row));
    let button = renamed.map(|(from, to)| {
        let text = t_string!(look.use_branch, name = to.clone());
        let is_meant = move |row: &RowDraft| {
            let renamed = untrack(|| looks.branch_to_use(&row.to_config()));
            renamed.is_some_and(|(missing, _)| missing == from)
        };
        Button::new(Signal::stored(text)).on_press(move || {
            rows.edit_where(&is_meant, |row| {
                row.values.code_repo_type_value.clone_from(&to)
            });
        })
    });
    Some(
        view! {
            {texts}
            {button}
        }
        .into_any(),
    )
}

fn push_words(push: &Push, image: Signal<(String, String)>) -> String {
    let image = |tag: &String| {
        image.with(|(namespace, name)| {
            let or_dots = |text: &str| match text {
                "" => "…".to_owned(),
                text => text.to_owned(),
            };
            image_reference(namespace, &or_dots(name), &or_dots(tag))
        })
    };
    let images: Vec<String> = push.builds.iter().map(image).collect();
    let images = images.join(t_string!(words.list));
    match push.kind {
        SourceKind::Tag => t_string!(look.push_tag, name = push.name.clone(), images = images),
        _ => t_string!(look.push_branch, name = push.name.clone(), images = images),
    }
}
