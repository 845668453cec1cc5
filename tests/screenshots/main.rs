//! Pictures of every page in its main states: `make screenshots` writes them and an index page to
//! `target/screenshots/`.
#![allow(unreachable_pub, reason = "nothing of a test program is reachable")]

// The tests use the rest of it.
#[allow(dead_code, unused_imports)]
#[path = "../support/mod.rs"]
mod support;

mod index;

use support::scenes::{SCENES, Scene, prepare};
use support::{Browser, Setup, project};

/// One way to look at the console.
pub struct View {
    pub name: &'static str,
    languages: &'static str,
    dark: bool,
    size: (u32, u32),
}

const VIEWS: [View; 3] = [
    View {
        name: "1280-light-en",
        languages: "en-US,en",
        dark: false,
        size: (1280, 800),
    },
    View {
        name: "1440-dark-zh",
        languages: "zh-CN,zh",
        dark: true,
        size: (1440, 900),
    },
    View {
        name: "390-dark-en",
        languages: "en-US,en",
        dark: true,
        size: (390, 844),
    },
];

/// Takes the pictures of all scenes, or of those whose name contains one of the arguments.
#[tokio::main]
async fn main() {
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_wanted = |scene: &&Scene| {
        wanted.is_empty() || wanted.iter().any(|word| scene.name.contains(word.as_str()))
    };
    let scenes: Vec<&Scene> = SCENES.iter().filter(is_wanted).collect();
    for view in &VIEWS {
        pictures(view, &scenes).await;
    }
    let page = index::page(&SCENES, &VIEWS);
    let path = project("target/screenshots/index.html");
    std::fs::write(&path, page).expect("the index page");
    println!("{}", path.display());
}

/// Takes the pictures of these scenes in one view.
async fn pictures(view: &View, scenes: &[&Scene]) {
    let browser = Browser::start(Setup {
        languages: view.languages,
        dark: view.dark,
        size: view.size,
        records: false,
        has_workers: false,
    })
    .await;
    prepare(&browser).await;
    for scene in scenes {
        let _api = scene.show(&browser).await;
        let path = browser.screenshot(&index::file(scene, view)).await;
        println!("{}", path.display());
    }
    browser.close().await;
}
