//! The build queue. Workers take the oldest waiting build of the namespace whose turn it is, and run it.

mod run_build;

use crate::builds::free_space::FreeSpace;
use crate::builds::placing::{Wish, blocked_nodes, held_up};
use crate::builds::pool::{Pool, Slot};
use crate::builds::registry::Registry;
use crate::builds::registry_options::RegistryOptions;
use crate::builds::turns::Turns;
use crate::metrics::Metrics;
use crate::process::job::StopReason;
use crate::sources::git::Git;
use crate::store::builds::PlannedBuild;
use crate::store::cancellation::{self, Cancellation};
use crate::store::{Caller, Store, builds, held_up as held_up_builds, removal};
use futures_util::future::BoxFuture;
use rusqlite::Connection;
use slipway_api::Status;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::{JoinError, JoinHandle};

/// The limits of one build.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The time from the clone to the end.
    pub(crate) time: Duration,
    /// The size of the log, in bytes.
    pub(crate) log_bytes: u64,
    /// How many builds of one repository may wait.
    pub(crate) waiting: u64,
}

/// The places of images.
pub(crate) struct Places {
    /// The builders.
    pool: Arc<Pool>,
    /// The registry that images are pushed to.
    registry: Option<Arc<Registry>>,
}

impl Places {
    /// Takes the builders, and the registry of the options.
    ///
    /// # Errors
    ///
    /// A sentence about an option that can't be used.
    pub(crate) fn new(pool: Arc<Pool>, options: &RegistryOptions) -> Result<Self, String> {
        let registry = Registry::open(options)?;
        Ok(Self { pool, registry })
    }
}

/// The last line in the log of a build whose worker has panicked.
const PANICKED: &str = "the server failed while it ran this build: its log has the details";

/// How long a worker waits after the database failed, for example because the disk is full.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The state that the workers share.
pub(crate) struct Queue {
    store: Store,
    git: Arc<Git>,
    pool: Arc<Pool>,
    /// The registry that images are pushed to.
    registry: Option<Arc<Registry>>,
    limits: Limits,
    /// The folder for the checkouts of running builds.
    work_folder: PathBuf,
    /// The space that a build needs to begin.
    free_space: FreeSpace,
    /// Wakes a worker that waits: for a build, or for a builder.
    wake: Arc<Notify>,
    /// The running builds. Locked while a worker takes a build, so that `cancel` finds every build
    /// either waiting in the store or in here.
    running: Mutex<Running>,
    /// Locked while an image gets its names.
    naming: Mutex<()>,
    /// Counts the builds that have ended.
    metrics: Arc<Metrics>,
}

/// Tells a build to stop.
type Stop = watch::Receiver<Option<StopReason>>;

/// Runs a build in a slot of a builder and stores how it ended. Returns the build if it is to run once more.
type Run = fn(Arc<Queue>, PlannedBuild, Slot, Stop) -> BoxFuture<'static, Option<PlannedBuild>>;

#[derive(Default)]
struct Running {
    is_stopping: bool,
    /// By id.
    builds: HashMap<String, RunningBuild>,
    turns: Turns,
}

struct RunningBuild {
    namespace: String,
    stop: watch::Sender<Option<StopReason>>,
}

