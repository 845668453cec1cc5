//! The user namespace of a sandbox whose server runs as root: root in the sandbox is nobody on this machine.

use crate::sandbox::id_range::IdRange;
use crate::sandbox::root_folder::failed;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes a user namespace with these ids and returns it, open. `proc` is where the processes of this process
/// namespace are seen.
///
/// # Errors
///
/// A sentence about what failed.
pub(super) fn create(ids: IdRange, proc: &Path) -> Result<File, String> {
    // A namespace is there as long as a process is in it or it is open.
    let mut holder = Command::new("unshare")
        .args(["--user", "cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed("unshare"))?;
    let opened = open(ids, &proc.join(holder.id().to_string()), &mut holder);
    let _ = holder.kill();
    let _ = holder.wait();
    opened
}

fn open(ids: IdRange, process: &Path, holder: &mut std::process::Child) -> Result<File, String> {
    // `cat` answers once `unshare` has made the namespace.
    let is_there = || -> std::io::Result<()> {
        let (Some(input), Some(output)) = (&mut holder.stdin, &mut holder.stdout) else {
            return Ok(());
        };
        input.write_all(b".")?;
        output.read_exact(&mut [0])
    };
    let is_there = { is_there }();
    is_there.map_err(failed("this machine has no user namespaces"))?;
    for (file, first) in [("uid_map", ids.first_user), ("gid_map", ids.first_group)] {
        let map = format!("0 {first} {}\n", ids.count);
        fs::write(process.join(file), map).map_err(failed(file))?;
    }
    File::open(process.join("ns/user")).map_err(failed("the user namespace"))
}
