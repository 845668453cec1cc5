//! Pages of builds, as fast on page 5,000 as on page 1.
//!
//! Builds are numbered, and 512 consecutive numbers are a block. `build_counts` has the number of builds of each
//! block for each scope: all builds, those of a namespace, of an image's path, of a repository name, of one
//! repository. Their sum is the count of a list, and they say in which block a page begins, so that no more than a
//! block is passed over to find it.
//!
//! `versions` has a number for each scope that grows with every change in it.

use crate::store::{Caller, Listing, decode, encode, offset, removed_paths};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use slipway_api::Build;
use slipway_api::page::PAGE_SIZE;

/// How many numbers a block has. The triggers of the schema have the same.
const BLOCK_BUILDS: i64 = 512;

/// Selects the builds of a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct BuildFilter {
    /// One namespace; `None` for all namespaces of the caller.
    pub(crate) namespace: Option<String>,
    /// One repository name; `None` for all.
    pub(crate) repo_name: Option<String>,
}

/// Builds that are counted together. A list is made of one or several that have no build in common.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    All,
    Namespace(String),
    Path(String, String),
    Name(String),
    /// The builds of one repository, without those of an earlier one of the same name.
    Repository {
        id: i64,
        namespace: String,
        repo_name: String,
    },
}

impl Scope {
    /// The key in `build_counts`.
    fn counted_as(&self) -> String {
        match self {
            Self::All => String::new(),
            Self::Namespace(namespace) => format!("n/{namespace}"),
            Self::Path(namespace, name) => format!("p/{namespace}/{name}"),
            Self::Name(name) => format!("m/{name}"),
            Self::Repository { id, .. } => format!("r/{id}"),
        }
    }

    /// The numbers of its builds from `lowest` to `highest`, the highest first, at most `limit`.
    fn numbers(
        &self,
        connection: &Connection,
        (lowest, highest): (i64, i64),
        limit: i64,
    ) -> Result<Vec<i64>> {
        const RANGE: &str = "number BETWEEN ?1 AND ?2 ORDER BY number DESC LIMIT ?3";
        // Mostly there are none, and then an index alone answers.
        let shown = match removed_paths::any(connection)? {
            true => format!("{} AND", removed_paths::IS_SHOWN),
            false => String::new(),
        };
        let select = |condition: &str| {
            connection.prepare_cached(&format!(
                "SELECT number FROM builds WHERE {condition} {shown} {RANGE}"
            ))
        };
        let number = |row: &Row| row.get(0);
        match self {
            Self::All => select("")?
                .query_map(params![lowest, highest, limit], number)?
                .collect(),
            Self::Namespace(namespace) => select("namespace = ?4 AND")?
                .query_map(params![lowest, highest, limit, namespace], number)?
                .collect(),
            Self::Path(namespace, name) => select("namespace = ?4 AND repo_name = ?5 AND")?
                .query_map(params![lowest, highest, limit, namespace, name], number)?
                .collect(),
            Self::Name(name) => select("repo_name = ?4 AND")?
                .query_map(params![lowest, highest, limit, name], number)?
                .collect(),
            Self::Repository {
                id,
                namespace,
                repo_name,
            } => select("namespace = ?4 AND repo_name = ?5 AND repository_id = ?6 AND")?
                .query_map(
                    params![lowest, highest, limit, namespace, repo_name, id],
                    number,
                )?
                .collect(),
        }
    }
}

/// The builds that a list shows to a caller.
pub(crate) struct BuildList {
    scopes: Vec<Scope>,
    /// The keys in `versions` that change with these builds.
    versions: Vec<String>,
}

