//! Brings the tables of a database up to date.

use crate::store::logs;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::fmt::{self, Display};

/// The version of the tables that this program knows: the number of migrations. SQLite's `user_version` is the
/// number of those that have run.
pub(crate) const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// The steps, in their order. Each runs in one transaction.
const MIGRATIONS: [Migration; 9] = [
    Migration::Sql(CREATE_TABLES),
    Migration::Sql(ADD_CLONE_URL),
    Migration::Sql(CREATE_IMAGE_TAGS),
    Migration::Sql(COUNT_BUILDS),
    Migration::PackLogs,
    Migration::Sql(INDEX_WAITING),
    Migration::Sql(ADD_WEBHOOKS),
    Migration::Sql(NOTE_ENDS),
    Migration::Sql(ADD_REMOVALS),
];

/// The waiting builds by namespace, for the turns of the queue.
const INDEX_WAITING: &str = "
    CREATE INDEX builds_waiting ON builds (namespace, number, repository_id) WHERE status = 'W';
";

/// Webhooks: see [`crate::store::webhook_codes`] and [`crate::store::deliveries`].
const ADD_WEBHOOKS: &str = "
    ALTER TABLE repositories ADD COLUMN webhook_code TEXT;
    ALTER TABLE repositories ADD COLUMN hook_delivers INTEGER NOT NULL DEFAULT 0;
    UPDATE repositories SET webhook_code = id || '-' || lower(hex(randomblob(16)));
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
        waits INTEGER NOT NULL,
        delivery TEXT NOT NULL,
        marks TEXT NOT NULL
    );
    CREATE INDEX deliveries_of ON deliveries (repository_id, id);
    CREATE INDEX deliveries_waiting ON deliveries (repository_id, id) WHERE waits;
";

/// The builds that mail may be due about: see [`crate::store::mails`].
const NOTE_ENDS: &str = "
    CREATE TABLE mail_namespaces (namespace TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE mails (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        build_id TEXT NOT NULL,
        namespace TEXT NOT NULL
    );
    CREATE TRIGGER build_ended AFTER UPDATE OF status ON builds
        WHEN NEW.status IN ('S', 'F') AND OLD.status NOT IN ('S', 'F')
            AND EXISTS (SELECT 1 FROM mail_namespaces WHERE namespace = NEW.namespace)
            AND EXISTS (SELECT 1 FROM repositories WHERE id = NEW.repository_id
                AND repository ->> '$.build_config.email_enabled')
    BEGIN
        INSERT INTO mails (build_id, namespace) VALUES (NEW.build_id, NEW.namespace);
    END;
";

/// The builds of removed repositories that are still there: see [`crate::store::removed_paths`]. They are counted no
/// more, so that the removal of such a build changes no count.
const ADD_REMOVALS: &str = "
    CREATE TABLE removed_paths (
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        last INTEGER NOT NULL,
        PRIMARY KEY (namespace, repo_name)
    ) WITHOUT ROWID;
    DROP TRIGGER build_removed;
    CREATE TRIGGER build_removed AFTER DELETE ON builds BEGIN
        DELETE FROM log_parts WHERE build = OLD.number;
        DELETE FROM image_tags WHERE build_id = OLD.build_id;
    END;
    CREATE TRIGGER build_uncounted AFTER DELETE ON builds
        WHEN NOT EXISTS (SELECT 1 FROM removed_paths
            WHERE namespace = OLD.namespace AND repo_name = OLD.repo_name AND last >= OLD.number)
    BEGIN
        UPDATE build_counts SET builds = builds - 1
            WHERE block = OLD.number / 512 AND scope IN (
                '',
                'n/' || OLD.namespace,
                'p/' || OLD.namespace || '/' || OLD.repo_name,
                'm/' || OLD.repo_name,
                'r/' || OLD.repository_id
            );
        DELETE FROM build_counts
            WHERE builds = 0 AND block = OLD.number / 512 AND scope IN (
                '',
                'n/' || OLD.namespace,
                'p/' || OLD.namespace || '/' || OLD.repo_name,
                'm/' || OLD.repo_name,
                'r/' || OLD.repository_id
            );
        INSERT INTO versions (scope, version) VALUES
            ('', 1),
            ('n/' || OLD.namespace, 1),
            ('p/' || OLD.namespace || '/' || OLD.repo_name, 1)
            ON CONFLICT (scope) DO UPDATE SET version = version + 1;
    END;
";

/// One step.
enum Migration {
    /// Statements.
    Sql(&'static str),
    /// Moves the logs to `log_parts`, in a transaction for each few builds: there can be many gigabytes of them.
    PackLogs,
}

/// How many builds' logs are moved in one transaction.
const LOGS_AT_ONCE: u32 = 500;

const CREATE_TABLES: &str = "
    CREATE TABLE repositories (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        is_public INTEGER NOT NULL,
        repository TEXT NOT NULL,
        deploy_key TEXT,
        UNIQUE (namespace, repo_name)
    );
    CREATE TABLE tag_configs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        repository_id INTEGER NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        tag_config TEXT NOT NULL,
        head TEXT
    );
    CREATE INDEX tag_configs_of ON tag_configs (repository_id, position);
    CREATE TABLE builds (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        build_id TEXT NOT NULL UNIQUE,
        repository_id INTEGER NOT NULL,
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        status TEXT NOT NULL,
        build TEXT NOT NULL,
        plan TEXT NOT NULL
    );
    CREATE INDEX builds_of ON builds (namespace, repo_name, number);
    CREATE INDEX builds_in ON builds (status, number);
    CREATE TABLE log (
        id INTEGER PRIMARY KEY,
        build_id TEXT NOT NULL,
        part INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        entries TEXT NOT NULL,
        UNIQUE (build_id, part)
    );
";

/// The API's objects have the secrets of a clone URL masked, so that it has a column of its own.
const ADD_CLONE_URL: &str = "
    ALTER TABLE repositories ADD COLUMN clone_url TEXT;
    UPDATE repositories SET clone_url = repository ->> '$.build_config.code_repo_clone_url';
";

/// The tags of all images: see [`crate::store::image_tags`]. Of builds that share a version tag, the newest that
/// succeeded has it, since its image does. A waiting build that has lost its tag gets none.
const CREATE_IMAGE_TAGS: &str = "
    CREATE TABLE image_tags (
        namespace TEXT NOT NULL,
        repo_name TEXT NOT NULL,
        tag TEXT NOT NULL,
        build_id TEXT,
        PRIMARY KEY (namespace, repo_name, tag)
    ) WITHOUT ROWID;
    CREATE INDEX image_tags_of ON image_tags (build_id);
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag, build_id)
        SELECT namespace, repo_name, build ->> 'docker_repo_version_tag', build_id FROM builds
        WHERE coalesce(build ->> 'docker_repo_version_tag', '') <> ''
        ORDER BY status = 'S' DESC, number DESC;
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag)
        SELECT namespace, repo_name, build ->> 'docker_repo_tag' FROM builds;
    INSERT OR IGNORE INTO image_tags (namespace, repo_name, tag)
        SELECT namespace, repo_name, tag_config ->> 'docker_repo_tag'
        FROM tag_configs JOIN repositories ON repositories.id = repository_id;
    UPDATE builds SET build = json_set(build, '$.docker_repo_version_tag', '')
        WHERE status = 'W' AND build_id NOT IN
            (SELECT build_id FROM image_tags WHERE build_id IS NOT NULL);
