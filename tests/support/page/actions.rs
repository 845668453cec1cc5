//! A user's actions on a page: opens, presses, types, chooses.

use crate::support::{Browser, eventually};
use serde_json::Value;
use std::time::Duration;
use thirtyfour::prelude::*;

/// How much faster the timers run of a page whose clock was sped up.
const CLOCK_SPEED: u32 = 10;

impl Browser {
    /// Opens a page.
    pub async fn open(&self, url: &str) {
        self.driver.goto(url).await.expect("the page opens");
    }

    /// Loads the page again, and waits for the console.
    pub async fn reload(&self) {
        self.driver.refresh().await.expect("reloads");
        self.ready().await;
    }

    /// Runs a script on an element, which is its `arguments[0]`.
    pub async fn script_on(&self, element: &WebElement, script: &str) -> Value {
        let element = element.to_json().expect("an element");
        let result = self.driver.execute(script, vec![element]).await;
        result.expect("the script runs").json().clone()
    }

    /// Scrolls it to the middle of the view, as a user does with what is below a bar.
    async fn to_middle(&self, element: &WebElement) {
        self.try_script_on(element, "arguments[0].scrollIntoView({block: 'center'});")
            .await;
    }

    /// The same, and notes whether the pointer comes down on it.
    async fn aim_at(&self, element: &WebElement) {
        let script = "const [element] = arguments;
            element.scrollIntoView({block: 'center'});
            window.hasMissed = element.localName !== 'option';
            const down = ({target}) => { if (element.contains(target)) window.hasMissed = false; };
            window.addEventListener('pointerdown', down, {capture: true, once: true});";
        self.try_script_on(element, script).await;
    }

    /// Runs a script on an element, unless it is gone.
    async fn try_script_on(&self, element: &WebElement, script: &str) {
        if let Ok(element) = element.to_json() {
            let _ = self.driver.execute(script, vec![element]).await;
        }
    }

    /// Returns true if the pointer came down beside what it was aimed at, on the same page.
    async fn has_missed(&self) -> bool {
        let missed = self
            .driver
            .execute("return window.hasMissed === true;", Vec::new());
        missed.await.is_ok_and(|missed| *missed.json() == true)
    }

    async fn try_press(&self, element: WebElement) -> Option<()> {
        element.is_enabled().await.ok()?.then_some(())?;
        self.aim_at(&element).await;
        // The element can be rendered again between finding and pressing.
        element.click().await.ok()?;
        // An answer that arrives between the aim and the press can move the element. A user then presses again.
        if self.has_missed().await {
            self.aim_at(&element).await;
            element.click().await.ok()?;
        }
        Some(())
    }

    /// Presses it, once it can be pressed.
    pub async fn press(&self, role: &str, name: &str) {
        eventually(&format!("pressing the {role} '{name}'"), async || {
            let element = self.all(role, name).await.into_iter().next()?;
            self.try_press(element).await
        })
        .await;
    }

    /// Presses it in the open dialog.
    pub async fn press_in_dialog(&self, role: &str, name: &str) {
        eventually(&format!("pressing '{name}' in the dialog"), async || {
            let element = self.find_in_dialog(role, name).await;
            self.try_press(element).await
        })
        .await;
    }

    /// Presses it inside an element.
    pub async fn press_in(&self, parent: &WebElement, role: &str, name: &str) {
        eventually(&format!("pressing '{name}' inside it"), async || {
            let element = self.all_in(parent, role, name).await.into_iter().next()?;
            self.try_press(element).await
        })
        .await;
    }

    /// Sends keys to whatever has the focus.
    pub async fn keys(&self, keys: impl Into<TypingData>) {
        let focused = self.driver.active_element().await.expect("a focus");
        focused.send_keys(keys).await.expect("takes keys");
    }

    /// Replaces the text of the field with this label.
    pub async fn fill(&self, label: &str, text: &str) {
        self.fill_nth(label, 1, text).await;
    }

    /// Replaces the text of the nth field with this label.
    pub async fn fill_nth(&self, label: &str, number: usize, text: &str) {
        let field = self.field(label, number).await;
        self.fill_in(&field, text).await;
    }

