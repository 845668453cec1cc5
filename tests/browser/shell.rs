//! The shell: languages, themes, policy, base path, keyboard, and what axe-core says of every page.

use crate::api::Api;
use crate::harness::{Browser, Outcome, Server, Setup, eventually, project};
use crate::source::Source;
use crate::stories::{connect, create_simple};
use serde_json::json;
use thirtyfour::prelude::*;

#[tokio::test]
async fn every_chinese_is_served_chinese_and_others_english() -> Outcome {
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
        let setup = Setup {
            languages,
            ..Setup::default()
        };
        let browser = Browser::start(setup).await;
        browser.open(&format!("{}/builds", server.address)).await;
        browser.find("heading", title).await;
        assert_eq!(
            browser
                .script("return document.documentElement.lang;")
                .await,
            lang,
            "{languages}"
        );
        browser.close().await;
    }
    Ok(())
}

#[tokio::test]
async fn language_and_theme_stand_before_the_first_paint_and_are_kept() -> Outcome {
    let server = Server::start(&[]).await;
    let browser = Browser::start(Setup::default()).await;
    browser
        .open(&format!("{}/connection", server.address))
        .await;
    browser.choose("Theme", "Dark").await;
    browser.choose("Language", "简体中文").await;
    browser.find("heading", "连接设置").await;
    // Without its WebAssembly the console never starts: what is set now was set before it.
    let cdp = browser.driver.cdp();
    cdp.send_raw("Network.enable", json!({})).await?;
    cdp.send_raw("Network.setBlockedURLs", json!({ "urls": ["*.wasm"] }))
        .await?;
    browser.driver.refresh().await?;
    browser.see("控制台未能加载或已停止运行").await;
    let state = browser
        .script("const r = document.documentElement; return [r.lang, r.dataset.theme, getComputedStyle(r).backgroundColor];")
        .await;
    assert_eq!(state, json!(["zh-CN", "dark", "rgb(20, 23, 28)"]));
    cdp.send_raw("Network.setBlockedURLs", json!({ "urls": [] }))
        .await?;
    browser.reload().await;
    browser.find("heading", "连接设置").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn nothing_is_asked_of_another_host_and_the_policy_is_never_broken() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup::default()).await;
    let listener = "addEventListener('securitypolicyviolation', (e) => {
        const all = JSON.parse(sessionStorage.violations || '[]');
        all.push(`${e.violatedDirective} ${e.blockedURI}`);
        sessionStorage.violations = JSON.stringify(all); }, true);";
    browser
        .driver
        .cdp()
        .send_raw(
            "Page.addScriptToEvaluateOnNewDocument",
            json!({ "source": listener }),
        )
        .await?;
    connect(&browser, &server, "team").await;
    let name = format!("policy-{}", std::process::id());
    create_simple(&browser, &name, &source).await;
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
    let requests = browser.requests().await;
    assert!(requests.iter().any(|url| url.ends_with(".wasm")));
    let foreign: Vec<_> = requests
        .iter()
        .filter(|url| url.starts_with("http") && !url.starts_with(&server.address))
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
    let broken = browser
        .script("return sessionStorage.violations || '';")
        .await;
    assert_eq!(broken, "");
    let policy = browser
        .script(
            "return document.querySelector('meta[http-equiv=Content-Security-Policy]').content;",
        )
        .await;
    let policy = policy.as_str().unwrap_or_default();
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    // All that Trunk adds has its digest.
    let without = browser
        .script(
            "return [...document.querySelectorAll('link[rel=modulepreload],link[rel=preload],link[rel=stylesheet],script')]
               .filter((e) => !(e.integrity || e.dataset.integrity)).map((e) => e.outerHTML);",
        )
        .await;
    assert_eq!(without, json!([]));
    let console = browser.console().await;
    assert!(console.is_empty(), "{console:?}");
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn deep_links_work_under_a_base_path_on_a_host_with_only_a_404_page() -> Outcome {
    let site = project("target/site-console");
    assert!(site.join("404.html").exists(), "built by `make test`");
    // What GitHub Pages and object storage are like.
    let host = Api::host(site, "/console/").await.address;
    let server = Server::start(&["--allow-origin", &host]).await;
    let browser = Browser::start(Setup::default()).await;
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
    browser
        .find("heading", "New build repository in team")
        .await;
    browser.open(&format!("{host}/console/nope")).await;
    browser.see("Page not found").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn a_page_change_moves_the_focus_and_is_announced() -> Outcome {
    let server = Server::start(&[]).await;
    let browser = Browser::start(Setup::default()).await;
    browser.open(&format!("{}/builds", server.address)).await;
    browser.ready().await;
    // By keyboard alone: skip link, brand, three pages.
    let tab = async |times: usize| {
        for _ in 0..times {
            let body = browser.driver.active_element().await.expect("a focus");
            body.send_keys(Key::Tab + "").await.expect("tabs");
        }
    };
    browser.script("document.activeElement.blur();").await;
    tab(1).await;
    let skip = browser.driver.active_element().await?;
    assert_eq!(skip.text().await?, "Skip to content");
    tab(4).await;
    let link = browser.driver.active_element().await?;
    assert_eq!(link.text().await?, "Connection");
    link.send_keys(Key::Enter + "").await?;
    browser.at("/connection").await;
    eventually("the focus is on the heading", async || {
        let focused = browser.script("return document.activeElement.id;").await;
        (focused == "heading").then_some(())
    })
    .await;
    let said = browser
        .script(
            "return [document.title, document.querySelector('[aria-live=polite]').textContent];",
        )
        .await;
    assert_eq!(said, json!(["Connection · Slipway", "Connection"]));
    // The skip link leads to the page that it stands on.
    browser
        .script("document.querySelector('.skip-link').focus();")
        .await;
    browser.keys(Key::Enter + "").await;
    eventually("the focus is on the heading again", async || {
        let focused = browser.script("return document.activeElement.id;").await;
        (focused == "heading").then_some(())
    })
    .await;
    assert_eq!(browser.path().await, "/connection");
    browser.driver.back().await?;
    browser.at("/builds").await;
    browser.find("heading", "Builds").await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn sixty_builds_are_paged_by_the_url() -> Outcome {
    let source = Source::with_steps(&["exit 1"]);
    let folder = source.parent();
    let server = Server::start(&[
        "--allow-local-source",
        &folder.display().to_string(),
        "--workers",
        "2",
    ])
    .await;
    let browser = Browser::start(Setup::default()).await;
    connect(&browser, &server, "team").await;
    create_simple(&browser, "many", &source).await;
    browser.at("/repositories/team/many").await;
    let made = browser
        .driver
        .execute_async(
            "const done = arguments[0]; (async () => { for (let i = 0; i < 60; i++) {
               const r = await fetch('/v1/builds', {method: 'POST', headers: {'content-type': 'application/json'},
                 body: JSON.stringify({namespace: 'team', repo_name: 'many', tag: 'latest'})});
               if (r.status !== 201) return r.status; } return 'made'; })().then(done);",
            Vec::new(),
        )
        .await?;
    assert_eq!(made.json(), "made");
    browser.press("link", "Builds").await;
    browser.see("Page 1 of 3 · 60 builds").await;
    let previous = browser.find("button", "Previous").await;
    assert!(!previous.is_enabled().await?);
    browser.press("link", "Next").await;
    browser.at("/builds?page=2").await;
    browser.see("Page 2 of 3").await;
    browser.reload().await;
    browser.see("Page 2 of 3").await;
    browser.press("link", "Next").await;
    browser.see("Page 3 of 3").await;
    assert_eq!(
        browser
            .script("return document.querySelectorAll('tbody tr').length;")
            .await,
        20
    );
    browser.driver.back().await?;
    browser.at("/builds?page=2").await;
    browser.see("Page 2 of 3").await;
    browser.choose("Status", "Succeeded").await;
    browser.at("/builds?status=S&page=2").await;
    browser
        .see("No builds on this page match the filters.")
        .await;
    browser.close().await;
    Ok(())
}

