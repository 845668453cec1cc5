//! What saving would change, in words; and the names of the rows that would be removed, to be agreed to.

use crate::api::TagConfig;
use crate::forms::common::wording;
use crate::forms::model::changes::{Changed, Review, RowField};
use crate::reactive::{dynamic, memo, text_signal};
use crate::ui::icon;
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The fields of a row, in the order in which they are told.
pub const ROW_FIELDS: [RowField; 6] = [
    RowField::Source,
    RowField::ImageTag,
    RowField::Dockerfile,
    RowField::Context,
    RowField::Active,
    RowField::VersionTagging,
];

/// The image tags of these rows, one after the other.
pub fn names(rows: &[TagConfig]) -> String {
    let tags: Vec<&str> = rows
        .iter()
        .map(|row| row.docker_repo_tag.as_str())
        .collect();
    tags.join(", ")
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

/// A row that is new or gone: what it is made of.
fn whole(row: TagConfig) -> AnyView {
    let tag = row.docker_repo_tag.clone();
    let rest = text_signal(move || {
        let told = |field: &RowField| {
            let (name, value) = (wording::field(*field), wording::value(&row, *field));
            t_string!(words.fact, name = name, value = value)
        };
        let facts: Vec<String> = ROW_FIELDS[2..].iter().map(told).collect();
        format!("{} · {}", wording::source(&row), facts.join(" · "))
    });
    view! {
        <li>
            <span class="code strong">{tag}</span>
            <span class="quiet">{rest}</span>
        </li>
    }
    .into_any()
}

fn changed(changed: Changed) -> AnyView {
    let Changed {
        before,
        after,
        fields,
    } = changed;
    let tag = before.docker_repo_tag.clone();
    // The tag itself stays where it is, and is built no more.
    let renamed = fields.contains(&RowField::ImageTag).then(|| {
        let old = tag.clone();
        t_signal!(review.renamed, tag = old)
    });
    let renamed = renamed.map(|text| view! { <p class="field-warning">{text}</p> });
    let lines: Vec<AnyView> = fields
        .into_iter()
        .map(|field| {
            let (before, after) = (before.clone(), after.clone());
            change_line(
                text_signal(move || wording::field(field)),
                text_signal(move || wording::value(&before, field)),
                text_signal(move || wording::value(&after, field)),
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

/// The changes, each kind under its heading. `agreed` is whether the user has agreed to the removals;
/// `asked` says that the question was passed over.
pub fn review_view(review: Review, agreed: RwSignal<bool>, asked: RwSignal<bool>) -> AnyView {
    let removed = StoredValue::new(names(&review.removed));
    let has_removed = !review.removed.is_empty();
    let node = review.build_node.map(|(before, after)| {
        let old = text_signal(move || match &before {
            Some(node) => node.clone(),
            None => t_string!(review.no_node).to_owned(),
        });
        view! { <dl class="changes">{change_line(t_signal!(create.build_node), old, Signal::stored(after))}</dl> }
    });
    let count = review.removed.len();
    let agree = has_removed.then(|| {
        let wrong = memo(move || asked.get() && !agreed.get());
        view! {
            <div class="field field-check">
                <label>
                    <input
                        type="checkbox"
                        id="agree"
                        prop:checked=agreed
                        aria-invalid=text_signal(move || wrong.get().to_string())
                        aria-describedby="agree-problem"
                        on:change=move |event| agreed.set(event_target_checked(&event))
                    />
                    <span>{t_signal!(review.agree, names = removed.get_value())}</span>
                </label>
                <p class="field-problem" id="agree-problem">
                    {dynamic(move || wrong.get().then(|| t_string!(review.must_agree)))}
                </p>
            </div>
        }
    });
    let (added_count, changed_count) = (review.added.len(), review.changed.len());
    view! {
        <div class="review">
            {node}
            {list(
                t_signal!(review.added, n = added_count),
                "added",
                review.added.into_iter().map(whole).collect(),
            )}
            {list(
                t_signal!(review.changed, n = changed_count),
                "changed",
                review.changed.into_iter().map(changed).collect(),
            )}
            {list(
                t_signal!(review.removed, n = count),
                "removed",
                review.removed.into_iter().map(whole).collect(),
            )}
            {has_removed
                .then(|| {
                    view! {
                        <p class="review-warning">
                            {icon::icon(icon::WARNING)} {t_signal!(review.removed_why)}
                        </p>
                    }
                })} {agree}
        </div>
    }
    .into_any()
}
