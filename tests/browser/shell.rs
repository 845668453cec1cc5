//! The shell: languages, themes, policy, base path, keyboard, and axe-core's findings on every page.

use crate::support::fixtures::{BUILDS, build, builds_page};
use crate::support::steps::{connect, create_simple};
use crate::support::{
    Api, Browser, Engine, NO_TOUCH, Outcome, Reply, Server, Source, assert_soon, eventually,
    project, story,
};
use serde_json::json;
use thirtyfour::prelude::*;

#[tokio::test]
async fn every_chinese_locale_gets_chinese_and_others_get_english() -> Outcome {
    let server = Server::start(&[]).await;
    for (languages, lang, title) in [
        ("zh", "zh-CN", "构建记录"),
        ("zh-CN,en", "zh-CN", "构建记录"),
        ("zh-Hans,en", "zh-CN", "构建记录"),
        ("zh-TW,en", "zh-CN", "构建记录"),
        ("fr,zh-HK,en", "zh-CN", "构建记录"),
        ("en-GB,zh", "en", "Builds"),
        ("fr,de", "en", "Builds"),
    ] {
        let shown = story(&server)
            .languages(languages)
            .run(async |browser, server| {
                browser.open(&format!("{}/builds", server.address)).await;
                browser.find("heading", title).await;
                let shown = browser
                    .script("return document.documentElement.lang;")
                    .await;
                assert_eq!(shown, lang, "{languages}");
                Ok(())
            });
        shown.await?;
    }
    Ok(())
}

#[tokio::test]
async fn language_and_theme_are_set_before_the_first_paint_and_remembered() -> Outcome {
    let story = story(Server::start(&[]).await).not_in(
        Engine::WebKit,
        "it takes the code from its memory at a reload",
    );
    story.run(async |browser, server| {
    browser
        .open(&format!("{}/connection", server.address))
        .await;
    browser.choose("Theme", "Dark").await;
    browser.choose("Language", "简体中文").await;
    browser.find("heading", "设置").await;
    // Without its WebAssembly the console never starts, so what is set now was set before the start.
    browser.block(".wasm").await;
    browser.driver.refresh().await?;
    browser.see("控制台未能加载或已停止运行").await;
    let state = browser
        .script("const r = document.documentElement; return [r.lang, r.dataset.theme, getComputedStyle(r).backgroundColor];")
        .await;
    assert_eq!(state, json!(["zh-CN", "dark", "rgb(20, 23, 28)"]));
    browser.block("").await;
    browser.reload().await;
    browser.find("heading", "设置").await;
Ok(())
}).await
}

#[tokio::test]
async fn the_menu_in_the_header_changes_language_and_theme_by_keyboard() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("heading", "Builds").await;
            browser.tab_to("Language and theme").await;
            browser.keys(Key::Enter + "").await;
            browser.tab_to("Dark").await;
            browser.keys(Key::Enter + "").await;
            let theme = "return document.documentElement.dataset.theme;";
            assert_soon!(browser.script(theme).await, "dark");
            // The choice closes the menu, and its button has the focus again.
            browser.focus_is_on("button", "Language and theme").await;
            browser.keys(Key::Enter + "").await;
            browser.is_pressed("Dark").await;
            browser.press("button", "中文").await;
            browser.find("heading", "构建记录").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_header_says_on_every_page_that_the_api_or_the_network_is_gone() -> Outcome {
    story(Api::start().await)
        .run(async |browser, api| {
            let page = builds_page(vec![build("1", "one", "S", json!({}))], 1, false);
            api.on("GET", BUILDS, page.clone());
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:one").await;
            assert!(browser.all("status", "API unreachable").await.is_empty());
            api.on("GET", BUILDS, Reply::CutBefore);
            browser.go_online().await;
            browser.see_in("status", "API unreachable").await;
            // Other pages say so too.
            api.on("GET", "/v1/builders", Reply::CutBefore);
            browser.press("link", "Settings").await;
            browser.see_in("status", "API unreachable").await;
            api.on("GET", BUILDS, page);
            browser.press("link", "Builds").await;
            browser.find("link", "team/app:one").await;
            browser.see_no_more("API unreachable").await;
            browser.script(GO_OFFLINE).await;
            browser.see_in("status", "Offline").await;
            Ok(())
        })
        .await
}

