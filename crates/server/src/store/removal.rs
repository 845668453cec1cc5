//! The removal of repositories and of builds. What they have outside of the database is noted as
//! [`leftovers`].

use crate::store::image_tags::ImagePath;
use crate::store::{leftovers, removed_paths};
use rusqlite::{Connection, OptionalExtension, Result, params};

/// How many builds that have ended are removed at once with their repository. The others are hidden.
const ENDED_AT_ONCE: usize = 100;

/// Removes a repository with its tag configs, and hides its builds: see [`removed_paths`]. Those that wait or run are
/// removed at once. Returns the ids of the builds that run; `None` if there is no such repository.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn remove_repository(
    connection: &mut Connection,
    id: i64,
) -> Result<Option<Vec<String>>> {
    let transaction = connection.transaction()?;
    let found = transaction
        .query_row(
            "SELECT namespace, repo_name, deploy_key FROM repositories WHERE id = ?1",
            [id],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            },
        )
        .optional()?;
    let Some((namespace, repo_name, deploy_key)) = found else {
        return Ok(None);
    };
    let path = ImagePath {
        namespace: &namespace,
        repo_name: &repo_name,
    };
    let names = [path.namespace, path.repo_name];
    let running = transaction
        .prepare(
            "SELECT build_id FROM builds WHERE namespace = ?1 AND repo_name = ?2 AND status = 'I'",
        )?
        .query_map(names, |row| row.get(0))?
        .collect::<Result<_>>()?;
    let first = [
        "SELECT number FROM builds WHERE namespace = ?1 AND repo_name = ?2 AND status NOT IN ('S', 'F')".to_owned(),
        format!("SELECT number FROM builds WHERE namespace = ?1 AND repo_name = ?2 LIMIT {ENDED_AT_ONCE}"),
    ];
    for sql in first {
        let numbers: Vec<i64> = transaction
            .prepare(&sql)?
            .query_map(names, |row| row.get(0))?
            .collect::<Result<_>>()?;
        remove_all(&transaction, &numbers)?;
    }
    removed_paths::hide(&transaction, path)?;
    // Version tags go with their builds.
    let tags: Vec<String> = transaction
        .prepare(
            "SELECT tag FROM image_tags WHERE namespace = ?1 AND repo_name = ?2 AND build_id IS NULL",
        )?
        .query_map(names, |row| row.get(0))?
        .collect::<Result<_>>()?;
    for tag in tags {
        leftovers::add_name(&transaction, path, &tag)?;
    }
    if let Some(key) = deploy_key {
        leftovers::add_key(&transaction, &key)?;
    }
    for sql in [
        "DELETE FROM image_tags WHERE namespace = ?1 AND repo_name = ?2 AND build_id IS NULL",
        "DELETE FROM repositories WHERE namespace = ?1 AND repo_name = ?2",
    ] {
        transaction.execute(sql, names)?;
    }
    transaction.commit()?;
    Ok(Some(running))
}

/// Removes builds that have ended, by their numbers, with their logs and version tags.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn remove_builds(connection: &mut Connection, numbers: &[i64]) -> Result<()> {
    let transaction = connection.transaction()?;
    remove_all(&transaction, numbers)?;
    transaction.commit()
}

fn remove_all(connection: &Connection, numbers: &[i64]) -> Result<()> {
    for number in numbers {
        let found = connection
            .prepare_cached(
                "SELECT namespace, repo_name, build_id, image_id FROM builds WHERE number = ?1",
            )?
            .query_row([number], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            })
            .optional()?;
        let Some((namespace, repo_name, build_id, image)) = found else {
            continue;
        };
        let path = ImagePath {
            namespace: &namespace,
            repo_name: &repo_name,
        };
        let tags: Vec<String> = connection
            .prepare_cached("SELECT tag FROM image_tags WHERE build_id = ?1")?
            .query_map([&build_id], |row| row.get(0))?
            .collect::<Result<_>>()?;
        for tag in tags {
            leftovers::add_name(connection, path, &tag)?;
        }
        if let Some(image) = image {
            leftovers::add_image(connection, &namespace, &image)?;
        }
        connection
            .prepare_cached("DELETE FROM builds WHERE number = ?1")?
            .execute(params![number])?;
    }
    Ok(())
}

