//! A program that is to be run, and how the server holds on to it.

use crate::process::limited::Limited;
use std::path::Path;
use std::process::Command;

/// A program that is to be run.
pub(crate) struct Launch {
    pub(crate) command: Limited,
    /// Its name in messages.
    pub(crate) name: String,
    /// Written to its standard input, which then stays open as long as the server holds the program. A sandbox ends
    /// when it is closed, and the kernel closes it when the server is killed.
    pub(crate) lifeline: Option<Vec<u8>>,
}

impl Launch {
    /// A program in a sandbox, with the sandbox's description.
    pub(crate) fn sandboxed(command: Command, name: String, description: Vec<u8>) -> Self {
        Self {
            command: command.into(),
            name,
            lifeline: Some(description),
        }
    }
}

impl From<Command> for Launch {
    fn from(command: Command) -> Self {
        Limited::from(command).into()
    }
}

impl From<Limited> for Launch {
    fn from(command: Limited) -> Self {
        let name = Path::new(command.get_program()).file_name();
        let name = name.unwrap_or_default().to_string_lossy().into_owned();
        Self {
            command,
            name,
            lifeline: None,
        }
    }
}