impl Queue {
    /// Creates a queue without workers. `work_folder` is emptied when the server starts.
    pub(crate) fn new(
        store: Store,
        git: Arc<Git>,
        places: Places,
        limits: Limits,
        work_folder: PathBuf,
        free_space: FreeSpace,
        metrics: Arc<Metrics>,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            git,
            wake: places.pool.waker(),
            pool: places.pool,
            registry: places.registry,
            limits,
            work_folder,
            free_space,
            running: Mutex::default(),
            naming: Mutex::default(),
            metrics,
        })
    }

    /// The figures of the server.
    pub(crate) fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// How many builds of one repository may wait.
    pub(crate) fn waiting_limit(&self) -> u64 {
        self.limits.waiting
    }

    /// The registry that images are pushed to.
    pub(crate) fn registry(&self) -> Option<&Registry> {
        self.registry.as_deref()
    }

    /// Starts the workers, one task each.
    pub(crate) fn start(self: &Arc<Self>, workers: u16) -> Vec<JoinHandle<()>> {
        self.start_with(workers, |queue, planned, slot, stop| {
            Box::pin(async move { queue.run_build(planned, slot, stop).await })
        })
    }

    fn start_with(self: &Arc<Self>, workers: u16, run: Run) -> Vec<JoinHandle<()>> {
        (0..workers)
            .map(|_| tokio::spawn(self.clone().keep_worker(run)))
            .collect()
    }

    /// Wakes a worker, because a build is waiting.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// Stops the running builds and starts no more. Waiting builds stay in the store.
    pub(crate) async fn stop(&self) {
        let mut running = self.running.lock().await;
        running.is_stopping = true;
        for build in running.builds.values() {
            build.stop.send_replace(Some(StopReason::Server));
        }
        drop(running);
        self.wake.notify_waiters();
    }

    /// Runs `work` on the database while no worker takes a build, and stops the running builds that it returns, by
    /// their ids.
    ///
    /// # Errors
    ///
    /// When `work` fails.
    pub(crate) async fn run_and_stop<T, F>(&self, work: F) -> rusqlite::Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> rusqlite::Result<(T, Vec<(String, StopReason)>)>
            + Send
            + 'static,
    {
        let running = self.running.lock().await;
        let (result, stopped) = self.store.run(work).await?;
        for (build_id, reason) in stopped {
            if let Some(build) = running.builds.get(&build_id) {
                build.stop.send_replace(Some(reason));
            }
        }
        Ok(result)
    }

    /// Removes a repository with its builds, and stops those that run. Returns false if there is none with this id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) async fn remove_repository(&self, id: i64) -> rusqlite::Result<bool> {
        self.run_and_stop(move |connection| {
            let removed = removal::remove_repository(connection, id)?;
            let is_removed = removed.is_some();
            let running = removed.into_iter().flatten();
            let stopped = running.map(|build_id| (build_id, StopReason::Removed));
            Ok((is_removed, stopped.collect()))
        })
        .await
    }

    /// Cancels a build that waits or runs, or removes one that has ended: see
    /// [`cancellation::cancel_or_remove`]. A running one ends some seconds later.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) async fn cancel_or_remove(
        &self,
        caller: Caller,
        build_id: String,
        seen: Option<Status>,
    ) -> rusqlite::Result<Cancellation> {
        let done = self.run_and_stop(move |connection| {
            let unwanted =
                cancellation::cancel_or_remove(connection, &caller, &build_id, seen.as_ref())?;
            let stopped = match &unwanted {
                Cancellation::Running(_, by) => vec![(build_id, StopReason::Cancelled(by.clone()))],
                _ => Vec::new(),
            };
            Ok((unwanted, stopped))
        });
        let done = done.await?;
        if let Cancellation::Cancelled(build) = &done {
            self.metrics.count_build(build, true);
        }
        Ok(done)
    }

    /// Runs a worker until the queue stops, and another one in its place if it panics.
    async fn keep_worker(self: Arc<Self>, run: Run) {
        while let Err(error) = tokio::spawn(self.clone().run_worker(run)).await {
            if !error.is_panic() {
                return;
            }
            tracing::error!("a worker has failed, and another one takes its place: {error}");
        }
    }

    /// Takes the oldest waiting build of the namespace whose turn it is, of those that a free builder can take, and a slot
    /// of that builder.
    async fn take(&self, running: &mut Running) -> rusqlite::Result<Option<(PlannedBuild, Slot)>> {
        let candidates = self.pool.candidates();
        let Some(blocked) = blocked_nodes(&candidates) else {
            return Ok(None);
        };
        let of_waiting = blocked.clone();
        let waiting = self
            .store
            .run(move |connection| builds::waiting(connection, &of_waiting))
            .await?;
        let running_of = |namespace: &str| {
            let builds = running.builds.values();
            builds.filter(|build| build.namespace == namespace).count()
        };
        let Some(namespace) = running.turns.next(&waiting, running_of) else {
            return Ok(None);
        };
        let namespace = namespace.to_owned();
        running.turns.take(&namespace);
        let claimed = self
            .store
            .run(move |connection| builds::claim(connection, &namespace, &blocked))
            .await?;
        let Some(planned) = claimed else {
            return Ok(None);
        };
        let wish = Wish {
            node: planned.build.build_node.as_deref(),
            repository: &planned.build.docker_repo_path,
            not_at: planned.plan.lost_builder.as_deref(),
        };
        match self.pool.take(&candidates, wish) {
            Some(slot) => Ok(Some((planned, slot))),
            None => {
                let back =
                    move |connection: &mut Connection| builds::put_back(connection, &planned);
                self.store.run(back).await?;
                Ok(None)
            }
        }
    }

    /// Says in the logs of builds why they wait, if no builder that could take them answers. No worker may take a build
    /// meanwhile.
    async fn note_held_up(&self, _: &Running) {
        for held in held_up(&self.pool.candidates()) {
            loop {
                let (node, reason) = (held.node.clone(), held.reason());
                let noted = self.store.run(move |connection| {
                    held_up_builds::note(connection, node.as_deref(), &reason)
                });
                match noted.await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::error!("a log can't say why its build waits: {error}");
                        break;
                    }
                }
            }
        }
    }

    /// Runs one build after another until the queue stops.
    async fn run_worker(self: Arc<Self>, run: Run) {
        while let Some((planned, slot, stop)) = self.next_build().await {
            // More builds may be waiting, for the other workers.
            self.wake.notify_one();
            let build_id = planned.build.build_id.clone();
            // A task of its own, so that a panic ends this build alone.
            let queue = self.clone();
            let ended = tokio::spawn(async move { run(queue, planned, slot, stop).await });
            match ended.await {
                Ok(Some(planned)) => {
                    self.put_back(planned).await;
                    continue;
                }
                Ok(None) => {}
                Err(error) => self.fail_panicked(build_id.clone(), &error).await,
            }
            self.running.lock().await.builds.remove(&build_id);
        }
    }

    /// Waits for a build that a free builder can take, and takes it. Returns `None` once the queue stops.
    ///
    /// A worker that returns from here waits for no wake any more: one that a busy worker got would be lost until its
    /// build has ended.
    async fn next_build(&self) -> Option<(PlannedBuild, Slot, Stop)> {
        loop {
            // Enabled before the store is read, so that a wake between the two is not lost.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let mut running = self.running.lock().await;
            if running.is_stopping {
                return None;
            }
            if !self.free_space.is_enough() {
                drop(running);
                let _ = tokio::time::timeout(RETRY_INTERVAL, woken).await;
                continue;
            }
            match self.take(&mut running).await {
                Ok(Some((planned, slot))) => {
                    let (sender, stop) = watch::channel(None);
                    let path = planned.build.docker_repo_path.as_str();
                    let build = RunningBuild {
                        namespace: path.split('/').next().unwrap_or_default().to_owned(),
                        stop: sender,
                    };
                    let build_id = planned.build.build_id.clone();
                    running.builds.insert(build_id, build);
                    return Some((planned, slot, stop));
                }
                Ok(None) => {
                    self.note_held_up(&running).await;
                    drop(running);
                    woken.await;
                }
                Err(error) => {
                    drop(running);
                    tracing::error!("the next build could not be read: {error}");
                    let _ = tokio::time::timeout(RETRY_INTERVAL, woken).await;
                }
            }
        }
    }

    /// Puts a build back into the queue whose builder is gone, unless it was stopped meanwhile. While the database can't
    /// store that, it is tried again, until the queue stops.
    async fn put_back(&self, planned: PlannedBuild) {
        let build_id = planned.build.build_id.clone();
        loop {
            let mut running = self.running.lock().await;
            let build = running.builds.get(&build_id);
            let stopped = build.and_then(|build| build.stop.borrow().clone());
            let stopped = stopped.filter(|reason| *reason != StopReason::Server);
            let (planned, id) = (planned.clone(), build_id.clone());
            let stored = self
                .store
                .run(move |connection| match stopped {
                    Some(reason) => builds::fail_running(connection, &id, &reason.message()),
                    None => builds::put_back(connection, &planned).map(|()| None),
                })
                .await;
            match &stored {
                Ok(Some(stopped)) => self.metrics.count_build(stopped, true),
                Ok(None) => {}
                Err(error) => tracing::error!(
                    "build {build_id} could not be put back into the queue: {error}"
                ),
            }
            // Under the same lock, so that another worker can't have taken it meanwhile.
            if stored.is_ok() || running.is_stopping {
                running.builds.remove(&build_id);
                break;
            }
            drop(running);
            tokio::time::sleep(RETRY_INTERVAL).await;
        }
        self.wake.notify_one();
    }

    /// Stores that a build has failed because its task panicked.
    async fn fail_panicked(&self, build_id: String, error: &JoinError) {
        tracing::error!("build {build_id} has failed in the server: {error}");
        let stored = self
            .store
            .run(move |connection| builds::fail_running(connection, &build_id, PANICKED))
            .await;
        match stored {
            Ok(Some(build)) => self.metrics.count_build(&build, false),
            Ok(None) => {}
            Err(error) => tracing::error!("the result of a build could not be stored: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builds::workshop::BuilderSettings;
    use crate::options::Options;
    use crate::sources::clone_urls::Sources;
    use crate::store::logs;
    use clap::Parser;
    use serde_json::json;
    use slipway_api::{Status, VersionTagging};
    use std::sync::LazyLock;
    use tokio::sync::Barrier;

    /// Adds a waiting build of a repository with this tag.
    async fn add(store: &Store, tag: &'static str) {
        let added = store.run(move |connection| {
            let build = serde_json::from_value(json!({
                "build_id": tag, "docker_repo_path": "demo/app", "docker_repo_tag": tag, "status": "W",
                "dockerfile_location": "/",
            }));
            let plan = serde_json::from_value(json!({
                "clone_urls": [], "deploy_key": null, "commit": null, "tag_by_commit": false,
            }));
            let mut planned = PlannedBuild {
                build: build.unwrap(),
                plan: plan.unwrap(),
            };
            builds::insert(connection, 1, &mut planned, &VersionTagging::None)
        });
        assert!(added.await.unwrap());
    }

    /// A queue without workers, with a builder of so many slots that takes any build.
    fn queue(folder: &std::path::Path, slots: u16) -> (Arc<Queue>, Store) {
        let store = Store::open(&folder.join("slipway.db")).unwrap();
        let options = Options::parse_from(["slipway"]);
        let sources = Sources::new(&[], &[], false, &[], &[]);
        let git = Git::new(folder, sources, options.source_options.clone()).unwrap();
        let settings = BuilderSettings {
            choice: options.builder,
            buildkit_addr: None,
            limits: options.build_limits,
            data: folder.to_owned(),
            program: "/none".into(),
        };
        let pool = Pool::new(&settings, slots, &options.builders);
        let queue = Queue::new(
            store.clone(),
            Arc::new(git),
            Places::new(pool, &options.registry).unwrap(),
            Limits {
                time: Duration::from_secs(60),
                log_bytes: 1 << 20,
                waiting: 10,
            },
            folder.to_owned(),
            FreeSpace::new(folder.to_owned(), 0),
            Arc::new(Metrics::new(folder.to_owned())),
        );
        (queue, store)
    }

    /// Stores that a build has succeeded.
    async fn succeed(queue: &Queue, mut build: slipway_api::Build) {
        build.status = Status::Succeeded;
        let saved = queue
            .store
            .run(move |connection| builds::save(connection, &build));
        saved.await.unwrap();
    }

    /// Waits until so many builds run.
    async fn until_running(queue: &Queue, count: usize) {
        let running = async {
            while queue.running.lock().await.builds.len() != count {
                tokio::task::yield_now().await;
            }
            // A worker that was woken asks for this lock in its turn: behind it, it waits for the next wake.
            for _ in 0..16 {
                tokio::task::yield_now().await;
                drop(queue.running.lock().await);
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(60), running).await;
        assert!(in_time.is_ok(), "never happened: {count} builds run");
    }

    #[tokio::test]
    async fn a_build_starts_while_other_workers_are_busy() {
        const WORKERS: u16 = 4;
        /// Ends the builds of one round, once each worker has one.
        static END: LazyLock<Barrier> = LazyLock::new(|| Barrier::new(usize::from(WORKERS) + 1));
        let folder = tempfile::tempdir().unwrap();
        let (queue, store) = queue(folder.path(), WORKERS);
        let workers = queue.start_with(WORKERS, |queue, planned, _slot, _| {
            Box::pin(async move {
                END.wait().await;
                succeed(&queue, planned.build).await;
                None
            })
        });
        let rounds = [
            ["a", "b", "c", "d"],
            ["e", "f", "g", "h"],
            ["i", "j", "k", "l"],
        ];
        for round in rounds {
            for (before, tag) in round.into_iter().enumerate() {
                add(&store, tag).await;
                queue.wake();
                until_running(&queue, before + 1).await;
            }
            END.wait().await;
            until_running(&queue, 0).await;
        }
        queue.stop().await;
        for worker in workers {
            worker.await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_worker_that_panics_is_replaced_and_its_build_fails() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, store) = queue(folder.path(), 1);
        for tag in ["panics", "runs"] {
            add(&store, tag).await;
        }
        let workers = queue.start_with(1, |queue, planned, _slot, _| {
            Box::pin(async move {
                assert_ne!(planned.build.build_id, "panics", "a panic of this test");
                succeed(&queue, planned.build).await;
                let stopping = queue.clone();
                tokio::spawn(async move { stopping.stop().await });
                None
            })
        });
        for worker in workers {
            worker.await.unwrap();
        }
        let read = |id: &'static str| {
            store.run(move |connection| {
                let anyone = crate::store::Caller::Anyone;
                let number = builds::find_number(connection, &anyone, id)?.unwrap();
                let log = logs::size(connection, number)?;
                Ok((builds::find(connection, &anyone, id)?.unwrap(), log))
            })
        };
        let (failed, log) = read("panics").await.unwrap();
        assert_eq!(failed.status, Status::Failed);
        assert_eq!(failed.detail, Some(format!("{PANICKED}\n")));
        assert!(failed.ended_at.is_some() && log > 0);
        assert_eq!(read("runs").await.unwrap().0.status, Status::Succeeded);
    }
}
