//! Child processes: each leads a group of its own, and no group outlives what started it.

use crate::build_log::{BuildLog, Lines};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::HashSet;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

/// How long a group may take to end by itself once asked.
const PATIENCE: Duration = Duration::from_secs(5);

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

/// A duration in the words of the options: `30m`, `90s`, `250ms`.
fn duration(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
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
        let program = command.get_program().to_string_lossy().into_owned();
        let failed = |error| Failure::Program(program.clone(), error);
        // One pipe for both, so that the lines keep their order.
        let (reader, writer) = io::pipe().map_err(failed)?;
        command
            .stdout(writer.try_clone().map_err(failed)?)
            .stderr(writer);
        let mut group = Group::spawn(command).map_err(failed)?;
        let mut output = pipe::Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(failed)?;

        let mut lines = Lines::default();
        let mut buffer = vec![0; 64 << 10];
        let mut exited: Option<(ExitStatus, Instant)> = None;
        let ended = loop {
            if self.log.is_heavy() {
                self.log.flush().await?;
            }
            let now = Instant::now();
            let drained = exited.map_or(self.deadline, |(_, at)| at + DRAIN);
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
                read = output.read(&mut buffer) => {
                    let read = read.map_err(failed)?;
                    let whole = match read {
                        0 => lines.finish(),
                        _ => lines.push(&buffer[..read]),
                    };
                    if let Err(full) = self.take(whole, &progress) {
                        break Err(full);
                    }
                    if read == 0 {
                        break Ok(());
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

/// Waits until a build is to end. One whose sender has gone ends as well.
async fn stopped(stop: &mut watch::Receiver<Option<Stop>>) -> Stop {
    match stop.wait_for(Option::is_some).await {
        Ok(stop) => stop.unwrap_or(Stop::Server),
        Err(_) => Stop::Server,
    }
}

/// Runs a program outside any build and answers its output, or an error after `limit`.
pub async fn capture(mut command: Command, limit: Duration) -> io::Result<Output> {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = Group::spawn(command)?;
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let (out, err) = (group.child.stdout.take(), group.child.stderr.take());
    let reading = async {
        let read_out = async {
            match out {
                Some(mut out) => out.read_to_end(&mut stdout).await,
                None => Ok(0),
            }
        };
        let read_err = async {
            match err {
                Some(mut err) => err.read_to_end(&mut stderr).await,
                None => Ok(0),
            }
        };
        tokio::try_join!(read_out, read_err)?;
        group.child.wait().await
    };
    match timeout(limit, reading).await {
        Ok(status) => {
            let status = status?;
            group.kill();
            Ok(Output {
                status,
                stdout,
                stderr,
            })
        }
        Err(_) => {
            group.end().await;
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no answer within {}", duration(limit)),
            ))
        }
    }
}

/// A child that leads its own process group. Dropped, it takes the whole group with it.
struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    fn spawn(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        let child = tokio::process::Command::from(command).spawn()?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        Ok(Self { child, leader })
    }

    /// Asks the group to end, and ends what does not, with all that it started: a child that made a
    /// group of its own is found by its parents.
    async fn end(&mut self) {
        let Some(leader) = self.leader else { return };
        let mut family = descendants(leader);
        let _ = kill_process_group(leader, Signal::TERM);
        let _ = timeout(PATIENCE, self.child.wait()).await;
        family.extend(descendants(leader));
        self.kill();
        for member in family {
            if started(member.0) == Some(member.1) {
                let _ = kill_process(member.0, Signal::KILL);
            }
        }
        let _ = timeout(PATIENCE, self.child.wait()).await;
    }

    /// Ends what is left of the group, and lets go of it: its number may be another's from now on.
    fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            // An error says that nobody is left.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A process's parent and start time, from `/proc`.
fn parent_and_start(process: Pid) -> Option<(i32, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    // The name stands in brackets and may hold anything; what follows it is numbers.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    Some((parent, fields.nth(17)?.parse().ok()?))
}

fn started(process: Pid) -> Option<u64> {
    Some(parent_and_start(process)?.1)
}

/// All processes that descend from one, with their start times. None where there is no `/proc`.
fn descendants(of: Pid) -> HashSet<(Pid, u64)> {
    let all: Vec<(Pid, i32, u64)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            entry
                .file_name()
                .to_str()?
                .parse()
                .ok()
                .and_then(Pid::from_raw)
        })
        .filter_map(|process| {
            let (parent, started) = parent_and_start(process)?;
            Some((process, parent, started))
        })
        .collect();
    let mut found = HashSet::new();
    let mut ancestors = vec![of.as_raw_nonzero().get()];
    while let Some(ancestor) = ancestors.pop() {
        for (process, parent, started) in &all {
            if *parent == ancestor && found.insert((*process, *started)) {
                ancestors.push(process.as_raw_nonzero().get());
            }
        }
    }
    found
}
