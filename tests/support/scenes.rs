//! The pages and their states, for screenshots and for axe-core.

use crate::support::world::{FAILED, FailedLog, RUNNING, SUCCEEDED, World, serve};
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

/// A part of a failed build's log, which does not have its end.
const FAILED_PART: &str = "/builds/00000000-0000-4000-8000-000000000001?end=9999999999";

/// Shows all that the box of a failure says, where a narrow window shows less.
const MORE: &str = "[...document.querySelectorAll('main button')]
      .find((button) => /^(More|更多)$/.test(button.textContent))?.click();";

/// Types a link into the form's first field.
const PASTE: &str = "const field = document.querySelector('main input');
    field.focus();
    field.value = 'https://github.com/acme/api-gateway/tree/main/services/gateway';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));";

/// Pastes a link to a file of a branch with slashes.
const PASTE_OPEN: &str = "const field = document.querySelector('main input');
    field.focus();
    field.value = 'https://github.com/acme/api-gateway/blob/feature/x/docker/Dockerfile';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));";

/// Pastes a clone URL with a secret.
const PASTE_SECRET: &str = "const field = document.querySelector('main input');
    field.focus();
    field.value = 'https://me:secret@git.test/a/app.git';
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

/// Drops the file of a failed build on the page.
const DROP_BUILD: &str = "const log = ['STEP 1/3: FROM alpine', 'STEP 2/3: COPY . .', 'STEP 3/3: RUN make',
      'cc -c main.c', 'main.c:7:5: error: expected expression', 'make: *** [main.o] Error 1',
      'Error: building at STEP \"RUN make\": exit status 2'];
    const file = { slipway: 1, app: '0.1.0', saved_at: '2026-11-26T06:13:03.868Z', is_part: false,
      build: { build_id: 'b1', status: 'F', docker_repo_path: 'demo/app', docker_repo_tag: 'latest',
        created_at: '2026-11-26T05:56:31.421Z', started_at: '2026-11-26T05:56:33.421Z',
        ended_at: '2026-11-26T05:57:45.421Z', code_repo_type: 'branch', code_repo_type_value: 'main' },
      config: { code_repo_path: 'acme/app', tag_configs: [] },
      log: log.map((message, number) => ({ message, level: 'INFO', time: 1795672593 + number })) };
    const data = new DataTransfer();
    data.items.add(new File([JSON.stringify(file)], 'app.slipway.json'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";

/// Drops the text of a log on the page.
const DROP_TEXT: &str = "const data = new DataTransfer();
    data.items.add(new File(['STEP 1/2: FROM alpine\\nSTEP 2/2: RUN make\\nmake: not found\\n'], 'build.log'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";

/// Drops a file on the page that cannot be opened.
const DROP_PICTURE: &str = "const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(40)], 'picture.png'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";

/// Opens the dialog that saves the build as a file.
const SAVE_BUILD: &str = "const more = () => document.querySelector('.log-tools-more button');
    const find = () => [...document.querySelectorAll('.log-tools-more .menu-popover button')].at(-1);
    const press = () => find() ? find().click() : requestAnimationFrame(press);
    const open = () => more() ? (more().click(), press()) : requestAnimationFrame(open);
    open();";

/// Shows the builder's own work among the steps.
const UNFOLD: &str = "document.querySelector('.log-steps [aria-expanded=false]')?.click();";

/// Reads the logs of the last builds.
const READ_LOGS: &str = "[...document.querySelectorAll('main button')]
      .find((button) => /^(Read logs|读取日志)$/.test(button.textContent)).click();";

/// All scenes, in the order of the index page.
pub const SCENES: [Scene; 60] = [
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
    acted("build-failed-stages", World::Stages, FAILED, UNFOLD),
    acted("build-failed-more", World::Full, FAILED, MORE),
    scene(
        "build-failed-no-cause",
        World::Log(FailedLog::NoCause),
        FAILED,
    ),
    scene(
        "build-failed-no-step",
        World::Log(FailedLog::NoStep),
        FAILED,
    ),
    scene(
        "build-failed-stopped",
        World::Log(FailedLog::Stopped),
        FAILED,
    ),
    scene(
        "build-failed-no-log",
        World::Log(FailedLog::Missing),
        FAILED,
    ),
    scene("build-failed-part", World::Full, FAILED_PART),
    scene("build-running", World::Full, RUNNING),
    scene(
        "compare",
        World::Full,
        "/builds/00000000-0000-4000-8000-000000000001/compare",
    ),
    scene("build-not-found", World::Full, "/builds/unknown"),
    scene("build-error", World::Broken, SUCCEEDED),
    acted("build-save", World::Full, FAILED, SAVE_BUILD),
    scene("file", World::Broken, "/file"),
    scene("file-link", World::Broken, "/file#L4"),
    acted("file-build", World::Broken, "/file", DROP_BUILD),
    acted("file-log", World::Broken, "/file", DROP_TEXT),
    acted("file-problem", World::Broken, "/file", DROP_PICTURE),
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
        "create-which-branch",
        World::Full,
        "/repositories/demo/new",
        PASTE_OPEN,
    ),
    acted(
        "create-secret",
        World::Full,
        "/repositories/demo/new",
        PASTE_SECRET,
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
    acted(
        "insight-logs",
        World::Full,
        "/repositories/demo/api-gateway/insight",
        READ_LOGS,
    ),
    scene(
        "log-search",
        World::Full,
        "/repositories/demo/api-gateway/search",
    ),
    scene(
        "log-search-found",
        World::Full,
        "/repositories/demo/api-gateway/search?q=crate",
    ),
    scene(
        "log-search-nothing",
        World::Full,
        "/repositories/demo/api-gateway/search?q=nothing-like-this&failed=1",
    ),
    scene(
        "log-search-wrong",
        World::Full,
        "/repositories/demo/api-gateway/search?q=warn(ing&regex=1",
    ),
    scene(
        "log-search-cause",
        World::Full,
        "/repositories/demo/api-gateway/search?cause=00000000-0000-4000-8000-000000000001&failed=1",
    ),
    scene(
        "log-search-error",
        World::Broken,
        "/repositories/demo/api-gateway/search?q=crate",
    ),
    scene("settings", World::Full, "/connection"),
    scene("settings-error", World::Broken, "/connection"),
    acted("palette", World::Full, "/builds", PALETTE),
    acted("keys", World::Full, "/builds", KEYS),
    scene("not-found", World::Full, "/nothing/here"),
];
