//! The log on a build's page: its lines, its search, its keys.
//!
//! A log has hundreds of lines and moves while it is read, so each question is one script:
//! by the list's roles and each line's place in it (`aria-posinset`, the line's number). A line's parts
//! have no role; they are found by their class, here only.

use super::page::pointer::Press;
use super::{Api, Browser, Engine, eventually, eventually_eq};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use thirtyfour::prelude::*;

/// `frame`, the log's scrolling region; `lines()`, the lines in the page; `line(number)`, one of them.
const LOG: &str = "
    const list = document.querySelector('[role=region] [role=list]');
    const frame = list?.closest('[role=region]');
    const lines = () => [...(list?.children ?? [])].filter((line) => !line.hidden);
    const line = (number) => lines().find((line) => line.ariaPosInSet === String(number));
    ";

async fn script(browser: &Browser, script: &str) -> Value {
    browser.script(&format!("{LOG}{script}")).await
}

async fn text(browser: &Browser, script: &str) -> String {
    browser.script_text(&format!("{LOG}{script}")).await
}

/// Opens the build's page, or a place on it, and waits for a line of the log.
pub async fn show_log(browser: &Browser, api: &Api, place: &str) {
    browser
        .open(&format!("{}/builds/b1{place}", api.address))
        .await;
    browser.ready().await;
    eventually("a line of the log", async || {
        let count = lines_in_page(browser).await;
        (count > 0).then_some(())
    })
    .await;
    tools_are_there(browser).await;
    // In view, as a user reads it.
    script(browser, "frame.scrollIntoView({block: 'center'});").await;
}

/// Waits for the tools of the log: their code comes after that of the lines, and keys are theirs.
async fn tools_are_there(browser: &Browser) {
    eventually("the tools of the log", async || {
        let has_tools = "return document.querySelector('.log-tools input[type=search]') !== null;";
        browser.script(has_tools).await.as_bool()?.then_some(())
    })
    .await;
}

/// How many lines of the log are elements of the page.
pub async fn lines_in_page(browser: &Browser) -> u64 {
    let count = script(browser, "return lines().length;").await;
    count.as_u64().unwrap_or_default()
}

/// How many elements the whole log view is made of, its toolbar and panels included.
pub async fn elements_in_page(browser: &Browser) -> u64 {
    let count = "return document.querySelectorAll('.log, .log *').length;";
    browser.script(count).await.as_u64().unwrap_or(u64::MAX)
}

/// The numbers of the lines that are wholly in view, in order.
pub async fn in_view(browser: &Browser) -> Vec<u64> {
    let lines = script(
        browser,
        "const view = frame.getBoundingClientRect();
         return lines().filter((line) => {
           const box = line.getBoundingClientRect();
           return box.height > 0 && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
         }).map((line) => Number(line.ariaPosInSet));",
    )
    .await;
    serde_json::from_value(lines).expect("lines")
}

/// The first line that is wholly in view; 0 without one.
pub async fn first_in_view(browser: &Browser) -> u64 {
    in_view(browser).await.first().copied().unwrap_or_default()
}

/// Waits until this line is in view.
pub async fn see_line(browser: &Browser, line: u64) {
    eventually(&format!("line {line} in view"), async || {
        in_view(browser).await.contains(&line).then_some(())
    })
    .await;
}

/// Waits until exactly these lines are in view.
pub async fn see_only(browser: &Browser, lines: &[u64]) {
    eventually_eq("the lines in view", lines.to_vec(), async || {
        in_view(browser).await
    })
    .await;
}

/// Waits until this line is inside the window, not only inside the log.
pub async fn see_line_in_window(browser: &Browser, number: u64) {
    let seen = format!(
        "const box = line({number})?.getBoundingClientRect();
         return !!box && box.top >= 0 && box.bottom <= innerHeight;"
    );
    eventually(&format!("line {number} in the window"), async || {
        script(browser, &seen).await.as_bool()?.then_some(())
    })
    .await;
}

