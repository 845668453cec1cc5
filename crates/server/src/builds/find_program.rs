//! The programs of this machine, by the folders in `PATH`.

use std::path::PathBuf;

/// Returns the path of a program: the first of [`find_programs`].
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    find_programs(name).into_iter().next()
}

/// Returns the paths of all programs with a name, from the folders in `PATH`, in their order.
pub(crate) fn find_programs(name: &str) -> Vec<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .filter(|file| {
            file.metadata()
                .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
        })
        .collect()
}
