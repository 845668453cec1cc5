//! Finds the Dockerfile and the build context in a checkout, and nothing outside of it.

use slipway_api::Build;
use slipway_api::grammar::{RuleViolation, clean_path, path};
use std::path::{Path, PathBuf};

/// The input of the builder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BuildInputs {
    /// The path of the Dockerfile.
    pub(crate) dockerfile: PathBuf,
    /// The path of the build context, the folder that `COPY` copies from.
    pub(crate) context: PathBuf,
    /// True if the layers of earlier builds are not used.
    pub(crate) without_cache: bool,
}

/// Finds the Dockerfile and the build context of a build, with every symbolic link resolved. `without_cache` is passed
/// on.
///
/// # Errors
///
/// A sentence about which path is missing or outside of the checkout.
pub(crate) fn find(
    checkout: &Path,
    build: &Build,
    without_cache: bool,
) -> Result<BuildInputs, String> {
    let root = checkout
        .canonicalize()
        .map_err(|error| format!("the checkout can't be read: {error}"))?;
    let location = clean_path(&build.dockerfile_location);
    let location = location.as_str();
    let mut dockerfile = resolve_inside(&root, location, "Dockerfile")?;
    if dockerfile.is_dir() {
        let location = format!("{}/Dockerfile", location.trim_end_matches('/'));
        dockerfile = resolve_inside(&root, &location, "Dockerfile")?;
    }
    if !dockerfile.is_file() {
        return Err(format!("the Dockerfile at {location} is not a file"));
    }
    let location = clean_path(build.build_context_path.as_deref().unwrap_or("/"));
    let context = resolve_inside(&root, &location, "build context")?;
    if !context.is_dir() {
        return Err(format!("the build context at {location} is not a folder"));
    }
    Ok(BuildInputs {
        dockerfile,
        context,
        without_cache,
    })
}

fn resolve_inside(root: &Path, location: &str, label: &str) -> Result<PathBuf, String> {
    let leads_out = || format!("the {label} at {location} leads out of the source");
    if path(location) == Some(RuleViolation::LeadsOut) {
        return Err(leads_out());
    }
    let path = root.join(location.trim_start_matches('/'));
    let path = path
        .canonicalize()
        .map_err(|_| format!("the source has no {label} at {location}"))?;
    match path.starts_with(root) {
        true => Ok(path),
        false => Err(leads_out()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_location_is_a_folder_or_a_file_inside_the_checkout() {
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
            find(&root, &build, false)
        };
        let app = find("/app", "/app").unwrap();
        assert_eq!(app.dockerfile, root.join("app/Dockerfile"));
        assert_eq!(app.context, root.join("app"));
        assert!(find("/app/dev.Dockerfile", "/").is_ok());
        assert!(find("/linked", "/").is_ok());
        for location in [
            "app/Dockerfile",
            "./app",
            "/app/Dockerfile/",
            "app/",
            "//app",
        ] {
            let found = find(location, ".").unwrap();
            assert_eq!(found.dockerfile, root.join("app/Dockerfile"), "{location}");
            assert_eq!(found.context, root, "{location}");
        }
        for (location, context, expected) in [
            ("/stolen", "/", "leads out"),
            ("/app", "/etc", "leads out"),
            ("/../../etc/passwd", "/", "leads out"),
            ("../missing", "/", "../missing leads out"),
            ("/app", "..", "leads out"),
            ("/", "/", "no Dockerfile"),
            ("/app", "/app/Dockerfile", "not a folder"),
        ] {
            let message = find(location, context).unwrap_err();
            assert!(
                message.contains(expected),
                "{location} {context}: {message}"
            );
        }
    }
}
