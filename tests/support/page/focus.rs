//! Where the keyboard's focus is.

use crate::support::{Browser, eventually, eventually_eq};
use thirtyfour::prelude::*;

impl Browser {
    /// Waits until the focus is on something with this role whose name contains this text.
    pub async fn focus_is_on(&self, role: &str, name: &str) {
        eventually(
            &format!("the focus is on the {role} '{name}'"),
            async || {
                let element = self.driver.active_element().await.ok()?;
                let is_role = self.computed(&element, "computedrole").await? == role;
                (is_role && self.is_named(&element, name).await).then_some(())
            },
        )
        .await;
    }

    /// Waits until the focus is in the row with this name.
    pub async fn focus_is_in_row(&self, row: &str) {
        let script =
            "return document.activeElement.closest('tr')?.getAttribute('aria-label') ?? '';";
        eventually_eq("the row with the focus", row.to_owned(), async || {
            self.script_text(script).await
        })
        .await;
    }

    /// Waits until the field with the focus holds this text.
    pub async fn focus_holds(&self, text: &str) {
        let script = "return document.activeElement.value ?? '';";
        eventually_eq("the field with the focus", text.to_owned(), async || {
            self.script_text(script).await
        })
        .await;
    }

    /// The text of what has the focus.
    pub async fn focused_text(&self) -> String {
        self.script_text("return document.activeElement.textContent;")
            .await
    }

    /// Takes the focus away from everything: the next Tab begins at the top of the page.
    pub async fn blur(&self) {
        self.script("document.activeElement.blur();").await;
    }

    /// Gives the page's heading the focus, as a page change does.
    pub async fn focus_heading(&self) {
        let heading = self.find("heading", "").await;
        self.script_on(&heading, "arguments[0].focus();").await;
    }

    /// Gives the focus to a link that is only visible while it has the focus.
    pub async fn focus_hidden_link(&self, text: &str) {
        let script = "const links = [...document.querySelectorAll('a[href]')];
            links.find((link) => link.textContent.includes(arguments[0])).focus();";
        let focused = self.driver.execute(script, vec![text.into()]).await;
        focused.expect("a link with this text");
    }

    /// Presses Tab until something with this name has the focus.
    pub async fn tab_to(&self, name: &str) {
        for _ in 0..80 {
            let focused = self
                .script_text(
                    "const e = document.activeElement;
                     return [e.getAttribute('aria-label') ?? '', e.labels?.[0]?.textContent ?? '',
                             e.matches('a, button, summary') ? e.textContent : ''].join(' ');",
                )
                .await;
            if focused.contains(name) {
                return;
            }
            self.keys(Key::Tab + "").await;
        }
        panic!("Tab does not lead to {name}");
    }
}