/// Waits until the line with this text is inside the log's frame.
pub async fn see_line_with(browser: &Browser, part: &str) {
    let inside = format!(
        "const found = lines().find((line) => line.textContent.includes({part:?}));
         if (!found) return false;
         const [a, b] = [found, frame].map((part) => part.getBoundingClientRect());
         return a.top >= b.top - 1 && a.bottom <= b.bottom + 1;"
    );
    eventually(&format!("the line '{part}' in view"), async || {
        script(browser, &inside).await.as_bool()?.then_some(())
    })
    .await;
}

/// The number of lines that the toolbar shows, in any language.
pub async fn count(browser: &Browser) -> u64 {
    let text = browser
        .script_text("return document.querySelector('.log-count')?.textContent;")
        .await;
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// Waits until the toolbar shows this number of lines.
pub async fn counted(browser: &Browser, lines: u64) {
    eventually_eq("the number of lines", lines, async || count(browser).await).await;
}

/// Presses keys with the focus on the log.
pub async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    script(browser, "frame.focus();").await;
    browser.keys(keys).await;
}

/// The shown text of a line that is in the page; empty for another one.
pub async fn text_of(browser: &Browser, number: u64) -> String {
    let script = format!("return line({number})?.querySelector('.log-text').textContent;");
    text(browser, &script).await
}

/// The times beside the lines in the page, joined by commas.
pub async fn times(browser: &Browser) -> String {
    let script =
        "return lines().map((line) => line.querySelector('.log-time').textContent).join();";
    text(browser, script).await
}

/// The numbers of the selected lines in the page, joined by commas.
pub async fn selected(browser: &Browser) -> String {
    let script = "return lines().filter((line) => line.dataset.selected)
        .map((line) => line.ariaPosInSet).join();";
    text(browser, script).await
}

/// The number of the current line: of the match that the search is at, or the line that was gone to.
pub async fn current_line(browser: &Browser) -> Option<u64> {
    let script = "return lines().find((line) => line.ariaCurrent)?.ariaPosInSet;";
    text(browser, script).await.parse().ok()
}

/// The marked parts of the current line, joined.
pub async fn marked_in_current_line(browser: &Browser) -> String {
    let script = "return [...lines().find((line) => line.ariaCurrent).querySelectorAll('mark')]
        .map((mark) => mark.textContent).join('');";
    text(browser, script).await
}

/// Presses a line's number.
pub async fn press_number(browser: &Browser, number: u64, shift: bool) {
    script(
        browser,
        &format!(
            "line({number}).querySelector('.log-number').dispatchEvent(
               new MouseEvent('click', {{bubbles: true, cancelable: true, shiftKey: {shift}}}));"
        ),
    )
    .await;
}

/// Opens the field that goes to a line or a time by its key, types, and presses Enter.
pub async fn go_to(browser: &Browser, place: &str) {
    tools_are_there(browser).await;
    press(browser, "l").await;
    browser.focus_is_on("textbox", "Go to a line").await;
    browser.keys(Key::Control + "a").await;
    browser.keys(place).await;
    browser.keys(Key::Enter + "").await;
}

/// Opens the menu of a button of the log's tools, and presses something in it.
pub async fn press_in_menu(browser: &Browser, menu: &str, role: &str, name: &str) {
    browser.press("button", menu).await;
    browser.press(role, name).await;
}

/// Presses an action of a step, which is shown while the focus is in the step's row.
pub async fn press_at_step(browser: &Browser, step: &str, action: &str) {
    browser.press("button", step).await;
    browser.press("button", &format!("{action} {step}")).await;
}

/// The name of the step that is marked as the one in view.
pub async fn step_in_view(browser: &Browser) -> String {
    let script = "return document.querySelector('[aria-label=Steps] li[aria-current=step] button')?.textContent ?? '';";
    browser.script_text(script).await
}

