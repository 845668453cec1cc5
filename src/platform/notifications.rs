//! Notifications and the tab's icon.

use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Sets the tab's icon: the path of an icon (16 px grid) and its background color. `None`: the site's own icon.
pub(crate) fn set_tab_icon(icon: Option<(&str, &str)>) {
    let link = document().query_selector("link[rel=icon]").ok().flatten();
    let Some(link) = link else { return };
    const SITE_ICON: &str = "data-own";
    let site_icon = link.get_attribute(SITE_ICON).or_else(|| {
        let href = link.get_attribute("href")?;
        // Succeeds for a valid name.
        let _ = link.set_attribute(SITE_ICON, &href);
        Some(href)
    });
    let href = match icon {
        Some((path, color)) => format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle \
             cx='8' cy='8' r='8' fill='%23{color}'/%3E%3Cpath d='{path}' transform='translate(2.4 2.4) \
             scale(.7)' fill='none' stroke='%23fff' stroke-width='2.4'/%3E%3C/svg%3E"
        ),
        None => site_icon.unwrap_or_default(),
    };
    let _ = link.set_attribute("href", &href);
}

/// Returns true if the browser offers notifications and the user has not blocked them.
pub(crate) fn can_notify() -> bool {
    Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false)
        && Notification::permission() != NotificationPermission::Denied
}

/// Asks the user for permission to notify, unless it was given before. Call it when a button is pressed: browsers
/// ignore it otherwise. Returns true if it is given.
pub(crate) async fn may_notify() -> bool {
    if !can_notify() {
        return false;
    }
    if Notification::permission() == NotificationPermission::Granted {
        return true;
    }
    let Ok(request) = Notification::request_permission() else {
        return false;
    };
    let permission = wasm_bindgen_futures::JsFuture::from(request).await;
    permission.is_ok_and(|permission| permission.as_string().as_deref() == Some("granted"))
}

/// Shows a notification. A second one with the same tag replaces it. `pressed` runs when the user presses it.
pub(crate) fn notify(title: &str, body: &str, tag: &str, pressed: impl FnMut() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    // Fails on phones, where only a service worker may notify.
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let pressed = Closure::<dyn FnMut()>::new(pressed);
        notification.set_onclick(Some(pressed.as_ref().unchecked_ref()));
        // The browser does not report when a notification is gone: the closure is never freed.
        pressed.forget();
    }
}
