//! Runs one build of the queue: clones its source, builds and names the image, and stores how it ended.

use super::{Queue, RETRY_INTERVAL, Stop};
use crate::builds::build_cache::build_cache;
use crate::builds::checkout::BuildInputs;
use crate::builds::lost_builder::{explain, says_lost};
use crate::builds::planning::{REQUESTED, set_commit};
use crate::builds::pool::Slot;
use crate::builds::progress::BuildProgress;
use crate::builds::push::{Push, Pushed};
use crate::builds::workplace::Workplace;
use crate::builds::{checkout, ignore_files};
use crate::log_level::EntryLevel;
use crate::process::build_log::BuildLog;
use crate::process::job::{Failure, Job, StopReason};
use crate::sources::git::Ref;
use crate::store::builds::{self, PlannedBuild};
use crate::store::pushes;
use chrono::Utc;
use slipway_api::{Build, Status, Timestamp};
use std::path::Path;
use tokio::time::Instant;

/// The API's `step_at` while the source is cloned.
const STEP_AT_CLONE: i64 = 5;

/// The API's `step_at` when the builder starts.
const STEP_AT_BUILD: i64 = 10;

/// The API's `step_at` of a build that succeeded.
const STEP_AT_DONE: i64 = 50;

/// The line of a build that had to wait for a builder, as its log says: see [`crate::store::held_up`].
const GOES_ON: &str = "a builder answers again: the build goes on";

/// The parts of a build that are done, whatever becomes of the rest.
#[derive(Default)]
struct Made {
    /// The short id of the image.
    image: Option<String>,
    pushed: Option<Pushed>,
    /// The line that says that the builder is gone.
    said: Option<String>,
}

