//! The site's entry point: mounts the console in the page.

fn main() {
    slipway_console::app::mount::mount();
}
