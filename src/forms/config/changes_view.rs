//! The changes that saving would make, in words, and the question about rows that would be removed.

use crate::api::TagConfig;
use crate::forms::model::changes::{Changed, Review};
use crate::forms::model::fields::columns;
use crate::reactive::{dynamic, memo, text_signal};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The image tags of these rows in one text.
pub(crate) fn names(rows: &[TagConfig]) -> String {
    let tags: Vec<&str> = rows
        .iter()
        .map(|row| row.docker_repo_tag.as_str())
        .collect();
    tags.join(t_string!(words.list))
}

fn list(heading: Signal<String>, kind: &'static str, items: Vec<AnyView>) -> Option<AnyView> {
    (!items.is_empty()).then(|| {
        view! {
            <section class="review-part" data-kind=kind>
                <h3>{heading}</h3>
                <ul>{items}</ul>
            </section>
        }
        .into_any()
    })
}

/// A row that is added or removed, with all its values.
fn whole_row(row: TagConfig) -> AnyView {
    let tag = row.docker_repo_tag.clone();
    let facts = text_signal(move || {
        let facts: Vec<String> = columns()
            .filter(|column| !column.is_image_tag() && column.is_held_by(&row))
            .map(|column| column.fact(&row))
            .collect();
        facts.join(" · ")
    });
    view! {
        <li>
            <span class="code strong">{tag}</span>
            <span class="quiet">{facts}</span>
        </li>
    }
    .into_any()
}

fn changed_row(changed: Changed) -> AnyView {
    let tag = changed.before.docker_repo_tag.clone();
    // The old tag keeps its images, but is not built any more.
    let is_renamed = changed.columns.iter().any(|column| column.is_image_tag());
    let renamed = is_renamed.then(|| {
        let old = tag.clone();
        view! { <p class="field-warning">{t_signal!(review.renamed, tag = old)}</p> }
    });
    let lines: Vec<AnyView> = changed
        .columns
        .into_iter()
        .map(|column| {
            let (before, after) = (changed.before.clone(), changed.after.clone());
            change_line(
                text_signal(move || column.heading()),
                text_signal(move || column.value(&before)),
                text_signal(move || column.value(&after)),
            )
        })
        .collect();
    view! {
        <li>
            <span class="code strong">{tag}</span>
            <dl class="changes">{lines}</dl>
            {renamed}
        </li>
    }
    .into_any()
}

fn change_line(name: Signal<String>, old: Signal<String>, new: Signal<String>) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>
                <del class="code">{old}</del>
                " → "
                <ins class="code">{new}</ins>
            </dd>
        </div>
    }
    .into_any()
}

/// The changes, each kind under its heading. `agreed` is true if the user agrees to the removals; `asked` is
/// true once the user has tried to save without.
pub(crate) fn review_view(
    review: Review,
    agreed: RwSignal<bool>,
    asked: RwSignal<bool>,
) -> AnyView {
    let removed_names = names(&review.removed);
    let has_removed = !review.removed.is_empty();
    let node = review.build_node.map(|(before, after)| {
        let old = text_signal(move || match &before {
            Some(node) => node.clone(),
            None => t_string!(review.no_node).to_owned(),
        });
        let line = change_line(t_signal!(create.build_node), old, Signal::stored(after));
        view! { <dl class="changes">{line}</dl> }
    });
    let (added_count, changed_count) = (review.added.len(), review.changed.len());
    let removed_count = review.removed.len();
    let warning = has_removed.then(|| {
        view! { <p class="review-warning">{icon::icon(icon::WARNING)} {t_signal!(review.removed_why)}</p> }
    });
    view! {
        <div class="review">
            {node}
            {list(
                t_signal!(review.added, n = added_count),
                "added",
                review.added.into_iter().map(whole_row).collect(),
            )}
            {list(
                t_signal!(review.changed, n = changed_count),
                "changed",
                review.changed.into_iter().map(changed_row).collect(),
            )}
            {list(
                t_signal!(review.removed, n = removed_count),
                "removed",
                review.removed.into_iter().map(whole_row).collect(),
            )} {warning} {has_removed.then(|| agree_checkbox(removed_names, agreed, asked))}
        </div>
    }
    .into_any()
}

/// The checkbox with which the user agrees to the removals.
fn agree_checkbox(names: String, agreed: RwSignal<bool>, asked: RwSignal<bool>) -> AnyView {
    let names = StoredValue::new(names);
    let is_missing = memo(move || asked.get() && !agreed.get());
    view! {
        <div class="field field-check">
            <label>
                <input
                    type="checkbox"
                    id="agree"
                    prop:checked=agreed
                    aria-invalid=text_signal(move || is_missing.get().to_string())
                    aria-describedby="agree-problem"
                    on:change=move |event| agreed.set(event_target_checked(&event))
                />
                <span>{t_signal!(review.agree, names = names.get_value())}</span>
            </label>
            <p class="field-problem" id="agree-problem">
                {dynamic(move || is_missing.get().then(|| t_string!(review.must_agree)))}
            </p>
        </div>
    }
    .into_any()
}
