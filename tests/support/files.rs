//! Files of the user's: dropped, chosen, and saved by the page.

use super::{Browser, Outcome, eventually};
use serde_json::{Value, json};

/// Drops a file with these bytes on the page.
pub async fn drop_file(browser: &Browser, name: &str, bytes: &[u8]) -> Outcome {
    let script = "for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(
          new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));";
    with_file(browser, name, bytes, script).await
}

/// Drags a file over the page, without letting go.
pub async fn drag_file(browser: &Browser) -> Outcome {
    let script = "document.body.dispatchEvent(
          new DragEvent('dragover', {dataTransfer: data, bubbles: true, cancelable: true}));";
    with_file(browser, "any", b"", script).await
}

/// Chooses a file in the field that has the focus. The picker itself belongs to the system.
pub async fn choose_file(browser: &Browser, name: &str, bytes: &[u8]) -> Outcome {
    let script = "document.activeElement.files = data.files;
        document.activeElement.dispatchEvent(new Event('change', {bubbles: true}));";
    with_file(browser, name, bytes, script).await
}

/// Runs a script with the file in `data`, as it is dragged.
async fn with_file(browser: &Browser, name: &str, bytes: &[u8], script: &str) -> Outcome {
    let script = format!(
        "const data = new DataTransfer();
         data.items.add(new File([new Uint8Array(arguments[1])], arguments[0]));
         {script}"
    );
    let arguments = vec![json!(name), json!(bytes)];
    browser.driver.execute(&script, arguments).await?;
    Ok(())
}

/// Keeps the next file that the page saves, instead of saving it; [`saved_file`] reads it.
pub async fn record_saved_file(browser: &Browser) {
    browser
        .script(
            "URL.createObjectURL = (blob) => { window.savedBlob = blob; return 'blob:none'; };
             HTMLAnchorElement.prototype.click = function () { window.savedName = this.download; };",
        )
        .await;
}

/// The name and the bytes of the file that the page has saved, once it has.
pub async fn saved_file(browser: &Browser) -> (String, Vec<u8>) {
    let script = "const done = arguments[0];
        if (!window.savedName) done(null);
        else savedBlob.arrayBuffer().then((b) => done([savedName, [...new Uint8Array(b)]]));";
    let saved = eventually("the file is saved", async || {
        let saved = browser.script_async(script).await;
        (!saved.is_null()).then_some(saved)
    })
    .await;
    serde_json::from_value(saved).expect("a name and bytes")
}

/// Unpacks a file in the browser, and reads it as JSON.
pub async fn unpacked(browser: &Browser, file: &[u8]) -> Value {
    let script = format!(
        "const done = arguments[0];
         const file = new Blob([new Uint8Array({})]);
         new Response(file.stream().pipeThrough(new DecompressionStream('gzip'))).text().then(done);",
        json!(file)
    );
    let text = browser.script_async(&script).await;
    serde_json::from_str(text.as_str().expect("a text")).expect("JSON")
}