    /// Replaces the text of a field that was found.
    pub async fn fill_in(&self, field: &WebElement, text: &str) {
        self.to_middle(field).await;
        field.click().await.expect("the field takes the focus");
        field.send_keys(Key::Control + "a").await.expect("selects");
        field.send_keys(Key::Delete + "").await.expect("empties");
        if !text.is_empty() {
            field.send_keys(text).await.expect("types");
        }
    }

    /// Sets the nth field of this type and label, as a picker does that takes no keys.
    pub async fn pick(&self, kind: &str, label: &str, value: &str) {
        let script = "const [kind, label, value] = arguments;
            const fields = [...document.querySelectorAll(`input[type=${kind}]`)];
            const field = fields.find((field) => field.labels[0]?.textContent.includes(label));
            if (!field) return false;
            field.value = value;
            field.dispatchEvent(new Event('input', {bubbles: true}));
            return true;";
        let arguments = vec![kind.into(), label.into(), value.into()];
        let done = self.driver.execute(script, arguments).await;
        let done = done.expect("the script runs");
        assert_eq!(done.json(), true, "no field '{label}'");
    }

    /// Types a text, cuts it to the clipboard, and pastes it into this field, all by keys.
    pub async fn paste(&self, into: &WebElement, text: &str) {
        let from = self.find("textbox", "Short description").await;
        self.to_middle(&from).await;
        from.click().await.expect("the focus");
        from.send_keys(text).await.expect("types");
        from.send_keys(Key::Control + "a").await.expect("selects");
        from.send_keys(Key::Control + "x").await.expect("cuts");
        into.send_keys(Key::Control + "v").await.expect("pastes");
    }

    /// The text of the clipboard: pastes it by keys into a field that is in the page for so long.
    pub async fn clipboard(&self) -> String {
        let field = "const field = document.createElement('textarea');
            field.setAttribute('aria-label', 'Pasted text');
            (document.querySelector('dialog[open]') ?? document.body).append(field);
            field.focus();";
        self.script(field).await;
        self.keys(Key::Control + "v").await;
        let take = "const field = document.activeElement; field.remove(); return field.value;";
        self.script_text(take).await
    }

    /// Chooses an option by its text.
    pub async fn choose(&self, label: &str, option: &str) {
        let list = self.find("combobox", label).await;
        self.choose_in(&list, option).await;
    }

    /// Chooses an option of a list that was found.
    pub async fn choose_in(&self, list: &WebElement, option: &str) {
        for candidate in list.find_all(By::Tag("option")).await.expect("options") {
            if self.text_in(&candidate).await.contains(option) {
                candidate.click().await.expect("chooses");
                return;
            }
        }
        panic!("no option '{option}'");
    }

    /// Hides the page or shows it again, as switching tabs does.
    pub async fn set_hidden(&self, hidden: bool) {
        let script = format!(
            "Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {hidden}}});
             document.dispatchEvent(new Event('visibilitychange', {{bubbles: true}}));"
        );
        self.script(&script).await;
    }

    /// Makes the timers of each page that is opened from now on run [`CLOCK_SPEED`] times as fast, so that
    /// a test need not wait for what the console waits for.
    pub async fn speed_up_clock(&self) {
        let script = format!(
            "const wait = window.setTimeout;
             window.setTimeout = (call, time = 0, ...more) => wait(call, time / {CLOCK_SPEED}, ...more);"
        );
        self.before_each_page(&script).await;
    }

    /// Waits for a timer of the page itself, and then for the answer to a request: whatever the console
    /// would have done in this time has been done, and has reached the API.
    pub async fn wait_by_page_clock(&self, time: Duration) {
        let script = format!(
            "setTimeout(() => fetch('/v1/nothing').finally(arguments[0]), {});",
            time.as_millis()
        );
        self.script_async(&script).await;
    }

    /// Tells the page that the network is back.
    pub async fn go_online(&self) {
        self.script("dispatchEvent(new Event('online'));").await;
    }
}
