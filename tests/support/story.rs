//! One opening and one end for every browser test.

use super::parts::skip;
use super::{Browser, Engine, Outcome, Setup};
use futures_util::FutureExt;
use std::panic::{AssertUnwindSafe, resume_unwind};

/// How many lines of the page's text a report shows, and how much of each.
const MAX_REPORTED_LINES: usize = 60;
const MAX_REPORTED_CHARS: usize = 160;

/// How many of the last requests a report shows.
const MAX_REPORTED_REQUESTS: usize = 12;

/// Begins a test against a backend: a [`Server`](super::Server), an [`Api`](super::Api), or a reference to
/// one that several browsers share.
///
/// ```ignore
/// story(Api::start().await)
///     .size(1280, 600)
///     .run(async |browser, api| {
///         browser.open(&format!("{}/builds", api.address)).await;
///         Ok(())
///     })
///     .await
/// ```
pub fn story<B>(backend: B) -> Story<B> {
    Story {
        backend,
        setup: Setup::default(),
        left_out: Vec::new(),
    }
}

/// A test that is being set up.
pub struct Story<B> {
    backend: B,
    setup: Setup,
    /// Engines that can't run it, and why.
    left_out: Vec<(Engine, &'static str)>,
}

impl<B> Story<B> {
    /// The window's size, CSS pixels.
    pub fn size(mut self, width: u32, height: u32) -> Self {
        self.setup.size = (width, height);
        self
    }

    /// The user's languages, best first.
    pub fn languages(mut self, languages: &'static str) -> Self {
        self.setup.languages = languages;
        self
    }

    /// Sets whether the user's system prefers dark colors.
    pub fn dark(mut self, dark: bool) -> Self {
        self.setup.dark = dark;
        self
    }

    /// Lets the console have its service worker, which keeps what was seen (`src/offline.js`).
    pub fn with_workers(mut self) -> Self {
        self.setup.has_workers = true;
        self
    }

    /// Leaves out an engine, since its browser or driver lacks what the test needs.
    pub fn not_in(mut self, engine: Engine, why: &'static str) -> Self {
        self.left_out.push((engine, why));
        self
    }

    /// Starts a browser, runs the test in it, and closes the browser however the test ends. A test that
    /// fails prints a report first. Where the chosen engine is missing or left out, says that the test is skipped.
    pub async fn run(mut self, test: impl AsyncFnOnce(&Browser, &mut B) -> Outcome) -> Outcome {
        let engine = Engine::chosen();
        if let Some((_, why)) = self.left_out.iter().find(|(left, _)| *left == engine) {
            skip(engine.part(), why);
            return Ok(());
        }
        if !engine.is_here() {
            return Ok(());
        }
        let browser = Browser::start(self.setup).await;
        let outcome = AssertUnwindSafe(test(&browser, &mut self.backend))
            .catch_unwind()
            .await;
        if !matches!(outcome, Ok(Ok(()))) {
            eprintln!("{}", report(&browser).await);
        }
        browser.close().await;
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// A report on a test that failed, as plain text.
async fn report(browser: &Browser) -> String {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test").replace("::", "-");
    let script = "return [...document.querySelectorAll('main, dialog[open], [role=region]')]
        .filter((part) => !part.parentElement.closest('main'))
        .map((part) => part.innerText).join('\\n--\\n');";
    let url = browser.driver.current_url().await;
    let text = browser.driver.execute(script, Vec::new()).await;
    let text = text
        .ok()
        .and_then(|text| text.json().as_str().map(indented));
    let requests = browser.sent_requests().await;
    let skipped = requests.len().saturating_sub(MAX_REPORTED_REQUESTS);
    let requests = requests.iter().skip(skipped);
    let requests: Vec<String> = requests
        .map(|(method, url)| format!("{method} {url}"))
        .collect();
    let screenshot = browser.screenshot(&name).await;
    format!(
        "==== {name} failed\nurl: {}\nscreenshot: {}\npage:\n{}\nconsole errors:\n{}\nlast requests:\n{}\n====",
        url.map_or_else(|error| error.to_string(), |url| url.to_string()),
        screenshot.display(),
        text.unwrap_or_default(),
        indented(&browser.console().await.join("\n")),
        indented(&requests.join("\n")),
    )
}

/// The text, indented and cut to the size of a report.
fn indented(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let short = |line: &str| line.chars().take(MAX_REPORTED_CHARS).collect::<String>();
    lines
        .take(MAX_REPORTED_LINES)
        .map(|line| format!("  {}", short(line)))
        .collect::<Vec<_>>()
        .join("\n")
}
