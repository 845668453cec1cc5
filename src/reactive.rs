//! Leptos' signals, effects and parts of views, each with one type instead of a type for each closure.
//!
//! Leptos compiles the code around a closure once for each closure, and the browser loads all of it. These
//! functions box the closure first, so that the code exists once. What that saves, measured by building the site
//! with Leptos' own in place of each helper (brotli -q 11; the first view, and all lazy chunks together):
//!
//! | Leptos | here | first view | chunks |
//! | --- | --- | --- | --- |
//! | `move \|\|` with a text, as attribute or child | [`text_signal`], `t_signal!` | 2.1 kB | 12.4 kB |
//! | `{move \|\| view()}` | [`dynamic`] | 1.9 kB | 11.7 kB |
//! | `<Show>` with and without `fallback` | [`show`], [`show_or`] | 1.7 kB | 9.0 kB |
//! | `Effect::new` | [`effect`] | 1.6 kB | 5.2 kB |
//! | `Memo::new` | [`memo`] | 0.4 kB | 3.0 kB |
//! | `<For>` | [`for_each`] | 0.6 kB | 2.1 kB |
//! | `move \|\|` with a bool, as attribute | [`bool_signal`] | 0.3 kB | 1.1 kB |

use leptos::prelude::*;
use std::sync::Arc;

/// A part of a view that is built again when a signal that it reads changes.
pub(crate) type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A text derived from signals.
pub(crate) fn text_signal<T: Into<String>>(
    text: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<String> {
    Signal::derive(move || text().into())
}

/// A condition derived from signals.
pub(crate) fn bool_signal(condition: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(condition)
}

/// A part of a view, built again when a signal that it reads changes.
pub(crate) fn dynamic<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Part {
    Box::new(move || view().into_any())
}

/// Shows a view while the condition is true. The view is built again only when the condition changes.
pub(crate) fn show(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> Part {
    show_boxed(
        Box::new(condition),
        Box::new(view),
        Box::new(|| ().into_any()),
    )
}

/// Shows one of two views. The view is built again only when the condition changes.
pub(crate) fn show_or(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
    fallback: impl Fn() -> AnyView + Send + 'static,
) -> Part {
    show_boxed(Box::new(condition), Box::new(view), Box::new(fallback))
}

type BoxedView = Box<dyn Fn() -> AnyView + Send>;

fn show_boxed(
    condition: Box<dyn Fn() -> bool + Send + Sync>,
    view: BoxedView,
    fallback: BoxedView,
) -> Part {
    let condition = memo_boxed(condition);
    Box::new(move || if condition.get() { view() } else { fallback() })
}

/// A value derived from signals. Notifies only when the value has changed.
pub(crate) fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    memo_boxed(Box::new(value))
}

fn memo_boxed<T: PartialEq + Send + Sync + 'static>(
    value: Box<dyn Fn() -> T + Send + Sync>,
) -> Memo<T> {
    Memo::new(move |_| value())
}

/// Runs in the next microtask, and again when a signal that it reads changes.
pub(crate) fn effect(run: impl FnMut() + 'static) {
    effect_boxed(Box::new(run));
}

fn effect_boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// A view for each key, in the order of the keys. A view is built when its key appears and dropped when the key is
/// gone.
pub(crate) fn for_each(
    keys: impl Fn() -> Vec<u64> + Send + Sync + 'static,
    view: impl Fn(u64) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    for_each_boxed(Box::new(keys), Arc::new(view))
}

fn for_each_boxed(
    keys: Box<dyn Fn() -> Vec<u64> + Send + Sync>,
    view: Arc<dyn Fn(u64) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=keys key=|key| *key children=move |key| view(key) /> }.into_any()
}
