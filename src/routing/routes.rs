//! The console's URLs: every path is built and parsed here, and nowhere else.

use crate::api::url::{decode, encode};
use chrono::NaiveDate;

/// A page of the console, with everything in its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Builds(BuildsQuery),
    Build {
        build_id: String,
    },
    /// The comparison of a build with another one, which is older as a rule.
    Compare {
        build_id: String,
        /// `None`: the last success of its tag before it.
        other: Option<String>,
    },
    Repositories {
        namespace: String,
        /// Counted from 1; 0 stands for 1.
        page: u64,
        /// A text that the repositories contain, on any page; empty: all.
        text: String,
    },
    Repository {
        namespace: String,
        name: String,
    },
    NewRepository {
        namespace: String,
    },
    Config {
        namespace: String,
        name: String,
    },
    /// A build or a log from a file of the user's.
    File,
    /// Statistics of a repository's builds.
    Insight(InsightQuery),
    /// The search through the logs of a repository's builds.
    LogSearch {
        namespace: String,
        name: String,
        /// The search, as the URL has it after its `?`: `routing/log_search.rs` reads it.
        query: String,
    },
    /// `back` is the path to return to once connected.
    Connection {
        back: Option<String>,
    },
}

/// The filters, order and page of the builds table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct BuildsQuery {
    /// Empty: every namespace that the API shows.
    pub namespace: String,
    /// Empty: every repository.
    pub repo: String,
    /// A status letter; empty: all.
    pub status: String,
    /// A source client's name; empty: all.
    pub client: String,
    /// A text that the build's row must contain; empty: all.
    pub text: String,
    /// The first day, `YYYY-MM-DD` in the user's time zone; empty: no bound.
    pub from: String,
    /// The last day, in the same form; empty: no bound. Not before `from`.
    pub to: String,
    /// The order of the rows of the page; `None`: the API's own, newest first.
    pub sort: Option<Sort>,
    /// Counted from 1; 0 stands for 1.
    pub page: u64,
}

/// A column of the builds table that its rows can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SortBy {
    Status,
    Image,
    When,
    Duration,
}

/// An order of the rows of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    pub by: SortBy,
    /// True: the largest, or the last in the alphabet, is first.
    pub descending: bool,
}

impl Sort {
    const NAMES: [(&'static str, SortBy); 4] = [
        ("status", SortBy::Status),
        ("image", SortBy::Image),
        ("when", SortBy::When),
        ("duration", SortBy::Duration),
    ];

    /// Returns the value in the URL: the column's name, after a `-` when descending.
    pub(crate) fn name(self) -> String {
        let name = Self::NAMES.iter().find(|(_, by)| *by == self.by);
        let name = name.map_or("", |(name, _)| name);
        format!("{}{name}", if self.descending { "-" } else { "" })
    }

    fn parse(text: &str) -> Option<Self> {
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let (_, by) = Self::NAMES.iter().find(|(known, _)| *known == name)?;
        Some(Self {
            by: *by,
            descending,
        })
    }
}

/// The builds that the insight page summarizes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct InsightQuery {
    pub namespace: String,
    pub name: String,
    /// An image tag; empty: all tags.
    pub tag: String,
    /// The number of last builds; `None`: all.
    pub last: Option<u64>,
}

/// The default number of builds on the insight page.
pub(crate) const INSIGHT_LAST: u64 = 50;

impl BuildsQuery {
    /// The first page of all builds: what a URL without a query asks for.
    pub(crate) fn first() -> Self {
        Self {
            page: 1,
            ..Self::default()
        }
    }

    /// The first page of a repository's builds.
    pub(crate) fn of_repository(namespace: String, repo: String) -> Self {
        Self {
            namespace,
            repo,
            ..Self::first()
        }
    }

    /// Returns true if there is a filter that the API does not have: it knows only namespace and repository.
    pub(crate) fn is_narrowed(&self) -> bool {
        let filters = [&self.status, &self.client, &self.text, &self.from, &self.to];
        filters.iter().any(|filter| !filter.is_empty())
    }
}

impl InsightQuery {
    /// The last builds of a repository, of all its tags.
    pub(crate) fn of_repository(namespace: String, name: String) -> Self {
        Self {
            namespace,
            name,
            tag: String::new(),
            last: Some(INSIGHT_LAST),
        }
    }
}

impl Route {
    /// The first page of a namespace's repositories.
    pub(crate) fn repositories(namespace: impl Into<String>) -> Self {
        Self::Repositories {
            namespace: namespace.into(),
            page: 1,
            text: String::new(),
        }
    }

