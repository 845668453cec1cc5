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
use leptos::reactive::graph::{
    AnySource, AnySubscriber, Observer, ReactiveNode, Source, Subscriber, WithObserver,
};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// A part of a view that is built again when a signal that it reads changes.
pub type Part = Box<dyn FnMut() -> AnyView + Send>;

/// A text derived from signals.
pub fn text_signal<T: Into<String>>(
    text: impl Fn() -> T + Send + Sync + 'static,
) -> Signal<String> {
    memo_boxed(Box::new(move || text().into())).into()
}

/// A condition derived from signals.
pub fn bool_signal(condition: impl Fn() -> bool + Send + Sync + 'static) -> Signal<bool> {
    memo_boxed(Box::new(condition)).into()
}

/// A part of a view, built again when a signal that it reads changes.
pub fn dynamic<V: IntoView + 'static>(view: impl Fn() -> V + Send + 'static) -> Part {
    part(Box::new(move || view().into_any()))
}

#[inline(never)]
fn part(view: BoxedView) -> Part {
    let reads = Reads::default();
    Box::new(move || reads.run(&view))
}

/// Shows a view while the condition is true. The view is built again only when the condition changes.
pub fn show(
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
pub fn show_or(
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
    part(Box::new(
        move || {
            if condition.get() { view() } else { fallback() }
        },
    ))
}

/// A value derived from signals. Notifies only when the value has changed.
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

/// Runs in the next microtask, and again when a signal that it reads changes.
pub fn effect(run: impl FnMut() + 'static) {
    effect_boxed(Box::new(run));
}

#[inline(never)]
fn effect_boxed(mut run: Box<dyn FnMut()>) {
    let reads = Reads::default();
    Effect::new(move |_: Option<()>| reads.run(&mut run));
}

/// A view for each key, in the order of the keys. A view is built when its key appears and dropped when the key is
/// gone.
pub fn for_each(
    keys: impl Fn() -> Vec<u64> + Send + Sync + 'static,
    view: impl Fn(u64) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    for_each_boxed(Box::new(keys), Arc::new(view))
}

fn for_each_boxed(
    keys: Box<dyn Fn() -> Vec<u64> + Send + Sync>,
    view: Arc<dyn Fn(u64) -> AnyView + Send + Sync>,
) -> AnyView {
    let reads = Reads::default();
    let keys = move || reads.run(&keys);
    view! { <For each=keys key=|key| *key children=move |key| view(key) /> }.into_any()
}

/// The signals that an effect has read in its last run.
///
/// An effect of Leptos misses a change if it reads a memo, and after it another one that the first is derived from:
/// checking the first computes the second, which does not tell the effect, since the effect is what asks. If the first
/// stays as it was, nobody asks again. So the reads of an effect are subscribed under another name than the effect's
/// own, and each change is passed on.
#[derive(Default)]
struct Reads(Mutex<Option<Arc<Relay>>>);

impl Reads {
    /// Runs the body of an effect.
    fn run<T>(&self, body: impl FnOnce() -> T) -> T {
        let Some(effect) = Observer::get() else {
            return body();
        };
        // The change that led to this run may have been passed on as well.
        effect.update_if_necessary();
        let relay = Arc::new(Relay {
            effect,
            sources: Mutex::default(),
        });
        let subscriber = AnySubscriber(Arc::as_ptr(&relay).addr(), Arc::downgrade(&relay) as _);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(relay);
        subscriber.with_observer(body)
    }
}

/// Subscribes to signals on behalf of an effect.
struct Relay {
    effect: AnySubscriber,
    sources: Mutex<Vec<AnySource>>,
}

impl ReactiveNode for Relay {
    fn mark_dirty(&self) {
        self.effect.mark_dirty();
    }

    fn mark_check(&self) {
        self.effect.mark_check();
    }

    fn mark_subscribers_check(&self) {}

    fn update_if_necessary(&self) -> bool {
        self.effect.update_if_necessary()
    }
}

impl Subscriber for Relay {
    fn add_source(&self, source: AnySource) {
        self.effect.add_source(source.clone());
        self.sources
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(source);
    }

    fn clear_sources(&self, subscriber: &AnySubscriber) {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        for source in sources.drain(..) {
            source.remove_subscriber(subscriber);
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let name: *const Relay = self;
        self.clear_sources(&AnySubscriber(name.addr(), Weak::<Relay>::new()));
    }
}
