//! The build queue. Workers take the oldest waiting build of the namespace whose turn it is, and run it.

use crate::builds::checkout::BuildInputs;
use crate::builds::free_space::FreeSpace;
use crate::builds::planning::set_commit;
use crate::builds::progress::BuildProgress;
use crate::builds::turns::Turns;
use crate::builds::workplace::Workplace;
use crate::builds::workshop::Builders;
use crate::builds::{checkout, ignore_files};
use crate::log_level::EntryLevel;
use crate::process::build_log::BuildLog;
use crate::process::job::{Failure, Job, StopReason};
use crate::sources::git::{Git, Ref};
use crate::store::builds::PlannedBuild;
use crate::store::{Store, builds, removal};
use chrono::Utc;
use futures_util::future::BoxFuture;
use slipway_api::{Build, Status, Timestamp};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;

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

/// The API's `step_at` while the source is cloned.
const STEP_AT_CLONE: i64 = 5;

/// The API's `step_at` when the builder starts.
const STEP_AT_BUILD: i64 = 10;

/// The API's `step_at` of a build that succeeded.
const STEP_AT_DONE: i64 = 50;

/// The last line in the log of a build whose worker has panicked.
const PANICKED: &str = "the server failed while it ran this build: its log has the details";

/// How long a worker waits after the database failed, for example because the disk is full.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// The state that the workers share.
pub(crate) struct Queue {
    store: Store,
    git: Arc<Git>,
    builders: Arc<Builders>,
    limits: Limits,
    /// The folder for the checkouts of running builds.
    work_folder: PathBuf,
    /// The space that a build needs to begin.
    free_space: FreeSpace,
    /// Wakes a worker that waits for a build.
    wake: Notify,
    /// The running builds. Locked while a worker takes a build, so that `cancel` finds every build
    /// either waiting in the store or in here.
    running: Mutex<Running>,
    /// Locked while an image gets its names.
    naming: Mutex<()>,
}

/// Tells a build to stop.
type Stop = watch::Receiver<Option<StopReason>>;

