//! The parts of a machine that only some tests need: docker, a registry, nginx. A test uses a part where it is found,
//! and says that it is skipped where it is missing or can't run. `make test PARTS=all` installs what Debian has of them.

use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where programs of the system are, beside the folders of `PATH`.
const SYSTEM_FOLDERS: [&str; 2] = ["/usr/sbin", "/usr/local/sbin"];

/// Says that a test, or a part of it, is skipped, since this machine lacks `part`, a word such as `docker`.
/// `scripts/test` counts these lines and lists them at its end.
pub(crate) fn skip(part: &str, why: impl Display) {
    let why = why.to_string();
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    // Not by a macro: the test runner shows nothing that a passing test prints by one.
    let line = format!("skipped: {part}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Finds a program of `part`: a name, or an absolute path. Where there is none, it says that the test is skipped.
#[allow(dead_code, reason = "not every test program looks for one")]
pub(crate) fn program(part: &str, name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(SYSTEM_FOLDERS.map(PathBuf::from));
    // Joined with an absolute path, a folder is dropped.
    let found = folders
        .map(|folder| folder.join(name))
        .find(|program| is_program(program));
    if found.is_none() {
        skip(part, format_args!("{name} is not installed"));
    }
    found
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
