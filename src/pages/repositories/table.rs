//! The table of repositories: each with its tags, the state and age of its last build, and the last builds as bars.

use crate::api::Build;
use crate::components::builds::history::history_picture;
use crate::components::builds::last_builds::LastBuilds;
use crate::components::builds::recent_builds::RecentBuilds;
use crate::components::builds::status_badge::{status_badge, status_icon};
use crate::components::time::relative_time;
use crate::i18n::words;
use crate::pages::repositories::repository_row::RepositoryRow;
use crate::reactive::{dynamic, for_each, memo, show, show_or, text_signal};
use crate::routing::navigation::use_navigation;
use crate::routing::routes::{BuildsQuery, Route};
use crate::ui::button::Button;
use crate::ui::table::{head, table_of};
use crate::{t_signal, t_string};
use leptos::prelude::*;

/// The most tags that a row shows.
const MAX_TAGS: usize = 6;

/// The last builds of all repositories. Copies share their state.
#[derive(Clone, Copy)]
pub(crate) struct RepositoryStates {
    pub(crate) recent: RecentBuilds,
    /// By `namespace/name`.
    pub(crate) by_path: Memo<LastBuilds>,
    /// By `namespace/name:tag`.
    pub(crate) by_image: Memo<LastBuilds>,
}

/// A row's repository, and its last builds.
#[derive(Clone, Copy)]
struct Row {
    repository: Memo<RepositoryRow>,
    namespace: StoredValue<String>,
    builds: Memo<Vec<Build>>,
    states: RepositoryStates,
}

/// The table of these repositories.
pub(crate) fn repositories_table(
    namespace: StoredValue<String>,
    rows: Memo<Option<Vec<RepositoryRow>>>,
    states: RepositoryStates,
) -> AnyView {
    let keys = move || rows.with(|rows| rows.iter().flatten().map(RepositoryRow::key).collect());
    let rows = for_each(keys, move |key| {
        let repository = Memo::new(move |last: Option<&RepositoryRow>| {
            let found = rows.with(|rows| {
                let row = rows.iter().flatten().find(|row| row.key() == key);
                row.cloned()
            });
            // When the repository leaves the list, this can run once more before its row is removed.
            found.or_else(|| last.cloned()).unwrap_or_default()
        });
        let builds = memo(move || {
            let path = repository.with(|row| format!("{}/{}", namespace.get_value(), row.name));
            let builds = states.by_path.with(|by_path| by_path.get(&path).cloned());
            builds.unwrap_or_default()
        });
        Row {
            repository,
            namespace,
            builds,
            states,
        }
        .view()
    });
    let heads = vec![
        head(t_signal!(repositories.name)),
        head(t_signal!(repositories.tags)),
        head(t_signal!(repositories.last_build)),
        head(t_signal!(repositories.last_builds)),
        head(t_signal!(build.source)),
    ];
    let table = table_of(
        t_signal!(repositories.title, namespace = namespace.get_value()),
        heads,
        rows,
    );
    view! { <div class="repositories">{table}</div> }.into_any()
}

impl Row {
    fn view(self) -> AnyView {
        view! {
            <tr>
                <td class="repository-name">{self.name()}</td>
                <td class="repository-tags">{dynamic(move || self.tags())}</td>
                <td class="repository-state">{last_build(self)}</td>
                <td class="repository-history">
                    {dynamic(move || {
                        self.builds
                            .with(|builds| (!builds.is_empty()).then(|| history_picture(builds)))
                    })}
                </td>
                <td class="repository-source">{dynamic(move || self.source())}</td>
                <td class="row-actions">{self.builds_link()}</td>
            </tr>
        }
        .into_any()
    }

    fn name(self) -> AnyView {
        let navigation = use_navigation();
        let href = text_signal(move || {
            navigation.href(&Route::Repository {
                namespace: self.namespace.get_value(),
                name: self.repository.with(|row| row.name.clone()),
            })
        });
        let description = text_signal(move || self.repository.with(|row| row.description.clone()));
        view! {
            <a class="code row-link" href=href>
                {text_signal(move || self.repository.with(|row| row.name.clone()))}
            </a>
            {show(
                move || description.with(|text| !text.is_empty()),
                move || {
                    view! {
                        <div class="quiet repository-description" title=description>
                            {description}
                        </div>
                    }
                        .into_any()
                },
            )}
        }
        .into_any()
    }

