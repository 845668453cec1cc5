//! The builds table: live rows, filters, order and pages, and building again from it.

use crate::api::{Api, Reply};
use crate::harness::{Browser, Outcome, Server, Setup, eventually};
use crate::source::Source;
use crate::stories::{connect, create_simple};
use serde_json::{Value, json};

/// A row of call 2. What is told of later in `more` stands in the place of what is told of here.
pub fn row(id: &str, tag: &str, status: &str, more: Value) -> Value {
    let mut row = json!({
        "build_id": id, "created_at": "2015-05-28T11:13:20.000Z", "started_at": "2015-05-28T11:13:27.000Z",
        "ended_at": "2015-05-28T11:19:29.000Z", "code_head_commit": "119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
        "code_repo_client": "GitHub", "code_repo_path": "team/app", "code_repo_type": "branch",
        "code_repo_type_value": "main", "created_by": "ada", "docker_repo_path": "team/app",
        "docker_repo_tag": tag, "docker_repo_version_tag": "", "dockerfile_location": "/", "status": status,
        "auto_created": false, "code_repo_http_url": "https://github.com/team/app",
        "code_commit_http_url": "https://github.com/team/app/commit/119d9dc6f33992b6c4f8ddf068e347d426ddf22c",
        "code_repo_branch_url": "https://github.com/team/app/tree/main",
    });
    if let (Some(row), Value::Object(more)) = (row.as_object_mut(), more) {
        row.extend(more);
    }
    row
}

/// A page of call 2; `next` says whether one follows.
pub fn page(rows: Vec<Value>, count: usize, next: bool) -> Reply {
    let next = next.then_some("https://api.test/v1/builds?page=2");
    Reply::Json(
        200,
        json!({ "count": count, "next": next, "previous": null, "results": rows }),
    )
}

pub fn running() -> Value {
    json!({ "ended_at": null, "status": "I" })
}

/// Counts the changes in the rows from now on, but for the text of times that tick.
async fn count_changes(browser: &Browser) {
    browser
        .script(
            "window.changes = [];
             new MutationObserver((all) => all.forEach((one) => {
               const at = one.target.nodeType === 3 ? one.target.parentElement : one.target;
               if (!at?.closest('time, .number')) window.changes.push(at?.closest('td')?.dataset.label ?? 'row');
             })).observe(document.querySelector('tbody'), {subtree: true, childList: true,
               attributes: true, characterData: true});",
        )
        .await;
}

async fn changes(browser: &Browser) -> Vec<String> {
    let changes = browser.script("return window.changes;").await;
    let mut changes: Vec<String> = serde_json::from_value(changes).expect("names");
    changes.dedup();
    changes
}

/// Waits until the list has been asked for `more` times again, and answered.
async fn polls(browser: &Browser, api: &Api, more: usize) {
    let before = api.asked("GET", "/v1/builds").len();
    eventually("the list is asked for again", async || {
        (api.asked("GET", "/v1/builds").len() >= before + more).then_some(())
    })
    .await;
    browser
        .driver
        .execute_async(
            "requestAnimationFrame(() => setTimeout(arguments[0], 100));",
            Vec::new(),
        )
        .await
        .expect("a frame");
}

