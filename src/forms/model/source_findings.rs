//! What rows name and their source does not have, and what a push would build. Pure functions; `common/source_words.rs`
//! has the texts.

use crate::api::grammar::{path, ref_name};
use crate::api::{RowSource, SourceKind, SourceListing, TagConfig};
use crate::forms::model::fields::{CONTEXT, DOCKERFILE, SOURCE_VALUE};

/// The most Dockerfiles that a finding names.
const MAX_NAMED: usize = 3;

/// Something that a row names and its source does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No such branch or tag.
    NoRef {
        kind: SourceKind,
        name: String,
        /// The one that is likely to be meant.
        near: Option<String>,
    },
    /// No such branch, but a tag of this name, or the other way round. `kind` is what there is.
    OtherKind { kind: SourceKind, name: String },
    /// No Dockerfile at this location. `others` are some that there are, as a row names them.
    NoDockerfile {
        location: String,
        others: Vec<String>,
    },
    /// No such folder.
    NoContext { path: String },
}

/// The part of a row that says what is built of its source; `None` if it is not complete.
pub fn asked_row(row: &TagConfig) -> Option<TagConfig> {
    let is_complete = matches!(row.code_repo_type, SourceKind::Branch | SourceKind::Tag)
        && ref_name(&row.code_repo_type_value).is_none()
        && path(&row.dockerfile_location).is_none()
        && path(row.context()).is_none();
    is_complete.then(|| TagConfig {
        code_repo_type: row.code_repo_type.clone(),
        code_repo_type_value: row.code_repo_type_value.clone(),
        dockerfile_location: row.dockerfile_location.clone(),
        build_context_path: Some(row.context().to_owned()),
        ..TagConfig::default()
    })
}

/// Returns what is missing if the source does not have the branch or tag of a row. A list that is not complete tells
/// nothing.
pub fn missing_ref(row: &TagConfig, listing: &SourceListing) -> Option<Finding> {
    let name = &row.code_repo_type_value;
    let (own, others, other_kind) = match row.code_repo_type {
        SourceKind::Tag => (&listing.tags, &listing.branches, SourceKind::Branch),
        _ => (&listing.branches, &listing.tags, SourceKind::Tag),
    };
    if !listing.is_complete || own.contains(name) {
        return None;
    }
    let is_near = |other: &&String| {
        let plain = |name: &str| name.trim_start_matches(['v', 'V']).to_lowercase();
        plain(other) == plain(name)
    };
    let near = own.iter().find(is_near).cloned();
    if near.is_none() && others.contains(name) {
        return Some(Finding::OtherKind {
            kind: other_kind,
            name: name.clone(),
        });
    }
    let default = match row.code_repo_type {
        SourceKind::Tag => None,
        _ => listing.default_branch.clone(),
    };
    Some(Finding::NoRef {
        kind: row.code_repo_type.clone(),
        name: name.clone(),
        near: near.or(default),
    })
}

/// Returns what a row names and its branch or tag does not have, by the API's names of the fields.
pub fn missing_files(row: &TagConfig, found: &RowSource) -> Vec<(&'static str, Finding)> {
    let mut missing = Vec::new();
    if found.dockerfile.is_none() {
        let others = found.dockerfiles.iter().take(MAX_NAMED);
        let finding = Finding::NoDockerfile {
            location: row.dockerfile_location.clone(),
            others: others.map(|path| location_of(path)).collect(),
        };
        missing.push((DOCKERFILE, finding));
    }
    if found.build_context.is_none() {
        let path = row.context().to_owned();
        missing.push((CONTEXT, Finding::NoContext { path }));
    }
    missing
}

/// The field that a finding about a branch or tag is about.
pub fn ref_field() -> &'static str {
    SOURCE_VALUE
}

/// The location of a Dockerfile as a row names it: its folder, if it has the usual name.
pub fn location_of(dockerfile: &str) -> String {
    match dockerfile.strip_suffix("/Dockerfile") {
        Some("") => "/".to_owned(),
        Some(folder) => folder.to_owned(),
        None => dockerfile.to_owned(),
    }
}

/// What a push to one branch, or of one tag, would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    pub kind: SourceKind,
    pub name: String,
    /// The image tags that it would build.
    pub builds: Vec<String>,
    /// The image tags whose builds would fail.
    pub fails: Vec<String>,
}

