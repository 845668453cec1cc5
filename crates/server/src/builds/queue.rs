//! The queue: workers take waiting builds, oldest first, and run them to their end.

use crate::builds::builder::Builders;
use crate::builds::planning::set_commit;
use crate::builds::{builder, checkout};
use crate::log_level::Level;
use crate::process::build_log::BuildLog;
use crate::process::job::{Failure, Job, Stop};
use crate::sources::git::{Git, Ref};
use crate::store::builds::Planned;
use crate::store::{Store, builds};
use chrono::Utc;
use slipway_api::{Status, Timestamp};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// What a build may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From its clone to its end.
    pub time: Duration,
    /// Of its log, in bytes.
    pub log: u64,
}

/// `step_at` while the source is cloned, when the builder starts, and at the end.
const STEP_CLONE: i64 = 5;
const STEP_BUILD: i64 = 10;
const STEP_DONE: i64 = 50;

/// The workers' shared state.
pub struct Queue {
    store: Store,
    git: Arc<Git>,
    builders: Builders,
    limits: Limits,
    /// Where checkouts live while they are built.
    work: PathBuf,
    wake: Notify,
    /// The builds in progress. Locked while one is taken, so that whoever ends a build either finds
    /// it waiting in the store or finds it here.
    running: Mutex<Running>,
}

#[derive(Default)]
struct Running {
    is_stopping: bool,
    builds: HashMap<String, watch::Sender<Option<Stop>>>,
}

impl Queue {
    /// A queue whose workers are not started yet. `work` is a folder of its own.
    pub fn new(
        store: Store,
        git: Arc<Git>,
        builders: Builders,
        limits: Limits,
        work: PathBuf,
    ) -> Arc<Self> {
        Arc::new(Self {
            store,
            git,
            builders,
            limits,
            work,
            wake: Notify::new(),
            running: Mutex::default(),
        })
    }

    /// Starts the workers.
    pub fn start(self: &Arc<Self>, workers: u16) -> Vec<JoinHandle<()>> {
        (0..workers)
            .map(|_| tokio::spawn(self.clone().work()))
            .collect()
    }

    /// Says that a build waits.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Ends the running builds and takes no more: those that wait stay in the store.
    pub async fn stop(&self) {
        let mut running = self.running.lock().await;
        running.is_stopping = true;
        for build in running.builds.values() {
            build.send_replace(Some(Stop::Server));
        }
        drop(running);
        self.wake.notify_waiters();
    }

    /// Ends all builds of a repository, waiting or running.
    pub async fn cancel(&self, repository_id: i64) -> rusqlite::Result<()> {
        let running = self.running.lock().await;
        let in_progress = self
            .store
            .run(move |connection| {
                let transaction = connection.transaction()?;
                let ids = builds::cancel_all(&transaction, repository_id, Stop::Removed.reason())?;
                transaction.commit()?;
                Ok(ids)
            })
            .await?;
        for build_id in in_progress {
            if let Some(build) = running.builds.get(&build_id) {
                build.send_replace(Some(Stop::Removed));
            }
        }
        Ok(())
    }

    async fn work(self: Arc<Self>) {
        loop {
            // Before the look, so that a wake between the look and the wait is not lost.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            let mut running = self.running.lock().await;
            if running.is_stopping {
                return;
            }
            match self.store.run(builds::claim).await {
                Ok(Some(planned)) => {
                    let (sender, stop) = watch::channel(None);
                    let build_id = planned.build.build_id.clone();
                    running.builds.insert(build_id.clone(), sender);
                    drop(running);
                    // There may be more, for the other workers.
                    self.wake.notify_one();
                    self.run(planned, stop).await;
                    self.running.lock().await.builds.remove(&build_id);
                }
                Ok(None) => {
                    drop(running);
                    woken.await;
                }
                Err(error) => {
                    drop(running);
                    tracing::error!("no build could be taken: {error}");
                    // A full disk may pass.
                    let _ = tokio::time::timeout(Duration::from_secs(5), woken).await;
                }
            }
        }
    }

