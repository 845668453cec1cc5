//! The program that has the site in it, as it is installed on a server: alone, behind nginx, and as a service.

use crate::recipe::Host;
use crate::recipes::{block, project};
use crate::{Response, file_of, parts};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// The heading of the README's recipes.
const HEADING: &str = "## Install on a server";

/// The program, which serves the site that is built into it.
struct Program {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    address: String,
    _folder: TempDir,
}

impl Program {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(project("target/debug/slipway"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .expect("target/debug/slipway: `make test` builds it");
        let output = child.stdout.take().expect("piped");
        let first = BufReader::new(output).lines().next();
        let line = first.expect("a line").expect("reads");
        let (_, address) = line.split_once("listens on ").expect("an address");
        Self {
            child,
            address: address.trim().to_owned(),
            _folder: folder,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGTERM, so that it cleans up.
        let id = self.child.id().to_string();
        let _ = Command::new("kill").arg(id).status();
        let _ = self.child.wait();
    }
}

/// The folder that `make test` has built into the program.
fn site() -> PathBuf {
    project("target/site-program")
}

/// The bytes of a file of the site.
fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(site().join(name)).expect("reads")
}

/// Checks that a file comes as it is, and in each encoding that it is packed with.
fn check_file(base: &str, name: &str, names: &[String]) {
    let url = format!("{base}/{name}");
    let plain = Response::get(&url, &[]);
    assert_eq!((plain.status, &plain.body), (200, &bytes(name)), "{url}");
    assert_eq!(plain.header("content-encoding"), "", "{url}");
    for (encoding, ending) in [("br", ".br"), ("gzip", ".gz")] {
        let packed = format!("{name}{ending}");
        if names.contains(&packed) {
            check_packed(&url, &plain, encoding, &packed);
        }
    }
    let part = Response::get(&url, &["Accept-Encoding: br, gzip", "Range: bytes=0-0"]);
    let expected = (206, &bytes(name)[..1]);
    assert_eq!((part.status, &part.body[..]), expected, "{url}");
}

/// Checks that a file comes in an encoding, with a tag of its own.
fn check_packed(url: &str, plain: &Response, encoding: &str, name: &str) {
    let packed = Response::get(url, &[&format!("Accept-Encoding: {encoding}")]);
    assert_eq!(packed.header("content-encoding"), encoding, "{url}");
    assert_eq!(packed.body, bytes(name), "{url}");
    assert_eq!(packed.header("vary"), "accept-encoding", "{url}");
    let kind = packed.header("content-type");
    assert_eq!(kind, plain.header("content-type"), "{url}");
    let tag = packed.header("etag");
    assert_ne!(tag, plain.header("etag"), "{url}");
    let again = Response::get(url, &[&format!("If-None-Match: {tag}")]);
    assert_eq!((again.status, again.body.len()), (304, 0), "{url}");
}

/// Checks that the files of the site come from the program, each in the encoding that is asked for.
fn check(base: &str) {
    let names = std::fs::read_dir(site()).expect("`make test` packs the site");
    let names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<String> = names.collect();
    assert!(names.iter().any(|name| name.ends_with("_bg.wasm.br")));
    for name in &names {
        if !name.ends_with(".br") && !name.ends_with(".gz") {
            check_file(base, name, &names);
        }
    }
    for path in ["", "/builds", "/repositories/demo/app.js/config"] {
        let page = Response::get(&format!("{base}{path}"), &["Accept: text/html"]);
        assert!(page.status == 200 && page.is_page(), "{path}");
    }
    let missing = file_of(&site(), "slipway-console-", "_bg.wasm").replace("_bg", "0_bg");
    let missing = Response::get(&format!("{base}/{missing}"), &[]);
    assert_eq!((missing.status, missing.is_page()), (404, false));
    let health = Response::get(&format!("{base}/healthz"), &[]);
    assert_eq!(health.body, br#"{"status":"ok"}"#);
    let builds = Response::get(&format!("{base}/v1/builds"), &[]);
    assert_eq!(builds.status, 200);
}

#[test]
fn one_program_serves_the_site_and_the_api() {
    let program = Program::start();
    check(&program.address);
}

#[test]
fn nginx_before_the_program_adds_tls() {
    let program = Program::start();
    let recipe = block(HEADING, "nginx", 0);
    let addresses = [("http://127.0.0.1:8080", program.address.as_str())];
    let Some(host) = Host::start(&recipe, None, &addresses) else {
        return;
    };
    check(&host.address);
}

#[test]
fn systemd_takes_the_service() {
    let Some(program) = parts::program("systemd", "systemd-analyze") else {
        return;
    };
    let recipe = block(HEADING, "ini", 0);
    // systemd looks for the program itself.
    let recipe = recipe.replace(
        "/usr/local/bin/slipway",
        &project("target/debug/slipway").display().to_string(),
    );
    let folder = tempfile::tempdir().expect("a folder");
    let unit = folder.path().join("slipway.service");
    std::fs::write(&unit, recipe).expect("writes");
    let output = Command::new(program)
        .args(["verify", "--man=no"])
        .arg(&unit)
        .output()
        .expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}
