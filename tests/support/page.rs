//! Finds things on a page as a user does: by role and by the name that a screen reader reads, as the
//! browser computes both.

mod actions;
mod focus;
pub(super) mod inspect;
pub mod pointer;
mod reading;
mod table;

use super::{Browser, Engine, eventually};
use axum::http::Method;
use serde_json::Value;
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::prelude::*;
use thirtyfour::{RequestData, SessionId};

/// A WebDriver command that the library has no function for: method, path and body.
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

/// The elements that can have a role; the browser's own computed role decides where that is not enough.
fn candidates(role: &str) -> &'static str {
    match role {
        "alert" => "[role=alert]",
        "button" => "button, summary, [role=button]",
        "checkbox" | "radio" => "input",
        "combobox" => "select, input[list], input[role=combobox]",
        "dialog" => "dialog",
        "group" => "fieldset, [role=group]",
        "heading" => "h1, h2, h3",
        "image" => "img, [role=img]",
        "link" => "a[href]",
        "list" => "ol, ul, [role=list]",
        "listitem" => "li, [role=listitem]",
        "navigation" => "nav",
        "option" => "[role=option]",
        "progressbar" => "progress",
        "region" => "[role=region], section[aria-label]",
        "row" => "tr",
        "searchbox" => "input[type=search]",
        "status" => "[role=status]",
        "table" => "table",
        "textbox" => "input, textarea",
        other => panic!("no candidates for the role {other}"),
    }
}

