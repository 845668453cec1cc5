//! Child processes: each leads a group of its own, and no group outlives what started it.

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::collections::HashSet;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Child;
use tokio::time::timeout;

/// How long a group may take to end by itself once asked.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long its leader may take to clean up once all that it started has ended.
const CLEAN_UP: Duration = Duration::from_secs(3);

/// A child that leads its own process group. Dropped, it takes the whole group with it.
pub struct Group {
    /// The leader.
    pub child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts the leader, without input.
    pub fn spawn(mut command: Command) -> io::Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        let child = tokio::process::Command::from(command).spawn()?;
        let leader = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        Ok(Self { child, leader })
    }

    /// Ends the group with all that it started: a child that made a group of its own is found by
    /// its parents. First what the leader started, so that the leader can clean up after it, as
    /// buildah does with a step's container; then the leader; then, unasked, what is left.
    pub async fn end(&mut self) {
        let Some(leader) = self.leader else { return };
        let mut family = descendants(leader);
        for member in &family {
            signal(*member, Signal::TERM);
        }
        let is_over = !family.is_empty() && self.ends_within(CLEAN_UP).await;
        if !is_over {
            family.extend(descendants(leader));
            let _ = kill_process_group(leader, Signal::TERM);
            self.ends_within(PATIENCE).await;
        }
        family.extend(descendants(leader));
        self.kill();
        for member in family {
            signal(member, Signal::KILL);
        }
        self.ends_within(PATIENCE).await;
    }

    async fn ends_within(&mut self, limit: Duration) -> bool {
        timeout(limit, self.child.wait()).await.is_ok()
    }

    /// Ends what is left of the group, and lets go of it: its number may be another's from now on.
    pub fn kill(&mut self) {
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

/// A duration in the words of the options: `30m`, `90s`, `250ms`.
pub fn duration(duration: Duration) -> String {
    match duration.as_millis() {
        millis if millis % 60_000 == 0 => format!("{}m", millis / 60_000),
        millis if millis % 1000 == 0 => format!("{}s", millis / 1000),
        millis => format!("{millis}ms"),
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

/// Sends a signal to a process, unless its number has become another's.
fn signal((process, start): (Pid, u64), signal: Signal) {
    if started(process) == Some(start) {
        // An error says that it has just ended.
        let _ = kill_process(process, signal);
    }
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
