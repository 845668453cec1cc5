//! Which builds are kept no longer. A tag of a repository keeps its newest builds, and always its last success: its
//! image is the one that the tag names.

use crate::store::decode;
use rusqlite::{Connection, Result, params};
use slipway_api::{Build, Timestamp};

/// How long builds that have ended are kept.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keep {
    /// How many of each tag; `None` for all.
    pub(crate) builds: Option<u32>,
    /// From which end on; `None` for all.
    pub(crate) ended_since: Option<Timestamp>,
}

/// The image tag of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RepositoryTag {
    repository_id: i64,
    tag: String,
}

/// Returns the tags that may have builds to remove.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn tags(connection: &Connection, keep: &Keep) -> Result<Vec<RepositoryTag>> {
    // One build of each is kept in any case, if it succeeded.
    let at_least = match keep.ended_since {
        Some(_) => 0,
        None => keep.builds.unwrap_or(u32::MAX),
    };
    connection
        .prepare_cached(
            "SELECT repository_id, tag FROM builds INDEXED BY builds_of_tag
             GROUP BY repository_id, tag HAVING sum(status IN ('S', 'F')) > ?1",
        )?
        .query_map([at_least], |row| {
            Ok(RepositoryTag {
                repository_id: row.get(0)?,
                tag: row.get(1)?,
            })
        })?
        .collect()
}

/// Returns the numbers of a tag's builds that are kept no longer, the oldest first.
///
/// # Errors
///
/// When the database fails.
pub(crate) fn expired(
    connection: &Connection,
    of: &RepositoryTag,
    keep: &Keep,
) -> Result<Vec<i64>> {
    let ended: Vec<(i64, bool)> = connection
        .prepare_cached(
            "SELECT number, status = 'S' FROM builds
             WHERE repository_id = ?1 AND tag = ?2 AND status IN ('S', 'F') ORDER BY number DESC",
        )?
        .query_map(params![of.repository_id, of.tag], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<Result<_>>()?;
    let last_success = ended.iter().find(|(_, succeeded)| *succeeded);
    let last_success = last_success.map(|(number, _)| *number);
    let kept = keep.builds.map_or(usize::MAX, |builds| builds as usize);
    let mut expired = Vec::new();
    let total = ended.len();
    for (older, (number, _)) in ended.into_iter().rev().enumerate() {
        let is_one_too_many = total - older > kept;
        // The newer ones ended later, so that the first one that is kept ends the search.
        if !is_one_too_many && !ended_before(connection, number, keep.ended_since)? {
            break;
        }
        if Some(number) != last_success {
            expired.push(number);
        }
    }
    Ok(expired)
}

/// Returns true if a build ended before a time.
fn ended_before(connection: &Connection, number: i64, time: Option<Timestamp>) -> Result<bool> {
    let Some(time) = time else {
        return Ok(false);
    };
    let build: Build = connection
        .prepare_cached("SELECT build FROM builds WHERE number = ?1")?
        .query_row([number], |row| decode(row.get_ref(0)?.as_str()?))?;
    Ok(build.ended_at.is_some_and(|ended| ended < time))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::leftovers::{self, Leftover};
    use crate::store::migrations::migrate;
    use crate::store::removal::remove_builds;

    /// Builds of two tags, by status, one a minute. Those of `a` have the odd numbers.
    fn database(a: &str, b: &str) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        for (first, tag, statuses) in [(1, "a", a), (2, "b", b)] {
            for (index, status) in (0..).zip(statuses.chars()) {
                let number: i64 = first + 2 * index;
                let build = Build {
                    build_id: number.to_string(),
                    docker_repo_tag: tag.to_owned(),
                    image_id: (status == 'S').then(|| format!("image-{number}")),
                    ended_at: matches!(status, 'S' | 'F').then(|| time(number)),
                    ..Build::default()
                };
                connection
                    .execute(
                        "INSERT INTO builds
                            (number, build_id, repository_id, namespace, repo_name, status, build, plan)
                         VALUES (?1, ?2, 1, 'n', 'app', ?3, ?4, '{}')",
                        params![
                            number,
                            build.build_id,
                            status.to_string(),
                            crate::store::encode(&build).unwrap()
                        ],
                    )
                    .unwrap();
            }
        }
        connection
    }

    fn time(minute: i64) -> Timestamp {
        Timestamp::from_millis(minute * 60_000).unwrap()
    }

    fn all_expired(connection: &Connection, keep: Keep) -> Vec<i64> {
        let mut numbers = Vec::new();
        for tag in tags(connection, &keep).unwrap() {
            numbers.extend(expired(connection, &tag, &keep).unwrap());
        }
        numbers
    }

    fn newest(builds: u32) -> Keep {
        Keep {
            builds: Some(builds),
            ended_since: None,
        }
    }

    #[test]
    fn the_newest_of_each_tag_are_kept_and_the_last_success() {
        // Numbers of a: 1 3 5 7 9 11, of b: 2 4.
        let connection = database("SSFFFI", "FS");
        assert!(all_expired(&connection, newest(9)).is_empty());
        assert_eq!(all_expired(&connection, newest(4)), [1]);
        // 3 is the last success; 11 runs, and does not count.
        assert_eq!(all_expired(&connection, newest(2)), [1, 5]);
        assert_eq!(all_expired(&connection, newest(1)), [1, 5, 7, 2]);
        assert!(all_expired(&connection, Keep::default()).is_empty());
    }

    #[test]
    fn builds_that_ended_before_a_day_are_removed_but_the_last_success() {
        let connection = database("SSFFFI", "FS");
        let since = |minute: i64| Keep {
            builds: None,
            ended_since: Some(time(minute)),
        };
        assert!(all_expired(&connection, since(1)).is_empty());
        assert_eq!(all_expired(&connection, since(6)), [1, 5, 2]);
        assert_eq!(all_expired(&connection, since(1000)), [1, 5, 7, 9, 2]);
        let both = Keep {
            builds: Some(4),
            ended_since: Some(time(2)),
        };
        assert_eq!(all_expired(&connection, both), [1]);
    }

    #[test]
    fn removed_builds_leave_the_names_and_images_that_nothing_else_has() {
        let mut connection = database("SSS", "");
        connection
            .execute_batch(
                "INSERT INTO image_tags VALUES ('n', 'app', 'v1', '1'), ('n', 'app', 'v3', '3');
                 UPDATE builds SET build = json_set(build, '$.image_id', 'image-5') WHERE number = 3;",
            )
            .unwrap();
        remove_builds(&mut connection, &[1, 3, 99]).unwrap();
        let mut left = Vec::new();
        for leftover in leftovers::list(&connection).unwrap() {
            let is_used = leftovers::is_used(&connection, &leftover).unwrap();
            leftovers::forget(&connection, &leftover).unwrap();
            left.push((leftover, is_used));
        }
        let name = |name: &str| Leftover::ImageName {
            namespace: "n".to_owned(),
            name: name.to_owned(),
        };
        let image = |id: &str| Leftover::Image {
            namespace: "n".to_owned(),
            id: id.to_owned(),
        };
        let expected = [
            (name("n/app:v1"), false),
            (image("image-1"), false),
            (name("n/app:v3"), false),
            // The build that is kept has it.
            (image("image-5"), true),
        ];
        assert_eq!(left, expected);
        assert_eq!(leftovers::list(&connection).unwrap(), []);
    }
}
