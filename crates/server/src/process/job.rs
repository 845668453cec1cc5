//! Runs the programs of a build: their output goes to the build's log, and the build's limits stop
//! them.

use crate::option_values::format_duration;
use crate::process::build_log::{BuildLog, LogFull};
use crate::process::launch::Launch;
use crate::process::lines::{LineSplitter, Piece};
use crate::process::process_group::{ProcessGroup, capture, capture_into};
use crate::store::full_disk;
use rustix::pipe::fcntl_setpipe_size;
use std::future::pending;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::pin::{Pin, pin};
use std::process::{ExitStatus, Output};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How many bytes of output are read at once, at most.
const CHUNK_BYTES: usize = 64 << 10;

/// How many chunks of output may wait to be logged.
const MAX_QUEUED_CHUNKS: usize = 256;

/// The size that the output pipe is set to, in bytes.
const PIPE_BYTES: usize = 1 << 20;

/// The time that a part of a line waits for the rest before it is logged.
const OPEN_LINE_INTERVAL: Duration = Duration::from_millis(250);

/// How long to wait for more output once the program has ended, since a process that it left behind
/// may keep the pipe open.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(1);

/// The last line of a build that found no space for its files or its log.
const DISK_FULL: &str = "the build failed: the disk of the server is full";

/// Reads what a line of output says about the steps of a build.
#[derive(Debug)]
pub(crate) struct StepChange {
    /// The API's `step_at`, if it is known.
    pub(crate) step_at: Option<i64>,
    /// The title of the step that the build is at.
    pub(crate) title: String,
}

/// The reason why a build is stopped from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// The server stops.
    Server,
    /// The repository of the build was removed.
    Removed,
    /// This user has cancelled the build.
    Cancelled(String),
}

impl StopReason {
    /// The last line of the build's log.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Server => "the build was stopped because the server stopped".to_owned(),
            Self::Removed => "the build was stopped because its repository was removed".to_owned(),
            Self::Cancelled(user) => format!("the build was cancelled by {user}"),
        }
    }
}

/// The reason why a build failed. Its text is the last line of the build's log.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A program, by name, ended with an error.
    Exit(String, ExitStatus),
    /// A program, by name, could not be started, or its output could not be read.
    Program(String, io::Error),
    /// The build was stopped from outside.
    Stopped(StopReason),
    /// The build took longer than this limit.
    TimedOut(Duration),
    /// The build wrote more output than this limit, in bytes.
    LogFull(u64),
    /// The builder, by name, does not answer any more, and why.
    BuilderLost(String, String),
    /// The build used more of this machine than it may, as a sentence.
    Exceeded(String),
    /// The image was built, and could not be pushed.
    NotPushed {
        /// The name by which it was to be pushed.
        reference: String,
        reason: String,
    },
    /// Any other reason, as a sentence.
    Other(String),
    /// The server itself failed.
    Internal(String),
}