    async fn run(&self, mut planned: Planned, stop: watch::Receiver<Option<Stop>>) {
        let build_id = planned.build.build_id.clone();
        let mut job = Job {
            log: BuildLog::new(self.store.clone(), &build_id, self.limits.log),
            time_limit: self.limits.time,
            deadline: Instant::now() + self.limits.time,
            log_limit: self.limits.log,
            stop,
        };
        let result = self.build_in_folder(&mut job, &mut planned).await;
        let build = &mut planned.build;
        match result {
            Ok(image_id) => {
                let line = format!(
                    "the image {} was built: {image_id}",
                    build.image_reference()
                );
                job.log.reach(STEP_DONE);
                job.log.say(Level::Info, &line);
                build.status = Status::Succeeded;
                build.image_id = Some(image_id);
                build.detail = Some(format!("{line}\n"));
            }
            Err(failure) => {
                let line = failure.to_string();
                job.log.say(Level::Error, &line);
                build.status = Status::Failed;
                build.detail = Some(format!("{line}\n"));
            }
        }
        tracing::info!(
            "build {build_id}: {}",
            build.detail.as_deref().unwrap_or("").trim_end()
        );
        build.step_at = Some(job.log.step());
        build.ended_at = Some(Timestamp::from(Utc::now()));
        let build = planned.build;
        let ended = match job.log.flush().await {
            Ok(()) => {
                self.store
                    .run(move |connection| builds::save(connection, &build))
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = ended {
            tracing::error!("the end of build {build_id} could not be stored: {error}");
        }
    }

    async fn build_in_folder(
        &self,
        job: &mut Job,
        planned: &mut Planned,
    ) -> Result<String, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("build-")
            .tempdir_in(&self.work)?;
        let result = self.build(job, planned, folder.path()).await;
        // Removing a large checkout takes a while.
        let removed = tokio::task::spawn_blocking(move || folder.close()).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!("a checkout could not be removed: {error}");
        }
        result
    }

    /// Clones, builds and tags; answers the image's short id.
    async fn build(
        &self,
        job: &mut Job,
        planned: &mut Planned,
        folder: &Path,
    ) -> Result<String, Failure> {
        let checkout = folder.join("source");
        let report = folder.join("image");
        let build = &planned.build;
        job.log.reach(STEP_CLONE);
        job.log.say(Level::Info, "starting to build");
        let cloning = format!(
            "cloning code source from repo {} on {}:{}",
            build.code_repo_path, build.code_repo_type, build.code_repo_type_value
        );
        job.log.say(Level::Info, &cloning);
        job.log.flush().await?;

        let wanted = Ref {
            clone_urls: &planned.plan.clone_urls,
            deploy_key: planned.plan.deploy_key.as_deref(),
            kind: &build.code_repo_type,
            value: &build.code_repo_type_value,
            commit: planned.plan.commit.as_deref(),
        };
        let commit = self.git.check_out(job, &wanted, &checkout).await?;
        job.log
            .say(Level::Info, &format!("building commit {commit}"));
        set_commit(planned, &commit);

        let build = &planned.build;
        let inputs = checkout::find(&checkout, build).map_err(Failure::Refused)?;
        let paths = format!(
            "Dockerfile path: {}. Build context path: {}",
            inputs.dockerfile.display(),
            inputs.context.display()
        );
        job.log.say(Level::Info, &paths);

        let builder = self
            .builders
            .find()
            .await
            .ok_or_else(|| Failure::Refused(builder::NONE_FOUND.to_owned()))?;
        let mut names = vec![build.image_reference()];
        names.extend(
            build
                .version_tag()
                .filter(|tag| *tag != build.docker_repo_tag)
                .map(|tag| format!("{}:{tag}", build.docker_repo_path)),
        );
        job.log.reach(STEP_BUILD);
        job.log
            .say(Level::Info, &format!("building with {}", builder.name()));
        let mut now = build.clone();
        now.step_at = Some(STEP_BUILD);
        self.store
            .run(move |connection| builds::save(connection, &now))
            .await?;
        let command = builder.build(&inputs, &names, &report)?;
        job.run(command, |line| {
            let (step, of) = builder::progress(line)?;
            Some((STEP_BUILD + (STEP_DONE - STEP_BUILD) * step / of).min(STEP_DONE - 1))
        })
        .await?;
        builder.image_id(&report).ok_or_else(|| {
            Failure::Refused(format!(
                "{} did not say which image it built",
                builder.name()
            ))
        })
    }
}