/// Finds the elements that may have a name: those that are there for a user, and around or in which all of its words
/// are. The browser's own computed name decides after that; asking for it takes a request for each element.
const LIKELY: &str = "
    const [selector, words, parent] = arguments;
    const attributes = ['aria-label', 'title', 'alt', 'placeholder', 'value'];
    const said = (part) => attributes.map((name) => part.getAttribute(name) ?? '').join(' ');
    const byIds = (element) => (element.getAttribute('aria-labelledby') ?? '').split(/\\s+/)
      .map((id) => document.getElementById(id));
    const fits = (element) => {
      const parts = [element, ...(element.labels ?? []), ...byIds(element)].filter(Boolean);
      const text = parts.flatMap((part) => [part.textContent, said(part), ...[...part.querySelectorAll('*')].map(said)])
        .join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    };
    const isThere = (element) => element.checkVisibility() || getComputedStyle(element).display === 'contents';
    return [...(parent ?? document).querySelectorAll(selector)]
      .filter((element) => isThere(element) && (!words.length || fits(element)));";

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Browser {
    /// Sends a command of the driver that the library has no function for; `None` where it fails.
    pub(super) async fn raw(
        &self,
        method: Method,
        path: String,
        body: Option<Value>,
    ) -> Option<Value> {
        let command = Raw(method, path, body);
        let answer = self.driver.handle().cmd(command).await.ok()?;
        answer.body.get("value").cloned()
    }

    async fn computed(&self, element: &WebElement, property: &str) -> Option<String> {
        let path = format!("element/{}/{property}", element.element_id());
        let value = self.raw(Method::GET, path, None).await?;
        Some(value.as_str()?.to_owned())
    }

    /// The name that a screen reader reads.
    async fn name_of(&self, element: &WebElement) -> String {
        let name = self.computed(element, "computedlabel").await;
        words(&name.unwrap_or_default())
    }

    /// Returns true if the name that a screen reader reads contains this text.
    async fn is_named(&self, element: &WebElement, name: &str) -> bool {
        let found = self.name_of(element).await;
        // WebKit puts no space between the parts of a name that stand side by side in a flex box; Firefox puts one
        // between all of them.
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        found.contains(name)
            || self.engine != Engine::Chromium && squeezed(&found).contains(&squeezed(name))
    }

    /// Returns true if it can be seen. WebKit's driver says that a button whose text is cut off is hidden, so there the
    /// page is asked for its place and its style.
    async fn is_displayed(&self, element: &WebElement) -> bool {
        if self.engine != Engine::WebKit {
            return element.is_displayed().await.unwrap_or(false);
        }
        let Ok(argument) = element.to_json() else {
            return false;
        };
        let script = "const [element] = arguments;
            const isBox = getComputedStyle(element).display !== 'contents';
            return !isBox || element.checkVisibility({visibilityProperty: true, opacityProperty: true})
              && [...element.getClientRects()].some((box) => box.width > 0 && box.height > 0);";
        let answer = self.driver.execute(script, vec![argument]).await;
        answer.is_ok_and(|answer| *answer.json() == true)
    }

    async fn has_role(&self, element: &WebElement, role: &str) -> bool {
        // The other roles' candidates have no other role.
        if !["textbox", "checkbox", "radio"].contains(&role) {
            return true;
        }
        let computed = self.computed(element, "computedrole").await;
        // A password field has no role of its own.
        let is_password = async || {
            let kind = element.attr("type").await.ok().flatten();
            kind.as_deref() == Some("password")
        };
        // A text field that suggests values is a combobox, and one types into it as before.
        let suggests = async || {
            let list = element.attr("list").await.ok().flatten();
            computed.as_deref() == Some("combobox") && list.is_some()
        };
        computed.as_deref() == Some(role)
            || role == "textbox" && (is_password().await || suggests().await)
    }

    /// Everything visible with this role whose name contains this text.
    pub async fn all(&self, role: &str, name: &str) -> Vec<WebElement> {
        self.matching(Value::Null, role, name).await
    }

    /// Everything of that inside an element.
    pub async fn all_in(&self, parent: &WebElement, role: &str, name: &str) -> Vec<WebElement> {
        let parent = parent.to_json().expect("an element");
        self.matching(parent, role, name).await
    }

    async fn matching(&self, parent: Value, role: &str, name: &str) -> Vec<WebElement> {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        let arguments = vec![candidates(role).into(), words.into(), parent];
        let found = self.driver.execute(LIKELY, arguments).await;
        let found = found.and_then(|found| found.elements());
        let mut matching = Vec::new();
        for element in found.unwrap_or_default() {
            if self.is_displayed(&element).await
                && self.is_named(&element, name).await
                && self.has_role(&element, role).await
            {
                matching.push(element);
            }
        }
        matching
    }

    /// The first of these, once it is there.
    pub async fn find(&self, role: &str, name: &str) -> WebElement {
        self.nth(role, name, 1).await
    }

    /// The nth of these, counted from 1, once it is there.
    pub async fn nth(&self, role: &str, name: &str, number: usize) -> WebElement {
        eventually(&format!("{role} '{name}' number {number}"), async || {
            self.all(role, name).await.into_iter().nth(number - 1)
        })
        .await
    }

    /// The first of these inside an element, once it is there.
    pub async fn find_in(&self, parent: &WebElement, role: &str, name: &str) -> WebElement {
        eventually(&format!("inside it, a {role} '{name}'"), async || {
            self.all_in(parent, role, name).await.into_iter().next()
        })
        .await
    }

    /// The first of these in the open dialog, once it is there.
    pub async fn find_in_dialog(&self, role: &str, name: &str) -> WebElement {
        eventually(&format!("in a dialog, a {role} '{name}'"), async || {
            for element in self.all(role, name).await {
                let inside = "return !!arguments[0].closest('dialog[open]');";
                let inside = self.driver.execute(inside, vec![element.to_json().ok()?]);
                if inside.await.ok()?.json() == true {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// Waits until there is none of these.
    pub async fn find_no_more(&self, role: &str, name: &str) {
        eventually(&format!("no {role} '{name}' is left"), async || {
            self.all(role, name).await.is_empty().then_some(())
        })
        .await;
    }

    /// The row of a table with this name, once it is there.
    pub async fn row(&self, name: &str) -> WebElement {
        self.find("row", name).await
    }

    /// The panel that the button with this name opens and closes.
    pub async fn panel(&self, name: &str) -> WebElement {
        let button = self.find("button", name).await;
        let panel = button.find(By::XPath("./parent::details")).await;
        panel.expect("a panel around its button")
    }

    /// The nth field with this label, counted from 1.
    pub async fn field(&self, label: &str, number: usize) -> WebElement {
        self.nth("textbox", label, number).await
    }
}
