//! Texts from the clipboard, from drops and from files; and downloads.

use crate::platform::timer::sleep;
use leptos::prelude::document;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DataTransfer, File, HtmlAnchorElement, HtmlInputElement, Url,
};

/// The time until a file's URL is revoked. The browser needs a moment to read a large file.
const URL_LIFETIME: Duration = Duration::from_secs(60);

/// The plain text of a paste or a drop. `None` if there is none.
pub(crate) fn plain_text(data: Option<DataTransfer>) -> Option<String> {
    let text = data?.get_data("text/plain").ok()?;
    (!text.is_empty()).then_some(text)
}

/// Returns true if files are dragged, and not a text or a link.
pub(crate) fn has_files(data: Option<DataTransfer>) -> bool {
    data.is_some_and(|data| data.types().includes(&JsValue::from_str("Files"), 0))
}

/// The first file of a drop.
pub(crate) fn dropped_file(data: Option<DataTransfer>) -> Option<File> {
    data?.files()?.get(0)
}

/// Takes the chosen file out of a file input, so that the user can choose the same file again.
pub(crate) fn take_chosen(input: &HtmlInputElement) -> Option<File> {
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

/// Reads the text of a file of at most `max_bytes`. Bytes that are not UTF-8 are replaced. `None` if the file is
/// larger or cannot be read.
pub(crate) async fn read_text(file: &File, max_bytes: usize) -> Option<String> {
    if file.size() > max_bytes as f64 {
        return None;
    }
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Downloads a text as a file of this name. Returns false if the browser refuses.
pub(crate) fn save_text(name: &str, text: &str) -> bool {
    let save = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type("application/json");
        let parts = js_sys::Array::of1(&JsValue::from_str(text));
        save_as(
            &Blob::new_with_str_sequence_and_options(&parts, &options)?,
            name,
        )
    };
    save().is_ok()
}

/// Downloads a file of any size under this name. Returns false if the browser refuses.
pub(crate) fn save_blob(name: &str, blob: &Blob) -> bool {
    save_as(blob, name).is_ok()
}

fn save_as(blob: &Blob, name: &str) -> Result<(), JsValue> {
    let url = Url::create_object_url_with_blob(blob)?;
    let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
    link.set_href(&url);
    link.set_download(name);
    link.click();
    leptos::task::spawn_local(async move {
        sleep(URL_LIFETIME).await;
        let _ = Url::revoke_object_url(&url);
    });
    Ok(())
}
