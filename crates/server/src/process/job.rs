//! A build's programs: their output goes to its log, and its limits end them.

use crate::process::build_log::BuildLog;
use crate::process::group::{Group, duration};
use crate::process::lines::Lines;
use rustix::pipe::fcntl_setpipe_size;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// The most bytes that are read at once, how many such chunks may wait to be logged, and the size
/// that the pipe is asked to have, in bytes.
const CHUNK: usize = 64 << 10;
const AHEAD: usize = 256;
const PIPE: usize = 1 << 20;

/// How long output is awaited once the program itself has ended: something that it left behind may
/// hold the pipe open.
const DRAIN: Duration = Duration::from_secs(1);

/// Why a build is ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The server stops.
    Server,
    /// The build's repository was removed.
    Removed,
}

impl Stop {
    /// The log's last line.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Server => "the server stopped, and this build with it",
            Self::Removed => "the repository was removed, and this build with it",
        }
    }
}

/// Why a build failed. Displays as the log's last line.
#[derive(Debug)]
pub enum Failure {
    /// A program ended badly.
    Exit(String, ExitStatus),
    /// A program could not be started, or its output not be read.
    Program(String, io::Error),
    /// It was ended from outside.
    Stopped(Stop),
    /// It took longer than it may.
    TimedOut(Duration),
    /// It wrote more than it may: the limit in bytes.
    LogFull(u64),
    /// Anything that is said best in a sentence.
    Refused(String),
    /// The server's own trouble.
    Internal(String),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exit(program, status) => match (status.code(), status.signal()) {
                (Some(code), _) => write!(f, "the build failed: {program} exited with code {code}"),
                (None, Some(signal)) => {
                    write!(
                        f,
                        "the build failed: {program} was ended by signal {signal}"
                    )
                }
                (None, None) => write!(f, "the build failed: {program} ended badly"),
            },
            Self::Program(program, error) => write!(f, "{program} could not be run: {error}"),
            Self::Stopped(stop) => f.write_str(stop.reason()),
            Self::TimedOut(limit) => write!(
                f,
                "the time limit of {} was met, and the build was stopped",
                duration(*limit)
            ),
            Self::LogFull(limit) => write!(
                f,
                "the log limit of {limit} bytes was met, and the build was stopped"
            ),
            Self::Refused(why) => f.write_str(why),
            Self::Internal(why) => write!(f, "the server failed: {why}"),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

/// What bounds a build while its programs run, and where their output goes.
pub struct Job {
    /// Takes every line.
    pub log: BuildLog,
    /// How long the build may take.
    pub time_limit: Duration,
    /// When that is over.
    pub deadline: Instant,
    /// How much it may write, in bytes.
    pub log_limit: u64,
    /// Set when the build is to end.
    pub stop: watch::Receiver<Option<Stop>>,
}

impl Job {
    /// Runs a program to its end, its output line by line into the log. `progress` reads each line
    /// and answers the build's `step_at` where the line tells it.
    pub async fn run(
        &mut self,
        mut command: Command,
        progress: impl Fn(&str) -> Option<i64>,
    ) -> Result<(), Failure> {
        let program = Path::new(command.get_program());
        let program = program.file_name().unwrap_or_default();
        let program = program.to_string_lossy().into_owned();
        let failed = |error| Failure::Program(program.clone(), error);
        // One pipe for both, so that the lines keep their order.
        let (reader, writer) = io::pipe().map_err(failed)?;
        command
            .stdout(writer.try_clone().map_err(failed)?)
            .stderr(writer);
        let mut group = Group::spawn(command).map_err(failed)?;
        // Room for a burst: buildah, with chroot isolation, drops the end of a step's output when it
        // cannot write it at once. A system that allows less room is left as it is.
        let _ = fcntl_setpipe_size(&reader, PIPE);
        let output = pipe::Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed)?;
        let (sender, mut chunks) = mpsc::channel(AHEAD);
        // Dropped, the set ends its task.
        let mut reading = JoinSet::new();
        reading.spawn(read_ahead(output, sender));

        let mut lines = Lines::default();
        let mut exited: Option<(ExitStatus, Instant)> = None;
        let ended = loop {
            if self.log.is_heavy() {
                self.log.flush().await?;
            }
            let now = Instant::now();
            let drained = exited.map_or(self.deadline, |(_, heard)| heard + DRAIN);
            tokio::select! {
                stop = stopped(&mut self.stop) => break Err(Failure::Stopped(stop)),
                () = sleep_until(self.deadline) => break Err(Failure::TimedOut(self.time_limit)),
                () = sleep_until(self.log.due().unwrap_or(now)), if self.log.due().is_some() => {
                    self.log.flush().await?;
                }
                status = group.child.wait(), if exited.is_none() => {
                    exited = Some((status.map_err(failed)?, Instant::now()));
                    group.kill();
                }
                () = sleep_until(drained), if exited.is_some() => break Ok(()),
                chunk = chunks.recv() => {
                    let is_end = chunk.is_none();
                    let whole = match chunk {
                        Some(chunk) => lines.push(&chunk.map_err(failed)?),
                        None => lines.finish(),
                    };
                    if let Err(full) = self.take(whole, &progress) {
                        break Err(full);
                    }
                    if is_end {
                        break Ok(());
                    }
                    if let Some((_, heard)) = &mut exited {
                        *heard = Instant::now();
                    }
                }
            }
        };
        if ended.is_err() {
            group.end().await;
            // What was said before the end belongs to the log; past its limit, it does not.
            let _ = self.take(lines.finish(), &progress);
            return ended;
        }
        let status = match exited {
            Some((status, _)) => status,
            None => {
                let waited = tokio::select! {
                    stop = stopped(&mut self.stop) => Err(Failure::Stopped(stop)),
                    () = sleep_until(self.deadline) => Err(Failure::TimedOut(self.time_limit)),
                    status = group.child.wait() => Ok(status.map_err(failed)?),
                };
                match waited {
                    Ok(status) => status,
                    Err(failure) => {
                        group.end().await;
                        return Err(failure);
                    }
                }
            }
        };
        group.kill();
        self.take(lines.finish(), &progress)?;
        match status.success() {
            true => Ok(()),
            false => Err(Failure::Exit(program, status)),
        }
    }

    fn take(
        &mut self,
        lines: Vec<String>,
        progress: &impl Fn(&str) -> Option<i64>,
    ) -> Result<(), Failure> {
        for line in lines {
            self.log
                .output(&line)
                .map_err(|_| Failure::LogFull(self.log_limit))?;
            if let Some(step) = progress(&line) {
                self.log.reach(step);
            }
        }
        Ok(())
    }
}

/// Reads output as fast as it comes, whatever becomes of it.
async fn read_ahead(mut output: pipe::Receiver, chunks: mpsc::Sender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let chunk = match output.read(&mut buffer).await {
            Ok(0) => return,
            Ok(read) => Ok(buffer[..read].to_vec()),
            Err(error) => Err(error),
        };
        let is_error = chunk.is_err();
        if chunks.send(chunk).await.is_err() || is_error {
            return;
        }
    }
}

/// Waits until a build is to end. One whose sender has gone ends as well.
async fn stopped(stop: &mut watch::Receiver<Option<Stop>>) -> Stop {
    match stop.wait_for(Option::is_some).await {
        Ok(stop) => stop.unwrap_or(Stop::Server),
        Err(_) => Stop::Server,
    }
}