/// Has the browser say that there is no network.
const GO_OFFLINE: &str =
    "Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false });
    dispatchEvent(new Event('offline'));";

/// Returns true if no part of a toast is over the row of a link.
async fn are_apart(browser: &Browser, link: &WebElement, toast: &WebElement) -> bool {
    let apart = "const [a, b] = [arguments[0].closest('tr'), arguments[1]].map((e) => e.getBoundingClientRect());
        return a.bottom <= b.top || b.bottom <= a.top || a.right <= b.left || b.right <= a.left;";
    let arguments = vec![
        link.to_json().expect("a link"),
        toast.to_json().expect("a toast"),
    ];
    let apart = browser.driver.execute(apart, arguments).await;
    apart.is_ok_and(|apart| *apart.json() == true)
}

#[tokio::test]
async fn on_a_phone_a_started_build_is_told_beside_what_the_row_says() -> Outcome {
    let api = Api::start().await;
    let rows: Vec<_> = (0..5)
        .map(|number| build(&format!("b{number}"), &format!("t{number}"), "S", json!({})))
        .collect();
    api.on("GET", BUILDS, builds_page(rows, 5, false));
    api.on(
        "POST",
        BUILDS,
        Reply::Json(201, build("new", "t3", "W", json!({}))),
    );
    story(api)
        .size(390, 844)
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            let link = browser.find("link", "team/app:t3").await;
            browser.script_on(&link, "arguments[0].focus();").await;
            browser.keys("b").await;
            let said = browser.find("link", "Open build").await;
            // Each text of the row that shows has its place for itself.
            let covered = "const own = arguments[0].getBoundingClientRect();
                const row = arguments[0].closest('tr');
                const texts = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
                for (let text; (text = texts.nextNode()); ) {
                  if (arguments[0].closest('[role=status]').contains(text) || !text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
                  const range = document.createRange();
                  range.selectNodeContents(text);
                  const box = range.getBoundingClientRect();
                  if (box.width > 2 && box.left < own.right && box.right > own.left && box.top < own.bottom && box.bottom > own.top)
                    return text.data;
                }
                return '';";
            assert_soon!(browser.script_on(&said, covered).await, "");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_device_without_keys_gets_no_hints_of_keys() -> Outcome {
    let api = Api::start().await;
    api.on(
        "GET",
        BUILDS,
        builds_page(vec![build("b1", "t1", "S", json!({}))], 1, false),
    );
    story(api)
        .size(1280, 800)
        .not_in(Engine::WebKit, NO_TOUCH)
        .run(async |browser, api| {
            let hints = "return [...document.querySelectorAll('kbd, main, header, [popover]')]
                .filter((e) => e.checkVisibility() && (e.tagName === 'KBD' || /Ctrl|Alt|Shift|⌘|←|shortcut/.test(e.innerText)))
                .map((e) => e.innerText);";
            // Who has keys gets them.
            browser.open(&format!("{}/builds", api.address)).await;
            browser.ready().await;
            eventually("hints", async || (browser.script(hints).await != json!([])).then_some(())).await;
            browser.only_touch().await;
            for place in ["/repositories/team/new", "/builds", "/builds/b1"] {
                browser.open(&format!("{}{place}", api.address)).await;
                browser.ready().await;
                eventually(&format!("no hints on {place}"), async || {
                    (browser.script(hints).await == json!([])).then_some(())
                })
                .await;
            }
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_toast_does_not_cover_the_row_that_it_is_about() -> Outcome {
    let rows =
        (0..20).map(|number| build(&format!("b{number}"), &format!("t{number}"), "S", json!({})));
    let rows: Vec<_> = rows.collect();
    for size in [(1280, 800), (390, 844)] {
        let api = Api::start().await;
        api.on("GET", BUILDS, builds_page(rows.clone(), 20, false));
        api.on(
            "POST",
            BUILDS,
            Reply::Json(201, build("new", "t0", "W", json!({}))),
        );
        let story = story(api).size(size.0, size.1);
        let shown = story.run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:t9").await;
            // The first row, and then the last one, scrolled to the window's lower edge.
            for tag in ["t1", "t19"] {
                let link = browser.find("link", &format!("team/app:{tag}")).await;
                browser
                    .script_on(
                        &link,
                        "arguments[0].scrollIntoView({ block: 'end' }); arguments[0].focus();",
                    )
                    .await;
                // `b` builds the row that has the focus. An error is a toast.
                api.on("POST", BUILDS, Reply::Json(500, json!({})));
                browser.keys("b").await;
                let toast = browser.see_in("alert", &format!("team/app:{tag}")).await;
                eventually(
                    &format!("the toast of {tag} beside its row at {size:?}"),
                    async || are_apart(browser, &link, &toast).await.then_some(()),
                )
                .await;
                // Nor one that gets the focus later, wherever it is.
                for (other, edge) in [("t18", "end"), ("t5", "start"), ("t12", "center")] {
                    let link = browser.find("link", &format!("team/app:{other}")).await;
                    let focus = format!(
                        "arguments[0].scrollIntoView({{ block: '{edge}' }}); arguments[0].focus();"
                    );
                    browser.script_on(&link, &focus).await;
                    eventually(
                        &format!("the toast beside the row of {other} at {size:?}"),
                        async || are_apart(browser, &link, &toast).await.then_some(()),
                    )
                    .await;
                }
                browser.press("button", "Dismiss").await;
            }
            Ok(())
        });
        shown.await?;
    }
    Ok(())
}

#[tokio::test]
async fn no_request_goes_to_another_host_and_the_policy_is_never_violated() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    story(Server::with_source(&source).await)
        .run(async |browser, server| {
            let listener = "addEventListener('securitypolicyviolation', (e) => {
        const all = JSON.parse(sessionStorage.violations || '[]');
        all.push(`${e.violatedDirective} ${e.blockedURI}`);
        sessionStorage.violations = JSON.stringify(all); }, true);";
            browser.before_each_page(listener).await;
            connect(browser, server, "team").await;
            let name = format!("policy-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            for path in ["/builds", "/repositories/team", "/connection"] {
                browser.open(&format!("{}{path}", server.address)).await;
                browser.ready().await;
            }
            browser
                .open(&format!(
                    "{}/repositories/team/{name}/config",
                    server.address
                ))
                .await;
            browser.see("latest").await;
            let requests = browser.sent_requests().await;
            assert!(requests.iter().any(|(_, url)| url.ends_with(".wasm")));
            let foreign: Vec<_> = requests
                .iter()
                .filter(|(_, url)| url.starts_with("http") && !url.starts_with(&server.address))
                .collect();
            assert!(foreign.is_empty(), "{foreign:?}");
            let broken = browser
                .script("return sessionStorage.violations || '';")
                .await;
            assert_eq!(broken, "");
            let policy = browser.content_security_policy().await;
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
                "{policy}"
            );
            // Everything that Trunk adds has its digest.
            assert_soon!(browser.without_integrity().await, json!([]));
            let console = browser.console().await;
            assert!(console.is_empty(), "{console:?}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn deep_links_work_under_a_base_path_on_a_host_with_only_a_404_page() -> Outcome {
    let site = project("target/site-console");
    assert!(site.join("404.html").exists(), "built by `make test`");
    // Works like GitHub Pages and object storage.
    let host = Api::host(site, "/console/").await.address;
    story(Server::start(&["--allow-origin", &host]).await)
        .run(async |browser, server| {
            browser
                .open(&format!(
                    "{host}/console/connection?back=%2Fbuilds%3Fpage%3D1"
                ))
                .await;
            browser.fill("Address", &server.address).await;
            browser.fill("Namespace", "team").await;
            browser.press("button", "Save and test").await;
            browser.see("Connected").await;
            browser.press("button", "Go back to where you were").await;
            browser.at("/console/builds?page=1").await;
            browser.see("No builds").await;
            browser.press("link", "Repositories").await;
            browser.at("/console/repositories/team").await;
            browser.see("No build repositories yet.").await;
            browser.press("link", "New repository").await;
            browser.at("/console/repositories/team/new").await;
            browser.reload().await;
            browser.find("heading", "team / New build repository").await;
            browser.open(&format!("{host}/console/nope")).await;
            browser.see("Page not found").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_page_change_moves_the_focus_and_is_announced() -> Outcome {
    story(Server::start(&[]).await)
        .run(async |browser, server| {
            browser.open(&format!("{}/builds", server.address)).await;
            browser.ready().await;
            // By keyboard: skip link, brand, three pages.
            let tab = async |times: usize| {
                for _ in 0..times {
                    let body = browser.driver.active_element().await.expect("a focus");
                    body.send_keys(Key::Tab + "").await.expect("tabs");
                }
            };
            browser.blur().await;
            tab(1).await;
            let skip = browser.driver.active_element().await?;
            assert_soon!(browser.text_in(&skip).await, "Skip to content");
            tab(4).await;
            let link = browser.driver.active_element().await?;
            assert_soon!(browser.text_in(&link).await, "Settings");
            link.send_keys(Key::Enter + "").await?;
            browser.at("/connection").await;
            browser.focus_is_on("heading", "Settings").await;
            assert_soon!(browser.driver.title().await?, "Settings · Slipway");
            assert_soon!(browser.announced().await, "Settings");
            // The skip link stays on the current page.
            browser.focus_hidden_link("Skip to content").await;
            browser.keys(Key::Enter + "").await;
            browser.focus_is_on("heading", "Settings").await;
            assert_soon!(browser.path().await, "/connection");
            browser.driver.back().await?;
            browser.at("/builds").await;
            browser.find("heading", "Builds").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn sixty_builds_are_paged_by_the_url() -> Outcome {
    let source = Source::with_steps(&["exit 1"]);
    let folder = source.path().display().to_string();
    story(Server::start(&[
        "--allow-local-source",
        &folder,
        "--queue-limit",
        "100",
        "--workers",
        "2",
    ])
    .await).run(async |browser, server| {
    connect(browser, server, "team").await;
    create_simple(browser, "many", &source).await;
    browser.at("/repositories/team/many").await;
    let made = browser
        .script_async(
            "const done = arguments[0]; (async () => { for (let i = 0; i < 60; i++) {
               const r = await fetch('/v1/builds', {method: 'POST', headers: {'content-type': 'application/json'},
                 body: JSON.stringify({namespace: 'team', repo_name: 'many', tag: 'latest'})});
               if (r.status !== 201) return r.status; } return 'made'; })().then(done);")
        .await;
    assert_eq!(made, "made");
    browser.press("link", "Builds").await;
    browser.see("1–20 of 60").await;
    let previous = browser.find("button", "Newer").await;
    assert!(!previous.is_enabled().await?);
    browser.press("link", "Older").await;
    browser.at("/builds?page=2").await;
    browser.see("21–40 of 60").await;
    browser.reload().await;
    browser.see("21–40 of 60").await;
    browser.press("link", "Older").await;
    browser.see("41–60 of 60").await;
    assert_soon!(browser.row_count().await, 20);
    browser.driver.back().await?;
    browser.at("/builds?page=2").await;
    browser.see("21–40 of 60").await;
    browser.press("button", "Status").await;
    browser.press("button", "Failed").await;
    browser.at("/builds?status=F").await;
    // How many of the others have failed by now depends on the machine.
    browser.see("1–20 of ").await;
    browser.press("button", "Status: Failed").await;
    browser.press("button", "Succeeded").await;
    browser.at("/builds?status=S").await;
    browser.see("No builds match these filters.").await;
Ok(())
}).await
}

#[tokio::test]
async fn nothing_turns_for_a_user_who_wants_less_motion() -> Outcome {
    const MOVING: &str = "return document.getAnimations().length;";
    let api = Api::start().await;
    let running = build("1", "latest", "I", json!({}));
    api.on("GET", BUILDS, builds_page(vec![running], 1, false));
    story(api)
        .not_in(Engine::WebKit, "its driver can't ask for less motion")
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:latest").await;
            assert_soon!(browser.script(MOVING).await, 1);
            browser.reduce_motion().await;
            assert_soon!(browser.script(MOVING).await, 0);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn axe_core_finds_nothing() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello", "exit 1"]);
    let mut server = Server::with_source(&source).await;
    for (dark, (width, height)) in [(false, (1280, 900)), (true, (390, 800))] {
        let story = story(&mut server).size(width, height).dark(dark);
        let checked = story.run(async |browser, server| {
            let state = format!("(dark: {dark}, {width} px)");
            let name = format!("axe-{dark}-{}", std::process::id());
            connect(browser, server, "team").await;
            browser.axe(&format!("connection, tested {state}")).await;
            check_create_form(browser, server, &source, &name, &state).await;
            check_builds_and_config(browser, server, &name, &state).await;
            check_lists(browser, server, &name, &state).await;
            server.stop().await;
            // A phone's rows have no buttons, but a keyboard can start a build there too.
            let link = browser.find("link", &format!("team/{name}:latest")).await;
            browser.script_on(&link, "arguments[0].focus();").await;
            browser.keys("b").await;
            browser.see("the API can’t be reached").await;
            browser.axe(&format!("server gone {state}")).await;
            Ok(())
        });
        checked.await?;
        server.start_again().await;
    }
    Ok(())
}

/// Checks the empty builds page and the create form, and creates a repository.
async fn check_create_form(
    browser: &Browser,
    server: &Server,
    source: &Source,
    name: &str,
    state: &str,
) {
    browser.open(&format!("{}/builds", server.address)).await;
    browser.see("uild").await;
    browser.axe(&format!("builds {state}")).await;
    browser
        .open(&format!("{}/repositories/team/new", server.address))
        .await;
    browser.press("button", "Create repository").await;
    browser.see("attention").await;
    browser
        .axe(&format!("create form with problems {state}"))
        .await;
    create_simple(browser, name, source).await;
    browser.at(&format!("/repositories/team/{name}")).await;
    browser.see("latest").await;
    browser.axe(&format!("repository {state}")).await;
}

/// Checks a repository's dialog, a failed build and the config editor.
async fn check_builds_and_config(browser: &Browser, server: &Server, name: &str, state: &str) {
    let image = format!("team/{name}:latest");
    browser.press("button", &format!("More for {image}")).await;
    browser
        .press("button", &format!("Build a commit of {image}"))
        .await;
    browser.find("dialog", "Build a commit of").await;
    browser.axe(&format!("dialog {state}")).await;
    browser.press_in_dialog("button", "Cancel").await;
    browser.build(&format!("team/{name}:latest")).await;
    browser.see("Failed").await;
    browser.axe(&format!("a failed build {state}")).await;
    let config = format!("{}/repositories/team/{name}/config", server.address);
    browser.open(&config).await;
    browser.see("latest").await;
    browser.axe(&format!("config {state}")).await;
}

/// Checks the lists that have this repository, and a page that does not exist.
async fn check_lists(browser: &Browser, server: &Server, name: &str, state: &str) {
    for (path, text, page) in [
        ("/repositories/team", name, "repositories"),
        ("/builds", name, "builds with rows"),
        ("/nope", "Page not found", "not found"),
    ] {
        browser.open(&format!("{}{path}", server.address)).await;
        browser.see(text).await;
        browser.axe(&format!("{page} {state}")).await;
    }
    browser.press("link", "Builds").await;
    browser.see(name).await;
}

#[tokio::test]
async fn nothing_is_wider_than_320_px() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    story(Server::with_source(&source).await)
        .size(320, 700)
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            create_simple(browser, "narrow", &source).await;
            browser.press("button", "Build team/narrow:latest").await;
            browser.see("Succeeded").await;
            let build = browser.path().await;
            for path in [
                "/builds",
                "/repositories/team",
                "/repositories/team/narrow",
                "/repositories/team/narrow/config",
                "/repositories/team/new",
                "/connection",
                &build,
            ] {
                browser.open(&format!("{}{path}", server.address)).await;
                browser.loaded().await;
                browser.fits_into(path, 320).await;
            }
            Ok(())
        })
        .await
}