    /// The tags of the config; where that is not known, those of the last builds.
    fn tags(self) -> AnyView {
        let mut tags = self.repository.with(|row| row.tags.clone());
        if tags.is_empty() {
            self.builds.with(|builds| {
                for build in builds {
                    if !build.docker_repo_tag.is_empty() && !tags.contains(&build.docker_repo_tag) {
                        tags.push(build.docker_repo_tag.clone());
                    }
                }
            });
        }
        let more = tags.len().saturating_sub(MAX_TAGS);
        let more = (more > 0).then(|| {
            let more = more as u64;
            let text = t_signal!(repositories.more_tags, n = words().number(more));
            view! { <span class="quiet">{text}</span> }
        });
        let tags: Vec<AnyView> = tags
            .into_iter()
            .take(MAX_TAGS)
            .map(|tag| self.tag(tag))
            .collect();
        view! {
            {tags}
            {more}
        }
        .into_any()
    }

    /// A tag, with the state of its last build, which it leads to.
    fn tag(self, tag: String) -> AnyView {
        let navigation = use_navigation();
        let image = self
            .repository
            .with_untracked(|row| format!("{}/{}:{tag}", self.namespace.get_value(), row.name));
        let last = memo(move || {
            self.states.by_image.with(|by_image| {
                let build = by_image.get(&image)?.first()?;
                Some((build.build_id.clone(), build.status.clone()))
            })
        });
        let shown = StoredValue::new(tag);
        let href = text_signal(move || {
            let build_id = last.get().map(|(build_id, _)| build_id);
            let build_id = build_id.unwrap_or_default();
            navigation.href(&Route::Build { build_id })
        });
        let link = move || {
            view! {
                <a class="chip code" href=href>
                    {dynamic(move || last.get().map(|(_, status)| status_icon(status)))}
                    {shown.get_value()}
                </a>
            }
            .into_any()
        };
        let plain = move || view! { <span class="chip code">{shown.get_value()}</span> }.into_any();
        show_or(move || last.with(Option::is_some), link, plain).into_any()
    }

    /// The source, and below it who may pull the image and when the repository was changed.
    fn source(self) -> AnyView {
        let row = self.repository.get();
        let visibility = row.is_public.map(|public| match public {
            true => t_signal!(repositories.public),
            false => t_signal!(repositories.private),
        });
        let is_first = visibility.is_none();
        let updated = row.updated_at.map(|time| {
            view! {
                {(!is_first).then_some(" · ")}
                {t_signal!(repositories.updated)}
                " "
                {relative_time(time)}
            }
        });
        let source =
            (!row.source.is_empty()).then(|| view! { <div class="code">{row.source}</div> });
        let about = (visibility.is_some() || updated.is_some())
            .then(|| view! { <div class="quiet">{visibility} {updated}</div> });
        view! {
            {source}
            {about}
        }
        .into_any()
    }

    fn builds_link(self) -> AnyView {
        let navigation = use_navigation();
        let href = text_signal(move || {
            let name = self.repository.with(|row| row.name.clone());
            let query = BuildsQuery::of_repository(self.namespace.get_value(), name);
            navigation.href(&Route::Builds(query))
        });
        let name = t_signal!(
            repositories.builds_of,
            name = self.repository.with(|row| row.name.clone())
        );
        Button::new(t_signal!(nav.builds))
            .quiet()
            .name(name)
            .link(href)
    }
}

/// The state and age of the last build, which it leads to; or that there was none.
fn last_build(row: Row) -> AnyView {
    let navigation = use_navigation();
    let last = memo(move || row.builds.with(|builds| builds.first().cloned()));
    let status = memo(move || last.with(|last| last.as_ref().map(|build| build.status.clone())));
    let time = memo(move || {
        last.with(|last| {
            last.as_ref()
                .and_then(|build| build.created_at.or(build.started_at))
        })
    });
    let href = text_signal(move || {
        let build_id = last.with(|last| last.as_ref().map(|build| build.build_id.clone()));
        navigation.href(&Route::Build {
            build_id: build_id.unwrap_or_default(),
        })
    });
    let link = move || {
        view! {
            <a class="state-link" href=href>
                {dynamic(move || status.get().map(status_badge))}
            </a>
            <span class="quiet">{dynamic(move || time.get().map(relative_time))}</span>
        }
        .into_any()
    };
    let states = row.states;
    let none = move || {
        let text =
            text_signal(
                move || match (states.recent.is_known(), states.recent.looked_at()) {
                    (false, _) => String::new(),
                    (true, None) => t_string!(repositories.never_built).to_owned(),
                    (true, Some(n)) => t_string!(repositories.not_lately, n = words().number(n)),
                },
            );
        view! { <span class="quiet">{text}</span> }.into_any()
    };
    show_or(move || last.with(Option::is_some), link, none).into_any()
}
