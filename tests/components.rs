//! Components in Chromium: what a user sees and does, without a server.
//!
//! `make test` runs these with `wasm-bindgen-test-runner`.
#![allow(unreachable_pub, reason = "nothing of a test program is reachable")]
#![cfg(target_arch = "wasm32")]

use gloo_timers::future::TimeoutFuture;
use leptos::mount::mount_to;
use leptos::prelude::*;
use slipway_console::client::Reachability;
use slipway_console::client::server_clock::ServerClock;
use slipway_console::forms::common::form_state::FormState;
use slipway_console::forms::model::draft::RowDraft;
use slipway_console::forms::model::rules::check_editor;
use slipway_console::forms::rows::RowList;
use slipway_console::forms::rows::editor::RowsEditor;
use slipway_console::forms::rows::table::rows_table;
use slipway_console::i18n::{Locale, set_locale};
use slipway_console::platform::byte_stream::ByteReader;
use slipway_console::reactive::{bool_signal, dynamic, effect, for_each, memo, show, text_signal};
use slipway_console::state::clock::Clock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, HtmlButtonElement, HtmlElement, HtmlInputElement, ReadableStream};

wasm_bindgen_test_configure!(run_in_browser);

/// An element of its own in the page, to mount a component in.
fn new_container() -> HtmlElement {
    let container = document().create_element("div").unwrap();
    document().body().unwrap().append_child(&container).unwrap();
    container.dyn_into().unwrap()
}

/// Waits until the condition holds.
async fn until(condition: &str, is: impl Fn() -> bool) {
    for _ in 0..500 {
        if is() {
            return;
        }
        TimeoutFuture::new(10).await;
    }
    panic!("never happened: {condition}");
}

fn all(container: &HtmlElement, selector: &str) -> Vec<Element> {
    let list = container.query_selector_all(selector).unwrap();
    (0..list.length())
        .filter_map(|index| list.item(index))
        .map(|node| node.dyn_into().unwrap())
        .collect()
}

/// The button whose accessible name starts with this text, or whose text is this.
fn button(container: &HtmlElement, name: &str) -> HtmlButtonElement {
    all(container, "button")
        .into_iter()
        .find(|button| {
            let label = button.get_attribute("aria-label").unwrap_or_default();
            label.starts_with(name) || button.text_content().unwrap_or_default().trim() == name
        })
        .unwrap_or_else(|| panic!("a button named {name}"))
        .dyn_into()
        .unwrap()
}

fn rows_editor(
    drafts: Vec<RowDraft>,
) -> (
    HtmlElement,
    StoredValue<Option<(RowList, FormState)>>,
    impl Sized,
) {
    let container = new_container();
    let inside = StoredValue::new(None);
    let handle = mount_to(container.clone(), move || {
        let rows = RowList::new(drafts);
        Clock::provide(ServerClock::default(), Reachability::default());
        let validation = Memo::new(move |_| check_editor("in", &rows.verdicts()));
        let form = FormState::provide(validation, &["tag_configs"], "");
        inside.set_value(Some((rows, form)));
        let editor = RowsEditor {
            rows,
            prefix: "",
            image: Signal::stored(("team".to_owned(), "app".to_owned())),
            selects: true,
            has_build_cache: false,
            beside: None,
        };
        rows_table(editor)
    });
    (container, inside, handle)
}

