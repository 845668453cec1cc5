//! What can be done with the log: searched, filtered, copied, printed; and whether everybody can.

use crate::harness::{Browser, Outcome, Setup, eventually};
use crate::log::{
    START, api, counted, entries, entry, in_view, open, press, search, see_line, see_matches, show,
    text_of,
};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

#[tokio::test]
async fn a_search_goes_through_the_log() -> Outcome {
    let mut log = entries(3_000);
    for number in [10, 1_500, 2_900] {
        log[number - 1]["message"] = json!(format!("a \u{1b}[31mNee\u{1b}[0mdle in {number}"));
    }
    let api = api("S", log).await;
    let browser = open(&api, "").await;
    counted(&browser, 3_000).await;
    press(&browser, "/").await;
    browser.keys("needle").await;
    see_matches(&browser, "1 of 3").await;
    see_line(&browser, 10).await;
    browser.keys(Key::Enter + "").await;
    see_line(&browser, 1_500).await;
    press(&browser, "n").await;
    see_line(&browser, 2_900).await;
    see_matches(&browser, "3 of 3").await;
    press(&browser, "n").await;
    see_line(&browser, 10).await;
    press(&browser, "N").await;
    see_line(&browser, 2_900).await;
    let mark = "return [...document.querySelectorAll('.log-line[aria-current] mark')].map((m) => m.textContent).join('')";
    assert_eq!(browser.script(mark).await, json!("Needle"));

    browser.press("button", "Match case").await;
    see_matches(&browser, "No matches").await;
    browser.press("button", "Match case").await;
    browser.press("button", "Whole words").await;
    see_matches(&browser, "3").await;
    search(&browser, "eedle").await;
    see_matches(&browser, "No matches").await;
    browser.press("button", "Whole words").await;
    browser.press("button", "Regular expression").await;
    search(&browser, "needle in (10|29..)$").await;
    see_matches(&browser, "of 2").await;
    search(&browser, "(").await;
    see_matches(&browser, "Unbalanced parenthesis").await;
    search(&browser, "needle").await;
    see_matches(&browser, "of 3").await;

    // Only the matches, with lines around them.
    browser
        .choose("Lines to show", "Matches with 2 lines of context")
        .await;
    browser.see("15 of 3,000 lines").await;
    assert_eq!(in_view(&browser).await.len(), 15);
    search(&browser, "").await;
    browser.see_no_more("of 3,000 lines").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn colours_links_and_controls_are_shown_and_harm_nobody() -> Outcome {
    let log = vec![
        entry(
            "\u{1b}[1;31mred\u{1b}[0m plain \u{1b}[38;5;208mown\u{1b}[0m",
            0,
        ),
        entry("10%\r50%\r100%", 0),
        entry(
            "\u{1b}]8;;https://example.test/a\u{7}here\u{1b}]8;;\u{7} \u{1b}]8;;javascript:alert(1)\u{7}not\u{1b}]8;;\u{7}",
            0,
        ),
        entry("<img src=x onerror=alert(1)> \u{202e}over", 0),
        entry("\u{1b}[32mgreen goes on", 0),
        entry("to here\u{1b}[0m", 0),
    ];
    let api = api("S", log).await;
    let browser = open(&api, "").await;
    counted(&browser, 6).await;
    assert_eq!(text_of(&browser, 1).await, "red plain own");
    assert_eq!(text_of(&browser, 2).await, "100%");
    let classes =
        "return [...document.querySelectorAll('.log-text span')].map((s) => s.className).join('|')";
    let classes = browser
        .script(classes)
        .await
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(classes.contains("ansi-bold ansi-f ansi-f1"), "{classes}");
    assert_eq!(classes.matches("ansi-f2").count(), 2, "{classes}");
    let links = "return [...document.querySelectorAll('.log-text a')].map((a) => a.href + ' ' + a.textContent).join('|')";
    assert_eq!(
        browser.script(links).await,
        json!("https://example.test/a here")
    );
    let text = text_of(&browser, 4).await;
    assert_eq!(text, "<img src=x onerror=alert(1)> \\u{202e}over");
    assert_eq!(
        browser
            .script("return document.querySelectorAll('.log img').length")
            .await,
        json!(0)
    );
    browser.press("button", "More").await;
    browser
        .press("checkbox", "Show escape and control characters")
        .await;
    eventually("the escapes are shown", async || {
        text_of(&browser, 1)
            .await
            .starts_with("␛[1;31mred")
            .then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

/// Six lines: two steps, errors and warnings among them.
fn mixed() -> Vec<Value> {
    let with_level = |text: &str, after: i64, level: &str| json!({ "message": text, "level": level, "time": START + after });
    vec![
        entry("STEP 1/2: FROM scratch", 0),
        with_level("careful", 1, "WARN"),
        with_level("it broke", 3, "ERROR"),
        entry("STEP 2/2: RUN make", 65),
        json!({ "message": "no time, no level" }),
        entry("done", 70),
    ]
}

#[tokio::test]
async fn levels_and_steps_are_folded_away_and_come_back() -> Outcome {
    let api = api("S", mixed()).await;
    let browser = open(&api, "").await;
    counted(&browser, 6).await;
    browser.press("button", "Levels").await;
    browser.press("checkbox", "ERROR (1)").await;
    browser.see("5 of 6 lines").await;
    assert_eq!(in_view(&browser).await, [1, 2, 4, 5, 6]);
    browser.press("checkbox", "ERROR (1)").await;
    browser.see_no_more("of 6 lines").await;
    browser.press("button", "Levels").await;

    browser.press("button", "Lines of 1/2 FROM scratch").await;
    eventually("the step is folded", async || {
        (in_view(&browser).await == [1, 4, 5, 6]).then_some(())
    })
    .await;
    let state = browser.find("button", "Lines of 1/2 FROM scratch").await;
    assert_eq!(state.attr("aria-expanded").await?.as_deref(), Some("false"));
    // A link into it opens it.
    browser.script("location.hash = '#L3'").await;
    see_line(&browser, 3).await;
    browser.press("button", "Fold all").await;
    eventually("both are folded", async || {
        (in_view(&browser).await == [1, 4]).then_some(())
    })
    .await;
    browser.press("button", "Unfold all").await;
    see_line(&browser, 6).await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn times_are_those_that_the_reader_chose() -> Outcome {
    let api = api("S", mixed()).await;
    let browser = open(&api, "").await;
    counted(&browser, 6).await;
    let times = async || {
        let times = "return [...document.querySelectorAll('.log-line:not([hidden]) .log-time')].map((t) => t.textContent).join()";
        browser
            .script(times)
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    browser.press("button", "More").await;
    browser.press("checkbox", "Times in UTC").await;
    assert_eq!(
        times().await,
        "03:51:46,03:51:47,03:51:49,03:52:51,,03:52:56"
    );
    press(&browser, "t").await;
    assert_eq!(times().await, "0:00,0:01,0:03,1:05,,1:10");
    press(&browser, "t").await;
    assert_eq!(times().await, ",+0:01,+0:02,+1:02,,+0:05");
    press(&browser, "t").await;
    assert_eq!(times().await, ",,,,,");
    browser.choose("Times", "Clock time").await;
    // A time is gone to: the first line not before it.
    let field = browser.find("textbox", "Go to a line").await;
    browser.fill_in(&field, "03:51:48").await;
    browser.keys(Key::Enter + "").await;
    let current = "return document.querySelector('.log-line[aria-current]')?.dataset.line";
    assert_eq!(browser.script(current).await, json!("3"));
    browser.fill_in(&field, "99999").await;
    browser.keys(Key::Enter + "").await;
    browser.see("No such line or time").await;
    // It is remembered.
    browser.reload().await;
    counted(&browser, 6).await;
    assert_eq!(
        times().await,
        "03:51:46,03:51:47,03:51:49,03:52:51,,03:52:56"
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn selected_lines_are_copied_printed_and_the_whole_is_saved() -> Outcome {
    let mut log = mixed();
    log[1]["message"] = json!("\u{1b}[33mcareful\u{1b}[0m");
    let api = api("S", log).await;
    let browser = open(&api, "#L2-L3").await;
    counted(&browser, 6).await;
    browser
        .script(
            "window.copied = []; window.printed = []; window.saved = [];
             Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (t) => { copied.push(t); }}});
             window.print = () => printed.push(document.querySelector('body > .log-print').textContent);
             URL.createObjectURL = (blob) => { blob.text().then((t) => saved.push(t)); return 'blob:none'; };
             HTMLAnchorElement.prototype.click = function () { saved.push(this.download); };",
        )
        .await;
    browser.press("button", "More").await;
    browser.press("checkbox", "Times in UTC").await;
    let told = async |list: &str, count: usize| {
        eventually(&format!("{list} {count}"), async || {
            let all = browser.script(&format!("return window.{list}")).await;
            let all = all.as_array()?.clone();
            (all.len() >= count).then(|| all[count - 1].as_str().unwrap_or_default().to_owned())
        })
        .await
    };
    browser.press("button", "Include timestamps").await;
    browser.press("button", "Copy lines").await;
    assert_eq!(
        told("copied", 1).await,
        "2015-09-09T03:51:47Z careful\n2015-09-09T03:51:49Z it broke\n"
    );
    browser.press("button", "Include timestamps").await;
    browser.press("button", "Copy as Markdown").await;
    assert_eq!(told("copied", 2).await, "```\ncareful\nit broke\n```\n");
    browser.press("button", "Copy link").await;
    assert_eq!(
        told("copied", 3).await,
        format!("{}/builds/b1#L2-L3", api.address)
    );
    browser.press("button", "Print").await;
    assert_eq!(
        told("printed", 1).await,
        "2015-09-09T03:51:47Z careful\n2015-09-09T03:51:49Z it broke\n"
    );
    browser
        .script("window.dispatchEvent(new Event('afterprint'))")
        .await;
    assert_eq!(
        browser
            .script("return document.querySelectorAll('.log-print').length")
            .await,
        json!(0)
    );
    browser.press("button", "More").await;
    browser.press("button", "Download raw log").await;
    assert_eq!(told("saved", 1).await, "b1.log");
    assert_eq!(
        told("saved", 2).await,
        "STEP 1/2: FROM scratch\n\u{1b}[33mcareful\u{1b}[0m\nit broke\nSTEP 2/2: RUN make\nno time, no level\ndone\n"
    );
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_log_is_for_keyboards_and_screen_readers_too() -> Outcome {
    let mut log = mixed();
    log.push(entry("\u{1b}[30mk\u{1b}[31mr\u{1b}[32mg\u{1b}[33my\u{1b}[34mb\u{1b}[35mm\u{1b}[36mc\u{1b}[37mw\u{1b}[90mk\u{1b}[91mr\u{1b}[92mg\u{1b}[93my\u{1b}[94mb\u{1b}[95mm\u{1b}[96mc\u{1b}[97mw\u{1b}[0m", 71));
    log.push(entry("\u{1b}[7;31minverse\u{1b}[0m \u{1b}[41mground\u{1b}[0m \u{1b}[38;2;9;9;9mown\u{1b}[0m \u{1b}[2mdim\u{1b}[0m", 71));
    let api = api("I", log.clone()).await;
    for dark in [false, true] {
        let setup = Setup {
            dark,
            ..Setup::default()
        };
        let browser = Browser::start(setup).await;
        show(&browser, &api, "#L2-L3").await;
        counted(&browser, 8).await;
        browser.find("region", "Log").await;
        let place = "const line = document.querySelector('.log-line[data-line=\"3\"]');
             return [line.role, line.ariaPosInSet, line.ariaSetSize].join()";
        assert_eq!(browser.script(place).await, json!("listitem,3,8"));
        search(&browser, "no time").await;
        see_matches(&browser, "1 of 1").await;
        browser.axe("the log").await;
        for menu in ["Levels", "Time range", "More"] {
            browser.press("button", menu).await;
            browser.axe(menu).await;
            browser.keys(Key::Escape + "").await;
        }
        press(&browser, "w").await;
        browser.press("button", "Full screen").await;
        browser.axe("the log in the full window").await;
        assert!(browser.all("link", "Repositories").await.is_empty());
        press(&browser, Key::Escape + "").await;
        browser.find("link", "Repositories").await;
        browser.close().await;
    }
    // An error that comes is told of, politely.
    let browser = open(&api, "").await;
    counted(&browser, 8).await;
    log.push(json!({ "message": "again", "level": "FATAL", "time": START + 80 }));
    api.on("GET", "/v1/builds/b1/logs", crate::api::Reply::Log(log));
    let said = "return [...document.querySelectorAll('.log [role=status]')].map((s) => s.textContent).join()";
    eventually("the new error is announced", async || {
        browser
            .script(said)
            .await
            .as_str()?
            .contains("1 new error line")
            .then_some(())
    })
    .await;
    // No key is the log's while something lies over the page.
    let follow = browser.find("button", "Follow log").await;
    let before = follow.attr("aria-pressed").await?;
    browser.keys("?").await;
    browser.find("dialog", "Keyboard shortcuts").await;
    browser.keys("f").await;
    assert_eq!(follow.attr("aria-pressed").await?, before);
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_narrow_window_has_room_for_everything() -> Outcome {
    let api = api("S", mixed()).await;
    let setup = Setup {
        size: (320, 700),
        languages: "zh-CN,zh",
        ..Setup::default()
    };
    let browser = Browser::start(setup).await;
    show(&browser, &api, "#L2-L3").await;
    counted(&browser, 6).await;
    browser.axe("the log at 320 px").await;
    let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.script(wide).await, json!(0));
    browser.screenshot("log-narrow").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn keys_work_before_the_log_has_the_focus_and_what_is_not_there_is_said() -> Outcome {
    let api = api("S", entries(60)).await;
    let browser = Browser::start(Setup {
        size: (1000, 500),
        ..Setup::default()
    })
    .await;
    browser
        .open(&format!("{}/builds/b1#L30", api.address))
        .await;
    // The page goes to the linked line too, not the log alone.
    eventually("the linked line is in the window", async || {
        let seen = browser
            .script(
                "const line = document.querySelector('.log-line[data-line=\"30\"]')?.getBoundingClientRect();
                 return !!line && line.top >= 0 && line.bottom <= innerHeight;",
            )
            .await;
        (seen == true).then_some(())
    })
    .await;
    browser
        .script("document.querySelector('#heading').focus();")
        .await;
    browser.keys("w").await;
    eventually("lines are wrapped", async || {
        let wraps = browser
            .script("return document.querySelector('.log').dataset.wrap;")
            .await;
        (wraps == "true").then_some(())
    })
    .await;
    browser.keys("/").await;
    browser.keys("line 7").await;
    see_matches(&browser, "1").await;
    browser
        .open(&format!("{}/builds/b1?again#L500", api.address))
        .await;
    browser
        .see("Line 500 doesn’t exist. The log has 60 lines.")
        .await;
    browser.close().await;
    Ok(())
}
