//! The deliveries of webhooks: those that wait to be looked at, and the last ones of each repository with what came of
//! them.

use crate::store::{decode, encode};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use slipway_api::{Delivery, DeliveryState, PushResult, SourceKind};
use std::collections::BTreeMap;

/// How many deliveries of a repository are kept.
const MAX_KEPT: i64 = 10;

/// How many deliveries of a repository may wait to be looked at.
const MAX_WAITING: i64 = 20;

/// For a commit, true if its message says that it is not to be built.
pub(crate) type SkipMarks = BTreeMap<String, bool>;

/// A delivery that waits to be looked at.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// Its number.
    pub(crate) id: i64,
    /// The repository that it is for.
    pub(crate) repository_id: i64,
    /// What it says.
    pub(crate) delivery: Delivery,
    /// What the sender says about messages.
    pub(crate) marks: SkipMarks,
}

/// Adds a delivery, which waits if its state is pending. Returns false, and adds nothing, if as many wait as may.
/// Of those that come to nothing for the same reason, the newest is kept.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn add(
    connection: &Connection,
    repository_id: i64,
    delivery: &Delivery,
    marks: &SkipMarks,
) -> Result<bool> {
    let waits = delivery.state == DeliveryState::Pending;
    let waiting: i64 = connection
        .prepare_cached("SELECT count(*) FROM deliveries WHERE waits AND repository_id = ?1")?
        .query_row([repository_id], |row| row.get(0))?;
    if waits && waiting >= MAX_WAITING {
        return Ok(false);
    }
    if !waits && delivery.refs.is_empty() {
        connection
            .prepare_cached(
                "DELETE FROM deliveries WHERE repository_id = ?1 AND NOT waits
                 AND delivery ->> 'state' = ?2 AND delivery ->> 'reason' = ?3",
            )?
            .execute(params![
                repository_id,
                delivery.state.as_str(),
                delivery.reason
            ])?;
    }
    connection
        .prepare_cached(
            "INSERT INTO deliveries (repository_id, waits, delivery, marks) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![repository_id, waits, encode(delivery)?, encode(marks)?])?;
    connection
        .prepare_cached(
            "DELETE FROM deliveries WHERE repository_id = ?1 AND NOT waits AND id NOT IN
             (SELECT id FROM deliveries WHERE repository_id = ?1 ORDER BY id DESC LIMIT ?2)",
        )?
        .execute([repository_id, MAX_KEPT])?;
    Ok(true)
}

/// Returns the oldest waiting delivery of each repository.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn waiting(connection: &Connection) -> Result<Vec<Waiting>> {
    connection
        .prepare_cached(
            "SELECT min(id) AS id, repository_id, delivery, marks FROM deliveries WHERE waits
             GROUP BY repository_id ORDER BY 1",
        )?
        .query_map([], |row| {
            Ok(Waiting {
                id: row.get("id")?,
                repository_id: row.get("repository_id")?,
                delivery: delivery(row)?,
                marks: decode(row.get_ref("marks")?.as_str()?)?,
            })
        })?
        .collect()
}

/// Stores what came of a delivery that waited.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn finish(connection: &Connection, id: i64, delivery: &Delivery) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE deliveries SET waits = 0, delivery = ?2, marks = '{}' WHERE id = ?1",
        )?
        .execute(params![id, encode(delivery)?])?;
    Ok(())
}

/// Returns the last deliveries of a repository, the newest first.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn last(connection: &Connection, repository_id: i64) -> Result<Vec<Delivery>> {
    connection
        .prepare_cached(
            "SELECT id, delivery FROM deliveries WHERE repository_id = ?1 ORDER BY id DESC LIMIT ?2",
        )?
        .query_map([repository_id, MAX_KEPT], delivery)?
        .collect()
}

fn delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.get("id")?,
        ..decode(row.get_ref("delivery")?.as_str()?)?
    })
}

/// Returns the build that was started for a commit of a branch or tag, as the last deliveries tell it.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn build_of(
    connection: &Connection,
    repository_id: i64,
    (kind, value): (&SourceKind, &str),
    tag: &str,
    commit: &str,
) -> Result<Option<String>> {
    let refs = last(connection, repository_id)?
        .into_iter()
        .flat_map(|delivery| delivery.refs);
    let mut results = refs
        .filter(|pushed| {
            pushed.code_repo_type == *kind
                && pushed.code_repo_type_value == value
                && pushed.commit.as_deref() == Some(commit)
        })
        .flat_map(|pushed| pushed.results);
    let started = results
        .find(|result| result.docker_repo_tag == tag && result.result == PushResult::Started);
    Ok(started.and_then(|result| result.build_id))
}

/// Returns true while the webhook of a repository tells of its pushes.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn is_delivering(connection: &Connection, repository_id: i64) -> Result<bool> {
    connection
        .prepare_cached("SELECT hook_delivers FROM repositories WHERE id = ?1")?
        .query_row([repository_id], |row| row.get(0))
        .optional()
        .map(Option::unwrap_or_default)
}