/// Gives free pages back to the disk, at most `pages` of 4 KiB. Returns true if there may be more. A database of an
/// earlier version keeps them for what comes next.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn shrink(connection: &Connection, pages: u32) -> Result<bool> {
    let free = || connection.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0));
    let before = free()?;
    if before == 0 {
        return Ok(false);
    }
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    // Each step frees a page.
    while rows.next()?.is_some() {}
    drop(rows);
    let after = free()?;
    Ok(0 < after && after < before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Caller;
    use crate::store::build_lists::{BuildFilter, BuildList};
    use crate::store::builds::find;
    use crate::store::migrations::migrate;
    use slipway_api::Build;

    fn add_repository(connection: &Connection, id: i64, repo_name: &str) {
        connection
            .execute(
                "INSERT INTO repositories (id, namespace, repo_name, is_public, repository) VALUES (?1, 'n', ?2, 1, '{}')",
                params![id, repo_name],
            )
            .unwrap();
    }

    /// Adds a build of a repository, with a line of log and a version tag.
    fn add_build(connection: &Connection, number: i64, repository: (i64, &str), status: &str) {
        let build = Build {
            build_id: format!("id-{number}"),
            docker_repo_path: format!("n/{}", repository.1),
            image_id: (status == "S").then(|| format!("image-{number}")),
            ..Build::default()
        };
        let values = params![
            number,
            build.build_id,
            repository.0,
            repository.1,
            status,
            crate::store::encode(&build).unwrap()
        ];
        connection
            .execute(
                "INSERT INTO builds (number, build_id, repository_id, namespace, repo_name, status, build, plan)
                 VALUES (?1, ?2, ?3, 'n', ?4, ?5, ?6, '{}')",
                values,
            )
            .unwrap();
        connection
            .execute(
                "INSERT INTO image_tags VALUES ('n', ?1, ?2, ?3)",
                params![repository.1, format!("v{number}"), build.build_id],
            )
            .unwrap();
        crate::store::logs::append_line(
            connection,
            &build.build_id,
            1,
            crate::log_level::EntryLevel::Info,
            "x",
        )
        .unwrap();
    }

    /// The builds that the lists of all, of a namespace, of a path, and of a name show, as far as they agree with their
    /// counts.
    fn shown(connection: &Connection) -> Vec<Vec<String>> {
        let filter = |namespace: Option<&str>, name: Option<&str>| BuildFilter {
            namespace: namespace.map(str::to_owned),
            repo_name: name.map(str::to_owned),
        };
        let filters = [
            filter(None, None),
            filter(Some("n"), None),
            filter(Some("n"), Some("big")),
            filter(None, Some("big")),
        ];
        let ids = |filter: &BuildFilter| {
            let list = BuildList::new(connection, &Caller::Anyone, filter).unwrap();
            let mut ids = Vec::new();
            let mut page = 1;
            loop {
                let listing = list.page(connection, page).unwrap();
                ids.extend(listing.rows.into_iter().map(|build| build.build_id));
                if page * 20 >= listing.count {
                    assert_eq!(ids.len() as u64, listing.count);
                    return ids;
                }
                page += 1;
            }
        };
        filters.iter().map(ids).collect()
    }

    fn count(connection: &Connection, table: &str) -> i64 {
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })
            .unwrap()
    }

    /// `n/big` with 1198 builds in several blocks, one of which waits and one runs, and two builds of `n/other` among them.
    fn with_large_repository() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        add_repository(&connection, 1, "big");
        add_repository(&connection, 2, "other");
        for number in 1..=1200 {
            match number {
                400 | 800 => add_build(&connection, number, (2, "other"), "S"),
                1199 => add_build(&connection, number, (1, "big"), "I"),
                1200 => add_build(&connection, number, (1, "big"), "W"),
                _ => add_build(&connection, number, (1, "big"), "S"),
            }
        }
        connection
    }

    fn is_visible(connection: &Connection, id: &str) -> bool {
        find(connection, &Caller::Anyone, id).unwrap().is_some()
    }

    #[test]
    fn the_builds_of_a_large_repository_are_hidden_at_once() {
        let mut connection = with_large_repository();
        let running = remove_repository(&mut connection, 1).unwrap();
        assert_eq!(running, Some(vec!["id-1199".to_owned()]));
        assert_eq!(remove_repository(&mut connection, 1).unwrap(), None);
        assert!(count(&connection, "builds") > 1000, "most are there");
        assert_eq!(count(&connection, "builds WHERE status <> 'S'"), 0);
        let others = ["id-800", "id-400"].map(str::to_owned).to_vec();
        let none = Vec::new();
        let expected = [others.clone(), others, none.clone(), none];
        assert_eq!(shown(&connection), expected);
        assert!(!is_visible(&connection, "id-1100") && is_visible(&connection, "id-800"));
    }

    #[test]
    fn hidden_builds_go_a_few_at_a_time_and_leave_those_of_a_new_repository() {
        let mut connection = with_large_repository();
        remove_repository(&mut connection, 1).unwrap();
        add_repository(&connection, 3, "big");
        add_build(&connection, 1201, (3, "big"), "S");
        let own = vec!["id-1201".to_owned()];
        let all = ["id-1201", "id-800", "id-400"].map(str::to_owned).to_vec();
        let expected = [all.clone(), all, own.clone(), own];
        let mut steps = 0;
        while let Some(numbers) = removed_paths::next(&mut connection, 200).unwrap() {
            assert_eq!(shown(&connection), expected);
            remove_builds(&mut connection, &numbers).unwrap();
            steps += 1;
        }
        assert_eq!(steps, 6);
        assert_eq!(shown(&connection), expected);
        for (table, rows) in [
            ("builds", 3),
            ("image_tags", 3),
            ("log_parts", 3),
            ("removed_paths", 0),
            ("leftovers WHERE kind = 'image'", 1196),
            ("leftovers WHERE kind = 'name'", 1198),
        ] {
            assert_eq!(count(&connection, table), rows, "{table}");
        }
        let counted = "SELECT sum(builds) FROM build_counts WHERE scope = ''";
        let counted: i64 = connection.query_row(counted, [], |row| row.get(0)).unwrap();
        assert_eq!(counted, 3);
    }
}