impl BuildList {
    /// Finds the builds that the caller may read: those of its own namespaces, and where one namespace is asked
    /// for, those of its public repositories.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) fn new(
        connection: &Connection,
        caller: &Caller,
        filter: &BuildFilter,
    ) -> Result<Self> {
        let (namespace, name) = (filter.namespace.as_deref(), filter.repo_name.as_deref());
        let own = |namespace: &str| match name {
            Some(name) => Scope::Path(namespace.to_owned(), name.to_owned()),
            None => Scope::Namespace(namespace.to_owned()),
        };
        let scopes = match (namespace, caller) {
            (Some(namespace), caller) if caller.may_write(namespace) => vec![own(namespace)],
            (Some(namespace), _) => public(connection, namespace, name)?,
            (None, Caller::Anyone) => match name {
                Some(name) => vec![Scope::Name(name.to_owned())],
                None => vec![Scope::All],
            },
            (None, Caller::Namespaces(namespaces)) => {
                let mut namespaces: Vec<&str> = namespaces.iter().map(String::as_str).collect();
                namespaces.sort_unstable();
                namespaces.dedup();
                namespaces.into_iter().map(own).collect()
            }
        };
        let of_all = match (namespace, caller) {
            (Some(namespace), _) => own(namespace).counted_as(),
            (None, _) => String::new(),
        };
        let has_own = matches!((namespace, caller), (None, Caller::Namespaces(_)));
        let versions = match has_own {
            true => scopes.iter().map(Scope::counted_as).collect(),
            false => vec![of_all],
        };
        Ok(Self { scopes, versions })
    }

    /// Returns a number that grows with every change of a build in the list.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) fn version(&self, connection: &Connection) -> Result<i64> {
        let mut statement =
            connection.prepare_cached("SELECT version FROM versions WHERE scope = ?1")?;
        let mut sum = 0;
        for scope in &self.versions {
            let version: Option<i64> = statement.query_row([scope], |row| row.get(0)).optional()?;
            sum += version.unwrap_or_default();
        }
        Ok(sum)
    }

    /// Returns a page of the builds, newest first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) fn page(&self, connection: &Connection, page: u64) -> Result<Listing<Build>> {
        let blocks = self.blocks(connection)?;
        let count = blocks.iter().map(|(_, builds)| *builds).sum();
        let first = offset(page);
        let limit = PAGE_SIZE as i64;
        let Some((range, skipped)) = blocks_of(&blocks, first, limit) else {
            return Ok(Listing {
                count,
                rows: Vec::new(),
            });
        };
        let mut numbers = Vec::new();
        for scope in &self.scopes {
            numbers.extend(scope.numbers(connection, range, skipped + limit)?);
        }
        // Each of the scopes is sorted, all of them together are not.
        numbers.sort_unstable_by(|left, right| right.cmp(left));
        let mut statement =
            connection.prepare_cached("SELECT build FROM builds WHERE number = ?1")?;
        let rows = numbers
            .into_iter()
            .skip(usize::try_from(skipped).unwrap_or(usize::MAX))
            .take(PAGE_SIZE as usize)
            .map(|number| statement.query_row([number], |row| decode(row.get_ref(0)?.as_str()?)))
            .collect::<Result<_>>()?;
        Ok(Listing { count, rows })
    }

    /// The blocks that have builds of the list, the newest first, with how many.
    fn blocks(&self, connection: &Connection) -> Result<Vec<(i64, u64)>> {
        let block = |row: &Row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs()));
        let keys: Vec<String> = self.scopes.iter().map(Scope::counted_as).collect();
        match keys.as_slice() {
            [key] => connection
                .prepare_cached(
                    "SELECT block, builds FROM build_counts WHERE scope = ?1 ORDER BY block DESC",
                )?
                .query_map([key], block)?
                .collect(),
            keys => connection
                .prepare_cached(
                    "SELECT block, sum(builds) FROM build_counts
                     WHERE scope IN (SELECT value FROM json_each(?1))
                     GROUP BY block ORDER BY block DESC",
                )?
                .query_map([encode(&keys)?], block)?
                .collect(),
        }
    }
}

/// The public repositories of a namespace, or the one with a name.
fn public(connection: &Connection, namespace: &str, name: Option<&str>) -> Result<Vec<Scope>> {
    connection
        .prepare_cached(
            "SELECT id, repo_name FROM repositories
             WHERE namespace = ?1 AND is_public AND (?2 IS NULL OR repo_name = ?2)",
        )?
        .query_map(params![namespace, name], |row| {
            Ok(Scope::Repository {
                id: row.get(0)?,
                namespace: namespace.to_owned(),
                repo_name: row.get(1)?,
            })
        })?
        .collect()
}

