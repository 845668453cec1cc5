//! The sample repository of the first start. Its image builds without network access.

use crate::app::App;
use crate::builds::find_program::find_program;
use crate::process::environment::remove_private_variables;
use crate::process::process_group::capture;
use crate::repositories;
use slipway_api::{
    CodeSource, CreateRepository, NewBuildConfig, SourceKind, TagConfig, VersionTagging,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// The namespace of the sample.
pub(crate) const NAMESPACE: &str = "demo";
/// The repository name of the sample.
const NAME: &str = "hello-slipway";
/// The folder of the sample, inside the data folder.
pub(crate) const FOLDER: &str = "sample";

/// Creates the git repository and a build repository for it, and starts no build.
///
/// # Errors
///
/// When a file can't be written, git fails, or the database fails.
pub(crate) async fn create(app: &App, data: &Path) -> io::Result<()> {
    let folder = data.join(FOLDER).join(NAME);
    write_files(&folder)?;
    commit(&folder).await?;
    let request = CreateRepository {
        repo_name: NAME.to_owned(),
        description: "A small image that builds without network access".to_owned(),
        full_description: "Press Build and watch the log.".to_owned(),
        is_public: true,
        build_config: NewBuildConfig {
            source: CodeSource::Simple {
                clone_url: folder.to_string_lossy().into_owned(),
            },
            build_node: Some("in".to_owned()),
            email_enabled: Some(false),
            tag_configs: vec![TagConfig {
                id: None,
                docker_build_config_id: None,
                docker_repo_tag: "latest".to_owned(),
                dockerfile_location: "/".to_owned(),
                code_repo_type: SourceKind::Branch,
                code_repo_type_value: "main".to_owned(),
                is_active: false,
                version_tagging: VersionTagging::Time,
                build_context_path: Some("/".to_owned()),
                build_cache_enabled: Some(true),
            }],
        },
    };
    repositories::create(app, NAMESPACE, NAMESPACE, request)
        .await
        .map_err(|error| io::Error::other(format!("{error:?}")))?;
    tracing::info!(
        "created the sample repository {NAMESPACE}/{NAME} from {}",
        folder.display()
    );
    Ok(())
}

fn write_files(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder.join("src"))?;
    fs::write(
        folder.join("README.md"),
        include_str!("../sample/README.md"),
    )?;
    fs::write(
        folder.join("src/build.sh"),
        include_str!("../sample/build.sh"),
    )?;
    fs::write(folder.join("src/hello.txt"), "Hello from Slipway.\n")?;
    match static_busybox() {
        Some(busybox) => {
            let copy = folder.join("busybox");
            fs::copy(busybox, &copy)?;
            fs::set_permissions(&copy, fs::Permissions::from_mode(0o755))?;
            fs::write(
                folder.join("Dockerfile"),
                include_str!("../sample/Dockerfile"),
            )
        }
        None => fs::write(
            folder.join("Dockerfile"),
            include_str!("../sample/Dockerfile.plain"),
        ),
    }
}

async fn commit(folder: &Path) -> io::Result<()> {
    let steps: [&[&str]; 3] = [
        &["init", "--quiet", "--initial-branch=main"],
        &["add", "--all"],
        &["commit", "--quiet", "--message=Say hello from an image"],
    ];
    for arguments in steps {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(folder)
            .args([
                "-c",
                "commit.gpgSign=false",
                "-c",
                "core.hooksPath=/dev/null",
            ])
            .args(arguments);
        remove_private_variables(&mut command, &[]);
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Slipway")
                .env(format!("GIT_{role}_EMAIL"), "slipway@localhost");
        }
        let output = capture(command, Duration::from_secs(60)).await?;
        if !output.status.success() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("git: {}", stderr.trim())));
        }
    }
    Ok(())
}

/// Returns the path of a busybox that runs in an empty image.
fn static_busybox() -> Option<PathBuf> {
    let candidates = [find_program("busybox"), Some("/bin/busybox".into())];
    candidates
        .into_iter()
        .flatten()
        .find(|path| fs::read(path).is_ok_and(|bytes| is_static(&bytes)))
}

/// Returns true for a little-endian 64-bit ELF program that needs no loader (no `PT_INTERP`).
fn is_static(elf: &[u8]) -> bool {
    const PT_INTERP: u64 = 3;
    let number = |offset: usize, size: usize| -> Option<u64> {
        let bytes = elf.get(offset..offset.checked_add(size)?)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    };
    let has_no_loader = || -> Option<bool> {
        let (start, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        for index in 0..count {
            let offset = start.checked_add(index.checked_mul(size)?)?;
            if number(usize::try_from(offset).ok()?, 4)? == PT_INTERP {
                return Some(false);
            }
        }
        Some(count > 0)
    };
    elf.starts_with(b"\x7fELF\x02\x01") && has_no_loader() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_a_loader_is_not_static() {
        let this_program = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(!is_static(&this_program));
        assert!(!is_static(b"#!/bin/sh"));
        assert!(!is_static(b"\x7fELF\x02\x01"));
    }
}
