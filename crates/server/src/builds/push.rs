//! The push of an image to the registry, after its build: by its version tag and by its tag, each tried three times.

use crate::builds::builder_choice::BuilderChoice;
use crate::builds::checkout::BuildInputs;
use crate::builds::push_commands::{PushCommand, digest_in_line};
use crate::builds::registry::Registry;
use crate::builds::registry_access::AccessFiles;
use crate::builds::registry_client::image_size;
use crate::builds::workplace::Workplace;
use crate::log_level::EntryLevel;
use crate::option_values::format_duration;
use crate::process::job::{Failure, Job};
use chrono::Utc;
use slipway_api::{Build, Timestamp};
use slipway_log::push_reason;
use std::process::Output;
use std::time::Duration;

/// How long to wait after each try that failed but the last.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// How long a command may take whose output is not for the log; the build's own limit is often shorter.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(3600);

/// The most characters of a builder's message that are quoted.
const MAX_REASON_CHARS: usize = 500;

/// An image that is in the registry.
pub(crate) struct Pushed {
    /// The digest of its manifest, `sha256:…`.
    pub(crate) digest: String,
    /// The size of its layers and its configuration in the registry, in bytes; `None` if the registry did not say it.
    pub(crate) size: Option<u64>,
    pub(crate) at: Timestamp,
}

/// The push of one build's image.
pub(crate) struct Push<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) workplace: &'a Workplace,
    pub(crate) inputs: &'a BuildInputs,
    pub(crate) build: &'a Build,
}

/// The reason why a try failed.
enum Unpushed {
    /// Another one may succeed.
    Reason(String),
    /// The build has to end.
    Final(Failure),
}

impl From<Failure> for Unpushed {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

impl Push<'_> {
    /// Pushes the image.
    ///
    /// # Errors
    ///
    /// When the registry does not take it after three tries, or the build is stopped or exceeds a limit.
    pub(crate) async fn run(&self, job: &mut Job) -> Result<Pushed, Failure> {
        let repository = self.registry.repository(&self.build.docker_repo_path);
        // The version tag first, as it is with names: whoever sees the other one may rely on it.
        let tags = self.build.version_tag().into_iter();
        let mut digest = String::new();
        for tag in tags.chain([self.build.docker_repo_tag.as_str()]) {
            digest = self.push_name(job, &repository, tag).await?;
        }
        let size = self.size(job, &repository, &digest).await?;
        let shown = size.map(|size| format!(", {size} bytes"));
        let line = format!(
            "the image is in the registry: {repository}@{digest}{}",
            shown.unwrap_or_default()
        );
        job.log.write(EntryLevel::Info, &line);
        Ok(Pushed {
            digest,
            size,
            at: Timestamp::from(Utc::now()),
        })
    }

    /// Pushes the image by one name, and returns the digest of its manifest.
    async fn push_name(
        &self,
        job: &mut Job,
        repository: &str,
        tag: &str,
    ) -> Result<String, Failure> {
        let reference = format!("{repository}:{tag}");
        let line = format!("pushing {reference}");
        job.log.enter_step(&line);
        job.log.write(EntryLevel::Info, &line);
        let mut pauses = PAUSES.iter();
        loop {
            job.log.flush().await?;
            let reason = match self.try_name(job, repository, &reference).await {
                Ok(digest) => return Ok(digest),
                Err(Unpushed::Final(failure)) => return Err(failure),
                Err(Unpushed::Reason(reason)) => reason,
            };
            let Some(pause) = pauses.next() else {
                return Err(Failure::NotPushed { reference, reason });
            };
            let tried = PAUSES.len() - pauses.len();
            let line = format!(
                "pushing failed, trying again in {} ({tried} of {} tries): {reason}",
                format_duration(*pause),
                PAUSES.len() + 1
            );
            job.log.write(EntryLevel::Warning, &line);
            job.log.flush().await?;
            job.during(tokio::time::sleep(*pause)).await?;
        }
    }