/// The state, the time, and the start and the width of the bar in percent, of each step in the list.
pub async fn waterfall(browser: &Browser) -> Vec<(String, String, f64, f64)> {
    let script = "return [...document.querySelectorAll('[aria-label=Steps] ol > li:has(i)')].map((step) => {
          const bar = step.querySelector('i').getBoundingClientRect();
          const axis = step.querySelector('i').parentElement.getBoundingClientRect();
          return [step.querySelector('[role=img]').ariaLabel, step.querySelector('button + span').textContent,
            Math.round((bar.left - axis.left) / axis.width * 100), Math.round(bar.width / axis.width * 100)];
        });";
    let steps = browser.script(script).await;
    serde_json::from_value(steps).expect("steps")
}

/// Presses a line with a finger, for longer than a tap.
pub async fn long_press(browser: &Browser, number: u64) {
    touch(browser, number, "pointerdown").await;
    eventually("the line is selected", async || {
        let lines = selected(browser).await;
        (lines == number.to_string()).then_some(())
    })
    .await;
    touch(browser, number, "pointerup").await;
}

/// Taps a line's text with a finger.
pub async fn tap(browser: &Browser, number: u64) {
    touch(browser, number, "pointerdown").await;
    touch(browser, number, "pointerup").await;
    let click = format!(
        "line({number}).querySelector('.log-text').dispatchEvent(
           new PointerEvent('click', {{bubbles: true, cancelable: true, pointerType: 'touch'}}));"
    );
    script(browser, &click).await;
}

async fn touch(browser: &Browser, number: u64, event: &str) {
    let send = format!(
        "line({number}).querySelector('.log-text').dispatchEvent(new PointerEvent({event:?},
           {{bubbles: true, cancelable: true, pointerType: 'touch', isPrimary: true, pointerId: 7}}));"
    );
    script(browser, &send).await;
}

/// Changes the address's fragment, as a user does in the address bar: the page stays.
pub async fn set_fragment(browser: &Browser, fragment: &str) {
    browser
        .script(&format!("location.hash = {fragment:?};"))
        .await;
}

/// Searches the log.
pub async fn search(browser: &Browser, text: &str) {
    let field = browser.find("searchbox", "Search the log").await;
    browser.fill_in(&field, text).await;
}

/// Waits until the search's own status contains this text.
pub async fn see_matches(browser: &Browser, text: &str) {
    let script = "const field = document.querySelector('[role=search] [aria-describedby]');
        return document.getElementById(field?.getAttribute('aria-describedby'))?.textContent ?? '';";
    // The lines can be there before their tools.
    eventually(&format!("the search says '{text}'"), async || {
        browser
            .script_text(script)
            .await
            .contains(text)
            .then_some(())
    })
    .await;
}

/// Scrolls to the middle of the whole log.
pub async fn scroll_to_middle(browser: &Browser) {
    script(browser, "frame.scrollTop = frame.scrollHeight / 2;").await;
}

/// Scrolls sideways to the right end.
pub async fn scroll_fully_right(browser: &Browser) {
    script(browser, "frame.scrollLeft = frame.scrollWidth;").await;
}

/// Returns true if the last place where a line has this text is in view, sideways and downwards.
pub async fn is_text_in_view(browser: &Browser, number: u64, text: &str) -> bool {
    let script_of = format!(
        "const found = line({number})?.querySelector('.log-text');
         if (!found) return false;
         const nodes = document.createTreeWalker(found, NodeFilter.SHOW_TEXT);
         let range = null;
         for (let node; (node = nodes.nextNode()); ) {{
           const at = node.data.lastIndexOf({text:?});
           if (at < 0) continue;
           range = document.createRange();
           range.setStart(node, at);
           range.setEnd(node, at + {text:?}.length);
         }}
         if (!range) return false;
         const [view, box] = [frame, range].map((part) => part.getBoundingClientRect());
         return box.width > 0 && box.left >= view.left && box.right <= view.right + 1
           && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;"
    );
    script(browser, &script_of).await == true
}

