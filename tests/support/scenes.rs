//! The pages and their states, for screenshots and for axe-core.

use crate::support::world::{FAILED, RUNNING, SUCCEEDED, World, serve};
use crate::support::{Api, Browser};

/// A page in one state.
pub struct Scene {
    pub name: &'static str,
    pub world: World,
    pub path: &'static str,
    /// JavaScript that brings the page into its state; empty if opening it is enough.
    pub script: &'static str,
}

const fn scene(name: &'static str, world: World, path: &'static str) -> Scene {
    Scene {
        name,
        world,
        path,
        script: "",
    }
}

const fn acted(
    name: &'static str,
    world: World,
    path: &'static str,
    script: &'static str,
) -> Scene {
    Scene {
        name,
        world,
        path,
        script,
    }
}

impl Scene {
    /// Brings a page of the browser into this state. The API's address is its own, and so is what the browser stores.
    pub async fn show(&self, browser: &Browser) -> Api {
        let api = serve(self.world).await;
        browser.open(&format!("{}{}", api.address, self.path)).await;
        browser.settled(self.name).await;
        if !self.script.is_empty() {
            browser.script(self.script).await;
            browser.settled(self.name).await;
        }
        api
    }
}

/// Has each page of the browser work in the scenes' namespace.
pub async fn prepare(browser: &Browser) {
    let script = "localStorage.setItem('slipway.namespace', 'demo');";
    browser.before_each_page(script).await;
}

/// Opens the command palette, as Ctrl K does.
const PALETTE: &str =
    "dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true }));";

/// Opens the list of keyboard shortcuts.
const KEYS: &str = "dispatchEvent(new KeyboardEvent('keydown', { key: '?', bubbles: true }));";

/// Takes the network away.
const OFFLINE: &str = "Object.defineProperty(navigator, 'onLine', { get: () => false });
    dispatchEvent(new Event('offline'));";

/// Types a link into the form's first field.
const PASTE: &str = "const field = document.querySelector('main input');
    field.focus();
    field.value = 'https://github.com/acme/api-gateway/tree/main/services/gateway';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));";

/// Submits an empty form.
const SUBMIT: &str = "document.querySelector('main form').requestSubmit();";

/// Changes the first image tag of the table.
const CHANGE: &str = "const field = [...document.querySelectorAll('main tbody input')]
      .find((input) => input.value === 'latest');
    field.focus();
    field.value = 'edge';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));";

/// All scenes, in the order of the index page.
pub const SCENES: [Scene; 37] = [
    scene("builds", World::Full, "/builds"),
    scene(
        "builds-filtered",
        World::Full,
        "/builds?namespace=demo&status=F",
    ),
    scene("builds-one", World::One, "/builds"),
    scene("builds-empty", World::Empty, "/builds"),
    scene(
        "builds-none-fit",
        World::Full,
        "/builds?q=nothing-like-this",
    ),
    scene("builds-error", World::Broken, "/builds"),
    acted("builds-offline", World::Full, "/builds", OFFLINE),
    scene("build-succeeded", World::Full, SUCCEEDED),
    scene("build-failed", World::Full, FAILED),
    scene("build-running", World::Full, RUNNING),
    scene("build-not-found", World::Full, "/builds/unknown"),
    scene("build-error", World::Broken, SUCCEEDED),
    acted("build-offline", World::Full, SUCCEEDED, OFFLINE),
    scene("repositories", World::Full, "/repositories/demo"),
    scene("repositories-one", World::One, "/repositories/demo"),
    scene("repositories-empty", World::Empty, "/repositories/demo"),
    scene("repositories-error", World::Broken, "/repositories/demo"),
    acted(
        "repositories-offline",
        World::Full,
        "/repositories/demo",
        OFFLINE,
    ),
    scene("repository", World::Full, "/repositories/demo/api-gateway"),
    scene(
        "repository-one",
        World::One,
        "/repositories/demo/api-gateway",
    ),
    scene(
        "repository-not-built",
        World::NotBuilt,
        "/repositories/demo/api-gateway",
    ),
    scene(
        "repository-not-found",
        World::Empty,
        "/repositories/demo/unknown",
    ),
    scene(
        "repository-error",
        World::Broken,
        "/repositories/demo/api-gateway",
    ),
    scene("create", World::Full, "/repositories/demo/new"),
    acted(
        "create-pasted",
        World::Full,
        "/repositories/demo/new",
        PASTE,
    ),
    acted(
        "create-problems",
        World::Full,
        "/repositories/demo/new",
        SUBMIT,
    ),
    scene(
        "config",
        World::Full,
        "/repositories/demo/api-gateway/config",
    ),
    acted(
        "config-changed",
        World::Full,
        "/repositories/demo/api-gateway/config",
        CHANGE,
    ),
    scene(
        "config-error",
        World::Broken,
        "/repositories/demo/api-gateway/config",
    ),
    scene(
        "insight",
        World::Full,
        "/repositories/demo/api-gateway/insight",
    ),
    scene(
        "insight-one",
        World::One,
        "/repositories/demo/api-gateway/insight",
    ),
    scene(
        "insight-empty",
        World::NotBuilt,
        "/repositories/demo/api-gateway/insight",
    ),
    scene("settings", World::Full, "/connection"),
    scene("settings-error", World::Broken, "/connection"),
    acted("palette", World::Full, "/builds", PALETTE),
    acted("keys", World::Full, "/builds", KEYS),
    scene("not-found", World::Full, "/nothing/here"),
];
