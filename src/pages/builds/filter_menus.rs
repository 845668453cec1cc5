//! The menus of the filter chips: a list to choose from, or fields. Loaded on demand.

use crate::api::{Build, CodeClient, Status};
use crate::components::builds::builds_part::BuildsFilter;
use crate::components::builds::list::BuildsList;
use crate::i18n::api_words::{client_name, status_word};
use crate::pages::builds::filters::set_value;
use crate::platform::page::day_before_today;
use crate::reactive::{bool_signal, dynamic, effect, text_signal};
use crate::routing::navigation::{Navigation, use_navigation};
use crate::routing::routes::{BuildsQuery, Route};
use crate::state::connection::use_connection;
use crate::state::known_repositories::names;
use crate::t_signal;
use crate::ui::button::Button;
use crate::ui::input::Input;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;

/// The most names that are offered.
const MAX_NAMES: usize = 12;

/// The content of a filter's menu.
pub(crate) fn filter_menu(
    filter: BuildsFilter,
    query: Memo<BuildsQuery>,
    list: BuildsList,
) -> AnyView {
    let menu = FilterMenu {
        query,
        navigation: use_navigation(),
    };
    match filter {
        BuildsFilter::Namespace => menu.namespaces(list),
        BuildsFilter::Repository => menu.repositories(list),
        BuildsFilter::Status => menu.statuses(list),
        BuildsFilter::Client => menu.clients(list),
        BuildsFilter::Days => menu.days(),
    }
}

#[derive(Clone, Copy)]
struct FilterMenu {
    query: Memo<BuildsQuery>,
    navigation: Navigation,
}

impl FilterMenu {
    /// Opens the first page of the builds that fit.
    fn go(self, query: BuildsQuery) {
        self.navigation
            .go(&Route::Builds(BuildsQuery { page: 1, ..query }));
    }

    /// A button that sets the query to what `change` makes of it; pressed while it is so already.
    fn choice(
        self,
        text: Signal<String>,
        change: impl Fn(BuildsQuery) -> BuildsQuery + Copy + Send + Sync + 'static,
    ) -> AnyView {
        self.choice_boxed(text, StoredValue::new(Box::new(change)))
    }

    fn choice_boxed(self, text: Signal<String>, change: StoredValue<Change>) -> AnyView {
        let changed = move |query: BuildsQuery| change.with_value(|change| change(query));
        let query = self.query;
        Button::new(text)
            .pressed(bool_signal(move || {
                query.with(|now| *now == changed(now.clone()))
            }))
            .on_press(move || self.go(changed(query.get_untracked())))
    }

    /// The choice of one value, after the one that takes the filter off.
    fn values(
        self,
        filter: BuildsFilter,
        any: Signal<String>,
        values: Vec<(String, Signal<String>)>,
    ) -> AnyView {
        let any = (String::new(), any);
        let choices = [any].into_iter().chain(values).map(|(value, text)| {
            let value = StoredValue::new(value);
            self.choice(text, move |mut query| {
                set_value(&mut query, filter, value.get_value());
                query
            })
        });
        choices.collect_view().into_any()
    }

    fn statuses(self, list: BuildsList) -> AnyView {
        let mut statuses = vec![
            Status::Waiting,
            Status::InProgress,
            Status::Succeeded,
            Status::Failed,
            Status::Canceled,
        ];
        statuses.extend(non_empty(self.query.get_untracked().status).map(|s| Status::from(&*s)));
        statuses.extend(rows(list).into_iter().map(|row| row.status));
        let values = distinct(statuses).into_iter().map(|status| {
            let value = status.to_string();
            (value, text_signal(move || status_word(&status)))
        });
        self.values(
            BuildsFilter::Status,
            t_signal!(builds.any_status),
            values.collect(),
        )
    }

    fn clients(self, list: BuildsList) -> AnyView {
        let mut clients = vec![
            CodeClient::GitHub,
            CodeClient::Bitbucket,
            CodeClient::OSChina,
            CodeClient::Simple,
        ];
        let in_url = non_empty(self.query.get_untracked().client);
        clients.extend(in_url.map(|client| CodeClient::from(&*client)));
        clients.extend(rows(list).into_iter().map(|row| row.code_repo_client));
        let values = distinct(clients).into_iter().map(|client| {
            let value = client.to_string();
            (value, text_signal(move || client_name(&client)))
        });
        self.values(
            BuildsFilter::Client,
            t_signal!(builds.any_client),
            values.collect(),
        )
    }

    fn namespaces(self, list: BuildsList) -> AnyView {
        let names = known_names(list)
            .into_iter()
            .map(|(namespace, _)| namespace);
        let names = distinct(names.collect());
        let filter = BuildsFilter::Namespace;
        let typed = RwSignal::new(String::new());
        let choices = move || {
            let names = fitting(&names, typed, String::as_str).into_iter();
            let values = names.map(|name| (name.clone(), Signal::stored(name)));
            self.values(filter, t_signal!(builds.all_namespaces), values.collect())
        };
        view! {
            {self.name_field(filter, t_signal!(builds.namespace), typed)}
            {dynamic(choices)}
        }
        .into_any()
    }

