//! Finds the builds of the same tag around a build: the previous one, the next one, the last success.

use crate::api::{Build, Status};
use crate::client::{Client, Error};
use crate::query::intervals::LIVE_NEIGHBOURS;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::state::connection::use_connection;
use leptos::prelude::*;

/// The most pages of the repository's builds that are searched.
pub(crate) const MAX_SIBLING_PAGES: u64 = 5;

/// The builds of the same tag around one build.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Siblings {
    pub(crate) previous: Option<Build>,
    pub(crate) next: Option<Build>,
    /// The last build before it that succeeded.
    pub(crate) success: Option<Build>,
    /// True when the search found everything, or the whole list was searched.
    pub(crate) is_complete: bool,
}

impl Siblings {
    /// Finds the siblings of a build in a list of its repository's builds, newest first.
    pub(crate) fn among(builds: &[Build], build_id: &str) -> Self {
        let Some(index) = builds.iter().position(|build| build.build_id == build_id) else {
            return Self::default();
        };
        let has_same_tag = |build: &&Build| {
            build.docker_repo_tag == builds[index].docker_repo_tag
                && build.docker_repo_path == builds[index].docker_repo_path
        };
        let mut before = builds[index + 1..].iter().filter(has_same_tag);
        let previous = before.next().cloned();
        let has_succeeded = |build: &&Build| build.status == Status::Succeeded;
        let success = previous.iter().chain(before).find(has_succeeded).cloned();
        Self {
            next: builds[..index].iter().rev().find(has_same_tag).cloned(),
            is_complete: success.is_some(),
            previous,
            success,
        }
    }
}

/// Reads the repository's builds, page by page, until all siblings of this build are found.
pub(crate) fn use_siblings(
    build_id: StoredValue<String>,
    repository: Memo<Option<(String, String)>>,
) -> Query<Siblings> {
    let connection = use_connection();
    use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = repository.get()?;
            let id = build_id.get_value();
            Some(Box::pin(async move {
                find_siblings(&client, &namespace, &name, &id).await
            }))
        },
        |siblings: &Siblings| {
            let mut shown = siblings.previous.iter().chain(&siblings.next);
            // The page shows their status.
            match shown.any(|build| !build.is_finished()) {
                true => LIVE_NEIGHBOURS,
                false => Pace::Never,
            }
        },
    )
}

async fn find_siblings(
    client: &Client,
    namespace: &str,
    name: &str,
    id: &str,
) -> Result<Siblings, Error> {
    let mut builds: Vec<Build> = Vec::new();
    let mut siblings = Siblings::default();
    for page in 1..=MAX_SIBLING_PAGES {
        let answer = client.builds(Some(namespace), Some(name), page).await?;
        let is_last = answer.next.is_none();
        // A new build can push others onto this page a second time.
        for build in answer.results.read {
            if builds.iter().all(|known| known.build_id != build.build_id) {
                builds.push(build);
            }
        }
        siblings = Siblings::among(&builds, id);
        if siblings.is_complete || is_last {
            siblings.is_complete = true;
            break;
        }
    }
    Ok(siblings)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(id: &str, tag: &str, status: Status) -> Build {
        Build {
            build_id: id.to_owned(),
            docker_repo_path: "team/app".to_owned(),
            docker_repo_tag: tag.to_owned(),
            status,
            ..Build::default()
        }
    }

    #[test]
    fn siblings_are_of_the_same_tag() {
        let builds = [
            build("7", "b", Status::Waiting),
            build("6", "a", Status::InProgress),
            build("5", "a", Status::Failed),
            build("4", "b", Status::Succeeded),
            build("3", "a", Status::Failed),
            build("2", "a", Status::Succeeded),
            build("1", "a", Status::Succeeded),
        ];
        let id = |build: &Option<Build>| build.as_ref().map(|build| build.build_id.clone());
        let found = Siblings::among(&builds, "5");
        assert_eq!(id(&found.next).as_deref(), Some("6"));
        assert_eq!(id(&found.previous).as_deref(), Some("3"));
        assert_eq!(id(&found.success).as_deref(), Some("2"));
        assert!(found.is_complete);
        let first = Siblings::among(&builds, "1");
        assert_eq!((first.previous, first.is_complete), (None, false));
        assert_eq!(Siblings::among(&builds, "x"), Siblings::default());
    }
}