/// Records whether the webhook of a repository tells of its pushes. Returns true if that is a change.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn set_delivering(
    connection: &Connection,
    repository_id: i64,
    is_delivering: bool,
) -> Result<bool> {
    let changed = connection
        .prepare_cached(
            "UPDATE repositories SET hook_delivers = ?2 WHERE id = ?1 AND hook_delivers <> ?2",
        )?
        .execute(params![repository_id, is_delivering])?;
    Ok(changed > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::migrations::migrate;
    use slipway_api::{PushedRef, TagResult};

    fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection
            .execute_batch(
                "INSERT INTO repositories (id, namespace, repo_name, is_public, repository) VALUES
                 (1, 'n', 'a', 1, '{\"namespace\":\"n\",\"repo_name\":\"a\"}'),
                 (2, 'n', 'b', 1, '{\"namespace\":\"n\",\"repo_name\":\"b\"}')",
            )
            .unwrap();
        connection
    }

    fn in_state(state: DeliveryState, reason: &str) -> Delivery {
        Delivery {
            state,
            reason: reason.to_owned(),
            ..Delivery::default()
        }
    }

    #[test]
    fn so_many_may_wait_and_so_many_are_kept() {
        let connection = database();
        let pending = in_state(DeliveryState::Pending, "");
        let none = SkipMarks::new();
        for _ in 0..MAX_WAITING {
            assert!(add(&connection, 1, &pending, &none).unwrap());
        }
        assert!(!add(&connection, 1, &pending, &none).unwrap());
        assert!(add(&connection, 2, &pending, &none).unwrap());
        // The oldest of each repository, one after the other.
        for expected in 1..=MAX_WAITING {
            let waiting = waiting(&connection).unwrap();
            assert_eq!((waiting[0].id, waiting[0].repository_id), (expected, 1));
            assert_eq!(waiting[1].repository_id, 2);
            let done = Delivery {
                refs: vec![PushedRef::default()],
                ..in_state(DeliveryState::Done, "")
            };
            finish(&connection, expected, &done).unwrap();
        }
        assert_eq!(waiting(&connection).unwrap().len(), 1);
        assert!(add(&connection, 1, &pending, &none).unwrap());
        let last = last(&connection, 1).unwrap();
        assert_eq!(last.len(), MAX_KEPT as usize);
        assert_eq!(last[0].state, DeliveryState::Pending);
        let count: i64 = connection
            .query_row(
                "SELECT count(*) FROM deliveries WHERE repository_id = 1",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(count, MAX_KEPT);
    }

    #[test]
    fn of_events_that_are_no_push_the_newest_is_kept() {
        let connection = database();
        for reason in ["issues", "fork", "issues", "issues"] {
            let delivery = in_state(DeliveryState::NotAPush, reason);
            add(&connection, 1, &delivery, &SkipMarks::new()).unwrap();
        }
        let last = last(&connection, 1).unwrap();
        let reasons: Vec<_> = last
            .iter()
            .map(|delivery| delivery.reason.as_str())
            .collect();
        assert_eq!(reasons, ["issues", "fork"]);
    }

    #[test]
    fn the_build_of_a_commit_is_found_again() {
        let connection = database();
        let delivery = Delivery {
            state: DeliveryState::Done,
            refs: vec![PushedRef {
                code_repo_type: SourceKind::Branch,
                code_repo_type_value: "main".to_owned(),
                commit: Some("c1".to_owned()),
                results: vec![TagResult {
                    docker_repo_tag: "latest".to_owned(),
                    result: PushResult::Started,
                    build_id: Some("b1".to_owned()),
                }],
                ..PushedRef::default()
            }],
            ..Delivery::default()
        };
        add(&connection, 1, &delivery, &SkipMarks::new()).unwrap();
        let of = |id, kind: SourceKind, tag: &str, commit: &str| {
            build_of(&connection, id, (&kind, "main"), tag, commit).unwrap()
        };
        assert_eq!(
            of(1, SourceKind::Branch, "latest", "c1").as_deref(),
            Some("b1")
        );
        assert_eq!(of(1, SourceKind::Tag, "latest", "c1"), None);
        assert_eq!(of(1, SourceKind::Branch, "edge", "c1"), None);
        assert_eq!(of(1, SourceKind::Branch, "latest", "c2"), None);
        assert_eq!(of(2, SourceKind::Branch, "latest", "c1"), None);
    }

    #[test]
    fn a_change_of_delivering_is_told() {
        let connection = database();
        assert!(!is_delivering(&connection, 1).unwrap());
        assert!(set_delivering(&connection, 1, true).unwrap());
        assert!(!set_delivering(&connection, 1, true).unwrap());
        assert!(is_delivering(&connection, 1).unwrap());
        assert!(!is_delivering(&connection, 2).unwrap() && !is_delivering(&connection, 3).unwrap());
    }
}