";

/// What lists of builds need: see [`crate::store::build_lists`]. Triggers keep it, so that no change of a build can
/// forget it. The parts of a log go with their build, and so does its version tag.
///
/// A block has 512 builds, by their numbers: `BLOCK_BUILDS`.
const COUNT_BUILDS: &str = "
    ALTER TABLE builds ADD COLUMN tag TEXT
        GENERATED ALWAYS AS (build ->> '$.docker_repo_tag') VIRTUAL;
    ALTER TABLE builds ADD COLUMN image_id TEXT
        GENERATED ALWAYS AS (build ->> '$.image_id') VIRTUAL;
    CREATE INDEX builds_in_namespace ON builds (namespace, number);
    CREATE INDEX builds_named ON builds (repo_name, number);
    CREATE INDEX builds_of_tag ON builds (repository_id, tag, number, status);
    CREATE INDEX builds_of_image ON builds (namespace, image_id) WHERE image_id IS NOT NULL;
    CREATE TABLE build_counts (
        scope TEXT NOT NULL,
        block INTEGER NOT NULL,
        builds INTEGER NOT NULL,
        PRIMARY KEY (scope, block)
    ) WITHOUT ROWID;
    INSERT INTO build_counts SELECT '', number / 512, count(*)
        FROM builds GROUP BY 1, 2;
    INSERT INTO build_counts SELECT 'n/' || namespace, number / 512, count(*)
        FROM builds GROUP BY 1, 2;
    INSERT INTO build_counts SELECT 'p/' || namespace || '/' || repo_name, number / 512, count(*)
        FROM builds GROUP BY 1, 2;
    INSERT INTO build_counts SELECT 'm/' || repo_name, number / 512, count(*)
        FROM builds GROUP BY 1, 2;
    INSERT INTO build_counts SELECT 'r/' || repository_id, number / 512, count(*)
        FROM builds GROUP BY 1, 2;
    CREATE TABLE versions (
        scope TEXT PRIMARY KEY,
        version INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE log_parts (
        id INTEGER PRIMARY KEY,
        build INTEGER NOT NULL,
        position INTEGER NOT NULL,
        size INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        entries BLOB NOT NULL,
        UNIQUE (build, position)
    );
    CREATE TRIGGER build_added AFTER INSERT ON builds BEGIN
        INSERT INTO build_counts (scope, block, builds) VALUES
            ('', NEW.number / 512, 1),
            ('n/' || NEW.namespace, NEW.number / 512, 1),
            ('p/' || NEW.namespace || '/' || NEW.repo_name, NEW.number / 512, 1),
            ('m/' || NEW.repo_name, NEW.number / 512, 1),
            ('r/' || NEW.repository_id, NEW.number / 512, 1)
            ON CONFLICT (scope, block) DO UPDATE SET builds = builds + 1;
        INSERT INTO versions (scope, version) VALUES
            ('', 1),
            ('n/' || NEW.namespace, 1),
            ('p/' || NEW.namespace || '/' || NEW.repo_name, 1)
            ON CONFLICT (scope) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER build_changed AFTER UPDATE ON builds BEGIN
        INSERT INTO versions (scope, version) VALUES
            ('', 1),
            ('n/' || NEW.namespace, 1),
            ('p/' || NEW.namespace || '/' || NEW.repo_name, 1)
            ON CONFLICT (scope) DO UPDATE SET version = version + 1;
    END;
    CREATE TRIGGER build_removed AFTER DELETE ON builds BEGIN
        UPDATE build_counts SET builds = builds - 1
            WHERE block = OLD.number / 512 AND scope IN (
                '',
                'n/' || OLD.namespace,
                'p/' || OLD.namespace || '/' || OLD.repo_name,
                'm/' || OLD.repo_name,
                'r/' || OLD.repository_id
            );
        DELETE FROM build_counts
            WHERE builds = 0 AND block = OLD.number / 512 AND scope IN (
                '',
                'n/' || OLD.namespace,
                'p/' || OLD.namespace || '/' || OLD.repo_name,
                'm/' || OLD.repo_name,
                'r/' || OLD.repository_id
            );
        INSERT INTO versions (scope, version) VALUES
            ('', 1),
            ('n/' || OLD.namespace, 1),
            ('p/' || OLD.namespace || '/' || OLD.repo_name, 1)
            ON CONFLICT (scope) DO UPDATE SET version = version + 1;
        DELETE FROM log_parts WHERE build = OLD.number;
        DELETE FROM image_tags WHERE build_id = OLD.build_id;
    END;
    CREATE TABLE leftovers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        UNIQUE (kind, namespace, name)
    );
