//! Finds the builds of the same tag around a build: the previous one, the next one, the last success, and some more
//! for the history.

use crate::api::{Build, Status};
use crate::client::{Client, Error};
use crate::query::intervals::LIVE_NEIGHBOURS;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::state::connection::use_connection;
use leptos::prelude::*;

/// The most pages of the repository's builds that are searched.
pub(crate) const MAX_SIBLING_PAGES: u64 = 5;

/// The most builds of the history.
const MAX_HISTORY: usize = 8;

/// The builds of the history that are older than this one, if it is far from the newest.
const HISTORY_BEFORE: usize = 3;

/// The builds of the same tag around one build.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Siblings {
    /// The build itself, as the list has it: with its `detail`.
    pub(crate) own: Option<Build>,
    pub(crate) previous: Option<Build>,
    pub(crate) next: Option<Build>,
    /// The last build before it that succeeded.
    pub(crate) success: Option<Build>,
    /// The last builds of the tag, newest first, this one among them. If it is older than those: some builds
    /// around it.
    pub(crate) around: Vec<Build>,
    /// True when the search found everything, or the whole list was searched.
    pub(crate) is_complete: bool,
}

impl Siblings {
    /// Finds the siblings of a build in a list of its repository's builds, newest first.
    pub(crate) fn among(builds: &[Build], build_id: &str) -> Self {
        let Some(own) = builds.iter().find(|build| build.build_id == build_id) else {
            return Self::default();
        };
        let has_same_tag = |build: &&Build| {
            build.docker_repo_tag == own.docker_repo_tag
                && build.docker_repo_path == own.docker_repo_path
        };
        let of_tag: Vec<&Build> = builds.iter().filter(has_same_tag).collect();
        let place = of_tag.iter().take_while(|build| build.build_id != build_id);
        let place = place.count();
        let at = |place: usize| of_tag.get(place).map(|build| (*build).clone());
        let mut before = of_tag.iter().skip(place + 1);
        let success = before.find(|build| build.status == Status::Succeeded);
        let history = of_tag.iter().skip(first_of_history(place, of_tag.len()));
        Self {
            own: Some(own.clone()),
            previous: at(place + 1),
            next: place.checked_sub(1).and_then(at),
            is_complete: success.is_some(),
            success: success.map(|build| (*build).clone()),
            around: history
                .take(MAX_HISTORY)
                .map(|build| (*build).clone())
                .collect(),
        }
    }
}

/// Returns the place of the newest build of the history, for a build at `place` among `count` of its tag.
fn first_of_history(place: usize, count: usize) -> usize {
    let last_first = (place + HISTORY_BEFORE + 1).saturating_sub(MAX_HISTORY);
    last_first.min(count.saturating_sub(MAX_HISTORY))
}

/// Reads the repository's builds, page by page, until all siblings of this build are found. Reads them once more when
/// this build is finished.
pub(crate) fn use_siblings(
    build_id: StoredValue<String>,
    repository: Memo<Option<(String, String)>>,
    is_finished: Memo<bool>,
) -> Query<Siblings> {
    let connection = use_connection();
    use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = repository.get()?;
            is_finished.track();
            let id = build_id.get_value();
            Some(Box::pin(async move {
                find_siblings(&client, &namespace, &name, &id).await
            }))
        },
        move |siblings: &Siblings| {
            // A list can hear of the end of a build later than the build itself.
            let is_behind = siblings.own.as_ref().is_some_and(|own| !own.is_finished());
            if is_behind && is_finished.get_untracked() {
                return LIVE_NEIGHBOURS;
            }
            let own = siblings.own.as_ref().map(|own| &own.build_id);
            let mut shown = siblings.around.iter();
            // The page shows their status. That of this build is read more often.
            match shown.any(|build| !build.is_finished() && Some(&build.build_id) != own) {
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
        assert_eq!(found.own, Some(builds[2].clone()));
    }

    #[test]
    fn the_history_has_the_newest_builds_or_those_around_this_one() {
        let builds: Vec<Build> = (1..=20)
            .rev()
            .map(|id| build(&id.to_string(), "a", Status::Failed))
            .collect();
        let history = |id: &str, builds: &[Build]| {
            let around = Siblings::among(builds, id).around;
            let ids: Vec<&str> = around.iter().map(|build| build.build_id.as_str()).collect();
            ids.join(" ")
        };
        assert_eq!(history("20", &builds), "20 19 18 17 16 15 14 13");
        assert_eq!(history("16", &builds), "20 19 18 17 16 15 14 13");
        assert_eq!(history("15", &builds), "19 18 17 16 15 14 13 12");
        assert_eq!(history("2", &builds), "8 7 6 5 4 3 2 1");
        assert_eq!(history("18", &builds[..3]), "20 19 18");
    }
}