/// Runs a build and stores how it ended.
type Run = fn(Arc<Queue>, PlannedBuild, Stop) -> BoxFuture<'static, ()>;

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
    /// Creates a queue without workers. `work_folder` must not be used for anything else.
    pub(crate) fn new(
        store: Store,
        git: Arc<Git>,
        builders: Arc<Builders>,
        limits: Limits,
        work_folder: PathBuf,
        free_space: FreeSpace,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            git,
            builders,
            limits,
            work_folder,
            free_space,
            wake: Notify::new(),
            running: Mutex::default(),
            naming: Mutex::default(),
        })
    }

    /// How many builds of one repository may wait.
    pub(crate) fn waiting_limit(&self) -> u64 {
        self.limits.waiting
    }

    /// Starts the workers, one task each.
    pub(crate) fn start(self: &Arc<Self>, workers: u16) -> Vec<JoinHandle<()>> {
        self.start_with(workers, |queue, planned, stop| {
            Box::pin(async move { queue.run_build(planned, stop).await })
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

    /// Removes a repository with its builds, and stops those that run. Returns false if there is none with this id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub(crate) async fn remove_repository(&self, id: i64) -> rusqlite::Result<bool> {
        let running = self.running.lock().await;
        let removed = self
            .store
            .run(move |connection| removal::remove_repository(connection, id))
            .await?;
        let Some(running_ids) = removed else {
            return Ok(false);
        };
        for build_id in running_ids {
            if let Some(build) = running.builds.get(&build_id) {
                build.stop.send_replace(Some(StopReason::Removed));
            }
        }
        Ok(true)
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

    /// Takes the oldest waiting build of the namespace whose turn it is.
    async fn take(&self, running: &mut Running) -> rusqlite::Result<Option<PlannedBuild>> {
        let waiting = self
            .store
            .run(|connection| builds::waiting(connection))
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
        self.store
            .run(move |connection| builds::claim(connection, &namespace))
            .await
    }

    /// Runs one build after another until the queue stops.
    async fn run_worker(self: Arc<Self>, run: Run) {
        loop {
            // Enabled before the store is read, so that a wake between the two is not lost.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let mut running = self.running.lock().await;
            if running.is_stopping {
                return;
            }
            if !self.free_space.is_enough() {
                drop(running);
                let _ = tokio::time::timeout(RETRY_INTERVAL, woken).await;
                continue;
            }
            match self.take(&mut running).await {
                Ok(Some(planned)) => {
                    let (sender, stop) = watch::channel(None);
                    let build_id = planned.build.build_id.clone();
                    let path = planned.build.docker_repo_path.as_str();
                    let build = RunningBuild {
                        namespace: path.split('/').next().unwrap_or_default().to_owned(),
                        stop: sender,
                    };
                    running.builds.insert(build_id.clone(), build);
                    drop(running);
                    // More builds may be waiting, for the other workers.
                    self.wake.notify_one();
                    // A task of its own, so that a panic ends this build alone.
                    let queue = self.clone();
                    let ended = tokio::spawn(async move { run(queue, planned, stop).await });
                    if let Err(error) = ended.await {
                        self.fail_panicked(build_id.clone(), &error).await;
                    }
                    self.running.lock().await.builds.remove(&build_id);
                }
                Ok(None) => {
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

    /// Stores that a build has failed because its task panicked.
    async fn fail_panicked(&self, build_id: String, error: &JoinError) {
        tracing::error!("build {build_id} has failed in the server: {error}");
        let stored = self
            .store
            .run(move |connection| builds::fail_running(connection, &build_id, PANICKED))
            .await;
        if let Err(error) = stored {
            tracing::error!("the result of a build could not be stored: {error}");
        }
    }

    /// Runs one build and stores how it ended.
    async fn run_build(&self, mut planned: PlannedBuild, stop: Stop) {
        let build_id = planned.build.build_id.clone();
        let mut job = Job {
            log: BuildLog::new(self.store.clone(), &build_id, self.limits.log_bytes),
            time_limit: self.limits.time,
            deadline: Instant::now() + self.limits.time,
            log_limit: self.limits.log_bytes,
            stop,
        };
        let result = self.build_in_folder(&mut job, &mut planned).await;
        let made_none = result.as_ref().is_err_and(|failure| {
            // A builder that was stopped may have named its image already.
            matches!(failure, Failure::Exit(..) | Failure::Exceeded(_))
                || job.log.step_at() < STEP_AT_BUILD
        });
        let gives_up_tag = made_none && planned.plan.tag_by_commit;
        let build = &mut planned.build;
        match result {
            Ok(image_id) => {
                let line = format!(
                    "the image {} was built: {image_id}",
                    build.image_reference()
                );
                job.log.advance_to(STEP_AT_DONE);
                job.log.write(EntryLevel::Info, &line);
                build.status = Status::Succeeded;
                build.image_id = Some(image_id);
                build.detail = Some(format!("{line}\n"));
            }
            Err(failure) => {
                let line = failure.to_string();
                job.log.write(EntryLevel::Error, &line);
                build.status = Status::Failed;
                // The step first: a list has room for one line.
                let step = job.log.step().map(|step| format!("{step}: "));
                build.detail = Some(format!("{}{line}\n", step.unwrap_or_default()));
            }
        }
        tracing::info!(
            "build {build_id}: {}",
            build.detail.as_deref().unwrap_or("").trim_end()
        );
        build.step_at = Some(job.log.step_at());
        build.ended_at = Some(Timestamp::from(Utc::now()));
        self.store_end(&mut job, planned.build, gives_up_tag).await;
    }

    /// Stores how a build ended. While the database can't, for example because the disk is full, it is kept and tried
    /// again, until the server stops.
    async fn store_end(&self, job: &mut Job, build: Build, gives_up_tag: bool) {
        let build_id = build.build_id.clone();
        let mut is_kept = false;
        while let Err(error) = self.try_store_end(&mut job.log, &build, gives_up_tag).await {
            if !is_kept {
                tracing::error!(
                    "the end of build {build_id} is kept until it can be stored: {error}"
                );
                is_kept = true;
            }
            let stopped = job
                .stop
                .wait_for(|reason| *reason == Some(StopReason::Server));
            if tokio::time::timeout(RETRY_INTERVAL, stopped).await.is_ok() {
                tracing::error!("the end of build {build_id} could not be stored");
                return;
            }
        }
        if is_kept {
            tracing::info!("the end of build {build_id} is stored");
        }
    }

    async fn try_store_end(
        &self,
        log: &mut BuildLog,
        build: &Build,
        gives_up_tag: bool,
    ) -> rusqlite::Result<()> {
        log.flush().await?;
        let build = build.clone();
        self.store
            .run(move |connection| match gives_up_tag {
                true => builds::save_without_tag(connection, build),
                false => builds::save(connection, &build),
            })
            .await
    }

    /// Runs one build in a temporary folder and removes the folder.
    async fn build_in_folder(
        &self,
        job: &mut Job,
        planned: &mut PlannedBuild,
    ) -> Result<String, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("build-")
            .tempdir_in(&self.work_folder)?;
        let result = self.build(job, planned, folder.path()).await;
        // Not on the async threads, since removing a large checkout takes a while.
        let removed = tokio::task::spawn_blocking(move || folder.close()).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!("a checkout could not be removed: {error}");
        }
        result
    }

    /// Gives the build the version tag that is made from its commit.
    async fn tag_with_commit(
        &self,
        planned: &mut PlannedBuild,
        commit: String,
    ) -> Result<(), Failure> {
        let build = planned.build.clone();
        let tag = self
            .store
            .run(move |connection| builds::tag_with_commit(connection, &build, &commit))
            .await?;
        planned.build.docker_repo_version_tag = Some(tag);
        Ok(())
    }

    /// Clones the source, builds the image and tags it. Returns the image's short id.
    async fn build(
        &self,
        job: &mut Job,
        planned: &mut PlannedBuild,
        folder: &Path,
    ) -> Result<String, Failure> {
        let checkout = folder.join("source");
        let build = &planned.build;
        job.log.advance_to(STEP_AT_CLONE);
        job.log.write(EntryLevel::Info, "starting to build");
        let cloning = format!(
            "cloning code source from repo {} on {}:{}",
            build.code_repo_path, build.code_repo_type, build.code_repo_type_value
        );
        job.log.write(EntryLevel::Info, &cloning);
        job.log.flush().await?;

        let target = Ref {
            clone_urls: &planned.plan.clone_urls,
            deploy_key: planned.plan.deploy_key.as_deref(),
            kind: &build.code_repo_type,
            value: &build.code_repo_type_value,
            commit: planned.plan.commit.as_deref(),
        };
        let commit = self.git.check_out(job, &target, &checkout).await?;
        job.log
            .write(EntryLevel::Info, &format!("building commit {commit}"));
        set_commit(planned, &commit);
        if planned.plan.tag_by_commit {
            self.tag_with_commit(planned, commit).await?;
        }

        let build = &planned.build;
        let inputs = checkout::find(&checkout, build).map_err(Failure::Other)?;
        ignore_files::check(&checkout.canonicalize()?, &inputs).map_err(Failure::Other)?;
        let paths = format!(
            "Dockerfile path: {}. Build context path: {}",
            inputs.dockerfile.display(),
            inputs.context.display()
        );
        job.log.write(EntryLevel::Info, &paths);

        let workshop = self.builders.find().await.map_err(Failure::Other)?;
        let builder = workshop.builder.name();
        let namespace = build.docker_repo_path.split('/').next().unwrap_or_default();
        let workplace = Workplace::open(workshop, namespace, folder, &checkout).await?;
        if let Some(warning) = workplace.warnings() {
            job.log.write(EntryLevel::Warning, warning);
        }
        job.log.advance_to(STEP_AT_BUILD);
        job.log
            .write(EntryLevel::Info, &format!("building with {builder}"));
        let result = self
            .build_image(job, build, &workplace, &inputs, &builder)
            .await;
        workplace.close(result.is_ok()).await;
        result
    }

    /// Builds the image and names it. Returns its short id.
    async fn build_image(
        &self,
        job: &mut Job,
        build: &Build,
        workplace: &Workplace,
        inputs: &BuildInputs,
        builder: &str,
    ) -> Result<String, Failure> {
        // The version tag first: a builder may look the image up by its first name, which another build of the tag
        // config could move meanwhile.
        let version_tag = build.version_tag();
        let mut names =
            Vec::from_iter(version_tag.map(|tag| format!("{}:{tag}", build.docker_repo_path)));
        names.push(build.image_reference());
        let mut running = build.clone();
        running.step_at = Some(STEP_AT_BUILD);
        self.store
            .run(move |connection| builds::save(connection, &running))
            .await?;
        let mut progress = BuildProgress::new(STEP_AT_BUILD, STEP_AT_DONE);
        job.run_within(
            workplace.build(inputs, &names)?,
            |line| progress.read(line),
            workplace.exceeded(),
        )
        .await
        .map_err(|failure| workplace.explain(failure))?;
        if let Some((command, names)) = workplace.tag(&names)? {
            let _alone = self.naming.lock().await;
            // As the builder writes it where it names the image itself.
            for name in names {
                job.log.write(EntryLevel::Info, &format!("COMMIT {name}"));
            }
            // Not a failure of the builder's: the image is there, and may have a name.
            let unnamed = |failure: Failure| match failure {
                Failure::Exit(program, status) => {
                    Failure::Other(format!("{program} could not name the image: {status}"))
                }
                failure => failure,
            };
            job.run(command, |_| None).await.map_err(unnamed)?;
        }
        workplace
            .image_id()
            .ok_or_else(|| Failure::Other(format!("{builder} did not report which image it built")))
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
    use slipway_api::VersionTagging;

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

    #[tokio::test]
    async fn a_worker_that_panics_is_replaced_and_its_build_fails() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("slipway.db")).unwrap();
        let options = Options::parse_from(["slipway"]);
        let sources = Sources::new(&[], &[], false, &[], &[]);
        let git = Git::new(folder.path(), sources, options.source_options.clone()).unwrap();
        let builders = Builders::new(BuilderSettings {
            choice: options.builder,
            buildkit_addr: None,
            limits: options.build_limits,
            data: folder.path().to_owned(),
            program: "/none".into(),
        });
        let queue = Queue::new(
            store.clone(),
            Arc::new(git),
            Arc::new(builders),
            Limits {
                time: Duration::from_secs(60),
                log_bytes: 1 << 20,
                waiting: 10,
            },
            folder.path().to_owned(),
            FreeSpace::new(folder.path().to_owned(), 0),
        );
        for tag in ["panics", "runs"] {
            add(&store, tag).await;
        }
        let workers = queue.start_with(1, |queue, planned, _| {
            Box::pin(async move {
                let mut build = planned.build;
                assert_ne!(build.build_id, "panics", "a panic of this test");
                build.status = Status::Succeeded;
                let saved = queue
                    .store
                    .run(move |connection| builds::save(connection, &build));
                saved.await.unwrap();
                let stopping = queue.clone();
                tokio::spawn(async move { stopping.stop().await });
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
