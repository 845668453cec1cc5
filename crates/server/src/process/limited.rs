//! Limits of a program, which the system holds for it and for every process that it starts.

use rustix::process::Pid;
use std::ops::{Deref, DerefMut};
use std::process::Command;

/// The limits of each process of a program; `None` for those of the server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ProcessLimits {
    /// The memory that a process may write to, in bytes. Files that it only reads from do not count.
    pub(crate) memory: Option<u64>,
    /// The size of a file that a process writes, in bytes.
    pub(crate) file: Option<u64>,
}

impl ProcessLimits {
    /// Limits a process that has just started. It has had no time to need much yet.
    #[cfg(target_os = "linux")]
    pub(crate) fn apply(&self, process: Pid) {
        use rustix::process::{Resource, Rlimit, prlimit};
        for (resource, limit) in [
            (Resource::Data, self.memory),
            (Resource::Fsize, self.file),
            // A process that ends at a limit leaves no copy of its memory in a checkout.
            (Resource::Core, self.memory.or(self.file).map(|_| 0)),
        ] {
            let Some(limit) = limit else { continue };
            let limit = Rlimit {
                current: Some(limit),
                maximum: Some(limit),
            };
            // An error means that the process has ended, or has a lower limit already.
            let _ = prlimit(Some(process), resource, limit);
        }
    }

    /// Does nothing: this system can't limit another process.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn apply(&self, _process: Pid) {}
}

/// A command with the limits of its processes.
#[derive(Debug)]
pub(crate) struct Limited {
    /// The command.
    pub(crate) command: Command,
    /// The limits.
    pub(crate) limits: ProcessLimits,
}

impl From<Command> for Limited {
    fn from(command: Command) -> Self {
        Self {
            command,
            limits: ProcessLimits::default(),
        }
    }
}

impl Deref for Limited {
    type Target = Command;

    fn deref(&self) -> &Command {
        &self.command
    }
}

impl DerefMut for Limited {
    fn deref_mut(&mut self) -> &mut Command {
        &mut self.command
    }
}
