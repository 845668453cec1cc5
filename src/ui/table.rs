//! Tables, whose rows become cards where there is no room; and pages of them.

use crate::reactive::dynamic;
use crate::t_signal;
use crate::ui::button::Button;
use leptos::prelude::*;

/// A table with these column heads; the last column holds what can be done with a row.
pub fn table(caption: Signal<String>, columns: Vec<Signal<String>>, rows: AnyView) -> AnyView {
    table_of(caption, columns.into_iter().map(head).collect(), rows)
}

/// A column's head.
pub fn head(column: Signal<String>) -> AnyView {
    view! { <th scope="col">{column}</th> }.into_any()
}

/// The same as `table`, with heads of any kind.
pub fn table_of(caption: Signal<String>, heads: Vec<AnyView>, rows: AnyView) -> AnyView {
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

/// A cell under the column of this name.
pub fn cell(column: Signal<String>, value: AnyView) -> AnyView {
    view! { <td data-label=column>{value}</td> }.into_any()
}

/// A row: its cells, and what can be done with it.
pub fn row(cells: Vec<AnyView>, actions: AnyView) -> AnyView {
    view! { <tr>{cells} <td class="row-actions">{actions}</td></tr> }.into_any()
}

/// A step to another page of a list: a link there, or why there is none.
pub enum PagerStep {
    To(String),
    None,
}

/// Says which page this is, and leads to the ones beside it.
pub fn pager(
    said: Signal<String>,
    previous: impl Fn() -> PagerStep + Send + 'static,
    next: impl Fn() -> PagerStep + Send + 'static,
) -> AnyView {
    let step = |step: PagerStep, label: Signal<String>, why: Signal<String>| {
        let button = Button::new(label);
        match step {
            PagerStep::To(href) => button.link(Signal::stored(href)),
            PagerStep::None => button.title(why).never(),
        }
    };
    view! {
        <nav class="pager" aria-label=t_signal!(builds.pages)>
            <span role="status">{said}</span>
            <span class="button-group">
                {dynamic(move || step(previous(), t_signal!(builds.previous), t_signal!(builds.is_first)))}
                {dynamic(move || step(next(), t_signal!(builds.next), t_signal!(builds.is_last)))}
            </span>
        </nav>
    }
    .into_any()
}