/// Returns what pushes would do, in the order of the rows. `would_fail` tells it of a row, by its index.
pub fn pushes<'a>(
    rows: impl Iterator<Item = &'a TagConfig>,
    would_fail: impl Fn(usize, &TagConfig) -> bool,
) -> Vec<Push> {
    let mut pushes: Vec<Push> = Vec::new();
    for (index, row) in rows.enumerate() {
        if !row.is_active || row.code_repo_type_value.is_empty() {
            continue;
        }
        let is_it =
            |push: &Push| push.kind == row.code_repo_type && push.name == row.code_repo_type_value;
        let at = pushes.iter().position(is_it).unwrap_or_else(|| {
            pushes.push(Push {
                kind: row.code_repo_type.clone(),
                name: row.code_repo_type_value.clone(),
                builds: Vec::new(),
                fails: Vec::new(),
            });
            pushes.len() - 1
        });
        let push = &mut pushes[at];
        let tags = match would_fail(index, row) {
            true => &mut push.fails,
            false => &mut push.builds,
        };
        tags.push(row.docker_repo_tag.clone());
    }
    pushes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(kind: SourceKind, name: &str, tag: &str) -> TagConfig {
        TagConfig {
            code_repo_type: kind,
            code_repo_type_value: name.to_owned(),
            docker_repo_tag: tag.to_owned(),
            dockerfile_location: "/".to_owned(),
            is_active: true,
            ..TagConfig::default()
        }
    }

    fn listing() -> SourceListing {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        SourceListing {
            default_branch: Some("trunk".to_owned()),
            branches: names(&["trunk", "Dev"]),
            tags: names(&["v1.0", "docs"]),
            is_complete: true,
            row: None,
        }
    }

    #[test]
    fn a_missing_branch_or_tag_is_named_with_the_one_that_is_meant() {
        for (kind, name, near) in [
            (SourceKind::Branch, "main", Some("trunk")),
            (SourceKind::Branch, "dev", Some("Dev")),
            (SourceKind::Tag, "1.0", Some("v1.0")),
            (SourceKind::Tag, "v2.0", None),
        ] {
            let finding = Finding::NoRef {
                kind: kind.clone(),
                name: name.to_owned(),
                near: near.map(str::to_owned),
            };
            let row = row(kind, name, "latest");
            assert_eq!(missing_ref(&row, &listing()), Some(finding));
        }
        let other = Finding::OtherKind {
            kind: SourceKind::Tag,
            name: "docs".to_owned(),
        };
        let row_of = |name| row(SourceKind::Branch, name, "latest");
        assert_eq!(missing_ref(&row_of("docs"), &listing()), Some(other));
        assert_eq!(missing_ref(&row_of("trunk"), &listing()), None);
        let some = SourceListing {
            is_complete: false,
            ..listing()
        };
        assert_eq!(missing_ref(&row_of("main"), &some), None);
    }

    #[test]
    fn missing_files_are_named_with_those_that_there_are() {
        let row = row(SourceKind::Branch, "trunk", "latest");
        let mut found = RowSource {
            dockerfiles: vec!["/docker/Dockerfile".to_owned(), "/a.Dockerfile".to_owned()],
            ..RowSource::default()
        };
        let fields: Vec<_> = missing_files(&row, &found)
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, [DOCKERFILE, CONTEXT]);
        found.build_context = Some("/".to_owned());
        assert_eq!(
            missing_files(&row, &found),
            [(
                DOCKERFILE,
                Finding::NoDockerfile {
                    location: "/".to_owned(),
                    others: vec!["/docker".to_owned(), "/a.Dockerfile".to_owned()],
                }
            )]
        );
        found.dockerfile = Some("/Dockerfile".to_owned());
        assert!(missing_files(&row, &found).is_empty());
        assert_eq!(location_of("/Dockerfile"), "/");
    }

    #[test]
    fn a_row_is_asked_about_once_it_is_complete() {
        let complete = row(SourceKind::Branch, "trunk", "latest");
        let asked = asked_row(&complete).expect("is complete");
        assert_eq!((asked.context(), asked.docker_repo_tag.as_str()), ("/", ""));
        for (name, location) in [("", "/"), ("a..b", "/"), ("a", ""), ("a", "../x")] {
            let mut half = row(SourceKind::Branch, name, "latest");
            half.dockerfile_location = location.to_owned();
            assert_eq!(asked_row(&half), None, "{name} {location}");
        }
    }

    #[test]
    fn a_push_builds_the_rows_of_its_branch_that_are_on() {
        let mut rows = [
            row(SourceKind::Branch, "trunk", "latest"),
            row(SourceKind::Branch, "dev", "edge"),
            row(SourceKind::Branch, "trunk", "next"),
            row(SourceKind::Tag, "trunk", "one"),
            row(SourceKind::Branch, "", "new"),
        ];
        rows[1].is_active = false;
        let found = pushes(rows.iter(), |index, row| {
            assert_eq!(rows[index].docker_repo_tag, row.docker_repo_tag);
            row.docker_repo_tag == "next"
        });
        let words: Vec<String> = found
            .iter()
            .map(|push| {
                let (builds, fails) = (push.builds.join("+"), push.fails.join("+"));
                format!("{} {} {builds} !{fails}", push.kind, push.name)
            })
            .collect();
        assert_eq!(words, ["branch trunk latest !next", "tag trunk one !"]);
    }
}
