//! Texts that come in by paste, drop or file, and go out as a file.

use leptos::prelude::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, DataTransfer, File, HtmlAnchorElement, HtmlInputElement, Url,
};

/// The plain text that a paste or a drop brings; `None` when it brings none.
pub fn plain_text(data: Option<DataTransfer>) -> Option<String> {
    let text = data?.get_data("text/plain").ok()?;
    (!text.is_empty()).then_some(text)
}

/// The first file that a drop brings.
pub fn dropped_file(data: Option<DataTransfer>) -> Option<File> {
    data?.files()?.get(0)
}

/// The file that was chosen, which is no longer chosen then: the same one can be chosen again.
pub fn take_chosen(input: &HtmlInputElement) -> Option<File> {
    let file = input.files()?.get(0);
    input.set_value("");
    file
}

/// A file's text, if it is no longer than `most` bytes; bytes that are no UTF-8 are replaced.
pub async fn read_text(file: &File, most: usize) -> Option<String> {
    if file.size() > most as f64 {
        return None;
    }
    JsFuture::from(file.text()).await.ok()?.as_string()
}

/// Saves a text as a file of this name. False when the browser does not.
pub fn save_text(name: &str, text: &str) -> bool {
    let save = || -> Result<(), JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type("application/json");
        let parts = js_sys::Array::of1(&JsValue::from_str(text));
        let blob = Blob::new_with_str_sequence_and_options(&parts, &options)?;
        let url = Url::create_object_url_with_blob(&blob)?;
        let link: HtmlAnchorElement = document().create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The browser has begun to read it by then.
        Url::revoke_object_url(&url)
    };
    save().is_ok()
}