#[wasm_bindgen_test]
async fn rows_are_added_removed_and_brought_back() {
    let (container, inside, _handle) = rows_editor(vec![RowDraft::default()]);
    let (rows, form) = inside.get_value().unwrap();
    button(&container, "Add row").click();
    until("there are two rows", || {
        all(&container, "tbody tr").len() == 2
    })
    .await;
    // An untouched row shows no problems.
    assert!(
        !container
            .text_content()
            .unwrap()
            .contains("This field is required.")
    );
    assert!(!form.submit());
    until("the new row's problems are shown", || {
        container
            .text_content()
            .unwrap()
            .contains("This field is required.")
    })
    .await;

    let inputs = all(
        &all(&container, "tbody tr")[1].clone().dyn_into().unwrap(),
        "input[type=text]",
    );
    let tag: HtmlInputElement = inputs[1].clone().dyn_into().unwrap();
    tag.set_value("latest");
    tag.dispatch_event(&web_sys::Event::new("input").unwrap())
        .unwrap();
    until("one tag twice is a problem of both rows", || {
        container
            .text_content()
            .unwrap()
            .matches("Another row has the same image tag.")
            .count()
            == 2
    })
    .await;

    button(&container, "Remove row 1").click();
    until("one row is left", || all(&container, "tbody tr").len() == 1).await;
    assert_eq!(
        untrack(move || rows.drafts())[0]
            .values
            .code_repo_type_value,
        ""
    );
    form.undo();
    until("both are back, in order", || {
        let drafts = untrack(move || rows.drafts());
        drafts.len() == 2 && drafts[0].values.code_repo_type_value == "main"
    })
    .await;
}

#[wasm_bindgen_test]
async fn a_change_of_language_changes_what_is_shown_and_keeps_what_was_typed() {
    let mut row = RowDraft::default();
    row.values.docker_repo_tag = "edge".to_owned();
    let (container, _inside, _handle) = rows_editor(vec![row]);
    assert!(container.text_content().unwrap().contains("Row 1: edge"));
    set_locale(Locale::zh);
    until("it is in Chinese", || {
        container.text_content().unwrap().contains("第 1 行：edge")
    })
    .await;
    set_locale(Locale::en);
    until("it is in English again", || {
        container.text_content().unwrap().contains("Row 1: edge")
    })
    .await;
}

/// Shows the sum of numbers with one of the helpers of `reactive`, and reads a memo before the one that it is derived
/// from.
type Shown = fn(Memo<Vec<u64>>, Memo<bool>) -> AnyView;

fn sum(all: Memo<Vec<u64>>, is_any: Memo<bool>) -> String {
    match is_any.get() {
        true => all.with(|all| all.iter().sum::<u64>()).to_string(),
        false => String::new(),
    }
}

const HELPERS: [(&str, Shown); 7] = [
    ("text", |all, is_any| {
        view! { <p>{text_signal(move || sum(all, is_any))}</p> }.into_any()
    }),
    ("attribute", |all, is_any| {
        let title = text_signal(move || sum(all, is_any));
        view! { <p title=title></p> }.into_any()
    }),
    ("condition", |all, is_any| {
        let is_six = bool_signal(move || is_any.get() && sum(all, is_any) == "6");
        view! { <p data-six=is_six></p> }.into_any()
    }),
    ("part", |all, is_any| {
        view! { <p>{dynamic(move || sum(all, is_any))}</p> }.into_any()
    }),
    ("shown part", |all, is_any| {
        view! { <p>{show(|| true, move || sum(all, is_any).into_any())}</p> }.into_any()
    }),
    ("list", |all, is_any| {
        let keys = move || if is_any.get() { all.get() } else { Vec::new() };
        view! { <p>{for_each(keys, |number| number.to_string().into_any())}</p> }.into_any()
    }),
    ("effect", |all, is_any| {
        let seen = RwSignal::new(String::new());
        effect(move || seen.set(sum(all, is_any)));
        view! { <p>{text_signal(move || seen.get())}</p> }.into_any()
    }),
];

#[wasm_bindgen_test]
async fn a_change_is_shown_where_a_memo_derived_from_it_was_read_first() {
    for (helper, shown) in HELPERS {
        let container = new_container();
        let numbers = RwSignal::new(vec![6]);
        let _handle = mount_to(container.clone(), move || {
            let all = memo(move || numbers.get());
            shown(all, memo(move || all.with(|all| !all.is_empty())))
        });
        let html = || all(&container, "p")[0].outer_html();
        for (held, sum, listed) in [
            (vec![6], "6", "6"),
            (vec![1, 2], "3", "12"),
            (vec![1, 2, 3], "6", "123"),
            (vec![9], "9", "9"),
            (vec![], "", ""),
            (vec![2, 4], "6", "24"),
        ] {
            numbers.set(held);
            let is_shown = || {
                let html = html();
                match helper {
                    "condition" => html.contains("data-six") == (sum == "6"),
                    "attribute" => html.contains(&format!("title=\"{sum}\"")),
                    "list" => html.contains(&format!(">{listed}<")),
                    _ => html.contains(&format!(">{sum}<")),
                }
            };
            until(&format!("the {helper} of {sum}"), is_shown).await;
        }
    }
}

