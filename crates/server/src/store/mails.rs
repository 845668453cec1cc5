//! The builds that have ended and that mail may be due about. A trigger notes them in the transaction that ends them, so
//! that none is forgotten, whatever ends a build.

use crate::store::{builds, decode};
use rusqlite::{Connection, OptionalExtension, Result, params};
use slipway_api::Build;

/// A build that has ended, and the one of the same tag that had ended before it.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The build; `None` if it was removed.
    pub(crate) build: Option<Build>,
    /// Its number, for its log.
    pub(crate) number: i64,
    /// Those that ended before it, the newest first.
    pub(crate) before: Vec<Build>,
}

/// How many builds before one are looked at.
const MAX_BEFORE: u32 = 20;

/// Records the namespaces that mail is sent about, in their order. Builds of others are not noted.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn set_namespaces(connection: &mut Connection, namespaces: &[String]) -> Result<()> {
    let known: Vec<String> = connection
        .prepare("SELECT namespace FROM mail_namespaces ORDER BY namespace")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_>>()?;
    if known == namespaces {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    transaction.execute("DELETE FROM mail_namespaces", [])?;
    for namespace in namespaces {
        transaction.execute("INSERT INTO mail_namespaces VALUES (?1)", [namespace])?;
    }
    transaction.execute(
        "DELETE FROM mails WHERE namespace NOT IN (SELECT namespace FROM mail_namespaces)",
        [],
    )?;
    transaction.commit()
}

/// Returns the first note after this one: its number and the id of the build.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn next(connection: &Connection, after: i64) -> Result<Option<(i64, String)>> {
    connection
        .prepare_cached("SELECT id, build_id FROM mails WHERE id > ?1 ORDER BY id LIMIT 1")?
        .query_row([after], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

/// Removes a note.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn forget(connection: &Connection, id: i64) -> Result<()> {
    connection.execute("DELETE FROM mails WHERE id = ?1", [id])?;
    Ok(())
}

/// Reads what a mail about a build needs.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn ended(connection: &Connection, build_id: &str) -> Result<Ended> {
    let found = connection
        .prepare_cached("SELECT number, repository_id, build FROM builds WHERE build_id = ?1")?
        .query_row([build_id], |row| {
            let build: Build = decode(row.get_ref(2)?.as_str()?)?;
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, build))
        })
        .optional()?;
    let Some((number, repository_id, build)) = found else {
        return Ok(Ended {
            build: None,
            number: 0,
            before: Vec::new(),
        });
    };
    let before = connection
        .prepare_cached(
            "SELECT build FROM builds
             WHERE repository_id = ?1 AND tag = ?2 AND number < ?3 AND status IN ('S', 'F')
             ORDER BY number DESC LIMIT ?4",
        )?
        .query_map(
            params![repository_id, build.docker_repo_tag, number, MAX_BEFORE],
            builds::build,
        )?
        .collect::<Result<_>>()?;
    Ok(Ended {
        build: Some(build),
        number,
        before,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::encode;
    use crate::store::migrations::migrate;
    use serde_json::json;

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        for (id, name, mails) in [(1, "mails", true), (2, "none", false)] {
            let repository = json!({
                "namespace": "n", "repo_name": name, "build_config": {"email_enabled": mails},
            });
            connection
                .execute(
                    "INSERT INTO repositories (id, namespace, repo_name, is_public, repository)
                     VALUES (?1, 'n', ?2, 1, ?3)",
                    params![id, name, repository.to_string()],
                )
                .unwrap();
        }
        connection
    }

    /// Adds a waiting build, and ends it.
    fn build(connection: &Connection, repository: i64, id: &str, status: &str) {
        let waiting: Build = serde_json::from_value(json!({
            "build_id": id, "status": "W", "docker_repo_path": "n/x", "docker_repo_tag": "latest",
        }))
        .unwrap();
        connection
            .execute(
                "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
                 VALUES (?1, ?2, 'n', 'x', 'W', ?3, '{}')",
                params![id, repository, encode(&waiting).unwrap()],
            )
            .unwrap();
        for status in ["I", status] {
            let changed = Build {
                status: status.into(),
                ..waiting.clone()
            };
            builds::save(connection, &changed).unwrap();
        }
    }

    fn noted(connection: &Connection) -> Vec<String> {
        let (mut after, mut found) = (0, Vec::new());
        while let Some((id, build_id)) = next(connection, after).unwrap() {
            found.push(build_id);
            after = id;
        }
        found
    }

    #[test]
    fn builds_are_noted_once_when_they_end_where_mail_is_wanted() {
        let mut connection = database();
        build(&connection, 1, "early", "F");
        assert!(noted(&connection).is_empty(), "nobody gets mail");
        set_namespaces(&mut connection, &["n".to_owned()]).unwrap();
        build(&connection, 1, "failed", "F");
        build(&connection, 2, "silent", "F");
        build(&connection, 1, "fine", "S");
        assert_eq!(noted(&connection), ["failed", "fine"]);
        let again = ended(&connection, "failed").unwrap().build.unwrap();
        builds::save(&connection, &again).unwrap();
        assert_eq!(noted(&connection).len(), 2, "it had ended before");
        let found = ended(&connection, "fine").unwrap();
        let before: Vec<_> = found
            .before
            .iter()
            .map(|build| build.build_id.as_str())
            .collect();
        assert_eq!(before, ["failed", "early"]);
        assert!(ended(&connection, "none").unwrap().build.is_none());
        let (id, _) = next(&connection, 0).unwrap().unwrap();
        forget(&connection, id).unwrap();
        assert_eq!(noted(&connection), ["fine"]);
        // Once nobody gets mail any more, the notes go.
        set_namespaces(&mut connection, &["other".to_owned()]).unwrap();
        assert!(noted(&connection).is_empty());
    }
}