    /// The repositories that are known in the namespace; in all namespaces, a choice sets the namespace too.
    fn repositories(self, list: BuildsList) -> AnyView {
        let namespace = self.query.get_untracked().namespace;
        let filter = BuildsFilter::Repository;
        let names = known_names(list).into_iter();
        let names = names.filter(|(known, _)| namespace.is_empty() || *known == namespace);
        let names: Vec<(String, (String, String))> = names
            .map(|(known, name)| match namespace.is_empty() {
                true => (format!("{known}/{name}"), (known, name)),
                false => (name.clone(), (known, name)),
            })
            .collect();
        let typed = RwSignal::new(String::new());
        let choices = move || {
            let choices = fitting(&names, typed, |(text, _)| text.as_str()).into_iter();
            let choices = choices.map(|(text, names)| {
                let names = StoredValue::new(names);
                self.choice(Signal::stored(text), move |query| {
                    let (namespace, repo) = names.get_value();
                    BuildsQuery {
                        namespace,
                        repo,
                        ..query
                    }
                })
            });
            choices.collect_view()
        };
        view! {
            {self.name_field(filter, t_signal!(builds.repository), typed)}
            {self.values(filter, t_signal!(builds.all_repositories), Vec::new())}
            {dynamic(choices)}
        }
        .into_any()
    }

    /// A field for a name that the list does not offer. What is typed into it goes to `typed`, and so narrows the list.
    fn name_field(
        self,
        filter: BuildsFilter,
        label: Signal<String>,
        typed: RwSignal<String>,
    ) -> AnyView {
        let query = self.query.get_untracked();
        let set = match filter {
            BuildsFilter::Namespace => query.namespace,
            _ => query.repo,
        };
        let value = RwSignal::new(set.clone());
        effect(move || {
            // What is set already is no search.
            let text = value.get();
            typed.set(if text == set { String::new() } else { text });
        });
        let apply = move || {
            let text = value.get_untracked().trim().to_owned();
            let mut query = self.query.get_untracked();
            match (filter, text.split_once('/')) {
                // A repository with its namespace, as the list has them.
                (BuildsFilter::Repository, Some((namespace, name))) => {
                    query.namespace = namespace.to_owned();
                    query.repo = name.to_owned();
                }
                _ => set_value(&mut query, filter, text),
            }
            self.go(query);
        };
        form(Input::new(label, value).view(), apply)
    }

    fn days(self) -> AnyView {
        let range = move |text, from: u32, to: u32| {
            let days = StoredValue::new((day_before_today(from), day_before_today(to)));
            self.choice(text, move |query| {
                let (from, to) = days.get_value();
                BuildsQuery { from, to, ..query }
            })
        };
        let query = self.query.get_untracked();
        let (from, to) = (RwSignal::new(query.from), RwSignal::new(query.to));
        let fields = view! {
            {day_field(t_signal!(builds.from), from)}
            {day_field(t_signal!(builds.to), to)}
        };
        let apply = move || {
            let (from, to) = (from.get_untracked(), to.get_untracked());
            self.go(BuildsQuery {
                from,
                to,
                ..self.query.get_untracked()
            });
        };
        view! {
            {range(t_signal!(builds.today), 0, 0)}
            {range(t_signal!(builds.yesterday), 1, 1)}
            {range(t_signal!(builds.last_week), 6, 0)}
            {self.values(BuildsFilter::Days, t_signal!(builds.any_day), Vec::new())}
            {form(fields.into_any(), apply)}
        }
        .into_any()
    }
}

type Change = Box<dyn Fn(BuildsQuery) -> BuildsQuery + Send + Sync>;

fn day_field(label: Signal<String>, value: RwSignal<String>) -> AnyView {
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                type="date"
                prop:value=value
                on:input=move |event| value.set(event_target_value(&event))
            />
        </label>
    }
    .into_any()
}

fn form(fields: AnyView, apply: impl Fn() + 'static) -> AnyView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        apply();
    };
    view! {
        <form class="menu-form" on:submit=submit>
            {fields}
            {Button::new(t_signal!(builds.apply)).primary().submit()}
        </form>
    }
    .into_any()
}

fn rows(list: BuildsList) -> Vec<Build> {
    list.rows().get_untracked()
}

/// Namespaces and names of the repositories that this browser has seen builds of.
fn known_names(list: BuildsList) -> Vec<(String, String)> {
    let connection = use_connection();
    let mut known: Vec<(String, String)> = Vec::new();
    for row in rows(list) {
        known.extend(row.repository().map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
    known.extend(names::list(&untrack(move || connection.address())));
    distinct(known)
}

/// The first of these whose text contains what is typed. Upper and lower case are the same. Tracked.
fn fitting<T: Clone>(all: &[T], typed: RwSignal<String>, text: fn(&T) -> &str) -> Vec<T> {
    let typed = typed.get().trim().to_lowercase();
    let fits = all
        .iter()
        .filter(|one| text(one).to_lowercase().contains(&typed));
    fits.take(MAX_NAMES).cloned().collect()
}

fn non_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// Removes repetitions and the default value, which means 'none'.
fn distinct<T: Clone + PartialEq + Default>(all: Vec<T>) -> Vec<T> {
    let mut distinct: Vec<T> = Vec::new();
    for value in all {
        if value != T::default() && !distinct.contains(&value) {
            distinct.push(value);
        }
    }
    distinct
}