    async fn try_name(
        &self,
        job: &mut Job,
        repository: &str,
        reference: &str,
    ) -> Result<String, Unpushed> {
        let access = job.during(self.registry.access(repository)).await?;
        let access = access.map_err(Unpushed::Reason)?;
        if let Some(credentials) = &access.credentials {
            job.log.hide(credentials.secrets());
        }
        let files = self.workplace.access_files(&access);
        let commands = self
            .workplace
            .push_commands(self.inputs, reference, self.registry.is_insecure)
            .map_err(Failure::from)?;
        // A daemon pushes what the name stands for at that moment.
        let _alone = match self.workplace.kind() {
            BuilderChoice::Docker => Some(job.during(self.registry.hold(reference)).await?),
            _ => None,
        };
        let mut told = None;
        let mut result = Ok(());
        for command in commands {
            if result.is_err() && !command.is_cleaning {
                continue;
            }
            let is_cleaning = command.is_cleaning;
            let ran = self.run_command(job, command, &files, &mut told).await;
            if !is_cleaning || matches!(ran, Err(Unpushed::Final(_))) {
                result = result.and(ran);
            }
        }
        result?;
        told.or_else(|| self.workplace.pushed_digest())
            .ok_or_else(|| {
                Unpushed::Reason("the builder did not say which image it has pushed".to_owned())
            })
    }

    /// Runs one command. `told` becomes the digest that its output tells.
    async fn run_command(
        &self,
        job: &mut Job,
        command: PushCommand,
        files: &AccessFiles,
        told: &mut Option<String>,
    ) -> Result<(), Unpushed> {
        let launch = self
            .workplace
            .reaching(command.arguments, files)
            .map_err(Failure::from)?;
        if !command.is_logged {
            let output = job
                .capture(launch, COMMAND_TIMEOUT)
                .await
                .map_err(retried(String::new()))?;
            return finished(job, &output);
        }
        let mut last = String::new();
        let ran = job.run(launch, |line| {
            if let Some(digest) = digest_in_line(line) {
                *told = Some(digest.to_owned());
            }
            if !line.trim().is_empty() {
                last = line.to_owned();
            }
            None
        });
        ran.await.map_err(|failure| retried(last)(failure))
    }

    /// Asks the registry for the size of the image.
    async fn size(
        &self,
        job: &mut Job,
        repository: &str,
        digest: &str,
    ) -> Result<Option<u64>, Failure> {
        let asked = async {
            let access = self.registry.access(repository).await?;
            image_size(&access, repository, digest).await
        };
        match job.during(asked).await? {
            Ok(size) => Ok(Some(size)),
            Err(reason) => {
                let line = format!("the registry did not say how large the image is: {reason}");
                job.log.write(EntryLevel::Info, &line);
                Ok(None)
            }
        }
    }
}

/// Writes to the log what a command has pushed, and says why it failed, if so.
fn finished(job: &mut Job, output: &Output) -> Result<(), Unpushed> {
    let text = String::from_utf8_lossy(&output.stderr);
    for line in text.lines() {
        // BuildKit's lines: `#7 pushing layers 0.1s done`.
        let text = line.split_once(' ').map_or("", |(_, text)| text);
        if line.starts_with('#') && text.starts_with("pushing ") {
            job.log.write(EntryLevel::Info, text);
        }
    }
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    match output.status.success() {
        true => Ok(()),
        false => Err(Unpushed::Reason(reason(
            last.unwrap_or("the builder failed without a word"),
        ))),
    }
}

/// Returns what a failure of a command means, whose last line of output this was.
fn retried(last: String) -> impl FnOnce(Failure) -> Unpushed {
    move |failure| match failure {
        Failure::Exit(..) if !last.is_empty() => Unpushed::Reason(reason(&last)),
        Failure::Exit(..) | Failure::Program(..) => Unpushed::Reason(failure.to_string()),
        failure => Unpushed::Final(failure),
    }
}

/// The reason in a builder's message, not too long.
fn reason(line: &str) -> String {
    push_reason(line).chars().take(MAX_REASON_CHARS).collect()
}
