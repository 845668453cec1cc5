//! Holds the rule that a clone URL's secret gets nowhere but into the request that sends it. A URL of an answer is a
//! `SourceUrl`, which cannot be shown with its secret. What the user types is a plain text, so each file that reads it
//! is named here.

use serde_json::{Map, Value, json};
use slipway_api::{Build, BuildConfig, Repository};
use std::fs;
use std::path::{Path, PathBuf};

/// The files that may read the clone URL of the create form, and what for.
const READERS: [(&str, &str); 10] = [
    ("forms/create/editor.rs", "asks if there is one"),
    (
        "forms/create/source.rs",
        "the input itself; shows it masked elsewhere",
    ),
    ("forms/create/source_link.rs", "asks if there is one"),
    ("forms/model/changes.rs", "compares it"),
    (
        "forms/model/draft.rs",
        "sends it, and stores it without its secret",
    ),
    ("forms/model/import.rs", "fills it in"),
    ("forms/model/link_fill.rs", "fills it in"),
    (
        "forms/model/paste/hosts.rs",
        "makes one of a link to a page",
    ),
    ("forms/model/paste/pasted.rs", "holds the one of a link"),
    (
        "forms/model/source_carry.rs",
        "carries it over between kinds",
    ),
];

/// The file that checks it.
const CHECKER: &str = "forms/model/rules.rs";

/// The files that may make the request with the secret in it: to send it, and where it is defined.
const SENDERS: [&str; 2] = ["forms/create.rs", "forms/model/draft.rs"];

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("reads the folder") {
        let path = entry.expect("reads the entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The code of each file of `src/`, by its path there, without comments and tests.
fn code() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("reads the file");
        let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let code: Vec<&str> = code.lines().filter(is_code).collect();
        let path = file.strip_prefix(&root).expect("below src");
        (path.to_string_lossy().into_owned(), code.join("\n"))
    };
    files.into_iter().map(read).collect()
}

/// Returns true if a field or variable `clone_url` is read: the texts of labels and rules have that name as well.
fn reads_clone_url(code: &str) -> bool {
    let is_text = |before: &str| {
        before.ends_with("create.") || before.ends_with("rule.") || before.ends_with('"')
    };
    let in_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
    code.match_indices("clone_url").any(|(at, word)| {
        let (before, after) = (&code[..at], &code[at + word.len()..]);
        !before.ends_with(in_name)
            && !after.starts_with(in_name)
            && !is_text(before)
            && !after.starts_with('(')
    })
}

#[test]
fn only_the_named_files_read_the_clone_url_that_is_typed() {
    let is_named = |path: &str| path == CHECKER || READERS.iter().any(|(named, _)| *named == path);
    let mut seen = Vec::new();
    for (path, code) in code() {
        // The label of a clone URL that an answer has is shown beside a `SourceUrl`.
        if path == "pages/repository/side.rs" || !reads_clone_url(&code) {
            continue;
        }
        assert!(
            is_named(&path),
            "{path} reads a clone URL. Show it with `redact::masked`, store it with `redact::without_secret`, \
             then name the file in tests/secrets.rs."
        );
        seen.push(path);
    }
    for (path, _) in READERS {
        assert!(seen.iter().any(|seen| seen == path), "{path} reads none");
    }
}

#[test]
fn only_what_is_sent_has_the_secret() {
    for (path, code) in code() {
        let makes_request =
            code.contains("repository.to_request(") || code.contains("fields.to_request(");
        assert!(
            !makes_request || SENDERS.contains(&path.as_str()),
            "{path} makes the request as it is sent. Use `to_shown_request` for what is shown, copied or saved."
        );
    }
}

/// JSON with a secret in every text field of a type, also in those that are added later.
fn with_secrets(fields: &Value) -> Value {
    let url = "https://me:hunter22@git.test/a?private_token=hunter22";
    let is_url = |name: &str| name.ends_with("_url") || name == "code_repo_path";
    let filled = |(name, value): (&String, &Value)| {
        let value = match is_url(name) {
            true => json!(url),
            false => value.clone(),
        };
        (name.clone(), value)
    };
    let fields = fields.as_object().expect("an object");
    Value::Object(fields.iter().map(filled).collect::<Map<_, _>>())
}

#[test]
fn no_url_of_an_answer_is_written_or_printed_with_its_secret() {
    let mut config = serde_json::to_value(BuildConfig::default()).expect("encodes");
    // A field that is left out where it is missing.
    config["code_repo_clone_url"] = Value::Null;
    let config = with_secrets(&config);
    let build = with_secrets(&serde_json::to_value(Build::default()).expect("encodes"));
    let build: Build = serde_json::from_value(build).expect("decodes");
    let repository = json!({"namespace": "a", "repo_name": "b", "build_config": config});
    let repository: Repository = serde_json::from_value(repository).expect("decodes");
    for text in [
        serde_json::to_string(&build).expect("encodes"),
        serde_json::to_string(&repository).expect("encodes"),
        format!("{build:?}"),
        format!("{repository:?}"),
    ] {
        assert!(text.contains("git.test"), "{text}");
        assert!(!text.contains("hunter22"), "{text}");
    }
}
