//! Child processes. Each one leads its own process group, and no group outlives the task that
//! started it.

use crate::option_values::{format_duration, format_size};
use crate::process::launch::Launch;
use crate::process::limited::Limited;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::HashSet;
use std::io::{self, PipeWriter, Write};
use std::os::unix::process::CommandExt;
use std::process::{Output, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;
use tokio::time::timeout;

/// How long a group may take to end after SIGTERM. With [`CLEANUP_TIMEOUT`], a cancelled build ends within 5 s.
const TERMINATE_TIMEOUT: Duration = Duration::from_secs(2);

/// How long the leader may take to clean up once its child processes have ended.
const CLEANUP_TIMEOUT: Duration = Duration::from_secs(2);

/// The most output that is kept in memory, in bytes.
const MAX_OUTPUT_BYTES: u64 = 64 << 20;

/// The most that is kept of a program's messages, in bytes.
const MAX_MESSAGE_BYTES: usize = 256 << 10;

/// How many bytes are read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// A child process that leads its own process group. Dropping it kills the whole group.
pub(crate) struct ProcessGroup {
    /// The leader.
    pub(crate) child: Child,
    leader: Option<Pid>,
    /// The other end of a sandbox's standard input.
    lifeline: Option<PipeWriter>,
}

impl ProcessGroup {
    /// Starts the leader, without input unless it has a lifeline.
    ///
    /// # Errors
    ///
    /// When the program can't be started.
    pub(crate) fn spawn(launch: impl Into<Launch>) -> io::Result<Self> {
        let Launch {
            command: Limited {
                mut command,
                limits,
            },
            lifeline: description,
            ..
        } = launch.into();
        let mut lifeline = None;
        command.stdin(Stdio::null()).process_group(0);
        if let Some(description) = description {
            let (reader, mut writer) = io::pipe()?;
            // It fits into an empty pipe, so this does not wait for the program.
            writer.write_all(&description)?;
            command.stdin(reader);
            lifeline = Some(writer);
        }
        let child = tokio::process::Command::from(command).spawn()?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(leader) = leader {
            limits.apply(leader);
        }
        Ok(Self {
            child,
            leader,
            lifeline,
        })
    }

    /// Ends the group and all descendants of the leader, including those in other groups.
    ///
    /// The descendants receive SIGTERM first, so that the leader can clean up after them, as buildah
    /// does with the container of a step. Then the leader receives it. In the end, every process
    /// that is left receives SIGKILL. A sandbox ends as a whole, at once: what is left in its storage is cleaned up
    /// afterwards.
    pub(crate) async fn terminate(&mut self) {
        let Some(leader) = self.leader else { return };
        if self.lifeline.take().is_some() && self.ends_within(TERMINATE_TIMEOUT).await {
            self.kill();
            return;
        }
        let mut processes = descendants(leader);
        for process in &processes {
            process.send(Signal::TERM);
        }
        let has_ended = !processes.is_empty() && self.ends_within(CLEANUP_TIMEOUT).await;
        if !has_ended {
            processes.extend(descendants(leader));
            let _ = kill_process_group(leader, Signal::TERM);
            self.ends_within(TERMINATE_TIMEOUT).await;
        }
        processes.extend(descendants(leader));
        self.kill();
        for process in processes {
            process.send(Signal::KILL);
        }
        self.ends_within(TERMINATE_TIMEOUT).await;
    }

    async fn ends_within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.child.wait()).await.is_ok()
    }

    /// Kills what is left of the group. A second call does nothing, because another group may have
    /// the same id by then.
    pub(crate) fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            // An error means that the group has no processes left.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program outside of any build and returns its output.
///
/// # Errors
///
/// When the program can't be run, does not end within `limit`, or writes more than 64 MiB.
pub(crate) async fn capture(launch: impl Into<Launch>, limit: Duration) -> io::Result<Output> {
    let mut stdout = Vec::new();
    let mut sink = collect_into(&mut stdout, MAX_OUTPUT_BYTES);
    let output = capture_into(launch, limit, &mut sink).await;
    drop(sink);
    Ok(Output { stdout, ..output? })
}

