//! The fields of a repository that its row shows and that the search looks at.

use crate::api::{BuildConfig, Repository, Timestamp};
use crate::state::known_repositories;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A repository as its row shows it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RepositoryRow {
    pub(crate) name: String,
    pub(crate) description: String,
    /// `owner/name` or the clone URL; empty if it is not known.
    pub(crate) source: String,
    pub(crate) tags: Vec<String>,
    pub(crate) is_public: Option<bool>,
    pub(crate) updated_at: Option<Timestamp>,
}

impl RepositoryRow {
    pub(crate) fn of(repository: &Repository) -> Self {
        let config = repository.build_config.as_ref();
        Self {
            name: repository.repo_name.clone(),
            description: repository.description.clone(),
            source: config.map_or_else(String::new, source_of),
            tags: config.map_or_else(Vec::new, |config| {
                let tags = config.tag_configs.iter();
                tags.map(|tag| tag.docker_repo_tag.clone()).collect()
            }),
            is_public: Some(repository.is_public),
            updated_at: repository.updated_at,
        }
    }

    /// Returns the key of the row in the table: a hash of the name.
    pub(crate) fn key(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.name.hash(&mut hasher);
        hasher.finish()
    }

    /// Returns true when each word of the text is in the name, the description, the source or a tag. Upper and lower
    /// case are the same.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let mut all = [&self.name, &self.description, &self.source]
            .map(String::as_str)
            .join(" ");
        for tag in &self.tags {
            all.push(' ');
            all.push_str(tag);
        }
        let all = all.to_lowercase();
        text.to_lowercase()
            .split_whitespace()
            .all(|word| all.contains(word))
    }
}

/// `owner/name`, or else the clone URL, without its secrets.
fn source_of(config: &BuildConfig) -> String {
    match (config.code_repo_path.shown(), &config.code_repo_clone_url) {
        (path, Some(url)) if path.trim().is_empty() => url.shown(),
        (path, _) => path,
    }
}

/// The repositories of the namespace that this browser knows at this API.
pub(crate) fn known_rows(address: &str, namespace: &str) -> Vec<RepositoryRow> {
    known_repositories::list(address)
        .into_iter()
        .filter(|known| known.namespace == namespace)
        .map(|known| match known.repository {
            Some(repository) => RepositoryRow::of(&repository),
            None => RepositoryRow {
                name: known.name,
                ..RepositoryRow::default()
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_searched_in_what_the_row_shows() {
        let row = RepositoryRow {
            name: "api-gateway".to_owned(),
            description: "The public Gateway".to_owned(),
            source: "acme/gateway".to_owned(),
            tags: vec!["latest".to_owned(), "1.8".to_owned()],
            ..RepositoryRow::default()
        };
        for text in ["", "GATE", "public api", "acme", "1.8 latest", " the  "] {
            assert!(row.matches(text), "{text}");
        }
        for text in ["web", "public web", "1.9"] {
            assert!(!row.matches(text), "{text}");
        }
    }
}
