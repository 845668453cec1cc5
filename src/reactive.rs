//! Parts of views that follow signals, each as one type. A closure in a view is compiled, with all that
//! draws it, once for each closure, and every byte of that is sent to the browser; these are compiled
//! once for all.

use leptos::prelude::*;
use std::sync::Arc;

/// A part of a view that is drawn anew when the signals that it reads change.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A text that follows the signals that it reads.
pub fn text_signal<T: Into<String>>(
    text: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<String> {
    Signal::derive(move || text().into())
}

/// A yes or no that follows the signals that it reads.
pub fn bool_signal(is: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    Signal::derive(is)
}

/// A part of a view that follows the signals that it reads.
pub fn dynamic<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Part {
    Box::new(move || view().into_any())
}

/// Shown while the condition holds; stays as it is while that does not change.
pub fn show(
    is: impl Fn() -> bool + Send + Sync + 'static,
    yes: impl Fn() -> AnyView + Send + 'static,
) -> Part {
    choose_boxed(Box::new(is), Box::new(yes), Box::new(|| ().into_any()))
}

/// One of two, by a condition; stays as it is while that does not change.
pub fn show_or(
    is: impl Fn() -> bool + Send + Sync + 'static,
    yes: impl Fn() -> AnyView + Send + 'static,
    no: impl Fn() -> AnyView + Send + 'static,
) -> Part {
    choose_boxed(Box::new(is), Box::new(yes), Box::new(no))
}

type BoxedView = Box<dyn Fn() -> AnyView + Send>;

fn choose_boxed(is: Box<dyn Fn() -> bool + Send + Sync>, yes: BoxedView, no: BoxedView) -> Part {
    let is = memo_boxed(is);
    Box::new(move || if is.get() { yes() } else { no() })
}

/// A value that is worked out when the signals that it reads change, and tells only of a new one.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    value: impl Fn() -> T + Send + Sync + 'static,
) -> Memo<T> {
    memo_boxed(Box::new(value))
}

fn memo_boxed<T: PartialEq + Send + Sync + 'static>(
    value: Box<dyn Fn() -> T + Send + Sync>,
) -> Memo<T> {
    Memo::new(move |_| value())
}

/// Runs now, and again when the signals that it reads change.
pub fn effect(run: impl FnMut() + 'static) {
    effect_boxed(Box::new(run));
}

fn effect_boxed(mut run: Box<dyn FnMut()>) {
    Effect::new(move |_: Option<()>| run());
}

/// Views of things by key, in order; one is made when its key comes and dropped when it goes.
pub fn for_each(
    keys: impl Fn() -> Vec<u64> + Send + Sync + 'static,
    view: impl Fn(u64) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    list_boxed(Box::new(keys), Arc::new(view))
}

fn list_boxed(
    keys: Box<dyn Fn() -> Vec<u64> + Send + Sync>,
    view: Arc<dyn Fn(u64) -> AnyView + Send + Sync>,
) -> AnyView {
    view! { <For each=keys key=|key| *key children=move |key| view(key) /> }.into_any()
}
