//! Where the Dockerfile and the build context are in a checkout. Nothing leads out of it.

use slipway_api::Build;
use std::path::{Path, PathBuf};

/// What the builder is given.
#[derive(Debug, PartialEq, Eq)]
pub struct Inputs {
    /// The Dockerfile.
    pub dockerfile: PathBuf,
    /// The folder that `COPY` copies from.
    pub context: PathBuf,
}

/// Finds both, every symbolic link resolved. Err says in a sentence what is missing or outside.
pub fn find(checkout: &Path, build: &Build) -> Result<Inputs, String> {
    let root = checkout
        .canonicalize()
        .map_err(|error| format!("the checkout cannot be read: {error}"))?;
    let location = build.dockerfile_location.as_str();
    let mut dockerfile = inside(&root, location, "Dockerfile")?;
    if dockerfile.is_dir() {
        let location = format!("{}/Dockerfile", location.trim_end_matches('/'));
        dockerfile = inside(&root, &location, "Dockerfile")?;
    }
    if !dockerfile.is_file() {
        return Err(format!("the Dockerfile at {location} is no file"));
    }
    let location = build.build_context_path.as_deref().unwrap_or("/");
    let context = inside(&root, location, "build context")?;
    if !context.is_dir() {
        return Err(format!("the build context at {location} is no folder"));
    }
    Ok(Inputs {
        dockerfile,
        context,
    })
}

fn inside(root: &Path, location: &str, what: &str) -> Result<PathBuf, String> {
    let path = root.join(location.trim_start_matches('/'));
    let path = path
        .canonicalize()
        .map_err(|_| format!("the source has no {what} at {location}"))?;
    match path.starts_with(root) {
        true => Ok(path),
        false => Err(format!("the {what} at {location} leads out of the source")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_folder_and_a_file_are_both_taken_and_nothing_outside() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir_all(root.join("app")).unwrap();
        fs::write(root.join("app/Dockerfile"), "FROM scratch").unwrap();
        fs::write(root.join("app/dev.Dockerfile"), "FROM scratch").unwrap();
        symlink("/etc/passwd", root.join("stolen")).unwrap();
        symlink("/etc", root.join("etc")).unwrap();
        symlink("app/Dockerfile", root.join("linked")).unwrap();
        let find = |location: &str, context: &str| {
            let build: Build = serde_json::from_value(json!({
                "build_id": "b", "dockerfile_location": location, "build_context_path": context,
            }))
            .unwrap();
            find(&root, &build)
        };
        let app = find("/app", "/app").unwrap();
        assert_eq!(app.dockerfile, root.join("app/Dockerfile"));
        assert_eq!(app.context, root.join("app"));
        assert!(find("/app/dev.Dockerfile", "/").is_ok());
        assert!(find("/linked", "/").is_ok());
        for (location, context, says) in [
            ("/stolen", "/", "leads out"),
            ("/app", "/etc", "leads out"),
            ("/../../etc/passwd", "/", "leads out"),
            ("/", "/", "no Dockerfile"),
            ("/app", "/app/Dockerfile", "no folder"),
        ] {
            let why = find(location, context).unwrap_err();
            assert!(why.contains(says), "{location} {context}: {why}");
        }
    }
}