/// Returns a sink for [`capture_into`] that keeps what a program writes, if it is not more than so many bytes.
pub(crate) fn collect_into(
    bytes: &mut Vec<u8>,
    limit: u64,
) -> impl FnMut(&[u8]) -> io::Result<()> + Send {
    move |more| {
        if bytes.len() as u64 + more.len() as u64 > limit {
            let limit = format_size(limit);
            let message = format!("its answer is larger than the limit of {limit}");
            return Err(io::Error::other(message));
        }
        bytes.extend_from_slice(more);
        Ok(())
    }
}

/// Runs a program outside of any build, passes what it writes to `sink`, and returns the rest of its output.
///
/// # Errors
///
/// When the program can't be run, or does not end within `limit`; or the error of `sink`, which ends the program.
pub(crate) async fn capture_into(
    launch: impl Into<Launch>,
    limit: Duration,
    sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> io::Result<Output> {
    let mut launch = launch.into();
    let command = &mut launch.command;
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut group = ProcessGroup::spawn(launch)?;
    let (stdout, stderr) = (group.child.stdout.take(), group.child.stderr.take());
    let output = async {
        let (_, stderr) = tokio::try_join!(read_into(stdout, sink), read_start(stderr))?;
        let status = group.child.wait().await?;
        io::Result::Ok(Output {
            status,
            stdout: Vec::new(),
            stderr,
        })
    };
    match timeout(limit, output).await {
        Ok(output) => {
            group.kill();
            output
        }
        Err(_) => {
            group.terminate().await;
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no answer within {}", format_duration(limit)),
            ))
        }
    }
}

async fn read_into(
    stream: Option<impl AsyncRead + Unpin>,
    sink: &mut (dyn FnMut(&[u8]) -> io::Result<()> + Send),
) -> io::Result<()> {
    let Some(mut stream) = stream else {
        return Ok(());
    };
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match stream.read(&mut chunk).await? {
            0 => return Ok(()),
            size => sink(&chunk[..size])?,
        }
    }
}

/// Reads messages to the end, and keeps the first of them.
async fn read_start(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    read_into(stream, &mut |bytes| {
        let room = MAX_MESSAGE_BYTES.saturating_sub(start.len());
        start.extend_from_slice(&bytes[..bytes.len().min(room)]);
        Ok(())
    })
    .await?;
    Ok(start)
}

/// A process of any group. The start time tells it from a later process with the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Process {
    id: Pid,
    /// In clock ticks since the system started.
    start_time: u64,
}

impl Process {
    /// Sends a signal, unless the id belongs to another process by now.
    fn send(self, signal: Signal) {
        if parent_and_start_time(self.id).is_some_and(|(_, start)| start == self.start_time) {
            // An error means that the process has just ended.
            let _ = kill_process(self.id, signal);
        }
    }
}

/// Reads the parent and the start time of a process from `/proc`.
fn parent_and_start_time(process: Pid) -> Option<(i32, u64)> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero())).ok()?;
    // The name is in parentheses and may hold any character. Only numbers follow it.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let parent = fields.nth(1)?.parse().ok()?;
    Some((parent, fields.nth(17)?.parse().ok()?))
}

/// Returns all descendants of a process; none on a system without `/proc`.
fn descendants(of: Pid) -> HashSet<Process> {
    let all: Vec<(Process, i32)> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let id = Pid::from_raw(entry.file_name().to_str()?.parse().ok()?)?;
            let (parent, start_time) = parent_and_start_time(id)?;
            Some((Process { id, start_time }, parent))
        })
        .collect();
    let mut found = HashSet::new();
    let mut ancestors = vec![of.as_raw_nonzero().get()];
    while let Some(ancestor) = ancestors.pop() {
        for (process, parent) in &all {
            if *parent == ancestor && found.insert(*process) {
                ancestors.push(process.id.as_raw_nonzero().get());
            }
        }
    }
    found
}
