//! What a user does on a page: finds things by role and label, reads, presses, types.

use crate::harness::{Browser, eventually, project};
use http::Method;
use serde_json::{Value, json};
use std::path::PathBuf;
use thirtyfour::RequestData;
use thirtyfour::SessionId;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::prelude::*;

/// A command that the library has no function for.
#[derive(Debug)]
struct Raw(Method, String, Option<Value>);

impl FormatRequestData for Raw {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let request = RequestData::new(self.0.clone(), format!("session/{session}/{}", self.1));
        match &self.2 {
            Some(body) => request.add_body(body.clone()),
            None => request,
        }
    }
}

/// Where things with a role can be; which of them it is, the browser's own computed role says.
fn candidates(role: &str) -> &'static str {
    match role {
        "button" => "button, summary, [role=button]",
        "link" => "a[href]",
        "textbox" => "input, textarea",
        "searchbox" => "input[type=search]",
        "checkbox" | "radio" => "input",
        "combobox" => "select, input[list], input[role=combobox]",
        "heading" => "h1, h2, h3",
        "group" => "fieldset",
        "row" => "tr",
        "table" => "table",
        "region" => "[role=region], section[aria-label]",
        "dialog" => "dialog",
        "alert" => "[role=alert]",
        "status" => "[role=status]",
        other => panic!("no candidates for the role {other}"),
    }
}