    /// Returns the page's path and query, without the base path of the site.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Builds(query) => {
                let page = page_value(query.page);
                let pairs = [
                    ("namespace", query.namespace.as_str()),
                    ("repo", &query.repo),
                    ("status", &query.status),
                    ("client", &query.client),
                    ("q", &query.text),
                    ("from", &query.from),
                    ("to", &query.to),
                    ("sort", &query.sort.map(Sort::name).unwrap_or_default()),
                    ("page", &page),
                ];
                with_query("/builds", &pairs)
            }
            Self::Build { build_id } => format!("/builds/{}", segment(build_id)),
            Self::Compare { build_id, other } => {
                let path = format!("/builds/{}/compare", segment(build_id));
                match other {
                    Some(other) => format!("{path}/{}", segment(other)),
                    None => path,
                }
            }
            Self::Repositories {
                namespace,
                page,
                text,
            } => {
                let path = format!("/repositories/{}", segment(namespace));
                with_query(&path, &[("q", text), ("page", &page_value(*page))])
            }
            Self::Repository { namespace, name } => {
                format!("/repositories/{}/{}", segment(namespace), segment(name))
            }
            Self::NewRepository { namespace } => {
                format!("/repositories/{}/new", segment(namespace))
            }
            Self::Config { namespace, name } => format!(
                "/repositories/{}/{}/config",
                segment(namespace),
                segment(name)
            ),
            Self::Insight(query) => {
                let path = format!(
                    "/repositories/{}/{}/insight",
                    segment(&query.namespace),
                    segment(&query.name)
                );
                let last = match query.last {
                    Some(INSIGHT_LAST) => String::new(),
                    Some(last) => last.to_string(),
                    None => "all".to_owned(),
                };
                with_query(&path, &[("tag", &query.tag), ("last", &last)])
            }
            Self::LogSearch {
                namespace,
                name,
                query,
            } => {
                let mark = if query.is_empty() { "" } else { "?" };
                format!(
                    "/repositories/{}/{}/search{mark}{query}",
                    segment(namespace),
                    segment(name)
                )
            }
            Self::File => "/file".to_owned(),
            Self::Connection { back } => {
                with_query("/connection", &[("back", back.as_deref().unwrap_or(""))])
            }
        }
    }
}

impl Route {
    /// Parses a path (without the base path) and a query (with or without its `?`). Returns `None` when
    /// there is no such page. A query value that is not valid counts as missing.
    pub(crate) fn parse(path: &str, query: &str) -> Option<Self> {
        // Compared while still encoded: `%6Eew` is a repository, `new` is a page.
        let encoded: Vec<&str> = path.trim_matches('/').split('/').collect();
        let text = |index: usize| encoded.get(index).and_then(|segment| decode(segment));
        let value = |key: &str| query_value(query, key).unwrap_or_default();
        let page = || value("page").parse().unwrap_or(1).max(1);
        match encoded.as_slice() {
            [""] | ["index.html"] | ["builds"] => {
                let (from, to) = days(value("from"), value("to"));
                Some(Self::Builds(BuildsQuery {
                    namespace: value("namespace"),
                    repo: value("repo"),
                    status: value("status"),
                    client: value("client"),
                    text: value("q"),
                    from,
                    to,
                    sort: Sort::parse(&value("sort")),
                    page: page(),
                }))
            }
            ["builds", _] => Some(Self::Build { build_id: text(1)? }),
            ["builds", _, "compare"] => Some(Self::Compare {
                build_id: text(1)?,
                other: None,
            }),
            ["builds", _, "compare", _] => Some(Self::Compare {
                build_id: text(1)?,
                other: Some(text(3)?),
            }),
            ["repositories", _] => Some(Self::Repositories {
                namespace: text(1)?,
                page: page(),
                text: value("q"),
            }),
            ["repositories", _, "new"] => Some(Self::NewRepository {
                namespace: text(1)?,
            }),
            ["repositories", _, _] => Some(Self::Repository {
                namespace: text(1)?,
                name: text(2)?,
            }),
            ["repositories", _, _, "config"] => Some(Self::Config {
                namespace: text(1)?,
                name: text(2)?,
            }),
            ["repositories", _, _, "insight"] => Some(Self::Insight(InsightQuery {
                namespace: text(1)?,
                name: text(2)?,
                tag: value("tag"),
                last: match value("last").as_str() {
                    "all" => None,
                    last => Some(last.parse().unwrap_or(INSIGHT_LAST).max(1)),
                },
            })),
            ["repositories", _, _, "search"] => Some(Self::LogSearch {
                namespace: text(1)?,
                name: text(2)?,
                query: query.trim_start_matches('?').to_owned(),
            }),
            ["file"] => Some(Self::File),
            ["connection"] => Some(Self::Connection {
                back: query_value(query, "back").and_then(|back| safe_back(&back)),
            }),
            _ => None,
        }
    }

