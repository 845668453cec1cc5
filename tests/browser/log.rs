//! The log on screen: what is in the page of it, and how its reader moves.

use crate::api::{Api, Reply};
use crate::harness::{Browser, Outcome, Setup, eventually};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

/// The second in which the logs of these tests begin, 03:51:46 UTC.
pub const START: i64 = 1_441_770_706;

/// What the log's frame is found by.
pub const FRAME: &str = "document.querySelector('.log-frame')";

/// A build of this status.
pub fn build(status: &str) -> Value {
    let ended = (status != "I").then_some("2015-09-09T04:00:00.000Z");
    json!({
        "build_id": "b1", "status": status, "created_at": "2015-09-09T03:51:40.000Z",
        "started_at": "2015-09-09T03:51:46.000Z", "ended_at": ended,
        "docker_repo_path": "team/app", "docker_repo_tag": "latest",
    })
}

/// An entry so many seconds after the start.
pub fn entry(message: &str, after: i64) -> Value {
    json!({ "message": message, "level": "INFO", "time": START + after })
}

/// So many entries, `line 1` and so on, ten to the second.
pub fn entries(count: usize) -> Vec<Value> {
    (1..=count)
        .map(|number| entry(&format!("line {number}"), number as i64 / 10))
        .collect()
}

/// An API with one build of this status and this log.
pub async fn api(status: &str, log: Vec<Value>) -> Api {
    let api = Api::start().await;
    api.on("GET", "/v1/builds/b1", Reply::Json(200, build(status)));
    api.on("GET", "/v1/builds/b1/logs", Reply::Log(log));
    api
}

/// The page of that build, or of a place on it, with at least one line.
pub async fn open(api: &Api, place: &str) -> Browser {
    let browser = Browser::start(Setup::default()).await;
    show(&browser, api, place).await;
    browser
}

/// The same in a browser that is there.
pub async fn show(browser: &Browser, api: &Api, place: &str) {
    browser
        .open(&format!("{}/builds/b1{place}", api.address))
        .await;
    browser.ready().await;
    eventually("a line of the log", async || {
        let lines = browser
            .script("return document.querySelectorAll('.log-line').length")
            .await;
        (lines.as_u64()? > 0).then_some(())
    })
    .await;
    // As a reader has it before the eyes.
    let script = format!("{FRAME}.scrollIntoView({{block: 'center'}})");
    browser.script(&script).await;
}

/// The numbers of the lines that are wholly in view, in order.
pub async fn in_view(browser: &Browser) -> Vec<u64> {
    let lines = browser
        .script(
            "const frame = document.querySelector('.log-frame').getBoundingClientRect();
             return [...document.querySelectorAll('.log-line')].filter((line) => {
               const box = line.getBoundingClientRect();
               return box.height > 0 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1;
             }).map((line) => Number(line.dataset.line));",
        )
        .await;
    lines
        .as_array()
        .expect("lines")
        .iter()
        .filter_map(Value::as_u64)
        .collect()
}

/// Waits until this line is in view.
pub async fn see_line(browser: &Browser, line: u64) {
    eventually(&format!("line {line} in view"), async || {
        in_view(browser).await.contains(&line).then_some(())
    })
    .await;
}

/// How many lines the log says that it has.
pub async fn count(browser: &Browser) -> u64 {
    let text = browser
        .script("return document.querySelector('.log-count').textContent")
        .await;
    let digits: String = text
        .as_str()
        .unwrap_or("")
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().unwrap_or(0)
}

/// Waits until the log says that it has so many lines.
pub async fn counted(browser: &Browser, lines: u64) {
    eventually(&format!("{lines} lines"), async || {
        (count(browser).await == lines).then_some(())
    })
    .await;
}

/// Presses keys with the focus on the log.
pub async fn press(browser: &Browser, keys: impl Into<TypingData>) {
    browser.script(&format!("{FRAME}.focus()")).await;
    browser.keys(keys).await;
}

