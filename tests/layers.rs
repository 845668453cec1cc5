//! Holds every import of `src/` against the table in `docs/ARCHITECTURE.md`: imports go down, and no two
//! files import each other. A failure names the file, the line and the rule.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The floors, from the top down: a module imports from floors below its own, and from the modules of its
/// own floor that `BESIDE` names.
const FLOORS: [&[&str]; 9] = [
    &["main", "lib"],
    &["app"],
    &["pages"],
    &["forms", "log_viewer"],
    &["components"],
    &["state", "query", "ui", "i18n"],
    &["client", "routing"],
    &["platform", "reactive"],
    &["api", "log"],
];

/// Imports within one floor: the first module may import the second.
const BESIDE: [(&str, &str); 2] = [("state", "i18n"), ("ui", "i18n")];

/// The floors inside `forms`, from the top down.
const FORM_FLOORS: [&[&str]; 5] = [
    &["create", "config"],
    &["request_preview"],
    &["rows"],
    &["common"],
    &["model"],
];

/// One import: the module that is imported, by its path below the crate, and the line.
struct Import {
    path: Vec<String>,
    line: usize,
}

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

/// `src/ui/button.rs` as `["ui", "button"]`.
fn module_of(file: &Path, root: &Path) -> Vec<String> {
    let inner = file
        .strip_prefix(root)
        .expect("below src")
        .with_extension("");
    inner
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect()
}

/// The code of a file without comments and without its tests, which may import anything. A file of tests
/// (`#[path]`, named `…_tests.rs`) has no code in this sense.
fn code(file: &Path) -> String {
    if file.to_string_lossy().ends_with("_tests.rs") {
        return String::new();
    }
    let text = fs::read_to_string(file).expect("reads the file");
    let tests = ["#[cfg(test)]\nmod ", "#[cfg(test)]\npub(crate) mod "];
    let end = tests.iter().filter_map(|start| text.find(start)).min();
    let end = end.unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| match line.trim_start().starts_with("//") {
            true => "",
            false => line,
        })
        .collect::<Vec<_>>()
        .join("\n")
}

/// All paths that begin with `crate::`, those in braces included: `use crate::{a, b::{c, d}};` is three.
fn imports(code: &str) -> Vec<Import> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        // `$crate::` in a macro counts too; `slipway_crate::` would not be ours.
        let before = code[..start].chars().next_back();
        if before.is_some_and(|char| char.is_alphanumeric() || char == '_') {
            continue;
        }
        let line = code[..start].lines().count().max(1);
        let mut paths = Vec::new();
        expand(&code[start + "crate::".len()..], &[], &mut paths);
        found.extend(paths.into_iter().map(|path| Import { path, line }));
    }
    found
}

/// Reads one path or one group in braces, and returns how many bytes of `text` it took.
fn expand(text: &str, prefix: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    if let Some(inner) = text.strip_prefix('{') {
        let mut at = 0;
        loop {
            at += inner[at..].len() - inner[at..].trim_start().len();
            match inner[at..].chars().next() {
                None => return text.len(),
                Some('}') => return at + 2,
                Some(',') => at += 1,
                Some(_) => at += expand(&inner[at..], prefix, paths).max(1),
            }
        }
    }
    let name: String = text
        .chars()
        .take_while(|char| char.is_alphanumeric() || *char == '_' || *char == '*')
        .collect();
    let mut path = prefix.to_vec();
    path.push(name.clone());
    match text[name.len()..].strip_prefix("::") {
        Some(rest) => name.len() + 2 + expand(rest, &path, paths),
        None => {
            paths.push(path);
            // An alias is skipped with the path that it belongs to.
            let rest = &text[name.len()..];
            let end = rest.find([',', '}', ';']).unwrap_or(0);
            name.len() + if rest.starts_with(" as ") { end } else { 0 }
        }
    }
}

fn floor(floors: &[&[&str]], module: &str) -> Option<usize> {
    floors.iter().position(|floor| floor.contains(&module))
}

/// The top module that an import names. The text macros belong to `i18n`.
fn top(path: &[String]) -> &str {
    match path[0].as_str() {
        "t_string" | "t_signal" => "i18n",
        top => top,
    }
}

