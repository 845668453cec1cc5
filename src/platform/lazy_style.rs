//! Style sheets that are loaded with the code that needs them. `scripts/post-build` leaves them in the page as links
//! without `rel`, which the browser ignores.

use crate::platform::site_files::load_link;
use leptos::prelude::document;
use wasm_bindgen_futures::JsFuture;

/// A style sheet that could not be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StyleMissing;

/// Starts to load a style sheet by its name, once. The future resolves when it is there.
///
/// # Errors
///
/// If the browser cannot load it. The next call tries again.
pub(crate) fn load_style(name: &str) -> impl Future<Output = Result<(), StyleMissing>> + use<> {
    // Without such a link, it was loaded before, or is part of the page from the start.
    let selector = format!("link[data-lazy={name}]");
    let link = document().query_selector(&selector).ok().flatten();
    let loading = link.map(|link| load_link(&link));
    async move {
        match loading {
            Some(loading) => JsFuture::from(loading)
                .await
                .map(|_| ())
                .map_err(|_| StyleMissing),
            None => Ok(()),
        }
    }
}