#[tokio::test]
async fn axe_core_finds_nothing() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello", "exit 1"]);
    let folder = source.parent();
    let mut server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    for (dark, size) in [(false, (1280, 900)), (true, (390, 800))] {
        let browser = Browser::start(Setup {
            dark,
            size,
            ..Setup::default()
        })
        .await;
        let state = |name: &str| format!("{name} (dark: {dark}, {} px)", size.0);
        connect(&browser, &server, "team").await;
        browser.axe(&state("connection, tested")).await;
        browser.open(&format!("{}/builds", server.address)).await;
        browser.see("uild").await;
        browser.axe(&state("builds")).await;
        let name = format!("axe-{dark}-{}", std::process::id());
        browser
            .open(&format!("{}/repositories/team/new", server.address))
            .await;
        browser.press("button", "Create repository").await;
        browser.see("attention").await;
        browser.axe(&state("create form with problems")).await;
        create_simple(&browser, &name, &source).await;
        browser.at(&format!("/repositories/team/{name}")).await;
        browser.see("latest").await;
        browser.axe(&state("repository")).await;
        browser
            .press("button", &format!("Build team/{name}:latest at a commit"))
            .await;
        browser.find("dialog", "at a commit").await;
        browser.axe(&state("dialog")).await;
        let cancel = browser.find("button", "Cancel").await;
        cancel.click().await?;
        browser.build(&format!("team/{name}:latest")).await;
        browser.see("Failed").await;
        browser.axe(&state("a failed build")).await;
        browser
            .open(&format!(
                "{}/repositories/team/{name}/config",
                server.address
            ))
            .await;
        browser.see("latest").await;
        browser.axe(&state("config")).await;
        browser
            .open(&format!("{}/repositories/team", server.address))
            .await;
        browser.see(&name).await;
        browser.axe(&state("repositories")).await;
        browser.open(&format!("{}/builds", server.address)).await;
        browser.see(&name).await;
        browser.axe(&state("builds with rows")).await;
        browser.open(&format!("{}/nope", server.address)).await;
        browser.see("Page not found").await;
        browser.axe(&state("not found")).await;
        browser.press("link", "Builds").await;
        browser.see(&name).await;
        server.stop().await;
        browser
            .press("button", &format!("Build team/{name}:latest"))
            .await;
        browser.see("the API can’t be reached").await;
        browser.axe(&state("server gone")).await;
        browser.close().await;
        server.start_again().await;
    }
    Ok(())
}

#[tokio::test]
async fn nothing_is_wider_than_320_px() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello"]);
    let folder = source.parent();
    let server = Server::start(&["--allow-local-source", &folder.display().to_string()]).await;
    let browser = Browser::start(Setup {
        size: (320, 700),
        ..Setup::default()
    })
    .await;
    connect(&browser, &server, "team").await;
    create_simple(&browser, "narrow", &source).await;
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
        browser.ready().await;
        eventually("the page is loaded", async || {
            let busy = browser
                .script("return !!document.querySelector('.skeleton');")
                .await;
            (busy == false).then_some(())
        })
        .await;
        let width = browser
            .script("return document.documentElement.scrollWidth;")
            .await;
        assert!(
            width.as_u64().is_some_and(|width| width <= 320),
            "{path} is {width} px wide"
        );
    }
    browser.close().await;
    Ok(())
}