#[wasm_bindgen_test]
async fn an_effect_runs_once_for_one_change() {
    let number = RwSignal::new(1);
    let runs = RwSignal::new(Vec::new());
    let container = new_container();
    let _handle = mount_to(container, move || {
        let double = memo(move || number.get() * 2);
        let is_even = memo(move || double.get() % 2 == 0);
        effect(move || {
            let run = (is_even.get(), double.get());
            runs.update(|runs| runs.push(run));
        });
    });
    until("the first run", || runs.with_untracked(Vec::len) == 1).await;
    number.set(2);
    until("the second run", || runs.with_untracked(Vec::len) == 2).await;
    number.set(3);
    until("the third run", || runs.with_untracked(Vec::len) >= 3).await;
    number.set(4);
    until("the fourth run", || {
        runs.with_untracked(|runs| runs.last() == Some(&(true, 8)))
    })
    .await;
    assert_eq!(
        runs.get_untracked(),
        [(true, 2), (true, 4), (true, 6), (true, 8)]
    );
}

/// A stream of chunks with these sizes. Its bytes count from 0 to 250, again and again.
fn stream_of(sizes: &[u32]) -> ReadableStream {
    let code = "let at = 0;
        const chunk = (length) => Uint8Array.from({ length }, () => at++ % 251);
        return new ReadableStream({ start: (to) => { sizes.map(chunk).forEach((bytes) => to.enqueue(bytes)); to.close(); } });";
    let sizes: js_sys::Array = sizes.iter().map(|size| JsValue::from(*size)).collect();
    let make = js_sys::Function::new_with_args("sizes", code);
    make.call1(&JsValue::NULL, &sizes).unwrap().unchecked_into()
}

#[wasm_bindgen_test]
async fn a_stream_is_read_in_small_parts_however_large_its_chunks_are() {
    let sizes = [0, 1, 300_000, 65_536, 0, 65_537];
    let mut reader = ByteReader::new(&stream_of(&sizes)).unwrap();
    let (mut bytes, mut part, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    while reader.next(&mut part).await.unwrap() {
        parts.push(part.len());
        bytes.extend_from_slice(&part);
    }
    assert_eq!(
        parts,
        [
            0, 1, 65_536, 65_536, 65_536, 65_536, 37_856, 65_536, 0, 65_536, 1
        ]
    );
    let whole: u32 = sizes.iter().sum();
    let expected: Vec<u8> = (0..whole).map(|at| (at % 251) as u8).collect();
    assert!(bytes == expected, "{} bytes of {whole}", bytes.len());
    assert!(!reader.next(&mut part).await.unwrap());
}

#[wasm_bindgen_test]
async fn what_came_before_a_stream_broke_is_read() {
    let code = "let pulls = 0;
        return new ReadableStream({ pull: (to) => pulls++ ? to.error('broken') : to.enqueue(new Uint8Array(100000)) });";
    let stream = js_sys::Function::new_no_args(code).call0(&JsValue::NULL);
    let mut reader = ByteReader::new(stream.unwrap().unchecked_ref()).unwrap();
    let mut part = Vec::new();
    for size in [65_536, 34_464] {
        assert!(reader.next(&mut part).await.unwrap());
        assert_eq!(part.len(), size);
    }
    assert_eq!(reader.next(&mut part).await, Err("broken".into()));
}

#[wasm_bindgen_test]
fn a_stream_that_is_read_already_is_refused() {
    let stream = stream_of(&[1]);
    let _reader = ByteReader::new(&stream).unwrap();
    assert!(ByteReader::new(&stream).is_err());
}
