//! Tables, whose rows become cards on narrow screens; and a pager.

use crate::reactive::dynamic;
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
    previous: impl Fn() -> PagerStep + Send + 'static,
    next: impl Fn() -> PagerStep + Send + 'static,
) -> AnyView {
    let step = |step: PagerStep, label: Signal<String>, reason: Signal<String>| {
        let button = Button::new(label);
        match step {
            PagerStep::To(href) => button.link(Signal::stored(href)),
            PagerStep::None => button.title(reason).always_disabled(),
        }
    };
    view! {
        <nav class="pager" aria-label=t_signal!(builds.pages)>
            <span role="status">{status}</span>
            <span class="button-group">
                {dynamic(move || step(
                    previous(),
                    t_signal!(builds.previous),
                    t_signal!(builds.is_first),
                ))}
                {dynamic(move || step(next(), t_signal!(builds.next), t_signal!(builds.is_last)))}
            </span>
        </nav>
    }
    .into_any()
}
