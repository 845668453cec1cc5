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
    // A press of Retry has no owner.
    let owner = Owner::current().unwrap_or_default();
    let loading = Loading {
        parts: StoredValue::new_local(Rc::new((owner, make, on_failure))),
        loaded: RwSignal::new_local(None),
        failed: RwSignal::new(false),
        navigation,
        runs: StoredValue::new(0),
    };
    let Loading { loaded, failed, .. } = loading;
    let retry = move || {
        // The button goes: the heading of the page takes the focus.
        navigation.mark_moved();
        failed.set(false);
        loading.begin();
    };
    loading.begin();
    let again = move || {
        if failed.get_untracked() {
            loading.begin();
        }
    };
    let online = window_event_listener(ev::online, move |_| again());
    let visible = window_event_listener(ev::visibilitychange, move |_| {
        if !page::is_hidden() {
            again();
        }
    });
    on_cleanup(move || {
        online.remove();
        visible.remove();
    });
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

/// The owner of a view, what makes it, and what follows a failure.
type Parts = (Owner, Rc<dyn Fn() -> LazyView>, OnFailure);

/// A view that is being loaded.
#[derive(Clone, Copy)]
struct Loading {
    parts: StoredValue<Rc<Parts>, LocalStorage>,
    loaded: RwSignal<Option<AnyView>, LocalStorage>,
    failed: RwSignal<bool>,
    navigation: Navigation,
    /// How often loading has begun. Only the last run goes on.
    runs: StoredValue<u32>,
}

impl Loading {
    fn begin(self) {
        let Some(run) = self.runs.try_update_value(|runs| {
            *runs += 1;
            *runs
        }) else {
            return;
        };
        leptos::task::spawn_local(self.run(run));
    }

    /// Tries until the view is there, nobody looks, or another run has begun.
    async fn run(self, run: u32) {
        for failures in 0.. {
            let view = self.view().await;
            if self.runs.try_get_value() != Some(run) {
                return;
            }
            let Some(view) = view else {
                if !self.fail() {
                    return;
                }
                sleep(POLL.delay(failures, chance())).await;
                // The listeners go on when the page is looked at.
                if page::is_hidden() || self.runs.try_get_value() != Some(run) {
                    return;
                }
                continue;
            };
            if has_focus(".notice button") {
                self.navigation.mark_moved();
            }
            self.loaded.try_set(Some(view));
            if self.failed.try_get_untracked() == Some(true) {
                self.failed.set(false);
            }
            return;
        }
    }

    /// Makes the view once its code is there; `None` if that cannot be loaded, or if the user has left the page: then the
    /// owner and all signals are gone, and the view cannot be made.
    async fn view(self) -> Option<AnyView> {
        let (owner, make) = self.parts.try_with_value(|parts| {
            let (owner, make, _) = &**parts;
            (owner.clone(), Rc::clone(make))
        })?;
        // Made inside the owner, so that the view is removed with it.
        let mut view = Box::pin(owner.with(|| ScopedFuture::new(make())));
        poll_fn(move |context| match self.failed.try_get_untracked() {
            Some(_) => view.as_mut().poll(context),
            None => Poll::Ready(None),
        })
        .await
    }

    /// Tells of a failure. Returns true if another try may help.
    fn fail(self) -> bool {
        let Some(parts) = self.parts.try_get_value() else {
            return false;
        };
        if let OnFailure::Report(report) = &parts.2 {
            report();
            return false;
        }
        // Another version of the site has another notice.
        let is_outdated = is_outdated();
        if self.failed.try_get_untracked() == Some(false) || is_outdated {
            self.failed.try_set(true);
        }
        !is_outdated
    }
}
