//! Links that leave the console.

use crate::platform::page;
use crate::t_signal;
use crate::ui::icon;
use leptos::prelude::*;

/// A link to another site, which opens in a new tab and names its host. Plain text when `url` is not an
/// `http` or `https` address.
pub(crate) fn external_link(text: String, url: Option<&str>) -> AnyView {
    let Some((href, host)) = url.and_then(page::web_link) else {
        return view! { <span>{text}</span> }.into_any();
    };
    view! {
        <a
            class="outside"
            href=href
            rel="noopener noreferrer"
            target="_blank"
            title=t_signal!(link.outside, host = host)
        >
            {text}
            {icon::icon(icon::LINK)}
            // The style shows it where there is room.
            <span class="host">{host.clone()}</span>
        </a>
    }
    .into_any()
}