impl Failure {
    /// Returns the text about it for lists, which have room for one line: what matters comes first. `step` is the one
    /// that the build was at.
    pub(crate) fn detail(&self, step: Option<&str>) -> String {
        match (self, step) {
            (Self::NotPushed { reference, reason }, _) => {
                format!("{reason}: the image was built, but could not be pushed to {reference}")
            }
            (_, Some(step)) => format!("{step}: {self}"),
            (_, None) => self.to_string(),
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(program, status) => match (status.code(), status.signal()) {
                (Some(code), _) => write!(f, "the build failed: {program} exited with code {code}"),
                (None, Some(signal)) => {
                    write!(
                        f,
                        "the build failed: {program} was killed by signal {signal}"
                    )
                }
                (None, None) => write!(f, "the build failed: {program} ended with an error"),
            },
            Self::Program(program, error) => write!(f, "{program} could not be run: {error}"),
            Self::Stopped(reason) => f.write_str(&reason.message()),
            Self::TimedOut(limit) => write!(
                f,
                "the build was stopped: it exceeded the time limit of {}",
                format_duration(*limit)
            ),
            Self::LogFull(limit) => write!(
                f,
                "the build was stopped: its log exceeded the limit of {limit} bytes"
            ),
            Self::BuilderLost(name, reason) => {
                write!(f, "the builder {name} doesn't answer: {}", reason.trim())
            }
            Self::NotPushed { reference, reason } => write!(
                f,
                "the image was built, but could not be pushed to {reference}: {reason}"
            ),
            Self::Exceeded(message) | Self::Other(message) => f.write_str(message),
            Self::Internal(message) => write!(f, "the server failed: {message}"),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        match full_disk::is_full(&error) {
            true => Self::Other(DISK_FULL.to_owned()),
            false => Self::Internal(error.to_string()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match full_disk::is_full_file(&error) {
            true => Self::Other(DISK_FULL.to_owned()),
            false => Self::Internal(error.to_string()),
        }
    }
}

/// The log and the limits that the programs of one build share.
pub(crate) struct Job {
    /// Receives every line of output.
    pub(crate) log: BuildLog,
    /// How long the build may take.
    pub(crate) time_limit: Duration,
    /// When the build has taken that long.
    pub(crate) deadline: Instant,
    /// How much output the build may write, in bytes.
    pub(crate) log_limit: u64,
    /// Set when the build has to stop.
    pub(crate) stop: watch::Receiver<Option<StopReason>>,
}

impl Job {
    /// Runs a program until it ends and writes its output to the log. `progress` reads each line and
    /// returns what it changes.
    ///
    /// # Errors
    ///
    /// When the program fails or can't be run, or when the build is stopped or exceeds a limit.
    pub(crate) async fn run(
        &mut self,
        launch: impl Into<Launch>,
        progress: impl FnMut(&str) -> Option<StepChange>,
    ) -> Result<(), Failure> {
        self.run_within(launch, progress, pending()).await
    }

    /// Runs a program as [`Job::run`] does, and stops it once `exceeded` returns the limit that it exceeded, as a
    /// sentence.
    ///
    /// # Errors
    ///
    /// As those of [`Job::run`].
    pub(crate) async fn run_within(
        &mut self,
        launch: impl Into<Launch>,
        mut progress: impl FnMut(&str) -> Option<StepChange>,
        exceeded: impl Future<Output = String>,
    ) -> Result<(), Failure> {
        let mut program = Program::spawn(launch.into())?;
        let exceeded = pin!(exceeded);
        match self.follow(&mut program, &mut progress, exceeded).await {
            Ok(status) => {
                program.group.kill();
                self.log_lines(program.lines.finish(), &mut progress)?;
                match status.success() {
                    true => Ok(()),
                    false => Err(Failure::Exit(program.name, status)),
                }
            }
            Err(failure) => {
                program.group.terminate().await;
                // The last line is logged, unless the log is full.
                let _ = self.log_lines(program.lines.finish(), &mut progress);
                Err(failure)
            }
        }
    }

    /// Waits for something that is no program of the build, and returns it.
    ///
    /// # Errors
    ///
    /// When the build is stopped or exceeds its time meanwhile.
    pub(crate) async fn during<T>(
        &mut self,
        awaited: impl Future<Output = T>,
    ) -> Result<T, Failure> {
        tokio::select! {
            reason = stopped(&mut self.stop) => Err(Failure::Stopped(reason)),
            () = sleep_until(self.deadline) => Err(Failure::TimedOut(self.time_limit)),
            value = awaited => Ok(value),
        }
    }

    /// Runs a program whose output is not for the log, and returns the output.
    ///
    /// # Errors
    ///
    /// When the program can't be run or takes longer than `limit`, or when the build is stopped.
    pub(crate) async fn capture(
        &mut self,
        launch: impl Into<Launch>,
        limit: Duration,
    ) -> Result<Output, Failure> {
        let launch = launch.into();
        let name = launch.name.clone();
        let output = self.during(capture(launch, limit)).await?;
        output.map_err(|error| Failure::Program(name, error))
    }

    /// Runs a program whose output is for `sink`, and returns the rest of its output.
    ///
    /// # Errors
    ///
    /// When the program can't be run or takes longer than `limit`, or when the build is stopped; or the error of `sink`,
    /// as one of the program.
    pub(crate) async fn capture_into(
        &mut self,
        launch: impl Into<Launch>,
        limit: Duration,
        sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
    ) -> Result<Output, Failure> {
        let launch = launch.into();
        let name = launch.name.clone();
        let output = self.during(capture_into(launch, limit, sink)).await?;
        output.map_err(|error| Failure::Program(name, error))
    }

    /// Logs the output of a program until the program has ended and its output is read.
    async fn follow(
        &mut self,
        program: &mut Program,
        progress: &mut impl FnMut(&str) -> Option<StepChange>,
        mut exceeded: Pin<&mut impl Future<Output = String>>,
    ) -> Result<ExitStatus, Failure> {
        let mut exited: Option<(ExitStatus, Instant)> = None;
        // When the part of the last line that is there has to be logged.
        let mut open_due: Option<Instant> = None;
        loop {
            if self.log.is_chunk_full() {
                self.log.flush().await?;
            }
            let flush_at = self.log.flush_at();
            let drained = exited.map(|(_, last_output)| last_output + DRAIN_TIMEOUT);
            tokio::select! {
                reason = stopped(&mut self.stop) => return Err(Failure::Stopped(reason)),
                () = sleep_until(self.deadline) => return Err(Failure::TimedOut(self.time_limit)),
                limit = &mut exceeded => return Err(Failure::Exceeded(limit)),
                () = sleep_until(flush_at.unwrap_or(self.deadline)), if flush_at.is_some() => {
                    self.log.flush().await?;
                }
                () = sleep_until(open_due.unwrap_or(self.deadline)),
                    if open_due.is_some() && program.chunks.is_empty() =>
                {
                    open_due = None;
                    self.log_lines(program.lines.take_open(), progress)?;
                }
                status = program.group.child.wait(), if exited.is_none() => {
                    let status = status.map_err(|error| program.failure(error))?;
                    exited = Some((status, Instant::now()));
                    program.group.kill();
                }
                () = sleep_until(drained.unwrap_or(self.deadline)), if drained.is_some() => break,
                chunk = program.chunks.recv() => {
                    let Some(chunk) = chunk else {
                        self.log_lines(program.lines.finish(), progress)?;
                        break;
                    };
                    let chunk = chunk.map_err(|error| program.failure(error))?;
                    let pieces = program.lines.push(&chunk);
                    // Another line has begun: its time begins too.
                    open_due = open_due.filter(|_| pieces.is_empty() && program.lines.is_open());
                    if program.lines.is_open() {
                        open_due.get_or_insert_with(|| Instant::now() + OPEN_LINE_INTERVAL);
                    }
                    self.log_lines(pieces, progress)?;
                    if let Some((_, last_output)) = &mut exited {
                        *last_output = Instant::now();
                    }
                }
            }
        }
        match exited {
            Some((status, _)) => Ok(status),
            None => self.exit_status(program).await,
        }
    }

    /// Waits for a program that has closed its output to end.
    async fn exit_status(&mut self, program: &mut Program) -> Result<ExitStatus, Failure> {
        tokio::select! {
            reason = stopped(&mut self.stop) => Err(Failure::Stopped(reason)),
            () = sleep_until(self.deadline) => Err(Failure::TimedOut(self.time_limit)),
            status = program.group.child.wait() => status.map_err(|error| program.failure(error)),
        }
    }

    fn log_lines(
        &mut self,
        pieces: Vec<Piece>,
        progress: &mut impl FnMut(&str) -> Option<StepChange>,
    ) -> Result<(), Failure> {
        for piece in pieces {
            self.log
                .write_output(&piece)
                .map_err(|LogFull| Failure::LogFull(self.log_limit))?;
            if piece.is_end
                && let Some(change) = progress(piece.line())
            {
                self.log.advance_to(change.step_at.unwrap_or_default());
                self.log.enter_step(&change.title);
            }
        }
        Ok(())
    }
}

/// A running program and its output.
struct Program {
    /// Its name in messages.
    name: String,
    group: ProcessGroup,
    chunks: mpsc::Receiver<io::Result<Vec<u8>>>,
    lines: LineSplitter,
    /// The task that reads the output. It ends when this is dropped.
    _reader: JoinSet<()>,
}

impl Program {
    fn spawn(mut launch: Launch) -> Result<Self, Failure> {
        let name = launch.name.clone();
        let failed = |error| Failure::Program(name.clone(), error);
        // One pipe for stdout and stderr keeps the lines in order.
        let (reader, writer) = io::pipe().map_err(failed)?;
        launch
            .command
            .stdout(writer.try_clone().map_err(failed)?)
            .stderr(writer);
        let group = ProcessGroup::spawn(launch).map_err(failed)?;
        // A larger pipe leaves room for a burst: with chroot isolation, buildah drops the end of a
        // step's output when it can't write it at once. The system may refuse this size.
        let _ = fcntl_setpipe_size(&reader, PIPE_BYTES);
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed)?;
        let (sender, chunks) = mpsc::channel(MAX_QUEUED_CHUNKS);
        let mut reader = JoinSet::new();
        reader.spawn(read_output(output, sender));
        Ok(Self {
            group,
            chunks,
            lines: LineSplitter::default(),
            _reader: reader,
            name,
        })
    }

    fn failure(&self, error: io::Error) -> Failure {
        Failure::Program(self.name.clone(), error)
    }
}

/// Reads output as soon as it arrives and queues it, so that the program does not have to wait for
/// the log.
async fn read_output(mut output: pipe::Receiver, chunks: mpsc::Sender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let chunk = match output.read(&mut buffer).await {
            Ok(0) => return,
            Ok(size) => Ok(buffer[..size].to_vec()),
            Err(error) => Err(error),
        };
        let is_error = chunk.is_err();
        if chunks.send(chunk).await.is_err() || is_error {
            return;
        }
    }
}

/// Waits until the build has to stop. A dropped sender stops it as well.
async fn stopped(stop: &mut watch::Receiver<Option<StopReason>>) -> StopReason {
    match stop.wait_for(Option::is_some).await {
        Ok(reason) => reason.clone().unwrap_or(StopReason::Server),
        Err(_) => StopReason::Server,
    }
}