/// Finds the blocks of a page whose first build has `first` newer ones. Returns the lowest and the highest number in
/// them, and how many builds in them are newer than the page; `None` if the list ends before.
fn blocks_of(blocks: &[(i64, u64)], first: i64, limit: i64) -> Option<((i64, i64), i64)> {
    let mut newer = 0_i64;
    let mut found: Option<(i64, i64)> = None;
    let mut lowest = 0;
    for (block, builds) in blocks {
        let builds = i64::try_from(*builds).unwrap_or(i64::MAX);
        if found.is_none() && newer + builds > first {
            found = Some((block * BLOCK_BUILDS + BLOCK_BUILDS - 1, first - newer));
        }
        newer = newer.saturating_add(builds);
        lowest = block * BLOCK_BUILDS;
        if found.is_some() && newer >= first.saturating_add(limit) {
            break;
        }
    }
    found.map(|(highest, skipped)| ((lowest, highest), skipped))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrations::migrate;
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// A build of a model that is slow and obvious.
    #[derive(Debug, Clone)]
    struct Model {
        number: i64,
        namespace: &'static str,
        name: &'static str,
        is_public: bool,
    }

    /// The repositories of the model. The first of the name `b` was removed by an earlier version, which kept its
    /// builds.
    const REPOSITORIES: [(i64, &str, &str, bool); 6] = [
        (1, "one", "a", true),
        (2, "one", "b", false),
        (3, "one", "b", true),
        (4, "two", "a", false),
        (5, "two", "c", true),
        (6, "one", "d", true),
    ];

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        for (id, namespace, name, is_public) in REPOSITORIES {
            if id != 2 {
                connection
                    .execute(
                        "INSERT INTO repositories (id, namespace, repo_name, is_public, repository)
                         VALUES (?1, ?2, ?3, ?4, '{}')",
                        params![id, namespace, name, is_public],
                    )
                    .unwrap();
            }
        }
        connection
    }

    fn add(connection: &Connection, number: i64, repository: usize) -> Model {
        let (id, namespace, name, is_public) = REPOSITORIES[repository];
        connection
            .execute(
                "INSERT INTO builds
                     (number, build_id, repository_id, namespace, repo_name, status, build, plan)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'S', ?6, '{}')",
                params![
                    number,
                    number.to_string(),
                    id,
                    namespace,
                    name,
                    format!("{{\"build_id\":\"{number}\"}}")
                ],
            )
            .unwrap();
        Model {
            number,
            namespace,
            name,
            is_public: is_public && id != 2,
        }
    }

    /// Asserts that each page of each list has what the model has.
    fn check(connection: &Connection, model: &[Model]) {
        let own = |names: &[&str]| {
            Caller::Namespaces(names.iter().map(|name| (*name).to_owned()).collect())
        };
        let callers = [
            Caller::Anyone,
            own(&["one"]),
            own(&["two", "one", "two"]),
            own(&["three"]),
        ];
        let namespaces = [None, Some("one"), Some("two"), Some("none")];
        let names = [None, Some("a"), Some("b"), Some("none")];
        for caller in &callers {
            for (namespace, name) in namespaces
                .iter()
                .flat_map(|namespace| names.iter().map(move |name| (*namespace, *name)))
            {
                let mut expected: Vec<i64> = model
                    .iter()
                    .filter(|build| namespace.is_none_or(|namespace| namespace == build.namespace))
                    .filter(|build| name.is_none_or(|name| name == build.name))
                    .filter(|build| {
                        caller.may_write(build.namespace) || namespace.is_some() && build.is_public
                    })
                    .map(|build| build.number)
                    .collect();
                expected.sort_unstable_by(|left, right| right.cmp(left));
                let filter = BuildFilter {
                    namespace: namespace.map(str::to_owned),
                    repo_name: name.map(str::to_owned),
                };
                let list = BuildList::new(connection, caller, &filter).unwrap();
                for page in 1..=expected.len() / 20 + 2 {
                    let found = list.page(connection, page as u64).unwrap();
                    assert_eq!(found.count, expected.len() as u64, "{caller:?} {filter:?}");
                    let numbers: Vec<i64> = found
                        .rows
                        .iter()
                        .map(|build| build.build_id.parse().unwrap())
                        .collect();
                    let of_page: Vec<i64> = expected
                        .iter()
                        .skip((page - 1) * 20)
                        .take(20)
                        .copied()
                        .collect();
                    assert_eq!(numbers, of_page, "{caller:?} {filter:?} page {page}");
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_list_has_what_a_slow_one_has(
            builds in proptest::collection::vec((1_i64..400, 0_usize..6), 0..90),
            removed in proptest::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let connection = database();
            let (mut model, mut number) = (Vec::new(), 0);
            for (distance, repository) in builds {
                number += distance;
                model.push(add(&connection, number, repository));
            }
            check(&connection, &model);
            let removed: HashSet<i64> = removed
                .iter()
                .filter(|_| !model.is_empty())
                .map(|index| index.get(&model).number)
                .collect();
            for number in &removed {
                connection.execute("DELETE FROM builds WHERE number = ?1", [number]).unwrap();
            }
            model.retain(|build| !removed.contains(&build.number));
            check(&connection, &model);
        }
    }

    #[test]
    fn the_version_of_a_list_grows_with_its_builds_only() {
        let connection = database();
        let version = |caller: &Caller, namespace: Option<&str>, name: Option<&str>| {
            let filter = BuildFilter {
                namespace: namespace.map(str::to_owned),
                repo_name: name.map(str::to_owned),
            };
            let list = BuildList::new(&connection, caller, &filter).unwrap();
            list.version(&connection).unwrap()
        };
        let foreign = Caller::Namespaces(vec!["two".to_owned()]);
        let all = || {
            [
                version(&Caller::Anyone, None, None),
                version(&Caller::Anyone, Some("one"), None),
                version(&Caller::Anyone, Some("one"), Some("a")),
                version(&foreign, Some("one"), Some("a")),
                version(&foreign, None, None),
                version(&Caller::Anyone, Some("one"), Some("d")),
            ]
        };
        let mut before = all();
        let mut assert_changed = |expected: [bool; 6]| {
            let after = all();
            let changed: Vec<bool> = before.iter().zip(after).map(|(a, b)| *a < b).collect();
            assert_eq!(changed, expected);
            before = after;
        };
        add(&connection, 1, 0);
        assert_changed([true, true, true, true, false, false]);
        add(&connection, 2, 3);
        assert_changed([true, false, false, false, true, false]);
        connection
            .execute("UPDATE builds SET build = build WHERE number = 1", [])
            .unwrap();
        assert_changed([true, true, true, true, false, false]);
        connection
            .execute("DELETE FROM builds WHERE number = 2", [])
            .unwrap();
        assert_changed([true, false, false, false, true, false]);
        assert_changed([false; 6]);
    }

    #[test]
    fn a_page_is_found_in_its_blocks() {
        let blocks = [(9, 5), (7, 512), (3, 10)];
        let numbers = |low: i64, high: i64| (low * BLOCK_BUILDS, high * BLOCK_BUILDS + 511);
        assert_eq!(blocks_of(&blocks, 0, 20), Some((numbers(7, 9), 0)));
        assert_eq!(blocks_of(&blocks, 5, 20), Some((numbers(7, 7), 0)));
        assert_eq!(blocks_of(&blocks, 497, 20), Some((numbers(7, 7), 492)));
        assert_eq!(blocks_of(&blocks, 500, 20), Some((numbers(3, 7), 495)));
        // The last page, which is not full, and one after it.
        assert_eq!(blocks_of(&blocks, 520, 20), Some((numbers(3, 3), 3)));
        assert_eq!(blocks_of(&blocks, 527, 20), None);
        assert_eq!(blocks_of(&[], 0, 20), None);
    }
}