";

/// The reason why a database can't be opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// A later version of the program has made the tables. The number is that of its schema.
    Newer(u32),
    /// The file is damaged. The text is what SQLite says about it.
    Damaged(String),
    /// The file can't be read or written.
    Database(rusqlite::Error),
}

impl Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newer(found) => write!(
                f,
                "it was made by a newer version of Slipway: its schema is {found}, and this version knows \
                 {SCHEMA}. Start the newer version, or restore a backup that this one made"
            ),
            Self::Damaged(verdict) => write!(f, "it is damaged: {verdict}"),
            Self::Database(error) => error.fmt(f),
        }
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

/// Returns the version of a database's tables; 0 if it has none.
///
/// # Errors
///
/// When the database fails, or its tables are newer than this program.
pub(crate) fn schema(connection: &Connection) -> Result<u32, OpenError> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0))?;
    match found > SCHEMA {
        true => Err(OpenError::Newer(found)),
        false => Ok(found),
    }
}

/// Runs the migrations that have not run yet.
///
/// # Errors
///
/// When the database fails, or its tables are newer than this program.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let applied = schema(connection)?;
    if (1..SCHEMA).contains(&applied) {
        tracing::info!("the database is brought up to date; this can take some minutes");
    }
    for (migration, number) in MIGRATIONS.iter().zip(1..).skip(applied as usize) {
        match migration {
            Migration::Sql(statements) => {
                let transaction = begin(connection)?;
                transaction.execute_batch(statements)?;
                finish(transaction, number)?;
            }
            Migration::PackLogs => pack_logs(connection, number)?,
        }
    }
    Ok(())
}

fn begin(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(TransactionBehavior::Immediate)
}

fn finish(transaction: Transaction, number: u32) -> rusqlite::Result<()> {
    transaction.pragma_update(None, "user_version", number)?;
    transaction.commit()
}

