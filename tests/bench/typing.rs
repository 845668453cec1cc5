//! The cost of a key in the tag config editor with 300 rows, all rules and previews live.
//!
//! Real key events (CDP's `Input.dispatchKeyEvent`) go to an image tag in the middle. The page's own
//! clock measures what a key takes.

use crate::support::fixtures::{CONFIG_PAGE, REPOSITORY, repository};
use crate::support::{Api, Browser, Reply, Setup, eventually};
use crate::{median, report};
use serde_json::{Value, json};

/// Rows in the editor.
const ROWS: usize = 300;
/// The index of the row that is typed in.
const MIDDLE: usize = 150;
/// Keys that are measured.
const KEYS: usize = 80;

/// Notes for each `input` event how long the page's handlers took, with all that they set off (tasks of
/// the moment are done between one listener and the next, and these are the first and the last); when
/// the next frame began; and when it was painted (a message that a frame's callback sends arrives then).
const WATCH: &str = "
  window.key = undefined;
  let start;
  addEventListener('input', () => start = performance.now(), true);
  addEventListener('input', () => {
    const handled = performance.now() - start;
    requestAnimationFrame(() => {
      const frame = performance.now() - start;
      const channel = new MessageChannel();
      channel.port1.onmessage = () => {
        const painted = performance.now() - start;
        window.key = [handled, handled + painted - frame, painted];
      };
      channel.port2.postMessage(0);
    });
  });";

/// Tag configs that all differ.
fn tag_configs() -> Value {
    let row = |index: usize| {
        json!({
            "id": index + 1, "docker_build_config_id": 3, "docker_repo_tag": format!("tag-{index}"),
            "dockerfile_location": "/app", "code_repo_type": "branch", "is_active": index.is_multiple_of(3),
            "code_repo_type_value": format!("feature/{index}"), "version_tagging": index % 3,
            "build_context_path": "/app"
        })
    };
    (0..ROWS).map(row).collect()
}

/// The time of one key, in milliseconds: its scripts; these and the frame that shows it (style, layout,
/// painting); and the whole time until that frame was painted, the wait for its turn included.
type Cost = [f64; 3];

/// Presses one key on what has the focus, and waits until the frame that shows it is painted.
async fn press(browser: &Browser, key: char) -> Cost {
    browser.script("key = undefined;").await;
    let (name, code, text) = match key {
        '\u{8}' => ("Backspace".to_owned(), 8, String::new()),
        key => (key.to_string(), 0, key.to_string()),
    };
    let down = json!({
        "type": "keyDown", "key": name, "text": text, "windowsVirtualKeyCode": code,
    });
    let up = json!({"type": "keyUp", "key": name, "windowsVirtualKeyCode": code});
    let tools = browser.driver.cdp();
    for event in [down, up] {
        let sent = tools.send_raw("Input.dispatchKeyEvent", event).await;
        sent.expect("the key is pressed");
    }
    eventually("the key is painted", async || {
        serde_json::from_value(browser.script("return window.key ?? null;").await).ok()
    })
    .await
}

fn report_costs(name: &str, costs: &[Cost]) {
    let parts = ["scripts", "scripts and frame", "from input to paint"];
    for (part, part_name) in parts.iter().enumerate() {
        let mut values: Vec<f64> = costs.iter().map(|cost| cost[part]).collect();
        values.sort_by(f64::total_cmp);
        report(&format!("{name}: {part_name}"), median(values.clone()));
        report(
            &format!("{name}: {part_name}, 95 % are below"),
            values[values.len() * 95 / 100],
        );
    }
}

/// JavaScript for the list of the fields with this label in the rows of a table.
fn fields(label: &str) -> String {
    format!(
        "[...document.querySelectorAll('tbody input')]
           .filter((field) => field.labels[0]?.textContent.trim() === {label:?})"
    )
}

/// Types, and reports what a key takes. The aim: a median below one frame, 16 ms.
pub async fn typing() {
    let api = Api::start().await;
    let repository = repository("app", tag_configs());
    api.on("GET", REPOSITORY, Reply::Json(200, repository));
    let browser = Browser::start(Setup::default()).await;
    let page = format!("{}{CONFIG_PAGE}", api.address);
    browser.open(&page).await;
    let field = format!("{}[{MIDDLE}]", fields("Image tag"));
    let focus = format!(
        "const field = {field};
         if (!field) return null;
         field.scrollIntoView({{block: 'center'}}); field.focus();
         field.setSelectionRange(field.value.length, field.value.length);
         return document.querySelectorAll('tbody tr').length;"
    );
    let rows = eventually("the rows", async || browser.script(&focus).await.as_u64()).await;
    assert_eq!(rows, ROWS as u64);
    browser.script(WATCH).await;
    for key in "warm".chars() {
        press(&browser, key).await;
    }
    let mut letters = Vec::new();
    for key in ('a'..='z').cycle().take(KEYS) {
        letters.push(press(&browser, key).await);
    }
    report_costs("a letter in one of 300 rows", &letters);

    // Every second key makes it another row's tag, so the problems change with every key.
    let other_tag = format!(
        "{field}.value = 'tag-10'; {field}.dispatchEvent(new Event('input', {{bubbles: true}}));"
    );
    browser.script(&other_tag).await;
    let mut problems = Vec::new();
    for key in ['0', '\u{8}'].into_iter().cycle().take(KEYS) {
        problems.push(press(&browser, key).await);
    }
    report_costs("a key that makes or mends a problem", &problems);
    browser.close().await;
}
