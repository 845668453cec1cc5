//! The builds before and after this one: of the same tag, and the last of them that succeeded.

use crate::api::{Build, Status};
use crate::client::{Client, Error};
use crate::components::builds::status_badge::status_badge;
use crate::components::time::relative_time;
use crate::i18n::format::short_commit;
use crate::pages::build_page::compare::compare_url;
use crate::query::intervals::LIVE_NEIGHBOURS;
use crate::query::schedule::Pace;
use crate::query::{Query, use_query};
use crate::reactive::{dynamic, memo};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::Route;
use crate::state::connection::use_connection;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::external_link::external_link;
use crate::ui::fact::fact;
use leptos::prelude::*;

/// The most pages of the repository's builds that are looked through.
const MOST_PAGES: u64 = 5;

/// What was found around a build, of its own tag.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Siblings {
    pub previous: Option<Build>,
    pub next: Option<Build>,
    /// The last one before it that succeeded.
    pub success: Option<Build>,
    /// Whether the list ended, or all was found, before the looking did.
    pub is_whole: bool,
}

impl Siblings {
    /// What a list of a repository's builds, newest first, holds around one of them.
    pub fn among(builds: &[Build], build_id: &str) -> Self {
        let Some(at) = builds.iter().position(|one| one.build_id == build_id) else {
            return Self::default();
        };
        let same = |one: &&Build| {
            one.docker_repo_tag == builds[at].docker_repo_tag
                && one.docker_repo_path == builds[at].docker_repo_path
        };
        let mut before = builds[at + 1..].iter().filter(same);
        let previous = before.next().cloned();
        let passed = |one: &&Build| one.status == Status::Succeeded;
        let success = previous.iter().chain(before).find(passed).cloned();
        Self {
            next: builds[..at].iter().rev().find(same).cloned(),
            is_whole: success.is_some(),
            previous,
            success,
        }
    }
}

/// Reads the repository's builds, page by page, until all siblings of this one are found.
pub fn use_siblings(
    build_id: StoredValue<String>,
    of: Memo<Option<(String, String)>>,
) -> Query<Siblings> {
    let connection = use_connection();
    use_query(
        move || {
            let client = connection.client()?;
            let (namespace, name) = of.get()?;
            let id = build_id.get_value();
            Some(Box::pin(async move {
                look(&client, &namespace, &name, &id).await
            }))
        },
        |found: &Siblings| {
            let mut near = found.previous.iter().chain(&found.next);
            // Its badge must not go on running when it does not.
            match near.any(|build| !build.is_finished()) {
                true => LIVE_NEIGHBOURS,
                false => Pace::Never,
            }
        },
    )
}

async fn look(client: &Client, namespace: &str, name: &str, id: &str) -> Result<Siblings, Error> {
    let mut builds: Vec<Build> = Vec::new();
    let mut found = Siblings::default();
    for page in 1..=MOST_PAGES {
        let answer = client.builds(Some(namespace), Some(name), page).await?;
        let is_last = answer.next.is_none();
        // A build that came meanwhile has pushed others onto this page a second time.
        for build in answer.results.read {
            if builds.iter().all(|known| known.build_id != build.build_id) {
                builds.push(build);
            }
        }
        found = Siblings::among(&builds, id);
        if found.is_whole || is_last {
            found.is_whole = true;
            break;
        }
    }
    Ok(found)
}

/// The builds before and after this one, as links.
pub fn neighbours(siblings: Query<Siblings>) -> AnyView {
    let neighbour = move |label: Signal<String>, pick: fn(&Siblings) -> Option<Build>| {
        let build = memo(move || pick(&*siblings.data()?));
        dynamic(move || build.get().map(|build| neighbour(label, &build)))
    };
    view! {
        <nav class="neighbours" aria-label=t_signal!(build.neighbours)>
            {neighbour(t_signal!(build.previous), |siblings| siblings.previous.clone())}
            {neighbour(t_signal!(build.next), |siblings| siblings.next.clone())}
        </nav>
    }
    .into_any()
}

fn neighbour(label: Signal<String>, build: &Build) -> AnyView {
    let navigation = use_navigation();
    let href = navigation.href(&Route::Build {
        build_id: build.build_id.clone(),
    });
    view! {
        <span class="neighbour">
            {Button::new(label).link(Signal::stored(href))} {status_badge(build.status.clone())}
            <span class="quiet">{build.created_at.map(relative_time)}</span>
        </span>
    }
    .into_any()
}

/// What changed in the source since the last success of the tag.
pub fn changes(build: &Build, siblings: Query<Siblings>) -> AnyView {
    let navigation = use_navigation();
    let build = StoredValue::new(build.clone());
    let view = move || {
        let found = siblings.data()?;
        let build = build.get_value();
        let new = build
            .code_head_commit
            .clone()
            .filter(|commit| !commit.is_empty())?;
        let Some(success) = &found.success else {
            let said = match found.is_whole {
                true => t_signal!(build.no_success),
                false => t_signal!(
                    build.no_success_near,
                    n = MOST_PAGES * crate::api::page::PAGE_SIZE
                ),
            };
            return Some(said.into_any());
        };
        let old = success
            .code_head_commit
            .clone()
            .filter(|commit| !commit.is_empty())?;
        if old == new {
            return Some(t_signal!(build.same_commit).into_any());
        }
        let href = navigation.href(&Route::Build {
            build_id: success.build_id.clone(),
        });
        let range = format!("{}…{}", short_commit(&old), short_commit(&new));
        let url = compare_url(&build.code_repo_client, &build.code_repo_path, &old, &new);
        let unknown = url
            .is_none()
            .then(|| view! { <span class="quiet">{t_signal!(build.no_compare)}</span> });
        Some(
            view! {
                <span class="code">{external_link(range, url.as_deref())}</span>
                {unknown}
                <a href=href>{t_signal!(build.last_success)}</a>
            }
            .into_any(),
        )
    };
    fact(t_signal!(build.changes), dynamic(view).into_any())
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
        assert!(found.is_whole);
        let first = Siblings::among(&builds, "1");
        assert_eq!((first.previous, first.is_whole), (None, false));
        assert_eq!(Siblings::among(&builds, "x"), Siblings::default());
    }
}
