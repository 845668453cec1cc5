//! The README's recipes, and what they do to a built site.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of this checkout.
pub(crate) fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Returns a code block of the README: the one of this language, counted from 0, below a heading.
pub(crate) fn block(heading: &str, language: &str, index: usize) -> String {
    let readme = std::fs::read_to_string(project("README.md")).expect("README.md");
    let (_, below) = readme
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("the README has no {heading}"));
    let section = below.split("\n##").next().unwrap_or_default();
    let fence = format!("```{language}\n");
    let blocks = section.split(&fence).skip(1);
    let mut texts = blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()));
    texts
        .nth(index)
        .unwrap_or_else(|| panic!("{heading} has no block {index} of {language}"))
}

/// The files that the upload of a site has left in a bucket.
pub(crate) struct Bucket {
    /// `Cache-Control` of each file.
    pub(crate) cache_control: BTreeMap<String, String>,
    /// The files in the order of their upload.
    pub(crate) order: Vec<String>,
    /// The index and the error document.
    pub(crate) documents: (String, String),
}

/// Stands for the program `aws`: notes what it is called with, one argument a line.
const AWS: &str = "#!/bin/sh\nprintf '%s\\n' \"$@\" --end-- >>\"$AWS_CALLS\"\n";

/// Runs the commands of a recipe with a stand-in for `aws`, and works out what it would have uploaded.
pub(crate) fn upload(recipe: &str, site: &Path) -> Bucket {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("aws");
    std::fs::write(&program, AWS).expect("writes");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("sets");
    let calls = folder.path().join("calls");
    let path = std::env::var("PATH").unwrap_or_default();
    let status = Command::new("sh")
        .args(["-euc", recipe])
        .current_dir(site.parent().expect("a folder"))
        .env("PATH", format!("{}:{path}", folder.path().display()))
        .env("AWS_CALLS", &calls)
        .status()
        .expect("sh");
    assert!(status.success());
    let mut files: Vec<String> = std::fs::read_dir(site)
        .expect("a built site")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    files.sort();
    let mut bucket = Bucket {
        cache_control: BTreeMap::new(),
        order: Vec::new(),
        documents: Default::default(),
    };
    let text = std::fs::read_to_string(calls).expect("calls");
    for call in text.split("--end--\n").filter(|call| !call.is_empty()) {
        let words: Vec<&str> = call.lines().collect();
        let value = |name: &str| {
            let at = words.iter().position(|word| *word == name);
            at.and_then(|at| words.get(at + 1))
                .map(|word| (*word).to_owned())
        };
        match words[1] {
            "website" => {
                let document = |name| value(name).expect("a document");
                bucket.documents = (document("--index-document"), document("--error-document"));
            }
            "cp" => {
                assert_eq!(words[2], "dist/");
                assert!(words.contains(&"--recursive"));
                let cache_control = value("--cache-control").expect("--cache-control");
                for file in files.iter().filter(|file| is_included(&words, file)) {
                    let before = bucket
                        .cache_control
                        .insert(file.clone(), cache_control.clone());
                    assert_eq!(before, None, "{file} is uploaded twice");
                    bucket.order.push(file.clone());
                }
            }
            other => panic!("aws s3 {other}"),
        }
    }
    bucket
}

/// The filters of `aws s3`: the last one that fits decides.
fn is_included(words: &[&str], file: &str) -> bool {
    words.windows(2).fold(true, |included, two| match two {
        ["--exclude", pattern] if fits(pattern, file) => false,
        ["--include", pattern] if fits(pattern, file) => true,
        _ => included,
    })
}

/// Returns true if a name fits a pattern, in which `*` is any text.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((begin, rest)) => name.strip_prefix(begin).is_some_and(|name| {
            (0..=name.len())
                .filter(|at| name.is_char_boundary(*at))
                .any(|at| fits(rest, &name[at..]))
        }),
    }
}

/// A rule of `_headers`: a pattern of paths and its headers.
pub(crate) type Rule = (String, Vec<(String, String)>);

/// Reads a `_headers` file.
pub(crate) fn headers_file(path: &Path) -> Vec<Rule> {
    let text = std::fs::read_to_string(path).expect("_headers");
    let mut rules: Vec<Rule> = Vec::new();
    for line in text.lines() {
        match line.strip_prefix("  ") {
            None => rules.push((line.to_owned(), Vec::new())),
            Some(header) => {
                let (name, value) = header.split_once(": ").expect("a header");
                let rule = rules.last_mut().expect("a path first");
                rule.1.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    rules
}