/// Why a file of `module` may not import `path`; `None` where it may.
fn broken_rule(module: &[String], path: &[String]) -> Option<String> {
    let (from, to) = (module[0].as_str(), top(path));
    if from == "pages" && to == "pages" && module.len() > 1 && path.len() > 1 {
        let (from, to) = (&module[1], &path[1]);
        return (from != to).then(|| format!("a page imports another: {from} imports {to}"));
    }
    if from == to {
        if from != "forms" || module.len() < 2 || path.len() < 2 || module[1] == path[1] {
            return None;
        }
        let floors = (
            floor(&FORM_FLOORS, &module[1])?,
            floor(&FORM_FLOORS, &path[1])?,
        );
        return (floors.0 >= floors.1).then(|| {
            let (from, to) = (&module[1], &path[1]);
            format!("inside forms, {from} stands below or beside {to}")
        });
    }
    let from_floor = floor(&FLOORS, from)
        .unwrap_or_else(|| panic!("src/{from} has no floor in the table of docs/ARCHITECTURE.md"));
    // A name that is no module of the table is an item of lib.rs.
    let to_floor = floor(&FLOORS, to)?;
    let allowed = from_floor < to_floor || BESIDE.contains(&(from, to));
    (!allowed).then(|| {
        let relation = if from_floor == to_floor {
            "beside"
        } else {
            "below"
        };
        format!("{from} stands {relation} {to}")
    })
}

#[test]
fn imports_go_down_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    assert!(files.len() > 100, "the sources are there");
    let mut broken = Vec::new();
    for file in files {
        let module = module_of(&file, &root);
        let text = code(&file);
        let name = file.strip_prefix(&root).expect("below src").display();
        if let Some(at) = text.find("super::") {
            let line = text[..at].lines().count();
            broken.push(format!(
                "src/{name}:{line}: super:: hides the floor, use crate::"
            ));
        }
        for import in imports(&text) {
            if let Some(rule) = broken_rule(&module, &import.path) {
                let path = import.path.join("::");
                broken.push(format!("src/{name}:{}: crate::{path}: {rule}", import.line));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// Which files each file imports, as module paths.
fn graph(root: &Path) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let mut files = Vec::new();
    sources(root, &mut files);
    let modules: BTreeSet<Vec<String>> = files.iter().map(|file| module_of(file, root)).collect();
    let mut graph = BTreeMap::new();
    for file in &files {
        let module = module_of(file, root);
        let text = code(file);
        let imported = imports(&text).into_iter().filter_map(|import| {
            // The longest part of the path that is a file.
            (1..=import.path.len())
                .rev()
                .map(|length| import.path[..length].to_vec())
                .find(|path| modules.contains(path))
        });
        let imported = imported.filter(|path| *path != module).collect();
        graph.insert(module, imported);
    }
    graph
}

#[test]
fn no_files_import_each_other() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    for root in [
        "src",
        "crates/api/src",
        "crates/log/src",
        "crates/server/src",
    ] {
        let graph = graph(&manifest.join(root));
        // Files that import nothing but removed files are on no circle; what is left at the end is.
        let mut left: BTreeMap<_, BTreeSet<_>> = graph.clone();
        loop {
            let free: Vec<_> = left
                .iter()
                .filter(|(_, imported)| !imported.iter().any(|path| left.contains_key(path)))
                .map(|(module, _)| module.clone())
                .collect();
            if free.is_empty() {
                break;
            }
            for module in free {
                left.remove(&module);
            }
        }
        let circle: Vec<String> = left.keys().map(|module| module.join("::")).collect();
        assert!(
            circle.is_empty(),
            "in {root}, these import each other: {circle:?}"
        );
    }
}

#[test]
fn an_import_is_read_in_every_form() {
    let text = "use crate::a::{self, B, c::{D, E as F}};\nfn f() { crate::g::h(); $crate::i!(); }";
    let paths: Vec<String> = imports(text)
        .into_iter()
        .map(|import| import.path.join("::"))
        .collect();
    assert_eq!(
        paths,
        ["a::self", "a::B", "a::c::D", "a::c::E", "g::h", "i"]
    );
    let module = |path: &str| path.split("::").map(str::to_owned).collect::<Vec<_>>();
    assert!(broken_rule(&module("ui::button"), &module("components::time")).is_some());
    assert!(broken_rule(&module("ui::copy"), &module("t_string")).is_none());
    assert!(broken_rule(&module("forms::model::draft"), &module("forms::rows::row")).is_some());
    assert!(broken_rule(&module("forms::rows::row"), &module("forms::model::draft")).is_none());
    assert!(broken_rule(&module("pages::builds"), &module("pages::config::Config")).is_some());
    assert!(broken_rule(&module("pages::builds"), &module("pages::builds::filters")).is_none());
}
