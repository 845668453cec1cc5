//! Reading the page: its texts and its address.

use crate::support::{Browser, eventually, eventually_eq};
use serde_json::Value;
use thirtyfour::prelude::*;

impl Browser {
    /// Runs a script, and answers what it returns.
    pub async fn script(&self, script: &str) -> Value {
        let mut result = self.driver.execute(script, Vec::new()).await;
        // WebKit: another page came while it ran. What it did is gone with the page before.
        while matches!(&result, Err(error) if format!("{error:?}").contains("before the unload event"))
        {
            result = self.driver.execute(script, Vec::new()).await;
        }
        result.expect("the script runs").json().clone()
    }

    /// Runs a script that calls `arguments[0]` with its result, and answers that.
    pub async fn script_async(&self, script: &str) -> Value {
        let result = self.driver.execute_async(script, Vec::new()).await;
        result.expect("the script runs").json().clone()
    }

    /// The text that a script returns; empty if it returns none.
    pub async fn script_text(&self, script: &str) -> String {
        let value = self.script(script).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// The visible text of the page; empty while a document that is being loaded has no body yet.
    pub async fn text(&self) -> String {
        self.script_text("return document.body?.innerText;").await
    }

    /// The visible text of an element, as [`Browser::text`] has it.
    pub async fn text_in(&self, element: &WebElement) -> String {
        self.try_text_in(element).await.unwrap_or_default()
    }

    /// Where a link leads, as the page has it. WebKit's driver answers the whole address for the attribute.
    pub async fn href(&self, link: &WebElement) -> String {
        let href = self.script_on(link, "return arguments[0].getAttribute('href');");
        href.await.as_str().unwrap_or_default().to_owned()
    }

    /// The visible text of an element; `None` if it is no longer in the page.
    pub(super) async fn try_text_in(&self, element: &WebElement) -> Option<String> {
        let script = "return arguments[0].innerText;";
        let text = self.driver.execute(script, vec![element.to_json().ok()?]);
        Some(text.await.ok()?.json().as_str()?.to_owned())
    }

    /// Waits until the page shows this text.
    pub async fn see(&self, text: &str) {
        eventually(&format!("the page shows '{text}'"), async || {
            self.text().await.contains(text).then_some(())
        })
        .await;
    }

    /// Waits until something with this role shows this text, and answers it.
    pub async fn see_in(&self, role: &str, text: &str) -> WebElement {
        eventually(&format!("a {role} shows '{text}'"), async || {
            for element in self.all(role, "").await {
                if self.try_text_in(&element).await?.contains(text) {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// Waits until the page does not show this text.
    pub async fn see_no_more(&self, text: &str) {
        eventually(&format!("'{text}' is gone"), async || {
            (!self.text().await.contains(text)).then_some(())
        })
        .await;
    }

    /// The text that the nth field with this label holds.
    pub async fn value(&self, label: &str, number: usize) -> String {
        let field = self.field(label, number).await;
        field.prop("value").await.ok().flatten().unwrap_or_default()
    }

    /// The texts that the fields with this label hold in a table's rows, from the top.
    pub async fn values_in_rows(&self, label: &str) -> Vec<String> {
        let mut values = Vec::new();
        for row in self.all("row", "Row").await {
            for field in self.all_in(&row, "textbox", label).await {
                values.push(field.prop("value").await.ok().flatten().unwrap_or_default());
            }
        }
        values
    }

    /// Which of the checkboxes with this label are ticked in a table's rows, from the top.
    pub async fn ticks_in_rows(&self, label: &str) -> Vec<bool> {
        let mut ticks = Vec::new();
        for row in self.all("row", "Row").await {
            for checkbox in self.all_in(&row, "checkbox", label).await {
                ticks.push(checkbox.is_selected().await.unwrap_or(false));
            }
        }
        ticks
    }

    /// Waits until the nth field with this label holds this text.
    pub async fn holds(&self, label: &str, number: usize, text: &str) {
        eventually_eq(
            &format!("'{label}' {number}"),
            text.to_owned(),
            async || self.value(label, number).await,
        )
        .await;
    }

    /// Waits until the first field with this label is marked as invalid.
    pub async fn is_invalid(&self, label: &str, number: usize) {
        eventually(&format!("'{label}' {number} is invalid"), async || {
            let field = self.field(label, number).await;
            let invalid = field.attr("aria-invalid").await.ok()??;
            (invalid == "true").then_some(())
        })
        .await;
    }

    /// Waits until the button with this name is pressed in (`aria-pressed`).
    pub async fn is_pressed(&self, name: &str) {
        eventually(&format!("'{name}' is on"), async || {
            let button = self.find("button", name).await;
            (button.attr("aria-pressed").await.ok()??.as_str() == "true").then_some(())
        })
        .await;
    }

    /// The page's address without its origin.
    pub async fn path(&self) -> String {
        self.script_text("return location.pathname + location.search + location.hash;")
            .await
    }

    /// Waits until the page's address is this one.
    pub async fn at(&self, path: &str) {
        eventually_eq("the address", path.to_owned(), async || self.path().await).await;
    }

    /// Waits until the console has replaced the page's skeleton.
    pub async fn ready(&self) {
        // The skeleton has no heading; every page of the console has one.
        let script = "return !!document.querySelector('h1');";
        eventually("the console is there", async || {
            self.script(script).await.as_bool()?.then_some(())
        })
        .await;
    }

    /// Waits until nothing on the page is loading.
    pub async fn loaded(&self) {
        self.ready().await;
        self.find_no_more("status", "Loading").await;
    }

    /// The text that announces a page change to screen readers.
    pub async fn announced(&self) -> String {
        self.script_text("return document.querySelector('[aria-live=polite]').textContent;")
            .await
    }

    /// The icon in the browser's tab.
    pub async fn tab_icon(&self) -> String {
        self.script_text("return document.querySelector('link[rel=icon]').href;")
            .await
    }

    /// The links of the page's content to another origin.
    pub async fn outside_links(&self) -> Vec<String> {
        let links = self
            .script(
                "return [...document.querySelectorAll('main a')].map((a) => new URL(a.href).origin)
                   .filter((origin) => origin !== location.origin);",
            )
            .await;
        serde_json::from_value(links).expect("origins")
    }
}