/// Moves all logs to `log_parts`. Where it was interrupted, it goes on.
fn pack_logs(connection: &mut Connection, number: u32) -> rusqlite::Result<()> {
    let mut moved = 0;
    loop {
        let transaction = begin(connection)?;
        let now = logs::pack_old(&transaction, LOGS_AT_ONCE)?;
        if now == 0 {
            transaction.execute_batch("DROP TABLE log")?;
            return finish(transaction, number);
        }
        transaction.commit()?;
        moved += now;
        if moved % (20 * LOGS_AT_ONCE) == 0 {
            tracing::info!("compressed the logs of {moved} builds");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::logs::{LogRange, TimeWindow, Unpacker, size};
    use rusqlite::params;

    /// A database as the version before block counts and packed logs has left it.
    fn old(builds: i64) -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        let transaction = begin(&mut connection).unwrap();
        for statements in [CREATE_TABLES, ADD_CLONE_URL, CREATE_IMAGE_TAGS] {
            transaction.execute_batch(statements).unwrap();
        }
        for number in 1..=builds {
            transaction
                .execute(
                    "INSERT INTO builds (build_id, repository_id, namespace, repo_name, status, build, plan)
                     VALUES (?1, ?2, ?3, 'app', 'S', ?4, '{}')",
                    params![
                        format!("id-{number}"),
                        number % 3,
                        format!("space-{}", number % 3),
                        format!("{{\"build_id\":\"id-{number}\",\"docker_repo_tag\":\"latest\"}}")
                    ],
                )
                .unwrap();
            for part in 1..=number % 4 {
                transaction
                    .execute(
                        "INSERT INTO log (build_id, part, first_time, last_time, entries)
                         VALUES (?1, ?2, ?3, ?3, ?4)",
                        params![format!("id-{number}"), part, part, entry(number, part)],
                    )
                    .unwrap();
            }
        }
        finish(transaction, 3).unwrap();
        connection
    }

    fn entry(number: i64, part: i64) -> String {
        format!("{{\"message\":\"part {part} of {number}\",\"time\":{part}}}")
    }

    /// Asserts that the database has all that the old one had.
    fn assert_kept(connection: &Connection, builds: i64) {
        assert_eq!(schema(connection).unwrap(), SCHEMA);
        for number in 1..=builds {
            let mut range = LogRange {
                build: number,
                window: TimeWindow {
                    start: i64::MIN,
                    end: i64::MAX,
                },
                from: 0,
                until: size(connection, number).unwrap(),
            };
            let parts = range.read(connection, 1 << 20).unwrap();
            let mut text = Vec::new();
            for part in &parts {
                let mut unpacker = Unpacker::default();
                part.append_to(&mut text, &mut unpacker).unwrap();
            }
            let expected: Vec<_> = (1..=number % 4).map(|part| entry(number, part)).collect();
            assert_eq!(String::from_utf8(text).unwrap(), expected.join(","));
        }
        let count = |scope: &str| -> i64 {
            connection
                .query_row(
                    "SELECT coalesce(sum(builds), 0) FROM build_counts WHERE scope = ?1",
                    [scope],
                    |row| row.get(0),
                )
                .unwrap()
        };
        assert_eq!(count(""), builds);
        assert_eq!(
            count("n/space-0") + count("n/space-1") + count("n/space-2"),
            builds
        );
        assert_eq!(count("m/app"), builds);
        assert_eq!(count("p/space-1/app"), count("r/1"));
        let tagged: i64 = connection
            .query_row(
                "SELECT count(*) FROM builds WHERE tag = 'latest'",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(tagged, builds);
    }

    #[test]
    fn an_old_database_keeps_every_build_and_log() {
        let builds = 1300;
        let mut connection = old(builds);
        migrate(&mut connection).unwrap();
        assert_kept(&connection, builds);
        migrate(&mut connection).unwrap();
        assert_kept(&connection, builds);
    }

    #[test]
    fn an_interrupted_migration_goes_on() {
        let builds = 1300;
        let mut connection = old(builds);
        let transaction = begin(&mut connection).unwrap();
        transaction.execute_batch(COUNT_BUILDS).unwrap();
        finish(transaction, 4).unwrap();
        // Some logs are moved, and those of the transaction that was interrupted are not.
        let transaction = begin(&mut connection).unwrap();
        assert_eq!(
            logs::pack_old(&transaction, LOGS_AT_ONCE).unwrap(),
            LOGS_AT_ONCE
        );
        transaction.commit().unwrap();
        let transaction = begin(&mut connection).unwrap();
        logs::pack_old(&transaction, LOGS_AT_ONCE).unwrap();
        drop(transaction);
        migrate(&mut connection).unwrap();
        assert_kept(&connection, builds);
    }

    #[test]
    fn a_newer_database_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection
            .pragma_update(None, "user_version", SCHEMA + 1)
            .unwrap();
        let error = migrate(&mut connection).unwrap_err().to_string();
        assert!(error.contains("newer version of Slipway"), "{error}");
    }
}
