//! The part of a URL that says what to search in a repository's logs:
//! `/repositories/team/app/search?q=timeout&last=100`. Not part of [`Route`], whose code is in the first view.

use crate::routing::routes::{Route, query_value, with_query};

/// The default number of builds whose logs are searched.
pub(crate) const SEARCH_LAST: u64 = 20;

/// A search through the logs of a repository's builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogSearchQuery {
    /// A text or a regular expression; empty: nothing is searched, unless there is a `cause`.
    pub(crate) text: String,
    pub(crate) regex: bool,
    pub(crate) match_case: bool,
    pub(crate) whole_word: bool,
    /// The id of a build: the cause of its failure is searched, not `text`. Empty: none.
    pub(crate) cause: String,
    /// With `cause`: true finds all failures of the same kind, false only those with the same line.
    pub(crate) same_kind: bool,
    /// The number of last builds; `None`: all.
    pub(crate) last: Option<u64>,
    /// True: no builds but failed ones.
    pub(crate) only_failed: bool,
}

impl Default for LogSearchQuery {
    fn default() -> Self {
        Self {
            text: String::new(),
            regex: false,
            match_case: false,
            whole_word: false,
            cause: String::new(),
            same_kind: false,
            last: Some(SEARCH_LAST),
            only_failed: false,
        }
    }
}

impl LogSearchQuery {
    /// Searches the last failed builds for the cause of this one's failure.
    pub(crate) fn of_cause(build_id: &str) -> Self {
        Self {
            cause: build_id.to_owned(),
            only_failed: true,
            ..Self::default()
        }
    }

    /// Parses the query of a URL, with or without its `?`. A value that is not valid counts as missing.
    pub(crate) fn parse(query: &str) -> Self {
        let value = |key: &str| query_value(query, key).unwrap_or_default();
        let is_set = |key: &str| value(key) == "1";
        Self {
            text: value("q"),
            regex: is_set("regex"),
            match_case: is_set("case"),
            whole_word: is_set("word"),
            cause: value("cause"),
            same_kind: is_set("kind"),
            last: match value("last").as_str() {
                "all" => None,
                last => Some(last.parse().unwrap_or(SEARCH_LAST).max(1)),
            },
            only_failed: is_set("failed"),
        }
    }

    /// The page of this search in a repository.
    pub(crate) fn route(&self, namespace: &str, name: &str) -> Route {
        let flag = |is_set: bool| if is_set { "1" } else { "" };
        let last = match self.last {
            Some(SEARCH_LAST) => String::new(),
            Some(last) => last.to_string(),
            None => "all".to_owned(),
        };
        let pairs = [
            ("q", self.text.as_str()),
            ("regex", flag(self.regex)),
            ("case", flag(self.match_case)),
            ("word", flag(self.whole_word)),
            ("cause", &self.cause),
            ("kind", flag(self.same_kind)),
            ("last", &last),
            ("failed", flag(self.only_failed)),
        ];
        Route::LogSearch {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            query: with_query("", &pairs).trim_start_matches('?').to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_reads_back_from_its_url() {
        let all = LogSearchQuery {
            text: "a+b & c".to_owned(),
            regex: true,
            match_case: true,
            whole_word: true,
            cause: "5709f780-e8fb".to_owned(),
            same_kind: true,
            last: None,
            only_failed: true,
        };
        let hundred = LogSearchQuery {
            last: Some(100),
            ..LogSearchQuery::default()
        };
        for search in [all, hundred, LogSearchQuery::default()] {
            let path = search.route("team", "app").path();
            let (path, query) = path.split_once('?').unwrap_or((&path, ""));
            let Some(Route::LogSearch { query, .. }) = Route::parse(path, query) else {
                panic!("{path}");
            };
            assert_eq!(LogSearchQuery::parse(&query), search);
        }
        let cause = LogSearchQuery::of_cause("7").route("team", "app").path();
        assert_eq!(cause, "/repositories/team/app/search?cause=7&failed=1");
    }

    #[test]
    fn nonsense_counts_as_missing() {
        let odd = LogSearchQuery::parse("?regex=yes&last=soon&failed=&q=%FF");
        assert_eq!(odd, LogSearchQuery::default());
        assert_eq!(LogSearchQuery::parse("last=0").last, Some(1));
    }
}
