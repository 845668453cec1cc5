//! Tables, whose rows become cards on narrow screens; and a pager.

use crate::reactive::{dynamic, memo};
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// A table with these columns, and a last one for the actions of a row.
pub(crate) fn table(
    caption: Signal<String>,
    columns: Vec<Signal<String>>,
    rows: AnyView,
) -> AnyView {
    table_of(caption, columns.into_iter().map(head).collect(), rows)
}

/// The head of a column.
pub(crate) fn head(column: Signal<String>) -> AnyView {
    view! { <th scope="col">{column}</th> }.into_any()
}

/// The same with heads of any kind.
pub(crate) fn table_of(caption: Signal<String>, heads: Vec<AnyView>, rows: AnyView) -> AnyView {
    view! {
        <div class="table-scroll" role="region" aria-label=caption tabindex="0">
            <table class="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>
                        {heads} <th scope="col">
                            <span class="visually-hidden">{t_signal!(builds.actions)}</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A cell. `column` is its label on narrow screens.
pub(crate) fn cell(column: Signal<String>, value: AnyView) -> AnyView {
    view! { <td data-label=column>{value}</td> }.into_any()
}

/// A row with its cells and actions.
pub(crate) fn row(cells: Vec<AnyView>, actions: AnyView) -> AnyView {
    view! { <tr>{cells} <td class="row-actions">{actions}</td></tr> }.into_any()
}

/// The step to the next or previous page of a list.
pub(crate) enum PagerStep {
    /// A link with this `href`.
    To(String),
    /// There is no such page.
    None,
}

/// A pager. `status` says which page is shown.
pub(crate) fn pager(
    status: Signal<String>,
    previous: impl Fn() -> PagerStep + Send + Sync + 'static,
    next: impl Fn() -> PagerStep + Send + Sync + 'static,
) -> AnyView {
    let previous = pager_step(
        t_signal!(builds.previous),
        t_signal!(builds.is_first),
        previous,
    );
    let next = pager_step(t_signal!(builds.next), t_signal!(builds.is_last), next);
    pager_of(status, previous, next)
}

/// The pager of a list that has the newest first.
pub(crate) fn builds_pager(
    status: Signal<String>,
    newer: impl Fn() -> PagerStep + Send + Sync + 'static,
    older: impl Fn() -> PagerStep + Send + Sync + 'static,
) -> AnyView {
    let newer = pager_step(t_signal!(builds.newer), t_signal!(builds.is_first), newer);
    let older = pager_step(t_signal!(builds.older), t_signal!(builds.is_last), older);
    pager_of(status, newer, older)
}

/// A step's button. It is built again only when the step has changed: it may have the focus.
fn pager_step(
    label: Signal<String>,
    reason: Signal<String>,
    step: impl Fn() -> PagerStep + Send + Sync + 'static,
) -> AnyView {
    let href = memo(move || match step() {
        PagerStep::To(href) => href,
        PagerStep::None => String::new(),
    });
    let view = move || match href.get() {
        href if href.is_empty() => Button::new(label).title(reason).always_disabled(),
        href => Button::new(label).link(Signal::stored(href)),
    };
    dynamic(view).into_any()
}

fn pager_of(status: Signal<String>, previous: AnyView, next: AnyView) -> AnyView {
    view! {
        <nav class="pager" aria-label=t_signal!(builds.pages)>
            <span class="number" role="status">
                {status}
            </span>
            <span class="button-group">{previous} {next}</span>
        </nav>
    }
    .into_any()
}