    /// Returns true when both are the same page, perhaps with different query values. Such a change keeps
    /// the page's state.
    pub(crate) fn same_page(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Builds(_), Self::Builds(_))
            | (Self::Connection { .. }, Self::Connection { .. }) => true,
            (Self::Repositories { namespace: a, .. }, Self::Repositories { namespace: b, .. }) => {
                a == b
            }
            (Self::Compare { build_id: a, .. }, Self::Compare { build_id: b, .. }) => a == b,
            (Self::Insight(a), Self::Insight(b)) => {
                (&a.namespace, &a.name) == (&b.namespace, &b.name)
            }
            (
                Self::LogSearch {
                    namespace, name, ..
                },
                Self::LogSearch {
                    namespace: other_namespace,
                    name: other_name,
                    ..
                },
            ) => (namespace, name) == (other_namespace, other_name),
            _ => self == other,
        }
    }
}

/// A page number as the query has it: empty for the first page.
fn page_value(page: u64) -> String {
    match page {
        0 | 1 => String::new(),
        page => page.to_string(),
    }
}

/// The two days in their order. One that does not exist becomes empty.
fn days(from: String, to: String) -> (String, String) {
    let (from, to) = (existing_day(from), existing_day(to));
    match !to.is_empty() && to < from {
        true => (to, from),
        false => (from, to),
    }
}

/// Returns a day of the calendar, `YYYY-MM-DD`, as it is, and an empty text for anything else.
fn existing_day(text: String) -> String {
    let bytes = text.as_bytes();
    let number = |part: std::ops::Range<usize>| {
        let digits = bytes.get(part)?;
        digits.iter().try_fold(0, |number, digit| {
            let value = u32::from(digit.wrapping_sub(b'0'));
            (value < 10).then_some(number * 10 + value)
        })
    };
    let day = || NaiveDate::from_ymd_opt(number(0..4)? as i32, number(5..7)?, number(8..10)?);
    let has_dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    match bytes.len() == 10 && has_dashes && day().is_some() {
        true => text,
        false => String::new(),
    }
}

pub(crate) fn query_value(query: &str, key: &str) -> Option<String> {
    query
        .trim_start_matches('?')
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(name, _)| *name == key)
        .and_then(|(_, value)| decode(&value.replace('+', " ")))
}

/// Encodes one path segment. A repository can be called `new`, which is also the name of a page: its first
/// letter is encoded, so that the two paths differ.
fn segment(text: &str) -> String {
    match text {
        "new" => "%6Eew".to_owned(),
        _ => encode(text),
    }
}

/// Appends the pairs that have a value to a path, as its query.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut url = path.to_owned();
    for (key, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        url.push(if url.len() == path.len() { '?' } else { '&' });
        url.push_str(key);
        url.push('=');
        url.push_str(&encode(value));
    }
    url
}