/// The number of columns before a text in a line, by where it is drawn.
pub async fn column_of(browser: &Browser, number: u64, text: &str) -> u64 {
    let script_of = format!(
        "const found = line({number}).querySelector('.log-text');
         const ruler = found.appendChild(document.createElement('span'));
         ruler.textContent = '0'.repeat(100);
         const column = ruler.getBoundingClientRect().width / 100;
         ruler.remove();
         const nodes = document.createTreeWalker(found, NodeFilter.SHOW_TEXT);
         for (let node; (node = nodes.nextNode()); ) {{
           const at = node.data.indexOf({text:?});
           if (at < 0) continue;
           const range = document.createRange();
           range.setStart(node, at);
           range.setEnd(node, at + 1);
           const left = range.getBoundingClientRect().left - found.getBoundingClientRect().left;
           return Math.round(left / column);
         }}"
    );
    script(browser, &script_of)
        .await
        .as_u64()
        .unwrap_or(u64::MAX)
}

/// Where each line in the page is, by its number: the upper edge, in CSS pixels.
pub async fn tops(browser: &Browser) -> BTreeMap<u64, i64> {
    let tops = "return Object.fromEntries(lines().map((line) =>
        [line.ariaPosInSet, Math.round(line.getBoundingClientRect().top)]));";
    let tops = script(browser, tops).await;
    serde_json::from_value(tops).expect("lines and their edges")
}

/// Touches a line's text with a finger.
pub async fn finger_down(browser: &Browser, number: u64) {
    browser
        .finger(Press::Down, place_of(browser, number).await)
        .await;
}

/// Takes the finger off, where the line is now.
pub async fn finger_up(browser: &Browser, number: u64) {
    browser
        .finger(Press::Up, place_of(browser, number).await)
        .await;
}

/// A place in a line's text, in CSS pixels of the window.
async fn place_of(browser: &Browser, number: u64) -> (f64, f64) {
    let place = format!(
        "const box = line({number}).querySelector('.log-text').getBoundingClientRect();
         return [box.left + 20, box.top + 8];"
    );
    let place = script(browser, &place).await;
    serde_json::from_value(place).expect("a place")
}

/// Scrolls fast for 60 frames; answers how many places of the frame had no line.
pub async fn blank_places_while_scrolling(browser: &Browser) -> u64 {
    let blank = browser
        .script_async(&format!(
            "{LOG} const done = arguments[0];
             let blank = 0, left = 60;
             const step = () => {{
               const box = frame.getBoundingClientRect();
               for (let y = box.top + 4; y < box.bottom - 24; y += 10) {{
                 const element = document.elementFromPoint(box.left + 200, y);
                 if (!element?.closest('[role=listitem]')) blank++;
               }}
               frame.scrollTop += 2000;
               if (left--) requestAnimationFrame(step); else done(blank);
             }};
             requestAnimationFrame(step);"
        ))
        .await;
    blank.as_u64().unwrap_or(u64::MAX)
}

/// Returns true if a line in the page takes more than one row.
pub async fn is_wrapped(browser: &Browser) -> bool {
    let wrapped = "return lines().some((line) => line.offsetHeight > 30);";
    script(browser, wrapped).await == true
}

/// The topmost line, and how far its top is from the frame's, CSS pixels.
pub async fn top_line(browser: &Browser) -> (u64, i64) {
    let place = script(
        browser,
        "const top = frame.getBoundingClientRect().top;
         const first = lines().find((line) => line.getBoundingClientRect().bottom > top + 1);
         return [Number(first.ariaPosInSet), Math.round(first.getBoundingClientRect().top - top)];",
    )
    .await;
    serde_json::from_value(place).expect("a line and its distance")
}

/// How a piece of a line's text looks: its weight and its color.
pub async fn style_of(browser: &Browser, piece: &str) -> (String, String) {
    let style = script(
        browser,
        &format!(
            "const piece = lines().flatMap((line) => [...line.querySelectorAll('.log-text span')])
               .find((piece) => piece.textContent === {piece:?});
             const style = getComputedStyle(piece ?? frame);
             return [style.fontWeight, style.color];"
        ),
    )
    .await;
    serde_json::from_value(style).expect("a weight and a color")
}

