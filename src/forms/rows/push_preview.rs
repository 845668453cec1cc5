//! Says what a push to the source would build with the rows as they are, where the source is known.

use crate::api::{SourceKind, TagConfig};
use crate::forms::common::source_looks::SourceLooks;
use crate::forms::model::draft::RowDraft;
use crate::forms::model::preview::image_reference;
use crate::forms::model::source_findings::{Push, pushes};
use crate::forms::rows::RowList;
use crate::reactive::dynamic;
use crate::t_string;
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
    let pushes = pushes(configs.iter(), |index, row| looks.would_fail(index, row));
    let mut texts: Vec<(String, bool)> = Vec::new();
    for push in pushes.iter().take(MAX_PUSHES) {
        if !push.builds.is_empty() {
            texts.push((builds_words(push, &images(&push.builds, image)), false));
        }
        if !push.fails.is_empty() {
            texts.push((fails_words(push, &images(&push.fails, image)), true));
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
    Some(texts.into_any())
}

/// The images of these tags. `image` has namespace and name of the image repository.
fn images(tags: &[String], image: Signal<(String, String)>) -> String {
    let image = |tag: &String| {
        image.with(|(namespace, name)| {
            let or_dots = |text: &str| match text {
                "" => "…".to_owned(),
                text => text.to_owned(),
            };
            image_reference(namespace, &or_dots(name), &or_dots(tag))
        })
    };
    let images: Vec<String> = tags.iter().map(image).collect();
    images.join(t_string!(words.list))
}

fn builds_words(push: &Push, images: &str) -> String {
    let name = push.name.as_str();
    match push.kind {
        SourceKind::Tag => t_string!(look.push_tag, name = name, images = images),
        _ => t_string!(look.push_branch, name = name, images = images),
    }
}

fn fails_words(push: &Push, images: &str) -> String {
    let name = push.name.as_str();
    match push.kind {
        SourceKind::Tag => t_string!(look.push_tag_fails, name = name, images = images),
        _ => t_string!(look.push_branch_fails, name = name, images = images),
    }
}
