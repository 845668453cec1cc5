//! A developer's view of a page: accessibility, requests, the console, measures.

use crate::support::{Browser, eventually, project};
use axum::http::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use thirtyfour::prelude::*;

/// A script before each page that keeps its errors and what it logs as such.
pub const KEEP_ERRORS: &str = "
    window.errorsOfPage = [];
    const keepError = (...parts) =>
      window.errorsOfPage.push(parts.map((part) => [part, part?.stack ?? ''].join(' ').trim()).join(' '));
    addEventListener('error', ({ message, error }) => keepError(error ?? message));
    addEventListener('unhandledrejection', ({ reason }) => keepError(reason));
    console.error = new Proxy(console.error, {
      apply: (log, self, parts) => (keepError(...parts), log.apply(self, parts)),
    });";

impl Browser {
    /// Fails with what axe-core finds wrong with the page as it is, by WCAG 2.2 AA and its best practices. A form's bar
    /// stands at its end meanwhile: what has scrolled behind it can be scrolled out again, so it is no smaller a target.
    pub async fn axe(&self, state: &str) {
        let tools = std::env::var("SLIPWAY_TOOLS").expect("SLIPWAY_TOOLS: run `make test`");
        let source =
            std::fs::read_to_string(format!("{tools}/npm/node_modules/axe-core/axe.min.js"));
        self.script(&source.expect("axe-core; `make test` installs it"))
            .await;
        let found = self
            .script_async(
                "const done = arguments[0];
                 const bars = [...document.querySelectorAll('form *')]
                   .filter((part) => getComputedStyle(part).position === 'sticky' && getComputedStyle(part).bottom !== 'auto');
                 const release = () => bars.forEach((bar) => { bar.style.position = ''; });
                 bars.forEach((bar) => { bar.style.position = 'static'; });
                 const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
                 axe.run(document, {resultTypes: ['violations'], runOnly: {type: 'tag', values: tags}})
                   .then((r) => done(r.violations.map((v) =>
                     `${v.id}: ${v.help}\\n` + v.nodes.map((n) => '  ' + n.target + ' ' + n.failureSummary).join('\\n'))),
                     (e) => done([String(e)]))
                   .finally(release);",
            )
            .await;
        let found: Vec<&str> = found
            .as_array()
            .map(|found| found.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        assert!(
            found.is_empty(),
            "axe-core on {state}:\n{}",
            found.join("\n")
        );
    }

    /// Waits until the page fits into a window of this width, CSS pixels.
    pub async fn fits_into(&self, state: &str, width: u64) {
        let script = "return document.documentElement.scrollWidth;";
        eventually(&format!("{state} fits into {width} px"), async || {
            (self.script(script).await.as_u64()? <= width).then_some(())
        })
        .await;
    }

    /// The elements that reach beyond the window's right edge; empty when the page does not scroll
    /// sideways.
    pub async fn too_wide(&self) -> Value {
        self.script(
            "return document.documentElement.scrollWidth <= innerWidth ? [] :
               [...document.querySelectorAll('main *')]
                 .filter((part) => part.getBoundingClientRect().right > innerWidth)
                 .map((part) => part.outerHTML.slice(0, 120));",
        )
        .await
    }

    /// Where the element's upper and lower edge are in the window, in CSS pixels.
    pub async fn edges(&self, element: &WebElement) -> (f64, f64) {
        let script =
            "const box = arguments[0].getBoundingClientRect(); return [box.top, box.bottom];";
        let edges = self.script_on(element, script).await;
        serde_json::from_value(edges).expect("two numbers")
    }

    /// How much of the page is outside of the window, from top to bottom, in CSS pixels.
    pub async fn page_scroll(&self) -> i64 {
        let script = "return document.documentElement.scrollHeight - innerHeight;";
        self.script(script).await.as_i64().expect("a number")
    }

    /// The page's content security policy.
    pub async fn content_security_policy(&self) -> String {
        self.script_text(
            "return document.querySelector('meta[http-equiv=Content-Security-Policy]').content;",
        )
        .await
    }

    /// The scripts, styles and preloads of the page that have no digest.
    pub async fn without_integrity(&self) -> Value {
        self.script(
            "return [...document.querySelectorAll('link[rel=modulepreload],link[rel=preload],link[rel=stylesheet],script')]
               .filter((e) => !(e.integrity || e.dataset.integrity)).map((e) => e.outerHTML);",
        )
        .await
    }

    /// A picture of the page, in `target/screenshots`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = project("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        let _ = self.driver.screenshot(&path).await;
        path
    }

    /// Waits until nothing on the page is loading, and what was drawn last is on screen.
    pub async fn settled(&self, state: &str) {
        // A skeleton has no role: screen readers are told that the page is loading.
        let script = "const done = arguments[0];
            const failed = document.querySelector('main [role=alert]');
            const busy = !failed && document.querySelector('.skeleton, main [aria-busy=true]');
            if (busy || !document.querySelector('h1')) done(false);
            else requestAnimationFrame(() => requestAnimationFrame(() => done(true)));";
        eventually(&format!("{state} has settled"), async || {
            self.script_async(script).await.as_bool()?.then_some(())
        })
        .await;
    }

    async fn recorded(&self, kind: &str) -> Vec<Value> {
        let body = Some(json!({ "type": kind }));
        let entries = self.raw(Method::POST, "se/log".to_owned(), body).await;
        let entries = entries.and_then(|value| value.as_array().cloned());
        entries.unwrap_or_default()
    }

    /// The requests that the browser has sent since the last call: method and URL.
    pub async fn sent_requests(&self) -> Vec<(String, String)> {
        if let Some(proxy) = &self.proxy {
            return proxy.take_requests();
        }
        let entries = self.recorded("performance").await;
        let request = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            if event["message"]["method"] != "Network.requestWillBeSent" {
                return None;
            }
            let request = &event["message"]["params"]["request"];
            let text = |name: &str| Some(request[name].as_str()?.to_owned());
            Some((text("method")?, text("url")?))
        };
        entries.iter().filter_map(request).collect()
    }

    /// The errors and warnings that the browser's console has shown since the last call. In the engines whose driver tells
    /// none, the errors of the current page alone, see [`KEEP_ERRORS`].
    pub async fn console(&self) -> Vec<String> {
        if self.proxy.is_some() {
            let taken = "return JSON.stringify(window.errorsOfPage?.splice(0) ?? []);";
            // A page that hangs has a report too.
            let taken = self.driver.execute(taken, Vec::new()).await.ok();
            let errors = taken.and_then(|taken| serde_json::from_str(taken.json().as_str()?).ok());
            return errors.unwrap_or_default();
        }
        let entries = self.recorded("browser").await;
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING")
            .filter_map(|entry| Some(entry["message"].as_str()?.to_owned()))
            .collect()
    }
}