impl Queue {
    /// Runs one build and stores how it ended.
    pub(super) async fn run_build(
        &self,
        mut planned: PlannedBuild,
        slot: Slot,
        stop: Stop,
    ) -> Option<PlannedBuild> {
        let build_id = planned.build.build_id.clone();
        let mut job = Job {
            log: BuildLog::new(self.store.clone(), &build_id, self.limits.log_bytes),
            time_limit: self.limits.time,
            deadline: Instant::now() + self.limits.time,
            log_limit: self.limits.log_bytes,
            stop,
        };
        if std::mem::take(&mut planned.plan.is_held_up) {
            job.log.write(EntryLevel::Info, GOES_ON);
            planned.build.detail = Some(REQUESTED.to_owned());
        }
        let result = self.build_in_folder(&mut job, &mut planned, &slot).await;
        if let Err(Failure::BuilderLost(name, _)) = &result
            && planned.plan.lost_builder.is_none()
        {
            planned.plan.lost_builder = Some(name.clone());
            let why = result
                .err()
                .map_or(String::new(), |failure| failure.to_string());
            tracing::warn!("build {build_id} goes back to the queue: {why}");
            return Some(once_more(&mut job, planned, &why).await);
        }
        // No step has failed then.
        let is_lost = matches!(result, Err(Failure::BuilderLost(..)));
        let result = result.map_err(|failure| match is_lost {
            true => Failure::Other(format!("a builder was lost a second time: {failure}")),
            false => failure,
        });
        let made_none = result.as_ref().is_err_and(|failure| {
            // A builder that was stopped may have named its image already.
            matches!(failure, Failure::Exit(..) | Failure::Exceeded(_))
                || job.log.step_at() < STEP_AT_BUILD
        });
        let gives_up_tag = made_none && planned.plan.tag_by_commit;
        let is_cancelled = matches!(result, Err(Failure::Stopped(StopReason::Cancelled(_))));
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
                // Somebody wanted it to end: that is no error.
                let level = match is_cancelled {
                    true => EntryLevel::Info,
                    false => EntryLevel::Error,
                };
                job.log.write(level, &line);
                build.status = Status::Failed;
                let detail = failure.detail(job.log.step().filter(|_| !is_lost));
                build.detail = Some(format!("{detail}\n"));
            }
        }
        tracing::info!(
            "build {build_id}: {}",
            build.detail.as_deref().unwrap_or("").trim_end()
        );
        build.step_at = Some(job.log.step_at());
        build.ended_at = Some(Timestamp::from(Utc::now()));
        self.metrics.count_build(&planned.build, is_cancelled);
        self.store_end(&mut job, planned.build, gives_up_tag).await;
        None
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
            .run(move |connection| {
                pushes::record(connection, &build)?;
                match gives_up_tag {
                    true => builds::save_without_tag(connection, build),
                    false => builds::save(connection, &build),
                }
            })
            .await
    }

    /// Runs one build in a temporary folder and removes the folder.
    async fn build_in_folder(
        &self,
        job: &mut Job,
        planned: &mut PlannedBuild,
        slot: &Slot,
    ) -> Result<String, Failure> {
        let folder = tempfile::Builder::new()
            .prefix("build-")
            .tempdir_in(&self.work_folder)?;
        let result = self.build(job, planned, slot, folder.path()).await;
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
        slot: &Slot,
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

        let name = slot.builder_name();
        planned.build.builder = name.map(str::to_owned);
        let build = &planned.build;
        let inputs =
            checkout::find(&checkout, build, planned.plan.without_cache).map_err(Failure::Other)?;
        ignore_files::check(&checkout.canonicalize()?, &inputs).map_err(Failure::Other)?;
        let paths = format!(
            "Dockerfile path: {}. Build context path: {}",
            inputs.dockerfile.display(),
            inputs.context.display()
        );
        job.log.write(EntryLevel::Info, &paths);

        let workshop = slot.workshop().await.map_err(|reason| match name {
            Some(name) => Failure::BuilderLost(name.to_owned(), reason),
            None => Failure::Other(reason),
        })?;
        let builder = workshop.builder.name();
        let namespace = build.docker_repo_path.split('/').next().unwrap_or_default();
        let workplace = Workplace::open(workshop, namespace, folder, &checkout).await?;
        if let Some(warning) = workplace.warnings() {
            job.log.write(EntryLevel::Warning, warning);
        }
        job.log.advance_to(STEP_AT_BUILD);
        if let Some(note) = &slot.note {
            job.log.write(EntryLevel::Warning, note);
        }
        let at = name.map(|name| format!(" on the builder {name}"));
        let line = format!("building with {builder}{}", at.unwrap_or_default());
        job.log.write(EntryLevel::Info, &line);
        self.build_at(job, planned, slot, workplace, &inputs).await
    }

    /// Builds the image at a place, and pushes it, unless the builder is gone meanwhile. Returns the image's short id.
    async fn build_at(
        &self,
        job: &mut Job,
        planned: &mut PlannedBuild,
        slot: &Slot,
        workplace: Workplace,
        inputs: &BuildInputs,
    ) -> Result<String, Failure> {
        let name = slot.builder_name().unwrap_or_default();
        let mut made = Made::default();
        let image = self.make_image(job, &planned.build, &workplace, inputs, &mut made);
        let result = tokio::select! {
            result = image => result,
            reason = slot.lost() => {
                Err(Failure::BuilderLost(name.to_owned(), reason))
            }
        };
        workplace.close(made.image.is_some()).await;
        let result = match result {
            Ok(image) => Ok(image),
            Err(failure) => Err(explain(slot, failure, made.said).await),
        };
        if !matches!(result, Err(Failure::BuilderLost(..))) {
            // The image is there, whatever has become of its push.
            planned.build.image_id = made.image;
        }
        if let Some(pushed) = made.pushed {
            planned.build.image_digest = Some(pushed.digest);
            planned.build.image_size = pushed.size;
            planned.build.pushed_at = Some(pushed.at);
        }
        result
    }

    /// Builds the image, and pushes it where there is a registry. Returns its short id.
    async fn make_image(
        &self,
        job: &mut Job,
        build: &Build,
        workplace: &Workplace,
        inputs: &BuildInputs,
        made: &mut Made,
    ) -> Result<String, Failure> {
        let image = self
            .build_image(job, build, workplace, inputs, &mut made.said)
            .await?;
        made.image = Some(image.clone());
        if let Some(registry) = &self.registry {
            let push = Push {
                registry,
                workplace,
                inputs,
                build,
            };
            made.pushed = Some(push.run(job).await?);
        }
        Ok(image)
    }

    /// Builds the image and names it. Returns its short id. A line that says that the builder is gone is put into `said`.
    async fn build_image(
        &self,
        job: &mut Job,
        build: &Build,
        workplace: &Workplace,
        inputs: &BuildInputs,
        said: &mut Option<String>,
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
        let cache = match &self.registry {
            Some(registry) => build_cache(job, registry, workplace, inputs, build).await?,
            None => None,
        };
        let mut progress = BuildProgress::new(STEP_AT_BUILD, STEP_AT_DONE);
        job.run_within(
            workplace.build(inputs, &names, cache.as_ref())?,
            |line| {
                if says_lost(line) {
                    *said = Some(line.trim().to_owned());
                }
                progress.read(line)
            },
            workplace.exceeded(),
        )
        .await
        .map_err(|failure| workplace.explain(failure))?;
        if let Some(warning) = workplace.survived() {
            job.log.write(EntryLevel::Warning, &warning);
        }
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
        let missing =
            || Failure::Other("the builder did not report which image it built".to_owned());
        workplace.image_id().ok_or_else(missing)
    }
}

/// Says in the log of a build that it goes back to the queue, and why. Returns the build, which is to run once more with
/// the same commit.
async fn once_more(job: &mut Job, mut planned: PlannedBuild, why: &str) -> PlannedBuild {
    for line in [why, "the build goes back to the queue, once"] {
        job.log.write(EntryLevel::Warning, line);
    }
    if let Err(error) = job.log.flush().await {
        tracing::error!("a log could not be stored: {error}");
    }
    let build = &mut planned.build;
    build.detail = Some(format!("{why}\n"));
    if build.code_head_commit.is_some() {
        planned.plan.commit.clone_from(&build.code_head_commit);
    }
    planned
}