impl Browser {
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("the page opens");
    }

    async fn raw(&self, method: Method, path: String, body: Option<Value>) -> Option<Value> {
        let answer = self
            .driver
            .handle()
            .cmd(Raw(method, path, body))
            .await
            .ok()?;
        answer.body.get("value").cloned()
    }

    /// The name that a screen reader would read.
    async fn label(&self, element: &WebElement) -> Option<String> {
        let path = format!("element/{}/computedlabel", element.element_id());
        Some(
            self.raw(Method::GET, path, None)
                .await?
                .as_str()?
                .to_owned(),
        )
    }

    async fn role(&self, element: &WebElement) -> Option<String> {
        let path = format!("element/{}/computedrole", element.element_id());
        Some(
            self.raw(Method::GET, path, None)
                .await?
                .as_str()?
                .to_owned(),
        )
    }

    /// Everything visible with this role whose name holds this text.
    pub async fn all(&self, role: &str, name: &str) -> Vec<WebElement> {
        let mut found = Vec::new();
        let css = By::Css(candidates(role));
        for element in self.driver.find_all(css).await.unwrap_or_default() {
            if !element.is_displayed().await.unwrap_or(false) {
                continue;
            }
            let own = self.label(&element).await.unwrap_or_default();
            let same = |other: &str| {
                own.split_whitespace()
                    .collect::<Vec<_>>()
                    .join(" ")
                    .contains(other)
            };
            if same(name)
                && (role != "textbox" && role != "checkbox" && role != "radio"
                || self.role(&element).await.as_deref() == Some(role)
                // A password field has no role of its own.
                || role == "textbox" && element.attr("type").await.ok().flatten().as_deref() == Some("password"))
            {
                found.push(element);
            }
        }
        found
    }

    /// The first of these, once it is there.
    pub async fn find(&self, role: &str, name: &str) -> WebElement {
        eventually(&format!("a {role} named '{name}'"), async || {
            self.all(role, name).await.into_iter().next()
        })
        .await
    }

    /// Scrolls it to the middle of the view, as a user does with what is below a bar.
    async fn to_middle(&self, element: &WebElement) {
        let script = "arguments[0].scrollIntoView({block: 'center'});";
        if let Ok(element) = element.to_json() {
            let _ = self.driver.execute(script, vec![element]).await;
        }
    }

    /// Presses it, once it can be pressed.
    pub async fn press(&self, role: &str, name: &str) {
        eventually(&format!("pressing the {role} '{name}'"), async || {
            let element = self.all(role, name).await.into_iter().next()?;
            if !element.is_enabled().await.ok()? {
                return None;
            }
            self.to_middle(&element).await;
            // Another render can come between finding and pressing.
            element.click().await.ok()
        })
        .await;
    }

    /// The first of these in the open dialog, once it is there.
    pub async fn find_in_dialog(&self, role: &str, name: &str) -> WebElement {
        eventually(
            &format!("in a dialog, a {role} named '{name}'"),
            async || {
                for element in self.all(role, name).await {
                    let inside = "return !!arguments[0].closest('dialog[open]');";
                    let inside = self.driver.execute(inside, vec![element.to_json().ok()?]);
                    if inside.await.ok()?.json() == true {
                        return Some(element);
                    }
                }
                None
            },
        )
        .await
    }

    /// Presses it in the open dialog.
    pub async fn press_in_dialog(&self, role: &str, name: &str) {
        eventually(&format!("pressing '{name}' in the dialog"), async || {
            let element = self.find_in_dialog(role, name).await;
            element.is_enabled().await.ok()?.then_some(())?;
            self.to_middle(&element).await;
            element.click().await.ok()
        })
        .await;
    }

    /// What the field with this label holds; rows count from 1.
    pub async fn value(&self, label: &str, row: usize) -> String {
        let field = self.nth("textbox", label, row).await;
        field.prop("value").await.ok().flatten().unwrap_or_default()
    }

    /// The so-maniest of these (from 1), once it is there.
    pub async fn nth(&self, role: &str, name: &str, number: usize) -> WebElement {
        eventually(&format!("{role} '{name}' number {number}"), async || {
            self.all(role, name).await.into_iter().nth(number - 1)
        })
        .await
    }

    /// Puts a text in place of what the so-maniest field with this label holds.
    pub async fn fill_nth(&self, label: &str, number: usize, text: &str) {
        let field = self.nth("textbox", label, number).await;
        self.fill_in(&field, text).await;
    }

    /// Waits until the field holds this.
    pub async fn holds(&self, label: &str, number: usize, text: &str) {
        let mut last = String::new();
        let wanted = text;
        let deadline = tokio::time::Instant::now() + crate::harness::PATIENCE;
        while tokio::time::Instant::now() < deadline {
            last = self.value(label, number).await;
            if last == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
        panic!("'{label}' {number} never held {wanted:?}, but {last:?}");
    }

    /// Types a text, takes it to the clipboard, and pastes it into this field, all by keys.
    pub async fn paste(&self, into: &WebElement, text: &str) {
        let from = self.find("textbox", "Short description").await;
        self.to_middle(&from).await;
        from.click().await.expect("the focus");
        from.send_keys(text).await.expect("types");
        from.send_keys(Key::Control + "a").await.expect("selects");
        from.send_keys(Key::Control + "x").await.expect("cuts");
        into.send_keys(Key::Control + "v").await.expect("pastes");
    }

    /// Sends keys to whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("takes keys");
    }

    /// Opens the palette, types this and takes the first line.
    pub async fn palette(&self, text: &str) {
        self.keys(Key::Control + "k").await;
        let field = self
            .find("combobox", "Page, repository, build or action")
            .await;
        field.send_keys(text).await.expect("types");
        field.send_keys(Key::Enter + "").await.expect("takes");
    }

    /// Starts a build of this image, `namespace/name:tag`, and opens its page.
    pub async fn build(&self, image: &str) {
        self.press("button", &format!("Build {image}")).await;
        self.see(&format!("Build started: {image}")).await;
        self.press("link", "Open build").await;
    }

    /// Saves the build config: the button, then the review's own.
    pub async fn save(&self) {
        self.press("button", "Save").await;
        self.press_in_dialog("button", "Save").await;
        self.see("Saved.").await;
    }

    /// Puts a text in place of what a field holds.
    pub async fn fill(&self, label: &str, text: &str) {
        let field = self.find("textbox", label).await;
        self.fill_in(&field, text).await;
    }

    /// The same for a field that was found.
    pub async fn fill_in(&self, field: &WebElement, text: &str) {
        self.to_middle(field).await;
        field.click().await.expect("the field takes the focus");
        field.send_keys(Key::Control + "a").await.expect("selects");
        field.send_keys(Key::Delete + "").await.expect("empties");
        if !text.is_empty() {
            field.send_keys(text).await.expect("types");
        }
    }

    /// Chooses an option by its text.
    pub async fn choose(&self, label: &str, option: &str) {
        let list = self.find("combobox", label).await;
        for candidate in list.find_all(By::Tag("option")).await.expect("options") {
            if candidate.text().await.expect("a text").contains(option) {
                candidate.click().await.expect("chooses");
                return;
            }
        }
        panic!("no option '{option}' in '{label}'");
    }

    /// All that the page shows.
    pub async fn text(&self) -> String {
        self.script("return document.body.innerText;")
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits until the page shows this text.
    pub async fn see(&self, text: &str) {
        let mut last = String::new();
        let deadline = tokio::time::Instant::now() + crate::harness::PATIENCE;
        while tokio::time::Instant::now() < deadline {
            last = self.text().await;
            if last.contains(text) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(40)).await;
        }
        let path = self.screenshot("missing").await;
        panic!(
            "never shown: {text}\nscreenshot: {}\nthe page shows:\n{last}",
            path.display()
        );
    }

    /// Waits until the page does not show this text.
    pub async fn see_no_more(&self, text: &str) {
        eventually(&format!("'{text}' is gone"), async || {
            (!self.text().await.contains(text)).then_some(())
        })
        .await;
    }

    pub async fn script(&self, script: &str) -> Value {
        let result = self.driver.execute(script, Vec::new()).await;
        result.expect("the script runs").json().clone()
    }

    /// The page's address without its origin.
    pub async fn path(&self) -> String {
        let path = self
            .script("return location.pathname + location.search + location.hash;")
            .await;
        path.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the address is this one.
    pub async fn at(&self, path: &str) {
        eventually(&format!("the address {path}"), async || {
            (self.path().await == path).then_some(())
        })
        .await;
    }

    /// Loads the page anew, and waits for the console.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("reloads");
        self.ready().await;
    }

    /// Waits until the console has taken the skeleton's place.
    pub async fn ready(&self) {
        eventually("the console is there", async || {
            let there = self
                .script("return !!document.querySelector('#heading');")
                .await;
            there.as_bool()?.then_some(())
        })
        .await;
    }

    /// A picture of the page, under `target/`.
    pub async fn screenshot(&self, name: &str) -> PathBuf {
        let folder = project("target/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        let _ = self.driver.screenshot(&path).await;
        path
    }

    /// From here on the user's system is `light` or `dark`.
    pub async fn prefer(&self, theme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        let tools = self.driver.cdp();
        tools
            .send_raw(
                "Emulation.setEmulatedMedia",
                json!({ "features": [feature] }),
            )
            .await
            .expect("media");
    }

    /// From here on the window has this size, in CSS pixels.
    pub async fn resize(&self, (width, height): (u32, u32)) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        let tools = self.driver.cdp();
        let set = tools.send_raw("Emulation.setDeviceMetricsOverride", size);
        set.await.expect("metrics");
    }

    /// What axe-core finds wrong with the page as it is.
    pub async fn axe(&self, state: &str) {
        let tools = std::env::var("SLIPWAY_TOOLS").expect("SLIPWAY_TOOLS: run `make test`");
        let source =
            std::fs::read_to_string(format!("{tools}/npm/node_modules/axe-core/axe.min.js"));
        self.driver
            .execute(
                source.expect("axe-core; `make test` installs it"),
                Vec::new(),
            )
            .await
            .expect("axe-core loads");
        let result = self
            .driver
            .execute_async(
                "const done = arguments[0]; axe.run(document, {resultTypes: ['violations']})
                   .then((r) => done(r.violations.map((v) =>
                     `${v.id}: ${v.help}\\n` + v.nodes.map((n) => '  ' + n.target + ' ' + n.failureSummary).join('\\n'))),
                     (e) => done([String(e)]));",
                Vec::new(),
            )
            .await
            .expect("axe-core runs");
        let found = result.json().as_array().cloned().unwrap_or_default();
        let text: Vec<&str> = found.iter().filter_map(Value::as_str).collect();
        assert!(text.is_empty(), "axe-core on {state}:\n{}", text.join("\n"));
    }

    /// The URLs that the browser has asked for since the last call.
    pub async fn requests(&self) -> Vec<String> {
        let body = Some(json!({ "type": "performance" }));
        let entries = self.raw(Method::POST, "se/log".to_owned(), body).await;
        let entries = entries
            .and_then(|value| value.as_array().cloned())
            .expect("the log");
        entries
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok())
            .filter(|event| event["message"]["method"] == "Network.requestWillBeSent")
            .filter_map(|event| {
                let url = &event["message"]["params"]["request"]["url"];
                Some(url.as_str()?.to_owned())
            })
            .collect()
    }

    /// The errors that the browser's console has told of since the last call.
    pub async fn console(&self) -> Vec<String> {
        let body = Some(json!({ "type": "browser" }));
        let entries = self.raw(Method::POST, "se/log".to_owned(), body).await;
        let entries = entries
            .and_then(|value| value.as_array().cloned())
            .expect("the log");
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .filter_map(|entry| Some(entry["message"].as_str()?.to_owned()))
            .collect()
    }
}
