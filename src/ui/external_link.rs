//! Links that leave the console.

use crate::platform::page;
use crate::reactive::text_signal;
use crate::t_string;
use crate::ui::icon;
use leptos::prelude::*;

/// A link to another site, which opens in a new tab and names its host. Plain text when `url` is not an
/// `http` or `https` address.
pub(crate) fn external_link(text: String, url: Option<&str>) -> AnyView {
    external_link_with(text, url, String::new())
}

/// The same, with a longer text as its tooltip.
pub(crate) fn external_link_with(text: String, url: Option<&str>, title: String) -> AnyView {
    let Some((href, host)) = url.and_then(page::web_link) else {
        let title = (!title.is_empty()).then_some(title);
        return view! { <span title=title>{text}</span> }.into_any();
    };
    let name = host.clone();
    let title = text_signal(move || {
        let outside = t_string!(link.outside, host = host);
        format!("{title}\n{outside}").trim_start().to_owned()
    });
    view! {
        <a class="outside" href=href rel="noopener noreferrer" target="_blank" title=title>
            {text}
            {icon::icon(icon::LINK)}
            // The style shows it where there is room.
            <span class="host">{name}</span>
        </a>
    }
    .into_any()
}
