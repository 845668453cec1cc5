//! Components in Chromium: what a user sees and does, without a server.
//!
//! `make test` runs these with `wasm-bindgen-test-runner`.
#![cfg(target_arch = "wasm32")]

use gloo_timers::future::TimeoutFuture;
use leptos::mount::mount_to;
use leptos::prelude::*;
use slipway_console::api::LogEntry;
use slipway_console::components::log_view::{LogSource, LogView};
use slipway_console::forms::draft::{ConfigDraft, RowDraft};
use slipway_console::forms::rows::Rows;
use slipway_console::forms::rows_view::RowsEditor;
use slipway_console::forms::rules::check_config;
use slipway_console::forms::state::FormState;
use slipway_console::query::Clock;
use slipway_console::text::{Locale, set_locale};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlButtonElement, HtmlElement, HtmlInputElement};

wasm_bindgen_test_configure!(run_in_browser);

/// A place of its own in the page.
fn place() -> HtmlElement {
    let place = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&place).unwrap();
    place.dyn_into().unwrap()
}

/// Waits until the condition holds.
async fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..500 {
        if is() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("never happened: {what}");
}

fn all(place: &HtmlElement, selector: &str) -> Vec<Element> {
    let list = place.query_selector_all(selector).unwrap();
    (0..list.length())
        .filter_map(|index| list.item(index))
        .map(|node| node.dyn_into().unwrap())
        .collect()
}

/// The button whose name or text starts so.
fn button(place: &HtmlElement, name: &str) -> HtmlButtonElement {
    all(place, "button")
        .into_iter()
        .find(|button| {
            let label = button.get_attribute("aria-label").unwrap_or_default();
            label.starts_with(name) || button.text_content().unwrap_or_default().trim() == name
        })
        .unwrap_or_else(|| panic!("a button named {name}"))
        .dyn_into()
        .unwrap()
}

fn entries(from: usize, to: usize) -> Vec<LogEntry> {
    (from..to)
        .map(|index| LogEntry {
            message: format!("line {index}"),
            level: Some("INFO".to_owned()),
            time: Some(index as i64 / 10),
        })
        .collect()
}

fn sized_log(source: LogSource) -> (HtmlElement, impl Sized) {
    let place = place();
    place.set_attribute("style", "--log-line: 20px").unwrap();
    // The page's style gives the frame its height; here it is said outright.
    let style = document().create_element("style").unwrap();
    style.set_text_content(Some(
        ".log-frame { height: 400px; overflow: auto; position: relative }
         .log-lines { position: relative }
         .log-line { position: absolute; height: 20px; white-space: pre }",
    ));
    document().head().unwrap().append_child(&style).unwrap();
    let handle = mount_to(place.clone(), move || {
        view! { <LogView source=source growing=Signal::stored(true) failed=Signal::stored(false) /> }
    });
    (place, handle)
}

#[wasm_bindgen_test]
async fn a_long_log_keeps_only_its_visible_lines_in_the_page() {
    let source = LogSource::new();
    source.merge(None, &entries(0, 50_000));
    let (place, _handle) = sized_log(source.clone());
    until("the end is followed", || {
        place.text_content().unwrap().contains("line 49999")
    })
    .await;
    assert!(all(&place, ".log-line").len() < 80);

    // The reader goes up: what comes then does not move what is read.
    let frame: HtmlElement = all(&place, ".log-frame").remove(0).dyn_into().unwrap();
    frame.set_scroll_top(100_000);
    until("the lines there are shown", || {
        place.text_content().unwrap().contains("line 5005")
    })
    .await;
    source.merge(Some(4_999), &entries(49_990, 50_010));
    until("the new lines are told of", || {
        place.text_content().unwrap().contains("New lines: 10")
    })
    .await;
    assert_eq!(frame.scroll_top(), 100_000);
    button(&place, "New lines: 10 ↓").click();
    until("the end is shown", || {
        place.text_content().unwrap().contains("line 50009")
    })
    .await;
}

#[wasm_bindgen_test]
async fn nothing_in_a_log_becomes_markup() {
    let source = LogSource::new();
    let message = "<img src=x onerror=alert(1)>\u{1b}[31mred\u{202e}".to_owned();
    source.merge(
        None,
        &[LogEntry {
            message,
            level: Some("<b>".to_owned()),
            time: None,
        }],
    );
    let (place, _handle) = sized_log(source);
    until("the line is shown", || {
        place
            .text_content()
            .unwrap()
            .contains("<img src=x onerror=alert(1)>red\\u{202e}")
    })
    .await;
    assert!(all(&place, "img, b").is_empty());
}

fn rows_editor(
    drafts: Vec<RowDraft>,
) -> (
    HtmlElement,
    StoredValue<Option<(Rows, FormState)>>,
    impl Sized,
) {
    let place = place();
    let inside = StoredValue::new(None);
    let handle = mount_to(place.clone(), move || {
        let rows = Rows::new(drafts);
        Clock::provide();
        let draft = move || ConfigDraft {
            build_node: "in".to_owned(),
            rows: rows.drafts(),
        };
        let verdict = Memo::new(move |_| check_config(&draft()));
        let form = FormState::provide(verdict, &["tag_configs"], "");
        inside.set_value(Some((rows, form)));
        let editor = RowsEditor {
            rows,
            prefix: "",
            image: Signal::stored(("team".to_owned(), "app".to_owned())),
            selects: true,
            beside: None,
        };
        editor.view()
    });
    (place, inside, handle)
}

#[wasm_bindgen_test]
async fn rows_are_added_removed_and_brought_back() {
    let (place, inside, _handle) = rows_editor(vec![RowDraft::default()]);
    let (rows, form) = inside.get_value().unwrap();
    button(&place, "Add row").click();
    until("there are two rows", || all(&place, "tbody tr").len() == 2).await;
    // An untouched row accuses nobody of anything.
    assert!(!place.text_content().unwrap().contains("must not be empty"));
    assert!(!form.submit());
    until("the new row's problems are shown", || {
        place.text_content().unwrap().contains("must not be empty")
    })
    .await;

    let inputs = all(
        &all(&place, "tbody tr")[1].clone().dyn_into().unwrap(),
        "input[type=text]",
    );
    let tag: HtmlInputElement = inputs[1].clone().dyn_into().unwrap();
    tag.set_value("latest");
    tag.dispatch_event(&web_sys::Event::new("input").unwrap())
        .unwrap();
    until("one tag twice is a problem of both rows", || {
        place
            .text_content()
            .unwrap()
            .matches("Another row has the same image tag.")
            .count()
            == 2
    })
    .await;

    button(&place, "Remove Row 1").click();
    until("one row is left", || all(&place, "tbody tr").len() == 1).await;
    assert_eq!(untrack(move || rows.drafts())[0].source_value, "");
    form.take_back();
    until("both are back, in order", || {
        let drafts = untrack(move || rows.drafts());
        drafts.len() == 2 && drafts[0].source_value == "main"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_change_of_language_changes_what_is_shown_and_keeps_what_was_typed() {
    let (place, _inside, _handle) = rows_editor(vec![RowDraft {
        image_tag: "edge".to_owned(),
        ..RowDraft::default()
    }]);
    assert!(place.text_content().unwrap().contains("Row 1: edge"));
    set_locale(Locale::zh);
    until("it is in Chinese", || {
        place.text_content().unwrap().contains("第 1 行：edge")
    })
    .await;
    set_locale(Locale::en);
    until("it is in English again", || {
        place.text_content().unwrap().contains("Row 1: edge")
    })
    .await;
}
