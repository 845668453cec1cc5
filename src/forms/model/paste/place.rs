//! Reads the branch or tag and the Dockerfile from the path of a link, after the project.

use crate::api::{SourceKind, grammar};
use crate::forms::model::paste::pasted::{Place, Places, Unused};

/// Common branch names: what follows them in a path is a folder.
const USUAL_BRANCHES: [&str; 5] = ["main", "master", "develop", "trunk", "default"];

/// The first parts of branch names that have two parts, such as `feature/login`.
const BRANCH_PREFIXES: [&str; 13] = [
    "feature", "features", "feat", "fix", "bugfix", "hotfix", "release", "releases", "chore",
    "refactor", "docs", "user", "users",
];

/// The first parts of branch names that bots make, with any number of parts.
const BOT_PREFIXES: [&str; 2] = ["dependabot", "renovate"];

/// The most parts of a branch name that are offered.
const MAX_BRANCH_PARTS: usize = 6;

/// Reads the part of a link's path after the project. `named` is the branch or tag, where the link says it elsewhere.
pub(crate) fn place(words: &[&str], named: Option<(SourceKind, String)>) -> Places {
    let only = |reference| Place {
        reference,
        dockerfile: None,
    };
    match words {
        ["releases" | "commits", "tag", name @ ..] | ["tags", name @ ..] if !name.is_empty() => {
            only(reference(SourceKind::Tag, &name.join("/"))).into()
        }
        ["branch", name @ ..] => only(reference(SourceKind::Branch, &name.join("/"))).into(),
        ["commits", rest @ ..] => {
            let mut places = split("commits", rest, named);
            for place in &mut places.splits {
                place.dockerfile = None;
            }
            places.place.dockerfile = None;
            places
        }
        [
            kind @ ("tree" | "blob" | "raw" | "src" | "blame" | "edit"),
            rest @ ..,
        ] => split(kind, rest, named),
        _ => only(named).into(),
    }
}

/// Reads the commit or the pull request that the part of a link's path after the project names.
pub(crate) fn unused(words: &[&str]) -> Option<Unused> {
    let words = match words {
        ["-", words @ ..] => words,
        words => words,
    };
    let is_request =
        |number: &str| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match words {
        [
            "pull" | "pulls" | "pull-requests" | "merge_requests",
            number,
            ..,
        ] if is_request(number) => Some(Unused::Request((*number).to_owned())),
        ["commit" | "commits", id, ..] | ["src" | "raw", "commit", id, ..]
            if grammar::is_commit(id) =>
        {
            Some(Unused::Commit((*id).to_owned()))
        }
        ["tree" | "blob" | "raw" | "src" | "blame" | "edit", id, ..] => named_commit(id),
        _ => None,
    }
}

/// The commit that stands where a branch or tag could.
pub(crate) fn named_commit(name: &str) -> Option<Unused> {
    is_whole_commit(name).then(|| Unused::Commit(name.to_owned()))
}

/// Tells the branch or tag from the path below it. A path does not show where a branch name with slashes ends, so this
/// is a guess by what branches are usually called, with the other ways to read it.
fn split(kind: &str, rest: &[&str], named: Option<(SourceKind, String)>) -> Places {
    let (ref_kind, rest) = match rest {
        ["refs", "heads", rest @ ..] => (SourceKind::Branch, rest),
        ["refs", "tags", rest @ ..] => (SourceKind::Tag, rest),
        // A page of sr.ht.
        [branch, "item", path @ ..] if kind == "tree" => {
            return at(kind, SourceKind::Branch, &[branch], path).into();
        }
        rest => (SourceKind::Branch, rest),
    };
    let Some(first) = rest.first() else {
        return Place {
            reference: named,
            dockerfile: None,
        }
        .into();
    };
    if let Some(named) = named {
        return named_split(kind, rest, named).into();
    }
    // The last part of a link to a file is the file.
    let is_file = matches!(kind, "blob" | "raw" | "blame" | "edit");
    let most = match is_file {
        true => (rest.len() - 1).max(1),
        false => rest.len(),
    };
    let likely = match *first {
        first if BOT_PREFIXES.contains(&first) => most,
        first if BRANCH_PREFIXES.contains(&first) => most.min(2),
        _ => 1,
    };
    let read = |count: usize| at(kind, ref_kind.clone(), &rest[..count], &rest[count..]);
    let place = read(likely);
    // An encoded slash is part of the name, so the name ends with that part of the path.
    let is_certain = USUAL_BRANCHES.contains(first)
        || first.contains('/')
        || is_version(first)
        || is_whole_commit(first)
        || most == 1;
    if is_certain {
        return place.into();
    }
    let mut splits: Vec<Place> = (1..=most.min(MAX_BRANCH_PARTS))
        .map(read)
        .filter(|place| place.reference.is_some())
        .collect();
    if !splits.contains(&place) {
        splits.push(place.clone());
    }
    Places { place, splits }
}

/// The place below a branch or tag that is known: what follows its name, or else what follows the commit that stands in
/// its place.
fn named_split(kind: &str, rest: &[&str], named: (SourceKind, String)) -> Place {
    let count = (1..=rest.len()).find(|count| rest[..*count].join("/") == named.1);
    Place {
        reference: Some(named),
        dockerfile: dockerfile(kind, &rest[count.unwrap_or(1)..]),
    }
}

fn at(kind: &str, ref_kind: SourceKind, name: &[&str], path: &[&str]) -> Place {
    let name = name.join("/");
    let ref_kind = match is_version(&name) {
        true => SourceKind::Tag,
        false => ref_kind,
    };
    Place {
        reference: reference(ref_kind, &name),
        dockerfile: dockerfile(kind, path),
    }
}

/// A branch or tag by a name that may say which of the two it is.
pub(crate) fn named_reference(name: &str) -> Option<(SourceKind, String)> {
    match grammar::clean_ref(name) {
        (Some(kind), name) => reference(kind, name),
        (None, name) if is_version(name) => reference(SourceKind::Tag, name),
        (None, name) => reference(SourceKind::Branch, name),
    }
}

/// The branch or tag, unless it is a commit or nothing that git allows.
pub(crate) fn reference(kind: SourceKind, name: &str) -> Option<(SourceKind, String)> {
    let is_name = grammar::ref_name(name).is_none() && !is_whole_commit(name);
    is_name.then(|| (kind, name.to_owned()))
}

fn is_whole_commit(name: &str) -> bool {
    name.len() >= 40 && grammar::is_commit(name)
}

/// Returns true for `1.2.3`, `v1.2.3` and `v1.2.3-rc1`: tags are called so, and hardly a branch.
fn is_version(name: &str) -> bool {
    let numbers = name.strip_prefix('v').unwrap_or(name);
    let numbers = numbers.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number)
}

/// The Dockerfile that a link to a folder or a file points to.
pub(crate) fn dockerfile(kind: &str, path: &[&str]) -> Option<String> {
    let (last, folder) = path.split_last()?;
    let name = last.to_ascii_lowercase();
    let is_named = name.starts_with("dockerfile.") || name.ends_with(".dockerfile");
    let parts = match kind {
        _ if *last == "Dockerfile" => folder,
        _ if is_named || name == "containerfile" => path,
        "tree" => path,
        // Some hosts' links look alike for folders and files.
        "src" if !last.contains('.') => path,
        _ => return None,
    };
    let path = format!("/{}", parts.join("/"));
    grammar::path(&path).is_none().then_some(path)
}
