//! A view whose code is loaded lazily: in its place until then, and after a failure.

use crate::client::backoff::{POLL, chance};
use crate::components::page_heading::PageTitle;
use crate::components::reload_button::reload_button;
use crate::platform::dom::has_focus;
use crate::platform::page;
use crate::platform::site_files::is_outdated;
use crate::platform::timer::sleep;
use crate::reactive::dynamic;
use crate::routing::navigation::{Navigation, use_navigation};
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::icon;
use futures_util::future::LocalBoxFuture;
use leptos::ev;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// A view whose code and style sheets are being loaded. `None` if one of them cannot be.
pub(crate) type LazyView = LocalBoxFuture<'static, Option<AnyView>>;

/// Shows the view of `make` once its code has been loaded, and `placeholder` until then. After a failure, it is tried
/// again after a while, when the network is back, and with a button; where the site has another version of the console
/// by now, the button reloads the page instead.
pub(crate) fn lazy_view(make: Rc<dyn Fn() -> LazyView>, placeholder: fn() -> AnyView) -> AnyView {
    lazy_view_with(
        make,
        placeholder,
        OnFailure::Say(|| t_signal!(error.part_missing)),
    )
}

/// The end of a load that failed.
#[derive(Clone)]
pub(crate) enum OnFailure {
    /// Says so in the place of the view, and tries again.
    Say(fn() -> Signal<String>),
    /// Reports it elsewhere.
    Report(Rc<dyn Fn()>),
}

/// The same, with other words after a failure.
pub(crate) fn lazy_view_with(
    make: Rc<dyn Fn() -> LazyView>,
    placeholder: fn() -> AnyView,
    on_failure: OnFailure,
) -> AnyView {
    let navigation = use_navigation();
    let words = match on_failure {
        OnFailure::Say(words) => words,
        OnFailure::Report(_) => || t_signal!(error.part_missing),
    };
    let parts = Parts {
        owner: Owner::current().unwrap_or_default(),
        make,
        on_failure,
        runs: Cell::new(0),
    };
    let loading = Loading {
        parts: StoredValue::new_local(Rc::new(parts)),
        loaded: RwSignal::new_local(None),
        failed: RwSignal::new(false),
        navigation,
    };
    let Loading { loaded, failed, .. } = loading;
    let retry = move || {
        // The button goes: the heading of the page takes the focus.
        navigation.mark_moved();
        failed.set(false);
        loading.begin();
    };
    loading.begin();
    let online = window_event_listener(ev::online, move |_| {
        if failed.get_untracked() {
            loading.begin();
        }
    });
    on_cleanup(move || online.remove());
    dynamic(move || {
        if failed.get() {
            let (text, button) = match is_outdated() {
                true => (
                    t_signal!(error.outdated),
                    reload_button(navigation, move || failed.set(true)),
                ),
                false => (words(), Button::new(t_signal!(error.retry)).on_press(retry)),
            };
            // The heading of a page is part of what is missing.
            let has_heading = document().query_selector("main h1").ok().flatten();
            let heading = has_heading.is_none().then(|| {
                // So is its title. The tab would keep that of the page before.
                if let Some(page_title) = use_context::<PageTitle>() {
                    page_title.title.set(text.get_untracked());
                }
                view! {
                    <h1 id="heading" tabindex="-1" class="visually-hidden">
                        {text}
                    </h1>
                }
            });
            return view! {
                {heading}
                <div class="notice" data-kind="error" role="alert">
                    {icon::icon(icon::WARNING)}
                    <p class="notice-body">{text}</p>
                    {button}
                </div>
            }
            .into_any();
        }
        loaded.track();
        match loaded.try_update_untracked(Option::take).flatten() {
            Some(view) => view,
            None => placeholder(),
        }
    })
    .into_any()
}

/// The parts that make a view.
struct Parts {
    /// The owner of the view. A press of Retry has none.
    owner: Owner,
    make: Rc<dyn Fn() -> LazyView>,
    on_failure: OnFailure,
    /// How often loading has begun. Only the last run goes on.
    runs: Cell<u32>,
}

/// A view that is being loaded.
#[derive(Clone, Copy)]
struct Loading {
    parts: StoredValue<Rc<Parts>, LocalStorage>,
    loaded: RwSignal<Option<AnyView>, LocalStorage>,
    failed: RwSignal<bool>,
    navigation: Navigation,
}

impl Loading {
    /// Tries until the view is there or this is called again. Waits while nobody looks.
    fn begin(self) {
        let Some(parts) = self.parts.try_get_value() else {
            return;
        };
        let run = parts.runs.get() + 1;
        parts.runs.set(run);
        leptos::task::spawn_local(async move {
            for failures in 0.. {
                // Made inside the owner, so that the view is removed with it.
                let mut view = Box::pin(parts.owner.with(|| ScopedFuture::new((parts.make)())));
                // The user may have left the page. Then the owner and all signals are gone, and the view cannot be made.
                let view = poll_fn(|context| match self.failed.try_get_untracked() {
                    Some(_) => view.as_mut().poll(context),
                    None => Poll::Ready(None),
                });
                let view = view.await;
                let is_last = || parts.runs.get() == run && !self.failed.is_disposed();
                if !is_last() || self.show(view) || !self.fail(&parts.on_failure) {
                    return;
                }
                sleep(POLL.delay(failures, chance())).await;
                while page::is_hidden() {
                    sleep(POLL.delay(failures, chance())).await;
                }
                if !is_last() {
                    return;
                }
            }
        });
    }

    /// Shows the view. Returns false if there is none.
    fn show(self, view: Option<AnyView>) -> bool {
        if view.is_none() {
            return false;
        }
        if has_focus(".notice button") {
            self.navigation.mark_moved();
        }
        self.loaded.set(view);
        if self.failed.get_untracked() {
            self.failed.set(false);
        }
        true
    }

    /// Tells of a failure. Returns true if another try may help.
    fn fail(self, on_failure: &OnFailure) -> bool {
        if let OnFailure::Report(report) = on_failure {
            report();
            return false;
        }
        // Another version of the site has another notice.
        let is_outdated = is_outdated();
        if is_outdated || !self.failed.get_untracked() {
            self.failed.set(true);
        }
        !is_outdated
    }
}