/// The links in the log's text: each address and its text.
pub async fn links(browser: &Browser) -> Vec<(String, String)> {
    let links = script(
        browser,
        "return lines().flatMap((line) => [...line.querySelectorAll('.log-text a')])
           .map((link) => [link.href, link.textContent]);",
    )
    .await;
    serde_json::from_value(links).expect("links")
}

/// How many pictures are in the log.
pub async fn images(browser: &Browser) -> u64 {
    let count = script(browser, "return frame.querySelectorAll('img').length;").await;
    count.as_u64().unwrap_or(u64::MAX)
}

/// A line's role, its place in the list and the list's size, as a screen reader reads them.
pub async fn role_of(browser: &Browser, number: u64) -> String {
    let script = format!(
        "const element = line({number});
         return [element.role, element.ariaPosInSet, element.ariaSetSize].join();"
    );
    text(browser, &script).await
}

/// The texts of all statuses of the page, those for screen readers alone included.
pub async fn statuses(browser: &Browser) -> String {
    let script = "return [...document.querySelectorAll('[role=status]')]
        .map((status) => status.textContent).join();";
    browser.script_text(script).await
}

/// Records what is copied, printed and saved from now on, instead of doing it; [`exported`] reads it.
pub async fn record_exports(browser: &Browser) {
    browser
        .script(
            "window.copied = []; window.printed = []; window.saved = [];
             Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (t) => { copied.push(t); }}});
             window.print = () => printed.push(document.querySelector('body > pre').textContent);
             URL.createObjectURL = (blob) => { blob.text().then((t) => saved.push(t)); return 'blob:none'; };
             HTMLAnchorElement.prototype.click = function () { saved.push(this.download); };",
        )
        .await;
}

/// The nth text in the list `copied`, `printed` or `saved`, counted from 1, once it is there.
pub async fn exported(browser: &Browser, list: &str, number: usize) -> String {
    eventually(&format!("{list} {number}"), async || {
        let all = browser.script(&format!("return window.{list};")).await;
        Some(all.get(number - 1)?.as_str()?.to_owned())
    })
    .await
}

/// Ends printing; answers how many printouts are left in the page.
pub async fn end_printing(browser: &Browser) -> u64 {
    let script = "dispatchEvent(new Event('afterprint'));
        return document.querySelectorAll('body > pre').length;";
    browser.script(script).await.as_u64().unwrap_or(u64::MAX)
}

/// Drags on the overview, from one share of its height to another.
pub async fn drag_overview(browser: &Browser, from: f64, to: f64) {
    let overview = browser.find("image", "Overview").await;
    let script = format!(
        "const strip = arguments[0]; const box = strip.getBoundingClientRect();
         strip.setPointerCapture = () => {{}};
         const send = (kind, share) => strip.dispatchEvent(new PointerEvent(kind, {{bubbles: true, button: 0,
           pointerId: 1, clientX: box.left + 5, clientY: box.top + share * box.height}}));
         send('pointerdown', {from}); send('pointermove', ({from} + {to}) / 2);
         send('pointermove', {to}); send('pointerup', {to});"
    );
    browser.script_on(&overview, &script).await;
}

/// Enters a window of time, in Unix seconds, and has it loaded.
pub async fn load_window(browser: &Browser, start: i64, end: i64) {
    for (label, second) in [("From", start), ("To", end)] {
        let local = browser
            .script_text(&format!(
                "const zone = new Date({second} * 1000).getTimezoneOffset() * 60;
                 return new Date(({second} - zone) * 1000).toISOString().slice(0, 19);"
            ))
            .await;
        browser.pick("datetime-local", label, &local).await;
    }
    browser.press("button", "Load this range").await;
}

/// The text of the step that failed in the list of steps.
pub async fn failed_step(browser: &Browser) -> String {
    let steps = browser.find("navigation", "Steps").await;
    for step in browser.all_in(&steps, "listitem", "").await {
        if !browser.all_in(&step, "image", "Failed").await.is_empty() {
            return browser.text_in(&step).await;
        }
    }
    panic!("no step failed")
}

