//! Notifications, and the icon of the tab.

use js_sys::Reflect;
use leptos::prelude::{document, window};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Notification, NotificationOptions, NotificationPermission};

/// Shows another icon for the tab: the path of an icon (16 px grid) in a colour; `None` the site's own.
pub fn set_tab_icon(icon: Option<(&str, &str)>) {
    let link = document().query_selector("link[rel=icon]").ok().flatten();
    let Some(link) = link else { return };
    const OWN: &str = "data-own";
    let own = link.get_attribute(OWN).or_else(|| {
        let own = link.get_attribute("href")?;
        // Neither fails for a valid name.
        let _ = link.set_attribute(OWN, &own);
        Some(own)
    });
    let href = match icon {
        Some((path, colour)) => format!(
            "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle \
             cx='8' cy='8' r='8' fill='%23{colour}'/%3E%3Cpath d='{path}' transform='translate(2.4 2.4) \
             scale(.7)' fill='none' stroke='%23fff' stroke-width='2.4'/%3E%3C/svg%3E"
        ),
        None => own.unwrap_or_default(),
    };
    let _ = link.set_attribute("href", &href);
}

/// Whether this browser can notify, and has not been told never to.
pub fn can_notify() -> bool {
    Reflect::has(&window(), &JsValue::from_str("Notification")).unwrap_or(false)
        && Notification::permission() != NotificationPermission::Denied
}

/// Asks the user whether this site may notify, unless they have said so before. To be called on a press.
pub async fn may_notify() -> bool {
    if !can_notify() {
        return false;
    }
    if Notification::permission() == NotificationPermission::Granted {
        return true;
    }
    let Ok(asked) = Notification::request_permission() else {
        return false;
    };
    let said = wasm_bindgen_futures::JsFuture::from(asked).await;
    said.is_ok_and(|said| said.as_string().as_deref() == Some("granted"))
}

/// Notifies the user; `pressed` runs when they press it.
pub fn notify(title: &str, body: &str, tag: &str, pressed: impl FnMut() + 'static) {
    let options = NotificationOptions::new();
    options.set_body(body);
    options.set_tag(tag);
    // Fails where only a service worker may notify, as on phones: nothing is shown there.
    if let Ok(notification) = Notification::new_with_options(title, &options) {
        let pressed = Closure::<dyn FnMut()>::new(pressed);
        notification.set_onclick(Some(pressed.as_ref().unchecked_ref()));
        // It lives as long as the notification may be pressed, which nobody tells.
        pressed.forget();
    }
}
