//! The service worker, `src/offline.js`: shows what was seen without the network, to the same user only.

use crate::support::fixtures::{
    BUILD_CONFIG, BUILDS, LOG, LOG_BUILD, REPOSITORY, build, builds_page, log_api, log_build,
    log_entries, log_entry, repository, tag_config,
};
use crate::support::steps::{connect, create_simple, open_editor};
use crate::support::{
    Api, Browser, Outcome, Part, Reply, Server, Source, assert_soon, eventually, project, story,
};
use serde_json::json;
use std::path::Path;

const UNREACHABLE: &str = "API unreachable";

/// In milliseconds.
const HOUR: u64 = 3_600_000;

/// Lets the worker of the next pages begin no sooner than `beginWorker` is called.
const LATE_WORKER: &str = "
    const workers = ServiceWorkerContainer.prototype;
    const { register } = workers;
    const { get } = Object.getOwnPropertyDescriptor(workers, 'ready');
    let url;
    workers.register = async (later) => { url = later; };
    const ready = new Promise((done) => (window.beginWorker = done))
      .then(() => register.call(navigator.serviceWorker, url))
      .then(() => get.call(navigator.serviceWorker));
    Object.defineProperty(workers, 'ready', {
      get() {
        window.isWorkerAwaited = true;
        return ready;
      },
    });";

/// The URLs in a cache of the console, `site` or `api`.
async fn kept(browser: &Browser, cache: &str) -> Vec<String> {
    let script = format!(
        "const done = arguments[0];
         caches.has('slipway.{cache}')
           .then((has) => has ? caches.open('slipway.{cache}').then((cache) => cache.keys()) : [])
           .then((keys) => done(keys.map(({{ url }}) => url)));"
    );
    let urls = browser.script_async(&script).await;
    let mut urls: Vec<String> = serde_json::from_value(urls).expect("URLs");
    urls.sort();
    urls
}

async fn is_kept(browser: &Browser, cache: &str, end: &str) {
    eventually(&format!("{end} is kept"), async || {
        let urls = kept(browser, cache).await;
        urls.iter().any(|url| url.ends_with(end)).then_some(())
    })
    .await;
}

/// Waits until the page itself is kept, with all files of the site that it has loaded.
async fn site_is_kept(browser: &Browser) {
    is_kept(browser, "site", "/").await;
    files_are_kept(browser).await;
}

/// Waits until all files that the page has loaded are kept. The worker keeps those that came later, as the code of the
/// next page, some seconds after their use.
async fn files_are_kept(browser: &Browser) {
    let script = "const urls = performance.getEntriesByType('resource').map(({ name }) => name)
          .filter((url) => /-[0-9a-f]{12,}(_bg)?[.](js|css|wasm)$/.test(url));
        Promise.all(urls.map((url) => caches.match(url, { ignoreVary: true })))
          .then((kept) => arguments[0](kept.length > 0 && kept.every(Boolean)));";
    eventually("all loaded files are kept", async || {
        (browser.script_async(script).await == true).then_some(())
    })
    .await;
}

/// All that is kept of the API, as text.
async fn kept_text(browser: &Browser) -> String {
    let script = "const done = arguments[0];
        caches.open('slipway.api')
          .then((cache) => cache.keys().then((keys) => Promise.all(keys.map((key) => cache.match(key)))))
          .then((answers) => Promise.all(answers.filter(Boolean).map((answer) => answer.text())))
          .then((texts) => done(texts.join('\\n')));";
    let text = browser.script_async(script).await;
    text.as_str().unwrap_or_default().to_owned()
}

/// Opens the page again. Firefox's driver reloads a page past the worker.
async fn reopen(browser: &Browser) {
    let url = browser.driver.current_url().await.expect("a URL");
    browser.open(url.as_str()).await;
    browser.ready().await;
}

/// Opens the build's page, with a log of three lines, and takes the API away once all of it is kept.
async fn keep_build(browser: &Browser, api: &Api) {
    browser.open(&format!("{}/builds/b1", api.address)).await;
    browser.see("line 3").await;
    is_kept(browser, "api", LOG_BUILD).await;
    is_kept(browser, "api", LOG).await;
    site_is_kept(browser).await;
    api.set_down(true);
}

/// Waits until the page waits for a [`LATE_WORKER`].
async fn worker_is_awaited(browser: &Browser) {
    eventually("the page waits for its worker", async || {
        let is_awaited = browser.script("return window.isWorkerAwaited;").await;
        (is_awaited == true).then_some(())
    })
    .await;
}

