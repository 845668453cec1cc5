//! The recipes of the README, taken from it and run: nginx at the root and under a path, a host that has only a
//! 404 page, object storage, a host that reads `_headers`, and the program with the site in it. What they answer is read
//! with curl.
//!
//! `make test` builds `dist/`, `target/site-console` and the program first and runs this with `--features browser-tests`.
#![forbid(unsafe_code)]

#[path = "../support/nginx.rs"]
mod nginx;
#[path = "../support/parts.rs"]
mod parts;
mod program;
mod recipe;
mod recipes;
mod static_host;

use recipe::Host;
use recipes::{block, project};
use static_host::StaticHost;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// A response as curl saw it.
struct Response {
    status: u16,
    /// By name in lower case; the values of a repeated name are joined with a comma.
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Response {
    fn get(url: &str, headers: &[&str]) -> Self {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--show-error",
            "--insecure",
            "--include",
            "--path-as-is",
        ]);
        curl.args(["--noproxy", "*", "--http1.1"]);
        for header in headers {
            curl.args(["--header", header]);
        }
        let output = curl.arg(url).output().expect("curl");
        assert!(
            output.status.success(),
            "{url}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let split = output
            .stdout
            .windows(4)
            .position(|bytes| bytes == b"\r\n\r\n");
        let (head, body) = output.stdout.split_at(split.expect("a head"));
        let head = String::from_utf8_lossy(head);
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let mut headers = BTreeMap::<String, String>::new();
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            let known = headers.entry(name.to_ascii_lowercase()).or_default();
            if !known.is_empty() {
                known.push_str(", ");
            }
            known.push_str(value.trim());
        }
        Self {
            status: status
                .and_then(|status| status.parse().ok())
                .expect("a status"),
            headers,
            body: body[4..].to_vec(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    fn is_page(&self) -> bool {
        String::from_utf8_lossy(&self.body).contains("<title>Slipway</title>")
    }
}

/// The version of HTTP that a host and a browser agree on.
fn http_version(url: &str) -> String {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--insecure", "--noproxy", "*"]);
    curl.args([
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_version}",
        url,
    ]);
    let output = curl.output().expect("curl");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The abilities of a host.
struct Abilities {
    /// The status of a deep link.
    deep_link: u16,
    /// It sends the security headers, and no-store with its errors.
    has_headers: bool,
    /// It compresses.
    compresses: bool,
}

/// Returns the name of a file of a site that begins and ends like this.
fn file_of(site: &Path, begin: &str, end: &str) -> String {
    let names = std::fs::read_dir(site).expect("a built site: run `make test`");
    let mut names = names.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .find(|name| name.starts_with(begin) && name.ends_with(end))
        .unwrap_or_else(|| panic!("no {begin}*{end} in {}", site.display()))
}

/// Holds a host to what the README says. `base` is the URL of the site, with a slash at its end.
fn check(base: &str, site: &Path, abilities: &Abilities) {
    for (begin, end, kind) in [
        ("slipway-console-", "_bg.wasm", "application/wasm"),
        ("split_build-", ".wasm", "application/wasm"),
        ("slipway-console-", ".js", "javascript"),
        ("build-", ".css", "text/css"),
        ("boot-", ".js", "javascript"),
    ] {
        let name = file_of(site, begin, end);
        let url = format!("{base}{name}");
        let found = Response::get(&url, &[]);
        assert_eq!(found.status, 200, "{url}");
        assert_eq!(found.header("cache-control"), IMMUTABLE, "{url}");
        assert!(found.header("content-type").contains(kind), "{url}");
        assert_eq!(
            found.body,
            std::fs::read(site.join(&name)).expect("reads"),
            "{url}"
        );
        check_security(&found, &url, abilities);
        if abilities.compresses {
            let packed = Response::get(&url, &["Accept-Encoding: gzip"]);
            assert_eq!(packed.header("content-encoding"), "gzip", "{url}");
            assert!(packed.header("content-type").contains(kind), "{url}");
            assert!(packed.header("vary").contains("Accept-Encoding"), "{url}");
            assert!(packed.body.len() < found.body.len(), "{url}");
        }
        let missing = format!("{base}{}", name.replace(end, &format!("0{end}")));
        check_missing(&missing, abilities);
    }
    for name in [
        "missing.js",
        "favicon.ico",
        "slipway-console-0123456789abcdef.js.map",
    ] {
        check_missing(&format!("{base}{name}"), abilities);
    }
    let page = Response::get(base, &[]);
    assert_eq!(page.status, 200, "{base}");
    check_page(&page, base, abilities);
    for path in [
        "builds",
        "builds/5709f780-e8fb-4b52-aa3b-6256b572fb51?page=2",
        "repositories/demo/node.js",
        "repositories/demo/app-0123456789abcdef.js/config",
        "nope",
    ] {
        let url = format!("{base}{path}");
        let page = Response::get(&url, &[]);
        assert_eq!(page.status, abilities.deep_link, "{url}");
        check_page(&page, &url, abilities);
    }
    check_revalidated(base);
}

/// Files whose names stay, with another content in the next version.
fn check_revalidated(base: &str) {
    for name in ["config.json", "offline.js"] {
        let url = format!("{base}{name}");
        let found = Response::get(&url, &[]);
        assert_eq!(
            (found.status, found.header("cache-control")),
            (200, "no-cache"),
            "{url}"
        );
    }
}

fn check_page(page: &Response, url: &str, abilities: &Abilities) {
    assert!(page.is_page(), "{url}");
    assert!(
        page.header("content-type").starts_with("text/html"),
        "{url}"
    );
    assert_eq!(page.header("cache-control"), "no-cache", "{url}");
    check_security(page, url, abilities);
}

fn check_missing(url: &str, abilities: &Abilities) {
    let missing = Response::get(url, &["If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"]);
    assert_eq!(missing.status, 404, "{url}");
    let cache = missing.header("cache-control");
    match abilities.has_headers && abilities.deep_link == 200 {
        true => assert!(cache == "no-store" && !missing.is_page(), "{url}: {cache}"),
        // The 404 page is all that such a host has.
        false => assert_eq!(cache, "no-cache", "{url}"),
    }
    check_security(&missing, url, abilities);
}

fn check_security(response: &Response, url: &str, abilities: &Abilities) {
    if abilities.has_headers {
        assert_eq!(
            response.header("x-content-type-options"),
            "nosniff",
            "{url}"
        );
        assert_eq!(response.header("referrer-policy"), "no-referrer", "{url}");
        let policy = response.header("content-security-policy");
        assert_eq!(policy, "frame-ancestors 'none'", "{url}");
    }
}

const NGINX: Abilities = Abilities {
    deep_link: 200,
    has_headers: true,
    compresses: true,
};

#[test]
fn nginx_at_the_root_serves_the_site_and_the_api() {
    let api = StaticHost::start("/", |path| {
        static_host::Answer::text(200, &format!("the API at {path}"))
    });
    let site = project("dist");
    let recipe = block("### nginx", "nginx", 0);
    let addresses = [("https://api.example.com", api.address.as_str())];
    let Some(host) = Host::start(&recipe, Some((&site, "slipway")), &addresses) else {
        return;
    };
    let base = format!("{}/", host.address);
    assert_eq!(http_version(&base), "2");
    check(&base, &site, &NGINX);
    let answer = Response::get(&format!("{base}v1/builds?page=2"), &[]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, b"the API at /v1/builds?page=2");
    assert_eq!(
        answer.header("cache-control"),
        "no-store",
        "only the API's own"
    );
    // A page of the same size and date is another one all the same.
    let page = Response::get(&base, &["If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"]);
    assert_eq!((page.status, page.header("etag")), (200, ""));
}

#[test]
fn nginx_serves_the_site_under_a_path() {
    let site = project("target/site-console");
    let recipe = block("### nginx", "nginx", 1);
    let Some(host) = Host::start(&recipe, Some((&site, "www/console")), &[]) else {
        return;
    };
    check(&format!("{}/console/", host.address), &site, &NGINX);
    let bare = Response::get(&format!("{}/console", host.address), &[]);
    assert_eq!(bare.status, 301);
    assert!(bare.header("location").ends_with("/console/"));
    let other = Response::get(&format!("{}/other", host.address), &[]);
    assert_eq!(other.status, 404);
    assert!(!other.is_page());
}

#[test]
fn github_pages_has_the_site_under_the_name_of_the_repository() {
    let recipe = block("### GitHub Pages", "sh", 0);
    // What this command builds is what `make test` has built for this test.
    let test = std::fs::read_to_string(project("scripts/test")).expect("reads");
    let options = recipe.trim().strip_prefix("scripts/build-site ");
    assert!(
        options.is_some_and(|options| test.contains(options)),
        "{recipe}"
    );
    let site = project("target/site-console");
    let host = StaticHost::of_files("/console/", &site, |name| {
        // GitHub Pages lets everything be cached for ten minutes; here the page decides what is checked.
        vec![("cache-control", cache_by_name(name).to_owned())]
    });
    let abilities = Abilities {
        deep_link: 404,
        has_headers: false,
        compresses: false,
    };
    check(&format!("{}/console/", host.address), &site, &abilities);
}

fn cache_by_name(name: &str) -> &'static str {
    match name.ends_with(".html") || name.ends_with(".json") || name == "offline.js" {
        true => "no-cache",
        false => IMMUTABLE,
    }
}

#[test]
fn object_storage_gets_each_file_with_its_headers() {
    let site = project("dist");
    let bucket = recipes::upload(&block("### Object storage", "sh", 0), &site);
    assert_eq!(
        bucket.documents,
        ("index.html".to_owned(), "404.html".to_owned())
    );
    let names: Vec<&String> = bucket.cache_control.keys().collect();
    let files = std::fs::read_dir(&site).expect("a built site").count();
    assert_eq!(names.len(), files, "each file is uploaded once: {names:?}");
    let first_page = bucket.order.iter().position(|name| name == "index.html");
    let last_hashed = bucket
        .order
        .iter()
        .rposition(|name| name.ends_with(".wasm"));
    assert!(last_hashed < first_page, "the page is uploaded last");
    let headers = bucket.cache_control;
    let host = StaticHost::of_files("/", &site, move |name| {
        vec![(
            "cache-control",
            headers.get(name).cloned().unwrap_or_default(),
        )]
    });
    let abilities = Abilities {
        deep_link: 404,
        has_headers: false,
        compresses: false,
    };
    check(&format!("{}/", host.address), &site, &abilities);
}

#[test]
fn a_host_that_reads_headers_sends_them() {
    for (base, folder) in [("/", "dist"), ("/console/", "target/site-console")] {
        let site = project(folder);
        let rules = recipes::headers_file(&site.join("_headers"));
        // Cloudflare Pages reads no more than 100 of them.
        assert!(rules.len() <= 100, "{}", rules.len());
        let host = StaticHost::start(base, {
            let site = site.clone();
            move |path| static_host::by_rules(&site, base, &rules, path)
        });
        let url = format!("{}{base}", host.address);
        for (begin, end) in [
            ("slipway-console-", "_bg.wasm"),
            ("build-", ".css"),
            ("chunk_", ".wasm"),
        ] {
            let name = file_of(&site, begin, end);
            let found = Response::get(&format!("{url}{name}"), &[]);
            assert_eq!(found.header("cache-control"), IMMUTABLE, "{name}");
            let missing = Response::get(
                &format!("{url}{}", name.replace(end, &format!("0{end}"))),
                &[],
            );
            assert_eq!(missing.status, 404);
            assert!(
                !missing.header("cache-control").contains("immutable"),
                "{name}"
            );
            for response in [found, missing] {
                let policy = response.header("content-security-policy");
                assert_eq!(policy, "frame-ancestors 'none'");
                assert_eq!(response.header("x-content-type-options"), "nosniff");
            }
        }
        let page = Response::get(&format!("{url}builds"), &[]);
        assert!(page.is_page());
        assert!(!page.header("cache-control").contains("immutable"));
    }
}