/// Returns a `back` path when it leads to this console, and not to another site.
pub(crate) fn safe_back(path: &str) -> Option<String> {
    let inside = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\n']);
    inside.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every route, with and without its values.
    fn routes() -> Vec<Route> {
        let namespace = || "demo".to_owned();
        let name = || "web-app".to_owned();
        vec![
            Route::Builds(BuildsQuery::default()),
            Route::Builds(BuildsQuery {
                namespace: namespace(),
                repo: name(),
                status: "F".to_owned(),
                client: "GitHub".to_owned(),
                text: "a b".to_owned(),
                from: "2026-11-25".to_owned(),
                to: "2026-11-26".to_owned(),
                sort: Some(Sort {
                    by: SortBy::Duration,
                    descending: true,
                }),
                page: 3,
            }),
            Route::Build {
                build_id: "5709f780-e8fb".to_owned(),
            },
            Route::File,
            Route::repositories(namespace()),
            Route::Repositories {
                namespace: namespace(),
                page: 2,
                text: "a b".to_owned(),
            },
            Route::Repository {
                namespace: namespace(),
                name: name(),
            },
            Route::Repository {
                namespace: namespace(),
                name: "new".to_owned(),
            },
            Route::NewRepository {
                namespace: namespace(),
            },
            Route::Config {
                namespace: "a/b".to_owned(),
                name: "名".to_owned(),
            },
            Route::Insight(InsightQuery {
                namespace: namespace(),
                name: name(),
                tag: String::new(),
                last: Some(INSIGHT_LAST),
            }),
            Route::Insight(InsightQuery {
                namespace: namespace(),
                name: name(),
                tag: "v1".to_owned(),
                last: None,
            }),
            Route::LogSearch {
                namespace: namespace(),
                name: name(),
                query: "q=a%20b".to_owned(),
            },
            Route::Connection { back: None },
            Route::Connection {
                back: Some("/builds?page=2".to_owned()),
            },
        ]
    }

    /// A snapshot of every path.
    #[test]
    fn every_path() {
        let routes = routes();
        let paths: Vec<String> = routes.iter().map(Route::path).collect();
        assert_eq!(
            paths,
            [
                "/builds",
                "/builds?namespace=demo&repo=web-app&status=F&client=GitHub&q=a%20b&from=2026-11-25&to=2026-11-26&sort=-duration&page=3",
                "/builds/5709f780-e8fb",
                "/file",
                "/repositories/demo",
                "/repositories/demo?q=a%20b&page=2",
                "/repositories/demo/web-app",
                "/repositories/demo/%6Eew",
                "/repositories/demo/new",
                "/repositories/a%2Fb/%E5%90%8D/config",
                "/repositories/demo/web-app/insight",
                "/repositories/demo/web-app/insight?tag=v1&last=all",
                "/repositories/demo/web-app/search?q=a%20b",
                "/connection",
                "/connection?back=%2Fbuilds%3Fpage%3D2",
            ]
        );
    }

    #[test]
    fn a_path_reads_back_as_its_page() {
        let repository = |name: &str| Route::Repository {
            namespace: "a/b".to_owned(),
            name: name.to_owned(),
        };
        for route in [
            repository("new"),
            repository("config"),
            repository("名 %2F"),
        ] {
            let path = route.path();
            assert_eq!(Route::parse(&path, ""), Some(route), "{path}");
        }
        let query = BuildsQuery {
            namespace: "x&y".to_owned(),
            repo: "é".to_owned(),
            status: "F".to_owned(),
            text: "a+b".to_owned(),
            sort: Sort::parse("when"),
            page: 7,
            ..BuildsQuery::default()
        };
        let path = Route::Builds(query.clone()).path();
        let (path, search) = path.split_once('?').expect("has a query");
        assert_eq!(Route::parse(path, search), Some(Route::Builds(query)));
        let second = Route::Repositories {
            namespace: "a/b".to_owned(),
            page: 2,
            text: "x".to_owned(),
        };
        assert_eq!(
            Route::parse("/repositories/a%2Fb", "?page=2&q=x"),
            Some(second.clone())
        );
        assert!(second.same_page(&Route::repositories("a/b")));
        assert!(!second.same_page(&Route::repositories("a")));
    }

    #[test]
    fn nonsense_is_no_page() {
        for path in ["/nope", "/builds/a/b", "/repositories", "/builds/%FF", "//"] {
            let route = Route::parse(path, "?page=x");
            assert!(route.is_none() || path == "//", "{path}");
        }
        let Some(Route::Builds(query)) = Route::parse("/builds", "?page=-3&status=%FF") else {
            panic!("still the builds page");
        };
        assert_eq!((query.page, query.status.as_str()), (1, ""));
        for query in [
            "?from=2026-02-30&to=soon",
            "?from=26-1-1",
            "?to=2026-1-01&from=",
        ] {
            let route = Route::parse("/builds", query);
            assert_eq!(route, Some(Route::Builds(BuildsQuery::first())), "{query}");
        }
        for query in ["", "?page=0", "?page=-3", "page=x"] {
            let route = Route::parse("/repositories/demo", query);
            assert_eq!(route, Some(Route::repositories("demo")), "{query}");
        }
    }

    #[test]
    fn two_days_are_in_their_order() {
        let Some(Route::Builds(query)) = Route::parse("/", "?from=2026-11-26&to=2024-02-29") else {
            panic!("the builds page");
        };
        assert_eq!(
            (query.from.as_str(), query.to.as_str()),
            ("2024-02-29", "2026-11-26")
        );
        assert!(query.is_narrowed());
        assert!(!BuildsQuery::of_repository("a".to_owned(), "b".to_owned()).is_narrowed());
    }

    /// The service worker gives the kept page for the console's pages, and for nothing else of the host.
    #[test]
    fn the_service_worker_knows_the_pages() {
        let worker = include_str!("../offline.js");
        let pages = worker
            .lines()
            .find_map(|line| line.trim().strip_prefix("const PAGES = "));
        let pages = pages.and_then(|pages| pages.split("(?:(?:").nth(1)?.split(')').next());
        let pages = pages.unwrap_or_default().replace('\\', "");
        assert_eq!(
            pages.split('|').collect::<Vec<_>>(),
            ["index.html", "builds", "repositories", "connection", "file"]
        );
        for page in pages.split('|') {
            let paths = [format!("/{page}"), format!("/{page}/a")];
            assert!(
                paths.iter().any(|path| Route::parse(path, "").is_some()),
                "{page}"
            );
        }
    }

    #[test]
    fn back_leads_nowhere_else() {
        assert_eq!(
            safe_back("/builds?page=2").as_deref(),
            Some("/builds?page=2")
        );
        for outside in [
            "//evil.test",
            "https://evil.test",
            "/\\evil.test",
            "builds",
            "",
        ] {
            assert_eq!(safe_back(outside), None, "{outside}");
        }
    }
}
