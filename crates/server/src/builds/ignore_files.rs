//! The files that say what of a build context a builder leaves out. Builders read them by name and follow links, so
//! that they are looked at before.

use crate::builds::checkout::BuildInputs;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The largest ignore file, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// The largest Dockerfile, in bytes.
const MAX_DOCKERFILE_BYTES: u64 = 4 << 20;

const NAMES: [&str; 2] = [".containerignore", ".dockerignore"];

/// Checks the Dockerfile's size and all ignore files that a builder could read. `root` is the checkout, without a
/// symbolic link in its path.
///
/// # Errors
///
/// A sentence about a file that is not one, leads out of the checkout, or is too large.
pub(crate) fn check(root: &Path, inputs: &BuildInputs) -> Result<(), String> {
    if std::fs::metadata(&inputs.dockerfile).is_ok_and(|data| data.len() > MAX_DOCKERFILE_BYTES) {
        return Err(format!(
            "the Dockerfile is larger than {MAX_DOCKERFILE_BYTES} bytes"
        ));
    }
    let beside = |ending: &str| -> PathBuf {
        let mut path = OsString::from(&inputs.dockerfile);
        path.push(ending);
        path.into()
    };
    let files = NAMES
        .iter()
        .flat_map(|name| [inputs.context.join(name), beside(name)]);
    for file in files {
        check_file(root, &file)?;
    }
    Ok(())
}

fn check_file(root: &Path, file: &Path) -> Result<(), String> {
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let name = file.strip_prefix(root).unwrap_or(file).display();
    let target = file.canonicalize().ok();
    let Some(target) = target.filter(|target| target.starts_with(root)) else {
        return Err(format!("the ignore file {name} leads out of the source"));
    };
    match target.metadata() {
        Ok(data) if data.is_file() && data.len() <= MAX_BYTES => Ok(()),
        Ok(data) if data.is_file() => Err(format!(
            "the ignore file {name} is larger than {MAX_BYTES} bytes"
        )),
        _ => Err(format!("the ignore file {name} is not a file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn an_ignore_file_is_a_small_file_of_the_checkout() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("app")).unwrap();
        fs::write(root.join("app/Dockerfile"), "FROM scratch").unwrap();
        let inputs = BuildInputs {
            dockerfile: root.join("app/Dockerfile"),
            context: root.clone(),
            without_cache: false,
        };
        fs::write(root.join("list"), "*.md").unwrap();
        fs::write(root.join("large"), vec![b'x'; 2 << 20]).unwrap();
        assert_eq!(check(&root, &inputs), Ok(()));
        for name in [
            ".dockerignore",
            ".containerignore",
            "app/Dockerfile.dockerignore",
            "app/Dockerfile.containerignore",
        ] {
            let link = root.join(name);
            let up = if name.starts_with("app") { "../" } else { "" };
            for (target, expected) in [
                (format!("{up}list"), None),
                ("/dev/zero".to_owned(), Some("leads out")),
                ("/etc/passwd".to_owned(), Some("leads out")),
                ("missing".to_owned(), Some("leads out")),
                (format!("{up}app"), Some("is not a file")),
                (format!("{up}large"), Some("is larger")),
            ] {
                symlink(&target, &link).unwrap();
                let result = check(&root, &inputs);
                match expected {
                    None => assert_eq!(result, Ok(())),
                    Some(expected) => {
                        let message = result.unwrap_err();
                        assert!(message.contains(expected), "{name} {target}: {message}");
                        assert!(message.contains(name), "{message}");
                    }
                }
                fs::remove_file(&link).unwrap();
            }
        }
    }
}