/// The middle of the gap after so many characters of a line that is in view, in CSS pixels of the window.
async fn place_in_text(browser: &Browser, (number, chars): (usize, usize)) -> (f64, f64) {
    let find = format!(
        "const text = line({number}).querySelector('.log-text');
         const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
         const range = document.createRange();
         let left = {chars};
         for (let node; (node = walker.nextNode()); left -= node.length) {{
           if (left > node.length) continue;
           range.setStart(node, left);
           break;
         }}
         const box = range.getClientRects()[0] ?? range.getBoundingClientRect();
         return [box.left, box.top + box.height / 2];"
    );
    let place = script(browser, &find).await;
    serde_json::from_value(place).expect("a place")
}

/// Turns the wheel over the log by this many CSS pixels, down or up, until the lines have moved and stay.
async fn wheel(browser: &Browser, by: f64) {
    let middle = "const box = frame.getBoundingClientRect();
         return [(box.left + box.right) / 2, (box.top + box.bottom) / 2];";
    let (x, y): (f64, f64) =
        serde_json::from_value(script(browser, middle).await).expect("a frame");
    let before = first_in_view(browser).await;
    browser.wheel((x, y), by).await;
    let mut last = before;
    eventually("the lines have moved", async || {
        let now = first_in_view(browser).await;
        let is_still = now != before && now == last;
        last = now;
        is_still.then_some(())
    })
    .await;
}

/// Drags from a place in a line's text (counted from 1, after so many characters), turns the wheel twice by this many
/// CSS pixels, and drops at a line in view then, after so many characters. Returns that line.
pub async fn drag_text(
    browser: &Browser,
    from: (usize, usize),
    wheel_by: f64,
    to_chars: usize,
) -> usize {
    let (x, y) = place_in_text(browser, from).await;
    browser.mouse(Press::Move, (x, y)).await;
    browser.mouse(Press::Down, (x, y)).await;
    browser.mouse(Press::Move, (x + 20.0, y)).await;
    wheel(browser, wheel_by).await;
    wheel(browser, wheel_by).await;
    let lines = in_view(browser).await;
    let line = lines.get(3).copied().unwrap_or_default() as usize;
    let end = place_in_text(browser, (line, to_chars)).await;
    browser.mouse(Press::Move, (end.0 + 9.0, end.1)).await;
    browser.mouse(Press::Move, end).await;
    browser.mouse(Press::Up, end).await;
    line
}

/// Presses in a line's text, after so many characters.
pub async fn press_in_text(browser: &Browser, place: (usize, usize)) {
    let place = place_in_text(browser, place).await;
    browser.mouse(Press::Move, place).await;
    browser.mouse(Press::Down, place).await;
    browser.mouse(Press::Up, place).await;
}

/// The text that the browser copies when its key is pressed in the log.
pub async fn copied_by_browser(browser: &Browser) -> String {
    browser
        .script(
            "window.copiedText = null;
             addEventListener('copy', (event) => {
               window.copiedText = event.clipboardData.getData('text/plain');
             }, {once: true});",
        )
        .await;
    script(browser, "frame.focus();").await;
    if browser.engine == Engine::Chromium {
        press_to_copy(browser).await;
    } else {
        browser.keys(Key::Control + "c").await;
    }
    eventually("a copied text", async || {
        let text = browser.script("return window.copiedText;").await;
        text.as_str().map(str::to_owned)
    })
    .await
}

/// Presses the keys that copy. The keys of Chromium's driver do not run the browser's commands.
async fn press_to_copy(browser: &Browser) {
    let key = json!({
        "type": "rawKeyDown", "key": "c", "code": "KeyC", "windowsVirtualKeyCode": 67, "modifiers": 2,
        "commands": ["copy"],
    });
    browser.devtools("Input.dispatchKeyEvent", key).await;
}
