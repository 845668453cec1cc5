//! The sample of a first start: a small git repository whose image builds without network.

use crate::app::App;
use crate::builds::builder::find_program;
use crate::http::routes::add_repository;
use crate::process::group::capture;
use slipway_api::{
    CodeSource, CreateRepository, NewBuildConfig, SourceKind, TagConfig, VersionTagging,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use std::{fs, io};

/// Its namespace.
pub const NAMESPACE: &str = "demo";
/// Its name.
pub const NAME: &str = "hello-slipway";
/// The folder below the data folder that holds it.
pub const FOLDER: &str = "sample";

/// Makes the repository and registers it. Nothing is built yet.
pub async fn make(app: &App, data: &Path) -> io::Result<()> {
    let folder = data.join(FOLDER).join(NAME);
    write_files(&folder)?;
    commit(&folder).await?;
    let request = CreateRepository {
        repo_name: NAME.to_owned(),
        description: "A first image, built without network".to_owned(),
        full_description: "Press Build, and watch the log grow.".to_owned(),
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
            }],
        },
    };
    add_repository(app, NAMESPACE, NAMESPACE, request)
        .await
        .map(|_| {
            tracing::info!(
                "the sample is {NAMESPACE}/{NAME}, from {}",
                folder.display()
            )
        })
        .map_err(|error| io::Error::other(format!("{error:?}")))
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
        for (name, _) in std::env::vars_os() {
            if crate::sources::git::is_private(&name) {
                command.env_remove(name);
            }
        }
        for role in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{role}_NAME"), "Slipway")
                .env(format!("GIT_{role}_EMAIL"), "slipway@localhost");
        }
        let output = capture(command, Duration::from_secs(60)).await?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(io::Error::other(format!("git: {}", said.trim())));
        }
    }
    Ok(())
}

/// A busybox that runs in an empty image.
fn static_busybox() -> Option<PathBuf> {
    let places = [find_program("busybox"), Some("/bin/busybox".into())];
    places
        .into_iter()
        .flatten()
        .find(|path| fs::read(path).is_ok_and(|bytes| is_static(&bytes)))
}

/// Whether bytes are a little-endian 64-bit ELF program that names no loader (no `PT_INTERP`).
fn is_static(elf: &[u8]) -> bool {
    const PT_INTERP: u64 = 3;
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = elf.get(at..at.checked_add(size)?)?;
        Some(
            bytes
                .iter()
                .rev()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
        )
    };
    let headers = || -> Option<bool> {
        let (start, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
        for index in 0..count {
            let at = start.checked_add(index.checked_mul(size)?)?;
            if number(usize::try_from(at).ok()?, 4)? == PT_INTERP {
                return Some(false);
            }
        }
        Some(count > 0)
    };
    elf.starts_with(b"\x7fELF\x02\x01") && headers() == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_needs_a_loader_is_not_static() {
        let this = fs::read(std::env::current_exe().unwrap()).unwrap();
        assert!(!is_static(&this));
        assert!(!is_static(b"#!/bin/sh"));
        assert!(!is_static(b"\x7fELF\x02\x01"));
    }
}
