//! A view whose code is loaded lazily: in its place until then, and after a failure.

use crate::components::reload_button::reload_button;
use crate::platform::site_files::is_outdated;
use crate::reactive::dynamic;
use crate::routing::navigation::use_navigation;
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

/// Shows the view of `make` once its code has been loaded, and `placeholder` until then. After a failure, a button
/// tries again; where the site has another version of the console by now, it reloads the page.
pub(crate) fn lazy_view(make: Rc<dyn Fn() -> LazyView>, placeholder: fn() -> AnyView) -> AnyView {
    lazy_view_or(make, placeholder, None)
}

/// The same. With `report`, a failure is reported so, and not shown in the place of the view.
pub(crate) fn lazy_view_or(
    make: Rc<dyn Fn() -> LazyView>,
    placeholder: fn() -> AnyView,
    report: Option<Rc<dyn Fn()>>,
) -> AnyView {
    let navigation = use_navigation();
    // A press of Retry has no owner.
    let owner = Owner::current().unwrap_or_default();
    let parts = StoredValue::new_local(Rc::new((owner, make, report)));
    let loaded = RwSignal::new_local(None::<AnyView>);
    let failed = RwSignal::new(false);
    let load = move || {
        let Some(parts) = parts.try_get_value() else {
            return;
        };
        failed.set(false);
        let (owner, make, _) = &*parts;
        // Made inside the owner, so that the view is removed with it.
        let mut view = Box::pin(owner.with(|| ScopedFuture::new(make())));
        // The user may have left the page. Then the owner and all signals are gone, and the view cannot be made.
        let view = poll_fn(move |context| match failed.try_get_untracked() {
            Some(_) => view.as_mut().poll(context).map(Some),
            None => Poll::Ready(None),
        });
        leptos::task::spawn_local(async move {
            match view.await {
                None => (),
                Some(Some(view)) => {
                    loaded.try_set(Some(view));
                }
                Some(None) => match &parts.2 {
                    Some(report) => report(),
                    None => {
                        failed.try_set(true);
                    }
                },
            }
        });
    };
    let retry = move || {
        // The button goes: the heading of the page takes the focus.
        navigation.mark_moved();
        load();
    };
    load();
    let online = window_event_listener(ev::online, move |_| {
        if failed.get_untracked() {
            load();
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
                false => (
                    t_signal!(error.part_missing),
                    Button::new(t_signal!(error.retry)).on_press(retry),
                ),
            };
            // The heading of a page is part of what is missing.
            let has_heading = document().query_selector("main h1").ok().flatten();
            let heading = has_heading.is_none().then(|| {
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