async fn order(browser: &Browser) -> String {
    let links = browser
        .script("return [...document.querySelectorAll('.row-link')].map((a) => a.textContent.split(':')[1]).join(' ');")
        .await;
    links.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_poll_changes_only_what_is_new() -> Outcome {
    let api = Api::start().await;
    let first = vec![
        row("2", "two", "I", running()),
        row("1", "one", "S", json!({})),
    ];
    api.on("GET", "/v1/builds", page(first, 2, false));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    let link = browser.find("link", "team/app:two").await;
    link.focus().await?;
    count_changes(&browser).await;
    polls(&browser, &api, 2).await;
    assert_eq!(changes(&browser).await, [""; 0]);

    let second = vec![
        row("2", "two", "S", json!({})),
        row("1", "one", "S", json!({})),
    ];
    api.on("GET", "/v1/builds", page(second, 2, false));
    eventually("both have succeeded", async || {
        let badges = browser
            .script("return document.querySelectorAll('tbody [data-status=succeeded]').length;")
            .await;
        (badges == 2).then_some(())
    })
    .await;
    // The duration's text is a time's; its cell changes with the status.
    let changed = changes(&browser).await;
    let fits = |cell: &String| ["Status", "Duration"].contains(&cell.as_str());
    assert!(
        !changed.is_empty() && changed.iter().all(fits),
        "{changed:?}"
    );
    let focused = browser
        .script("return document.activeElement.textContent;")
        .await;
    assert_eq!(focused, "team/app:two");
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn new_builds_wait_while_the_reader_reads_and_come_in_at_the_top() -> Outcome {
    let api = Api::start().await;
    let rows = |from: usize| -> Vec<Value> {
        (from..from + 20)
            .rev()
            .map(|n| row(&n.to_string(), &format!("t{n}"), "S", json!({})))
            .collect()
    };
    let mut live = rows(1);
    live[0] = row("20", "t20", "I", running());
    api.on("GET", "/v1/builds", page(live, 40, true));
    let browser = Browser::start(Setup {
        size: (1000, 500),
        ..Setup::default()
    })
    .await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:t20").await;
    browser.script("scrollTo(0, 400);").await;
    let mut live = rows(3);
    live[0] = row("22", "t22", "I", running());
    api.on("GET", "/v1/builds", page(live, 42, true));
    browser.see("2 new builds").await;
    assert!(order(&browser).await.starts_with("t20 t19"));
    browser.press("button", "2 new builds").await;
    eventually("the new builds stand first", async || {
        order(&browser)
            .await
            .starts_with("t22 t21 t20")
            .then_some(())
    })
    .await;
    browser.see_no_more("new builds").await;
    // At the top they come in by themselves.
    api.on("GET", "/v1/builds", page(rows(4), 43, true));
    eventually("the newest build has come in", async || {
        order(&browser).await.starts_with("t23 t22").then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn an_answer_that_comes_after_a_newer_one_is_dropped() -> Outcome {
    let api = Api::start().await;
    let old = page(vec![row("1", "old", "S", json!({}))], 1, false);
    api.on("GET", "/v1/builds?page=1", Reply::Held(Box::new(old)));
    let new = page(vec![row("2", "new", "S", json!({}))], 1, false);
    api.on("GET", "/v1/builds", new);
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.fill("Repository", "app").await;
    browser.press("button", "Filter").await;
    browser.at("/builds?repo=app").await;
    browser.find("link", "team/app:new").await;
    api.release();
    polls_done(&browser).await;
    assert!(browser.all("link", "team/app:old").await.is_empty());
    browser.close().await;
    Ok(())
}

/// Waits until what was let go must have been seen.
async fn polls_done(browser: &Browser) {
    let wait = "fetch('/v1/nothing').finally(() => requestAnimationFrame(() => setTimeout(arguments[0])));";
    browser
        .driver
        .execute_async(wait, Vec::new())
        .await
        .expect("a round trip");
}

#[tokio::test]
async fn filters_order_and_page_stand_in_the_url() -> Outcome {
    let api = Api::start().await;
    let rows = vec![
        row(
            "3",
            "c",
            "F",
            json!({ "detail": "no space left on device\n", "ended_at": "2015-05-28T11:13:29.000Z" }),
        ),
        row("2", "a", "S", json!({ "code_repo_client": "Bitbucket" })),
        row(
            "1",
            "b",
            "Q",
            json!({ "started_at": null, "ended_at": null }),
        ),
    ];
    api.on("GET", "/v1/builds", page(rows, 3, false));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("no space left on device").await;
    // None fits: what is said counts the rows all the same, from the first view on.
    browser
        .open(&format!("{}/builds?namespace=team&q=zzz", api.address))
        .await;
    browser.see("0 of 3 builds on page 1 match").await;
    browser
        .see("No builds on this page match the filters.")
        .await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.see("no space left on device").await;
    // An unknown status displays as itself, and can be chosen.
    browser.choose("Status", "Q").await;
    browser.at("/builds?status=Q").await;
    browser.see("1 of 3 builds on page 1 matches").await;
    assert_eq!(order(&browser).await, "b");
    browser.choose("Status", "Any status").await;
    browser.choose("Source client", "Bitbucket").await;
    browser.at("/builds?client=Bitbucket").await;
    eventually("the row of that client", async || {
        (order(&browser).await == "a").then_some(())
    })
    .await;
    browser.choose("Source client", "Any client").await;
    browser.fill("Search", "space LEFT").await;
    browser.at("/builds?q=space%20LEFT").await;
    eventually("the row with the text", async || {
        (order(&browser).await == "c").then_some(())
    })
    .await;
    browser.reload().await;
    eventually("the same after a reload", async || {
        (order(&browser).await == "c").then_some(())
    })
    .await;
    browser.fill("Search", "").await;
    browser.press("link", "Duration").await;
    browser.at("/builds?sort=-duration").await;
    eventually("longest first", async || {
        (order(&browser).await == "a c b").then_some(())
    })
    .await;
    browser.press("link", "Duration").await;
    eventually("shortest first", async || {
        (order(&browser).await == "c a b").then_some(())
    })
    .await;
    let sorted = browser
        .script("return document.querySelector('th[aria-sort]').getAttribute('aria-sort');")
        .await;
    assert_eq!(sorted, "ascending");
    browser.press("link", "Duration").await;
    browser.at("/builds").await;
    // The API is asked for namespace and repository.
    browser.fill("Namespace", "team").await;
    browser.press("button", "Filter").await;
    browser.at("/builds?namespace=team").await;
    eventually("the API was asked for the namespace", async || {
        let asked = api.asked("GET", "/v1/builds");
        asked
            .iter()
            .any(|one| one.query.contains("namespace=team"))
            .then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn the_next_page_is_read_ahead_the_old_one_stays_and_the_place_survives() -> Outcome {
    let api = Api::start().await;
    let rows = |from: usize| -> Vec<Value> {
        (from..from + 20)
            .rev()
            .map(|n| row(&n.to_string(), &format!("t{n}"), "S", json!({})))
            .collect()
    };
    api.on("GET", "/v1/builds?page=1", page(rows(41), 60, true));
    api.on("GET", "/v1/builds?page=2", page(rows(21), 60, true));
    let third = page(rows(1), 60, false);
    api.on("GET", "/v1/builds?page=3", Reply::Held(Box::new(third)));
    let mut one = row("25", "t25", "S", json!({}));
    one["step_at"] = json!(50);
    api.on("GET", "/v1/builds/25", Reply::Json(200, one));
    api.on("GET", "/v1/builds/25/logs", Reply::Json(200, json!([])));
    let browser = Browser::start(Setup {
        size: (1280, 600),
        ..Setup::default()
    })
    .await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:t60").await;
    eventually("page 2 is asked for ahead", async || {
        let asked = api.asked("GET", "/v1/builds");
        asked
            .iter()
            .any(|one| one.query.contains("page=2"))
            .then_some(())
    })
    .await;
    browser.press("link", "Next").await;
    browser.at("/builds?page=2").await;
    browser.find("link", "team/app:t40").await;
    // Into a build and back: the same place, the same focus.
    let link = browser.find("link", "team/app:t25").await;
    link.scroll_into_view().await?;
    let before = browser.script("return scrollY;").await.as_f64();
    assert!(before.is_some_and(|at| at > 100.0));
    link.click().await?;
    browser.at("/builds/25").await;
    browser.find("heading", "team/app:t25").await;
    browser.driver.back().await?;
    eventually("the reader is where they were", async || {
        let now = browser
            .script("return document.activeElement.textContent === 'team/app:t25' ? scrollY : -1;")
            .await;
        (now.as_f64() == before).then_some(())
    })
    .await;
    // The old page stays until the new one has come.
    browser.press("link", "Next").await;
    browser.see("Loading page 3").await;
    assert!(order(&browser).await.contains("t25"));
    api.on("GET", "/v1/builds?page=3", page(rows(1), 60, false));
    api.release_all();
    browser.see("Page 3 of 3").await;
    browser.find("link", "team/app:t20").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_seen() -> Outcome {
    let api = Api::start().await;
    api.on(
        "GET",
        "/v1/builds",
        page(vec![row("1", "one", "I", running())], 1, false),
    );
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:one").await;
    let see = |hidden: bool| {
        format!(
            "Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {hidden}}});
             document.dispatchEvent(new Event('visibilitychange', {{bubbles: true}}));"
        )
    };
    browser.script(&see(true)).await;
    polls_done(&browser).await;
    let before = api.asked("GET", "/v1/builds").len();
    // Longer than the wait between two polls: this is what must not happen, so time has to pass.
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    assert_eq!(api.asked("GET", "/v1/builds").len(), before);
    browser.script(&see(false)).await;
    eventually("it asks when it is seen", async || {
        (api.asked("GET", "/v1/builds").len() > before).then_some(())
    })
    .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn times_are_right_whatever_the_api_and_the_clock_say() -> Outcome {
    let api = Api::start().await;
    // An hour ahead of this machine.
    api.set_ahead(3600);
    let at = |seconds: i64| {
        let time = chrono::Utc::now() + chrono::TimeDelta::seconds(3600 + seconds);
        time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    };
    let rows = vec![
        row(
            "4",
            "running",
            "I",
            json!({ "created_at": at(-70), "started_at": at(-65), "ended_at": null }),
        ),
        row(
            "3",
            "timeless",
            "S",
            json!({ "created_at": null, "started_at": null, "ended_at": null }),
        ),
        row(
            "2",
            "odd",
            "S",
            json!({ "created_at": "yesterday", "started_at": 5, "ended_at": {} }),
        ),
        row(
            "1",
            "late",
            "S",
            json!({ "created_at": at(-10), "started_at": at(-20), "ended_at": at(-15) }),
        ),
    ];
    api.on("GET", "/v1/builds", page(rows.clone(), 4, false));
    api.on("GET", "/v1/builds/1", Reply::Json(200, rows[3].clone()));
    api.on("GET", "/v1/builds/1/logs", Reply::Json(200, json!([])));
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:odd").await;
    // Ticking, by the API's clock.
    browser.see("1 m 0").await;
    browser.see("1 minute ago").await;
    let text = browser.text().await;
    assert!(!text.contains("NaN") && !text.contains("-"), "{text}");
    browser.press("link", "team/app:late").await;
    browser.see("waited 0 s").await;
    browser.see("took 5 s").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_build_is_built_again_from_its_row_and_stands_in_the_table_at_once() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    create_simple(&browser, "again", &source).await;
    browser.at("/repositories/team/again").await;
    browser.press("button", "Build team/again:latest").await;
    browser.see("Build started: team/again:latest").await;
    let rows = async |n: usize| {
        eventually(&format!("{n} rows"), async || {
            (order(&browser).await.split_whitespace().count() == n).then_some(())
        })
        .await;
    };
    rows(1).await;
    browser.open(&format!("{}/builds", server.address)).await;
    rows(1).await;
    browser.see("Succeeded").await;
    browser.press("button", "Build team/again:latest").await;
    rows(2).await;
    // The same commit too, once it is known of both.
    let commit = eventually("the commit of both", async || {
        let commits = browser
            .script("return [...document.querySelectorAll('tbody .code[title]')].map((code) => code.title);")
            .await;
        let commits = commits.as_array()?.clone();
        (commits.len() == 2).then(|| commits[0].as_str().unwrap_or_default().to_owned())
    })
    .await;
    browser
        .press("button", "Build team/again:latest at a commit")
        .await;
    browser.holds("Commit ID", 1, &commit).await;
    browser.press_in_dialog("button", "Build").await;
    rows(3).await;
    // And from the palette, on the repository's page.
    browser
        .open(&format!("{}/repositories/team/again", server.address))
        .await;
    rows(3).await;
    browser.palette("build team/again").await;
    rows(4).await;
    browser.press("link", "Open build").await;
    browser.find("heading", "team/again:latest").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn what_cannot_be_built_says_why_and_a_refusal_is_told_once() -> Outcome {
    let api = Api::start().await;
    let rows = vec![
        row("2", "", "S", json!({ "docker_repo_path": "nowhere" })),
        row("1", "one", "S", json!({})),
    ];
    api.on("GET", "/v1/builds", page(rows, 2, false));
    api.on(
        "POST",
        "/v1/builds",
        Reply::Json(403, json!({ "detail": "Your plan has no builds left." })),
    );
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", api.address)).await;
    browser.find("link", "team/app:one").await;
    let dead = browser.find("button", "Build").await;
    assert!(!dead.is_enabled().await?);
    let why = dead.attr("title").await?.unwrap_or_default();
    assert!(why.contains("can’t be rebuilt here"), "{why}");
    browser.press("button", "Build team/app:one").await;
    browser.see("Your plan has no builds left.").await;
    browser.see("this token isn’t allowed to do that").await;
    assert_eq!(browser.all("alert", "").await.len(), 1);
    assert_eq!(api.asked("POST", "/v1/builds").len(), 1);
    browser.press("button", "Dismiss").await;
    browser.see_no_more("Your plan has no builds left.").await;
    browser.close().await;
    Ok(())
}