/// Moves the clock of the next pages forward, by milliseconds.
async fn pass(browser: &Browser, millis: u64) {
    let script = format!("const now = Date.now; Date.now = () => now() + {millis};");
    browser.before_each_page(&script).await;
}

/// Stores a token, in a file of the site that is no page of the console.
async fn set_token(browser: &Browser, storage: &str, token: &str) {
    let script = format!("{storage}.setItem('slipway.token', '\\n{token}');");
    browser.script(&script).await;
}

#[tokio::test]
async fn a_build_with_its_log_and_a_repository_are_there_while_the_server_is_stopped() -> Outcome {
    let source = Source::with_steps(&["/bin/busybox echo hello from the build"]);
    story(Server::with_source(&source).await)
        .with_workers()
        .run(async |browser, server| {
            connect(browser, server, "team").await;
            let name = format!("kept-{}", std::process::id());
            create_simple(browser, &name, &source).await;
            browser.build(&format!("team/{name}:latest")).await;
            browser.see("Succeeded").await;
            browser.see("hello from the build").await;
            let page = browser.path().await;
            // It was read in parts, while the build ran.
            eventually("the whole log is kept", async || {
                let text = kept_text(browser).await;
                let is_whole = text.contains("\"message\":\"hello from the build\"");
                is_whole.then_some(())
            })
            .await;
            site_is_kept(browser).await;
            let repository = format!("{}/repositories/team/{name}", server.address);
            browser.open(&repository).await;
            browser.see("latest").await;
            is_kept(browser, "api", &format!("/v1/repositories/team/{name}")).await;

            server.stop().await;
            let build = format!("{}{page}", server.address);
            browser.open(&build).await;
            browser.ready().await;
            browser.see("Succeeded").await;
            browser.see("hello from the build").await;
            browser.see_in("status", UNREACHABLE).await;
            browser.axe("a kept build").await;
            browser.open(&repository).await;
            browser.see("latest").await;
            browser.see_in("status", UNREACHABLE).await;

            server.start_again().await;
            // Without a reload.
            browser.see_no_more(UNREACHABLE).await;
            browser.open(&build).await;
            browser.see("hello from the build").await;
            browser.see_no_more(UNREACHABLE).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_kept_build_that_was_running_is_shown_as_of_when_it_was() -> Outcome {
    let started = chrono::Utc::now() - chrono::TimeDelta::seconds(65);
    let mut running = log_build("I");
    running["started_at"] = json!(started.to_rfc3339());
    let api = log_api("I", log_entries(3)).await;
    api.on("GET", LOG_BUILD, Reply::Json(200, running));
    story(api)
        .with_workers()
        .run(async |browser, api| {
            keep_build(browser, api).await;
            pass(browser, 3 * HOUR).await;
            reopen(browser).await;
            browser.see("line 3").await;
            browser.see_in("status", "API unreachable · as of ").await;
            browser.see("building for").await;
            let text = browser.text().await;
            assert!(!text.contains("building for 3 h"), "{text}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn the_first_page_is_kept_too_and_what_comes_later_replaces_it() -> Outcome {
    story(log_api("S", log_entries(3)).await)
        .with_workers()
        .run(async |browser, api| {
            keep_build(browser, api).await;
            reopen(browser).await;
            browser.see("line 3").await;
            browser.see_in("status", UNREACHABLE).await;
            // The kept log is that of an ended build. Nothing is missing.
            assert!(browser.all("alert", "").await.is_empty());
            api.on("GET", LOG, Reply::Log(log_entries(4)));
            api.on("GET", LOG_BUILD, Reply::Json(200, log_build("F")));
            api.set_down(false);
            reopen(browser).await;
            browser.see("line 4").await;
            browser.see("Failed").await;
            browser.see_no_more(UNREACHABLE).await;
            // An answer is an answer, whatever it says.
            api.on("GET", LOG_BUILD, Reply::Json(404, json!({})));
            reopen(browser).await;
            browser.see("Build b1 not found.").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_page_that_was_never_seen_says_that_it_cannot_be_loaded() -> Outcome {
    for (languages, said, seen) in [
        ("en-US,en", "the API can’t be reached", "line 3"),
        ("zh-CN,zh", "无法连接到 API", "line 3"),
    ] {
        let story = story(log_api("S", log_entries(3)).await).languages(languages);
        let shown = story.with_workers().run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see(seen).await;
            site_is_kept(browser).await;
            api.set_down(true);
            browser.open(&format!("{}/builds/b2", api.address)).await;
            browser.see_in("alert", said).await;
            Ok(())
        });
        shown.await?;
    }
    Ok(())
}

/// The last lines of a log can come some seconds after its build has ended.
#[tokio::test]
async fn a_log_that_was_kept_at_the_end_of_its_build_is_read_on_once_the_api_is_back() -> Outcome {
    let mut ended = log_build("S");
    ended["ended_at"] = json!(chrono::Utc::now().to_rfc3339());
    let api = log_api("S", log_entries(3)).await;
    api.on("GET", LOG_BUILD, Reply::Json(200, ended));
    story(api)
        .with_workers()
        .run(async |browser, api| {
            keep_build(browser, api).await;
            pass(browser, HOUR).await;
            reopen(browser).await;
            browser.see("line 3").await;
            browser.see_in("status", UNREACHABLE).await;
            api.on("GET", LOG, Reply::Log(log_entries(4)));
            api.set_down(false);
            browser.see("line 4").await;
            Ok(())
        })
        .await
}

/// Keeps what is read of a log once its build has ended.
#[tokio::test]
async fn the_lines_after_the_end_of_a_build_are_kept_too() -> Outcome {
    story(log_api("I", log_entries(3)).await)
        .with_workers()
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 3").await;
            is_kept(browser, "api", LOG).await;
            let mut ended = log_build("S");
            ended["ended_at"] = json!(chrono::Utc::now().to_rfc3339());
            api.on("GET", LOG_BUILD, Reply::Json(200, ended));
            browser.see("Succeeded").await;
            eventually("the ended build is kept", async || {
                let text = kept_text(browser).await;
                text.contains("\"status\":\"S\"").then_some(())
            })
            .await;
            api.on("GET", LOG, Reply::Log(log_entries(4)));
            browser.see("line 4").await;
            eventually("the last line is kept", async || {
                let text = kept_text(browser).await;
                text.contains("line 4").then_some(())
            })
            .await;
            // By the page, by the worker at its start, at the end of the build, and after the last parts.
            let asked = api.requests("GET", LOG);
            let whole = asked.iter().filter(|one| one.query.is_empty()).count();
            assert!(whole <= 4, "the whole log was read {whole} times");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_build_that_was_seen_in_the_list_alone_says_that_its_log_is_missing() -> Outcome {
    let api = Api::start().await;
    api.on("GET", BUILDS, builds_page(vec![log_build("S")], 1, false));
    story(api)
        .with_workers()
        .run(async |browser, api| {
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:latest").await;
            site_is_kept(browser).await;
            api.set_down(true);
            browser.press("link", "team/app:latest").await;
            browser.see_in("region", "The log didn’t load.").await;
            browser.see_in("alert", "the API can’t be reached").await;
            // The API is the site's own.
            assert!(!browser.text().await.contains("CORS"));
            // Nothing is on its way.
            assert_soon!(browser.all("progressbar", "").await.len(), 0);
            browser.axe("a build without its log").await;
            Ok(())
        })
        .await
}

/// The first page of a browser may load more while its worker is on its way.
#[tokio::test]
async fn what_was_loaded_before_the_worker_began_is_kept_too() -> Outcome {
    let api = log_api("S", log_entries(3)).await;
    api.on("GET", BUILDS, builds_page(vec![log_build("S")], 1, false));
    story(api)
        .with_workers()
        .run(async |browser, api| {
            browser.before_each_page(LATE_WORKER).await;
            browser.open(&format!("{}/builds", api.address)).await;
            browser.find("link", "team/app:latest").await;
            worker_is_awaited(browser).await;
            browser.press("link", "team/app:latest").await;
            browser.see("line 3").await;
            browser.script("window.beginWorker();").await;
            site_is_kept(browser).await;
            is_kept(browser, "api", LOG).await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_was_forgotten_before_the_worker_began_is_not_kept() -> Outcome {
    let api = log_api("S", log_entries(3)).await;
    let mut other = log_build("S");
    other["build_id"] = json!("b2");
    api.on("GET", BUILDS, builds_page(vec![other.clone()], 1, false));
    api.on("GET", "/v1/builds/b2", Reply::Json(200, other));
    api.on("GET", "/v1/builds/b2/logs", Reply::Log(log_entries(4)));
    story(api)
        .with_workers()
        .run(async |browser, api| {
            browser.before_each_page(LATE_WORKER).await;
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 3").await;
            worker_is_awaited(browser).await;
            browser.press("link", "Settings").await;
            browser.forget_stored().await;
            browser.press("link", "Builds").await;
            browser.press("link", "team/app:latest").await;
            browser.see("line 4").await;
            browser.script("window.beginWorker();").await;
            // What was seen after that is.
            is_kept(browser, "api", "/v1/builds/b2/logs").await;
            let urls = kept(browser, "api").await;
            assert!(!urls.iter().any(|url| url.ends_with(LOG)), "{urls:?}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn what_is_kept_is_for_the_same_token_only() -> Outcome {
    story(log_api("S", log_entries(3)).await)
        .with_workers()
        .run(async |browser, api| {
            browser.open(&format!("{}/icon.svg", api.address)).await;
            set_token(browser, "localStorage", "first-t0ken").await;
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see("line 3").await;
            is_kept(browser, "api", LOG).await;
            site_is_kept(browser).await;
            let asked = api.requests("GET", LOG);
            assert!(
                asked
                    .iter()
                    .all(|one| one.authorization == "Token first-t0ken")
            );
            assert!(!kept_text(browser).await.contains("t0ken"));

            api.set_down(true);
            set_token(browser, "localStorage", "other-t0ken").await;
            reopen(browser).await;
            browser.see_in("alert", "the API can’t be reached").await;
            assert!(!browser.text().await.contains("line 3"));
            // The worker was told of the other token, and has removed what was the first one's.
            eventually("nothing is kept", async || {
                let urls = kept(browser, "api").await;
                urls.iter().all(|url| !url.contains("/v1/")).then_some(())
            })
            .await;
            set_token(browser, "localStorage", "first-t0ken").await;
            reopen(browser).await;
            browser.see_in("alert", "the API can’t be reached").await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_token_of_the_tab_alone_keeps_nothing() -> Outcome {
    story(log_api("S", log_entries(3)).await)
        .with_workers()
        .run(async |browser, api| {
            browser.open(&format!("{}/icon.svg", api.address)).await;
            set_token(browser, "sessionStorage", "tab-t0ken").await;
            for _ in 0..2 {
                browser.open(&format!("{}/builds/b1", api.address)).await;
                browser.see("line 3").await;
                site_is_kept(browser).await;
                is_kept(browser, "api", "?mark").await;
            }
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.press("link", "Builds").await;
            browser.see("No builds yet.").await;
            assert_soon!(kept(browser, "api").await.len(), 1);
            api.set_down(true);
            browser.open(&format!("{}/builds/b1", api.address)).await;
            browser.see_in("alert", "the API can’t be reached").await;
            // Nobody was asked without the token.
            let asked = api.requests("GET", LOG);
            assert!(
                asked
                    .iter()
                    .all(|one| one.authorization == "Token tab-t0ken")
            );
            Ok(())
        })
        .await
}

/// Another user may have saved since the config was kept.
#[tokio::test]
async fn a_save_is_compared_with_what_the_api_has_and_never_with_what_is_kept() -> Outcome {
    story(Api::start().await)
        .with_workers()
        .run(async |browser, api| {
            open_editor(browser, api, json!([tag_config(1, "one")])).await;
            is_kept(browser, "api", REPOSITORY).await;
            browser.fill_nth("Image tag", 1, "mine").await;
            api.on("GET", REPOSITORY, Reply::CutBefore);
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("can’t be reached").await;
            // The site's own origin refuses no request from the site.
            assert!(!browser.text().await.contains("CORS"));
            assert!(api.requests("PUT", BUILD_CONFIG).is_empty());
            let theirs = repository("app", json!([tag_config(1, "theirs")]));
            api.on("GET", REPOSITORY, Reply::Json(200, theirs));
            browser.press("button", "Save").await;
            browser.press_in_dialog("button", "Save").await;
            browser.see("Someone else changed this config").await;
            assert!(api.requests("PUT", BUILD_CONFIG).is_empty());
            Ok(())
        })
        .await
}

#[tokio::test]
async fn secrets_and_the_first_list_are_not_kept_and_all_of_it_can_be_forgotten() -> Outcome {
    story(Api::start().await)
        .with_workers()
        .run(async |browser, api| {
            let secret = json!({ "code_repo_http_url": "https://me:hunter2@git.test/a?private_token=hunter2&pwd=hunter2#access_token=hunter2" });
            let row = build("1", "latest", "S", secret);
            api.on("GET", BUILDS, builds_page(vec![row.clone()], 1, false));
            api.on("GET", "/v1/builds/1", Reply::Json(200, row));
            let log = vec![log_entry("clone https://me:hunter2@git.test/a", 0)];
            api.on("GET", "/v1/builds/1/logs", Reply::Log(log));
            let mut app = repository("app", json!([tag_config(1, "latest")]));
            app["build_config"]["code_repo_webhook_code"] = json!("hunter2");
            api.on("GET", REPOSITORY, Reply::Json(200, app));
            let webhook = json!({ "url": "https://api.test/hooks/hunter2", "secret": "hunter2" });
            api.on("GET", &format!("{REPOSITORY}/webhook"), Reply::Json(200, webhook));
            browser.open(&format!("{}/builds/1", api.address)).await;
            browser.see("clone https").await;
            is_kept(browser, "api", "/v1/builds/1/logs").await;
            for path in ["/repositories/team/app", "/builds"] {
                browser.open(&format!("{}{path}", api.address)).await;
                browser.ready().await;
            }
            browser.find("link", "team/app:latest").await;
            is_kept(browser, "api", REPOSITORY).await;
            let urls = kept(browser, "api").await;
            assert!(
                !urls.iter().any(|url| url.ends_with("?page=1") || url.contains("webhook")),
                "{urls:?}"
            );
            let text = kept_text(browser).await;
            assert!(text.contains("git.test/a") && !text.contains("hunter2"), "{text}");

            browser.open(&format!("{}/connection", api.address)).await;
            browser.press("button", "Forget repositories and drafts").await;
            browser
                .press_in_dialog("button", "Forget repositories and drafts")
                .await;
            browser.see("Forgotten.").await;
            eventually("nothing is kept", async || {
                let urls = kept(browser, "api").await;
                urls.iter().all(|url| !url.contains("/v1/")).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_log_that_is_followed_arrives_part_by_part_and_a_huge_one_is_not_kept() -> Outcome {
    story(log_api("I", Vec::new()).await)
        .with_workers()
        .run(async |browser, api| {
            browser.open(&format!("{}/builds/b1", api.address)).await;
            site_is_kept(browser).await;
            let entry = |text: &str| log_entry(text, 0).to_string();
            let parts = vec![
                Part::Text(format!("[{},", entry("the first part"))),
                Part::Wait,
                Part::Text(format!("{}]", entry("the second part"))),
            ];
            api.on("GET", LOG, Reply::Parts(parts));
            reopen(browser).await;
            browser.see("the first part").await;
            assert!(!browser.text().await.contains("the second part"));
            api.on("GET", LOG, Reply::Log(Vec::new()));
            api.release_all();
            browser.see("the second part").await;

            let line = "x".repeat(1_000);
            let many = (0..10_000).map(|_| log_entry(&line, 0));
            let last = log_entry("the last line", 1);
            api.on("GET", LOG_BUILD, Reply::Json(200, log_build("S")));
            api.on("GET", LOG, Reply::Log(many.chain([last]).collect()));
            reopen(browser).await;
            browser.see("10,001").await;
            eventually("the log is not kept", async || {
                let urls = kept(browser, "api").await;
                let has = |end: &str| urls.iter().any(|url| url.ends_with(end));
                (has(LOG_BUILD) && !has(LOG)).then_some(())
            })
            .await;
            Ok(())
        })
        .await
}

/// Copies the built site.
fn copy_site(into: &Path) {
    for file in std::fs::read_dir(project("dist")).expect("the built site") {
        let file = file.expect("a file").path();
        if file.is_file() {
            let name = file.file_name().expect("a name");
            std::fs::copy(&file, into.join(name)).expect("copies");
        }
    }
}

/// Makes another version of a site: one of its files has another name, and the page another description.
fn deploy(site: &Path, name: &str) {
    let files = std::fs::read_dir(site).expect("a site");
    let mut names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let old = names.find(|name| name.starts_with("further-") && name.ends_with(".css"));
    let old = old.expect("a style sheet");
    std::fs::rename(site.join(&old), site.join(name)).expect("renames");
    for page in ["index.html", "404.html"] {
        let text = std::fs::read_to_string(site.join(page)).expect("a page");
        let text = text
            .replace(&old, name)
            .replace("A console for", "The next console for");
        std::fs::write(site.join(page), text).expect("writes");
    }
}

#[tokio::test]
async fn a_new_version_of_the_site_is_taken_at_the_next_visit() -> Outcome {
    const DESCRIPTION: &str = "return document.querySelector('meta[name=description]').content;";
    let site = tempfile::tempdir()?;
    copy_site(site.path());
    story(Api::host(site.path().to_owned(), "/").await)
        .with_workers()
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&api.address).await;
            browser.see("No builds yet.").await;
            site_is_kept(browser).await;
            let old = kept(browser, "site").await;
            let name = "further-0123456789abcdef.css";
            deploy(site.path(), name);
            reopen(browser).await;
            browser.see("No builds yet.").await;
            let is_new = browser.script_text(DESCRIPTION).await;
            assert!(is_new.starts_with("The next"), "{is_new}");
            is_kept(browser, "site", name).await;
            eventually("the file of the old version is gone", async || {
                let files = kept(browser, "site").await;
                let of_old = |url: &&String| url.contains("/further-") && !url.ends_with(name);
                assert!(files.len() >= old.len(), "{files:?}");
                files.iter().find(of_old).is_none().then_some(())
            })
            .await;
            api.set_down(true);
            reopen(browser).await;
            browser.find("heading", "Builds").await;
            let is_new = browser.script_text(DESCRIPTION).await;
            assert!(is_new.starts_with("The next"), "{is_new}");
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_version_whose_files_are_missing_replaces_nothing() -> Outcome {
    let site = tempfile::tempdir()?;
    copy_site(site.path());
    story(Api::host(site.path().to_owned(), "/").await)
        .with_workers()
        .run(async |browser, api| {
            api.on("GET", BUILDS, builds_page(Vec::new(), 0, false));
            browser.open(&api.address).await;
            browser.see("No builds yet.").await;
            site_is_kept(browser).await;
            let old = kept(browser, "site").await;
            let name = "further-0123456789abcdef.css";
            deploy(site.path(), name);
            std::fs::remove_file(site.path().join(name))?;
            let before = api.files().len();
            reopen(browser).await;
            eventually("the missing file was asked for", async || {
                let asked = api.files()[before..]
                    .iter()
                    .any(|path| path.ends_with(name));
                asked.then_some(())
            })
            .await;
            api.set_down(true);
            reopen(browser).await;
            browser.find("heading", "Builds").await;
            assert_soon!(kept(browser, "site").await, old);
            Ok(())
        })
        .await
}

#[tokio::test]
async fn a_console_under_a_path_keeps_what_an_api_elsewhere_answers() -> Outcome {
    let site = project("target/site-console");
    assert!(site.join("offline.js").exists(), "built by `make test`");
    let host = Api::host(site, "/console/").await;
    story(Server::start(&["--allow-origin", &host.address]).await)
        .with_workers()
        .run(async |browser, server| {
            let console = format!("{}/console", host.address);
            browser.open(&format!("{console}/connection")).await;
            browser.fill("Address", &server.address).await;
            browser.fill("Namespace", "team").await;
            browser.press("button", "Save and test").await;
            browser.see("Connected").await;
            browser.press("link", "Repositories").await;
            browser.see("No build repositories yet.").await;
            let list = format!("{}/v1/repositories/team?page=1", server.address);
            let caches = async || {
                let names = browser
                    .script_async("caches.keys().then(arguments[0]);")
                    .await;
                serde_json::from_value::<Vec<String>>(names).expect("names")
            };
            eventually("the page and the list are kept", async || {
                let kept = browser
                    .script_async(&format!(
                        "Promise.all([{list:?}, '/console/'].map((url) => caches.match(url)))
                           .then((kept) => arguments[0](kept.every(Boolean)));"
                    ))
                    .await;
                (kept == true).then_some(())
            })
            .await;
            files_are_kept(browser).await;
            let names = caches().await;
            assert!(
                names
                    .iter()
                    .all(|name| name.starts_with("slipway/console/.")),
                "{names:?}"
            );
            server.stop().await;
            host.set_down(true);
            reopen(browser).await;
            browser.see("No build repositories yet.").await;
            browser.see_in("status", UNREACHABLE).await;
            // Of another origin, it may as well refuse this site.
            browser.open(&format!("{console}/repositories/never")).await;
            browser.see_in("alert", "it may not allow requests").await;
            Ok(())
        })
        .await
}
