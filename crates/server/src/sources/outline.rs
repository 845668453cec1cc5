//! The places of a commit's tree that a tag config can name: its Dockerfiles, and what is at a path. The contents of
//! files are not known.

use std::collections::HashMap;

/// The most Dockerfiles that are listed.
const MAX_DOCKERFILES: usize = 200;

/// The most Dockerfiles that are collected before the nearest of them are chosen.
const MAX_COLLECTED: usize = 20_000;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A symbolic link or a submodule: what it leads to is not known.
    Elsewhere,
}

/// A commit's tree, as far as it matters to a tag config. Paths have no slash at their start.
pub(crate) struct Outline {
    dockerfiles: Vec<String>,
    /// The paths that were asked for and the folders that they are in.
    kinds: HashMap<String, Option<Kind>>,
}

impl Outline {
    /// Begins with the paths that will be asked for, absolute in the source tree.
    pub(crate) fn new(paths: &[&str]) -> Self {
        let mut kinds = HashMap::new();
        for path in paths {
            let path = path.trim_matches('/');
            let ends = path.match_indices('/').map(|(at, _)| at);
            for end in ends.chain([path.len()]) {
                kinds.insert(path[..end].to_owned(), None);
            }
            kinds.insert(dockerfile_in(path), None);
        }
        Self {
            dockerfiles: Vec::new(),
            kinds,
        }
    }

    /// Reads an entry of `git ls-tree -r -t -z`: `100644 blob <id><tab>path`.
    pub(crate) fn read(&mut self, entry: &str) {
        let Some((facts, path)) = entry.split_once('\t') else {
            return;
        };
        let kind = match facts.get(..3) {
            Some("100") => Kind::File,
            Some("040") => Kind::Folder,
            _ => Kind::Elsewhere,
        };
        if let Some(found) = self.kinds.get_mut(path) {
            *found = Some(kind);
        }
        let is_file = kind != Kind::Folder && facts.contains(" blob ");
        if is_file && is_dockerfile(path) && self.dockerfiles.len() < MAX_COLLECTED {
            self.dockerfiles.push(path.to_owned());
        }
    }

    /// Returns what is at a path; `None` if nothing is.
    fn kind(&self, path: &str) -> Option<Kind> {
        if path.is_empty() {
            return Some(Kind::Folder);
        }
        for (end, _) in path.match_indices('/') {
            match self.kinds.get(&path[..end]).copied().flatten()? {
                Kind::Folder => {}
                Kind::Elsewhere => return Some(Kind::Elsewhere),
                Kind::File => return None,
            }
        }
        self.kinds.get(path).copied().flatten()
    }

    /// Returns the path of the Dockerfile at a location, which is its own path or its folder, absolute in the source
    /// tree; `None` if there is none.
    pub(crate) fn dockerfile(&self, location: &str) -> Option<String> {
        let path = location.trim_matches('/');
        let file = match self.kind(path)? {
            Kind::Folder => dockerfile_in(path),
            Kind::File | Kind::Elsewhere => path.to_owned(),
        };
        match self.kind(&file)? {
            Kind::Folder => None,
            Kind::File | Kind::Elsewhere => Some(format!("/{file}")),
        }
    }

    /// Returns the path of a folder, absolute in the source tree; `None` if there is none.
    pub(crate) fn folder(&self, location: &str) -> Option<String> {
        let path = location.trim_matches('/');
        match self.kind(path)? {
            Kind::File => None,
            Kind::Folder | Kind::Elsewhere => Some(format!("/{path}")),
        }
    }

    /// Returns the paths of all files that are called like a Dockerfile, absolute in the source tree, those near its
    /// root first.
    pub(crate) fn into_dockerfiles(mut self) -> Vec<String> {
        self.dockerfiles
            .sort_by_cached_key(|path| (path.matches('/').count(), path.clone()));
        self.dockerfiles.truncate(MAX_DOCKERFILES);
        self.dockerfiles
            .into_iter()
            .map(|path| format!("/{path}"))
            .collect()
    }
}

/// The path of the file `Dockerfile` in a folder.
fn dockerfile_in(folder: &str) -> String {
    match folder {
        "" => "Dockerfile".to_owned(),
        folder => format!("{folder}/Dockerfile"),
    }
}

/// Returns true for `Dockerfile`, `Containerfile`, `Dockerfile.dev` and `dev.Dockerfile`, in any case.
fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["dockerfile", "containerfile"].iter().any(|word| {
        let rest = name.strip_prefix(word);
        let is_variant = |rest: &str| rest.is_empty() || rest.starts_with('.');
        let begins = rest.is_some_and(is_variant) && !name.ends_with(".dockerignore");
        begins
            || name
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(paths: &[&str]) -> Outline {
        let mut outline = Outline::new(paths);
        for entry in [
            "100644 blob 1\tDockerfile",
            "100644 blob 1\tDockerfile.dockerignore",
            "040000 tree 1\tdocker",
            "100755 blob 1\tdocker/web.Dockerfile",
            "120000 blob 1\tdocker/Containerfile",
            "040000 tree 1\tdocker/deep",
            "100644 blob 1\tdocker/deep/Dockerfile.prod",
            "040000 tree 1\todd",
            "040000 tree 1\todd/Dockerfile",
            "100644 blob 1\todd/Dockerfile/Dockerfile",
            "120000 blob 1\tlink",
            "160000 commit 1\tlib",
            "100644 blob 1\tmy-dockerfile",
            "100644 blob 1\tplain",
        ] {
            outline.read(entry);
        }
        outline
    }

    #[test]
    fn dockerfiles_are_listed_from_the_root_on() {
        assert_eq!(
            outline(&[]).into_dockerfiles(),
            [
                "/Dockerfile",
                "/docker/Containerfile",
                "/docker/web.Dockerfile",
                "/docker/deep/Dockerfile.prod",
                "/odd/Dockerfile/Dockerfile",
            ]
        );
    }

    #[test]
    fn a_location_is_a_file_or_a_folder_with_a_dockerfile() {
        for (location, expected) in [
            ("/", Some("/Dockerfile")),
            ("/Dockerfile", Some("/Dockerfile")),
            ("/docker/web.Dockerfile", Some("/docker/web.Dockerfile")),
            ("/docker/Containerfile", Some("/docker/Containerfile")),
            ("/plain", Some("/plain")),
            ("/odd/Dockerfile", Some("/odd/Dockerfile/Dockerfile")),
            // What is behind a link or in a submodule is not known, so it is not said to be missing.
            ("/link", Some("/link")),
            ("/link/any/where", Some("/link/any/where")),
            ("/lib/app", Some("/lib/app")),
            ("/docker", None),
            ("/odd", None),
            ("/missing", None),
            ("/plain/Dockerfile", None),
            ("/docker/missing/Dockerfile", None),
        ] {
            let found = outline(&[location]).dockerfile(location);
            assert_eq!(found.as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn a_build_context_is_a_folder() {
        for (location, expected) in [
            ("/", Some("/")),
            ("/docker/deep", Some("/docker/deep")),
            ("/lib", Some("/lib")),
            ("/link/x", Some("/link/x")),
            ("/Dockerfile", None),
            ("/missing", None),
        ] {
            let found = outline(&[location]).folder(location);
            assert_eq!(found.as_deref(), expected, "{location}");
        }
    }
}
