//! Asks each builder at intervals if it answers: one that does not is left out, and tried again.

use crate::builds::builder_disk::disk_of;
use crate::builds::pool::{Member, Pool};
use crate::builds::storage::Storages;
use crate::builds::workshop::Workshop;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often a builder that answers is asked.
const INTERVAL: Duration = Duration::from_secs(20);

/// How soon a builder that does not answer is asked again: first, and at most. Each time it takes twice as long.
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LONGEST_RETRY: Duration = Duration::from_secs(60);

/// How often the disk of a builder is measured, and how often while somebody looks at it. A daemon takes a while to add
/// up what it has.
const DISK_INTERVAL: Duration = Duration::from_secs(300);
const LOOKED_AT_INTERVAL: Duration = Duration::from_secs(30);

/// Asks all builders until the tasks are dropped. `data` is the folder of this machine's own storages.
pub(crate) fn watch(pool: &Arc<Pool>, data: &Path) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    for index in 0..pool.members().len() {
        tasks.spawn(ask_at_intervals(pool.clone(), index, data.to_owned()));
    }
    tasks
}

async fn ask_at_intervals(pool: Arc<Pool>, index: usize, data: PathBuf) {
    let Some(member) = pool.members().get(index) else {
        return;
    };
    let mut retry = FIRST_RETRY;
    let mut measured: Option<Instant> = None;
    loop {
        let pause = match member.finder.ask().await {
            Ok(workshop) => {
                pool.record(member, Ok(()), true);
                if measured.is_none() {
                    clean_abandoned(&workshop).await;
                }
                if measured.is_none_or(|at| at.elapsed() >= DISK_INTERVAL) {
                    measured = Some(measure(&pool, member, &workshop, &data).await);
                }
                retry = FIRST_RETRY;
                let looked_at = async {
                    // A look just before the last measurement asks for nothing more.
                    let rest = measured.map(|at| LOOKED_AT_INTERVAL.saturating_sub(at.elapsed()));
                    tokio::time::sleep(rest.unwrap_or_default()).await;
                    member.disk_asked.notified().await;
                };
                match tokio::time::timeout(INTERVAL, looked_at).await {
                    Ok(()) => {
                        measured = Some(measure(&pool, member, &workshop, &data).await);
                        continue;
                    }
                    Err(_) => Duration::ZERO,
                }
            }
            Err(reason) => {
                pool.record(member, Err(reason), true);
                let pause = retry;
                retry = (retry * 2).min(LONGEST_RETRY);
                pause
            }
        };
        tokio::time::sleep(pause).await;
    }
}

/// Measures the disk of a builder. Returns the time.
async fn measure(pool: &Pool, member: &Member, workshop: &Workshop, data: &Path) -> Instant {
    let disk = disk_of(&workshop.builder, data).await;
    pool.record_disk(member, disk);
    Instant::now()
}

/// Cleans up what the builds of a server that was killed have left in the storages of a builder.
async fn clean_abandoned(workshop: &Workshop) {
    let storages = workshop.storages.as_ref();
    for namespace in storages.map(Storages::abandoned).unwrap_or_default() {
        workshop.clean(&namespace).await;
    }
}