/// The shown text of a line that is in the page.
pub async fn text_of(browser: &Browser, line: u64) -> String {
    let script = format!(
        "return document.querySelector('.log-line[data-line=\"{line}\"] .log-text')?.textContent"
    );
    browser
        .script(&script)
        .await
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

#[tokio::test]
async fn of_a_long_log_only_what_is_on_screen_is_in_the_page() -> Outcome {
    let api = api("S", entries(200_000)).await;
    let browser = open(&api, "").await;
    counted(&browser, 200_000).await;
    see_line(&browser, 200_000).await;
    let nodes = async || {
        let nodes = "return document.querySelectorAll('.log, .log *').length";
        browser.script(nodes).await.as_u64().unwrap_or(u64::MAX)
    };
    let at_end = nodes().await;
    assert!(at_end < 600, "{at_end} elements");

    press(&browser, "g").await;
    see_line(&browser, 1).await;
    press(&browser, "G").await;
    see_line(&browser, 200_000).await;
    browser
        .script(&format!("{FRAME}.scrollTop = {FRAME}.scrollHeight / 2"))
        .await;
    eventually("the middle", async || {
        let lines = in_view(&browser).await;
        (99_000..101_000).contains(lines.first()?).then_some(())
    })
    .await;
    assert_eq!(nodes().await, at_end);

    // A line and a page further, by keys; each is where it was expected.
    let top = in_view(&browser).await[0];
    press(&browser, "j").await;
    see_line(&browser, top + 1).await;
    eventually("a line further", async || {
        (in_view(&browser).await.first() == Some(&(top + 1))).then_some(())
    })
    .await;
    press(&browser, " ").await;
    let lines = in_view(&browser).await;
    assert!(lines[0] > top + 20 && lines.windows(2).all(|two| two[1] == two[0] + 1));
    press(&browser, Key::Shift + " ").await;
    assert_eq!(in_view(&browser).await[0], top + 1);
    press(&browser, "k").await;
    assert_eq!(in_view(&browser).await[0], top);

    // While it moves, there is a line everywhere.
    let blank = browser
        .driver
        .execute_async(
            "const done = arguments[0]; const frame = document.querySelector('.log-frame');
             let blank = 0, left = 60;
             const step = () => {
               const box = frame.getBoundingClientRect();
               for (let y = box.top + 4; y < box.bottom - 24; y += 10) {
                 const here = document.elementFromPoint(box.left + 200, y);
                 if (!here?.closest('.log-line')) blank++;
               }
               frame.scrollTop += 2000;
               if (left--) requestAnimationFrame(step); else done(blank);
             };
             requestAnimationFrame(step);",
            Vec::new(),
        )
        .await?;
    assert_eq!(blank.json(), &json!(0));
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_end_is_followed_until_the_reader_goes_up() -> Outcome {
    let api = api("I", entries(500)).await;
    let browser = open(&api, "").await;
    see_line(&browser, 500).await;
    api.on("GET", "/v1/builds/b1/logs", Reply::Log(entries(510)));
    see_line(&browser, 510).await;

    press(&browser, "kkk").await;
    let before = in_view(&browser).await;
    assert!(!before.contains(&510));
    api.on("GET", "/v1/builds/b1/logs", Reply::Log(entries(530)));
    browser.find("button", "20 new lines").await;
    // What is read has not moved.
    assert_eq!(in_view(&browser).await, before);
    browser.press("button", "20 new lines").await;
    see_line(&browser, 530).await;
    api.on("GET", "/v1/builds/b1/logs", Reply::Log(entries(540)));
    see_line(&browser, 540).await;

    // The key lets go and takes up again, too.
    press(&browser, "f").await;
    api.on("GET", "/v1/builds/b1/logs", Reply::Log(entries(550)));
    browser.find("button", "10 new lines").await;
    press(&browser, "f").await;
    see_line(&browser, 550).await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn lines_have_links() -> Outcome {
    let api = api("S", entries(5_000)).await;
    let browser = open(&api, "#L1200-L1202").await;
    see_line(&browser, 1_201).await;
    let selected = async || {
        let script = "return [...document.querySelectorAll('.log-line[data-selected]')]
             .map((line) => line.dataset.line).join()";
        browser
            .script(script)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(selected().await, "1200,1201,1202");
    browser.see("Lines 1,200–1,202").await;

    // A press selects a line, Shift a range; the address follows, and so does a reload.
    let press_number = async |line: u64, shift: bool| {
        let script = format!(
            "document.querySelector('.log-line[data-line=\"{line}\"] .log-number')
               .dispatchEvent(new MouseEvent('click', {{bubbles: true, cancelable: true, shiftKey: {shift}}}))"
        );
        browser.script(&script).await;
    };
    press_number(1_205, false).await;
    browser.at("/builds/b1#L1205").await;
    press_number(1_203, true).await;
    browser.at("/builds/b1#L1203-L1205").await;
    assert_eq!(selected().await, "1203,1204,1205");
    browser.reload().await;
    see_line(&browser, 1_204).await;
    assert_eq!(selected().await, "1203,1204,1205");

    // The address bar leads to another line; its page stays.
    browser
        .script("window.same = true; location.hash = '#L4000'")
        .await;
    see_line(&browser, 4_000).await;
    assert_eq!(browser.script("return window.same").await, json!(true));

    // By keyboard: a range, a time.
    let field = browser.find("textbox", "Go to a line").await;
    browser.fill_in(&field, "17-19").await;
    browser.keys(Key::Enter + "").await;
    see_line(&browser, 18).await;
    browser.at("/builds/b1#L17-L19").await;
    browser.press("button", "More").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_linked_line_is_shown_while_the_log_still_comes() -> Outcome {
    let api = api("S", Vec::new()).await;
    let all = Value::from(entries(3_000)).to_string();
    let (first, second) = all.split_at(all.len() / 2);
    use crate::api::Part;
    let parts = vec![
        Part::Text(first.to_owned()),
        Part::Wait,
        Part::Text(second.to_owned()),
    ];
    api.on("GET", "/v1/builds/b1/logs", Reply::Parts(parts));
    let browser = open(&api, "#L700").await;
    see_line(&browser, 700).await;
    let so_far = count(&browser).await;
    assert!(so_far < 2_000, "{so_far}");
    browser.find("status", "").await;
    api.release();
    counted(&browser, 3_000).await;
    assert!(in_view(&browser).await.contains(&700));
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn wrapped_lines_keep_the_place_and_a_huge_line_does_not_hurt() -> Outcome {
    let mut log = entries(300);
    let long = |number: usize| format!("{number} {}", "wrapped words ".repeat(60));
    for number in (3..300).step_by(3) {
        log[number]["message"] = json!(long(number + 1));
    }
    log[150]["message"] = json!(format!("huge {} end", "x".repeat(1_000_000)));
    let api = api("S", log).await;
    let browser = open(&api, "#L200").await;
    see_line(&browser, 200).await;
    let top = in_view(&browser).await[0];
    press(&browser, "w").await;
    let first = async || {
        let lines = in_view(&browser).await;
        lines.first().copied().unwrap_or(0)
    };
    eventually("wrapped, with the same line at the top", async || {
        let wrapped = browser
            .script("return [...document.querySelectorAll('.log-line')].some((l) => l.offsetHeight > 30)")
            .await;
        (wrapped == json!(true) && first().await.abs_diff(top) <= 1).then_some(())
    })
    .await;

    // Steps up and down again, over rows of unknown height, end where they began.
    let place = async || {
        browser
            .script(
                "const frame = document.querySelector('.log-frame').getBoundingClientRect();
                 const line = [...document.querySelectorAll('.log-line')].find((l) => l.getBoundingClientRect().bottom > frame.top + 1);
                 return line.dataset.line + ' ' + Math.round(line.getBoundingClientRect().top - frame.top)",
            )
            .await
    };
    let before = place().await;
    press(&browser, "k".repeat(40).as_str()).await;
    assert_ne!(place().await, before);
    press(&browser, "j".repeat(40).as_str()).await;
    assert_eq!(place().await, before);

    // The huge line is shown in part, and more of it on demand.
    let field = browser.find("textbox", "Go to a line").await;
    browser.fill_in(&field, "151").await;
    browser.keys(Key::Enter + "").await;
    eventually("the huge line", async || {
        (text_of(&browser, 151).await.len() > 3_000).then_some(())
    })
    .await;
    let drawn = text_of(&browser, 151).await.len();
    assert!(
        drawn < 5_000,
        "{drawn} characters of the huge line are in the page"
    );
    browser.press("button", "Show more").await;
    eventually("more of it", async || {
        (text_of(&browser, 151).await.len() > 30_000).then_some(())
    })
    .await;
    press(&browser, "w").await;
    see_line(&browser, 151).await;
    let drawn = text_of(&browser, 151).await.len();
    assert!(
        drawn < 2_000,
        "{drawn} characters of the huge line are in the page"
    );
    // Nothing of it is lost to the search, which goes to the side as well.
    search(&browser, "x end").await;
    see_matches(&browser, "1 of 1").await;
    eventually("the huge line's end", async || {
        text_of(&browser, 151).await.ends_with("end").then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

/// Looks for a text in the log.
pub async fn search(browser: &Browser, text: &str) {
    let field = browser.find("searchbox", "Search the log").await;
    browser.fill_in(&field, text).await;
}

/// Waits until the search says this.
pub async fn see_matches(browser: &Browser, text: &str) {
    eventually(&format!("the search says '{text}'"), async || {
        let said = browser
            .script("return document.querySelector('.log-matches').textContent")
            .await;
        said.as_str()?.contains(text).then_some(())
    })
    .await;
}
